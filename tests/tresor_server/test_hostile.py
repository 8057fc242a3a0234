"""Clients that are slow, endless, or many: who is healthy still gets an answer."""
import contextlib
import socket
import threading
import time

import pytest
from raw import Connection, ask, other_address, request
from safe_server import SafeServer, await_that, container, new_id
from tool import SCALE

STALLED = 1000


class Slow(threading.Thread):
    """Sends something slowly until the server has enough of it; knows how long that took."""

    def __init__(self, server, first, drop, pause):
        super().__init__(daemon=True)
        self.server, self.first, self.drop, self.pause, self.took, self.said = server, first, drop, pause, None, b""
        self.start()

    def run(self):
        start = time.monotonic()
        with Connection(self.server, timeout=60) as connection:
            connection.send(self.first)
            connection.socket.settimeout(self.pause)
            while time.monotonic() - start < 60:
                try:
                    piece = connection.socket.recv(1000)
                    self.said += piece
                    if not piece:
                        break
                except TimeoutError:
                    with contextlib.suppress(OSError):
                        connection.socket.sendall(self.drop)
                except OSError:
                    break
            else:
                return
        self.took = time.monotonic() - start


@pytest.fixture(scope="module", autouse=True)
def slow(server):
    """They start with the first test of this file, and the last one looks at them."""
    body = request("PUT", f"/backups/{new_id()}", container(50_000))[:-49_000]
    return {"a head": Slow(server, b"GET /config HTTP/1.1\r\nX: ", b"x", 0.2),
            "many lines": Slow(server, b"GET /config HTTP/1.1\r\n", b"X: y\r\n", 0.2),
            "a body": Slow(server, body, b"x", 0.2),
            "chunks": Slow(server, b"PUT /config HTTP/1.1\r\nHost: a\r\nUser-Agent: Threema\r\nTransfer-Encoding: chunked\r\n\r\n",
                           b"1\r\nx\r\n", 0.2)}


def healthy(server, count=20):
    """The slowest of some whole visits, each on a connection of its own."""
    slowest = 0
    for _ in range(count):
        start, target, data = time.monotonic(), f"/backups/{new_id()}", container(10_000)
        assert ask(server, "GET", "/config").status == 200
        assert ask(server, "PUT", target, data).status == 201
        assert ask(server, "GET", target).body == data
        slowest = max(slowest, time.monotonic() - start)
    return slowest


def test_endless_chunks_are_not_read(server):
    """Else one client fills the memory or the disk."""
    chunk = b"10000\r\n" + bytes(65536) + b"\r\n"
    for method in ("PUT", "GET"):
        before, sent = server.memory(), 0
        with Connection(server, timeout=5) as connection:
            connection.send(request(method, f"/backups/{new_id()}",
                                    headers={"Transfer-Encoding": "chunked", "Content-Type": "application/octet-stream"}))
            with contextlib.suppress(OSError):
                for _ in range(2000):
                    connection.socket.sendall(chunk)
                    sent += len(chunk)
            assert sent < 64 << 20
        assert server.memory() < before + (32 << 20)
    assert healthy(server, 3) < 2


def test_a_thousand_stalled_clients_delay_nobody(tmp_path, capsys):
    """Else anybody with one machine stops all backups of all accounts. 1000 connections stop in a head, in a body, or never
    read what they asked for, many times over."""
    with SafeServer(tmp_path, "--behind-proxy", "127.0.0.1", files=4096) as server, contextlib.ExitStack() as stack:
        big = f"/backups/{new_id()}"
        assert ask(server, "PUT", big, container(400_000)).status == 201
        before, partial = server.memory(), request("PUT", f"/backups/{new_id()}", container(400_000))[:-200_000]
        asking = request("GET", big) * 20  # eight megabytes that nobody reads
        for number in range(STALLED):
            connection = stack.enter_context(Connection(server, receive_buffer=4096 if number % 3 == 2 else None))
            connection.send((b"GET /config HTTP/1.1\r\nHost: ", partial, asking)[number % 3])
            if number % 200 == 0:
                assert healthy(server, 1) < 10  # it has a lot to do just now
        slowest, used = healthy(server), server.memory() - before
        with capsys.disabled():
            print(f"\n{STALLED} stalled connections: slowest of 20 visits {slowest * 1000:.0f} ms, memory +{used >> 20} MiB")
        assert slowest < 3  # three requests
        # Half a body for a third of them, and one answer for another third.
        assert used < STALLED // 3 * 700_000 + (64 << 20)
    assert server.leftovers() == []


