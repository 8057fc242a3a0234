"""Stores that are written in Python, as the library calls them."""
from __future__ import annotations

from ctypes import byref, c_int
from typing import TYPE_CHECKING, Any, Optional

from ._call import call, callback, check, hosts
from ._handle import Handle
from ._library import lib
from ._memory import text
from ._prototypes import member, new, tresor_storage, tresor_storage_callbacks
from .error import whole
from .object import Abilities, ObjectInfo, condition_of, fill, new_object
from .stream import Reader, Writer
from .timestamp import optional_seconds

if TYPE_CHECKING:
    from .storage import Storage


def own_handle(storage: Storage) -> Handle:
    # Only its address: the storage has the handle, not the other way round.
    payload = hosts.payload(storage)
    description = text(storage.describe(), "a description", "replace")
    abilities = whole(storage.abilities(), "abilities", 0, sum(Abilities))

    def make(out: Any) -> None:
        struct = new(tresor_storage_callbacks)
        struct.abilities, struct.description, struct.payload = abilities, description, payload
        for name, function in _FUNCTIONS.items():
            setattr(struct, name, function)
        check(lib.tresor_storage_from_callbacks(out, byref(struct)))
    return Handle(tresor_storage, make, lib.tresor_storage_free)


def _tell(found: Any, out: Any, info: Optional[ObjectInfo]) -> None:
    if info is not None:
        fill(out[0], info)
    found[0] = info is not None


@callback(member(tresor_storage_callbacks, "put"))
def _put(out: Any, name: bytes, content: Any, condition: Any, payload: int) -> None:
    store, given = hosts[payload], condition_of(condition)
    fill(out[0], Reader(content)._lent_to(lambda reader: store.put(name.decode(), reader, given)))


@callback(member(tresor_storage_callbacks, "stat"))
def _stat(found: Any, out: Any, name: bytes, payload: int) -> None:
    _tell(found, out, hosts[payload].stat(name.decode()))


@callback(member(tresor_storage_callbacks, "get"))
def _get(found: Any, out: Any, name: bytes, into: Any, payload: int) -> None:
    store = hosts[payload]
    _tell(found, out, Writer(into)._lent_to(lambda writer: store.get(name.decode(), writer)))


@callback(member(tresor_storage_callbacks, "remove"))
def _remove(found: Any, name: bytes, condition: Any, payload: int) -> None:
    removed = hosts[payload].remove(name.decode(), condition_of(condition))
    if not isinstance(removed, bool):
        raise TypeError(f"remove() gave {type(removed).__name__}, not bool")
    found[0] = removed


@callback(member(tresor_storage_callbacks, "list"))
def _list(prefix: bytes, visitor: Any, payload: int) -> None:
    more, struct = c_int(), new_object()
    for info in hosts[payload].list(prefix.decode()):
        fill(struct, info)
        call(lib.tresor_visitor_show, byref(more), visitor, byref(struct))
        if not more.value:
            return


@callback(member(tresor_storage_callbacks, "clock"))
def _clock(now: Any, payload: int) -> None:
    now[0] = optional_seconds(hosts[payload].clock())


_FUNCTIONS = {"put": _put, "stat": _stat, "get": _get, "remove": _remove, "list": _list, "clock": _clock}
