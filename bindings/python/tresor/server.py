"""A Safe server without its sockets: what it answers to a request, for a web server of your own.

    server = tresor.SafeServer(tresor.open_storage("/srv/safe"))
    answer = server.handle("GET", "/config", [("User-Agent", "Threema")], peer="192.0.2.1")

examples/safe_server.py does it with the standard library's http.server. TLS and accounts are the affair of the program.
"""
from __future__ import annotations

import ctypes
import io
import itertools
from ctypes import byref, c_int
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple, Union
from urllib.parse import quote

from ._call import call, check
from ._handle import Entered, Handle, Owner
from ._library import lib
from ._memory import Buffer, text
from ._prototypes import new, tresor_header, tresor_request, tresor_throttle
from .error import TresorError, known, typed, wrong
from .retention import Limits
from .secret import BytesLike
from .storage import Storage
from .stream import Readable
from .timestamp import seconds_or_now


@dataclass(frozen=True)
class Response:
    """An answer: send it as it is; Content-Length is among the headers. To a HEAD the body is empty."""

    status: int
    headers: Tuple[Tuple[str, str], ...]
    body: bytes
    # A body that was announced was not read: close the connection behind the answer.
    close: bool = False
    # What the store failed with, for a log; none of it is in the answer.
    failure: Optional[TresorError] = None

    @property
    def reason(self) -> str:
        """The words of the status: "Not Found"."""
        return HTTPStatus(self.status).phrase


class _Head:
    """Of a request, as the library takes it."""

    def __init__(self, method: str, target: str, headers: Iterable[Tuple[str, str]], peer: str) -> None:
        pairs = [(_bytes(name, "a name"), _bytes(value, "a value")) for name, value in headers]
        self.announced = [value for name, value in pairs if name.lower() == b"content-length"]
        chunked = any(name.lower() == b"transfer-encoding" for name, _ in pairs)
        self.has_body = chunked or any(value != b"0" for value in self.announced)
        if chunked or len(set(self.announced)) > 1:  # nobody knows where it ends
            pairs = [pair for pair in pairs if pair[0].lower() != b"content-length"]
        self._kept = [_bytes(method, "a method"), _bytes(target, "a target"), *itertools.chain(*pairs)]
        self.struct = new(tresor_request)
        self.struct.method, self.struct.target = map(_address, self._kept[:2])
        self.struct.method_size, self.struct.target_size = map(len, self._kept[:2])
        self.struct.headers = (tresor_header * len(pairs))(
            *(tresor_header(_address(name), len(name), _address(value), len(value)) for name, value in pairs))
        self.struct.headers_count = len(pairs)
        self.struct.peer = text(peer, "a peer")

    def set_body(self, body: bytes) -> None:
        self._kept.append(body)
        self.struct.body, self.struct.body_size = _address(body), len(body)


def _bytes(word: str, what: str) -> bytes:
    """Anything may come from outside; what is not ASCII means nothing to the library."""
    if not isinstance(word, str):
        raise TypeError(f"{what} is a str, not {type(word).__name__}")
    return word.encode("utf-8", "surrogatepass")


def _address(content: bytes) -> Any:
    return ctypes.cast(ctypes.c_char_p(content), ctypes.c_void_p)


class _Answer:
    """Where the library puts one."""

    def __init__(self) -> None:
        self.status, self.failure = c_int(), c_int()
        self.headers, self.body, self.failure_text = Buffer(), Buffer(), Buffer()

    def __enter__(self) -> _Answer:
        return self

    def __exit__(self, *_: object) -> None:
        for buffer in (self.headers, self.body, self.failure_text):
            buffer.__exit__()

    def response(self, close: bool) -> Response:
        lines = self.headers.content().decode("latin-1").split("\r\n")[:-1]
        pairs = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
        failure = TresorError(known(-self.failure.value), self.failure_text.text()) if self.failure.value else None
        return Response(self.status.value, pairs, self.body.content(), close, failure)


