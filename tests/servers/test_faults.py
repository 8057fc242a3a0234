"""Every way a network fails: no backup is lost, no credential goes astray, and the state says the truth."""
import concurrent.futures
import json
import os
import pathlib
import signal
import subprocess
import threading
import time

import pytest
from conftest import ACCOUNT, BACKUP_ID, ID, KEY, TOOL, Tool, change_account, open_container, set_state, state_of
from scripted import CONFIG, Scripted
from servers import make_certificate

OBJECT = "backups/" + BACKUP_ID
RETRY_LATER = (429, {"Retry-After": "7200"})


class World:
    """A server, and a Safe that was enabled on it a day ago."""

    def __init__(self, folder, certificate=None, options=(), kind=""):
        folder.mkdir(parents=True)
        self.tool = Tool(folder)
        self.server = Scripted(certificate)
        self.tool.write("account.json", ACCOUNT.read_bytes())
        self.tool.write("store-password", "s3cret\n")
        self.location = kind + self.server.url
        self.options = ["--store-user", "alice", "--store-password-file", "store-password", "--timeout", "1", *options]

    def enable(self):
        self.tool.good("safe", "enable", "--id", ID, "--store", self.location, "--data", "account.json", "--state", "state.json",
                       *self.options)
        return self

    def backup(self, *more):
        return self.tool("safe", "backup", "--state", "state.json", "--json", *more, password=False)

    def restore(self):
        return self.tool("safe", "restore", "--id", ID, "--store", self.location, "--out", "restored.json", *self.options)

    @property
    def sealed(self):
        return self.server.objects[OBJECT]


def in_parallel(work, cases, folder, kind=""):
    """Each case in a world of its own; most of them wait for a time limit."""
    def run(number, case):
        with (world := World(folder / str(number), kind=kind)).server:
            world.enable()
            work(world, *case)

    with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
        results = [(case, pool.submit(run, number, case)) for number, case in enumerate(cases)]
        failures = [f"{case}: {result.exception()!r}" for case, result in results if result.exception()]
    assert not failures, "\n".join(failures)


BROKEN = [(name, 9) for name in ("cut-head", "cut-request", "drip", "silence")]
ANSWERS = [((500, {}), 9), ((502, {}), 9), ((503, {}), 9), ((507, {}), 9), (RETRY_LATER, 9), ((413, {}), 6), ((400, {}), 8),
           ((401, {"WWW-Authenticate": 'Basic realm="x"'}), 8), ((403, {}), 8), ((409, {}), 8),
           ((302, {"Location": "https://127.0.0.1:9/"}), 8), ((307, {"Location": "/" + OBJECT}), 8)]


@pytest.mark.parametrize("kind, failing", [("", "PUT"), ("webdav+", "PUT"), ("webdav+", "MOVE")])
def test_no_fault_of_an_upload_loses_the_backup(tmp_path, kind, failing):
    def work(world, fault, code):
        before = world.sealed
        change_account(world.tool, "changed")
        world.server.fault = lambda method, path: fault if method == failing else None
        result = world.backup("--now")
        assert result.code == code, result.err
        assert result.json["error"]["code"] == code
        if failing == "PUT" or not str(fault).startswith("cut"):  # the answer to a MOVE may be lost after the deed
            assert world.sealed == before
        assert json.loads(open_container(world.sealed, bytes.fromhex(KEY)))["user"]
        state = state_of(world.tool)
        assert (state["last_outcome"], state["last_error"], state["failures"]) == ("failed", code, 1)
        assert state["failing_since"] == state["last_attempt"]
        wait = 7200 if fault == RETRY_LATER else 900
        assert seconds(state["not_before"]) - seconds(state["last_attempt"]) == wait
        assert result.json["error"]["retry_after"] == (7200 if fault == RETRY_LATER else None)
        world.server.fault = lambda method, path: None
        assert world.backup().json["reason"] == "after_failure"
        assert json.loads(open_container(world.sealed, bytes.fromhex(KEY)))["user"]["nickname"] == "changed"
        state = state_of(world.tool)
        assert (state["last_outcome"], state["last_error"], state["failing_since"]) == ("uploaded", 0, None)
        assert world.tool("safe", "verify", "--state", "state.json", password=False).code == 0

    answers = ANSWERS
    if failing == "MOVE":  # where a server cannot move, files are written in place; a 404 or 409 means that the file is gone
        answers = [case for case in ANSWERS if case[0][0] not in (400, 409, 502)]
    if kind:
        answers = [case for case in answers if case[0][0] not in (307, 400, 403, 409)] + [((423, {}), 8)][:failing == "MOVE"]
    in_parallel(work, BROKEN + answers, tmp_path, kind)


