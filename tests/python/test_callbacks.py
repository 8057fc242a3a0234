"""What functions raise that the library calls, stores aside, comes out of the outer call: the same object."""
import io
import sys

import pytest
from conftest import ACCOUNT, ID, OTHER_PASSWORD, PASSWORD, raises
from dict_store import DictStore, MemoryStates

import tresor
from tresor import Errc, ObjectInfo, TresorError

NAME = "backups/" + "ab" * 32
OLD = tresor.parse_time("2020-01-01T00:00:00Z")


class Boom(Exception):
    pass


ERRORS = [Boom("boom"), TresorError(Errc.UNAVAILABLE, "later", retry_after=3), KeyboardInterrupt(), SystemExit(3)]


def raising(error):
    def function(*_):
        raise error
    return function


def comes_out(error, work):
    with pytest.raises(BaseException) as told:
        work()
    return told.value is error


# ---- progress ----

@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_progress_of_a_store(tmp_path, error):
    with tresor.open_storage(tmp_path, create=True) as plain:
        plain.put_bytes(NAME, b"old")
        with tresor.open_storage(tmp_path, progress=raising(error)) as store:
            for outer in (store, tresor.Retrying(store, wait=lambda seconds: None), tresor.Mirror([store])):
                assert comes_out(error, lambda: outer.put_bytes(NAME, b"new"))
                assert comes_out(error, lambda: outer.get_bytes(NAME))
        assert plain.get_bytes(NAME) == b"old"


def test_progress_that_returns_false_cancels_and_none_goes_on(tmp_path):
    told = []
    with tresor.open_storage(tmp_path, create=True, progress=lambda *one: told.append(one)) as store:
        store.put_bytes(NAME, b"x" * 1000)
        assert told[-1] == (1000, 1000)
    with tresor.open_storage(tmp_path, progress=lambda done, total: False) as store, raises("CANCELLED"):
        store.put_bytes(NAME, b"new")
    with tresor.open_storage(tmp_path) as store:
        assert store.get_bytes(NAME) == b"x" * 1000


def test_progress_of_a_client(tmp_path):
    with tresor.open_storage(tmp_path / "safe", create=True) as store:
        store.put_limits()
    told, error = [], None

    def progress(*one):
        told.append(one)
        if error is not None:
            raise error
    with tresor.SafeClient(MemoryStates(), tmp_path / "safe", progress=progress) as client:
        client.enable(PASSWORD, ID, ACCOUNT)
        assert told and told[-1][0] > 1000
        for error in ERRORS:
            assert comes_out(error, lambda: client.tick(ACCOUNT, force=True))
            assert comes_out(error, client.verify)
        error = None
        assert client.verify().differs is False


# ---- log, entropy, wait, before_removal ----

@pytest.mark.parametrize("error", ERRORS[2:], ids=repr)
def test_an_interrupt_in_log_comes_out(memory, error):
    memory.put_limits()
    with tresor.SafeClient(MemoryStates(), memory, log=raising(error)) as client:
        assert comes_out(error, lambda: client.enable(PASSWORD, ID, ACCOUNT))
        assert client.status().enabled, "what cannot fail has gone on"
        assert comes_out(error, lambda: client.disable(keep_backup=True))


@pytest.mark.parametrize("error", ERRORS[:2], ids=repr)
def test_an_exception_in_log_is_no_failure_of_what_was_done(memory, error, monkeypatch):
    """Who is told that enable() has failed does it again, and gets a conflict."""
    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda one: told.append(one.exc_value))
    memory.put_limits()
    with tresor.SafeClient(MemoryStates(), memory, log=raising(error)) as client:
        assert client.enable(PASSWORD, ID, ACCOUNT).kind is tresor.OutcomeKind.UPLOADED
        assert told and all(one is error for one in told)


def test_an_interrupt_in_log_ends_the_work_at_the_next_progress(tmp_path):
    with tresor.open_storage(tmp_path / "safe", create=True) as store:
        store.put_limits()
    error = KeyboardInterrupt()

    def log(level, event, fields):
        if event == "account from the last backup":
            raise error
    with tresor.SafeClient(MemoryStates(), tmp_path / "safe", log=log) as client:
        client.enable(PASSWORD, ID, ACCOUNT)
        assert comes_out(error, lambda: client.change_password(OTHER_PASSWORD))
    assert tresor.restore(tmp_path / "safe", PASSWORD, ID).findings == (), "the old backup stands"


