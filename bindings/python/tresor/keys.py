"""The keys of a Safe, and the container that they seal."""
from __future__ import annotations

from ctypes import create_string_buffer
from dataclasses import dataclass
from typing import Any, Callable, Tuple, Union

from ._call import check
from ._handle import Handle, Owner
from ._library import lib
from ._memory import Buffer, Lent, exactly, new_bytes, new_secret, size_of, text
from ._prototypes import BACKUP_ID_SIZE, KEY_SIZE, MASTER_KEY_SIZE, tresor_keys
from .error import Errc, Finding, TresorError, typed
from .model import AccountLike, Document, document
from .secret import BytesLike, Password, Secret


class Keys(Owner):
    """Backup id and encryption key, from a password and a Threema ID. Many threads may use one.

        with Keys.derive("three quiet otters", "ECHOECHO") as keys: ...
    """

    def __init__(self, make: Callable[[Any], None]) -> None:
        self._own(Handle(tresor_keys, make, lib.tresor_keys_free, shared=True))

    @classmethod
    def derive(cls, password: Password, identity: str) -> Keys:
        """Slow on purpose: an eighth of a second and 64 MiB. The password is taken as it is, in UTF-8.

        Raises invalid_argument for an empty password, one with U+0000 in it, and a bad ID; out_of_memory.
        """
        name = text(identity, "a Threema ID")

        def make(out: Any) -> None:
            with Lent(password) as lent:
                check(lib.tresor_keys_derive(out, lent.address, lent.size, name))
        return cls(make)

    @classmethod
    def from_master(cls, master_key: Union[BytesLike, Secret]) -> Keys:
        """From a master key (64 bytes) that was kept."""
        def make(out: Any) -> None:
            with exactly(master_key, MASTER_KEY_SIZE, "a master key") as key, Lent(key) as lent:
                check(lib.tresor_keys_from_master(out, lent.address))
        return cls(make)

    @property
    def backup_id(self) -> bytes:
        """32 bytes; `backup_id.hex()` is the name under which the container is stored."""
        out = create_string_buffer(BACKUP_ID_SIZE)
        with self._entered() as pointer:
            check(lib.tresor_keys_backup_id(out, pointer))
        return out.raw

    def master_key(self) -> Secret:
        """64 bytes: what a program keeps so that it can forget the password."""
        return self._secret(lib.tresor_keys_master_key, MASTER_KEY_SIZE)

    def encryption_key(self) -> Secret:
        """32 bytes."""
        return self._secret(lib.tresor_keys_encryption_key, KEY_SIZE)

    def _secret(self, function: Callable[..., int], size: int) -> Secret:
        secret, address = new_secret(size)
        with self._entered() as pointer:
            check(function(address, pointer))
        return secret


@dataclass(frozen=True)
class Opened(Document):
    """What was in a container: `json` is what was sealed, byte for byte."""

    json: Secret
    findings: Tuple[Finding, ...]


def seal(account: AccountLike, keys: Keys) -> bytes:
    """Seals JSON text as it is, under a fresh random nonce. Raises too_large over 16 MiB."""
    with document(account) as lent, typed(keys, Keys, "keys")._entered() as pointer:
        size = lib.tresor_container_size(lent.size) or 1  # 0 for too large a text: the call below says so
        return new_bytes(size, lambda out: check(
            lib.tresor_container_seal_into(out, size, lent.address, lent.size, pointer)))


def open_container(container: BytesLike, keys: Keys) -> Opened:
    """Raises auth_failed for other keys or a changed bit anywhere, malformed, too_large."""
    with Lent(container) as lent, typed(keys, Keys, "keys")._entered() as pointer, Buffer() as json, Buffer() as findings:
        check(lib.tresor_container_open(json.out, findings.out, lent.address, lent.size, pointer))
        return Opened(json.secret(), findings.findings())


def container_size(json_size: int) -> int:
    """How many bytes sealing so many bytes of JSON gives. Raises too_large over 16 MiB."""
    size = int(lib.tresor_container_size(size_of(json_size, "a size")))
    if size == 0:
        raise TresorError(Errc.TOO_LARGE, "that is more than can be sealed")
    return size
