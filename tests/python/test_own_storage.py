"""Stores that are written in Python: the contract, and the way of what they raise."""
import io
import threading

import pytest
from conftest import ACCOUNT, ID, PASSWORD, raises
from dict_store import DictStore, MemoryStates, PlainStore

import tresor
from tresor import Abilities, Errc, ObjectInfo, TresorError

NAME = "backups/" + "ab" * 32


class Boom(Exception):
    pass


class FailingStore(DictStore):
    """Raises `error` in the function that `failing` names, the next `times` times."""

    def __init__(self):
        super().__init__()
        self.failing, self.error, self.times = None, None, 1 << 30
        for name in ("put", "stat", "get", "remove", "list", "clock"):
            setattr(self, name, self.watched(name, getattr(super(), name)))

    def watched(self, name, work):
        def watching(*arguments):
            if name == self.failing and self.times > 0:
                self.times -= 1
                raise self.error
            return work(*arguments)
        return watching

    def fail(self, name, error, times=1 << 30):
        self.failing, self.error, self.times = name, error, times


def caught(work, kind=BaseException):
    with pytest.raises(kind) as told:
        work()
    return told.value


# ---- check() ----

def test_a_store_in_a_dict_keeps_its_word():
    store = DictStore()
    answers = store.check(again=store)
    assert [answer for answer in answers if not answer.ok] == []
    assert len(answers) > len(store.check()) > 10
    assert store.objects == {}, "the objects of the check are gone"


def test_a_store_that_can_little_keeps_its_word():
    assert [answer for answer in PlainStore().check() if not answer.ok] == []


class Appending(DictStore):
    def put(self, name, content, condition=None):
        old = self.objects[name][1] if name in self.objects else b""
        return super().put(name, io.BytesIO(old + content.read()), condition)


class Hasty(DictStore):
    def put(self, name, content, condition=None):
        self.remove(name)
        return super().put(name, content, condition)


class Careless(DictStore):
    def require(self, name, condition):
        pass


class Forgetful(DictStore):
    def remove(self, name, condition=None):
        return True


class Late(DictStore):
    def clock(self):
        return tresor.now().replace(year=2001)


@pytest.mark.parametrize("store, question", [
    (Appending, "a put replaces the whole object"),
    (Hasty, "a put that breaks off leaves the old object"),
    (Careless, "a put can depend on absence, or says that it cannot"),
    (Careless, "a put can depend on a version, or says that it cannot"),
    (Careless, "a removal can depend on a version, or says that it cannot"),
    (Forgetful, "a removed object is gone"),
    (Late, "its clock goes with the times of its objects"),
])
def test_a_broken_store_fails_the_question_it_breaks(store, question):
    answers = {answer.name: answer for answer in store().check()}
    assert not answers[question].ok and answers[question].detail
    assert answers["it describes itself and tells no credentials"].ok


def test_check_raises_what_a_store_raises_that_cannot_be_reached():
    store, error = FailingStore(), ConnectionRefusedError("nobody there")
    store.fail("stat", error)
    for name in ("put", "get", "remove", "list"):
        setattr(store, name, store.stat)
    assert caught(store.check) is error


# ---- exceptions ----

def uses(store):
    """Function of a store -> calls that lead to it."""
    return {"put": lambda: store.put_bytes(NAME, b"new"), "get": lambda: store.get_bytes(NAME), "list": lambda: store.list(),
            "stat": lambda: store.stat(NAME), "remove": lambda: store.remove(NAME), "clock": lambda: store.clock()}


def wrappers(store):
    def retrying(inner):
        return tresor.Retrying(inner, wait=lambda seconds: None)
    return {"retrying": retrying(store), "retrying twice": retrying(retrying(store)), "mirror": tresor.Mirror([store]),
            "mirror of retrying": tresor.Mirror([retrying(store)])}


ERRORS = [Boom("boom"), TresorError(Errc.DENIED, "no entry"), KeyError("x"), ConnectionResetError("reset"), MemoryError(),
          FileNotFoundError("file"), NotImplementedError(), RecursionError(), KeyboardInterrupt(), SystemExit(3),
          GeneratorExit()]


@pytest.mark.parametrize("function, wrapper", [
    (function, wrapper) for function in ("put", "stat", "get", "remove", "list", "clock")
    for wrapper in ("retrying", "retrying twice", "mirror", "mirror of retrying")
    if (function, wrapper[:6]) != ("clock", "mirror")])  # which asks no clock
def test_what_a_store_raises_comes_out_of_its_wrapper_the_same_object(function, wrapper):
    store = FailingStore()
    store.put_bytes(NAME, b"old")
    use = uses(wrappers(store)[wrapper])[function]
    for error in ERRORS:
        store.fail(function, error)
        assert caught(use) is error
        assert store.objects[NAME][1] == b"old"
    store.fail(None, None)
    use()


