"""What the server answers when somebody asks for too much, the disk is full, or the store is gone."""
import contextlib
import os
import subprocess
import time

import pytest
from raw import Connection, ask, other_address, request
from safe_server import CONFIG, SafeServer, await_that, container, is_whole, new_id


def statuses(server, count, method="GET", address=None, target=None):
    """Of requests for ids that are not there, quickly."""
    with Connection(server) as connection:
        headers = {"X-Forwarded-For": address} if address else {}
        return [connection.ask(method, target or f"/backups/{new_id()}", headers=headers) for _ in range(count)]


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_who_guesses_ids_is_told_to_wait(server, method):
    """Else ids can be tried as fast as the network goes."""
    address = other_address()
    start = time.monotonic()
    answers = statuses(server, 80, method, address)
    assert all(answer.status == 404 for answer in answers[:60])
    refused = [answer for answer in answers if answer.status == 429]
    assert len(refused) >= 20 - int(time.monotonic() - start) - 1
    assert all(int(answer["Retry-After"]) >= 1 for answer in refused)


def test_known_ids_are_refused_to_a_guesser_too(server):
    """Else the answer tells a guesser which id is there. It gets better with time."""
    target, address = f"/backups/{new_id()}", other_address()
    assert ask(server, "PUT", target, container(100)).status == 201
    statuses(server, 75, "GET", address)
    answer = ask(server, "GET", target, headers={"X-Forwarded-For": address})
    assert answer.status == 429
    await_that(lambda: ask(server, "GET", target, headers={"X-Forwarded-For": address}).status == 200, 5)


def test_nobody_else_waits_for_a_guesser(server):
    """Else one guesser locks everybody out."""
    address = other_address()
    assert statuses(server, 80, "GET", address)[-1].status == 429
    assert ask(server, "GET", f"/backups/{new_id()}").status == 404
    assert ask(server, "GET", "/config", headers={"X-Forwarded-For": address}).status == 200
    assert ask(server, "GET", "/healthz", headers={"X-Forwarded-For": address}).status == 200


def test_uploads_are_never_throttled(server):
    """Else many phones behind one address cannot make their backups."""
    address = other_address()
    with Connection(server) as connection:
        for _ in range(200):
            assert connection.ask("PUT", f"/backups/{new_id()}", container(64), {"X-Forwarded-For": address}).status == 201
    assert statuses(server, 80, "GET", address)[-1].status == 429
    assert ask(server, "PUT", f"/backups/{new_id()}", container(64), {"X-Forwarded-For": address}).status == 201


def test_only_the_last_address_of_the_header_counts(server):
    """The proxy writes the last one; what stands before it comes from the client, who could be anybody he likes."""
    address = other_address()
    with Connection(server) as connection:
        answers = [connection.ask("GET", f"/backups/{new_id()}", headers={"X-Forwarded-For": f"{other_address()}, {address}"})
                   for _ in range(80)]
    assert answers[-1].status == 429
    assert statuses(server, 1, "GET", address)[0].status == 429


def test_without_a_proxy_the_header_is_not_believed(tmp_path):
    """Else a guesser changes his address with each request."""
    with SafeServer(tmp_path) as server, Connection(server) as connection:
        answers = [connection.ask("GET", f"/backups/{new_id()}", headers={"X-Forwarded-For": other_address()}) for _ in range(80)]
    assert answers[-1].status == 429


def test_a_proxy_elsewhere_is_not_believed(tmp_path):
    """The header counts only from the address that was named."""
    with SafeServer(tmp_path, "--behind-proxy", "192.0.2.1") as server, Connection(server) as connection:
        answers = [connection.ask("GET", f"/backups/{new_id()}", headers={"X-Forwarded-For": other_address()}) for _ in range(80)]
    assert answers[-1].status == 429