class SafeServer(Owner):
    """What a Safe server answers, over a store. Threads may share it.

    A store lets one thread in at a time; of several (the same place, opened several times) each has its turn. `limits` are
    those in the `config` of the store, read once, unless they are given: then it needs none. An address that has asked for
    60 ids that are not there may ask for one a second from then on (429). Raises what the store raises, not_found without
    `config`. Close it before its stores.
    """

    def __init__(self, storage: Union[Storage, Sequence[Storage]], limits: Optional[Limits] = None) -> None:
        stores = [storage] if isinstance(storage, Storage) else list(storage)
        if not stores:
            raise wrong("a server needs a store")
        self._stores = [typed(store, Storage, "a store") for store in stores]
        self._turns = itertools.count()
        self.limits = typed(stores[0].limits() if limits is None else limits, Limits, "limits")
        self._limits = self.limits._struct()
        # As if it led to a server: after a fork the child has a new one, since a thread may have been counting in this one.
        self._own(Handle(tresor_throttle, lambda out: check(lib.tresor_throttle_create(out, 0, 0)),
                         lib.tresor_throttle_free, shared=True, connected=True))

    def admit(self, method: str, target: str, headers: Iterable[Tuple[str, str]]) -> Optional[Response]:
        """The refusal of a request by its head, before its body is there; None if there is nothing against it."""
        self._needed()
        return self._refusal(_Head(method, target, headers, ""))

    def handle(self, method: str, target: str, headers: Iterable[Tuple[str, str]],
               body: Union[BytesLike, Readable, None] = None, *, peer: str = "", now: Optional[datetime] = None) -> Response:
        """The answer to a request.

        `target` is the path from "/" on, with or without a query. `body` is bytes, or a file that is read only if the head
        is admitted, and no further than its Content-Length; what its read() raises is raised. `peer` is the address that
        asks. What the store fails with is an answer (500, 503, 507), and its `failure`.
        """
        throttle, head = self._needed(), _Head(method, target, headers, peer)
        refusal = self._refusal(head)
        if refusal is not None:
            return refusal
        if body is not None and method == "PUT":
            head.set_body(_read(body, int(head.announced[0])))
        store = self._stores[next(self._turns) % len(self._stores)]
        with Entered(store._needed(), throttle) as pointer, _Answer() as out:
            call(lib.tresor_server_handle, byref(out.status), out.headers.out, out.body.out, byref(out.failure),
                 out.failure_text.out, pointer, throttle.pointer, byref(head.struct), byref(self._limits),
                 seconds_or_now(now))
            return out.response(head.has_body and (body is None or method != "PUT"))

    def _refusal(self, head: _Head) -> Optional[Response]:
        with _Answer() as out:
            check(lib.tresor_server_admit(byref(out.status), out.headers.out, out.body.out, byref(head.struct),
                                          byref(self._limits)))
            return out.response(head.has_body) if out.status.value else None

    def wsgi(self, environ: Dict[str, Any], start_response: Callable[..., Any]) -> List[bytes]:
        """The same as an application of WSGI (PEP 3333), below whatever path it is mounted at."""
        headers = [(name[5:].replace("_", "-"), value) for name, value in environ.items() if name.startswith("HTTP_")]
        headers += [(name.replace("_", "-"), environ[name]) for name in ("CONTENT_TYPE", "CONTENT_LENGTH")
                    if environ.get(name)]
        answer = self.handle(environ["REQUEST_METHOD"], quote(environ.get("PATH_INFO", ""), encoding="latin-1"), headers,
                             environ["wsgi.input"], peer=environ.get("REMOTE_ADDR", ""))
        told = list(answer.headers)
        if answer.status != 204 and "Content-Type" not in dict(told):  # its rules ask for one
            told.append(("Content-Type", "text/plain"))
        start_response(f"{answer.status} {answer.reason}", told)
        return [answer.body]


def _read(body: Union[BytesLike, Readable], size: int) -> bytes:
    """A file as far as it was announced: behind that there is the next request."""
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    if isinstance(body, str) or not hasattr(body, "read"):
        raise TypeError(f"a body is bytes or a binary file, not {type(body).__name__}")
    content = io.BytesIO()
    while size > content.tell():
        block = body.read(size - content.tell())
        if not block:
            break
        content.write(block)
    return content.getvalue()
