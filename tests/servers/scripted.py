"""A Safe server and WebDAV folder in memory that does what is wrong with networks, on demand."""
import http
import re
import socket
import ssl
import threading
import time
from email.utils import formatdate

CONFIG = b'{"maxBackupBytes":524288,"retentionDays":180}\n'
LAST_MODIFIED = "Tue, 24 Nov 2026 12:00:00 GMT"


class Scripted:
    """`fault(method, path)` names what goes wrong with a request, or nothing.

    cut-head, cut-body, cut-last     the answer ends too early
    cut-request                      the connection ends in the middle of the request's body
    drip                             the head of the answer comes byte by byte and never ends
    silence                          no answer
    wrong-length                     more is announced than comes
    endless                          chunks without end
    (status, headers)                such an answer
    """

    def __init__(self, certificate=None):
        self.objects, self.folders, self.requests = {"config": CONFIG}, {"", "backups"}, []
        self.fault, self.clock_ahead = lambda method, path: None, 0
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificate)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.ends = False
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self):
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}/"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ends = True
        self.listening.close()

    def accept(self):
        while not self.ends:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as incoming:
                while self.answer(connection, incoming):
                    pass
        except (OSError, ValueError):
            pass

    def answer(self, connection, incoming):
        line = incoming.readline().decode()
        if not line:
            return False
        method, target, _ = line.split()
        headers = {}
        while (header := incoming.readline().decode().strip()):
            name, value = header.split(":", 1)
            headers[name.lower()] = value.strip()
        path = target.lstrip("/")
        self.requests.append((method, path, headers))
        fault = self.fault(method, path)
        length = int(headers.get("content-length", 0))
        if fault == "cut-request":
            incoming.read(length // 2)
            return False
        body = incoming.read(length)
        if len(body) < length:  # the client has gone: a broken upload is dropped
            return False
        if fault == "silence":
            while not self.ends:
                time.sleep(0.05)
            return False
        answer = self.act(method, path, body, headers, fault) if isinstance(fault, str) or fault is None else (*fault, b"")
        status, answer_headers, content = answer
        if self.clock_ahead is not None:
            answer_headers = {"Date": formatdate(time.time() + self.clock_ahead, usegmt=True)} | answer_headers
        return self.send(connection, method, fault, status, answer_headers, content)

    def act(self, method, path, body, headers, fault):
        name = path.rstrip("/")
        if method == "PUT":
            if fault is None:  # else it is an answer to nothing
                self.objects[path] = body
            return 201, {}, b""
        if method == "DELETE":
            return (204 if self.objects.pop(path, None) is not None else 404), {}, b""
        if method == "MKCOL":
            created = name not in self.folders
            self.folders.add(name)
            return (201 if created else 405), {}, b""
        if method == "MOVE":
            target = re.sub("^https?://[^/]*/", "", headers["destination"])
            if path not in self.objects:
                return 404, {}, b""
            if headers["overwrite"] == "F" and target in self.objects:
                return 412, {}, b""
            if fault is None or fault.startswith("cut"):  # the answer is lost, not the deed
                self.objects[target] = self.objects.pop(path)
            return 204, {}, b""
        if method == "PROPFIND":
            return self.propfind(name, headers["depth"])
        content = self.objects.get(path)
        return (404, {}, b"") if content is None else (200, {"Last-Modified": LAST_MODIFIED}, content)

    def propfind(self, name, depth):
        entries = [name] if name in self.objects or name in self.folders else []
        if not entries:
            return 404, {}, b""
        if depth == "1":
            prefix = name + "/" if name else ""
            entries += [other for other in {*self.objects, *self.folders} - {name}
                        if other.startswith(prefix) and "/" not in other[len(prefix):]]
        text = "".join(f"<response><href>/{entry}</href><propstat><prop>" + (
            "<resourcetype><collection/></resourcetype>" if entry in self.folders else
            f"<getcontentlength>{len(self.objects[entry])}</getcontentlength><getlastmodified>{LAST_MODIFIED}</getlastmodified>")
            + "</prop><status>HTTP/1.1 200 OK</status></propstat></response>" for entry in entries)
        return 207, {}, f'<multistatus xmlns="DAV:">{text}</multistatus>'.encode()

    def send(self, connection, method, fault, status, headers, content):
        reason = http.HTTPStatus(status).phrase
        length = len(content) + (100 if fault == "wrong-length" else 0)
        size = "Transfer-Encoding: chunked" if fault == "endless" else f"Content-Length: {length}"
        if status == 204:
            size = "X-No: content"
        extra = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {status} {reason}\r\n{size}\r\n{extra}\r\n".encode()
        if fault == "cut-head":
            connection.sendall(head[:len(head) // 2])
            return False
        if fault == "endless":
            connection.sendall(head)
            while not self.ends:
                connection.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")
        if fault == "drip":
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not self.ends:
                connection.sendall(b"x")
                time.sleep(0.05)
        if method == "HEAD":
            content = b""
        kept = content[:len(content) // 2] if fault == "cut-body" else content[:-1] if fault == "cut-last" else content
        connection.sendall(head + kept)
        return fault is None or not isinstance(fault, str)
