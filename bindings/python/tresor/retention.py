"""How long a store keeps a Safe and how large one may be, its object `config`; and what a sweep tells."""
from __future__ import annotations

from ctypes import byref
from dataclasses import dataclass, field
from typing import Any, Callable, Optional, Tuple, Union

from ._call import callback, check, hosts, interrupted
from ._library import lib
from ._memory import Buffer, Lent, int64
from ._prototypes import UNKNOWN_SIZE, member, tresor_limits, tresor_sweep_options
from .error import Errc, Finding, TresorError, typed, whole
from .object import ObjectInfo, info_of
from .secret import BytesLike
from .stream import Progress


@dataclass(frozen=True)
class Limits:
    """What a store accepts, and for how long it keeps it."""

    max_backup_bytes: int = 524288  # of a sealed Safe
    retention_days: int = 180  # since its last upload
    findings: Tuple[Finding, ...] = field(default=(), compare=False)  # what was odd where they were read

    def _struct(self) -> Any:
        return tresor_limits(whole(self.max_backup_bytes, "max_backup_bytes", 0, UNKNOWN_SIZE - 1),
                             int64(self.retention_days, "retention_days"))


def limits_of(struct: Any, findings: Tuple[Finding, ...]) -> Limits:
    return Limits(struct.max_backup_bytes, struct.retention_days, findings)


def parse_limits(config: Union[str, BytesLike]) -> Limits:
    """Reads a `config`. Values out of range are brought into it and reported. Raises malformed, too_large."""
    struct = tresor_limits()
    with Lent(config) as lent, Buffer() as findings:
        check(lib.tresor_limits_parse(byref(struct), findings.out, lent.address, lent.size))
        return limits_of(struct, findings.findings())


def format_limits(limits: Limits) -> bytes:
    """As a `config`: 1024 to 2^31 bytes, 1 to 36500 days. Raises invalid_argument out of range."""
    with Buffer() as out:
        check(lib.tresor_limits_format(out.out, byref(typed(limits, Limits, "limits")._struct())))
        return out.content()


@dataclass(frozen=True)
class Swept:
    """What a sweep has done, counted in Safe backups; nothing else is looked at."""

    examined: int
    expired: int
    removed: int  # 0 in a dry run
    bytes_freed: int
    kept_changed: int  # were renewed meanwhile, and stay
    failed: int  # could not be removed
    first_failure: Optional[Errc]


class Sweeping:
    """Who is told of a sweep, and asked."""

    def __init__(self, progress: Optional[Progress], ask: Optional[Callable[[ObjectInfo], Optional[bool]]]) -> None:
        self.progress, self.ask = progress, ask


@callback(member(tresor_sweep_options, "before_removal"))
def ask_before_removal(pointer: Any, payload: int) -> None:
    ask = hosts[payload].ask
    if interrupted() or (ask is not None and ask(info_of(pointer[0])) is False):
        raise TresorError(Errc.CANCELLED, "cancelled")
