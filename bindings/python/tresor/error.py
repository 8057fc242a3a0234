"""The one exception of this package, and the word for what is odd but no failure."""
from __future__ import annotations

import enum
import operator
from dataclasses import dataclass
from typing import Any, Callable, Optional, Tuple, Type, TypeVar, Union


class Errc(enum.IntEnum):
    """What to do next. The numbers are those of the library, and of the exit codes of its tool."""

    INTERNAL = 1  # a bug: of the library, or of Python code that it called
    INVALID_ARGUMENT = 2  # wrong use: bad ID, empty password, unknown option, bad location
    MALFORMED = 3  # the bytes are damaged or not of this format
    UNSUPPORTED = 4  # a newer version or scheme; something this store cannot do
    AUTH_FAILED = 5  # a tag, MAC or hash does not match: wrong password or tampered
    TOO_LARGE = 6  # over a limit
    NOT_FOUND = 7  # no such object, no state, no configuration
    DENIED = 8  # refused: credentials, certificate, permissions of a secret file
    UNAVAILABLE = 9  # no connection, time limit, server trouble: try again
    IO = 10  # local files, full disk
    OUT_OF_MEMORY = 11  # a key derivation or a buffer could not be had
    CONFLICT = 12  # exists already, changed meanwhile, locked by another
    CANCELLED = 13  # by the caller


LONGEST, HIGHEST = 2**63 - 1, 2**31 - 1  # seconds, HTTP status
_T = TypeVar("_T")


class TresorError(Exception):
    """Every failure of the library; raise it in a store of your own to say what went wrong there.

    `code` is an Errc (an int), `name` its lowercase word such as "auth_failed", `message` a sentence for people.
    `retry_after` is for how many seconds a server asked to be left alone, `http_status` the HTTP status behind the
    failure; both are None where there is none. None of it holds a secret.
    """

    # Also of a subclass that never calls __init__.
    code: Errc = Errc.INTERNAL
    message = "internal"
    retry_after: Optional[int] = None
    http_status: Optional[int] = None
    _noted: Any = None  # for _call

    def __init__(self, code: Union[Errc, int], message: str = "", *, retry_after: Optional[int] = None,
                 http_status: Optional[int] = None) -> None:
        self.code = Errc(whole(code, "a code", 1, len(Errc), ValueError))
        self.message = str(message) or self.name
        if retry_after is not None:
            self.retry_after = whole(retry_after, "retry_after", 0, LONGEST, ValueError)
        if http_status is not None:
            self.http_status = whole(http_status, "http_status", 0, HIGHEST, ValueError)
        super().__init__(self.message)

    @property
    def name(self) -> str:
        """The code as a word: "auth_failed"."""
        return known(self.code).name.lower()

    def __str__(self) -> str:
        return self.message if self.message == self.name else f"{self.name}: {self.message}"

    def __reduce__(self) -> Tuple[Any, ...]:
        return _again, self._told()

    def _told(self) -> Tuple[int, str, Optional[int], Optional[int]]:
        """Code and all as the library takes them; a program may have set the attributes to anything."""
        return (int(known(self.code)), str(self.message), _if_in_range(self.retry_after, LONGEST),
                _if_in_range(self.http_status, HIGHEST))


def known(code: Any) -> Errc:
    try:
        return Errc(code)
    except ValueError:
        return Errc.INTERNAL


def _if_in_range(number: Any, most: int) -> Optional[int]:
    return number if isinstance(number, int) and 0 <= number <= most else None


def _again(code: int, message: str, retry_after: Optional[int], http_status: Optional[int]) -> TresorError:
    return TresorError(code, message, retry_after=retry_after, http_status=http_status)


@dataclass(frozen=True)
class Finding:
    """Something odd in foreign data that was survived. `pointer` is a JSON pointer, "" for the whole document."""

    pointer: str
    reason: str


def wrong(message: str) -> TresorError:
    return TresorError(Errc.INVALID_ARGUMENT, message)


# ---- of arguments: a wrong type is a TypeError; ctypes would take a number modulo 2^n ----

def whole(number: Any, what: str, least: int, most: int, refuse: Callable[[str], Exception] = wrong) -> int:
    """A whole number within its range."""
    value = operator.index(number)
    if not least <= value <= most:
        raise refuse(f"{what} is out of range")
    return value


def typed(value: Any, type_: Type[_T], what: str) -> _T:
    """What is of this type."""
    if not isinstance(value, type_):
        raise TypeError(f"{what} is of type {type_.__name__}, not {type(value).__name__}")
    return value


def one_of(kind: Type[_T], value: Any, what: str) -> _T:
    """A member of an IntEnum, also by its number."""
    try:
        return kind(operator.index(value))  # type: ignore[call-arg]
    except ValueError:
        raise wrong(f"there is no such {what}") from None
