"""Threema IDs, the key pairs behind them, and the names of their backups."""
from __future__ import annotations

from ctypes import create_string_buffer
from typing import Union

from ._call import check
from ._library import lib
from ._memory import Lent, exactly, plain, text
from ._prototypes import BACKUP_ID_HEX_SIZE, BACKUP_ID_SIZE, IDENTITY_SIZE, KEY_SIZE
from .secret import BytesLike, Secret


def parse_identity(written: str) -> str:
    """Checks a Threema ID (8 characters) and gives it in capitals. Raises invalid_argument."""
    out = create_string_buffer(IDENTITY_SIZE)
    check(lib.tresor_identity_parse(out, text(written, "a Threema ID")))
    return out.value.decode()


def public_key_of(private_key: Union[BytesLike, Secret]) -> bytes:
    """The X25519 public key (32 bytes) of a private one (32 bytes)."""
    out = create_string_buffer(KEY_SIZE)
    with exactly(private_key, KEY_SIZE, "a private key") as key, Lent(key) as lent:
        check(lib.tresor_identity_public_key(out, lent.address))
    return out.raw


def format_backup_id(backup_id: bytes) -> str:
    """As it is written everywhere: 64 lowercase hex digits."""
    out = create_string_buffer(BACKUP_ID_HEX_SIZE)
    check(lib.tresor_backup_id_format(out, plain(backup_id, BACKUP_ID_SIZE, "a backup id")))
    return out.value.decode()


def parse_backup_id(written: str) -> bytes:
    """The 32 bytes. Raises invalid_argument for anything but 64 lowercase hex digits."""
    out = create_string_buffer(BACKUP_ID_SIZE)
    check(lib.tresor_backup_id_parse(out, text(written, "a backup id")))
    return out.raw
