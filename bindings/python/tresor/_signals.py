"""Signals that arrive while the library works.

A handler of Python's may raise, as the one for Ctrl-C does, and Python runs handlers at the first instruction of the
first Python function that it gets to. In a call of the library that is the entry of a callback, before any `try`:
ctypes would print the exception and return anything at all to C. So, for the length of a call from the main thread,
handlers that are Python functions are taken down, run where a callback is ready to carry what they raise, and put back.

What the system knows of a handler is put back as it was, too: Python's own functions would forget what siginterrupt() has
set, and undo a handler in C that somebody has installed over Python's.
"""
from __future__ import annotations

import ctypes
import importlib
import os
import signal
import threading
from types import FrameType
from typing import Any, Callable, Dict, List, Optional, Tuple

# The functions of `signal` without the search for an enum, which would take longer than most calls.
_signal: Any = importlib.import_module("_signal")
_SIGNALS = tuple(sorted(int(number) for number in signal.valid_signals() if number < 32))

# Keeps the interpreter's lock: to wait for it would take longer than the function.
_sigaction: Any = ctypes.PyDLL(None).sigaction if os.name == "posix" else None
_Room: Any = ctypes.c_void_p * 64  # more than enough


def _action(number: int, new: Any = None) -> Any:
    """What the system does on a signal, before it is told to do something else. A struct that each system has in its own
    form, to be kept and not to be read, but for the address of a function that it begins with."""
    old = _Room()
    if _sigaction is not None:
        _sigaction(number, new, old)
    return old


class Gate:
    """Of the main thread, which alone runs handlers of signals."""

    def __init__(self) -> None:
        self._calls = 0  # of the library, one within the other
        self._open = False  # whether handlers may run: in Python code that the innermost call has called
        self._waiting: List[Tuple[int, Optional[FrameType]]] = []
        self._handlers: Dict[int, Callable[[int, Optional[FrameType]], Any]] = {}
        self._own = self._handle  # one object, to be recognised
        self._actions: Dict[int, Any] = {}
        self._python: Optional[int] = None  # the address of the function in C that all of Python's handlers have
        self._forked_here = True

    @staticmethod
    def is_here() -> bool:
        return threading.current_thread() is threading.main_thread()

    def enter(self) -> bool:
        """Before a call. Returns what leave() is to be given."""
        if self._calls == 0:
            try:
                self._take_down()
            except BaseException:
                self._put_back()
                raise
        was_open, self._open = self._open, False
        self._calls += 1
        return was_open

    def leave(self, was_open: bool) -> None:
        self._calls -= 1
        self._open = was_open
        if self._calls == 0:
            try:
                self._put_back()
            except BaseException:
                self._put_back()
                raise

    def _take_down(self) -> None:
        for number in _SIGNALS:
            handler = _signal.getsignal(number)
            if callable(handler) and handler is not self._own:
                self._handlers[number], self._actions[number] = handler, _action(number)
                _signal.signal(number, self._own)
                self._python = self._python or _action(number)[0]

    def _put_back(self) -> None:
        for number, handler in self._handlers.items():
            if _signal.getsignal(number) is self._own:
                now = _action(number)
                _signal.signal(number, handler)
                _action(number, self._actions[number] if now[0] == self._python else now)

    def open(self) -> None:
        """In a callback, where what handlers raise is caught."""
        self._open = True
        self.run_waiting()

    def close(self) -> None:
        self._open = False

    def run_waiting(self) -> None:
        while self._waiting:
            number, frame = self._waiting.pop(0)
            try:
                self._run(number, frame)
            except BaseException:
                rest, self._waiting = self._waiting, []
                for number, _ in rest:
                    signal.raise_signal(number)
                raise

    def _handle(self, number: int, frame: Optional[FrameType]) -> None:
        # Without a call: on the way down or back.
        if self._calls > 0 and not self._open:
            self._waiting.append((number, frame))
        else:
            self._run(number, frame)

    def _run(self, number: int, frame: Optional[FrameType]) -> None:
        # Closed before the handler raises: the way out to where it is caught is not to be cut off by another signal.
        was_open, self._open = self._open, False
        self._handlers[number](number, frame)
        self._open = was_open


    def before_fork(self) -> None:
        self._forked_here = self.is_here()

    def after_fork(self) -> None:
        """In the child of another thread, which is the main thread there: the calls of the parent's end nowhere."""
        if not self._forked_here:
            self._calls, self._waiting = 1, []
            self.leave(False)


gate = Gate()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=gate.before_fork, after_in_child=gate.after_fork)
