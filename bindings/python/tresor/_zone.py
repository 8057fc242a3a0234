"""Time zones of Python as the library asks for them."""
from __future__ import annotations

from datetime import timedelta, tzinfo
from typing import Any, Optional

from ._call import callback, hosts
from ._prototypes import tresor_utc_offset
from .timestamp import EPOCH


class Zone:
    """How far a clock on the wall is ahead of UTC."""

    def __init__(self, zone: Optional[tzinfo]) -> None:
        if zone is not None and not isinstance(zone, tzinfo):
            raise TypeError(f"a time zone is of type tzinfo, not {type(zone).__name__}")
        self.zone = zone
        self._quarter, self._ahead = -1 << 63, 0  # the one asked for last: offsets change on quarters of an hour

    def ahead(self, time: int) -> int:
        if time // 900 != self._quarter and self.zone is not None:
            try:
                ahead = (EPOCH + timedelta(seconds=time // 900 * 900)).astimezone(self.zone).utcoffset()
            except OverflowError:  # a time that no datetime can hold
                ahead = None
            self._quarter, self._ahead = time // 900, 0 if ahead is None else ahead // timedelta(seconds=1)
        return self._ahead

    def fill(self, struct: Any) -> None:
        if self.zone is not None:
            struct.utc_offset, struct.payload = utc_offset, hosts.payload(self)


@callback(tresor_utc_offset)
def utc_offset(seconds: Any, time: int, payload: int) -> None:
    seconds[0] = hosts[payload].ahead(time)
