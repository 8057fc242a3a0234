"""Bytes on their way into the library and out of it."""
from __future__ import annotations

import ctypes
import json
from ctypes import byref, c_char, string_at
from typing import Any, Callable, Optional, Tuple, Union

from ._library import lib
from ._prototypes import new, tresor_buf
from .error import Finding, whole, wrong
from .secret import BytesLike, Password, Secret, Wiping, bytes_of, exposed, wipe


def text(value: str, what: str, errors: str = "strict") -> bytes:
    """A plain string. One with a NUL in it is refused: C would cut it there."""
    if not isinstance(value, str):
        raise TypeError(f"{what} is a str, not {type(value).__name__}")
    try:
        encoded = str.encode(value, "utf-8", errors)
    except UnicodeEncodeError:  # its object would be the text
        encoded = b"\0"
    if b"\0" in encoded:
        raise wrong(f"{what} holds U+0000 or half a surrogate pair")
    return encoded


def optional_text(value: Optional[str], what: str) -> Optional[bytes]:
    return None if value is None else text(value, what)


def int64(number: int, what: str) -> int:
    return whole(number, what, -2**63 + 1, 2**63 - 1)


def size_of(number: int, what: str) -> int:
    return whole(number, what, 0, 2**63 - 1)


class Lent:
    """Bytes that the library may read for the length of a `with`. What had to be copied for it is wiped."""

    __slots__ = ("_content", "_copy", "_view", "address", "size")

    def __init__(self, content: Password) -> None:
        self._content: Optional[Password] = content
        self._copy: Optional[bytearray] = None
        self._view: Any = None
        self.address: Any = None
        self.size = 0

    def __enter__(self) -> Lent:
        content = self._content
        if type(content) is bytes:
            self.address, self.size = content, len(content)
            return self
        if isinstance(content, Secret):
            buffer = exposed(content)
        elif isinstance(content, bytearray):
            buffer = content
        else:
            buffer = self._copy = Wiping(bytes_of(content))  # type: ignore[arg-type]
        view = memoryview(buffer)
        self.size = view.nbytes
        if self.size:
            self._view = c_char.from_buffer(view)
            self.address = byref(self._view)
        else:
            self.address = b""
        return self

    def pointer(self) -> Any:
        """For a member of a struct, which takes no references."""
        return None if self.address is None else ctypes.cast(self.address, ctypes.c_void_p)

    def __exit__(self, *_: object) -> None:
        self.address = self._view = self._content = None
        if self._copy is not None:
            wipe(self._copy)


class LentIfAny(Lent):
    """The same, and NULL for None."""

    __slots__ = ()

    def __init__(self, content: Optional[Password]) -> None:
        super().__init__(content)  # type: ignore[arg-type]

    def __enter__(self) -> Lent:
        return self if self._content is None else super().__enter__()


def exactly(content: Union[BytesLike, Secret], size: int, what: str) -> Secret:
    """A copy of bytes whose number the function knows by itself."""
    if isinstance(content, str):
        raise TypeError(f"{what} is bytes, not str")
    secret = Secret(content)
    if len(secret) != size:
        raise wrong(f"{what} is {size} bytes, not {len(secret)}")
    return secret


def plain(content: BytesLike, size: int, what: str) -> bytes:
    """The same of what is no secret."""
    if not isinstance(content, (bytes, bytearray, memoryview)):
        raise TypeError(f"{what} is bytes, not {type(content).__name__}")
    copied = memoryview(content).tobytes()
    if len(copied) != size:
        raise wrong(f"{what} is {size} bytes, not {len(copied)}")
    return copied


class Buffer:
    """Bytes that come out of the library: wiped and freed at the end of the `with`, whatever happens in it."""

    __slots__ = ("_buf", "out")

    def __init__(self) -> None:
        self._buf = new(tresor_buf)
        self.out = byref(self._buf)

    def __enter__(self) -> Buffer:
        return self

    def __exit__(self, *_: object) -> None:
        lib.tresor_buf_dispose(self.out)

    def content(self) -> bytes:
        return string_at(self._buf.data, self._buf.size) if self._buf.size else b""

    def secret(self) -> Secret:
        content = Wiping(self._buf.size)
        if content:
            ctypes.memmove(byref(c_char.from_buffer(content)), self._buf.data, len(content))
        return Secret.of(content)

    def text(self) -> str:
        return self.content().decode("utf-8", "surrogateescape")  # the name of a folder may be no UTF-8

    def json(self) -> Any:
        return json.loads(self.text() or "null")

    def findings(self) -> Tuple[Finding, ...]:
        return tuple(Finding(one["pointer"], one["reason"]) for one in self.json() or ())


# Bytes that are filled after they are made, as the C API of Python allows it for new ones; another Python has its own way.
_fresh_bytes = getattr(ctypes, "pythonapi", None) and getattr(ctypes.pythonapi, "PyBytes_FromStringAndSize", None)
if _fresh_bytes is not None:
    _fresh_bytes.restype, _fresh_bytes.argtypes = ctypes.py_object, [ctypes.c_char_p, ctypes.c_ssize_t]


def new_bytes(size: int, fill: Callable[[Any], None]) -> bytes:
    """Bytes that `fill` writes in place; it is given their address."""
    if _fresh_bytes is None or size < 2:  # the short ones are shared
        room = ctypes.create_string_buffer(size)
        fill(room)
        return room.raw
    made: bytes = _fresh_bytes(None, size)
    fill(ctypes.cast(ctypes.c_char_p(made), ctypes.c_void_p))
    return made


def new_secret(size: int) -> Tuple[Secret, Any]:
    """A Secret of zeros and the address for the library to fill."""
    content = Wiping(size)
    return Secret.of(content), byref(c_char.from_buffer(content))
