"""Finds libtresor and loads it. Of the environment only TRESOR_LIBRARY is read."""
from __future__ import annotations

import ctypes
import ctypes.util
import os
import pathlib
import sys
from typing import Iterator, Optional, Tuple

from ._prototypes import ABI_VERSION, declare_all, struct_sizes

HERE = pathlib.Path(__file__).resolve().parent
NAME = f"libtresor.{ABI_VERSION}.dylib" if sys.platform == "darwin" else f"libtresor.so.{ABI_VERSION}"


def checkout() -> Optional[pathlib.Path]:
    """The source tree, if this package lies in one."""
    tree = HERE.parents[2] if HERE.parts[-3:] == ("bindings", "python", "tresor") else None
    return tree if tree is not None and (tree / "include/tresor.h").exists() else None


def candidates() -> Iterator[Tuple[str, str]]:
    """Paths or names to load, and where they come from."""
    yield str(HERE / NAME), "beside the package"
    tree = checkout()
    if tree is not None:
        yield str(tree / "build/lib" / NAME), "built in this source tree"
    found = ctypes.util.find_library("tresor")
    if found is not None:
        yield found, "installed on this system"
    yield NAME, "where the system's loader looks"


def fits(theirs: int, ours: int, grows: bool) -> bool:
    """A struct with a version may have more members in a newer library, behind those of this package."""
    return theirs >= ours if grows else theirs == ours


def load_one(path: str) -> ctypes.CDLL:
    """Raises OSError with a reason."""
    library = ctypes.CDLL(path)
    try:
        library.tresor_abi_version.restype = ctypes.c_uint
        abi = library.tresor_abi_version()
        if abi != ABI_VERSION:
            raise OSError(f"has ABI version {abi}, this package needs {ABI_VERSION}")
        declare_all(library)
        different = [name for name, size, grows in struct_sizes() if not fits(library.tresor_struct_size(name), size, grows)]
        if different:
            raise OSError(f"has other structs than this package: {different}")
    except AttributeError as missing:
        raise OSError(f"is older than this package, or is none of tresor ({missing})") from None
    return library


def load() -> ctypes.CDLL:
    wanted = os.environ.get("TRESOR_LIBRARY")
    places = [(wanted, "TRESOR_LIBRARY")] if wanted else candidates()
    tried = []
    for path, origin in places:
        # Else the loader searches, for a path that is there, too.
        if os.path.sep in path and not os.path.exists(path):
            tried.append(f"  {path} ({origin}): is not there")
            continue
        try:
            return load_one(path)
        except OSError as error:
            tried.append(f"  {path} ({origin}): {error}")
    raise ImportError("libtresor was not found; `./dev build` makes it, and TRESOR_LIBRARY may name it. Tried:\n"
                      + "\n".join(tried))


lib = load()


def library_version() -> str:
    """Such as "0.1.0", of the library that was loaded."""
    return bytes(lib.tresor_version()).decode()


def abi_version() -> int:
    """Of the library that was loaded. This package needs the very same."""
    return int(lib.tresor_abi_version())


def library_path() -> str:
    """Of the file that was loaded, or the name that the system's loader found it by."""
    if sys.platform == "linux":
        with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
            for line in maps:
                path = line.rstrip("\n").partition("/")
                if pathlib.PurePath(path[2]).name.startswith(NAME):
                    return path[1] + path[2]
    return str(lib._name)


def package_version() -> str:
    """Of this package: in a source tree what the header says, else what was installed."""
    tree = checkout()
    if tree is not None:
        header = (tree / "include/tresor/version.hpp").read_text(encoding="utf-8")
        return header.partition('TRESOR_VERSION "')[2].partition('"')[0]
    from importlib import metadata
    try:
        return metadata.version("tresor")
    except metadata.PackageNotFoundError:
        return "unknown"
