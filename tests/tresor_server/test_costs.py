"""What costs a stranger little must cost the server little, too: memory, time, and requests to the store."""
import contextlib
import os
import signal
import socket
import statistics
import subprocess
import threading
import time

import pytest
from raw import Connection, ask, request
from s3_engine import ACCESS, SECRET, Engine, Refused, Stored
from safe_server import CONFIG, SafeServer, await_that, container, new_id

CHUNKED = {"Transfer-Encoding": "chunked"}


def test_a_body_in_chunks_of_a_byte_costs_no_memory(server):
    """Else a few connections without an account take gigabytes: a byte in a chunk of its own needs more than its own room."""
    before = server.memory()
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            connection = stack.enter_context(Connection(server))
            connection.send(request("GET", "/healthz", headers=CHUNKED) + b"1\r\nx\r\n" * 100_000)
            connection.wait_until_read()
        assert server.memory() - before < 8 << 20


def test_bodies_of_a_byte_leave_room_for_uploads(tmp_path):
    """Else some thousand bytes end all backups of all accounts."""
    begun = request("PUT", f"/backups/{new_id()}", container(65536))[:-65535]
    with SafeServer(tmp_path, "--behind-proxy", "127.0.0.1", files=8192) as server, contextlib.ExitStack() as stack:
        for _ in range(2500):
            stack.enter_context(Connection(server)).send(begun)
        for _ in range(3):
            target, data = f"/backups/{new_id()}", container(300_000)
            assert ask(server, "PUT", target, data).status == 201
            assert ask(server, "GET", target).body == data
            # A head that comes in two segments and is larger than most needs room, too.
            long_head = request("GET", target, headers={"X": "x" * 3000})
            with Connection(server) as connection:
                connection.send(long_head[:2900])
                connection.wait_until_read()
                connection.send(long_head[2900:])
                assert connection.answer().body == data


def test_large_headers_are_not_remembered(tmp_path):
    """Else each place of a header keeps the largest value that was ever there, for every request there was at once."""
    with SafeServer(tmp_path, "--loops", "1") as server:
        before = server.memory()
        for place in range(98):
            # No header line at the end: refused with all of them in memory.
            head = b"GET /x HTTP/1.1\r\n" + b"A: b\r\n" * place + b"A: " + b"x" * 15_000 + b"\r\n"
            with contextlib.ExitStack() as stack:
                connections = [stack.enter_context(Connection(server)) for _ in range(64)]
                for connection in connections:
                    connection.send(head)
                for connection in connections:
                    connection.wait_until_read() if connection is connections[-1] else None
                    connection.send(b"no header\r\n")
                    assert connection.answer().status == 400
        assert server.memory() - before < 16 << 20


def test_pipelining_leaves_others_their_turn(tmp_path):
    """Else one connection that sends a thousand requests at once makes all others of its loop wait for all of them."""
    many = request("GET", "/x", agent=None) * 400
    ended = threading.Event()

    def flood(server):
        with Connection(server) as connection, contextlib.suppress(OSError):
            threading.Thread(target=lambda: [connection.socket.recv(1 << 20) for _ in iter(ended.is_set, True)], daemon=True).start()
            while not ended.is_set():
                connection.socket.sendall(many)

    with SafeServer(tmp_path, "--loops", "1", "--quiet") as server:
        flooding = [threading.Thread(target=flood, args=(server,), daemon=True) for _ in range(4)]
        for thread in flooding:
            thread.start()
        try:
            with Connection(server) as connection:
                times = []
                for _ in range(30):
                    start = time.monotonic()
                    assert connection.ask("GET", "/healthz").status == 200
                    times.append(time.monotonic() - start)
        finally:
            ended.set()
        assert statistics.median(times) < 0.03
        for thread in flooding:
            thread.join(10)


def test_pipelined_requests_are_all_answered_in_their_order(server):
    """More than a turn has, and with those that wait for a worker among them."""
    ids = [new_id() for _ in range(5)]
    sent = b""
    for name in ids:
        sent += request("PUT", f"/backups/{name}", container(3000, seed=name))
        sent += request("GET", "/x", agent=None) * 30 + request("GET", f"/backups/{name}")
    with Connection(server) as connection:
        threading.Thread(target=connection.send, args=(sent,), daemon=True).start()
        for name in ids:
            assert connection.answer("PUT").status == 201
            assert [connection.answer().status for _ in range(30)] == [400] * 30
            assert connection.answer().body == container(3000, seed=name)
        assert connection.ask("GET", "/healthz").status == 200


