"""After a fork parent and child go on, each with its own."""
import http.server
import io
import os
import signal
import threading
import time

import pytest
from conftest import ACCOUNT, ID, MASTER_KEY, PASSWORD, run
from dict_store import DictStore, MemoryStates

import tresor

NAME = "backups/" + "ab" * 32
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


def forked(work):
    """What `work` returned in a child, or what it raised there, as text; the child ends without running anything else."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            try:
                told = repr(work())
            except BaseException as error:
                told = f"{type(error).__name__}: {error}"
            os.write(write, told.encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        # A child that hangs is to fail the test, not to hang it.
        timer = threading.Timer(20, os.kill, (pid, signal.SIGKILL))
        timer.start()
        told = pipe.read().decode()
        timer.cancel()
    assert os.waitpid(pid, 0)[1] == 0, "the child crashed"
    return told


def test_parent_and_child_use_the_same_stores(folder, keys):
    own, mirror = DictStore(), tresor.Mirror([folder, tresor.open_storage("memory:")])
    mirror.put_bytes(NAME, b"parent")
    own.put_bytes(NAME, b"parent")

    def child():
        assert [store.get_bytes(NAME) for store in (folder, own, mirror)] == [b"parent"] * 3
        for store in (folder, own):
            store.put_bytes(NAME, b"child")
        tresor.open_container(tresor.seal("{}", keys), keys)
        for one in (mirror, folder, own):
            one.close()
        return "done"
    assert forked(child) == "'done'"
    assert folder.get_bytes(NAME) == b"child", "it is the same folder"
    assert own.get_bytes(NAME) == b"parent" and keys.master_key() == MASTER_KEY


def test_parent_and_child_use_the_same_client(tmp_path, folder):
    with tresor.SafeClient(tmp_path / "state.json", tmp_path / "store") as client, \
            tresor.SafeClient(MemoryStates(), folder) as other:
        client.enable(PASSWORD, ID, ACCOUNT)
        assert forked(lambda: client.tick(ACCOUNT, force=True).kind.word) == "'uploaded'"
        assert forked(lambda: (client.close(), other.close(), "closed")[2]) == "'closed'"
        assert client.tick(ACCOUNT, force=True).kind is tresor.OutcomeKind.UPLOADED
        other.enable(PASSWORD, ID, ACCOUNT, replace=True)


def test_a_child_of_a_child_goes_on_too(folder):
    folder.put_bytes(NAME, b"old")
    assert forked(lambda: forked(lambda: folder.get_bytes(NAME))) == repr(repr(b"old"))


def test_an_interpreter_that_forked_ends_cleanly_on_both_sides(tmp_path):
    result = run("""
import os, tresor
from dict_store import DictStore, MemoryStates
folder, own = tresor.open_storage("store", create=True), DictStore()
folder.put_limits()
client = tresor.SafeClient(MemoryStates(), tresor.Mirror([folder, own]))
server = tresor.open_storage("http://127.0.0.1:1/")
pid = os.fork()
own.put_bytes("config", b"{}")
os.write(1, b"got\\n" if folder.get_bytes("config") else b"nothing\\n")
if pid:
    assert os.waitpid(pid, 0)[1] == 0
""", cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "got\ngot\n", "")


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    connections = []

    def do_GET(self):
        self.connections.append(self.client_address)
        content = b'{"maxBackupBytes": 524288, "retentionDays": 180}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def test_a_child_makes_connections_of_its_own():
    Server.connections = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            with tresor.open_storage(f"http://127.0.0.1:{server.server_port}/") as store:
                retrying = tresor.Retrying(store)
                assert retrying.limits().retention_days == store.limits().retention_days == 180
                parent = len(set(Server.connections))
                assert forked(lambda: (retrying.limits().retention_days, store.limits().retention_days)) == "(180, 180)"
                child = len(set(Server.connections)) - parent
                assert parent == 1 and child >= 1, "the parent's connection was used again"
                assert forked(lambda: (store.close(), retrying.close())) == "(None, None)"
                store.limits()
                assert len(set(Server.connections)) == parent + child, "the parent's connection was ended"
        finally:
            server.shutdown()
            thread.join()


# ---- forks in the middle ----

class Held:
    """A file that another thread is reading for the length of a `with`."""

    def __init__(self, store):
        self.store, self.entered, self.go_on = store, threading.Event(), threading.Event()

    def read(self, size=-1):
        self.entered.set()
        self.go_on.wait(30)
        return b""

    def __enter__(self):
        self.thread = threading.Thread(target=lambda: self.store.put(NAME, self))
        self.thread.start()
        assert self.entered.wait(10)

    def __exit__(self, *_):
        self.go_on.set()
        self.thread.join()


def test_what_another_thread_was_using_is_refused_in_the_child(folder):
    wrapper, free = tresor.Retrying(folder), tresor.open_storage("memory:")
    with Held(folder):
        assert forked(lambda: folder.stat(NAME)).startswith("TresorError: conflict")
        assert forked(lambda: wrapper.stat(NAME)).startswith("TresorError: conflict")
        assert forked(lambda: (folder.close(), wrapper.close(), free.stat(NAME))) == "(None, None, None)"
        assert forked(lambda: forked(lambda: folder.stat(NAME))).count("conflict") == 1, "also in its own child"
    assert folder.stat(NAME).size == 0 and forked(lambda: folder.stat(NAME).size) == "0"


def test_a_child_frees_what_is_its_own_and_nothing_else(folder, keys):
    server, busy = tresor.open_storage("http://127.0.0.1:1/"), tresor.open_storage("memory:")
    outer = tresor.Retrying(server)
    used, freed = tresor.open_storage("http://127.0.0.1:1/"), []

    def child():
        with pytest.raises(tresor.TresorError):
            used.stat("config")  # it is made anew, and the child's then
        for name, one in (("folder", folder), ("outer", outer), ("server", server), ("busy", busy), ("used", used)):
            one._handle._free = lambda pointer, name=name: freed.append(name)
            one.close()
        return freed
    with Held(busy):
        assert forked(child) == "['folder', 'used']"


def test_a_fork_within_a_callback_goes_on_on_both_sides(folder):
    told = []

    class Forking(io.BytesIO):
        def read(self, size=-1):
            told.append(forked(lambda: folder.stat(NAME)))
            return super().read(size)
    folder.put(NAME, Forking(b"new"))
    assert set(told) == {"None"} and folder.get_bytes(NAME) == b"new"


def test_a_child_of_another_thread_hears_signals(folder):
    """It is forked while the main thread is in a call, whose handlers are taken down."""
    told = []

    def child():
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        for use in (lambda: None, lambda: tresor.open_storage("memory:").stat(NAME)):
            try:
                use()
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(5)
                return "nothing"
            except KeyboardInterrupt:
                pass
        return "interrupted"

    class Reading(io.BytesIO):
        def read(self, size=-1):
            if not told:
                thread = threading.Thread(target=lambda: told.append(forked(child)))
                thread.start()
                thread.join()
            return super().read(size)
    folder.put(NAME, Reading(b"new"))
    assert told == ["'interrupted'"] and signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_threads_of_a_child_share_what_came_over(folder):
    def child():
        told = []
        threads = [threading.Thread(target=lambda: told.append(folder.stat(NAME))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return told
    assert forked(child) == repr([None] * 8)