def seconds(time_text):
    return time.mktime(time.strptime(time_text, "%Y-%m-%dT%H:%M:%SZ"))


def test_no_fault_of_a_download_leaves_half_a_file(tmp_path):
    def work(world, fault, code):
        world.server.fault = lambda method, path: fault if path == OBJECT else None
        before = world.tool.names()
        result = world.restore()
        assert result.code == code, result.err
        assert world.tool.names() == before
        world.server.fault = lambda method, path: None
        assert world.restore().code == 0

    in_parallel(work, [(name, 9) for name in ("cut-head", "cut-body", "cut-last", "drip", "silence", "wrong-length")]
                + [("endless", 6), ((404, {}), 7)] + [case for case in ANSWERS if case[0][0] not in (413, 409)], tmp_path)


def test_a_proxy_is_asked_and_its_password_shown_nowhere(tmp_path):
    with (world := World(tmp_path / "w")).server as server, Scripted() as proxy:
        proxy.fault = lambda method, path: (407, {"Proxy-Authenticate": "Basic"})
        world.options += ["--allow-insecure", "--proxy"]
        for url, code in ((f"http://u:geheim@127.0.0.1:{proxy.port}", 8), ("http://u:geheim@bad host/", 2), ("u:geheim@host", 2),
                          ("HTTP//u:geheim@host", 2), ("http://u:geheim@127.0.0.1:1", 9)):
            result = world.tool("store", "check", world.location, *world.options, url, "--verbose", password=False)
            assert result.code == code, result.err
            assert "geheim" not in result.err + result.text
        assert server.requests == [] and len(proxy.requests) == 1
        del world.options[world.options.index("--allow-insecure")]
        # http to this machine by way of another one is no http to this machine.
        result = world.tool("store", "check", world.location, *world.options, f"http://127.0.0.1:{proxy.port}", password=False)
        assert result.code == 2 and len(proxy.requests) == 1


def test_the_keys_of_tls_are_not_written_where_the_environment_says(tmp_path, certificates):
    certificate = certificates["good"]
    with (world := World(tmp_path / "w", certificate, ["--ca-file", certificate[0]])).server:
        environment = os.environ | {"SSLKEYLOGFILE": str(tmp_path / "keys"), "https_proxy": "http://127.0.0.1:1"}
        subprocess.run([TOOL, "safe", "enable", "--id", ID, "--store", world.location, "--data", "account.json", "--state", "state.json",
                        "--password-file", "password", *map(str, world.options)], cwd=world.tool.folder, env=environment, check=True,
                       capture_output=True)
        assert not (tmp_path / "keys").exists()


def test_what_is_mistyped_is_not_shown(tmp_path):
    tool = Tool(tmp_path)
    for location in ("HTTPS://alice:hunter2@safe.example/", "webdav+https//alice:hunter2@x/", "https://alice:hunter2@bad host/",
                     "https://alice:hunter2@safe.example:99999/"):
        for command in (["store", "list"], ["store", "init"], ["store", "check"]):
            result = tool(*command, location, "--json", password=False)
            assert result.code == 2 and "hunter2" not in result.err + result.text


@pytest.mark.parametrize("kind", ["", "webdav+"])
def test_bytes_without_end_are_not_taken(tmp_path, kind):
    with (world := World(tmp_path / "w", kind=kind)).server as server:
        world.enable()
        server.fault = lambda method, path: "endless" if method == "GET" and path.startswith(("backups/", "data-backups/")) else None
        world.tool.write("a.zip", "archive")
        if kind:
            server.folders.add("data-backups")
            result = world.tool("store", "put", world.location, "a.zip", *world.options, password=False)
            assert result.code == 9, result.err
            assert "data-backups/a.zip" not in server.objects
            result = world.tool("store", "get", world.location, OBJECT, "out", *world.options, password=False)
            assert result.code == 9, result.err
        assert world.restore().code in (6, 9)
        assert not world.tool.path("out").exists()


