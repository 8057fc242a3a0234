"""What a client remembers between two ticks, and where. It holds the master key: guard it like the account."""
from __future__ import annotations

from ctypes import byref, memmove
from typing import Any, Union

from ._call import callback, check, hosts
from ._handle import Handle, Owner
from ._library import lib
from ._memory import new_secret
from ._prototypes import member, new, tresor_states, tresor_states_callbacks
from .place import Location, file_name
from .secret import BytesLike, Secret
from .stream import Writer


class StateStore(Owner):
    """A place of your own for a state, which is JSON text: define load() and save(), and lock() and unlock() where other
    threads or processes use the same place. What they raise comes out of the client's call, as with Storage."""

    def load(self) -> Union[str, BytesLike, Secret, None]:
        """What was saved last, None before the first time. At most 1 MiB."""
        raise NotImplementedError(f"{type(self).__name__} has no load()")

    def save(self, state: Secret) -> None:
        """Replaces what was saved, as a whole. The Secret is yours to keep or to close."""
        raise NotImplementedError(f"{type(self).__name__} has no save()")

    def lock(self) -> None:
        """Waits until nobody else holds it."""

    def unlock(self) -> None:
        """Follows every lock()."""

    def _needed(self) -> Handle:
        if self._handle is None:
            self._own_once(_own_handle(self))
        return super()._needed()


def _own_handle(states: StateStore) -> Handle:
    payload = hosts.payload(states)

    def make(out: Any) -> None:
        struct = new(tresor_states_callbacks)
        struct.lock, struct.unlock, struct.load, struct.save, struct.payload = _lock, _unlock, _load, _save, payload
        check(lib.tresor_states_from_callbacks(out, byref(struct)))
    return Handle(tresor_states, make, lib.tresor_states_free)


@callback(member(tresor_states_callbacks, "lock"))
def _lock(payload: int) -> None:
    hosts[payload].lock()


@callback(member(tresor_states_callbacks, "unlock"))
def _unlock(payload: int) -> None:
    hosts[payload].unlock()


@callback(member(tresor_states_callbacks, "load"))
def _load(found: Any, into: Any, payload: int) -> None:
    state = hosts[payload].load()
    if state is not None:
        Writer(into).write(state)
    found[0] = state is not None


@callback(member(tresor_states_callbacks, "save"))
def _save(json: int, size: int, payload: int) -> None:
    secret, address = new_secret(size)
    memmove(address, json, size)
    hosts[payload].save(secret)


class StateFile(StateStore):
    """A state in a file of mode 0600, locked by `<path>.lock` and replaced as a whole. Only clients read and write it."""

    def __init__(self, path: Location) -> None:
        name = file_name(path)
        self._own(Handle(tresor_states, lambda out: check(lib.tresor_states_open(out, name)), lib.tresor_states_free))

    def _needed(self) -> Handle:
        return Owner._needed(self)
