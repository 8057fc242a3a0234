"""A Safe server in a web server of Python's: what it answers, and that programs can back up to it."""
import http.client
import io
import json
import os
import socket
import subprocess
import sys
import threading
import wsgiref.simple_server
import wsgiref.validate
from contextlib import contextmanager
from datetime import timedelta

import pytest
from conftest import ACCOUNT, BUILD, ID, PACKAGE, PASSWORD, SCALE, SOURCE, raises, run
from dict_store import DictStore

import tresor
from tresor import Errc, Limits, SafeServer, TresorError

HEX = "ab" * 32
PATH = f"/backups/{HEX}"
AGENT = ("User-Agent", "Threema")


def head(size=None, *more):
    given = [] if size is None else [("Content-Type", "application/octet-stream"), ("Content-Length", str(size))]
    return [AGENT, *given, *more]


@pytest.fixture
def server(memory):
    memory.put_limits(Limits(1024, 30))
    with SafeServer(memory) as made:
        yield made


# ---- what it answers ----

def test_a_safe_is_put_replaced_got_and_deleted(server, memory):
    assert server.handle("PUT", PATH, head(5), b"first").status == 201
    assert server.handle("PUT", PATH, head(6), io.BytesIO(b"second")).status == 204
    answer = server.handle("GET", PATH, head())
    assert (answer.status, answer.reason, answer.body) == (200, "OK", b"second")
    assert dict(answer.headers)["Content-Length"] == "6" and not answer.close and answer.failure is None
    looked = server.handle("HEAD", PATH, head())
    assert looked.body == b"" and dict(looked.headers)["Content-Length"] == "6"
    assert server.handle("DELETE", PATH, head()).status == 204
    assert server.handle("GET", PATH, head()).status == 404 and memory.stat(PATH[1:]) is None
    for method, target in [("HEAD", PATH), ("HEAD", "/elsewhere"), ("HEAD", "/config")]:
        refused = server.handle(method, target, head())
        assert refused.status >= 404 and refused.body == b"" and dict(refused.headers)["Content-Length"] != "0"
    assert json.loads(server.handle("GET", "/config?x", head()).body) == {"maxBackupBytes": 1024, "retentionDays": 30}
    assert server.handle("GET", "/healthz", []).status == 200


@pytest.mark.parametrize("status, method, target, headers", [
    (400, "GET", "/config", []),
    (400, "GET", "/backups/" + HEX.upper(), head()),
    (404, "GET", "/elsewhere", head()),
    (405, "POST", PATH, head()),
    (405, "PUT", "/config", head(5)),
    (411, "PUT", PATH, head()),
    (400, "PUT", PATH, [AGENT, ("Content-Length", "5")]),
    (400, "PUT", PATH, head(0)),
    (413, "PUT", PATH, head(1025)),
    (411, "PUT", PATH, head("+5")),
    (411, "PUT", PATH, head(5, ("Transfer-Encoding", "chunked"))),
    (411, "PUT", PATH, head(5, ("content-length", "6"))),
])
def test_a_refusal_comes_before_the_body_is_read(server, status, method, target, headers):
    class Unread:
        def read(self, size=-1):
            raise AssertionError("it was read")
    first = server.admit(method, target, headers)
    answer = server.handle(method, target, headers, Unread())
    assert first == answer and answer.status == status and answer.reason and answer.body
    announced = any(name.lower() in ("content-length", "transfer-encoding") and value != "0" for name, value in headers)
    assert answer.close == announced
    if status == 405:
        assert "Allow" in dict(answer.headers)


def test_nothing_is_said_against_a_good_head(server):
    assert server.admit("PUT", PATH, head(1024)) is None and server.admit("GET", PATH, head()) is None


def test_a_body_is_read_as_far_as_it_was_announced(server, memory):
    both = io.BytesIO(b"first" + b"GET / HTTP/1.1")
    assert server.handle("PUT", PATH, head(5), both).status == 201
    assert both.read() == b"GET / HTTP/1.1" and memory.get_bytes(PATH[1:]) == b"first"


@pytest.mark.parametrize("body", [b"1234", b"123456", io.BytesIO(b"1234"), b"", None])
def test_a_body_of_another_length_is_not_stored(server, memory, body):
    answer = server.handle("PUT", PATH, head(5), body)
    assert answer.status == 400 and memory.stat(PATH[1:]) is None
    assert answer.close == (body is None)


def test_a_body_that_nobody_asked_for_ends_the_connection(server):
    assert server.handle("GET", "/config", head(5), io.BytesIO(b"12345")).close
    assert server.handle("GET", "/config", head(None, ("Transfer-Encoding", "chunked"))).close
    assert not server.handle("GET", "/config", head(None, ("Content-Length", "0"))).close


def test_what_a_body_raises_is_raised(server, memory):
    class Lost:
        def read(self, size=-1):
            raise ConnectionResetError("the client is gone")
    with pytest.raises(ConnectionResetError, match="gone"):
        server.handle("PUT", PATH, head(5), Lost())
    assert memory.stat(PATH[1:]) is None
    for wrong in ("text", 5):
        with pytest.raises(TypeError):
            server.handle("PUT", PATH, head(5), wrong)