def test_stalled_handshakes_delay_nobody(tmp_path, certificate):
    """Else the same without sending a single request."""
    hello = bytes.fromhex("1603010200010001fc0303") + bytes(32)
    with SafeServer(tmp_path, "--behind-proxy", "127.0.0.1", certificate=certificate, files=4096) as server:
        with contextlib.ExitStack() as stack:
            for number in range(500):
                connection = stack.enter_context(Connection(server, tls=False))
                connection.send(hello[:number % len(hello)])
            assert healthy(server, 5) < 3
        assert healthy(server, 2) < 3


def test_plain_text_and_noise_at_the_tls_port(tmp_path, certificate):
    """Else a scanner ends the server."""
    with SafeServer(tmp_path, "--behind-proxy", "127.0.0.1", certificate=certificate) as server:
        for data in (request("GET", "/config"), b"\0" * 5000, b"\x16\x03\x01\xff\xff" + b"x" * 70_000, b"\x80\x2e\x01\x03\x01",
                     b"\x15\x03\x01\x00\x02\x02\x28", b"\r\n\r\n"):
            with Connection(server, tls=False) as connection:
                connection.send_all_it_takes(data)
                connection.finish()
                assert b"maxBackupBytes" not in connection.until_end()
        assert healthy(server, 2) < 3


def test_half_closed_and_reset_connections_leave_nothing(server):
    """Else descriptors and memory run out after a week in a mobile network."""
    import pathlib
    descriptors = pathlib.Path(f"/proc/{server.process.pid}/fd")
    await_that(lambda: len(list(descriptors.iterdir())) < 80)
    before = len(list(descriptors.iterdir()))
    half = request("PUT", f"/backups/{new_id()}", container(5000))[:-2500]
    for number in range(300 * SCALE):
        connection = Connection(server)
        connection.send((b"", b"GET /con", half, request("GET", "/config"), request("GET", f"/backups/{new_id()}") * 3)[number % 5])
        if number % 2:
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset
        elif number % 4 == 0:
            connection.finish()
            connection.until_end()
        connection.close()
    await_that(lambda: len(list(descriptors.iterdir())) <= before + 2, 10, "the end of all those connections")
    await_that(lambda: server.leftovers() == [])
    assert healthy(server, 2) < 3


def test_who_reads_slowly_gets_everything(server):
    """A phone at the edge of its network is slow and honest."""
    target, data = f"/backups/{new_id()}", container(300_000)
    assert ask(server, "PUT", target, data).status == 201
    with Connection(server, receive_buffer=2048) as connection:
        connection.send(request("GET", target, headers={"X-Forwarded-For": other_address()}))
        connection.socket.settimeout(10)
        while len(connection.rest) < 100_000:
            connection.rest += connection.socket.recv(4000)
            time.sleep(0.01)
        assert connection.answer().body == data


def test_who_sends_slowly_but_steadily_is_served(server):
    """The same the other way: 20 kB a second is a phone on the train."""
    target, data = f"/backups/{new_id()}", container(20_000)
    with Connection(server) as connection:
        assert connection.drip(request("PUT", target, data), 0.05, 1000)
        assert connection.answer().status == 201
    assert ask(server, "GET", target).body == data
    with Connection(server) as connection:
        assert connection.drip(request("GET", target), 0.01, 3)
        assert connection.answer().body == data


@pytest.mark.parametrize("kind, limit", [("a head", 25), ("many lines", 25), ("a body", 40), ("chunks", 25)])
def test_who_is_too_slow_is_sent_away(slow, kind, limit):
    """Else each slow client holds a connection for ever. A byte each fifth of a second must not count as being there."""
    slow[kind].join(timeout=60)
    assert slow[kind].took is not None and slow[kind].took < limit
    assert slow[kind].said == b"" or slow[kind].said.startswith((b"HTTP/1.1 408 ", b"HTTP/1.1 411 ", b"HTTP/1.1 405 "))
