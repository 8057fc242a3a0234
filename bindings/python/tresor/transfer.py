"""Files, such as chat archives and ID exports, into a store and back, verified by SHA-256."""
from __future__ import annotations

import builtins
import os
import tempfile
from ctypes import byref, c_int, create_string_buffer
from dataclasses import dataclass
from typing import Any, Callable, Optional, TypeVar, Union

from ._call import call, check
from ._library import lib
from ._memory import text
from ._prototypes import OBJECT_TEXT_SIZE, tresor_transferred
from .error import Errc, TresorError, wrong
from .place import Location
from .stream import Readable, Sink, Source, Writable

_T = TypeVar("_T")


@dataclass(frozen=True)
class Transferred:
    """What went over, as it was read back."""

    name: str  # of the object
    bytes: int
    sha256: builtins.bytes  # 32 bytes


def archive_name(file_name: Location) -> str:
    """Where a file is kept unless said otherwise: `data-backups/` and its name, with `_` for what no object's name has."""
    name = os.fsencode(os.path.basename(os.fspath(file_name)))
    out = create_string_buffer(OBJECT_TEXT_SIZE)
    check(lib.tresor_transfer_name(out, name, len(name)))
    return out.value.decode()


def _is_path(file: Any) -> bool:
    return isinstance(file, (str, os.PathLike))


def put_file(pointer: Any, file: Union[Location, Readable], name: Optional[str], replace: bool) -> Transferred:
    if name is None:
        if not _is_path(file):
            raise wrong("a file without a path needs a name")
        name = archive_name(file)  # type: ignore[arg-type]
    if not _is_path(file):
        return _put(pointer, file, name, replace)
    with open(file, "rb") as opened:  # type: ignore[arg-type]
        return _put(pointer, opened, name, replace)


def _put(pointer: Any, file: Any, name: str, replace: bool) -> Transferred:
    out, source = tresor_transferred(), Source(file)
    call(lib.tresor_transfer_put, byref(out), pointer, text(name, "a name"), byref(source.struct), bool(replace))
    return Transferred(name, out.bytes, bytes(out.sha256))


def get_file(pointer: Any, name: str, file: Union[Location, Writable], replace: bool) -> Optional[Transferred]:
    if not _is_path(file):
        return _get(pointer, name, file)
    return write_file(os.fspath(file), replace, lambda opened: _get(pointer, name, opened))  # type: ignore[arg-type]


def write_file(path: str, replace: bool, fill: Callable[[Any], Optional[_T]]) -> Optional[_T]:
    """A file of what `fill` writes, which appears whole or not at all; not if it answers None."""
    refuse = TresorError(Errc.CONFLICT, "there is a file of that name")
    if not replace and os.path.lexists(path):
        raise refuse
    handle, temporary = tempfile.mkstemp(prefix=".tresor-", dir=os.path.dirname(path) or ".")
    try:
        with os.fdopen(handle, "wb") as opened:
            filled = fill(opened)
            opened.flush()
            os.fsync(opened.fileno())
        if filled is not None and replace:
            os.replace(temporary, path)
        elif filled is not None:
            try:
                os.link(temporary, path)  # another may have made one meanwhile
            except FileExistsError:
                raise refuse from None
            except OSError:  # a file system without links
                if os.path.lexists(path):
                    raise refuse from None
                os.replace(temporary, path)
        return filled
    finally:
        if os.path.lexists(temporary):
            os.unlink(temporary)


def _get(pointer: Any, name: str, file: Any) -> Optional[Transferred]:
    found, out, sink = c_int(), tresor_transferred(), Sink(file)
    call(lib.tresor_transfer_get, byref(found), byref(out), pointer, text(name, "a name"), byref(sink.struct))
    return Transferred(name, out.bytes, bytes(out.sha256)) if found.value else None