def test_a_config_that_cannot_be_had_is_a_warning_while_nothing_is_to_be_uploaded(tmp_path):
    def work(world, fault, code):
        world.server.fault = lambda method, path: fault if path == "config" else None
        result = world.backup()
        assert (result.code, result.json["outcome"]) == (0, "unchanged"), result.err
        assert "the store did not answer" in result.json["warnings"][0]["reason"]
        before = world.sealed
        result = world.backup("--now")
        assert result.code == code, result.err
        assert world.sealed == before
        assert state_of(world.tool)["last_error"] == code

    in_parallel(work, [("cut-body", 9), ("silence", 9), ("endless", 6), ((503, {}), 9), ((404, {}), 7), ((403, {}), 8)], tmp_path)


def test_what_fails_for_a_moment_is_tried_again(tmp_path):
    with (world := World(tmp_path / "w")).server as server:
        world.enable()
        failures = iter(["cut-head", (503, {"Retry-After": "1"})])
        server.fault = lambda method, path: next(failures, None) if method == "PUT" else None
        change_account(world.tool, "changed")
        assert world.backup("--now").json["outcome"] == "uploaded"
        assert json.loads(open_container(world.sealed, bytes.fromhex(KEY)))["user"]["nickname"] == "changed"


def test_no_credential_arrives_where_a_redirect_leads(tmp_path):
    with (world := World(tmp_path / "w")).server as server, Scripted() as evil:
        world.enable()
        for location in (evil.url, f"http://localhost:{evil.port}/" + OBJECT, f"//127.0.0.1:{evil.port}/"):
            server.fault = lambda method, path: (307, {"Location": location})
            for command in (["safe", "backup", "--now", "--state", "state.json"], ["safe", "verify", "--state", "state.json"]):
                result = world.tool(*command, password=False)
                assert result.code == 8, result.err
                assert "another host" in result.err
            assert world.restore().code == 8
        assert evil.requests == []
        assert all(headers["authorization"] == "Basic YWxpY2U6czNjcmV0" for _, _, headers in server.requests)


def test_every_request_carries_what_it_should(tmp_path):
    with (world := World(tmp_path / "w")).server as server:
        world.enable()
        world.backup("--now")
        world.restore()
        world.tool.good("safe", "verify", "--state", "state.json", password=False)
        world.tool.good("safe", "disable", "--state", "state.json", password=False)
        assert {method for method, _, _ in server.requests} == {"GET", "HEAD", "PUT", "DELETE"}
        for method, path, headers in server.requests:
            assert headers["user-agent"] == "Threema"
            assert set(headers) <= {"host", "user-agent", "authorization", "accept", "content-type", "content-length",
                                    "cache-control"}, headers
        assert server.objects == {"config": CONFIG}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    good = make_certificate(folder, "good")
    wrong_name = make_certificate(folder, "wrong-name", "DNS:other.example")
    # A certificate that ended yesterday: made by a CA, which may choose the dates.
    (folder / "index").write_text("")
    (folder / "serial").write_text("01\n")
    (folder / "ca.conf").write_text(f"[ca]\ndefault_ca=a\n[a]\ndatabase={folder}/index\nserial={folder}/serial\nnew_certs_dir={folder}\n"
                                    "default_md=sha256\npolicy=p\ncopy_extensions=copy\n[p]\ncommonName=supplied\n")
    subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                    folder / "expired.key", "-out", folder / "expired.csr", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    subprocess.run(["openssl", "ca", "-batch", "-config", folder / "ca.conf", "-selfsign", "-keyfile", folder / "expired.key", "-in",
                    folder / "expired.csr", "-out", folder / "expired.pem", "-startdate", "20200101000000Z", "-enddate",
                    "20200102000000Z", "-notext"], check=True, capture_output=True)
    return {"good": good, "wrong-name": wrong_name, "expired": (folder / "expired.pem", folder / "expired.key")}


