"""ID exports: the identity as a text to print, scan and lock away.

    code = export_id("ECHOECHO", private_key, "three quiet otters")
    imported = import_id(code, "three quiet otters")
    page = id_sheet("ECHOECHO", code)    # as secret as the code: write it where only you can read it

A code never expires, and is as strong as its password.
"""
from __future__ import annotations

import enum
from ctypes import byref, c_int, c_size_t, create_string_buffer
from dataclasses import dataclass
from datetime import datetime
from typing import Optional, Tuple, Union

from ._call import check
from ._library import lib
from ._memory import Buffer, Lent, exactly, new_secret, text
from ._prototypes import IDENTITY_SIZE, KEY_SIZE, KEY_TEXT_SIZE, OBJECT_TEXT_SIZE
from .error import one_of
from .secret import BytesLike, Password, Secret
from .timestamp import seconds_or_now


class IdScheme(enum.IntEnum):
    """`scheme.word` is what the tool writes: "classic"."""

    CLASSIC = 0  # every app reads and writes it; 99 characters
    ARGON2ID = 1  # Threema for Android reads it, that for iOS does not; 129 characters, a second and 128 MiB

    @property
    def word(self) -> str:
        """The name of the scheme in every interface."""
        return str(lib.tresor_id_scheme_name(self.value).decode())

    @property
    def supported(self) -> bool:
        """Whether the library was built with it."""
        return bool(lib.tresor_id_scheme_supported(self.value))


@dataclass(frozen=True)
class ImportedId:
    """What was in a code. `public_key` (32 bytes) is derived from the private one (32 bytes): compare it with the one
    you know, for a classic code proves nothing."""

    identity: str
    private_key: Secret
    public_key: bytes
    scheme: IdScheme


@dataclass(frozen=True)
class IdCode:
    """A code as the apps write it."""

    text: str
    scheme: IdScheme


@dataclass(frozen=True)
class BadCharacter:
    """`position` in the text, from 0. `character` is "" for a byte that is no UTF-8. `suggestions` are letters that may
    have been meant, such as "IL" for 1; nothing is ever corrected by itself."""

    position: int
    character: str
    suggestions: str


def export_id(identity: str, private_key: Union[BytesLike, Secret], password: Password,
              scheme: IdScheme = IdScheme.CLASSIC) -> str:
    """Makes a code of a Threema ID and its private key (32 bytes).

    Raises invalid_argument for a password under 8 characters or over 4096 bytes, unsupported for a scheme that the library
    was built without, out_of_memory.
    """
    with exactly(private_key, KEY_SIZE, "a private key") as key, Lent(key) as lent, Lent(password) as secret, \
            Buffer() as code:
        check(lib.tresor_id_export_encode(code.out, text(identity, "a Threema ID"), lent.address, secret.address,
                                          secret.size, one_of(IdScheme, scheme, "scheme")))
        return code.text()


def import_id(code: Union[str, BytesLike], password: Password, *, strict: bool = False) -> ImportedId:
    """Opens a code with any password.

    White space, dashes of any kind and small letters do not matter, and the one code in a longer text, such as a shared
    message, is found, unless `strict` asks for the apps' own rules. Raises malformed (with the places of characters that no
    code has), unsupported for an unknown version, auth_failed for a wrong password or a damaged code.
    """
    identity, public_key, scheme = create_string_buffer(IDENTITY_SIZE), create_string_buffer(KEY_SIZE), c_int()
    private_key, address = new_secret(KEY_SIZE)
    with Lent(code) as lent, Lent(password) as secret:
        check(lib.tresor_id_export_decode(identity, address, public_key, byref(scheme), lent.address, lent.size,
                                          bool(strict), secret.address, secret.size))
    return ImportedId(identity.value.decode(), private_key, public_key.raw, IdScheme(scheme.value))


def find_code(written: Union[str, BytesLike], *, strict: bool = False) -> IdCode:
    """The code in a text, as the apps write it, without opening it. Raises malformed, unsupported."""
    scheme = c_int()
    with Lent(written) as lent, Buffer() as code:
        check(lib.tresor_id_export_find(code.out, byref(scheme), lent.address, lent.size, bool(strict)))
        return IdCode(code.text(), IdScheme(scheme.value))


def bad_characters(written: Union[str, BytesLike]) -> Tuple[BadCharacter, ...]:
    """What no code has, the first 256: for input fields."""
    with Lent(written) as lent, Buffer() as out:
        check(lib.tresor_id_export_bad_characters(out.out, lent.address, lent.size))
        return tuple(BadCharacter(one["position"], one["character"], one["suggestions"]) for one in out.json())


def id_sheet(identity: str, code: str, made_at: Optional[datetime] = None, *, language: str = "en",
             svg: bool = False) -> str:
    """A page to print (HTML, or the drawing alone as SVG) with everything but the password, for A4 and Letter.

    `language` is "en" or "de". Raises malformed if `code` is none.
    """
    with Buffer() as out:
        check(lib.tresor_id_export_sheet(out.out, text(identity, "a Threema ID"), text(code, "a code"),
                                         seconds_or_now(made_at), 0 if svg else 1, text(language, "a language")))
        return out.text()


def id_qr_code(code: str) -> Tuple[Tuple[bool, ...], ...]:
    """The QR code as the apps make it, a tuple for each row, True is dark. It wants a white margin of 4."""
    width = c_size_t()
    with Buffer() as out:
        check(lib.tresor_id_export_qr(out.out, byref(width), text(code, "a code")))
        modules = out.content()
    return tuple(tuple(one == 1 for one in modules[at:at + width.value]) for at in range(0, len(modules), width.value))


def id_export_name(identity: str, made_at: Optional[datetime] = None) -> str:
    """Where a code is kept in a store: "id-exports/ECHOECHO-20261124T060500Z.txt"."""
    out = create_string_buffer(OBJECT_TEXT_SIZE)
    check(lib.tresor_id_export_name(out, text(identity, "a Threema ID"), seconds_or_now(made_at)))
    return out.value.decode()


def parse_private_key(content: Union[str, BytesLike, Secret]) -> Secret:
    """A private key from a file: 32 bytes or, one line end aside, 64 hex digits or 44 characters of base64. Raises
    malformed."""
    key, address = new_secret(KEY_SIZE)
    with Lent(content) as lent:
        check(lib.tresor_identity_parse_key(address, lent.address, lent.size))
    return key


def format_private_key(private_key: Union[BytesLike, Secret]) -> Secret:
    """In base64, 44 characters."""
    with exactly(private_key, KEY_SIZE, "a private key") as key, Lent(key) as lent:
        written, address = new_secret(KEY_TEXT_SIZE)
        check(lib.tresor_identity_format_key(address, lent.address))
        return Secret(written.expose()[:-1])  # without the NUL