def test_a_failure_goes_before_what_log_raises(memory, monkeypatch):
    monkeypatch.setattr(sys, "unraisablehook", lambda one: None)
    with tresor.SafeClient(MemoryStates(), memory, log=raising(KeyError())) as client, raises("NOT_FOUND"):
        client.enable(PASSWORD, ID, ACCOUNT)  # there is no config


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_entropy(error):
    assert comes_out(error, lambda: tresor.check_password(OTHER_PASSWORD, min_entropy_bits=9, entropy=raising(error)))


def test_entropy_of_a_wrong_type_is_a_type_error():
    with pytest.raises(TypeError):
        tresor.check_password(OTHER_PASSWORD, min_entropy_bits=9, entropy=lambda password: "much")


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_wait(error):
    store = DictStore()
    store.stat = raising(TresorError(Errc.UNAVAILABLE, "busy"))
    for wait in (raising(error), lambda seconds: tresor.Retrying(store, wait=raising(error)).stat("config")):
        assert comes_out(error, lambda: tresor.Retrying(store, wait=wait).stat("config"))


@pytest.mark.parametrize("error", ERRORS, ids=repr)
@pytest.mark.parametrize("which", ["before_removal", "progress"])
def test_sweep(which, error):
    store = DictStore()
    store.objects[NAME] = ObjectInfo(NAME, 1, OLD, "1"), b"x"
    assert comes_out(error, lambda: store.sweep(10, **{which: raising(error)}))
    assert which == "progress" or NAME in store.objects


def test_before_removal_that_returns_false_cancels():
    store = DictStore()
    store.objects[NAME] = ObjectInfo(NAME, 1, OLD, "1"), b"x"
    with raises("CANCELLED"):
        store.sweep(10, before_removal=lambda info: False)
    asked = []
    assert store.sweep(10, before_removal=asked.append).removed == 1
    assert asked == [ObjectInfo(NAME, 1, OLD, "1")] and not store.objects


# ---- files ----

class File(io.BytesIO):
    """Raises `error` in the functions that `failing` names, after the first `calls`."""

    def __init__(self, content=b"", failing="", error=None, calls=0):
        super().__init__(content)
        self.failing, self.error, self.calls = failing, error, calls

    def watch(self, name):
        if name == self.failing:
            self.calls -= 1
            if self.calls < 0:
                raise self.error

    def read(self, size=-1):
        self.watch("read")
        return super().read(size)

    def write(self, content):
        self.watch("write")
        return super().write(content)

    def seek(self, *arguments):
        self.watch("seek")
        return super().seek(*arguments)


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_read_and_write_of_files(folder, error):
    folder.put_bytes(NAME, b"old" * 100000)
    own = DictStore()
    own.put_bytes(NAME, b"old" * 100000)
    for store in (folder, tresor.Retrying(folder, wait=lambda seconds: None), tresor.Mirror([folder]), own,
                  tresor.Retrying(own, wait=lambda seconds: None), tresor.Mirror([own, folder])):
        assert comes_out(error, lambda: store.put(NAME, File(b"new", "read", error)))
        assert comes_out(error, lambda: store.put_file(File(b"new", "read", error), NAME, replace=True))
        assert comes_out(error, lambda: store.get(NAME, File(b"", "write", error)))
        assert comes_out(error, lambda: store.get_file(NAME, File(b"", "write", error)))
        assert store.get_bytes(NAME) == b"old" * 100000


def test_seek_of_a_file_that_is_read_twice(folder):
    store, error = DictStore(), Boom("boom")

    def put(name, content, condition=None):
        content.read()
        raise TresorError(Errc.UNAVAILABLE, "busy")
    store.put = put
    file = File(b"new", "seek", error, calls=2)  # one to its end, one back
    assert comes_out(error, lambda: tresor.Retrying(store, wait=lambda seconds: None).put(NAME, file))
    for calls in (0, 1):
        assert comes_out(error, lambda: folder.put(NAME, File(b"new", "seek", error, calls)))


