"""Storage: a small object store, names to bytes. Every place where backups are kept is one.

The layout is the same everywhere: `config`, Safe backups as `backups/<64 lowercase hex>`, other files below
`data-backups/` and `id-exports/`. `open_storage()` opens one by its location; `Storage` is to be subclassed for your own.
"""
from __future__ import annotations

import os
from ctypes import byref, c_int, c_int64
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Callable, Iterable, List, Optional, Union

from ._call import call, hosts
from ._handle import Entered, Handle, Owner
from ._library import lib
from ._memory import Buffer, Lent, int64, size_of, text
from ._own_storage import own_handle
from ._prototypes import new, tresor_limits, tresor_sweep_options, tresor_swept
from .error import Errc, TresorError, typed, whole
from .object import Abilities, Condition, ObjectInfo, condition_struct, info_of, new_object
from .retention import Limits, Sweeping, Swept, ask_before_removal, limits_of
from .secret import BytesLike, Secret
from .stream import Progress, Readable, Writable, tell_progress
from .timestamp import optional_time, seconds_or_now
from .transfer import Transferred, get_file, put_file


@dataclass(frozen=True)
class Answer:
    """Of check(): `name` is a sentence that should be true, `detail` what was found instead."""

    name: str
    ok: bool
    detail: str


class Storage(Owner):
    """A store; the base of stores of your own, which define

        describe() -> str                     for people, without credentials
        abilities() -> Abilities
        put(name, content, condition) -> ObjectInfo
        stat(name) -> ObjectInfo or None
        get(name, into) -> ObjectInfo or None
        remove(name, condition) -> bool       was there something?

    and may define list(prefix) and clock(). The contract, which check() puts to a store as questions:

    - put() replaces as a whole: a reader sees the old object or the new one, never a part. It reads `content` to its end
      before the old object goes; what that raises is passed on, and nothing is stored.
    - A missing object is an answer, not an error: stat() and get() return None, remove() False.
    - A condition that the store cannot check is TresorError(Errc.UNSUPPORTED), one that does not hold Errc.CONFLICT.
    - What get() wrote before it raised is void.

    What your functions raise comes out of the call that led to them, the same object. The library itself learns the code
    of a TresorError; of others: NotImplementedError is unsupported, ConnectionError and TimeoutError are unavailable (and
    tried again by Retrying), other OSErrors are io, what is no Exception (KeyboardInterrupt) is cancelled, all else is
    internal. One thread at a time uses a store; the others wait: two stores whose functions use each other wait for ever if
    two threads begin with one of them each. What `content` or `into` fails with is the failure of the call, whatever a
    function makes of it, but for what was read before a rewind().
    """

    def _lacks(self, function: str) -> NotImplementedError:
        return NotImplementedError(f"{type(self).__name__} has no {function}()")

    def describe(self) -> str:
        """What and where it is, for people, without credentials. Asked before the first use, and never changes."""
        raise self._lacks("describe")

    def abilities(self) -> Abilities:
        """What it can do. Asked before the first use, and never changes."""
        raise self._lacks("abilities")

    def put(self, name: str, content: Readable, condition: Optional[Condition] = None) -> ObjectInfo:
        """Stores what a binary file holds from where it stands."""
        raise self._lacks("put")

    def stat(self, name: str) -> Optional[ObjectInfo]:
        """What is known of an object; None if there is none."""
        raise self._lacks("stat")

    def get(self, name: str, into: Writable) -> Optional[ObjectInfo]:
        """Writes an object to a binary file; one that is seekable is rewound where something must be tried again."""
        raise self._lacks("get")

    def remove(self, name: str, condition: Optional[Condition] = None) -> bool:
        """Returns whether there was something to remove; False for what is not there, whatever the condition."""
        raise self._lacks("remove")

    def list(self, prefix: str = "") -> Iterable[ObjectInfo]:
        """Objects whose name begins with `prefix`, in any order. Not every store can: unsupported."""
        raise TresorError(Errc.UNSUPPORTED, "this store cannot list its objects")

    def clock(self) -> Optional[datetime]:
        """The time by the store's own clock, which ObjectInfo.modified goes by; None if it tells none."""
        return None

    def put_bytes(self, name: str, content: Union[str, BytesLike, Secret],
                  condition: Optional[Condition] = None) -> ObjectInfo:
        """Stores bytes, or text as UTF-8."""
        with Lent(content) as lent, self._entered() as pointer:
            struct = new_object()
            call(lib.tresor_storage_put_bytes, byref(struct), pointer, text(name, "a name"), lent.address, lent.size,
                 condition_struct(condition))
            return info_of(struct)

    def get_bytes(self, name: str, most: int = 1 << 24) -> Optional[bytes]:
        """The object, at most so many bytes (else too_large); None if there is none."""
        found, most = c_int(), size_of(most, "a size")
        with self._entered() as pointer, Buffer() as out:
            call(lib.tresor_storage_get_bytes, byref(found), None, out.out, pointer, text(name, "a name"), most)
            return out.content() if found.value else None

    def check(self, again: Optional[Storage] = None) -> List[Answer]:
        """Puts the contract of a store to it, with objects of random names that are removed again.

        `again` is the same place opened a second time, for two more questions; the store itself, if it may be called in
        the middle of a call. Raises what the store raises if it cannot be reached at all.
        """
        handles = [typed(store, Storage, "a store")._needed() for store in (self, again) if store is not None]
        with Entered(*handles) as pointer, Buffer() as out:
            call(lib.tresor_storage_check, out.out, None, pointer, None if again is None else handles[1].pointer)
            return [Answer(one["name"], one["ok"], one["detail"]) for one in out.json()]

    def limits(self) -> Limits:
        """What its `config` says. Raises not_found if there is none."""
        struct = tresor_limits()
        with self._entered() as pointer, Buffer() as findings:
            call(lib.tresor_limits_get, byref(struct), findings.out, pointer)
            return limits_of(struct, findings.findings())

    def put_limits(self, limits: Limits = Limits()) -> None:
        """Writes the `config` of a new store. Raises conflict if there is one, invalid_argument out of range."""
        with self._entered() as pointer:
            call(lib.tresor_limits_put, pointer, byref(typed(limits, Limits, "limits")._struct()))

    def sweep(self, retention_days: Optional[int] = None, now: Optional[datetime] = None, *, dry_run: bool = False,
              progress: Optional[Progress] = None,
              before_removal: Optional[Callable[[ObjectInfo], Optional[bool]]] = None, jobs: int = 1) -> Swept:
        """Removes Safe backups that were not written for so many days; the store's own limit, by the store's own clock
        if neither is given. `progress` is told how many were looked at, `before_removal` asked; False from either cancels.
        `jobs` threads look through a folder; other stores are listed by one.
        """
        days = self.limits().retention_days if retention_days is None else int64(retention_days, "retention_days")
        told = Sweeping(progress, before_removal)
        options, out = new(tresor_sweep_options), tresor_swept()
        options.dry_run, options.progress = bool(dry_run), tell_progress
        options.jobs = whole(jobs, "jobs", 1, 1024)
        options.before_removal, options.payload = ask_before_removal, hosts.payload(told)
        with self._entered() as pointer:
            if now is None:
                now = self._library_clock(pointer)
            call(lib.tresor_storage_sweep, byref(out), pointer, days, seconds_or_now(now), byref(options))
        return Swept(out.examined, out.expired, out.removed, out.bytes_freed, out.kept_changed, out.failed,
                     Errc(-out.first_failure) if out.first_failure else None)

    def lifecycle(self, retention_days: Optional[int] = None) -> None:
        """Has the engine of an s3: store remove Safe backups so many days after their last upload (the store's own limit),
        and uploads of archives that nobody finished. Raises unsupported where it does not do that, and of
        other stores, also those around one; conflict if something else lies in backups/.
        """
        days = self.limits().retention_days if retention_days is None else int64(retention_days, "retention_days")
        with self._entered() as pointer:
            call(lib.tresor_storage_lifecycle, pointer, days)

    @staticmethod
    def _library_clock(pointer: Any) -> Optional[datetime]:
        out = c_int64()
        call(lib.tresor_storage_clock, byref(out), pointer)
        return optional_time(out.value)

    def put_file(self, file: Union[str, os.PathLike[str], Readable], name: Optional[str] = None, *,
                 replace: bool = False) -> Transferred:
        """Puts a file (a path, or a binary file that can be read twice), gets it back and compares.

        `name` is archive_name() of the path unless said otherwise. Raises conflict if there is one of that name and it is
        not to be replaced, unavailable if other bytes come back.
        """
        with self._entered() as pointer:
            return put_file(pointer, file, name, replace)

    def get_file(self, name: str, file: Union[str, os.PathLike[str], Writable], *,
                 replace: bool = False) -> Optional[Transferred]:
        """Gets an object into a file (a path, or a binary file); None if there is none.

        A path appears whole or not at all, readable by its owner only. Raises conflict if there is a file of that name and
        it is not to be replaced.
        """
        with self._entered() as pointer:
            return get_file(pointer, name, file, replace)

    def _needed(self) -> Handle:
        if self._handle is None:
            self._own_once(own_handle(self))
        return super()._needed()
