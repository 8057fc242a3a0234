"""What an archive may cost, and what is told of work on one."""
from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Tuple

from ._archive_file import Watch
from ._call import hosts
from ._memory import Buffer
from ._prototypes import UNKNOWN_SIZE, new, tresor_data_backup_options
from .error import Errc, Finding, known, typed, whole
from .stream import tell_progress


@dataclass(frozen=True)
class ArchiveLimits:
    """What an archive may cost, whatever it says: bytes of one unpacked entry (8 GiB), of an unpacked table that is none of
    messages (128 MiB), of the directory (256 MiB), and entries (2,000,000). 0 is what stands here."""

    max_content_bytes: int = 0
    max_index_bytes: int = 0
    max_directory_bytes: int = 0
    max_entries: int = 0


class Options:
    """For each function the same, but for who watches."""

    def __init__(self, limits: ArchiveLimits, allow_unencrypted: bool, assume_version: bool, unix_line_ends: bool,
                 jobs: int) -> None:
        typed(limits, ArchiveLimits, "limits")
        self._members = {name: whole(getattr(limits, name), name, 0, UNKNOWN_SIZE)
                         for name in ("max_content_bytes", "max_index_bytes", "max_directory_bytes", "max_entries")}
        self._members.update(allow_unencrypted=bool(allow_unencrypted), assume_version=bool(assume_version),
                             unix_line_ends=bool(unix_line_ends), jobs=whole(jobs, "jobs", 1, 1024))

    def struct(self, watch: Watch) -> Any:
        struct = new(tresor_data_backup_options)
        for name, value in self._members.items():
            setattr(struct, name, value)
        struct.progress, struct.payload = tell_progress, hosts.payload(watch)
        return struct


class ChatFormat(enum.IntEnum):
    """How chats are exported."""

    HTML = 0  # pages for a browser, with pictures, videos and files beside them
    JSON = 1  # an object a line and a message
    TEXT = 2


@dataclass(frozen=True)
class ArchiveEntry:
    """A file in an archive, of so many bytes in it; `size` is what the archive says of its content."""

    name: str
    packed_size: int
    size: int


@dataclass(frozen=True)
class BadEntry:
    """An entry that does not authenticate (`code` is auth_failed) or cannot be unpacked, and why."""

    name: str
    code: Errc
    reason: str


@dataclass(frozen=True)
class VerifiedArchive:
    """Of how many entries and unpacked bytes; `bad` are the first thousand of `bad_count`."""

    entries: int
    bytes: int
    bad: Tuple[BadEntry, ...]
    bad_count: int
    findings: Tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether every entry is whole."""
        return self.bad_count == 0


@dataclass(frozen=True)
class ExtractedArchive:
    """How many files and bytes were written; `bad` was not."""

    files: int
    bytes: int
    bad: Tuple[BadEntry, ...]


@dataclass(frozen=True)
class ExportedChats:
    """What was written; `bad` is damaged, and not in it, or not all of it."""

    chats: int
    messages: int
    media: int
    bad: Tuple[BadEntry, ...]
    findings: Tuple[Finding, ...]


@dataclass(frozen=True)
class SalvagedArchive:
    """How many entries were saved, and how many were not whole."""

    recovered: int
    lost: int


def bad_entries(out: Buffer) -> Tuple[BadEntry, ...]:
    return tuple(BadEntry(one["name"], known(-one["status"]), one["reason"]) for one in out.json())