def test_what_a_store_raises_comes_out_of_the_bytes_functions():
    store = FailingStore()
    store.put_bytes(NAME, b"old")
    for function, use in (("put", lambda: store.put_bytes(NAME, b"new")), ("get", lambda: store.get_bytes(NAME)),
                          ("get", store.limits), ("put", store.put_limits), ("list", lambda: store.sweep(10)),
                          ("clock", lambda: store.sweep(10)), ("get", lambda: tresor.restore(store, PASSWORD, ID)),
                          ("stat", lambda: store.put_file(io.BytesIO(b"a"), "data-backups/a")),
                          ("get", lambda: store.get_file(NAME, io.BytesIO()))):
        store.fail(function, error := Boom(function))
        assert caught(use) is error


@pytest.mark.parametrize("function", ["put", "get", "stat"])
def test_what_a_store_raises_comes_out_of_a_client(function):
    store, states = FailingStore(), MemoryStates()
    store.put_limits()
    with tresor.SafeClient(states, tresor.Retrying(store, wait=lambda seconds: None)) as client:
        uses = {"put": lambda: client.tick(ACCOUNT, force=True), "get": client.verify,
                "stat": lambda: tresor.SafeClient(MemoryStates(), store).enable(PASSWORD, ID, ACCOUNT)}
        client.enable(PASSWORD, ID, ACCOUNT)
        for error in (Boom("a"), TresorError(Errc.UNAVAILABLE, "busy"), KeyboardInterrupt()):
            store.fail(function, error)
            assert caught(uses[function]) is error
        store.fail(None, None)
        assert client.verify().differs is False


def test_a_failing_put_leaves_the_old_object():
    store = FailingStore()
    store.put_bytes(NAME, b"old")

    class Broken:
        def __init__(self):
            self.left = [b"n", b"e"]

        def read(self, size=-1):
            if not self.left:
                raise Boom("no more")
            return self.left.pop()
    for outer in (*wrappers(store).values(), tresor.open_storage("memory:")):
        outer.put_bytes(NAME, b"old")
        assert str(caught(lambda: outer.put(NAME, Broken()), Boom)) == "no more"
        assert outer.get_bytes(NAME) == b"old"


def test_a_mirror_tries_all_and_raises_the_first_failure():
    stores = [FailingStore(), DictStore(), FailingStore()]
    first, last = Boom("first"), Boom("last")
    stores[0].fail("put", first)
    stores[2].fail("put", last)
    assert caught(lambda: tresor.Mirror(stores).put_bytes(NAME, b"new")) is first
    assert stores[1].objects[NAME][1] == b"new"


# ---- codes ----

def test_retrying_tries_again_what_is_unavailable_and_honours_retry_after():
    store, waits = FailingStore(), []
    retrying = tresor.Retrying(store, wait=waits.append)
    for error, expected in ((TresorError(Errc.UNAVAILABLE, "busy", retry_after=7), [7, 7]),
                            (TresorError(Errc.UNAVAILABLE, "busy"), [1, 5]),
                            (TresorError(Errc.UNAVAILABLE, "busy", retry_after=9), [9, 9]),
                            (TimeoutError(), [1, 5]), (ConnectionError(), [1, 5]),
                            (TresorError(Errc.UNAVAILABLE, "later", retry_after=31), []),
                            (TresorError(Errc.DENIED, "no"), []), (Boom(), []), (OSError(), [])):
        store.fail("stat", error)
        assert caught(lambda: retrying.stat(NAME)) is error
        assert waits == expected, error
        waits.clear()
    store.fail("stat", TresorError(Errc.UNAVAILABLE, "busy", retry_after=2), times=2)
    assert retrying.stat(NAME) is None and waits == [2, 5]


def test_each_code_and_answer_of_an_error_reaches_the_library():
    store, states = FailingStore(), MemoryStates()
    store.put_limits()
    now = tresor.parse_time("2026-11-24T06:05:00Z")
    with tresor.SafeClient(states, store) as client:
        client.enable(PASSWORD, ID, ACCOUNT, now=now)
        for code in Errc:
            error = TresorError(code, "no", retry_after=4000 if code is Errc.UNAVAILABLE else None, http_status=500 + code)
            store.fail("put", error)
            assert caught(lambda: client.tick(ACCOUNT, force=True, now=now)) is error
            if code is not Errc.CANCELLED:
                assert f'"last_error": {int(code)},' in str(states.saved.expose(), "utf-8")
            if code is Errc.UNAVAILABLE:
                assert (client.next_due(now=now) - now).total_seconds() >= 4000
    assert (error.retry_after, error.http_status) == (None, 513)


