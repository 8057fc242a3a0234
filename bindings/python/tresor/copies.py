"""Chat archives in a safe place: when the next is due, which copies stay, put, and looked at."""
from __future__ import annotations

import builtins
import enum
import os
from ctypes import byref, c_int64, cast
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Iterable, List, Optional, Tuple

from ._archive_file import Watch, work
from ._call import call, hosts
from ._library import lib
from ._memory import Buffer, Lent, optional_text, text
from ._prototypes import new, tresor_put_archive_options, tresor_utc_offset
from ._zone import Zone, utc_offset
from .archive import ArchiveLimits, Options
from .data_backup import ArchiveLike, _File
from .error import Errc, known, one_of, typed
from .place import Location, file_name
from .secret import Password
from .storage import Storage
from .stream import Progress
from .timestamp import seconds_of, seconds_or_now, time_of


class Every(enum.IntEnum):
    """How often a copy is made. `every.word` is what the tool writes: "daily"."""

    DAILY = 0
    WEEKLY = 1
    MONTHLY = 2
    QUARTERLY = 3
    YEARLY = 4

    @property
    def word(self) -> str:
        """As the library and its tool write it."""
        return str(lib.tresor_every_name(self.value).decode())


class Fate(enum.Enum):
    """What became of a copy; in a dry run, what would."""

    KEPT = "kept"
    REMOVED = "removed"
    FAILED = "failed"  # could not be removed


@dataclass(frozen=True)
class JudgedCopy:
    """Whether the copy of a time stays, and why: "newest", "daily 2026-11-24", "yearly 2026: a newer one is kept"."""

    time: datetime
    kept: bool
    reasons: Tuple[str, ...]


@dataclass(frozen=True)
class ArchiveCopy:
    """A copy in a store, and what became of it."""

    name: str
    time: datetime  # of what is in it
    bytes: int
    fate: Fate
    reasons: Tuple[str, ...]


@dataclass(frozen=True)
class PutArchive:
    """What put_archive() has done."""

    name: str
    bytes: int
    sha256: builtins.bytes  # 32 bytes
    uploaded: bool  # False: it was there already; in a dry run, whether it would be
    copies: Tuple[ArchiveCopy, ...]  # of this owner, the newest first; none without `keep`
    first_failure: Optional[Errc]  # of a removal; the put itself went well


@dataclass(frozen=True)
class ArchiveStatus:
    """When the last good copy of an owner was made; the three are None if there is none."""

    identity: str
    last_good: Optional[datetime]
    name: Optional[str]
    bytes: Optional[int]
    generations: int
    total_bytes: int
    next_due: Optional[datetime]
    overdue: bool


def _function(zone: Zone) -> Tuple[Any, Any]:
    """As an argument: a function and its payload."""
    return (cast(0, tresor_utc_offset), None) if zone.zone is None else (utc_offset, hosts.payload(zone))


def _time(seconds: Optional[int]) -> Optional[datetime]:
    return None if seconds is None else time_of(seconds)


def next_due(every: Every, last: datetime, *, tz: Optional[tzinfo] = None) -> datetime:
    """The same time on the wall (of `tz`, None for UTC) a day, week, month, three months or year after the last one; at
    the end of a month that has no such day, the first moment after a gap of the clocks."""
    out, zone = c_int64(), Zone(tz)
    call(lib.tresor_schedule_next_due, byref(out), one_of(Every, every, "interval"), seconds_of(last), *_function(zone))
    return time_of(out.value)


def thin(times: Iterable[datetime], keep: str, *, tz: Optional[tzinfo] = None) -> List[JudgedCopy]:
    """Which copies of these times stay by a policy "daily:7,weekly:4,monthly:12,yearly:10", the newest first.

    Kept is the last of each of so many days, weeks, months, years (of `tz`) that have one, and always the newest.
    """
    seconds, zone = [seconds_of(time) for time in times], Zone(tz)
    array = (c_int64 * len(seconds))(*seconds)
    with Buffer() as out:
        call(lib.tresor_schedule_thin, out.out, array, len(seconds), text(keep, "a policy"), *_function(zone))
        return [JudgedCopy(time_of(one["time"]), one["kept"], tuple(one["reasons"])) for one in out.json()]


def put_archive(store: Storage, file: ArchiveLike, password: Password, *, name: Optional[str] = None,
                keep: Optional[str] = None, owner: Optional[str] = None, deep: Optional[Location] = None,
                replace: bool = False, dry_run: bool = False, tz: Optional[tzinfo] = None, now: Optional[datetime] = None,
                limits: ArchiveLimits = ArchiveLimits(), allow_unencrypted: bool = False, assume_version: bool = False,
                jobs: int = 1, progress: Optional[Progress] = None) -> PutArchive:
    """Verifies an archive, uploads it as `data-backups/<ID>-<time>.zip`, reads it back and compares; with `keep` old
    copies of the same owner are then thinned, as thin() says.

    `name` is what the app has called the file, which tells the time; the path's unless said otherwise. `owner` is of an
    archive that does not tell it. `deep` is the path of a file to be, where the copy is downloaded to and verified.
    `progress` is told of reading the archive. A copy from more than a day after `now` (made while a clock was wrong) does
    not count when old ones are thinned. Raises auth_failed or malformed, and uploads nothing, for an archive that
    does not verify, conflict for another one of that name unless it is to be replaced. Whoever was cut off calls it again.
    """
    if name is None:
        name = os.fsdecode(os.path.basename(os.fspath(file))) if isinstance(file, (str, os.PathLike)) else ""
    struct, zone, watch = new(tresor_put_archive_options), Zone(tz), Watch(progress)
    struct.keep, struct.owner = optional_text(keep, "a policy"), optional_text(owner, "an owner")
    struct.deep = None if deep is None else file_name(deep)
    struct.replace, struct.dry_run = bool(replace), bool(dry_run)
    struct.now = seconds_or_now(now)
    zone.fill(struct)
    reading = Options(limits, allow_unencrypted, assume_version, False, jobs).struct(watch)
    called = os.fsencode(name)
    with typed(store, Storage, "a store")._entered() as pointer, _File(file) as archive, archive._entered() as opened, \
            Lent(password) as lent, Buffer() as out:
        work(watch, archive.file, lib.tresor_archive_put, out.out, pointer, opened, called, len(called), lent.address,
             lent.size, byref(reading), byref(struct))
        return _put_of(out.json())


def _put_of(told: Any) -> PutArchive:
    copies = tuple(ArchiveCopy(one["name"], time_of(one["time"]), one["bytes"], Fate(one["fate"]), tuple(one["reasons"]))
                   for one in told["copies"])
    failure = known(-told["first_failure"]) if told["first_failure"] else None
    return PutArchive(told["name"], told["bytes"], bytes.fromhex(told["sha256"]), told["uploaded"], copies, failure)


def archive_status(store: Storage, every: Every, *, owner: Optional[str] = None, now: Optional[datetime] = None,
                   tz: Optional[tzinfo] = None) -> List[ArchiveStatus]:
    """Of each owner who has a copy in the store, or of the one that is given. Needs no password: it goes by the names."""
    zone = Zone(tz)
    with typed(store, Storage, "a store")._entered() as pointer, Buffer() as out:
        call(lib.tresor_archive_status, out.out, pointer, optional_text(owner, "an owner"),
             one_of(Every, every, "interval"), seconds_or_now(now), *_function(zone))
        return [ArchiveStatus(one["identity"], _time(one["last_good"]), one["name"], one["bytes"], one["generations"],
                              one["total_bytes"], _time(one["next_due"]), one["overdue"]) for one in out.json()]
