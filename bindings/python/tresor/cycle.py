"""When a Safe is uploaded, and why; when it expires, and what to warn of. State and time go in, decisions come out."""
from __future__ import annotations

import enum
from ctypes import byref, c_int64, c_ubyte, create_string_buffer
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, List, Optional, Union

from ._call import check
from ._library import lib
from ._memory import Buffer, Lent, int64, plain
from ._prototypes import DIGEST_SIZE, new, tresor_cycle_policy, tresor_cycle_state, tresor_decision
from .error import Errc, TresorError, one_of, typed, whole, wrong
from .keys import Keys
from .secret import BytesLike, Secret
from .timestamp import optional_seconds, optional_time, seconds_or_now


class Reason(enum.IntEnum):
    """Why something was uploaded or not. `reason.word` is what the tool writes: "never_uploaded"."""

    NEVER_UPLOADED = 0
    FORCED = 1
    CHANGED = 2  # and the last upload is 23 h old
    REFRESH = 3  # the last upload is so old that the store might drop it
    AFTER_FAILURE = 4
    UNCHANGED = 5
    GRACE = 6  # changed, but the last upload is less than 23 h old
    DISABLED = 7

    @property
    def word(self) -> str:
        """As the library and its tool write it."""
        return str(lib.tresor_reason_name(self.value).decode())


class WarningKind(enum.Enum):
    """What a CycleWarning is about."""

    NEVER_UPLOADED = "never_uploaded"  # on for over 7 days without any upload
    FAILING = "failing"  # for over 7 days
    AGING = "aging"  # half the retention time has passed
    EXPIRING = "expiring"  # 14 days or a quarter of the retention are left
    EXPIRED = "expired"
    CLOCK = "clock"  # the last upload lies in the future: a clock was set back


@dataclass(frozen=True)
class CycleWarning:
    """What to tell a person; `text` is a sentence in English."""

    kind: WarningKind
    days: int  # full days since the last upload; for NEVER_UPLOADED since Safe is on
    text: str


