"""The clients there are: curl acting as each official app (safe.md 5.1, 5.2, 11.4), and our own tool."""
import json
import shutil
import subprocess
import time

import pytest
from accounts import PASSWORD, USER, argon2id, bcrypt, users_file
from raw import Connection
from safe_server import MAX_BYTES, SafeServer, container, new_id
from tool import ACCOUNT, BACKUP_ID, ID, NEW_PASSWORD, change_account, master_key

pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
PUT_TYPE = ["-H", "Content-Type: application/octet-stream"]


@pytest.fixture(scope="module")
def phones(tmp_path_factory, certificate):
    """A server as the guide sets one up: TLS, one account."""
    folder = tmp_path_factory.mktemp("phones")
    with SafeServer(folder, "--users", users_file(folder / "users", {USER: bcrypt(PASSWORD)}), "--behind-proxy", "192.0.2.1",
                    certificate=certificate) as server:
        server.add_secret(USER, PASSWORD)
        yield server


class Curl:
    """curl with what a client always sends."""

    def __init__(self, server, folder, *always):
        self.server, self.folder, self.always = server, folder, always
        self.body, self.data = folder / "body", folder / "data"

    def __call__(self, target, *options, variables="%{http_code}"):
        certificate = ["--cacert", self.server.certificate[0]] if self.server.certificate else []
        command = ["curl", "-q", "-sS", "-m", "20", *certificate, *self.always, "-o", self.body, "-w", variables, *options,
                   self.server.url + target]
        self.body.write_bytes(b"")
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=self.folder)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def put(self, target, data, *options, **more):
        self.data.write_bytes(data)
        return self(target, "-T", self.data, *PUT_TYPE, *options, **more)

    def get(self, target, accept, *options):
        status = self(target, "-H", f"Accept: {accept}", *options)
        return status, self.body.read_bytes()


def android(server, folder):
    """okhttp: the password at once, gzip offered; no Expect."""
    return Curl(server, folder, "-A", "Threema", "--basic", "-u", f"{USER}:{PASSWORD}", "-H", "Accept-Encoding: gzip",
                "-H", "Expect:")


def ios(server, folder):
    """URLSession: no password until there is a challenge, then Basic or Digest."""
    return Curl(server, folder, "-A", "Threema", "--anyauth", "-u", f"{USER}:{PASSWORD}", "-H", "Accept-Language: de-DE")


def desktop(server, folder):
    """fetch: the password at once."""
    return Curl(server, folder, "-A", "Threema Desktop/2.0-beta50 (consumer, live)", "--basic", "-u", f"{USER}:{PASSWORD}",
                "-H", "Sec-Fetch-Mode: cors", "-H", "Cache-Control: no-store")


def life_of_a_backup(curl):
    """config, upload, renewal, restore, removal: the requests of safe.md 5.1 in the order of a life."""
    target = f"backups/{new_id()}"
    status, body = curl.get("config", "application/json")
    assert status == "200"
    config = json.loads(body)
    assert type(config["maxBackupBytes"]) is int and type(config["retentionDays"]) is int
    first, second = container(20_000), container(config["maxBackupBytes"])
    assert curl.put(target, first) == "201"
    assert curl.get(target, "application/octet-stream") == ("200", first)
    assert curl.put(target, second) == "204"
    assert curl.get(target, "application/octet-stream") == ("200", second)
    assert curl(target, "-X", "DELETE") == "204"
    assert curl.get(target, "application/octet-stream")[0] == "404"
    assert curl(target, "-X", "DELETE") == "404"


@pytest.mark.parametrize("phone", [android, ios])
def test_the_life_of_a_backup(phones, tmp_path, phone):
    """Else that phone makes no backup with this server, or cannot restore it."""
    life_of_a_backup(phone(phones, tmp_path))


def test_desktop_looks_and_restores(phones, tmp_path):
    """Desktop asks with HEAD whether there is a backup, then fetches it."""
    target, data, look = f"backups/{new_id()}", container(30_000), ["-I", "-H", "Accept: application/octet-stream"]
    curl = desktop(phones, tmp_path)
    assert curl(target, *look) == "404"
    assert android(phones, tmp_path).put(target, data) == "201"
    assert curl(target, *look, variables="%{http_code} %header{content-length}") == "200 30000"
    assert curl.get(target, "application/octet-stream") == ("200", data)


def test_ios_is_asked_once_and_answers(phones, tmp_path):
    """Two requests, not seven: the challenge and the answer to it."""
    curl = ios(phones, tmp_path)
    assert curl("config", variables="%{http_code} %{num_connects}") == "200 1"
    verbose = subprocess.run(["curl", "-q", "-sSv", "--cacert", phones.certificate[0], "-A", "Threema", "--anyauth", "-u",
                              f"{USER}:{PASSWORD}", phones.url + "config"], capture_output=True, text=True).stderr
    assert verbose.count("< HTTP/1.1 401") == 1 and verbose.count("< HTTP/1.1 200") == 1


def test_a_wrong_password_is_401_for_each_phone(phones, tmp_path):
    """Else the app shows another fault than the one there is."""
    for phone in (android, ios, desktop):
        curl = phone(phones, tmp_path)
        curl.always = [f"{USER}:wrong" if part == f"{USER}:{PASSWORD}" else part for part in curl.always]
        assert curl("config") == "401"


def test_the_token_of_an_onprem_app_is_a_challenge(phones, tmp_path):
    """safe.md 5.2: such an app sends its token to a server of one's own, too."""
    curl = Curl(phones, tmp_path, "-A", "Threema", "-H", "Authorization: Token 0123456789abcdef")
    assert curl("config") == "401"


