"""What a callback raises comes out, also where there is hardly room to say so, and nothing else comes out for it."""
import ctypes
import sys
import threading

import pytest
from conftest import ACCOUNT, ID, OTHER_PASSWORD, PASSWORD, raises
from dict_store import DictStore, MemoryStates

import tresor
from tresor import Errc, ObjectInfo, TresorError
from tresor._call import call
from tresor._library import lib

NAME = "backups/" + "ab" * 32


def caught(work):
    with pytest.raises(BaseException) as told:
        work()
    return told.value


def uses(store):
    return {"put": lambda: store.put_bytes(NAME, b"new"), "get": lambda: store.get_bytes(NAME),
            "stat": lambda: store.stat(NAME), "list": lambda: store.list(), "remove": lambda: store.remove(NAME)}


def failing(function, error):
    store = DictStore()

    def fail(*_):
        raise error
    setattr(store, function, fail)
    return store


# ---- errors that cannot be told as they are ----

class Speechless(TresorError):
    """Whose text is an exception itself."""

    def __init__(self, raised=ValueError):
        self.raised = raised

    @property
    def message(self):
        raise self.raised("no text")


class Odd(TresorError):
    message = 5


def odd(**attributes):
    error = TresorError(Errc.UNAVAILABLE, "busy")
    for name, value in attributes.items():
        setattr(error, name, value)
    return error


class Empty(Exception):
    def __len__(self):
        return 0


ODD = [odd(http_status="503"), odd(http_status=2**40), odd(http_status=-1), odd(code=0), odd(code="io"), odd(code=2**32),
       odd(code=None), odd(code=[]), odd(retry_after=1.5), odd(retry_after="7"), odd(retry_after=2**70), odd(message=None),
       odd(message=b"busy"), odd(_noted=5), Odd(Errc.IO), Speechless(), Empty()]


@pytest.mark.parametrize("function", ["put", "get", "stat", "list", "remove"])
@pytest.mark.parametrize("error", ODD, ids=[f"{type(one).__name__}{number}" for number, one in enumerate(ODD)])
def test_an_odd_error_comes_out_and_nothing_succeeds(error, function):
    store = failing(function, error)
    store.objects[NAME] = ObjectInfo(NAME, 3), b"old"
    for outer in (tresor.Retrying(store, wait=lambda seconds: None), tresor.Mirror([store])):
        assert caught(uses(outer)[function]) is error
    assert store.objects[NAME][1] == b"old"


def test_an_odd_error_is_told_as_far_as_it_can_be():
    store, waits = failing("stat", odd(http_status="503", retry_after=7)), []
    caught(lambda: tresor.Retrying(store, wait=waits.append).stat(NAME))
    assert waits == [7, 7], "unavailable is tried again"


@pytest.mark.parametrize("name, value", [("code", Errc.UNAVAILABLE), ("message", "words"), ("http_status", "503")])
def test_an_error_of_the_library_that_was_changed_comes_out(name, value):
    store, waits = DictStore(), []

    def stat(_):
        try:
            tresor.parse_identity("no ID")
        except TresorError as error:
            raised.append(error)
            setattr(error, name, value)
            raise
    store.stat, raised = stat, []
    assert caught(lambda: tresor.Retrying(store, wait=waits.append).stat(NAME)) is raised[-1]
    assert waits == ([1, 5] if name == "code" else [])


def test_what_cannot_be_told_comes_out_also_if_the_library_overcomes_it():
    error = Speechless()
    good, bad = DictStore(), failing("stat", error)
    good.put_bytes(NAME, b"good")
    assert caught(lambda: tresor.Mirror([bad, good]).get_bytes(NAME)) is error


def test_an_interrupt_while_an_error_is_told_comes_out():
    """As Ctrl-C in the text of an error, or what another thread throws into this one."""
    outer = tresor.Retrying(failing("stat", Speechless(KeyboardInterrupt)))
    assert isinstance(caught(lambda: outer.stat(NAME)), KeyboardInterrupt)