def pin_of(certificate):
    key = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"], check=True, capture_output=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=key, check=True, capture_output=True).stdout
    return subprocess.run(["openssl", "dgst", "-sha256", "-r"], input=der, check=True, capture_output=True).stdout.decode().split()[0]


@pytest.mark.parametrize("name, trusted", [("expired", True), ("good", False), ("wrong-name", True)])
def test_a_certificate_that_is_not_good_is_denied_before_anything_is_sent(tmp_path, certificates, name, trusted):
    certificate = certificates[name]
    with (world := World(tmp_path / "w", certificate, ["--ca-file", certificate[0]] if trusted else [])).server as server:
        result = world.restore()
        assert result.code == 8, result.err
        assert "certificate" in result.err
        # --allow-insecure is about http, not about this.
        world.options.append("--allow-insecure")
        assert world.restore().code == 8
        assert server.requests == []


@pytest.mark.parametrize("name", ["expired", "wrong-name", "good"])
def test_a_certificate_that_goes_bad_loses_nothing_and_is_noted(tmp_path, certificates, name):
    """A Safe was enabled with a good one; then the server has another."""
    good, bad = certificates["good"], certificates[name]
    with (world := World(tmp_path / "w", good, ["--ca-file", good[0], "--pin", pin_of(good[0])])).server as server:
        world.enable()
        sealed, requests = world.sealed, len(server.requests)
        if name == "good":  # but not the one that is pinned
            set_state(world.tool, store_options=state_of(world.tool)["store_options"] | {"pin": "0" * 64})
        else:
            server.context.load_cert_chain(*bad)
        change_account(world.tool, "changed")
        result = world.backup("--now")
        assert result.code == 8, result.err
        assert (world.sealed, len(server.requests)) == (sealed, requests)
        state = state_of(world.tool)
        assert (state["enabled"], state["last_outcome"], state["last_error"]) == (True, "failed", 8)
        assert world.backup().code == 8
        assert state_of(world.tool)["failures"] == 2


def test_a_pin_is_asked_for_besides_a_good_certificate(tmp_path, certificates):
    certificate = certificates["good"]
    pin = pin_of(certificate[0])
    with (world := World(tmp_path / "w", certificate, ["--ca-file", certificate[0], "--pin", pin])).server as server:
        world.enable()
        assert world.backup("--now").code == 0
        assert state_of(world.tool)["store_options"]["pin"] == pin
        requests = len(server.requests)
        world.options[-1] = "0" * 64
        assert world.restore().code == 8
        world.options[-4:] = ["--pin", pin]  # without the CA
        assert world.restore().code == 8
        world.options[-1] = "nonsense"
        assert world.restore().code == 2
        assert len(server.requests) == requests


def test_plain_http_leads_to_this_machine_only(tmp_path):
    world = World(tmp_path / "w")
    for location in ("http://192.0.2.1/", "webdav+http://192.0.2.1/"):
        result = world.tool("store", "list", location, password=False)
        assert result.code == 2 and "https" in result.err


@pytest.mark.parametrize("fault", ["silence", "drip"])
def test_ctrl_c_in_the_middle_ends_at_once_and_is_no_failure(tmp_path, fault):
    with (world := World(tmp_path / "w")).server as server:
        world.options[world.options.index("--timeout") + 1] = "60"
        world.enable()
        before, sealed = state_of(world.tool), world.sealed
        server.fault = lambda method, path: fault if method == "PUT" else None
        process = subprocess.Popen([TOOL, "safe", "backup", "--now", "--state", "state.json"], cwd=world.tool.folder,
                                   stderr=subprocess.PIPE)
        while not any(method == "PUT" for method, _, _ in server.requests[3:]):
            time.sleep(0.02)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        start = time.monotonic()
        assert process.wait(timeout=20) == 13
        assert time.monotonic() - start < 5
        process.stderr.close()
        assert state_of(world.tool) == before and world.sealed == sealed