def test_of_a_foreign_exception_the_library_learns_the_type_only():
    stores = [FailingStore(), FailingStore()]
    for store in stores:
        store.fail("stat", Boom("tell-tale-heart"))
    states, told = MemoryStates(), []
    with tresor.SafeClient(states, tresor.Mirror(stores), log=lambda *one: told.append(one)) as client:
        caught(lambda: client.enable(PASSWORD, ID, ACCOUNT), Boom)
    assert "tell-tale-heart" not in repr(told)


class Bare(TresorError):
    def __init__(self):
        pass


@pytest.mark.parametrize("error", [
    TresorError(Errc.IO, OSError("an object as text")), TresorError(Errc.IO, "\ud800 \0 half"),
    TresorError(Errc.IO, "x" * 5000), Bare(), TresorError(Errc.IO)])
def test_a_strange_error_arrives_too(error):
    store = FailingStore()
    store.fail("stat", error)
    for _ in range(3):  # the second time the library has the same text already
        assert caught(lambda: tresor.Retrying(store).stat(NAME)) is error


def test_an_error_is_recognised_when_it_is_raised_in_another_thread_or_call():
    first = FailingStore()
    first.fail("stat", TresorError(Errc.DENIED, "one", retry_after=3))
    from_library = caught(lambda: tresor.open_storage("memory:").stat("//"))
    told = []

    def later():
        for error in (from_library, caught(lambda: tresor.Retrying(first).stat(NAME)), from_library):
            second = FailingStore()
            second.fail("stat", error)
            told.append(caught(lambda: tresor.Retrying(second).stat(NAME)) is error)
    thread = threading.Thread(target=later)
    thread.start()
    thread.join()
    later()
    assert told == [True] * 6


def test_an_error_that_the_store_overcame_is_not_raised():
    store = FailingStore()
    store.fail("stat", Boom("passing"), times=1)

    class Patient(DictStore):
        def stat(self, name):
            try:
                return tresor.Retrying(store).stat(name)
            except Boom:
                return None
    assert tresor.Retrying(Patient()).stat(NAME) is None


# ---- what a store may not do ----

@pytest.mark.parametrize("function, answer", [
    ("put", None), ("put", "a"), ("stat", True), ("get", 5), ("remove", None), ("remove", 1), ("list", None), ("list", [5]),
    ("clock", 5)])
def test_an_answer_of_a_wrong_type_is_a_type_error(function, answer):
    store = DictStore()
    store.put_bytes(NAME, b"old")
    setattr(store, function, lambda *_: answer)
    caught(uses(tresor.Retrying(store))[function], TypeError)


@pytest.mark.parametrize("info", [ObjectInfo(NAME, -1), ObjectInfo(NAME, 2**64), ObjectInfo(NAME, 5, version="v" * 300),
                                  ObjectInfo(NAME + "\0", 5), ObjectInfo(NAME, 5, version="\0")])
def test_an_answer_out_of_range_is_refused(info):
    store = DictStore()
    store.stat = lambda name: info
    with raises("INVALID_ARGUMENT"):
        tresor.Retrying(store).stat(NAME)


def test_a_reader_and_a_writer_are_good_for_the_length_of_a_call():
    kept = []

    class Keeping(DictStore):
        def put(self, name, content, condition=None):
            kept.append(content)
            return super().put(name, content, condition)

        def get(self, name, into):
            kept.append(into)
            return super().get(name, into)
    store = Keeping()
    store.put_bytes(NAME, b"a")
    store.get_bytes(NAME)
    reader, writer = kept
    for attempt in (reader.read, lambda: reader.size, reader.rewind, lambda: writer.write(b"")):
        with raises("INVALID_ARGUMENT"):
            attempt()


def test_a_reader_reads_as_a_file_does():
    told = {}

    class Reading(DictStore):
        def put(self, name, content, condition=None):
            into = bytearray(3)
            told["size"], told["some"], told["none"] = content.size, content.read(4), content.read(0)
            told["into"], told["rest"], told["end"] = content.readinto(into), content.read(), content.read(5)
            told["bytes"] = bytes(into)
            with raises("INVALID_ARGUMENT"):
                content.readinto(bytearray())
            content.rewind()
            return super().put(name, content, condition)
    store = Reading()
    store.put_bytes(NAME, b"0123456789")
    assert told == {"size": 10, "some": b"0123", "none": b"", "into": 3, "bytes": b"456", "rest": b"789", "end": b""}
    assert store.objects[NAME][1] == b"0123456789"


def test_a_store_that_defines_nothing_says_so():
    with pytest.raises(NotImplementedError):
        tresor.Storage().put_bytes(NAME, b"")

    class Little(tresor.Storage):
        def describe(self):
            return "little"

        def abilities(self):
            return Abilities.NONE
    for function, use in uses(tresor.Retrying(Little())).items():
        if function == "clock":
            assert use() is None
        else:
            caught(use, TresorError if function == "list" else NotImplementedError)