def test_wrong_types_are_told(server):
    for arguments in [(5, PATH, []), ("GET", b"/", []), ("GET", "/", [("a", 5)]), ("GET", "/", 5)]:
        with pytest.raises(TypeError):
            server.handle(*arguments)
    with pytest.raises(TypeError):
        SafeServer("memory:")
    with raises("INVALID_ARGUMENT"):
        SafeServer([])
    with raises("INVALID_ARGUMENT"):
        server.handle("GET", "/config", head(), peer="a\0b")
    with raises("INVALID_ARGUMENT"):
        SafeServer(DictStore(), Limits(1, 0)).admit("GET", "/config", head())


def test_what_comes_from_outside_may_hold_anything(server):
    for odd in ("/\udcff", "/backups/" + "\u0660" * 64, "/\0", "/%2e%2e/config", "", "config", "//config"):
        assert server.handle("GET", odd, [AGENT, ("\u20ac\0", "\r\n\ud800")]).status in (400, 404)


def test_an_address_that_guesses_has_to_wait(server):
    now = tresor.now()
    asked = [server.handle("GET", PATH, head(), peer="192.0.2.1", now=now) for _ in range(61)]
    assert [answer.status for answer in asked] == [404] * 60 + [429]
    assert int(dict(asked[-1].headers)["Retry-After"]) >= 1
    assert server.handle("GET", PATH, head(), peer="192.0.2.2", now=now).status == 404
    assert server.handle("GET", PATH, head(), peer="192.0.2.1", now=now + timedelta(seconds=1)).status == 404
    assert server.handle("PUT", PATH, head(1), b"x", peer="192.0.2.1", now=now).status == 201


def test_without_config_a_server_needs_limits(memory):
    with raises("NOT_FOUND"):
        SafeServer(memory)
    with SafeServer(memory, Limits(2048, 7)) as server:
        assert server.limits == Limits(2048, 7)
        assert json.loads(server.handle("GET", "/config", head()).body) == {"maxBackupBytes": 2048, "retentionDays": 7}


def test_a_closed_server_answers_nothing(server):
    server.close()
    assert server.closed
    for ask in (server.admit, server.handle):
        with raises("INVALID_ARGUMENT"):
            ask("GET", "/config", head())


# ---- over a store of one's own ----

class Failing(DictStore):
    error = None

    def stat(self, name):
        if self.error is not None:
            raise self.error
        return super().stat(name)


@pytest.mark.parametrize("error, status, code", [
    (TresorError(Errc.UNAVAILABLE, "busy", retry_after=7), 503, Errc.UNAVAILABLE), (ConnectionError("x"), 503, Errc.UNAVAILABLE),
    (ValueError("a secret"), 500, Errc.INTERNAL), (OSError("x"), 500, Errc.IO), (MemoryError(), 500, Errc.OUT_OF_MEMORY),
])
def test_what_a_store_raises_is_an_answer_and_told_to_the_log(error, status, code):
    store = Failing()
    store.put_limits()
    server = SafeServer(store)
    assert server.handle("PUT", PATH, head(1), b"x").status == 201
    store.error = error
    answer = server.handle("HEAD", PATH, head())
    assert answer.status == status and answer.failure.code == code
    said = answer.body + repr(answer.headers).encode()
    assert b"secret" not in said and b"busy" not in said and "secret" not in str(answer.failure)
    if isinstance(error, TresorError):
        assert dict(answer.headers)["Retry-After"] == "7" and answer.failure.message == "busy"
    store.error = None
    assert server.handle("GET", PATH, head()).body == b"x"


def test_an_interrupt_in_a_store_goes_through(server):
    store = Failing()
    store.put_limits()
    server = SafeServer(store)
    store.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        server.handle("HEAD", PATH, head())


# ---- threads and processes ----

def test_threads_share_a_server(tmp_path):
    stores = [tresor.open_storage(tmp_path / "store", create=True) for _ in range(3)]
    stores[0].put_limits()
    server, wrong = SafeServer(stores), []

    def work(number):
        path = "/backups/" + f"{number:02x}" * 32
        for turn in range(int(20 * max(SCALE, 1))):
            content = f"{number} {turn}".encode()
            put = server.handle("PUT", path, head(len(content)), content).status
            got = server.handle("GET", path, head()).body
            if put != (204 if turn else 201) or got != content:
                wrong.append((number, turn, put, got))
    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_child_of_a_fork_answers_too(tmp_path):
    code = f'''
import os, tresor
with tresor.open_storage({str(tmp_path / "store")!r}, create=True) as store:
    store.put_limits()
    server = tresor.SafeServer(store)
    assert server.handle("GET", "/healthz", []).status == 200
    child = os.fork()
    if child == 0:
        answer = server.handle("GET", "/config", [("User-Agent", "Threema")])
        os._exit(0 if answer.status == 200 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert server.handle("GET", "/healthz", []).status == 200
print("good")
'''
    done = run(code)
    assert done.stdout == "good\n", done.stderr


# ---- in a web server ----

