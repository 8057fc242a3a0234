"""Where a store is and how it is reached."""
from __future__ import annotations

import os
from contextlib import contextmanager
from ctypes import byref
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Iterator, Optional, Union

from ._memory import LentIfAny, optional_text, text
from ._prototypes import new, tresor_place
from .error import wrong
from .secret import Password, Secret

Location = Union[str, "os.PathLike[str]"]


@dataclass(frozen=True, repr=False)
class Place:
    """All but the location matters to servers only.

    `location` is a folder, "memory:", "https://host/path/" (a Safe server), "webdav+https://host/path/", "threema:" or
    "s3://bucket/prefix?endpoint=URL&region=R", the values percent-encoded; a Path is a folder, whatever it is called.
    `user` and `password` are for the server, not those of the Safe; of s3: the id of an access key and its secret; or
    `password_file`, whose first line is read each time, for clients. `pin` is the SHA-256 of the one public key that is
    trusted, `timeout` for how long nothing may move (30 s), `allow_insecure` lets http:// lead to other machines. `token`
    is the session token of a temporary key of s3:, which is not for clients.
    """

    location: Location
    user: Optional[str] = None
    password: Optional[Password] = field(default=None, hash=False)
    password_file: Optional[Location] = None
    ca_file: Optional[Location] = None
    pin: Optional[str] = None
    proxy: Optional[str] = None
    user_agent: Optional[str] = None
    timeout: Optional[timedelta] = None
    allow_insecure: bool = False
    token: Optional[Password] = field(default=None, hash=False)

    def __post_init__(self) -> None:
        for name in ("password", "token"):
            if (secret := getattr(self, name)) is not None:
                object.__setattr__(self, name, Secret(secret))

    @contextmanager
    def _struct(self) -> Iterator[Any]:
        struct = new(tresor_place)
        struct.location = _location(self.location)
        for name in ("user", "pin", "proxy", "user_agent"):
            setattr(struct, name, optional_text(getattr(self, name), f"a place's {name}"))
        for name in ("password_file", "ca_file"):
            path = getattr(self, name)
            setattr(struct, name, None if path is None else file_name(path))
        if self.timeout is not None:
            if self.timeout < timedelta(seconds=1):
                raise wrong("a timeout is at least a second")
            struct.timeout = self.timeout // timedelta(seconds=1)
        struct.allow_insecure = bool(self.allow_insecure)
        with LentIfAny(self.password) as password, LentIfAny(self.token) as token:
            struct.password, struct.password_size = password.pointer(), password.size
            struct.token, struct.token_size = token.pointer(), token.size
            yield byref(struct)

    def __repr__(self) -> str:
        return "<tresor.Place>"  # a location or a proxy may hold a password


def place_of(where: Union[Location, Place]) -> Place:
    return where if isinstance(where, Place) else Place(where)


def file_name(path: Location) -> bytes:
    name = os.fsencode(path)
    if b"\0" in name:
        raise wrong("a file name holds U+0000")
    return name


def _location(location: Location) -> bytes:
    if isinstance(location, str):
        return text(location, "a location")
    # Absolute: it is kept in a state, and can be no scheme.
    return file_name(os.path.abspath(location))