@pytest.mark.parametrize("size, status", [(MAX_BYTES, "201"), (MAX_BYTES + 1, "413"), (30_000_000, "413")])
def test_curl_waits_for_100_and_is_not_kept_waiting(phones, tmp_path, size, status):
    """curl waits a second for 100 Continue; a server that does not send it makes each upload that much slower."""
    curl = Curl(phones, tmp_path, "-A", "Threema", "--basic", "-u", f"{USER}:{PASSWORD}", "-H", "Expect: 100-continue")
    start = time.monotonic()
    said = curl.put(f"backups/{new_id()}", bytes(size), variables="%{http_code} %{size_upload}")
    assert said.split()[0] == status and time.monotonic() - start < 0.95
    if status == "413":
        assert int(said.split()[1]) < 1_000_000


def test_http_1_0_and_one_connection_for_many(phones, tmp_path):
    """Old proxies, and phones with a short battery."""
    curl, data, target = android(phones, tmp_path), container(4000), f"backups/{new_id()}"
    assert curl.put(target, data, "-0") == "201"
    assert curl.get(target, "application/octet-stream", "-0") == ("200", data)
    assert curl("config?[1-4]", variables="%{http_code}/%{num_connects} ").split() == ["200/1", "200/0", "200/0", "200/0"]


def test_a_chunked_upload_of_curl_is_411(phones, tmp_path):
    """A length is needed; the app is told so and does not hang."""
    curl = android(phones, tmp_path)
    assert curl.put(f"backups/{new_id()}", container(9000), "-H", "Transfer-Encoding: chunked") == "411"


def test_curl_without_the_certificate_refuses(phones, tmp_path):
    """The certificate really is looked at."""
    done = subprocess.run(["curl", "-q", "-sS", "-A", "Threema", phones.url + "config"], capture_output=True)
    assert done.returncode == 60


def test_http2_is_not_needed(phones, tmp_path):
    """Phones offer HTTP/2 first; they must get an answer all the same."""
    assert android(phones, tmp_path)("config", "--http2") == "200"


# ---- our own tool ----

@pytest.fixture
def account(tool, tmp_path, certificate):
    folder = tmp_path / "server"
    folder.mkdir()
    tool.write("account.json", ACCOUNT.read_bytes())
    tool.write("store-password", PASSWORD + "\n")
    with SafeServer(folder, "--users", users_file(folder / "users", {USER: argon2id(PASSWORD)}), certificate=certificate) as server:
        server.add_secret(USER, PASSWORD)
        yield tool, server, ["--store", server.url, "--store-user", USER, "--store-password-file", "store-password", "--ca-file",
                             certificate[0]]


def test_a_whole_life_with_our_own_tool(account):
    """Else our two halves do not fit each other."""
    tool, server, store = account
    state = ["--state", "state.json"]
    assert tool.good("safe", "enable", "--id", ID, "--data", "account.json", *store, *state, "--json").json["outcome"] == "uploaded"
    assert set(server.stored()) == {BACKUP_ID}
    assert tool("safe", "enable", "--id", ID, "--data", "account.json", *store, "--state", "other.json").code == 12
    assert tool.good("safe", "backup", *state, "--json", password=False).json["outcome"] in ("grace", "unchanged")
    change_account(tool, "Eve")
    assert tool.good("safe", "backup", "--now", *state, "--json", password=False).json["outcome"] == "uploaded"
    assert tool.good("safe", "verify", *state, "--json", password=False).json["ok"] is True
    tool.good("safe", "restore", "--id", ID, *store, "--out", "restored.json")
    assert json.loads(tool.path("restored.json").read_text())["user"]["nickname"] == "Eve"
    tool.write("new-password", NEW_PASSWORD + "\n")
    changed = tool.good("safe", "passwd", *state, "--new-password-file", "new-password", "--json", password=False).json
    assert changed["old_removed"] is True and set(server.stored()) == {master_key(NEW_PASSWORD)[0]}
    assert tool("safe", "restore", "--id", ID, *store, "--out", "again.json").code == 7
    assert tool.good("safe", "disable", *state, "--json", password=False).json["removed"] is True
    assert server.stored() == {}


def test_the_storage_contract_through_the_server(account):
    """Else something that the library relies on does not hold."""
    tool, server, store = account
    checked = tool.good("store", "check", server.url, *store[2:], "--json", password=False).json
    assert checked["ok"] is True and checked["checks"]
    assert server.stored() == {} and server.leftovers() == []


def test_a_pinned_key_instead_of_a_certificate(account, certificate):
    """Else whoever has no certificate of his own authority must trust all of them."""
    tool, server, store = account
    key = subprocess.run("openssl x509 -in cert.pem -pubkey -noout | openssl pkey -pubin -outform der | sha256sum", shell=True,
                         capture_output=True, text=True, cwd=certificate[0].parent, check=True).stdout.split()[0]
    options = [*store[2:6], "--ca-file", certificate[0]]
    assert tool("store", "check", server.url, *options, "--pin", key, password=False).code == 0
    assert tool("store", "check", server.url, *options, "--pin", key[::-1], password=False).code == 8
    assert tool("store", "check", server.url, *options[:4], password=False).code == 8  # neither


def test_errors_of_the_server_have_their_numbers(account):
    """Else a script that watches backups cannot tell what is wrong."""
    tool, server, store = account
    assert tool("safe", "restore", "--id", ID, *store, "--out", "x.json").code == 7
    tool.write("store-password", "wrong\n")
    assert tool("safe", "restore", "--id", ID, *store, "--out", "x.json").code == 8
    with Connection(server) as connection:
        assert connection.ask("GET", "/config").status == 401
