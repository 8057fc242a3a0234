"""Readers and writers of stores of one's own: a failure is a failure, also when the store thinks otherwise; and files
that do not block, bytes of other forms, other threads."""
import array
import io
import os
import threading

import pytest
from conftest import raises
from dict_store import DictStore, MemoryStates

import tresor
from tresor import Errc, ObjectInfo, TresorError

NAME = "backups/" + "ab" * 32


class Boom(Exception):
    pass


class Swallowing(DictStore):
    """Goes on where its reader or writer has failed."""

    def put(self, name, content, condition=None):
        data = b""
        try:
            while chunk := content.read(10):
                data += chunk
        except BaseException:
            pass
        return super().put(name, io.BytesIO(data), condition)

    def get(self, name, into):
        try:
            return super().get(name, into)
        except BaseException:
            return self.objects[name][0]


class Broken:
    """Gives and takes ten bytes."""

    def __init__(self, error):
        self.error, self.used = error, False

    def read(self, size=-1):
        if self.used:
            raise self.error
        self.used = True
        return b"0123456789"

    def write(self, content):
        if self.used:
            raise self.error
        self.used = True
        return 10


ERRORS = [OSError("the disk is full"), Boom("boom"), TresorError(Errc.DENIED, "no"), KeyboardInterrupt()]


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_a_failure_that_a_store_swallows_is_one_of_the_call_the_same_object(error):
    own = Swallowing()
    for store in (tresor.Retrying(own, wait=lambda seconds: None), tresor.Mirror([own])):
        for use in (lambda: store.get(NAME, Broken(error)), lambda: store.put(NAME, Broken(error)),
                    lambda: store.get_file(NAME, Broken(error))):
            own.objects[NAME] = ObjectInfo(NAME, 20), b"x" * 20
            with pytest.raises(type(error)) as told:
                use()
            assert told.value is error


def test_a_reader_and_a_writer_that_have_failed_fail_again_with_the_same():
    told, error = [], Boom("boom")

    class Insisting(DictStore):
        def again(self, work):
            for _ in range(3):
                with pytest.raises(Boom) as raised:
                    work()
                told.append(raised.value)

        def put(self, name, content, condition=None):
            content.read(10)
            self.again(lambda: content.read(10))
            self.again(lambda: content.readinto(bytearray(5)))
            self.again(lambda: content.read())
            return ObjectInfo(name, 10)

        def get(self, name, into):
            into.write(b"x" * 10)
            self.again(lambda: into.write(b"x"))
            return ObjectInfo(name, 10)
    store = tresor.Retrying(Insisting())
    for use in (lambda: store.put(NAME, Broken(error)), lambda: store.get(NAME, Broken(error))):
        with pytest.raises(Boom):
            use()
    assert len(told) == 12 and all(one is error for one in told)


def test_what_a_reader_fails_with_goes_before_what_a_store_makes_of_it():
    error = Boom("boom")

    class Changing(DictStore):
        def put(self, name, content, condition=None):
            try:
                content.read()
            except Boom:
                raise raised
    for raised in (KeyError("other"), TresorError(Errc.UNAVAILABLE, "busy")):
        with pytest.raises(Boom) as told:
            tresor.Retrying(Changing()).put(NAME, Broken(error))
        assert told.value is error
    raised = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt) as told:
        tresor.Retrying(Changing()).put(NAME, Broken(error))
    assert told.value is raised


def test_a_store_may_begin_anew_after_a_failure():
    class Once(io.BytesIO):
        failures = 1

        def read(self, size=-1):
            if self.tell() > 0 and self.failures:
                self.failures -= 1
                raise Boom("once")
            return super().read(10)

    class Trying(DictStore):
        def put(self, name, content, condition=None):
            try:
                content.read()
            except Boom:
                content.rewind()
            return super().put(name, content, condition)
    store = Trying()
    assert tresor.Retrying(store).put(NAME, Once(b"0123456789abcdef")).size == 16
    assert store.objects[NAME][1] == b"0123456789abcdef"


def test_a_state_that_is_too_large_is_refused_also_if_load_writes_it(memory):
    states = MemoryStates()
    states.saved = b" " * (1 << 21)
    with raises("TOO_LARGE"):
        tresor.SafeClient(states, memory).status()


# ---- other threads ----

def in_another_thread(work):
    told = []

    def run():
        try:
            told.append(work())
        except BaseException as error:
            told.append(error)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join(10)
    return told[0]