@pytest.mark.parametrize("moment", ["PUT", "MOVE", "GET"])
def test_ctrl_c_leaves_nothing_in_a_webdav_folder(tmp_path, moment):
    with (world := World(tmp_path / "w", kind="webdav+")).server as server:
        world.options[world.options.index("--timeout") + 1] = "60"
        world.tool.write("a.zip", b"x" * 100)
        server.folders.add("data-backups")
        reached = threading.Event()

        def fault(method, path):
            if method == moment and not path.startswith(".tresor") and not reached.is_set():
                reached.set()
                return "silence"
            return None

        server.fault = fault
        process = subprocess.Popen([TOOL, "store", "put", world.location, "a.zip", *world.options], cwd=world.tool.folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert reached.wait(10)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        start = time.monotonic()
        assert process.wait(timeout=20) == 13
        assert time.monotonic() - start < 7
        assert set(server.objects) == {"config"}


def test_ctrl_c_in_a_check_removes_what_it_has_put(tmp_path):
    with (world := World(tmp_path / "w", kind="webdav+")).server as server:
        gets, silent = iter([None] * 6 + ["silence"]), threading.Event()

        def fault(method, path):
            kind = next(gets, None) if method == "GET" else None
            if kind is not None:
                silent.set()
            return kind
        server.fault = fault
        world.options[world.options.index("--timeout") + 1] = "60"
        process = subprocess.Popen([TOOL, "store", "check", world.location, *world.options], cwd=world.tool.folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert silent.wait(timeout=60)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 13
        assert set(server.objects) == {"config"}


def test_the_sweep_goes_by_the_clock_of_the_store_and_not_by_a_wrong_one(tmp_path):
    with (world := World(tmp_path / "w", kind="webdav+")).server as server:
        server.objects["backups/" + "a" * 64] = b"x"  # written on 2026-11-24
        sweep = lambda *more: world.tool("store", "sweep", world.location, "--json", *more, *world.options, password=False)
        for hours in (-2, 2, 24 * 400):
            server.clock_ahead = hours * 3600
            for more in ([], ["--dry-run"]):
                result = sweep(*more)
                assert result.code == 12 and "clock" in result.err
            assert len(server.objects) == 2
        assert sweep("--force", "--dry-run").json["expired"] == 1
        assert sweep("--force").json["removed"] == 1
        server.clock_ahead = 3000
        assert sweep().code == 0
        # A server without a clock says nothing, and dates its files as it likes.
        server.clock_ahead = None
        server.objects["backups/" + "b" * 64] = b"x"
        result = sweep("--retention-days", "1")
        assert result.code == 12 and "time" in result.err
        assert len(server.objects) == 2


def test_options_that_are_none_are_refused_also_for_a_folder(tmp_path):
    """They would be kept in a state that nobody could read again."""
    tool = Tool(tmp_path)
    tool.write("account.json", ACCOUNT.read_bytes())
    tool.good("store", "init", "safe", password=False)
    for options in (["--timeout", "-5"], ["--timeout", "0"], ["--timeout", "86401"], ["--pin", "nonsense"]):
        assert tool("safe", "enable", "--id", ID, "--store", "safe", "--data", "account.json", "--state", "state.json", *options).code == 2
    assert tool.names() == ["account.json", "password", "safe"]
    assert list(tool.path("safe/backups").iterdir()) == []
    for options in (["--store-user", "a"], ["--store-password-file", "password"]):
        assert tool("store", "list", "safe", *options, password=False).code == 2


def test_a_user_without_a_password_is_asked_for_one(tmp_path):
    with (world := World(tmp_path / "w")).server as server:
        for location in (server.url.replace("//", "//alice@"), server.url.replace("//", "//alice:@")):
            result = world.tool("store", "check", location, password=False)
            assert result.code == 2 and "--store-password-file" in result.err
        assert server.requests == []


def test_a_folder_that_is_not_there_is_no_server_that_fails(tmp_path):
    with (world := World(tmp_path / "w", kind="webdav+")).server:
        for command in (["check"], ["list"], ["sweep"]):
            result = world.tool("store", *command, world.location + "none/", *world.options, password=False)
            assert result.code == 7, result.err


def test_what_a_place_that_depends_on_the_backup_cannot_do(tmp_path):
    tool = Tool(tmp_path)
    tool.write("f", "x")
    for command in (["list"], ["check"], ["sweep"], ["init"], ["put", "f"], ["get", "config", "x"], ["remove", "config"]):
        for location in ("threema:", "https://safe-{backupIdPrefix8}.example/"):
            assert tool("store", command[0], location, *command[1:], password=False).code == 4


def test_secrets_are_in_no_output(tmp_path):
    """The password of the store in the address, where INTERFACE allows it, is shown by nothing."""
    with (world := World(tmp_path / "w")).server as server:
        world.location = server.url.replace("//", "//alice:hunter2@")
        world.options = ["--verbose"]
        world.enable()
        state = state_of(world.tool)
        assert state["store_password"] == "hunter2" and "hunter2" not in state["store"]
        assert world.tool.path("state.json").stat().st_mode & 0o777 == 0o600
        outputs = []
        for fault in (None, (403, {}), (503, {"Retry-After": "100"}), "cut-head"):
            server.fault = lambda method, path: fault
            outputs += [world.backup("--now", "--verbose"), world.restore()]
            if fault == "cut-head":  # is tried again, which takes its time
                continue
            for command in (["status"], ["status", "--json"], ["verify"]):
                outputs.append(world.tool("safe", *command, "--state", "state.json", "--verbose", password=False))
            for command in ("list", "check", "init", "sweep"):
                outputs.append(world.tool("store", command, world.location, "--json", "--verbose", password=False))
        for result in outputs:
            assert "hunter2" not in result.text + result.err
            assert "alice" not in result.text + result.err
        server.fault = lambda method, path: None
        world.tool.good("safe", "disable", "--state", "state.json", password=False)
        assert "hunter2" not in world.tool.path("state.json").read_text()
        # It must stay known while an old backup is still to be removed.
        world.enable()
        server.fault = lambda method, path: (503, {}) if method == "DELETE" else None
        world.tool("safe", "disable", "--state", "state.json", password=False)
        assert state_of(world.tool)["pending_removal"][0]["store_password"] == "hunter2"
        server.fault = lambda method, path: None
        assert world.backup().json["outcome"] == "disabled"
        assert "hunter2" not in world.tool.path("state.json").read_text()
        assert server.objects == {"config": CONFIG}


def test_a_password_file_is_read_anew_each_time(tmp_path):
    with (world := World(tmp_path / "w")).server as server:
        world.enable()
        state = state_of(world.tool)
        assert state["store_password_file"] == str(world.tool.path("store-password")) and "store_password" not in state
        world.tool.write("store-password", "another\r\nsecond line\n")
        assert world.backup("--now").code == 0
        assert server.requests[-1][2]["authorization"] == "Basic YWxpY2U6YW5vdGhlcg=="
        for content in ("", "\n", "a\0b\n", b"\xff\n"):
            world.tool.write("store-password", content)
            assert world.backup("--now").code == 2
        world.tool.path("store-password").unlink()
        assert world.backup("--now").code == 10
        assert state_of(world.tool)["last_error"] == 10


def test_a_server_for_each_first_byte_of_the_backup_id(tmp_path):
    with (world := World(tmp_path / "w")).server as server:
        world.location = f"http://127.0.0.1:{server.port}/{{backupIdPrefix8}}/"
        server.objects = {"06/config": CONFIG}
        world.enable()
        assert set(server.objects) == {"06/config", "06/" + OBJECT}
        assert world.restore().code == 0
        result = world.tool("store", "list", world.location, password=False)
        assert result.code == 4 and "ID and password" in result.err
        set_state(world.tool, store=world.location.replace("{backupIdPrefix8}", "{x}"))
        assert world.backup("--now").code == 2


def test_a_store_that_is_none_is_said_in_words(tmp_path):
    with (world := World(tmp_path / "w")).server as server:
        server.objects["config"] = b"<html>Please log in</html>"
        assert world.tool("store", "init", world.location, *world.options, password=False).code == 4
        result = world.tool("safe", "enable", "--id", ID, "--store", world.location, "--data", "account.json", "--state", "s", *world.options)
        assert result.code == 3 and "config" in result.err
        del server.objects["config"]
        result = world.tool("safe", "enable", "--id", ID, "--store", world.location, "--data", "account.json", "--state", "s", *world.options)
        assert result.code == 7 and "holds no config" in result.err and "store init" not in result.err
        assert not world.tool.path("s").exists()
    assert pathlib.Path(world.tool.folder).exists()
