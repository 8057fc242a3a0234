"""What all tests of the tool share: one runner, one folder a test."""
import functools
import hashlib
import json
import os
import pathlib
import resource
import subprocess
import time
import zlib

import pytest

SOURCE = pathlib.Path(__file__).parent.parent
TOOL = pathlib.Path(os.environ["TRESOR_BUILD"]) / "bin/tresor"
PASSWORD = "shootdeathstar"
ID = "ECHOECHO"
BACKUP_ID = "066384d3695fbbd9f31a7d533900fd0cd8d1373beb6a28678522d2a49980c9c3"
KEY = "51c3d8d752fb6e1fd3199ead7f0895d6e3893ff691f2a5ee1976ed0897fc2f66"
ACCOUNT = SOURCE / "examples/account.json"


class Result:
    def __init__(self, completed):
        self.code = completed.returncode
        self.out = completed.stdout
        self.err = completed.stderr.decode()

    @property
    def text(self):
        return self.out.decode()

    @property
    def json(self):
        """Exactly one object and a line end on stdout."""
        assert self.text.endswith("}\n") and self.text.count("\n") == 1, self.text
        return json.loads(self.text)


class Tool:
    """Runs the tool in a folder of its own, without a terminal."""

    def __init__(self, folder):
        self.folder = folder
        self.password_file = self.write("password", PASSWORD + "\n")

    def path(self, name):
        return self.folder / name

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def env(self):
        return os.environ | {"XDG_STATE_HOME": str(self.folder / "state-home"), "HOME": str(self.folder)}

    def __call__(self, *arguments, password=True, stdin=b"", limit_file=None, new_session=True):
        def prepare():
            if limit_file is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit_file, limit_file))

        command = [TOOL, *map(str, arguments)]
        if password is True:
            command += ["--password-file", self.password_file]
        return Result(subprocess.run(command, cwd=self.folder, env=self.env(), input=stdin, capture_output=True,
                                     timeout=60, start_new_session=new_session, preexec_fn=prepare))

    def good(self, *arguments, **more):
        result = self(*arguments, **more)
        assert result.code == 0, result.err
        return result

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def tool(tmp_path):
    return Tool(tmp_path)


@pytest.fixture
def safe(tool):
    """A store and an account whose Safe was enabled on 2026-11-23."""
    tool.write("account.json", ACCOUNT.read_bytes())
    tool.good("store", "init", "safe", password=False)
    tool.good("safe", "enable", "--id", ID, "--store", "safe", "--data", "account.json", "--state", "state.json",
              "--at", "2026-11-23T06:05:00Z")
    return tool


def change_account(tool, nickname):
    account = json.loads(tool.path("account.json").read_text())
    account["user"]["nickname"] = nickname
    tool.write("account.json", json.dumps(account))


# ---- what the tests of a whole life share ----

SCALE = int(os.environ.get("TRESOR_TEST_SCALE", "1"))
NEW_PASSWORD = "five purple otters sing"


@functools.lru_cache
def master_key(password, identity=ID):
    """Backup id and encryption key."""
    derived = hashlib.scrypt(password.encode(), salt=identity.encode(), n=65536, r=8, p=1, maxmem=1 << 27, dklen=64)
    return derived[:32].hex(), derived[32:]


def open_container(container, key):
    nacl = pytest.importorskip("nacl.bindings", reason="python3-nacl is not installed")
    return zlib.decompress(nacl.crypto_secretbox_open(container[24:], container[:24], key), 31)


def state_of(tool, name="state.json"):
    return json.loads(tool.path(name).read_text())


def set_state(tool, name="state.json", **members):
    tool.write(name, json.dumps(state_of(tool, name) | members))


def backups(tool, store="safe"):
    return sorted(path.name for path in tool.path(store).joinpath("backups").iterdir() if not path.name.startswith("."))


def rfc3339(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
