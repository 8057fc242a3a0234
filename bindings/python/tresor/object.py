"""What a store tells of an object, and what a put or a removal may depend on."""
from __future__ import annotations

import enum
from ctypes import byref, c_int
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Optional, Union

from ._call import check
from ._library import lib
from ._memory import int64, text
from ._prototypes import NEVER, UNKNOWN_SIZE, tresor_condition, tresor_object
from .error import whole
from .timestamp import optional_seconds, optional_time, seconds_or_now


class Abilities(enum.IntFlag):
    """What a store can do."""

    NONE = 0
    LIST = 1 << 0
    PUT_IF_ABSENT = 1 << 1  # IfAbsent is exact, also between processes
    CONDITIONAL_PUT = 1 << 2  # IfVersion
    CONDITIONAL_REMOVE = 1 << 3  # the same; every object has a version then
    ANY_NAME = 1 << 4  # not only `config` and `backups/<64 hex>`


@dataclass(frozen=True)
class ObjectInfo:
    """`name`: segments of A-Z a-z 0-9 . _ - joined by /. `size` in bytes. `modified`: by the store's clock, None if it
    tells none. `version`: opaque, equal means not written since, "" if the store has none; at most 255 bytes."""

    name: str
    size: int
    modified: Optional[datetime] = None
    version: str = ""

    def expired(self, retention_days: int, now: Optional[datetime] = None) -> bool:
        """Whether it is a Safe backup, `backups/<64 hex>`, that was not written for so many days."""
        out, struct = c_int(), tresor_object()
        fill(struct, self)
        days = int64(retention_days, "retention_days")
        check(lib.tresor_object_expired(byref(out), byref(struct), days, seconds_or_now(now)))
        return bool(out.value)


@dataclass(frozen=True)
class IfAbsent:
    """Only where there is no object of that name; else it is a conflict."""


@dataclass(frozen=True)
class IfVersion:
    """Only where the object has this version; else it is a conflict."""

    version: str


Condition = Union[IfAbsent, IfVersion]
_IF_ANY, _IF_ABSENT, _IF_VERSION = 0, 1, 2


def condition_struct(condition: Optional[Condition]) -> Any:
    if condition is None:
        return None
    if isinstance(condition, IfAbsent):
        return byref(tresor_condition(_IF_ABSENT, None))
    if isinstance(condition, IfVersion):
        return byref(tresor_condition(_IF_VERSION, _version(condition.version)))
    raise TypeError(f"a condition is IfAbsent() or IfVersion(...), not {type(condition).__name__}")


def _version(version: str) -> bytes:
    """Opaque: what is not UTF-8 comes back as it came."""
    return text(version, "a version", "surrogateescape")


def condition_of(pointer: Any) -> Optional[Condition]:
    if not pointer or pointer[0].kind == _IF_ANY:
        return None
    return IfAbsent() if pointer[0].kind == _IF_ABSENT else IfVersion(pointer[0].version.decode("utf-8", "surrogateescape"))


def info_of(struct: Any) -> ObjectInfo:
    return ObjectInfo(struct.name.decode(), struct.size, optional_time(struct.modified),
                      struct.version.decode("utf-8", "surrogateescape"))


def new_object() -> Any:
    return tresor_object(modified=NEVER)


def fill(struct: Any, info: ObjectInfo) -> None:
    if not isinstance(info, ObjectInfo):
        raise TypeError(f"an ObjectInfo is needed, not {type(info).__name__}")
    size = whole(info.size, "the size of an object", 0, UNKNOWN_SIZE - 1)
    check(lib.tresor_object_set(byref(struct), text(info.name, "a name"), size, optional_seconds(info.modified),
                                _version(info.version)))
