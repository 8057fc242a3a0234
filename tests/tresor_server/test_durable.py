"""What was answered is there: after SIGKILL, after SIGTERM, after uploads that overlap."""
import collections
import random
import re
import shutil
import threading
import time

import pytest
from raw import Connection, Ended, ask, other_address, request
from safe_server import SafeServer, await_that, container, is_whole, new_id
from tool import SCALE

ROUNDS = 2 if SCALE < 10 else 40
PUTS, WRITERS = 1000, 16


class Writer(threading.Thread):
    """Puts containers under its own names, new ones and old ones, and knows what was answered."""

    def __init__(self, server, seed, puts):
        super().__init__(daemon=True)
        self.server, self.dice, self.puts = server, random.Random(seed), puts
        self.answered, self.in_flight, self.count, self.trouble = {}, None, 0, None
        self.start()

    def run(self):
        try:
            with Connection(self.server, timeout=30) as connection:
                for _ in range(self.puts):
                    old = self.answered and self.dice.random() < 0.3
                    name = self.dice.choice(list(self.answered)) if old else new_id()
                    data = container(self.dice.choice([100, 5000, 60_000]), self.dice.getrandbits(64))
                    self.in_flight = (name, data)
                    answer = connection.ask("PUT", f"/backups/{name}", data)
                    assert answer.status == (204 if old else 201), answer
                    self.answered[name], self.in_flight = data, None
                    self.count += 1
        except (OSError, Ended):  # the server was killed
            pass
        except BaseException as trouble:
            self.trouble = trouble

    def check(self, stored):
        """Every answered one is there; what was in flight is there as a whole, or what was there before."""
        assert self.trouble is None, self.trouble
        for name, data in self.answered.items():
            allowed = {data, self.in_flight[1]} if self.in_flight and self.in_flight[0] == name else {data}
            assert stored.pop(name) in allowed
        if self.in_flight and self.in_flight[0] in stored:
            assert stored.pop(self.in_flight[0]) == self.in_flight[1]