def test_a_reader_and_a_writer_are_for_their_own_thread():
    """Which is in C while the callback runs: another would go on when that is over."""
    told = []

    class Threaded(DictStore):
        def put(self, name, content, condition=None):
            told.extend(in_another_thread(use) for use in (content.read, content.rewind, lambda: content.size,
                                                           lambda: content.readinto(bytearray(5))))
            return super().put(name, content, condition)

        def get(self, name, into):
            told.append(in_another_thread(lambda: into.write(b"x")))
            return super().get(name, into)
    store = tresor.Retrying(Threaded())
    store.put_bytes(NAME, b"content")
    assert store.get_bytes(NAME) == b"content"
    assert len(told) == 5 and all(getattr(one, "code", None) is Errc.INVALID_ARGUMENT for one in told), told


# ---- files that do not block ----

@pytest.fixture
def pipe():
    ends = os.pipe()
    for end in ends:
        os.set_blocking(end, False)
    with open(ends[0], "rb", buffering=0) as reading, open(ends[1], "wb", buffering=0) as writing:
        yield reading, writing


def test_a_raw_file_that_would_block_is_an_error(folder, pipe):
    reading, writing = pipe
    folder.put_bytes(NAME, bytes(1 << 20))
    with pytest.raises(BlockingIOError):
        folder.get(NAME, writing)
    assert len(reading.read(1 << 21)) < 1 << 20
    while reading.read(1 << 20):
        pass
    with pytest.raises(BlockingIOError):
        folder.put(NAME, reading)
    assert folder.stat(NAME).size == 1 << 20


def test_a_file_of_ones_own_may_answer_none(folder):
    class Collecting:
        def __init__(self):
            self.parts = []

        def write(self, content):
            self.parts.append(content)
    folder.put_bytes(NAME, b"content")
    taken = Collecting()
    folder.get(NAME, taken)
    assert b"".join(taken.parts) == b"content"


# ---- bytes of other forms ----

class Lying(bytes):
    """Says that it is shorter or longer than it is."""

    length = 5

    def __len__(self):
        return self.length

    def __bytes__(self):
        return b"lies"


class LyingArray(bytearray):
    def __len__(self):
        return 5


def lying(length, content=b"0123456789"):
    made = Lying(content)
    made.length = length
    return made


FORMS = [lying(5), lying(1 << 40), lying(0), LyingArray(b"0123456789"), memoryview(b"0123456789").cast("H"),
         memoryview(array.array("H", [0x3130, 0x3332, 0x3534, 0x3736, 0x3938])), memoryview(b"00112233445566778899")[::2],
         memoryview(b"0123456789").cast("B", (2, 5))]


@pytest.mark.parametrize("form", FORMS, ids=range(len(FORMS)))
def test_bytes_are_taken_by_their_memory_not_by_their_length(form, folder):
    assert folder.put_bytes(NAME, form).size == 10
    assert folder.get_bytes(NAME) == b"0123456789"
    assert tresor.Secret(form).expose() == b"0123456789"

    class File:
        def __init__(self):
            self.parts = [form]

        def read(self, size=-1):
            return self.parts.pop() if self.parts else b""
    assert folder.put(NAME, File()).size == 10
    assert folder.get_bytes(NAME) == b"0123456789"

    class Writing(DictStore):
        def get(self, name, into):
            assert into.write(form) == 10
            return ObjectInfo(name, 10)
    assert tresor.Retrying(Writing()).get_bytes(NAME) == b"0123456789"


def test_a_read_that_gives_more_than_it_says_is_refused(folder):
    class File:
        def read(self, size=-1):
            return lying(5, bytes(size + 1))
    with pytest.raises(ValueError):
        folder.put(NAME, File())


def test_a_reader_fills_views_of_any_form():
    told = {}

    class Reading(DictStore):
        def put(self, name, content, condition=None):
            wide = array.array("H", [0] * 3)
            told["wide"], told["lying"] = content.readinto(memoryview(wide)), content.readinto(LyingArray(b"123"))
            told["bytes"] = wide.tobytes()
            for wrong in (b"bytes", memoryview(b"bytes"), "text", 5, None, memoryview(bytearray(10))[::2]):
                with pytest.raises((TypeError, BufferError)):
                    content.readinto(wrong)
            return super().put(name, content, condition)
    store = Reading()
    tresor.Retrying(store).put_bytes(NAME, b"0123456789")
    assert told == {"wide": 6, "lying": 3, "bytes": b"012345"} and store.objects[NAME][1] == b"9"


def test_what_has_a_size_of_its_own_is_measured_by_its_memory():
    key = lying(32, bytes(33))
    for attempt in (lambda: tresor.public_key_of(key), lambda: tresor.Keys.from_master(lying(64, b"short")),
                    lambda: tresor.format_backup_id(lying(32, b"short")),
                    lambda: tresor.CycleState().decide(lying(32, b"short"))):
        with raises("INVALID_ARGUMENT"):
            attempt()
    assert tresor.format_backup_id(lying(5, bytes(32))) == "00" * 32
