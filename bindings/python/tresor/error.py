"""The one exception of this package, and the word for what is odd but no failure."""
from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Optional, Tuple, Union


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
        if retry_after is not None and not (isinstance(retry_after, int) and 0 <= retry_after < 2**63):
            raise ValueError("retry_after is a number of whole seconds")
        self.code = Errc(code)
        self.message = str(message) or self.name
        self.retry_after = retry_after
        self.http_status = http_status
        super().__init__(self.message)

    @property
    def name(self) -> str:
        """The code as a word: "auth_failed"."""
        return self.code.name.lower()

    def __str__(self) -> str:
        return self.message if self.message == self.name else f"{self.name}: {self.message}"

    def __reduce__(self) -> Tuple[Any, ...]:
        return _again, (int(self.code), self.message, self.retry_after, self.http_status)


def _again(code: int, message: str, retry_after: Optional[int], http_status: Optional[int]) -> TresorError:
    return TresorError(code, message, retry_after=retry_after, http_status=http_status)


@dataclass(frozen=True)
class Finding:
    """Something odd in foreign data that was survived. `pointer` is a JSON pointer, "" for the whole document."""

    pointer: str
    reason: str


def wrong(message: str) -> TresorError:
    return TresorError(Errc.INVALID_ARGUMENT, message)
