"""Files that the library reads at any place, and who watches long work on them.

Work with several jobs calls from threads of its own. What is raised there cannot get to the call by itself: it is kept
here, and raised when the call is over.
"""
from __future__ import annotations

import ctypes
import io
import os
import threading
from ctypes import byref, c_char
from typing import Any, Callable, List, Optional

from ._call import call, callback, check, hosts
from ._handle import Handle
from ._library import lib
from ._prototypes import member, new, tresor_file, tresor_file_callbacks
from .error import TresorError
from .place import file_name
from .stream import Progress


class Raised:
    """What the functions of a host have raised, whatever their thread: the first."""

    def __init__(self) -> None:
        self.raised: Optional[BaseException] = None

    def keeping(self, work: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return work(*arguments)
        except BaseException as error:
            if self.raised is None:
                self.raised = error
            raise

    def take(self) -> Optional[BaseException]:
        raised, self.raised = self.raised, None
        return raised


class Watch(Raised):
    """Who is told how far a work is."""

    def __init__(self, told: Optional[Progress] = None) -> None:
        super().__init__()
        self.told = told

    @property
    def progress(self) -> Optional[Progress]:
        told = self.told
        if told is None:
            return None
        kept: Callable[..., Any] = told
        return lambda done, total: bool(self.keeping(kept, done, total) is not False)


class _OwnFile(Raised):
    def __init__(self, file: Any) -> None:
        super().__init__()
        if isinstance(file, (bytes, bytearray, memoryview)) or not (hasattr(file, "read") and hasattr(file, "seek")):
            raise TypeError(f"a path or a binary file with seek() is needed, not {type(file).__name__}")
        self._file, self._lock = file, threading.Lock()
        self.size = int(file.seek(0, io.SEEK_END))

    def read_at(self, offset: int, into: int, size: int) -> None:
        self.keeping(self._fill, offset, memoryview((c_char * size).from_address(into)).cast("B"))

    def _fill(self, offset: int, room: memoryview) -> None:
        with self._lock:
            self._file.seek(offset)
            while room:
                got = self._read(room)
                if got <= 0:
                    raise OSError("the file became shorter")
                room = room[got:]

    def _read(self, room: memoryview) -> int:
        readinto = getattr(self._file, "readinto", None)
        if readinto is not None:
            return int(readinto(room) or 0)
        content = self._file.read(len(room))
        if not isinstance(content, (bytes, bytearray, memoryview)):
            raise TypeError(f"read() gave {type(content).__name__}, not bytes: open the file in binary mode")
        if len(content) > len(room):
            raise ValueError(f"read({len(room)}) gave {len(content)} bytes")
        room[:len(content)] = content
        return len(content)


@callback(member(tresor_file_callbacks, "read_at"))
def _read_at(offset: int, into: int, size: int, payload: int) -> None:
    hosts[payload].read_at(offset, into, size)


class ArchiveFile:
    """A path, or a binary file of a program; its handle is for all threads."""

    def __init__(self, file: Any) -> None:
        self.own: Optional[_OwnFile] = None
        if isinstance(file, (str, os.PathLike)):
            path = file_name(file)

            def make(out: Any) -> None:
                check(lib.tresor_file_open(out, path))
        else:
            self.own = _OwnFile(file)
            size, payload = self.own.size, hosts.payload(self.own)

            def make(out: Any) -> None:
                struct = new(tresor_file_callbacks)
                struct.size, struct.read_at, struct.payload = size, _read_at, payload
                check(lib.tresor_file_from_callbacks(out, byref(struct)))
        self.handle = Handle(tresor_file, make, lib.tresor_file_free, shared=True)


def work(watch: Watch, file: Optional[ArchiveFile], function: Any, *arguments: Any,
         also: Optional[ArchiveFile] = None) -> None:
    """A call that may call back from other threads."""
    own: List[Optional[Raised]] = [watch, *(one.own for one in (file, also) if one is not None)]
    hosts_of_it = [host for host in own if host is not None]
    for host in hosts_of_it:
        host.take()
    try:
        call(function, *arguments)
    except TresorError as error:
        raised = [one for one in [host.take() for host in hosts_of_it] if one is not None]
        if raised and raised[0] is not error:
            raise raised[0] from None
        raise
    finally:
        for host in hosts_of_it:
            host.take()
