"""The program itself: its options, its log, its metrics, its sweep, and how it ends."""
import contextlib
import http.client
import os
import re
import socket
import subprocess
import time

import pytest
from accounts import basic
from metrics import sample, samples_of
from raw import Connection, Ended, ask, request
from safe_server import PROGRAM, SafeServer, await_that, container, new_id
from servers import free_port


def ended_with(folder, *options, store="store", listen="127.0.0.1:0"):
    """Code, stdout and stderr of a server that is not to start."""
    path = store if "://" in store else folder / store
    if store == "store" and not path.exists():
        (path / "backups").mkdir(parents=True)
        (path / "config").write_bytes(b'{"maxBackupBytes":524288,"retentionDays":180}\n')
    command = [PROGRAM, "--store", path, *(["--listen", listen] if listen else []), *options]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=5, cwd=folder)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("options", [
    ["--nonsense"], ["surplus"], ["--tls-cert", "x"], ["--tls-key", "x"], ["--tls-cert", "missing.pem", "--tls-key", "missing.key"],
    ["--users"], ["--sweep-every", "soon"], ["--sweep-every", "-1h"], ["--sweep-every", "0s"], ["--sweep-limit-rate", "5"],
    ["--max-connections", "many"], ["--max-connections", "-1"], ["--workers", "0"], ["--workers", "-1"], ["--loops", "-1"],
    ["--max-backup-bytes", "x"], ["--retention-days", "x"], ["--max-backup-bytes", "5000"],
    ["--max-backup-bytes", "10", "--retention-days", "30"], ["--max-backup-bytes", "-1", "--retention-days", "30"],
    ["--behind-proxy", "not an address"], ["--metrics", "nowhere"], ["--metrics", "127.0.0.1:70000"],
    ["--at", "2026-11-24T00:00:00Z"]])
def test_wrong_usage_ends_with_2(tmp_path, options):
    """Else an operator thinks that something holds which was never read."""
    code, out, err = ended_with(tmp_path, *options)
    assert code == 2 and out == "" and err.startswith("tresor-server: ")


@pytest.mark.parametrize("listen", ["", "127.0.0.1", ":", "127.0.0.1:99999", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:x",
                                    "no such host:80", "[::1", None])
def test_a_bad_address_ends_with_2(tmp_path, listen):
    """Else the server listens where nobody meant it to."""
    code, out, err = ended_with(tmp_path, listen=listen)
    assert code == 2 and out == "" and err


def test_a_store_that_is_none_is_told_at_the_start(tmp_path):
    """Else the first upload finds out."""
    code, out, err = ended_with(tmp_path, store="missing")
    assert code not in (0, None) and code > 0 and out == "" and "missing" in err


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0"])
def test_passwords_do_not_cross_a_network_without_tls(tmp_path, address):
    """Else whoever listens has the passwords and the ids."""
    code, out, err = ended_with(tmp_path, listen=address)
    assert code == 2 and out == "" and "tls" in err.lower()


@pytest.mark.parametrize("option", ["--users", "--store-password-file"])
def test_a_file_that_is_missing_is_named_at_the_start(tmp_path, option):
    """Else the server runs open to everybody, or refuses everybody."""
    store = "webdav+https://127.0.0.1:1/" if option == "--store-password-file" else "store"
    code, out, err = ended_with(tmp_path, option, "missing-file", store=store)
    assert code > 0 and out == "" and "missing-file" in err


