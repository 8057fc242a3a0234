"""Calls of the library, and the way of an exception through it.

A callback that raises notes the exception here and returns a status. If the call that led to it fails with that status
and text, the exception itself is raised from it, the same object. KeyboardInterrupt, SystemExit and their like are
raised in any case when the call is over: nobody may swallow them. So is what could not be noted, for whatever reason.

What another thread throws into this one (PyThreadState_SetAsyncExc) is kept like any other from the first `try` of a
callback on. In the few instructions before it nobody can catch it, and ctypes only prints it: do not do that to a thread
that works with a store or state of your own.
"""
from __future__ import annotations

import ctypes
import re
import threading
import weakref
from typing import Any, Callable, List, Optional, Tuple

from ._library import lib
from ._signals import gate
from ._stack import make_sure_of_room
from .error import Errc, TresorError, known


class _Frame:
    """What was raised in the callbacks of one call."""

    __slots__ = ("in_main", "raised", "interrupt", "untold", "late")

    def __init__(self) -> None:
        self.in_main = gate.is_here()
        self.raised: List[Tuple[int, str, BaseException]] = []
        self.interrupt: Optional[BaseException] = None
        self.untold: Optional[BaseException] = None  # the library does not know of it
        self.late: Optional[BaseException] = None  # from a callback that cannot fail

    def forget(self) -> None:
        """Exceptions lead to this frame by their tracebacks, and it to them."""
        self.raised.clear()
        self.interrupt = self.untold = self.late = None


class _Local(threading.local):
    frame: Optional[_Frame] = None
    last: Any = None  # stands for what the library has noted last, as long as it is its own


_local = _Local()


def last_error(status: int) -> TresorError:
    """Why the last call of this thread failed."""
    retry_after, http_status = lib.tresor_error_retry_after(), lib.tresor_error_http_status()
    error = TresorError(known(-status), _last_text(), retry_after=retry_after if retry_after >= 0 else None,
                        http_status=http_status or None)
    error._noted = _local.last = error._told()
    return error


def _last_text() -> str:
    return str(lib.tresor_error_text().decode("utf-8", "replace"))


def check(status: int) -> None:
    """For calls that lead to no callback."""
    if status != 0:
        raise last_error(status)


def call(function: Callable[..., int], *arguments: Any) -> None:
    """For all others."""
    make_sure_of_room()
    frame, outer, was_open = _Frame(), _local.frame, None
    try:
        _local.frame = frame
        if frame.in_main:
            was_open = gate.enter()
        status = function(*arguments)
    except ctypes.ArgumentError as error:
        raise TypeError(str(error)) from None
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
    if frame.untold is not None:
        raise frame.untold
    if status != 0:
        raise _failure(frame, status)
    if frame.late is not None:
        raise frame.late


def _failure(frame: _Frame, status: int) -> BaseException:
    """What a callback has raised, if the call fails for that."""
    text = _last_text()
    raised = [(noted, error) for noted_status, noted, error in frame.raised if noted_status == status]
    exactly = [error for noted, error in raised if noted == text]
    if exactly:
        return exactly[-1]
    of_a_mirror = [error for noted, error in raised if _is_part(noted, text)]
    if of_a_mirror:
        return of_a_mirror[0]
    failure = last_error(status)
    failure.__context__ = frame.raised[-1][2] if frame.raised else frame.late
    return failure


def _is_part(noted: str, text: str) -> bool:
    """A mirror puts the texts of its stores together."""
    return re.match(r"\d+ of \d+ stores failed: ", text) is not None and f": {noted}; " in f"{text}; "


def _code_of(error: BaseException) -> Errc:
    if not isinstance(error, Exception):
        return Errc.CANCELLED
    if isinstance(error, MemoryError):
        return Errc.OUT_OF_MEMORY
    if isinstance(error, NotImplementedError):
        return Errc.UNSUPPORTED
    if isinstance(error, (ConnectionError, TimeoutError)):
        return Errc.UNAVAILABLE
    return Errc.IO if isinstance(error, OSError) else Errc.INTERNAL


def _told(error: BaseException) -> Tuple[int, str, Optional[int], Optional[int]]:
    """Code, text, retry_after, HTTP status. Of a foreign exception the library learns the type: a text may say anything."""
    if isinstance(error, TresorError):
        return error._told()
    return int(_code_of(error)), f"Python code raised {type(error).__name__}", None, None


def _note(error: BaseException) -> int:
    """Returns the status for the library."""
    frame, told = _local.frame, _told(error)
    code, said, retry_after, http_status = told
    # What the library has noted last, and nobody has changed since, it knows better than this package.
    noted = error._noted if isinstance(error, TresorError) else None
    if noted is None or noted is not _local.last or noted != told:
        lib.tresor_error_set(-code, said.replace("\0", "?").encode("utf-8", "replace"))
        lib.tresor_error_set_answer(-1 if retry_after is None else retry_after, http_status or 0)
        _local.last = None
    if frame is not None:
        frame.raised.append((-code, _last_text(), error))
        del frame.raised[:-16]
        if not isinstance(error, Exception) and frame.interrupt is None:
            frame.interrupt = error
    return -code


def _keep(raised: Optional[BaseException], error: BaseException) -> int:
    """If the first cannot be noted because of the second."""
    frame = _local.frame
    if frame is not None:
        if frame.untold is None:
            frame.untold = error if raised is None else raised
        if not isinstance(error, Exception) and frame.interrupt is None:
            frame.interrupt = error
    return -int(Errc.INTERNAL)


def _note_late(error: BaseException) -> None:
    """Of a callback that cannot fail: raised when the call is over."""
    frame = _local.frame
    if frame is None:
        return
    if not isinstance(error, Exception) and frame.interrupt is None:
        frame.interrupt = error
    if frame.late is None:
        frame.late = error


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


def callback(type_: Any, *, only_tells: bool = False) -> Callable[[Callable[..., Optional[int]]], Any]:
    """Makes a function for C of a Python function that may raise anything. None is status 0.

    `only_tells`: nobody waits for what it does, and its failure is not one of the call.
    """
    def of(work: Callable[..., Optional[int]]) -> Any:
        def carrying(*arguments: Any) -> int:
            raised: Optional[BaseException] = None
            try:
                try:
                    return _carried(lambda: work(*arguments)) or 0
                except BaseException as error:
                    raised = error
                    return _note(error)
            except BaseException as error:
                return _keep(raised, error)
            finally:
                raised = None  # its traceback leads here

        def carrying_late(*arguments: Any) -> None:
            try:
                _carried(lambda: work(*arguments))
            except BaseException as error:
                if only_tells and isinstance(error, Exception):
                    raise  # ctypes gives it to sys.unraisablehook
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
