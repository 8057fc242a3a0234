"""The Safe of one account: switched on, kept fresh, restored.

    with SafeClient("state.json", "/mnt/nas/safe") as client:
        client.enable("three quiet otters", "ECHOECHO", account)   # once; uploads at once
        client.tick(account)                                       # every day, every start: the cycle decides
    restored = restore("/mnt/nas/safe", "three quiet otters", "ECHOECHO")
"""
from __future__ import annotations

import enum
import json as _json
from contextlib import nullcontext
from ctypes import byref, c_int, c_int64
from ctypes import pointer as pointer_to
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Callable, ContextManager, Dict, Optional, Tuple, Union, cast

from ._call import call, callback, check, hosts
from ._handle import Handle, Owner
from ._library import lib
from ._memory import Buffer, Lent, LentIfAny, optional_text, text
from ._prototypes import NEVER, member, new, tresor_client, tresor_client_options, tresor_outcome
from .cycle import CyclePolicy, Reason
from .error import Finding, typed, wrong
from .model import AccountLike, Document, document
from .place import Location, Place, place_of
from .secret import Password, Secret
from .state import StateFile, StateStore
from .storage import Storage
from .stream import Progress, tell_progress
from .timestamp import optional_time, parse_time, seconds_or_now

Store = Union[Location, Place, Storage]


class OutcomeKind(enum.IntEnum):
    """What a tick has done. `kind.word` is what the tool writes: "uploaded"."""

    UPLOADED = 0
    UNCHANGED = 1
    GRACE = 2
    DISABLED = 3

    @property
    def word(self) -> str:
        """As the library and its tool write it."""
        return str(lib.tresor_outcome_name(self.value).decode())


class LogLevel(enum.IntEnum):
    """How much an event of a log matters."""

    DEBUG = 0
    INFO = 1
    WARNING = 2


# Gets no secrets; of a backup id only the first byte.
Log = Callable[[LogLevel, str, Dict[str, str]], Any]


@dataclass(frozen=True)
class Outcome:
    """What was done, and why."""

    kind: OutcomeKind
    reason: Reason
    next_due: Optional[datetime]  # when to tick next; None when Safe is off
    findings: Tuple[Finding, ...]  # what is odd in the account or the store


@dataclass(frozen=True)
class Verified:
    """`differs`: from what was uploaded last. `last_upload` by the state, `modified` by the store's clock."""

    differs: bool
    last_upload: Optional[datetime]
    modified: Optional[datetime]
    findings: Tuple[Finding, ...]


@dataclass(frozen=True)
class Restored(Document):
    """`json` is the account as it was sealed, `modified` when the store got it."""

    json: Secret
    modified: Optional[datetime]
    findings: Tuple[Finding, ...]


@dataclass(frozen=True)
class Status:
    """What a person wants to know; nothing secret. `warnings` say what stands in the way of a good backup, as text."""

    enabled: bool
    identity: str
    store: Optional[str]
    backup_id: Optional[str]  # 64 hex digits
    last_upload: Optional[datetime]
    last_outcome: Optional[str]
    next_due: Optional[datetime]
    refresh_due: Optional[datetime]
    expires_at: Optional[datetime]
    retention_days: Optional[int]
    max_backup_bytes: Optional[int]
    backup_bytes: Optional[int]
    failing_since: Optional[datetime]
    pending_removal: Tuple[str, ...]  # stores of old backups that are yet to be removed
    warnings: Tuple[Finding, ...]


def _status_of(said: Dict[str, Any]) -> Status:
    for name in ("last_upload", "next_due", "refresh_due", "expires_at", "failing_since"):
        said[name] = None if said[name] is None else parse_time(said[name])
    said["pending_removal"] = tuple(said["pending_removal"])
    said["warnings"] = tuple(Finding(one["pointer"], one["reason"]) for one in said["warnings"])
    return Status(**{name: said[name] for name in Status.__dataclass_fields__})