def test_a_port_in_use_is_told(tmp_path):
    """Else two servers share the phones between them, or none has them."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, out, err = ended_with(tmp_path, listen=f"127.0.0.1:{taken.getsockname()[1]}")
    assert code > 0 and out == "" and "in use" in err.lower()


def test_help_and_version():
    """Else nobody finds out how it is used."""
    shown = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, timeout=20)
    assert shown.returncode == 0 and shown.stderr == ""
    for option in ("--store", "--listen", "--tls-cert", "--tls-key", "--users", "--metrics", "--sweep-every", "--max-connections",
                   "--max-backup-bytes", "--retention-days", "--behind-proxy"):
        assert option in shown.stdout
    version = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, timeout=20)
    assert version.returncode == 0 and re.search(r"\d+\.\d+\.\d+", version.stdout)


def test_the_limits_come_from_options_where_the_store_has_none(tmp_path):
    """Else a bucket without `config` cannot be served, or with the wrong limit."""
    (tmp_path / "store/backups").mkdir(parents=True)
    with SafeServer(tmp_path, "--max-backup-bytes", "4096", "--retention-days", "30") as server:
        assert b"".join(ask(server, "GET", "/config").body.split()) == b'{"maxBackupBytes":4096,"retentionDays":30}'
        assert ask(server, "PUT", f"/backups/{new_id()}", container(4096)).status == 201
        assert ask(server, "PUT", f"/backups/{new_id()}", container(4097)).status == 413


def test_the_config_of_the_store_wins(tmp_path):
    """Else two servers on one store tell the phones different things."""
    with SafeServer(tmp_path, "--max-backup-bytes", "4096", "--retention-days", "30") as server:
        assert b'524288' in ask(server, "GET", "/config").body


def test_each_request_has_one_line_without_secrets(tmp_path):
    """Else the log is a list of ids, which is all that it takes to remove a backup."""
    with SafeServer(tmp_path, "--behind-proxy", "127.0.0.1") as server:
        name, before = new_id(), len(server.log.splitlines())
        target = f"/backups/{name}"
        ask(server, "PUT", target, container(1234), {"X-Forwarded-For": "198.51.100.9"})
        ask(server, "GET", target)
        ask(server, "GET", f"{target}?password=hidden", headers={"Authorization": "Basic aGlkZGVuOmhpZGRlbg=="})
        ask(server, "GET", f"/backups/{name[:63]}", agent="Threema\x1b[31m \"quoted\"")
        ask(server, "GET", f"/{name}")
        ask(server, "GET", f"/backups/{name.upper()}")
        await_that(lambda: len(server.log.splitlines()) >= before + 6, what="six lines")
        lines = server.log.splitlines()[before:]
        assert len(lines) == 6
        assert "PUT" in lines[0] and "201" in lines[0] and name[:2] in lines[0] and "198.51.100.9" in lines[0]
        assert "GET" in lines[1] and "200" in lines[1] and name[:2] in lines[1]
        for line in lines:
            assert not re.search(f"(?i){name[:6]}", line) and "hidden" not in line and "aGlkZGVu" not in line and "\x1b" not in line


def test_a_client_cannot_write_lines_of_its_own(tmp_path):
    """Else whoever wants to hide writes a log that says something else."""
    with SafeServer(tmp_path) as server:
        before = len(server.log.splitlines())
        for target in ("/config%0aGET", "/config\x85GET", "/config\x1b[2J", "/\xe2\x80\xa8GET"):
            with Connection(server) as connection:
                connection.send(request("GET", target))
                connection.answer()
        ask(server, "G\x7fT", "/config")
        await_that(lambda: len(server.log.splitlines()) >= before + 5, what="five lines")
        text = "\n".join(server.log.splitlines()[before:])
        assert len(text.split("\n")) == 5 and all(" " <= c <= "~" or c == "\n" for c in text)


def scrape(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(connection):
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        assert answer.status == 200 and answer.getheader("Content-Type").startswith("text/plain")
        return answer.read().decode()


def test_metrics_are_prometheus_text_and_count(tmp_path):
    """Else nobody is woken up when uploads fail."""
    port = free_port()
    with SafeServer(tmp_path, "--metrics", f"127.0.0.1:{port}") as server:
        first = samples_of(scrape(port))
        name = new_id()
        for _ in range(5):
            assert ask(server, "PUT", f"/backups/{name}", container(1000)).status in (201, 204)
        for _ in range(3):
            assert ask(server, "GET", f"/backups/{new_id()}").status == 404
        text = scrape(port)
        second = samples_of(text)
        assert sample(second, status="204") - sample(first, status="204") == 4
        assert sample(second, status="201") - sample(first, status="201") == 1
        assert sample(second, status="404") - sample(first, status="404") == 3
        assert name[:16] not in text and "127.0.0.1" not in text
        assert ask(server, "GET", "/metrics").status == 404  # not where everybody can read them


def test_metrics_have_an_address_of_their_own_and_only_that(tmp_path):
    """Else backups are served where nobody expects it."""
    port = free_port()
    with SafeServer(tmp_path, "--metrics", f"127.0.0.1:{port}"):
        for method, path in (("GET", "/"), ("GET", "/config"), ("PUT", f"/backups/{new_id()}"), ("POST", "/metrics")):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            with contextlib.closing(connection):
                connection.request(method, path, headers={"User-Agent": "Threema"})
                assert connection.getresponse().status in (400, 404, 405)


def test_the_sweep_removes_what_was_not_renewed_and_nothing_else(tmp_path):
    """Else the disk fills with what nobody owns any more; or worse, it takes a backup that is alive."""
    server = SafeServer(tmp_path, "--sweep-every", "1s")
    old, fresh, edge = new_id(), new_id(), new_id()
    for name in (old, fresh, edge):
        (server.store / "backups" / name).write_bytes(container(500))
    (server.store / "backups/not-an-id").write_bytes(b"x")
    (server.store / "data-backups").mkdir()
    archive = server.store / "data-backups/ECHOECHO-20200101T000000Z.zip"
    archive.write_bytes(b"x")
    now, day = time.time(), 86400
    for path, days in ((server.store / "backups" / old, 181), (server.store / "backups" / edge, 179), (archive, 4000),
                       (server.store / "backups/not-an-id", 4000), (server.store / "config", 4000)):
        os.utime(path, (now - days * day, now - days * day))
    with server:
        await_that(lambda: old not in server.stored(), 10, "the sweep")
        os.utime(server.store / "backups" / edge, (now - 181 * day, now - 181 * day))
        await_that(lambda: edge not in server.stored(), 10, "the next sweep")
        assert set(server.stored()) == {fresh, "not-an-id"} and archive.exists() and (server.store / "config").exists()
        assert ask(server, "GET", f"/backups/{old}").status == 404


def test_without_the_option_nothing_is_swept(tmp_path):
    """Else a second program that sweeps with other rules is needed to be safe from the first."""
    server = SafeServer(tmp_path)
    old = server.store / "backups" / new_id()
    old.write_bytes(container(500))
    os.utime(old, (0, 0))
    with server:
        assert ask(server, "GET", f"/backups/{old.name}").status == 200
        assert old.exists()


def test_more_connections_than_allowed_do_not_lock_anybody_out(tmp_path):
    """Whoever has been idle longest makes room; else ten idle phones stop a server with room for ten."""
    with SafeServer(tmp_path, "--max-connections", "20") as server, contextlib.ExitStack() as stack:
        idle = [stack.enter_context(Connection(server)) for _ in range(60)]
        assert ask(server, "GET", "/config").status == 200
        assert idle[-1].ask("GET", "/config").status == 200
        assert idle[0].ended()


def test_when_all_are_busy_the_next_is_told(tmp_path):
    """Else it waits for a time limit instead of trying the next server."""
    with SafeServer(tmp_path, "--max-connections", "10") as server, contextlib.ExitStack() as stack:
        busy = [stack.enter_context(Connection(server)) for _ in range(10)]
        names = [new_id() for _ in busy]
        for connection, name in zip(busy, names):
            connection.send(request("PUT", f"/backups/{name}", container(1000, name), {"Expect": "100-continue"})[:-500])
        for connection in busy:  # none is idle from here on
            assert connection.answer(interim=True).status == 100
        assert refused(server)
        for connection, name in zip(busy, names):
            connection.send(container(1000, name)[-500:])
            assert connection.answer().status == 201
        await_that(lambda: not refused(server), what="room")
        assert len(server.stored()) == 10


def refused(server):
    with Connection(server) as connection:
        connection.send_all_it_takes(request("GET", "/config"))
        try:
            return connection.answer().status == 503
        except Ended:
            return True


def test_a_sweep_takes_its_time_if_it_is_told_to(tmp_path):
    """Else a large sweep takes the disk from those who upload."""
    server = SafeServer(tmp_path, "--sweep-every", "1s", "--sweep-limit-rate", "10")
    for _ in range(12):
        path = server.store / "backups" / new_id()
        path.write_bytes(container(500))
        os.utime(path, (1_000_000_000, 1_000_000_000))
    with server:
        await_that(lambda: len(server.stored()) < 12, what="the first removal")
        start = time.monotonic()
        await_that(lambda: server.stored() == {}, what="the last removal")
        assert time.monotonic() - start > 0.5


def test_quiet_leaves_out_lines_of_requests_only(tmp_path):
    """Else who wants no log of requests misses what goes wrong."""
    with SafeServer(tmp_path, "--quiet") as server:
        assert ask(server, "GET", "/config").status == 200
        (server.store / "config").unlink()
        await_that(lambda: ask(server, "GET", "/healthz").status == 503)
        await_that(lambda: "no config" in server.log, 15)
    assert "GET" not in server.log


def test_without_tls_it_listens_elsewhere_if_it_is_told_to(tmp_path):
    """Else it cannot be tried in a network of one's own."""
    (tmp_path / "store/backups").mkdir(parents=True)
    (tmp_path / "store/config").write_bytes(b'{"maxBackupBytes":524288,"retentionDays":180}\n')
    command = [PROGRAM, "--store", tmp_path / "store", "--listen", "0.0.0.0:0", "--allow-plain"]
    with subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            url = process.stdout.readline()
            assert re.fullmatch(r"http://0\.0\.0\.0:[0-9]+/\n", url)
            client = http.client.HTTPConnection("127.0.0.1", int(url.rsplit(":")[-1].strip("/\n")), timeout=10)
            client.request("GET", "/healthz")
            assert client.getresponse().status == 200
        finally:
            process.terminate()
        assert process.wait(timeout=20) == 0


def test_a_password_becomes_a_line_for_the_users_file(tmp_path):
    """Else an account can be made by whoever has another tool only."""
    made = subprocess.run([PROGRAM, "--hash-password", "alice"], input="geheim\n", capture_output=True, text=True, timeout=20)
    assert made.returncode == 0 and made.stdout.startswith("alice:$") and "geheim" not in made.stdout + made.stderr
    users = tmp_path / "users"
    users.write_text(made.stdout)
    users.chmod(0o600)
    with SafeServer(tmp_path, "--users", users) as server:
        server.add_secret("alice", "geheim")
        assert ask(server, "GET", "/config", headers=basic("alice", "geheim")).status == 200
        assert ask(server, "GET", "/config", headers=basic("alice", "other")).status == 401