def test_what_another_thread_throws_into_a_callback_comes_out():
    class Stop(Exception):
        pass
    store, entered, told = DictStore(), threading.Event(), []

    def stat(name):
        entered.set()
        while True:
            pass
    store.stat = stat
    thread = threading.Thread(target=lambda: told.append(caught(lambda: tresor.Retrying(store).stat(NAME))))
    thread.start()
    entered.wait(10)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Stop))
    thread.join(10)
    assert not thread.is_alive() and isinstance(told[0], Stop)


# ---- the end of the stack ----

def below(frames, work):
    return work() if frames == 0 else below(frames - 1, work)


@pytest.mark.parametrize("function", ["put", "get", "stat", "list", "remove"])
def test_at_the_end_of_the_stack_an_answer_is_right_or_none_is_given(function, monkeypatch):
    printed, outcomes = [], []
    monkeypatch.setattr(sys, "unraisablehook", printed.append)
    store = DictStore()
    outer = tresor.Retrying(tresor.Mirror([store]))
    outer.put_bytes(NAME, b"new")
    info = outer.stat(NAME)
    right = {"get": b"new", "list": [info], "stat": info, "remove": True}
    for frames in range(sys.getrecursionlimit(), sys.getrecursionlimit() - 300, -1):
        store.objects[NAME] = store.objects.get(NAME) or (info, b"new")
        puts = store.puts
        try:
            answer = below(frames, uses(outer)[function])
        except RecursionError:
            outcomes.append(False)
        else:
            outcomes.append(True)
            assert answer == right[function] if function != "put" else store.puts == puts + 1
    assert printed == [], "no callback has failed before it could say so"
    assert True in outcomes and False in outcomes
    handles = [store._handle, outer._handle]
    assert [handle._keepers for handle in handles] == [2, 1]
    thread = threading.Thread(target=lambda: outcomes.append(outer.put_bytes(NAME, b"last")), daemon=True)
    thread.start()
    thread.join(10)
    assert isinstance(outcomes[-1], ObjectInfo), "a lock was left behind"


def test_at_the_end_of_the_stack_a_client_fails_or_does_it_all(monkeypatch):
    printed = []
    monkeypatch.setattr(sys, "unraisablehook", printed.append)
    store = DictStore()
    store.put_limits()
    with tresor.SafeClient(MemoryStates(), store) as client:
        client.enable(PASSWORD, ID, ACCOUNT)
        for frames in range(sys.getrecursionlimit(), sys.getrecursionlimit() - 260, -1):
            puts = store.puts
            try:
                outcome = below(frames, lambda: client.tick(ACCOUNT, force=True))
            except RecursionError:
                continue
            assert outcome.kind is tresor.OutcomeKind.UPLOADED and store.puts == puts + 1
    assert printed == []


# ---- which of several ----

def test_a_failure_that_was_tolerated_is_not_raised_for_one_whose_text_has_its_words():
    class Empty(DictStore):
        def get(self, name, into):
            if name == "config":
                raise TresorError(Errc.NOT_FOUND, "no")
            return super().get(name, into)
    for store in (Empty(), tresor.Mirror([Empty()])):
        with raises("NOT_FOUND") as told:
            tresor.restore(store, PASSWORD, ID)
        assert told.error.message != "no" and "no backup of this ID" in told.error.message


def test_a_mirror_raises_the_first_of_its_parts_also_if_one_is_within_another():
    first, last = TresorError(Errc.IO, "it was full"), TresorError(Errc.IO, "full")
    tolerated = TresorError(Errc.IO, "it was")
    stores = [failing("put", first), failing("put", last)]

    def put(name, content, condition=None):
        try:
            tresor.Retrying(failing("put", tolerated)).put(name, content)
        except TresorError:
            raise first from None
    stores[0].put = put
    assert caught(lambda: tresor.Mirror(stores).put_bytes(NAME, b"new")) is first
    assert caught(lambda: tresor.Mirror([tresor.Mirror(stores[1:]), stores[0]]).put_bytes(NAME, b"new")) is last


def test_an_argument_that_c_refuses_is_a_type_error():
    with pytest.raises(TypeError, match="argument"):
        call(lib.tresor_storage_clock, 5, 5)
    assert tresor.check_password(OTHER_PASSWORD).ok
