"""Streams: what is read from, what is written to.

Binary files are both: `open(path, "rb")`, `io.BytesIO`, sockets' files. Whoever sends may have to begin anew, and
whoever receives to forget: a file must be seekable for that, else it is tried once.
"""
from __future__ import annotations

import ctypes
import errno
import io
import sys
import threading
from ctypes import byref, c_char, c_size_t, string_at
from typing import Any, Callable, Optional, Protocol, Union

from ._call import call, callback, hosts, interrupted
from ._library import lib
from ._memory import Buffer, Lent
from ._prototypes import UNKNOWN_SIZE, member, new, tresor_progress, tresor_sink, tresor_source
from .error import Errc, TresorError, wrong
from .secret import BytesLike, Secret

_MOST = 1 << 20  # bytes in one read


class Readable(Protocol):
    """What can be read: read(n) gives at most n bytes, b"" only at the end."""

    def read(self, size: int = -1) -> bytes:
        """As io.RawIOBase.read() does."""
        ...


class Writable(Protocol):
    """What can be written to."""

    def write(self, content: bytes) -> Any:
        """As io.RawIOBase.write() does: all of it is taken, unless the answer is a smaller number."""
        ...


# Told now and then how many bytes of how many are done; `total` is None if nobody knows. Returning False cancels.
Progress = Callable[[int, Optional[int]], Optional[bool]]


class _Stream:
    """Of the library, for a function that it calls, in its thread. What it fails with it fails with again, and so does the
    function, also if that thinks otherwise: half of an object must not pass for a whole one."""

    def __init__(self, pointer: Any) -> None:
        self._pointer = pointer
        self._thread = threading.get_ident()
        self._failure: Optional[BaseException] = None

    def _lent_to(self, work: Callable[[Any], Any]) -> Any:
        try:
            answer = work(self)
            self._insist()
            return answer
        except Exception:
            self._insist()
            raise
        finally:
            self._pointer = self._failure = None

    def _at_hand(self) -> Any:
        if threading.get_ident() != self._thread or self._pointer is None:
            raise wrong(f"a {type(self).__name__} is good for the length of the function that was given it, in its thread")
        return self._pointer

    def _needed(self) -> Any:
        self._at_hand()
        self._insist()
        return self._pointer

    def _call(self, function: Any, *arguments: Any) -> None:
        try:
            call(function, *arguments)
        except BaseException as error:
            self._failure = error
            raise

    def _insist(self) -> None:
        if self._failure is not None:
            raise self._failure