@dataclass(frozen=True)
class CyclePolicy:
    """Spans of whole seconds, longer than none. `refresh_after` None: half the retention."""

    period: timedelta = timedelta(hours=24)
    grace: timedelta = timedelta(hours=23)
    refresh_after: Optional[timedelta] = None

    def _struct(self) -> Any:
        struct = new(tresor_cycle_policy)
        for name in ("period", "grace", "refresh_after"):
            span = getattr(self, name)
            if span is None:
                continue
            # The library takes 0 for its own default.
            if span < timedelta(seconds=1):
                raise wrong(f"{name} is at least a second")
            setattr(struct, name, span // timedelta(seconds=1))
        return struct


@dataclass(frozen=True)
class Decision:
    """What decide() says."""

    upload: bool
    reason: Reason
    next_due: Optional[datetime]  # if that is done; None when Safe is off


def content_digest(canonical: Union[str, BytesLike, Secret], keys: Keys) -> bytes:
    """What content is recognised by (32 bytes); `canonical` as check_account() writes it."""
    out = create_string_buffer(DIGEST_SIZE)
    with Lent(canonical) as lent, typed(keys, Keys, "keys")._entered() as pointer:
        check(lib.tresor_cycle_digest(out, lent.address, lent.size, pointer))
    return out.raw


def _digest(digest: bytes) -> Any:
    return (c_ubyte * DIGEST_SIZE).from_buffer_copy(plain(digest, DIGEST_SIZE, "a digest"))


def _policy(policy: Optional[CyclePolicy]) -> Any:
    return None if policy is None else byref(typed(policy, CyclePolicy, "a policy")._struct())


@dataclass(frozen=True)
class CycleState:
    """What is known of the Safe of one account. It is never changed: after_upload() and its like give the next one."""

    enabled: bool = False
    enabled_at: Optional[datetime] = None
    last_attempt: Optional[datetime] = None  # every tick, also one that skipped
    last_upload: Optional[datetime] = None
    digest: Optional[bytes] = None  # of the last upload
    last_error: Optional[Errc] = None  # of the last attempt; None if it went well
    failures: int = 0  # in a row
    failing_since: Optional[datetime] = None
    not_before: Optional[datetime] = None  # after a failure
    retention_days: int = 180  # of the store

    def decide(self, digest: bytes, *, force: bool = False, policy: Optional[CyclePolicy] = None,
               now: Optional[datetime] = None) -> Decision:
        """Upload now, or not, and why?"""
        out = tresor_decision()
        check(lib.tresor_cycle_decide(byref(out), byref(self._struct()), _digest(digest), bool(force), _policy(policy),
                                      seconds_or_now(now)))
        return Decision(bool(out.upload), Reason(out.reason), optional_time(out.next_due))

    def after_upload(self, digest: bytes, now: Optional[datetime] = None) -> CycleState:
        """What is known after an upload of this content."""
        struct = self._struct()
        check(lib.tresor_cycle_after_upload(byref(struct), _digest(digest), seconds_or_now(now)))
        return CycleState._of(struct)

    def after_skip(self, reason: Reason, now: Optional[datetime] = None) -> CycleState:
        """What is known after a tick that did not upload."""
        struct = self._struct()
        check(lib.tresor_cycle_after_skip(byref(struct), one_of(Reason, reason, "reason"), seconds_or_now(now)))
        return CycleState._of(struct)

    def after_failure(self, error: Union[TresorError, Errc], now: Optional[datetime] = None) -> CycleState:
        """What is known after a failure; when to try again depends on its code and its retry_after."""
        struct = self._struct()
        code, _, wait, _ = error._told() if isinstance(error, TresorError) else (one_of(Errc, error, "code"), "", None, None)
        check(lib.tresor_cycle_after_failure(byref(struct), -code, -1 if wait is None else wait, seconds_or_now(now)))
        return CycleState._of(struct)

    def next_due(self, policy: Optional[CyclePolicy] = None, now: Optional[datetime] = None) -> Optional[datetime]:
        """When to tick next; None when Safe is off."""
        out = c_int64()
        check(lib.tresor_cycle_next_due(byref(out), byref(self._struct()), _policy(policy), seconds_or_now(now)))
        return optional_time(out.value)

    def refresh_due(self, policy: Optional[CyclePolicy] = None) -> Optional[datetime]:
        """None without an upload."""
        out = c_int64()
        check(lib.tresor_cycle_refresh_due(byref(out), byref(self._struct()), _policy(policy)))
        return optional_time(out.value)

    def expires_at(self) -> Optional[datetime]:
        """When the store may drop the last upload; None without one."""
        out = c_int64()
        check(lib.tresor_cycle_expires_at(byref(out), byref(self._struct())))
        return optional_time(out.value)

    def warnings(self, now: Optional[datetime] = None) -> List[CycleWarning]:
        """What to tell a person."""
        with Buffer() as out:
            check(lib.tresor_cycle_warnings(out.out, byref(self._struct()), seconds_or_now(now)))
            return [CycleWarning(WarningKind(one["kind"]), one["days"], one["text"]) for one in out.json()]

    def _struct(self) -> Any:
        struct = new(tresor_cycle_state)
        struct.enabled, struct.retention_days = bool(self.enabled), int64(self.retention_days, "retention_days")
        struct.failures = whole(self.failures, "failures", 0, 2**32 - 1)
        for name in ("enabled_at", "last_attempt", "last_upload", "failing_since", "not_before"):
            setattr(struct, name, optional_seconds(getattr(self, name)))
        if self.digest is not None:
            struct.has_digest, struct.digest = True, _digest(self.digest)
        struct.last_error = 0 if self.last_error is None else -one_of(Errc, self.last_error, "code")
        return struct

    @staticmethod
    def _of(struct: Any) -> CycleState:
        return CycleState(
            enabled=bool(struct.enabled), enabled_at=optional_time(struct.enabled_at),
            last_attempt=optional_time(struct.last_attempt), last_upload=optional_time(struct.last_upload),
            digest=bytes(struct.digest) if struct.has_digest else None,
            last_error=Errc(-struct.last_error) if struct.last_error else None, failures=struct.failures,
            failing_since=optional_time(struct.failing_since), not_before=optional_time(struct.not_before),
            retention_days=struct.retention_days)