def test_sigkill_during_a_thousand_uploads_loses_none(tmp_path):
    """Else a phone that was told `saved` is not, and finds out when it is lost."""
    seed = random.SystemRandom().getrandbits(64)
    dice, killed_at, took = random.Random(seed), [], 1.0
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        server = SafeServer(folder)
        server.start()
        start = time.monotonic()
        writers = [Writer(server, dice.getrandbits(64), PUTS // WRITERS) for _ in range(WRITERS)]
        moment = start + took * dice.uniform(0.05, 0.9)
        while time.monotonic() < moment and any(writer.is_alive() for writer in writers):
            time.sleep(0.002)
        was_busy = any(writer.is_alive() for writer in writers)
        server.kill()
        for writer in writers:
            writer.join()
        took = time.monotonic() - start if not was_busy else took
        killed_at.append(sum(writer.count for writer in writers))
        with server:
            stored = server.stored()
            assert all(map(is_whole, stored.values())), (seed, number)
            for name, data in dice.sample(sorted(stored.items()), min(20, len(stored))):
                assert ask(server, "GET", f"/backups/{name}").body == data
            for writer in writers:
                writer.check(stored)
            assert stored == {}, "what nobody put"
            assert ask(server, "GET", f"/backups/{server.leftovers()[0] if server.leftovers() else '.x'}").status == 400
        shutil.rmtree(folder)
    assert any(killed_at), killed_at


def test_sigterm_finishes_what_is_in_flight(tmp_path):
    """Else each update of the server breaks the uploads of that moment, and phones show a fault."""
    server = SafeServer(tmp_path)
    server.start()
    idle = [Connection(server) for _ in range(20)]
    names = [new_id() for _ in range(10)]
    slow = [Connection(server) for _ in names]
    for connection, name in zip(slow, names):
        connection.send(request("PUT", f"/backups/{name}", container(50_000, name))[:-20_000])
    assert idle[0].ask("GET", "/config").status == 200  # all of them are being read by now
    import signal
    server.signal(signal.SIGTERM)
    for connection in idle:
        assert connection.ended()
    with pytest.raises(OSError):
        Connection(server, timeout=2).ask("GET", "/config")
    for connection, name in zip(slow, names):
        connection.send(container(50_000, name)[-20_000:])
    for connection, name in zip(slow, names):
        answer = connection.answer()
        assert answer.status == 201 and answer.closes and connection.ended()
    assert server.process.wait(timeout=10) == 0
    server.process.stdout.close()
    assert {name: container(50_000, name) for name in names} == server.stored()
    server.check_log()


def test_sigterm_without_work_ends_at_once(tmp_path):
    """Else each restart takes as long as the longest time limit."""
    server = SafeServer(tmp_path)
    server.start()
    connections = [Connection(server) for _ in range(50)]
    for connection in connections[:20]:
        assert connection.ask("GET", "/config").status == 200
    start = time.monotonic()
    server.stop()
    assert time.monotonic() - start < 3


def test_overlapping_uploads_of_one_id_leave_the_last_whole_one(tmp_path):
    """Two phones with one identity, or one that tries again while the first try still runs."""
    with SafeServer(tmp_path) as server:
        name, done, stop, torn = new_id(), [], threading.Event(), []
        target = f"/backups/{name}"
        assert ask(server, "PUT", target, container(1000)).status == 201

        def write(seed):
            dice = random.Random(seed)
            with Connection(server) as connection:
                for number in range(10 * SCALE):
                    data = container(dice.choice([500, 20_000, 200_000]), f"{seed} {number}")
                    start = time.monotonic()
                    assert connection.ask("PUT", target, data).status == 204
                    done.append((start, time.monotonic(), data))

        def read():
            with Connection(server) as connection:
                while not stop.is_set():
                    answer = connection.ask("GET", target)
                    if answer.status != 200 or not is_whole(answer.body):
                        torn.append(answer)

        reader = threading.Thread(target=read)
        writers = [threading.Thread(target=write, args=(seed,)) for seed in range(8)]
        for thread in (reader, *writers):
            thread.start()
        for thread in writers:
            thread.join()
        stop.set()
        reader.join()
        assert len(done) == 8 * 10 * SCALE and not torn
        last = ask(server, "GET", target).body
        ended = next(end for _, end, data in done if data == last)
        assert all(start <= ended for start, _, _ in done), "one that began later is not there"
        assert server.leftovers() == []


def test_an_upload_and_a_removal_at_once(tmp_path):
    """One phone renews while another switches its Safe off: each is done, in one order or the other, and none is a fault."""
    with SafeServer(tmp_path, "--behind-proxy", "127.0.0.1") as server:
        target, told = f"/backups/{new_id()}", collections.Counter()

        def work(method):
            with Connection(server) as connection:
                for _ in range(60 * SCALE):
                    body = container(100) if method == "PUT" else None
                    told[method, connection.ask(method, target, body, {"X-Forwarded-For": other_address()}).status] += 1

        threads = [threading.Thread(target=work, args=(method,)) for method in ("PUT", "DELETE", "PUT", "DELETE")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(told) <= {("PUT", 201), ("PUT", 204), ("DELETE", 204), ("DELETE", 404)}, told
        assert all(map(is_whole, server.stored().values())) and server.leftovers() == []


# ---- what reaches the disk before the answer does ----

CALL = re.compile(r"^(\d+) +(\d+\.\d+) (?:<\.\.\. )?(\w+)")
TRACED = "fsync,fdatasync,syncfs,rename,renameat,renameat2,link,linkat,write,writev,sendto,sendmsg"


def calls_of(path):
    """(name, line) of each call, at the place where it came back."""
    calls, begun = [], {}
    for line in path.read_text(errors="replace").splitlines():
        match = CALL.match(line)
        if not match:
            continue
        if line.endswith("<unfinished ...>"):
            begun[match[1]] = line
        elif "resumed>" in line:
            calls.append((match[3], begun.pop(match[1], "") + line))
        else:
            calls.append((match[3], line))
    return calls


@pytest.fixture
def traced(tmp_path):
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")

    def start(*more):
        trace = tmp_path / "trace"
        return trace, SafeServer(tmp_path, wrapper=["strace", "-D", "-f", "-y", "-ttt", "-s", "32", "-o", trace, "-e",
                                                    f"trace={TRACED}", *more])

    return start


def is_sync_of(call, what):
    return call[0] in ("fsync", "fdatasync") and re.search(rf"\(\d+<[^>]*{what}[^>]*>[) ]", call[1]) and \
        re.search(r"= 0( \(DELAYED\))?$", call[1])


def test_file_and_folder_are_synced_before_the_answer(traced):
    """Else a power cut after the answer takes the backup, or leaves an empty file in its place."""
    trace, server = traced()
    with server:
        name = new_id()
        assert ask(server, "PUT", f"/backups/{name}", container(5000)).status == 201
        assert ask(server, "PUT", f"/backups/{name}", container(5000)).status == 204
        assert ask(server, "DELETE", f"/backups/{name}").status == 204
    await_that(lambda: "+++ exited" in trace.read_text(), what="the end of the trace")
    calls = calls_of(trace)
    answers = [index for index, call in enumerate(calls) if re.search(r"HTTP/1\.1 20[14]", call[1])]
    assert len(answers) == 3
    first = 0
    for answer in answers[:2]:
        part = calls[first:answer]
        synced = next(i for i, call in enumerate(part) if is_sync_of(call, "/backups/"))
        renamed = next(i for i, call in enumerate(part) if re.match("rename|link", call[0]) and name in call[1])
        folder = next(i for i, call in enumerate(part) if i > renamed and is_sync_of(call, "/backups"))
        assert synced < renamed < folder
        first = answer + 1
    assert any(is_sync_of(call, "/backups") for call in calls[answers[1] + 1:answers[2]]), "a removal that comes back"


def test_uploads_at_once_share_the_sync_of_the_folder(traced):
    """Else a server on a disk that takes ten milliseconds for each serves fifty uploads a second instead of thousands."""
    trace, server = traced("-e", "inject=fsync,fdatasync:delay_exit=5000")
    count = collections.Counter()
    with server:
        writers = [Writer(server, seed, 10) for seed in range(WRITERS)]
        for writer in writers:
            writer.join()
        assert sum(writer.count for writer in writers) == 10 * WRITERS
        stored = server.stored()
        for writer in writers:
            writer.check(stored)
    await_that(lambda: "+++ exited" in trace.read_text(), what="the end of the trace")
    for call in calls_of(trace):
        count["folder"] += bool(is_sync_of(call, "/backups") and re.search(r"/backups>[) ]", call[1]))
        count["renamed"] += bool(re.match("rename|link", call[0]) and re.search("/backups[/>]", call[1]))
    assert count["renamed"] >= 10 * WRITERS
    assert 0 < count["folder"] < 10 * WRITERS * 0.7, count
