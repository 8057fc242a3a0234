"""A client that sends whatever bytes it is told to, at any pace, and reads what is answered strictly."""
import contextlib
import fcntl
import itertools
import re
import socket
import struct
import termios
import time

STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9]) [\t -~]*\r\n")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~]*)\r\n")
CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})\r\n")
LONGEST_HEAD = 16384
_addresses = itertools.count(1)


class Broken(AssertionError):
    """What came is no answer of HTTP/1.1."""


class Ended(Exception):
    """The connection ended before there was a whole answer; `had` is what came of it."""

    def __init__(self, had):
        super().__init__(had)
        self.had = had


class Answer:
    def __init__(self, status, headers):
        self.status, self.headers, self.body = status, headers, b""

    def __getitem__(self, name):
        """The only header of that name, None if there is none."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(found) < 2, self.headers
        return found[0] if found else None

    @property
    def closes(self):
        return (self["Connection"] or "").lower() == "close"

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:80]}"


def request(method, target, body=None, headers=None, agent="Threema", version="1.1"):
    """The bytes of a request. `headers` replace what would be sent otherwise; None leaves one out."""
    fields = {"Host": "localhost", "User-Agent": agent}
    if body is not None:
        fields |= {"Content-Type": "application/octet-stream", "Content-Length": len(body)}
    fields |= headers or {}
    head = f"{method} {target} HTTP/{version}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return head.encode("latin-1") + b"\r\n" + (body or b"")


def other_address():
    """An address that no test has used, for X-Forwarded-For."""
    number = next(_addresses)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


class Connection:
    """One connection to a SafeServer, with TLS if it has that."""

    def __init__(self, server, timeout=10, receive_buffer=None, tls=True):
        self.socket = socket.socket(socket.AF_INET6 if ":" in server.host else socket.AF_INET)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect((server.host, server.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls and server.context:
            self.socket = server.context.wrap_socket(self.socket, server_hostname=server.host)
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def drip(self, data, pause, piece=1):
        """Slowly; True when all was sent, False when the server had enough."""
        try:
            for start in range(0, len(data), piece):
                self.socket.sendall(data[start:start + piece])
                time.sleep(pause)
        except OSError:
            return False
        return True

    def send_all_it_takes(self, data):
        """The server may answer and end the connection before it has read everything."""
        with contextlib.suppress(ConnectionError):
            self.socket.sendall(data)

    def wait_until_read(self):
        """Waits until the other side's system has everything, and a moment for the other side to read it."""
        end = time.monotonic() + 5
        while struct.unpack("i", fcntl.ioctl(self.socket, termios.TIOCOUTQ, bytes(4)))[0] and time.monotonic() < end:
            time.sleep(0.0005)
        time.sleep(0.002)

    def finish(self):
        """Nothing more will be sent."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def ask(self, method, target, *arguments, **more):
        self.send(request(method, target, *arguments, **more))
        return self.answer(method)

    def answer(self, method="GET", interim=False):
        """The next answer; 100 Continue is passed over unless it is asked for."""
        while True:
            answer = self._head()
            if answer.status >= 200:
                answer.body = self._body(answer, method)
                return answer
            if interim:
                return answer

    def ended(self, seconds=10):
        """Does the server end the connection, without another byte?"""
        self.socket.settimeout(seconds)
        try:
            return not self.rest and not self.socket.recv(1)
        except TimeoutError:
            return False
        except ConnectionError:
            return True

    def until_end(self):
        """All that comes until the connection ends."""
        try:
            while self._more():
                pass
        except ConnectionError:
            pass
        data, self.rest = self.rest, b""
        return data

    def _more(self):
        try:
            piece = self.socket.recv(65536)
        except ConnectionError:  # what was not read yet is lost then
            piece = b""
        self.rest += piece
        return bool(piece)

    def _take(self, size):
        while len(self.rest) < size:
            if not self._more():
                raise Ended(self.rest)
        data, self.rest = self.rest[:size], self.rest[size:]
        return data

    def _line(self):
        while b"\n" not in self.rest:
            if len(self.rest) > LONGEST_HEAD:
                raise Broken(self.rest[:200])
            if not self._more():
                raise Ended(self.rest)
        return self._take(self.rest.index(b"\n") + 1)

    def _head(self):
        first = self._line()
        match = STATUS_LINE.fullmatch(first)
        if not match:
            raise Broken(first)
        answer = Answer(int(match[1]), [])
        while (line := self._line()) != b"\r\n":
            match = FIELD.fullmatch(line)
            if not match:
                raise Broken(line)
            answer.headers.append((match[1].decode(), match[2].decode()))
        return answer

    def _body(self, answer, method):
        if method == "HEAD" or answer.status in (204, 304):
            return b""
        if answer["Transfer-Encoding"]:
            return self._chunks()
        if answer["Content-Length"] is not None:
            return self._take(int(answer["Content-Length"]))
        return self.until_end()

    def _chunks(self):
        body = b""
        while True:
            match = CHUNK.fullmatch(self._line())
            if not match:
                raise Broken("no chunk")
            size = int(match[1], 16)
            body += self._take(size)
            if self._line() != b"\r\n":
                raise Broken("no end of a chunk")
            if size == 0:
                return body


def ask(server, method, target, body=None, headers=None, **more):
    """One request on a connection of its own, from an address of its own."""
    with Connection(server) as connection:
        return connection.ask(method, target, body, {"X-Forwarded-For": other_address()} | (headers or {}), **more)