class Reader(_Stream):
    """What a store of your own is to keep. Good for the length of the put only, and in its thread."""

    @property
    def size(self) -> Optional[int]:
        """In bytes; None if nobody knows."""
        size = lib.tresor_reader_size(self._needed())
        return None if size == UNKNOWN_SIZE else int(size)

    def readinto(self, into: Union[bytearray, memoryview]) -> int:
        """Fills the front of `into` and returns how many bytes; 0 only at the end."""
        view, got = memoryview(into), c_size_t()
        if not view.nbytes:
            raise wrong("there is no room to read into")
        self._call(lib.tresor_reader_read, byref(got), self._needed(), byref(c_char.from_buffer(view)), view.nbytes)
        return got.value

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes, b"" only at the end; all that is left if the size is negative."""
        if size == 0:
            return b""
        if size < 0:
            with Buffer() as out:
                self._call(lib.tresor_reader_read_all, out.out, self._needed(), sys.maxsize)
                return out.content()
        chunk = bytearray(min(size, _MOST))
        return bytes(memoryview(chunk)[:self.readinto(chunk)])

    def rewind(self) -> None:
        """Begins anew, also after a failure."""
        pointer, self._failure = self._at_hand(), None
        self._call(lib.tresor_reader_rewind, pointer)


class Writer(_Stream):
    """Where an object of a store of your own goes. Good for the length of the get only, and in its thread."""

    def write(self, content: Union[BytesLike, Secret]) -> int:
        """Takes all of it, and returns how many bytes that was."""
        pointer = self._needed()
        with Lent(content) as lent:
            self._call(lib.tresor_writer_write, pointer, lent.address, lent.size)
            return lent.size


def _seekable(file: Any) -> bool:
    return bool(getattr(file, "seekable", lambda: False)())


def _refuse_none(file: Any, answer: Any) -> None:
    """With None a raw file says that it does not block, and did nothing; what others say with it is their own affair."""
    if answer is None and isinstance(file, io.RawIOBase):
        raise BlockingIOError(errno.EAGAIN, "a file that does not block cannot be used here")


class Source:
    """A file that the library reads, from where it stands."""

    def __init__(self, file: Readable) -> None:
        if isinstance(file, (str, bytes, bytearray, memoryview)) or not hasattr(file, "read"):
            raise TypeError(f"a binary file is needed, not {type(file).__name__}; put_bytes() takes bytes")
        self._file: Any = file
        self._start: Optional[int] = None
        self._begun = False
        self.struct = new(tresor_source)
        self.struct.read, self.struct.rewind, self.struct.payload = _read, _rewind, hosts.payload(self)
        if isinstance(file, Reader):
            size = file.size
            self.struct.size = UNKNOWN_SIZE if size is None else size
        elif _seekable(file):
            self._start = self._file.tell()
            self.struct.size = max(self._file.seek(0, io.SEEK_END) - self._start, 0)
            self._file.seek(self._start)

    def read(self, into: int, size: int) -> int:
        self._begun = True
        content = self._file.read(size)
        _refuse_none(self._file, content)
        if not isinstance(content, (bytes, bytearray, memoryview)):
            raise TypeError(f"read() gave {type(content).__name__}, not bytes: open the file in binary mode")
        got = memoryview(content).nbytes
        if got > size:
            raise ValueError(f"read({size}) gave {got} bytes")
        ctypes.memmove(into, content if type(content) is bytes else memoryview(content).tobytes(), got)
        return got

    def rewind(self) -> None:
        if isinstance(self._file, Reader):
            self._file.rewind()
        elif self._start is not None:
            self._file.seek(self._start)
        elif self._begun:
            raise TresorError(Errc.UNSUPPORTED, "what is to be sent cannot be read twice")


class Sink:
    """A file that the library writes to, from where it stands."""

    def __init__(self, file: Writable) -> None:
        if not hasattr(file, "write"):
            raise TypeError(f"a binary file is needed, not {type(file).__name__}")
        self._file: Any = file
        self._start: Optional[int] = self._file.tell() if _seekable(file) else None
        self._written = False
        self.struct = new(tresor_sink)
        self.struct.write, self.struct.restart, self.struct.payload = _write, _restart, hosts.payload(self)

    def write(self, address: int, size: int) -> None:
        content = string_at(address, size)
        while content:
            self._written = True
            taken = self._file.write(content)
            _refuse_none(self._file, taken)
            # Raw files may take less; other writers return what they like.
            if type(taken) is not int or taken >= len(content):
                return
            if taken <= 0:
                raise OSError("a file takes no more bytes")
            content = content[taken:]

    def restart(self) -> None:
        if self._start is not None:
            self._file.seek(self._start)
            self._file.truncate()
        elif self._written:
            raise TresorError(Errc.UNSUPPORTED, "what was received cannot be taken back")


@callback(member(tresor_source, "read"))
def _read(got: Any, into: int, size: int, payload: int) -> None:
    got[0] = hosts[payload].read(into, size)


@callback(member(tresor_source, "rewind"))
def _rewind(payload: int) -> None:
    hosts[payload].rewind()


@callback(member(tresor_sink, "write"))
def _write(content: int, size: int, payload: int) -> None:
    hosts[payload].write(content, size)


@callback(member(tresor_sink, "restart"))
def _restart(payload: int) -> None:
    hosts[payload].restart()


class Watched:
    """Who is told how far a work is. Also without anybody: then Ctrl-C ends the work here."""

    def __init__(self, progress: Optional[Progress]) -> None:
        self.progress = progress


@callback(tresor_progress)
def tell_progress(done: int, total: int, payload: int) -> int:
    progress = hosts[payload].progress
    if interrupted() or (progress is not None and progress(done, None if total == UNKNOWN_SIZE else total) is False):
        raise TresorError(Errc.CANCELLED, "cancelled")
    return 0
