"""Secrets: bytes that wipe themselves, compare in constant time and cannot be printed.

What was once a `str` or `bytes` stays in Python's memory until that is used for something else, and nobody can wipe
it. Whoever cares reads passwords into a `bytearray`, makes a Secret of it and wipes the first.
"""
from __future__ import annotations

import hmac
from typing import Any, NoReturn, Union

from .error import wrong

BytesLike = Union[bytes, bytearray, memoryview]
Password = Union[str, bytes, bytearray, memoryview, "Secret"]


class Wiping(bytearray):
    """Bytes that are zeros before their memory goes back: when nobody has them, nor a view of them, any more."""

    __slots__ = ()

    def __del__(self) -> None:
        wipe(self)


class Secret:
    """A copy of bytes, or of text as UTF-8. close() wipes them, so does leaving a `with`, or dropping it and its views.

        with Secret(b"three quiet otters") as password: ...
    """

    __slots__ = ("_bytes", "_closed", "__weakref__")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, content: Password) -> None:
        self._closed = False
        self._bytes: bytearray = Wiping(bytes_of(content))

    @classmethod
    def of(cls, content: bytearray) -> Secret:
        """Takes over a bytearray, without a copy: it is wiped with the Secret. Do not resize it."""
        if not isinstance(content, bytearray):
            raise TypeError(f"a bytearray is needed, not {type(content).__name__}")
        made = cls.__new__(cls)
        made._closed = False
        made._bytes = content
        return made

    def expose(self) -> memoryview:
        """The one door to the bytes: a view for reading, zeros once the Secret is closed.

        `str(secret.expose(), "utf-8")` is the text, `secret.expose().tobytes()` a copy; neither can be wiped. The view
        may be all that is left of a Secret: `keys.master_key().expose()`.
        """
        return memoryview(exposed(self)).toreadonly()

    def close(self) -> None:
        """Wipes the bytes. A second time does nothing."""
        self._closed = True
        wipe(self._bytes)

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._closed

    def __enter__(self) -> Secret:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_bytes") and not isinstance(self._bytes, Wiping):
            wipe(self._bytes)

    def __len__(self) -> int:
        return len(self._bytes)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Secret):
            return hmac.compare_digest(exposed(self), exposed(other))
        if isinstance(other, (bytes, bytearray)):
            return hmac.compare_digest(exposed(self), other)
        return NotImplemented

    def __repr__(self) -> str:
        return "<Secret, closed>" if self._closed else f"<Secret of {len(self._bytes)} bytes>"

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a Secret is neither pickled nor copied by accident: Secret(secret) copies it")


def exposed(secret: Secret) -> bytearray:
    """The bytes themselves, for this package."""
    if secret._closed:
        raise wrong("the secret is closed")
    return secret._bytes


def wipe(content: bytearray) -> None:
    view = memoryview(content)
    view[:] = bytes(view.nbytes)


def bytes_of(content: Password) -> BytesLike:
    """What is copied by its memory: len() of a class of somebody's may say anything."""
    if isinstance(content, str):
        try:
            return str.encode(content, "utf-8")
        except UnicodeEncodeError:  # its object would be the secret
            pass
        raise wrong("a text is not Unicode: it holds half a surrogate pair")
    if isinstance(content, Secret):
        return exposed(content)
    if isinstance(content, (bytes, bytearray, memoryview)):
        return memoryview(content)
    raise TypeError(f"str, bytes-like or Secret is needed, not {type(content).__name__}")