def test_the_wsgi_application_keeps_to_the_rules(server):
    class Quiet(wsgiref.simple_server.WSGIRequestHandler):
        def log_message(self, *_):
            pass
    application = wsgiref.validate.validator(server.wsgi)
    with wsgiref.simple_server.make_server("127.0.0.1", 0, application, handler_class=Quiet) as web:
        thread = threading.Thread(target=web.serve_forever, args=(0.02,))
        thread.start()
        try:
            for method, path, body, status in [("PUT", PATH, b"content", 201), ("GET", PATH, None, 200), ("HEAD", PATH, None, 200),
                                               ("GET", "/config", None, 200), ("GET", "/config%3Fx", None, 404)]:
                client = http.client.HTTPConnection("127.0.0.1", web.server_port, timeout=20)
                more = {} if body is None else {"Content-Type": "application/octet-stream"}
                client.request(method, path, body, dict([AGENT]) | more)
                answer = client.getresponse()
                assert answer.status == status and (method != "GET" or path != PATH or answer.read() == b"content")
                client.close()
        finally:
            web.shutdown()
            thread.join()


@contextmanager
def example(folder):
    """Its URL, without the last slash."""
    env = os.environ | {"PYTHONPATH": str(PACKAGE), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen([sys.executable, SOURCE / "examples/safe_server.py", folder], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True, env=env)
    try:
        yield process.stdout.readline().strip().rstrip("/")
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with example(tmp_path_factory.mktemp("example") / "safe") as found:
        yield found


def test_the_tool_backs_up_to_the_example_and_restores(url, tmp_path):
    tool = BUILD / "bin/tresor"
    if not tool.exists():
        pytest.skip("the tool is not built")
    (tmp_path / "password").write_text(PASSWORD + "\n")
    (tmp_path / "account.json").write_text(ACCOUNT)

    def good(*arguments):
        done = subprocess.run([tool, *arguments, "--json", "--password-file", "password"], cwd=tmp_path, capture_output=True,
                              text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
    assert good("safe", "enable", "--id", ID, "--store", f"{url}/", "--data", "account.json", "--state", "state",
                )["outcome"] == "uploaded"
    assert good("safe", "backup", "--now", "--state", "state")["outcome"] == "uploaded"
    restored = good("safe", "restore", "--id", ID, "--store", f"{url}/", "--out", "restored.json")
    assert restored["warnings"] == []
    assert tresor.Account.from_json((tmp_path / "restored.json").read_text()).to_dict() == tresor.Account.from_json(
        ACCOUNT).to_dict()
    assert good("safe", "verify", "--state", "state")["ok"] is True
    assert good("safe", "disable", "--state", "state")["removed"] is True


def test_a_client_of_the_package_backs_up_to_the_example(url, tmp_path):
    with tresor.SafeClient(tmp_path / "state.json", f"{url}/") as client:
        client.enable(PASSWORD, "ABCDEFGH", ACCOUNT)
        assert not client.verify().differs
    assert tresor.restore(f"{url}/", PASSWORD, "ABCDEFGH").to_account().to_dict() == tresor.Account.from_json(ACCOUNT).to_dict()


def curl(*arguments):
    """Status and body."""
    done = subprocess.run(["curl", "-sS", "-m", "20", "-A", "Threema", "-w", "\n%{http_code}", *arguments], capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


def test_curl_gets_each_status_of_the_example(url, tmp_path):
    if subprocess.run(["which", "curl"], capture_output=True).returncode:
        pytest.skip("curl is not installed")
    safe, octets = tmp_path / "safe", ("-H", "Content-Type: application/octet-stream")
    safe.write_bytes(b"content")
    there = f"{url}/backups/{'cd' * 32}"
    assert curl(there)[0] == 404
    assert curl(*octets, "-T", safe, there)[0] == 201
    assert curl(*octets, "-T", safe, there)[0] == 204
    assert curl(there) == (200, "content")
    assert curl("-I", there)[0] == 200
    assert curl("-X", "POST", there)[0] == 405
    assert curl("-A", "curl", there)[0] == 400
    assert curl(*octets, "-H", "Transfer-Encoding: chunked", "-T", safe, there)[0] == 411
    large = tmp_path / "large"
    large.write_bytes(bytes(2 << 20))
    for expect in ("Expect:", "Expect: 100-continue"):
        status, body = curl(*octets, "-H", expect, "-T", large, there)
        assert (status, body) == (413, "too large\n")
    assert curl("-X", "DELETE", there)[0] == 204


def test_two_requests_on_a_connection_of_the_example_stay_apart(url):
    """What follows a body that was not read is no request."""
    port = int(url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
        good = b"GET /config HTTP/1.1\r\nHost: a\r\nUser-Agent: Threema\r\n\r\n"
        smuggled = b"GET /config HTTP/1.1\r\nHost: a\r\nUser-Agent: Threema\r\nContent-Length: 58\r\n\r\n" + good
        plain.sendall(good + good + smuggled)
        plain.shutdown(socket.SHUT_WR)
        answers = b"".join(iter(lambda: plain.recv(65536), b""))
    assert answers.count(b"HTTP/1.1 200 ") == 3