# ---- a store on the network ----

@pytest.fixture
def engine():
    with Engine() as engine:
        engine.objects["config"] = Stored(CONFIG)
        yield engine


@pytest.fixture
def on_network(engine, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    server = SafeServer(tmp_path, store=tmp_path)
    server.store = engine.location()
    return server


def test_health_makes_no_requests_to_the_store(engine, on_network):
    """Else strangers keep all workers waiting for it."""
    with on_network as server:
        before = len(engine.requests)
        with Connection(server) as connection:
            for _ in range(300):
                assert connection.ask("GET", "/healthz").status == 200
        assert len(engine.requests) - before <= 3
        engine.fault = lambda request: "silence" if request.key == "config" else None
        with Connection(server) as connection:
            connection.ask("GET", "/healthz")
            assert connection.ask("PUT", f"/backups/{new_id()}", container(1000)).status == 201


def test_health_tells_of_a_store_that_cannot_be_read(engine, on_network):
    with on_network as server:
        engine.fault = lambda request: Refused(403, "AccessDenied")
        await_that(lambda: ask(server, "GET", "/healthz").status == 503, 15)
        engine.fault = lambda request: None
        await_that(lambda: ask(server, "GET", "/healthz").status == 200, 15)


def test_the_end_waits_for_no_store(engine, on_network):
    """A request for the config that hangs is given up, and a second signal ends all at once."""
    with on_network as server:
        hanging = threading.Event()

        def fault(request):
            hanging.set()
            return "silence"
        engine.fault = fault
        server.signal(signal.SIGHUP)
        assert hanging.wait(15)
        start = time.monotonic()
        server.stop()
        assert time.monotonic() - start < 6


def test_an_interrupt_while_it_begins_is_13(engine, on_network):
    """The store does not answer, and whoever started the server has seen enough."""
    hanging = threading.Event()

    def fault(request):
        hanging.set()
        return "silence"
    engine.fault = fault
    process = subprocess.Popen(on_network.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert hanging.wait(15)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=5) == 13


# ---- the end ----

def test_an_answer_in_flight_is_the_last_of_its_connection(tmp_path):
    """Else the server waits for the next request of a client that has none."""
    target, data = f"/backups/{new_id()}", container(8 << 20)
    server = SafeServer(tmp_path)
    (server.store / "config").write_bytes(b'{"maxBackupBytes":16777216,"retentionDays":180}\n')
    with server:
        assert ask(server, "PUT", target, data).status == 201
        with Connection(server, receive_buffer=4096) as connection:
            connection.send(request("GET", target))
            time.sleep(0.2)  # it cannot send more
            start = time.monotonic()
            server.signal(signal.SIGTERM)
            await_that(lambda: refused(server), what="the end of listening")
            assert connection.answer().body == data
            assert connection.ended()
            server.process.wait(timeout=10)
            assert time.monotonic() - start < 10


def refused(server):
    try:
        socket.create_connection((server.host, server.port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


def test_nobody_reads_what_it_says_and_it_ends(tmp_path):
    """Else a stalled reader of the log keeps a server from being started again."""
    server = SafeServer(tmp_path)
    reading, writing = os.pipe()
    process = subprocess.Popen(server.command, stdout=subprocess.PIPE, stderr=writing)
    try:
        os.close(writing)
        url = process.stdout.readline().decode()
        server.host, server.port, server.context, server.process = "127.0.0.1", int(url.rsplit(":")[-1].strip("/\n")), None, process
        with Connection(server) as connection:
            for _ in range(4000):  # more than the pipe has room for
                connection.ask("GET", "/healthz")
        process.send_signal(signal.SIGTERM)
        start = time.monotonic()
        assert process.wait(timeout=20) == 0
        assert time.monotonic() - start < 4
    finally:
        process.kill()
        os.close(reading)
        process.stdout.close()