class _Listener:
    """Who is told what a client does."""

    def __init__(self, progress: Optional[Progress], log: Optional[Log]) -> None:
        self.progress, self.log = progress, log


@callback(member(tresor_client_options, "log"), only_tells=True)
def _log(level: int, event: bytes, fields: bytes, payload: int) -> None:
    hosts[payload].log(LogLevel(level), event.decode(), _json.loads(fields))


class SafeClient(Owner):
    """Keeps the Safe of one account.

    `state` is a path or a StateStore. `store` is where backups are kept: a location or Place, which enable() and restore()
    note in the state and tick() takes from there, or an open Storage; it may be left out for a client that only ticks.
    `progress` is told of uploads and downloads by location, False from it cancels. `log` is told of what is done; that is
    done all the same when it raises an Exception, which goes to sys.unraisablehook. Times default to now.
    """

    def __init__(self, state: Union[Location, StateStore], store: Optional[Store] = None, *,
                 cycle: Optional[CyclePolicy] = None, progress: Optional[Progress] = None,
                 log: Optional[Log] = None) -> None:
        self._own_states = not isinstance(state, StateStore)
        self._states = state if isinstance(state, StateStore) else StateFile(state)
        self._store = store if store is None or isinstance(store, Storage) else place_of(store)
        self._listener = _Listener(progress, log)
        policy = typed(CyclePolicy() if cycle is None else cycle, CyclePolicy, "a cycle")._struct()
        payload, logs = hosts.payload(self._listener), log is not None
        states = self._states._needed()
        storage = self._store._needed() if isinstance(self._store, Storage) else None

        def make(out: Any) -> None:
            options = new(tresor_client_options)
            options.cycle, options.progress, options.payload = pointer_to(policy), tell_progress, payload
            if logs:
                options.log = _log
            check(lib.tresor_client_create(out, states.pointer, storage.pointer if storage else None, byref(options)))
        self._own(Handle(tresor_client, make, lib.tresor_client_free, [states] if storage is None else [states, storage]))

    def enable(self, password: Password, identity: str, account: AccountLike, *, replace: bool = False,
               data: Optional[str] = None, now: Optional[datetime] = None) -> Outcome:
        """Switches Safe on and uploads at once. `data` is a note of the program's own, kept in the state.

        Raises conflict if Safe is on already or the store holds a backup of this ID and password; with `replace` that is
        replaced: the new upload first, then the old backup is removed, if it has another name or place. Raises not_found if
        the store has no `config` (Storage.put_limits() makes one), too_large if the account is over the store's limit.
        """
        out = tresor_outcome()
        with Lent(password) as secret, document(account) as json, self._noted() as place, self._entered() as pointer, \
                Buffer() as findings:
            call(lib.tresor_client_enable, byref(out), findings.out, pointer, secret.address, secret.size,
                 text(identity, "a Threema ID"), json.address, json.size, place, optional_text(data, "data"),
                 bool(replace), seconds_or_now(now))
            return _outcome_of(out, findings)

    def tick(self, account: AccountLike, *, force: bool = False, now: Optional[datetime] = None) -> Outcome:
        """One tick of the cycle: uploads if that is due, and says why or why not.

        A failure is noted in the state and raised; the old backup stands. Raises not_found without a state.
        """
        out = tresor_outcome()
        with document(account) as json, self._entered() as pointer, Buffer() as findings:
            call(lib.tresor_client_tick, byref(out), findings.out, pointer, json.address, json.size, bool(force),
                 seconds_or_now(now))
            return _outcome_of(out, findings)

    def change_password(self, password: Password, account: Optional[AccountLike] = None, *,
                        now: Optional[datetime] = None) -> Outcome:
        """Uploads under the new password, then removes the old backup. `account` None: that of the last backup.

        Raises not_found if Safe is off.
        """
        out = tresor_outcome()
        with Lent(password) as secret, (LentIfAny(None) if account is None else document(account)) as json, \
                self._entered() as pointer, Buffer() as findings:
            call(lib.tresor_client_change_password, byref(out), findings.out, pointer, secret.address, secret.size,
                 json.address, json.size, seconds_or_now(now))
            return _outcome_of(out, findings)

    def verify(self) -> Verified:
        """A restore drill: downloads, opens and reads the backup, and changes nothing.

        Raises not_found if Safe is off or the backup is gone, auth_failed or malformed if it is damaged.
        """
        differs, uploaded, modified = c_int(), c_int64(), c_int64()
        with self._entered() as pointer, Buffer() as findings:
            call(lib.tresor_client_verify, byref(differs), byref(uploaded), byref(modified), findings.out, pointer)
            return Verified(bool(differs.value), optional_time(uploaded.value), optional_time(modified.value),
                            findings.findings())

    def restore(self, password: Password, identity: str, *, data: Optional[str] = None,
                now: Optional[datetime] = None) -> Restored:
        """Gets the account back and goes on: Safe is on afterwards, and the next tick uploads.

        Raises conflict if Safe is on already, and what the function restore() raises.
        """
        modified = c_int64(NEVER)
        with Lent(password) as secret, self._noted() as place, self._entered() as pointer, Buffer() as account, \
                Buffer() as findings:
            call(lib.tresor_client_restore, account.out, byref(modified), findings.out, pointer, secret.address, secret.size,
                 text(identity, "a Threema ID"), place, optional_text(data, "data"), seconds_or_now(now))
            return Restored(account.secret(), optional_time(modified.value), findings.findings())

    def disable(self, *, keep_backup: bool = False) -> bool:
        """Switches Safe off and forgets the keys. Returns whether the backup is gone; a tick tries again if not."""
        removed = c_int()
        with self._entered() as pointer:
            call(lib.tresor_client_disable, byref(removed), pointer, bool(keep_backup))
        return bool(removed.value)

    def status(self, now: Optional[datetime] = None) -> Status:
        """Looks only: no lock, no store. Raises not_found without a state."""
        with self._entered() as pointer, Buffer() as out:
            call(lib.tresor_client_status, out.out, pointer, seconds_or_now(now))
            return _status_of(out.json())

    def next_due(self, now: Optional[datetime] = None) -> Optional[datetime]:
        """When to tick next; None when Safe is off. Raises not_found before it was ever on."""
        out = c_int64()
        with self._entered() as pointer:
            call(lib.tresor_client_next_due, byref(out), pointer, seconds_or_now(now))
        return optional_time(out.value)

    def close(self) -> None:
        super().close()
        if self._own_states:
            self._states.close()

    def _noted(self) -> ContextManager[Any]:
        if self._store is None:
            raise wrong("this client was made without a store")
        return _noted(self._store)


def _entered(store: Store) -> ContextManager[Any]:
    return cast(ContextManager[Any], store._entered() if isinstance(store, Storage) else nullcontext())


def _noted(store: Store) -> ContextManager[Any]:
    return nullcontext() if isinstance(store, Storage) else place_of(store)._struct()


def _outcome_of(out: Any, findings: Buffer) -> Outcome:
    return Outcome(OutcomeKind(out.kind), Reason(out.reason), optional_time(out.next_due), findings.findings())


def restore(store: Store, password: Password, identity: str) -> Restored:
    """Gets an account back with nothing but store, password and Threema ID.

    Raises not_found if the store holds no backup of this ID and password (a wrong password leads to another name),
    auth_failed or malformed if it is damaged.
    """
    modified = c_int64(NEVER)
    with Lent(password) as secret, _entered(store) as pointer, _noted(store) as place, Buffer() as account, \
            Buffer() as findings:
        call(lib.tresor_safe_restore, account.out, byref(modified), findings.out, place, pointer, secret.address,
             secret.size, text(identity, "a Threema ID"))
        return Restored(account.secret(), optional_time(modified.value), findings.findings())
