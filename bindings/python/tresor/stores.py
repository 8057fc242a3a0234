"""The stores of the library, and what wraps a store."""
from __future__ import annotations

import re
import time
from ctypes import POINTER, byref, c_int, c_int64, c_uint
from datetime import datetime, timedelta
from typing import Any, Callable, List, Optional, Sequence, Union

from ._call import call, callback, check, hosts
from ._handle import Handle, Owner
from ._library import lib
from ._memory import Buffer, text
from ._prototypes import new, tresor_storage, tresor_storage_options, tresor_visit, tresor_wait
from .error import typed, wrong
from .object import Abilities, Condition, ObjectInfo, condition_struct, info_of, new_object
from .place import Location, Place, _location
from .secret import Password
from .storage import Storage
from .stream import Progress, Readable, Sink, Source, Watched, Writable, tell_progress
from .timestamp import optional_time


class _Visit:
    def __init__(self) -> None:
        self.seen: List[ObjectInfo] = []


@callback(tresor_visit)
def _visit(enough: Any, pointer: Any, payload: int) -> None:
    hosts[payload].seen.append(info_of(pointer[0]))


class LibraryStorage(Storage):
    """A store that the library has made. Use open_storage(), Mirror or Retrying."""

    _watched: Optional[Watched] = None

    def describe(self) -> str:
        with self._entered() as pointer, Buffer() as out:
            call(lib.tresor_storage_describe, out.out, pointer)
            return out.text()

    def abilities(self) -> Abilities:
        out = c_uint()
        with self._entered() as pointer:
            call(lib.tresor_storage_abilities, byref(out), pointer)
        return Abilities(out.value)

    def put(self, name: str, content: Readable, condition: Optional[Condition] = None) -> ObjectInfo:
        struct, source = new_object(), Source(content)
        with self._entered() as pointer:
            call(lib.tresor_storage_put, byref(struct), pointer, text(name, "a name"), byref(source.struct),
                 condition_struct(condition))
        return info_of(struct)

    def stat(self, name: str) -> Optional[ObjectInfo]:
        found, struct = c_int(), new_object()
        with self._entered() as pointer:
            call(lib.tresor_storage_stat, byref(found), byref(struct), pointer, text(name, "a name"))
        return info_of(struct) if found.value else None

    def get(self, name: str, into: Writable) -> Optional[ObjectInfo]:
        found, struct, sink = c_int(), new_object(), Sink(into)
        with self._entered() as pointer:
            call(lib.tresor_storage_get, byref(found), byref(struct), pointer, text(name, "a name"), byref(sink.struct))
        return info_of(struct) if found.value else None

    def remove(self, name: str, condition: Optional[Condition] = None) -> bool:
        found = c_int()
        with self._entered() as pointer:
            call(lib.tresor_storage_remove, byref(found), pointer, text(name, "a name"), condition_struct(condition))
        return bool(found.value)

    def list(self, prefix: str = "") -> List[ObjectInfo]:
        visit = _Visit()
        with self._entered() as pointer:
            call(lib.tresor_storage_list, pointer, text(prefix, "a prefix"), _visit, hosts.payload(visit))
        return visit.seen

    def clock(self) -> Optional[datetime]:
        out = c_int64()
        with self._entered() as pointer:
            call(lib.tresor_storage_clock, byref(out), pointer)
        return optional_time(out.value)

    def _needed(self) -> Handle:
        return Owner._needed(self)


def _open(place: Place, create: bool, progress: Optional[Progress]) -> LibraryStorage:
    store = LibraryStorage()
    store._watched = Watched(progress)
    payload = hosts.payload(store._watched)  # nothing that leads back to the store: its handle has the function below

    def make(out: Any) -> None:
        options = new(tresor_storage_options)
        options.create, options.progress, options.payload = bool(create), tell_progress, payload
        with place._struct() as struct:
            call(lib.tresor_storage_open, out, struct, byref(options))
    store._own(Handle(tresor_storage, make, lib.tresor_storage_free, connected=_leads_to_a_server(place.location)))
    return store


def _leads_to_a_server(location: Location) -> bool:
    scheme = re.match(rb"([a-z0-9+-]{2,}):", _location(location))
    return scheme is not None and scheme[1] not in (b"dir", b"memory")


def open_storage(location: Union[Location, Place], *, create: bool = False, user: Optional[str] = None,
                 password: Optional[Password] = None, password_file: Optional[Location] = None,
                 ca_file: Optional[Location] = None, pin: Optional[str] = None, proxy: Optional[str] = None,
                 user_agent: Optional[str] = None, timeout: Optional[timedelta] = None, allow_insecure: bool = False,
                 token: Optional[Password] = None, progress: Optional[Progress] = None) -> LibraryStorage:
    """Opens a store by its location: a folder, "memory:", "webdav+https://...", "https://...", "s3://..."; all else is as
    in Place.

    `create` makes the place itself where the store can, and `backups/` in it. `progress` is told of each put and get.
    Raises invalid_argument for a bad location, unsupported for an unknown scheme, not_found where there is no such place.
    """
    more = dict(user=user, password=password, password_file=password_file, ca_file=ca_file, pin=pin, proxy=proxy,
                user_agent=user_agent, timeout=timeout, token=token)
    if isinstance(location, Place):
        if allow_insecure or any(value is not None for value in more.values()):
            raise wrong("a Place says all of it already")
        return _open(location, create, progress)
    return _open(Place(location, allow_insecure=allow_insecure, **more), create, progress)  # type: ignore[arg-type]


class Mirror(LibraryStorage):
    """The same objects in several stores. put() and remove() try all of them, also when one fails, and then raise the
    first failure; stat() and get() answer with the newest. No conditions."""

    def __init__(self, stores: Sequence[Storage]) -> None:
        self._stores = list(stores)
        handles = [typed(store, Storage, "a store")._needed() for store in self._stores]

        def make(out: Any) -> None:
            pointers = (POINTER(tresor_storage) * len(handles))(*(handle.pointer for handle in handles))
            check(lib.tresor_storage_mirror(out, pointers, len(handles)))
        self._own(Handle(tresor_storage, make, lib.tresor_storage_free, handles))


class _Waiting:
    def __init__(self, wait: Callable[[int], Any]) -> None:
        self.wait = wait


@callback(tresor_wait)
def _wait(seconds: int, payload: int) -> None:
    hosts[payload].wait(seconds)


class Retrying(LibraryStorage):
    """Tries again what is unavailable, at most three times in 30 s. `wait` is told how many seconds to wait."""

    def __init__(self, store: Storage, wait: Callable[[int], Any] = time.sleep) -> None:
        self._store, self._waiting = store, _Waiting(wait)
        handle, payload = typed(store, Storage, "a store")._needed(), hosts.payload(self._waiting)

        def make(out: Any) -> None:
            check(lib.tresor_storage_retrying(out, handle.pointer, _wait, payload))
        self._own(Handle(tresor_storage, make, lib.tresor_storage_free, [handle]))
