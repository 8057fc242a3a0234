"""Calls of the library, and the way of an exception through it.

A callback that raises notes the exception here and returns a status. If the call that led to it fails with that status
and text, the exception itself is raised from it, the same object. KeyboardInterrupt, SystemExit and their like are
raised in any case when the call is over: nobody may swallow them.
"""
from __future__ import annotations

import threading
import weakref
from typing import Any, Callable, List, Optional, Tuple

from ._library import lib
from ._signals import gate
from .error import Errc, TresorError


class _Frame:
    """What was raised in the callbacks of one call."""

    __slots__ = ("in_main", "raised", "interrupt", "late")

    def __init__(self) -> None:
        self.in_main = gate.is_here()
        self.raised: List[Tuple[int, str, BaseException]] = []
        self.interrupt: Optional[BaseException] = None
        self.late: Optional[BaseException] = None  # from a callback that cannot fail

    def forget(self) -> None:
        """Exceptions lead to this frame by their tracebacks, and it to them."""
        self.raised.clear()
        self.interrupt = self.late = None


class _Local(threading.local):
    frame: Optional[_Frame] = None
    last: Any = None  # stands for what the library has noted last, as long as it is its own


_local = _Local()


def last_error(status: int) -> TresorError:
    """Why the last call of this thread failed."""
    try:
        code = Errc(-status)
    except ValueError:
        code = Errc.INTERNAL
    retry_after, http_status = lib.tresor_error_retry_after(), lib.tresor_error_http_status()
    error = TresorError(code, _last_text(), retry_after=retry_after if retry_after >= 0 else None,
                        http_status=http_status or None)
    error._noted = _local.last = object()
    return error


def _last_text() -> str:
    return str(lib.tresor_error_text().decode("utf-8", "replace"))


def check(status: int) -> None:
    """For calls that lead to no callback."""
    if status != 0:
        raise last_error(status)


def call(function: Callable[..., int], *arguments: Any) -> None:
    """For all others."""
    frame, outer, was_open = _Frame(), _local.frame, None
    try:
        _local.frame = frame
        if frame.in_main:
            was_open = gate.enter()
        status = function(*arguments)
    finally:
        _local.frame = outer
        if was_open is not None:
            gate.leave(was_open)
    try:
        if frame.in_main:
            gate.run_waiting()
        _conclude(frame, status)
    finally:
        frame.forget()


def _conclude(frame: _Frame, status: int) -> None:
    if frame.interrupt is not None:
        raise frame.interrupt
    if status != 0:
        raise _failure(frame, status)
    if frame.late is not None:
        raise frame.late


def _failure(frame: _Frame, status: int) -> BaseException:
    """What a callback has raised, if the call fails for that; a mirror puts the texts of its stores together."""
    text = _last_text()
    raised = [(noted, error) for noted_status, noted, error in frame.raised if noted_status == status and noted in text]
    exactly = [error for noted, error in raised if noted == text]
    if exactly:
        return exactly[-1]
    if raised:
        return raised[0][1]
    failure = last_error(status)
    failure.__context__ = frame.raised[-1][2] if frame.raised else frame.late
    return failure


def _code_of(error: BaseException) -> Errc:
    if isinstance(error, TresorError):
        return error.code
    if not isinstance(error, Exception):
        return Errc.CANCELLED
    if isinstance(error, MemoryError):
        return Errc.OUT_OF_MEMORY
    if isinstance(error, NotImplementedError):
        return Errc.UNSUPPORTED
    if isinstance(error, (ConnectionError, TimeoutError)):
        return Errc.UNAVAILABLE
    return Errc.IO if isinstance(error, OSError) else Errc.INTERNAL


def _told(error: BaseException) -> Tuple[str, int, int]:
    """Text, retry_after and HTTP status. Of a foreign exception the library learns the type: the text may say anything."""
    if isinstance(error, TresorError):
        return error.message, -1 if error.retry_after is None else error.retry_after, error.http_status or 0
    return f"Python code raised {type(error).__name__}", -1, 0


def _note(error: BaseException) -> int:
    """Returns the status for the library."""
    frame, status = _local.frame, -_code_of(error)
    # What the library has noted last, and nothing since, it knows better than this package.
    if not isinstance(error, TresorError) or error._noted is None or error._noted is not _local.last:
        said, retry_after, http_status = _told(error)
        lib.tresor_error_set(status, said.replace("\0", "?").encode("utf-8", "replace"))
        lib.tresor_error_set_answer(retry_after, http_status)
        _local.last = None
    if frame is not None:
        frame.raised.append((status, _last_text(), error))
        del frame.raised[:-16]
        if not isinstance(error, Exception) and frame.interrupt is None:
            frame.interrupt = error
    return int(status)


def _note_late(error: BaseException) -> None:
    """Of a callback that cannot fail: raised when the call is over."""
    frame = _local.frame
    if frame is None:
        return
    if not isinstance(error, Exception):
        frame.interrupt = frame.interrupt or error
    frame.late = frame.late or error


def interrupted() -> bool:
    """Whether something was raised in this call that is to end it."""
    return _local.frame is not None and _local.frame.interrupt is not None


def _carried(work: Callable[..., Any]) -> Any:
    frame = _local.frame
    if frame is None or not frame.in_main:
        return work()
    try:
        gate.open()
        return work()
    finally:
        gate.close()


def callback(type_: Any) -> Callable[[Callable[..., Optional[int]]], Any]:
    """Makes a function for C of a Python function that may raise anything. None is status 0."""
    def of(work: Callable[..., Optional[int]]) -> Any:
        def carrying(*arguments: Any) -> int:
            try:
                return _carried(lambda: work(*arguments)) or 0
            except BaseException as error:
                return _note(error)

        def carrying_late(*arguments: Any) -> None:
            try:
                _carried(lambda: work(*arguments))
            except BaseException as error:
                _note_late(error)

        return type_(carrying_late if type_._restype_ is None else carrying)
    return of


class Hosts:
    """The Python objects whose functions the library calls, by the payload that it gives back.

    Holds them weakly: whoever gives a payload to the library keeps its object as long as the library may call.
    """

    def __init__(self) -> None:
        self._hosts: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()

    def payload(self, host: Any) -> int:
        self._hosts[id(host)] = host
        return id(host)

    def __getitem__(self, payload: int) -> Any:
        return self._hosts[payload]


hosts = Hosts()