@contextlib.contextmanager
def small_disk(folder, size="2m"):
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "none", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk here: {mounted.stderr.decode()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_507_and_loses_nothing(tmp_path):
    """Else the backup that was there is gone when the new one did not fit, or the phone believes that it was saved."""
    with small_disk(tmp_path / "disk") as disk:
        (disk / "config").write_bytes(CONFIG)
        (disk / "backups").mkdir()
        with SafeServer(tmp_path, store=disk) as server:
            kept, last = {}, None
            while last is None:
                name, data = new_id(), container(200_000)
                answer = ask(server, "PUT", f"/backups/{name}", data)
                assert answer.status in (201, 507)
                if answer.status == 201:
                    kept[name] = data
                else:
                    last = name
            assert len(kept) >= 5
            replaced = next(iter(kept))
            assert ask(server, "PUT", f"/backups/{replaced}", container(400_000)).status == 507
            assert server.stored() == kept
            assert server.leftovers() == []
            for name, data in kept.items():
                assert ask(server, "GET", f"/backups/{name}").body == data
            assert ask(server, "GET", f"/backups/{last}").status == 404
            assert ask(server, "DELETE", f"/backups/{replaced}").status == 204
            assert ask(server, "PUT", f"/backups/{last}", container(150_000)).status == 201
            assert is_whole(ask(server, "GET", f"/backups/{last}").body)
            await_that(lambda: "507" in server.log)


def test_a_full_disk_is_507_for_many_at_once(tmp_path):
    """Else what one upload leaves half written takes the room of the next."""
    with small_disk(tmp_path / "disk") as disk:
        (disk / "config").write_bytes(CONFIG)
        (disk / "backups").mkdir()
        with SafeServer(tmp_path, store=disk) as server, contextlib.ExitStack() as stack:
            connections = [stack.enter_context(Connection(server)) for _ in range(30)]
            for _ in range(3):
                for connection in connections:
                    connection.send(request("PUT", f"/backups/{new_id()}", container(300_000)))
                assert {connection.answer().status for connection in connections} <= {201, 507}
            assert server.leftovers() == []
            assert server.stored() and all(map(is_whole, server.stored().values()))
            for name in server.stored():
                assert ask(server, "DELETE", f"/backups/{name}").status == 204
            assert ask(server, "PUT", f"/backups/{new_id()}", container(300_000)).status == 201


def test_a_store_that_is_gone_is_503_and_comes_back(tmp_path):
    """A disk that was not mounted must not look like a server without backups: the phone would say that there is none, and
    what is uploaded meanwhile would lie below the mount point."""
    with SafeServer(tmp_path) as server:
        name, data = new_id(), container(3000)
        assert ask(server, "PUT", f"/backups/{name}", data).status == 201
        away = server.store.rename(tmp_path / "away")
        for method, target, body in (("GET", f"/backups/{name}", None), ("HEAD", f"/backups/{name}", None),
                                     ("GET", f"/backups/{new_id()}", None), ("DELETE", f"/backups/{name}", None),
                                     ("PUT", f"/backups/{new_id()}", container(100)), ("GET", "/healthz", None)):
            answer = ask(server, method, target, body)
            assert answer.status == 503, (method, target, answer)
        assert ask(server, "GET", f"/backups/{name}")["Retry-After"]
        assert not server.store.exists()
        away.rename(server.store)
        assert ask(server, "GET", f"/backups/{name}").body == data
        assert ask(server, "PUT", f"/backups/{new_id()}", data).status == 201
        assert ask(server, "GET", "/healthz").status == 200


def test_a_store_that_is_empty_of_a_sudden_is_not_healthy(tmp_path):
    """An empty mount point is a folder, too."""
    with SafeServer(tmp_path) as server:
        away = server.store.rename(tmp_path / "away")
        server.store.mkdir()
        assert ask(server, "GET", "/healthz").status == 503
        assert ask(server, "GET", f"/backups/{new_id()}").status in (404, 503)
        assert ask(server, "PUT", f"/backups/{new_id()}", container(100)).status >= 500
        server.store.rename(tmp_path / "empty")
        away.rename(server.store)
        await_that(lambda: ask(server, "GET", "/healthz").status == 200)
