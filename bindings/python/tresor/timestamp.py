"""Times: aware `datetime` in UTC, whole seconds."""
from __future__ import annotations

from ctypes import byref, c_int64, create_string_buffer
from datetime import datetime, timedelta, timezone
from typing import Optional

from ._call import check
from ._library import lib
from ._memory import text
from ._prototypes import NEVER, TIME_SIZE
from .error import Errc, TresorError, wrong

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)


def seconds_of(time: datetime) -> int:
    """Since 1970, rounded down. A time without a zone is refused: nobody knows when it is."""
    if not isinstance(time, datetime):
        raise TypeError(f"a datetime is needed, not {type(time).__name__}")
    if time.tzinfo is None or time.utcoffset() is None:
        raise wrong("a time needs a zone: datetime.now(timezone.utc), not datetime.now()")
    return (time - EPOCH) // SECOND


def optional_seconds(time: Optional[datetime]) -> int:
    return NEVER if time is None else seconds_of(time)


def seconds_or_now(time: Optional[datetime]) -> int:
    return int(lib.tresor_time_now()) if time is None else seconds_of(time)


def time_of(seconds: int) -> datetime:
    try:
        return EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        raise TresorError(Errc.MALFORMED, "a time lies before the year 1") from None


def optional_time(seconds: int) -> Optional[datetime]:
    return None if seconds == NEVER else time_of(seconds)


def now() -> datetime:
    """The current time, in whole seconds."""
    return time_of(lib.tresor_time_now())


def format_time(time: datetime) -> str:
    """As RFC 3339 in UTC: "2026-11-24T06:05:00Z"."""
    out = create_string_buffer(TIME_SIZE)
    check(lib.tresor_time_format(out, seconds_of(time)))
    return out.value.decode()


def parse_time(written: str) -> datetime:
    """The same form; a fraction of a second is cut, "+00:00" is accepted for "Z". Raises invalid_argument."""
    out = c_int64()
    check(lib.tresor_time_parse(byref(out), text(written, "a time")))
    try:
        return time_of(out.value)
    except TresorError as error:
        raise wrong(error.message) from None
