"""Every answer of INTERFACE.md `tresor-server`, from the running program."""
import json
import os
import re
import socket
import time
from email.utils import parsedate_to_datetime

import pytest
from raw import Connection, ask, other_address, request
from safe_server import MAX_BYTES, SafeServer, container, new_id
from tool import SCALE

METHODS = ("GET", "HEAD", "PUT", "DELETE")


def test_config_is_what_the_apps_need(server):
    """Else a phone says that the server is none, and makes no backup at all."""
    answer = ask(server, "GET", "/config")
    assert answer.status == 200
    config = json.loads(answer.body)
    assert (config["maxBackupBytes"], config["retentionDays"]) == (524288, 180)
    assert all(type(config[name]) is int for name in ("maxBackupBytes", "retentionDays"))  # iOS takes no others


def test_to_read_a_backup_does_not_renew_it(server):
    """safe.md 7: it expires by its last upload, whoever looks at it."""
    name = new_id()
    assert ask(server, "PUT", f"/backups/{name}", container(1000)).status == 201
    file, month_ago = server.store / "backups" / name, time.time() // 1 - 30 * 86400
    os.utime(file, (month_ago, month_ago))
    for method in ("GET", "HEAD"):
        answer = ask(server, method, f"/backups/{name}")
        assert answer.status == 200
        assert parsedate_to_datetime(answer["Last-Modified"]).timestamp() == month_ago
    assert file.stat().st_mtime == month_ago


def test_a_backup_is_created_replaced_fetched_and_removed(server):
    """Else what was uploaded is not what a new phone gets."""
    target, first, second = f"/backups/{new_id()}", container(5000), container(7000)
    assert ask(server, "GET", target).status == 404
    assert ask(server, "HEAD", target).status == 404
    assert ask(server, "PUT", target, first).status == 201
    assert ask(server, "GET", target).body == first
    replaced = ask(server, "PUT", target, second)
    assert (replaced.status, replaced["Content-Length"]) == (204, None)  # RFC 9110 8.6
    got, head = ask(server, "GET", target), ask(server, "HEAD", target)
    assert (got.status, got.body, got["Content-Type"]) == (200, second, "application/octet-stream")
    assert (head.status, head["Content-Length"], head["Last-Modified"]) == (200, "7000", got["Last-Modified"])
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", got["Last-Modified"])
    assert "no-store" in got["Cache-Control"]
    removed = ask(server, "DELETE", target)
    assert (removed.status, removed.body, removed["Content-Length"]) == (204, b"", None)
    assert ask(server, "DELETE", target).status == 404
    assert ask(server, "GET", target).status == 404


def test_head_has_no_body_even_of_a_refusal(server):
    """Else Desktop, which only looks whether there is a backup, takes the body for the next answer."""
    target = f"/backups/{new_id()}"
    assert ask(server, "PUT", target, container(300000)).status == 201
    with Connection(server) as connection:
        for path, status in ((target, 200), (f"/backups/{new_id()}", 404), ("/backups/short", 400), (target, 200)):
            assert connection.ask("HEAD", path, headers={"X-Forwarded-For": other_address()}).status == status
        assert connection.ask("GET", "/config").status == 200
    with Connection(server) as connection:
        connection.send(request("HEAD", "/config"))
        answer = connection.answer("HEAD")
        assert answer.status == 405 and answer.body == b"" and not connection.rest


def test_a_backup_of_exactly_the_limit_fits(server):
    """Else the largest accounts cannot be saved, although the server says that they can."""
    target, data = f"/backups/{new_id()}", container(MAX_BYTES)
    assert ask(server, "PUT", target, data).status == 201
    assert ask(server, "GET", target).body == data


@pytest.mark.parametrize("agent", ["Mozilla/5.0 (X11)", "threema", "", None, "Three ma", "curl/7.88.1"])
def test_who_is_no_app_gets_400(server, agent):
    """Else browsers and crawlers find the server."""
    for method in METHODS:
        for target in ("/config", f"/backups/{new_id()}", "/", "/nothing"):
            body = container(100) if method == "PUT" else None
            assert ask(server, method, target, body, agent=agent).status == 400


@pytest.mark.parametrize("agent", ["Threema", "Threema Desktop/2.0-beta (consumer, live)", "x Threema y"])
def test_every_app_is_let_in(server, agent):
    """Else Desktop is locked out, as eee-safe does."""
    assert ask(server, "GET", "/config", agent=agent).status == 200


def test_healthz_asks_for_no_app(server):
    """Else a balancer takes a server that works out of service."""
    for agent in (None, "check/1.0", "Threema"):
        answer = ask(server, "GET", "/healthz", agent=agent)
        assert answer.status == 200 and answer.body


def test_other_methods_are_405_and_say_which_are_allowed(server):
    """Else whoever set up a proxy wrongly is not told what is wrong."""
    wanted = [("/config", "GET", ("HEAD", "PUT", "DELETE", "POST", "PATCH")),
              ("/healthz", "GET", ("PUT", "DELETE", "POST")),
              (f"/backups/{new_id()}", "GET, HEAD, PUT, DELETE", ("POST", "PATCH", "OPTIONS", "PROPFIND", "MKCOL"))]
    for target, allowed, methods in wanted:
        for method in methods:
            answer = ask(server, method, target, b"x" if method in ("PUT", "POST") else None)
            assert answer.status == 405, (method, target, answer)
            assert set(answer["Allow"].split(", ")) == set(allowed.split(", "))
    assert ask(server, "GET", "/config").status == 200


