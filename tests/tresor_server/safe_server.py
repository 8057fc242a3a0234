"""Starts tresor-server on a folder of its own and looks at the end whether it lives, was silent about secrets, and ends well."""
import base64
import hashlib
import os
import pathlib
import random
import re
import resource
import secrets
import select
import signal
import ssl
import subprocess
import time

PROGRAM = pathlib.Path(os.environ.get("TRESOR_SERVER") or pathlib.Path(os.environ["TRESOR_BUILD"]) / "bin/tresor-server")
CONFIG = b'{"maxBackupBytes":524288,"retentionDays":180}\n'
MAX_BYTES = 524288
# More of an id than its first bytes.
ID_IN_TEXT = re.compile(r"(?i)(?<![0-9a-f:])[0-9a-f]{16,}")


def new_id():
    return secrets.token_hex(32)


def container(size, seed=None):
    """Bytes that tell whether they are whole: a hash and what it is the hash of."""
    rest = random.Random(seed).randbytes(size - 32)
    return hashlib.sha256(rest).digest() + rest


def is_whole(data):
    return len(data) > 32 and hashlib.sha256(data[32:]).digest() == data[:32]


def await_that(condition, seconds=10, what="what was awaited"):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not come"
        time.sleep(0.02)


class SafeServer:
    """`options` are those of the program behind --store and --listen. `certificate`: (file, key) for TLS. `files`: how many
    descriptors it may have. `wrapper`: a command that becomes the program, with the same process id."""

    def __init__(self, folder, *options, certificate=None, store=None, wrapper=(), files=None, address="127.0.0.1:0"):
        self.folder = pathlib.Path(folder)
        self.store = pathlib.Path(store) if store else self.folder / "store"
        self.options, self.certificate, self.wrapper, self.files = list(options), certificate, list(wrapper), files
        self.address = address
        self.secrets, self.process = set(), None
        self.log_file = self.folder / "server.log"
        if not self.store.exists():
            self.make_store()
        self.context = ssl.create_default_context(cafile=certificate[0]) if certificate else None

    def make_store(self, config=CONFIG):
        (self.store / "backups").mkdir(parents=True)
        (self.store / "config").write_bytes(config)

    @property
    def command(self):
        tls = ["--tls-cert", self.certificate[0], "--tls-key", self.certificate[1]] if self.certificate else []
        return [str(part) for part in (*self.wrapper, PROGRAM, "--store", self.store, "--listen", self.address, *tls, *self.options)]

    def start(self):
        def prepare():
            if self.files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (self.files, self.files))

        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL,
                                            preexec_fn=prepare, cwd=self.folder)
        self.url = self._line()
        match = re.fullmatch(r"(https?)://(127\.0\.0\.1|\[::1\]):([0-9]+)/", self.url)
        if not match:
            self.kill()
        assert match, (self.url, self.log)
        assert (match[1] == "https") == bool(self.certificate)
        self.host, self.port = match[2].strip("[]"), int(match[3])

    def _line(self, seconds=20):
        """Its first line on stdout: whoever sees it may connect."""
        line, end = b"", time.monotonic() + seconds
        while not line.endswith(b"\n"):
            if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                self.kill()
                raise AssertionError(f"said nothing: {self.log}")
            piece = os.read(self.process.stdout.fileno(), 1)
            assert piece, f"ended with {self.process.wait()}: {self.log}"
            line += piece
        return line.decode().strip()

    @property
    def log(self):
        return self.log_file.read_text(errors="replace")

    def add_secret(self, user, password):
        """Neither the password nor what a header has of it may be in the log."""
        pair = f"{user}:{password}".encode()
        self.secrets |= {password, base64.b64encode(pair).decode()}

    def signal(self, number):
        self.process.send_signal(number)

    def reload(self):
        """SIGHUP; waits until the log says that something was done about it."""
        before = len(self.log)
        self.signal(signal.SIGHUP)
        await_that(lambda: re.search(r"read again|stay", self.log[before:]), what="a word about the reload")
        return self.log[before:]

    def memory(self):
        """Bytes it has in memory."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+([0-9]+) kB", status)[1]) * 1024

    def stored(self):
        """What clients see: name to content."""
        return {path.name: path.read_bytes() for path in (self.store / "backups").iterdir() if not path.name.startswith(".")}

    def leftovers(self):
        return [path.name for path in (self.store / "backups").iterdir() if path.name.startswith(".")]

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self, seconds=30):
        """As an operator ends it: those in flight are finished, the exit code is 0."""
        self.signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not end: {self.log[-2000:]}")
        self.process.stdout.close()
        assert code == 0, (code, self.log[-2000:])

    def check_log(self):
        log = self.log
        assert not ID_IN_TEXT.search(log), ID_IN_TEXT.search(log)
        for secret in self.secrets:
            assert secret not in log
        for word in ("ERROR: AddressSanitizer", "runtime error:", "WARNING: ThreadSanitizer"):
            assert word not in log, log[-4000:]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is not None:
            self.process.stdout.close()
            assert kind or self.process.returncode == 0, f"died with {self.process.returncode}: {self.log[-4000:]}"
            return
        if kind:
            self.kill()
            return
        self.stop()
        self.check_log()
