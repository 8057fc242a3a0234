"""Handles of the library, freed once and in time: by close(), when dropped, at the end of the interpreter.

Whoever was made from a handle keeps it, also when it was closed meanwhile; so does a call that is under way in another
thread. One thread at a time is let into a handle and all that it keeps; the others wait.

Signals wait while handles are entered and left: an exception of a handler must not leave one locked.

After a fork the child has copies of all handles. It may use and drop them, but those that lead to a connection are made
anew when they are used, and never freed: the connection is the parent's, and to end it politely would end it for both.
What another thread was in the middle of using is lost to the child: it cannot be used there, nor freed.
"""
from __future__ import annotations

import os
import threading
import weakref
from ctypes import POINTER, byref
from itertools import count
from types import TracebackType
from typing import Any, Callable, List, NoReturn, Optional, Sequence, Tuple, Type, TypeVar

from ._signals import gate
from ._stack import make_sure_of_room
from .error import Errc, TresorError, wrong

_counting = threading.RLock()
_serials = count()
Self = TypeVar("Self", bound="Owner")


class Handle:
    """A pointer of the library, and how it is made and freed. `make` is given where to put it."""

    def __init__(self, struct: Any, make: Callable[[Any], None], free: Any, keeps: Sequence[Handle] = (),
                 shared: bool = False, connected: bool = False) -> None:
        self._type = POINTER(struct)
        self.pointer = self._type()
        self._make, self._free, self._keeps = make, free, tuple(keeps)
        self._keepers = 1
        self._inherited = self._lost = False  # by a fork
        self._connected: bool = connected or any(kept._connected for kept in self._keeps)
        self._lock = None if shared else threading.RLock()
        self._serial = next(_serials)
        self._all: Tuple[Handle, ...] = (*_all_of(self._keeps), self)
        for kept in self._keeps:
            kept.keep()
        _living.add(self)

    def make(self) -> None:
        self._make(byref(self.pointer))

    def keep(self) -> None:
        with _counting:
            if self._keepers == 0:
                raise wrong("it is closed")
            self._keepers += 1

    def let_go(self) -> None:
        with _counting:
            self._keepers -= 1
            last = self._keepers == 0
        if last:
            self._end()

    def _end(self) -> None:
        if not self._lost and not (self._inherited and self._connected):
            self._free(self.pointer)
        self.pointer = self._type()
        self._make = _gone
        self._all = ()  # it is one of them
        for kept in self._keeps:
            kept.let_go()

    def forked(self) -> None:
        """In the child, which has one thread yet."""
        self._inherited = True
        if self._lock is None:
            return
        if self._lock.acquire(blocking=False):
            self._lock.release()
        else:
            self._lock, self._lost = threading.RLock(), True

    def come_over(self) -> None:
        """In the child, when it is entered."""
        if self._lost:
            raise TresorError(Errc.CONFLICT, "another thread was using it when this process was forked")
        if self._connected:
            self.pointer = self._type()
            self.make()
        self._inherited = False


_living: weakref.WeakSet[Handle] = weakref.WeakSet()


def _after_fork() -> None:
    global _counting
    _counting = threading.RLock()
    for handle in list(_living):
        handle.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class Entered:
    """Handles for the length of a call: `with Entered(handle) as pointer`, the pointer of the first."""

    __slots__ = ("_handles", "_kept", "_locks", "_was_open")

    def __init__(self, *handles: Handle) -> None:
        self._handles = handles
        self._kept: List[Handle] = []
        self._locks: List[Any] = []
        self._was_open: Optional[bool] = None

    def __enter__(self) -> Any:
        make_sure_of_room(20)  # for what is done here
        if gate.is_here():
            self._was_open = gate.enter()
        try:
            for handle in self._handles:
                handle.keep()
                self._kept.append(handle)
            everything = _all_of(self._handles)
            for each in everything:
                if each._lock is not None:
                    _take(each._lock)
                    self._locks.append(each._lock)
            for each in everything:
                if each._inherited:
                    each.come_over()
        except BaseException:
            self.__exit__()
            raise
        return self._handles[0].pointer

    def __exit__(self, *_: object) -> None:
        while self._locks:
            self._locks.pop().release()
        while self._kept:
            self._kept.pop().let_go()
        if self._was_open is not None:
            gate.leave(self._was_open)
            gate.run_waiting()


def _all_of(handles: Sequence[Handle]) -> Tuple[Handle, ...]:
    """In one order for all threads, so that two never wait for each other; what is kept comes first."""
    return tuple(sorted({each for handle in handles for each in handle._all}, key=lambda each: each._serial))


def _take(lock: Any) -> None:
    if lock.acquire(blocking=False):
        return
    if not gate.is_here():
        lock.acquire()
        return
    while not lock.acquire(timeout=0.05):
        gate.run_waiting()


def _gone(_: Any) -> None:
    raise wrong("it is closed")


class Owner:
    """What has a handle: to be closed, or used in a `with`."""

    _handle: Optional[Handle] = None
    _finalizer: Optional[Callable[[], Any]] = None

    def _own(self, handle: Handle) -> None:
        # Before it is made, so that nothing between the two can lose it.
        self._finalizer = weakref.finalize(self, handle.let_go)
        try:
            handle.make()
        except BaseException:
            self.close()
            raise
        self._handle = handle

    def _own_once(self, handle: Handle) -> None:
        """Of threads that come at the same time the first one has made it."""
        with _counting:
            if self._handle is None:
                self._own(handle)

    def _needed(self) -> Handle:
        if self._handle is None:
            raise wrong(f"this {type(self).__name__} is closed")
        return self._handle

    def _entered(self) -> Entered:
        return Entered(self._needed())

    def close(self) -> None:
        """Frees it. A second time does nothing; what was made from it goes on working."""
        finalizer, self._handle = self._finalizer, None
        if finalizer is not None:
            finalizer()

    @property
    def closed(self) -> bool:
        return self._handle is None and self._finalizer is not None

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 traceback: Optional[TracebackType]) -> None:
        self.close()

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is neither copied nor pickled: what it leads to is freed once")

    def __repr__(self) -> str:
        return f"<tresor.{type(self).__name__}{', closed' if self.closed else ''}>"