@pytest.mark.parametrize("headers", [{"Content-Length": None}, {"Content-Length": None, "Transfer-Encoding": "chunked"}])
def test_a_put_without_a_length_is_411(server, headers):
    """Else a body of any size gets in."""
    name = new_id()
    with Connection(server) as connection:
        connection.send(request("PUT", f"/backups/{name}", b"", headers))
        assert connection.answer().status == 411
    assert name not in server.stored()


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/octet-stream2", "", None])
def test_a_put_of_another_type_is_400(server, kind):
    """Else a browser form can write backups."""
    name = new_id()
    assert ask(server, "PUT", f"/backups/{name}", b"hello", {"Content-Type": kind}).status == 400
    assert name not in server.stored()


def test_an_empty_put_stores_nothing(server):
    """Else a client that broke down replaces a good backup with none."""
    name = new_id()
    assert ask(server, "PUT", f"/backups/{name}", container(64)).status == 201
    assert ask(server, "PUT", f"/backups/{name}", b"").status == 400
    assert len(server.stored()[name]) == 64


@pytest.mark.parametrize("sent", [0, 1, 4000, 600000, 10_000_000])
def test_413_comes_before_the_body_is_read(server, sent):
    """Else a phone sends ten megabytes to learn that it must not, or never learns it because the connection breaks first."""
    name, length = new_id(), 10_000_000
    with Connection(server) as connection:
        start = time.monotonic()
        connection.send(request("PUT", f"/backups/{name}", b"", {"Content-Length": length, "X-Forwarded-For": other_address()}))
        connection.send_all_it_takes(bytes(sent))
        answer = connection.answer()
        assert answer.status == 413 and time.monotonic() - start < 3
        if sent < length:
            assert answer.closes and connection.ended()
    assert name not in server.stored()


def test_one_byte_too_many_is_413(server):
    """Else the limit that the apps are told is not the one that holds."""
    assert ask(server, "PUT", f"/backups/{new_id()}", container(MAX_BYTES + 1)).status == 413


def test_413_arrives_every_time(server):
    """A reset that overtakes the answer looks like a bad network, and the phone tries again and again."""
    body = bytes(3_000_000)
    for _ in range(20 * SCALE):
        with Connection(server) as connection:
            connection.send_all_it_takes(request("PUT", f"/backups/{new_id()}", body))
            assert connection.answer().status == 413


@pytest.mark.parametrize("accept", ["application/json", "application/octet-stream", "text/html", "*/*;q=0", None])
def test_accept_is_not_looked_at(server, accept):
    """Else an app that asks in another way is refused, as sekursranko does."""
    target = f"/backups/{new_id()}"
    assert ask(server, "PUT", target, container(100), {"Accept": accept}).status == 201
    for path in ("/config", target):
        assert ask(server, "GET", path, headers={"Accept": accept}).status == 200


@pytest.mark.parametrize("target", ["/", "/backups", "/backups/", "/config/", "/Config", "/healthz/", "/metrics", "/index.html"])
def test_nothing_else_is_there_and_nothing_is_listed(server, target):
    """Else whoever reads a listing has the ids, and an id is all that it takes to replace or remove a backup."""
    name = new_id()
    assert ask(server, "PUT", f"/backups/{name}", container(100)).status == 201
    answer = ask(server, "GET", target)
    assert answer.status in (400, 404)
    assert name[:8].encode() not in answer.body


def test_no_answer_says_more_than_it_must(server):
    """A version or a path helps whoever looks for a weak server; a cookie would be one more thing to keep."""
    for target in ("/config", "/backups/x", "/healthz", f"/backups/{new_id()}"):
        answer = ask(server, "GET", target)
        names = {name.lower() for name, _ in answer.headers}
        assert not names & {"set-cookie", "x-powered-by", "access-control-allow-origin"}
        assert str(server.store).encode() not in answer.body
        assert "Date" in {name for name, _ in answer.headers}


def test_one_connection_serves_many_requests(server):
    """Else each step of a backup costs a TLS handshake."""
    data, target = container(9000), f"/backups/{new_id()}"
    with Connection(server) as connection:
        assert connection.ask("GET", "/config").status == 200
        assert connection.ask("PUT", target, data).status == 201
        assert connection.ask("HEAD", target).status == 200
        assert connection.ask("GET", target).body == data
        assert connection.ask("GET", f"/backups/{new_id()}").status == 404
        assert connection.ask("DELETE", target).status == 204
        last = connection.ask("GET", "/config", headers={"Connection": "close"})
        assert last.status == 200 and last.closes and connection.ended()


def test_http_1_0(server):
    """Old proxies speak it, and must not wait for more after the answer."""
    with Connection(server) as connection:
        answer = connection.ask("GET", "/config", version="1.0")
        assert answer.status == 200 and answer["Transfer-Encoding"] is None
        assert connection.ended()
    with Connection(server) as connection:
        for _ in range(2):
            assert connection.ask("GET", "/config", version="1.0", headers={"Connection": "keep-alive"}).status == 200


def test_a_hundred_continue(server):
    """Else curl waits a second with each upload; and who is refused does not send the body."""
    data, target = container(20000), f"/backups/{new_id()}"
    with Connection(server) as connection:
        head, body = request("PUT", target, data, {"Expect": "100-continue"}).split(b"\r\n\r\n", 1)
        connection.send(head + b"\r\n\r\n")
        assert connection.answer(interim=True).status == 100
        connection.send(body)
        assert connection.answer().status == 201
    with Connection(server) as connection:
        connection.send(request("PUT", target, b"", {"Expect": "100-continue", "Content-Length": MAX_BYTES + 1}))
        assert connection.answer(interim=True).status == 413


def test_ipv6(tmp_path):
    """Else a server in a network that has nothing else cannot be reached."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("there is no IPv6 here")
    with SafeServer(tmp_path, address="[::1]:0") as server:
        assert ask(server, "GET", "/config").status == 200