def test_a_file_in_text_mode_is_a_type_error(folder):
    for file in (io.StringIO("text"), "text", b"bytes", 5):
        with pytest.raises(TypeError):
            folder.put(NAME, file)
    with pytest.raises(TypeError):
        folder.get(NAME, 5)


class Pipe:
    """Can neither seek nor tell."""

    def __init__(self, *parts):
        self.parts = list(parts)

    def read(self, size=-1):
        return self.parts.pop(0) if self.parts else b""

    def write(self, content):
        self.parts.append(bytes(content[:7]))
        return len(content[:7])


def test_what_cannot_be_read_twice_is_tried_once(folder):
    assert folder.put(NAME, Pipe(b"a", b"bc")).size == 3
    taken = Pipe()
    folder.put_bytes(NAME, b"0123456789")
    assert folder.get(NAME, taken).size == 10 and taken.parts == [b"0123456", b"789"], "a raw file may take less"
    busy = DictStore()

    def put(name, content, condition=None):
        content.read(1)
        raise TresorError(Errc.UNAVAILABLE, "busy")
    busy.put = put
    with raises("UNSUPPORTED"):
        tresor.Retrying(busy, wait=lambda seconds: None).put(NAME, Pipe(b"a", b"b"))
    with raises("UNAVAILABLE"):
        tresor.Retrying(busy, wait=lambda seconds: None).put(NAME, io.BytesIO(b"abc"))


def test_a_file_that_gives_more_than_was_asked_for_is_refused(folder):
    class Generous(Pipe):
        def read(self, size=-1):
            return b"x" * (size + 1)
    with pytest.raises(ValueError):
        folder.put(NAME, Generous())


def test_a_file_that_takes_nothing_is_an_error(folder):
    class Full(Pipe):
        def write(self, content):
            return 0
    folder.put_bytes(NAME, b"abc")
    with pytest.raises(OSError):
        folder.get(NAME, Full())


# ---- states ----

@pytest.mark.parametrize("error", ERRORS, ids=repr)
@pytest.mark.parametrize("function", ["load", "save", "lock", "unlock"])
def test_each_function_of_a_state_store(memory, function, error):
    memory.put_limits()
    states = MemoryStates()
    with tresor.SafeClient(states, tresor.Retrying(memory)) as client:
        client.enable(PASSWORD, ID, ACCOUNT)
        before = bytes(states.saved.expose())
        working = getattr(states, function)

        def failing(*arguments):
            if function == "unlock":
                working()
            raise error
        setattr(states, function, failing)
        assert comes_out(error, lambda: client.tick(ACCOUNT, force=True))
        if function in ("load", "lock"):
            assert bytes(states.saved.expose()) == before
        setattr(states, function, working)
        assert not states.mutex.locked(), "unlock() follows every lock()"
        assert client.tick(ACCOUNT, force=True).kind is tresor.OutcomeKind.UPLOADED


def test_a_state_of_a_wrong_type_is_a_type_error(memory):
    states = MemoryStates()
    states.saved = 5
    with pytest.raises(TypeError):
        tresor.SafeClient(states, memory).status()


def test_a_state_may_be_text_bytes_or_a_secret(memory):
    memory.put_limits()
    states = MemoryStates()
    with tresor.SafeClient(states, memory) as client:
        client.enable(PASSWORD, ID, ACCOUNT)
        saved = states.saved.expose().tobytes()
        for form in (saved, saved.decode(), bytearray(saved), memoryview(saved), tresor.Secret(saved)):
            states.saved = form
            assert client.status().identity == ID
        states.saved = b"{}"
        with raises("MALFORMED"):
            client.status()
    with raises("NOT_FOUND"):
        tresor.SafeClient(MemoryStates(), memory).status()


def test_a_state_store_that_defines_nothing_says_so(memory):
    with pytest.raises(NotImplementedError):
        tresor.SafeClient(tresor.StateStore(), memory).status()
