"""Requests with random damage: 5,000, or 100,000 in a long run."""
import hashlib
import random
import re
import threading

from raw import Connection, Ended, ask, other_address, request
from safe_server import container, new_id
from tool import SCALE

REQUESTS = 5000 * SCALE
WORKERS = 8
PIECES = [b"\r\n", b"\n", b"\r", b"\0", b" ", b":", b"\r\n\r\n", b"Content-Length: 5\r\n", b"Content-Length: 99999999999\r\n",
          b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n", b"HTTP/1.1", b"HTTP/1.0", b"/../", b"%00", b"%2e%2e", b"\xff\xfe", b"\t",
          b"Connection: close\r\n", b"Expect: 100-continue\r\n", b"Host: b\r\n", b"A" * 5000, b"-1", b"GET /config HTTP/1.1\r\n",
          b"Upgrade: h2c\r\n", b"Range: bytes=0-5\r\n", b"Content-Encoding: gzip\r\n", b"Authorization: Basic YTpi\r\n"]


def valid(dice, ids):
    target = f"/backups/{dice.choice(ids)}"
    headers = {"X-Forwarded-For": other_address()}
    method = dice.choice(["GET", "HEAD", "PUT", "PUT", "PUT", "DELETE", "config", "healthz"])
    if method in ("config", "healthz"):
        return request("GET", "/" + method, headers=headers)
    return request(method, target, dice.randbytes(dice.choice([1, 40, 3000])) if method == "PUT" else None, headers)


def damaged(dice, data):
    for _ in range(dice.choice([0, 0, 1, 1, 1, 2, 5])):
        at, size = dice.randrange(len(data) + 1), dice.choice([1, 1, 2, 10, 100])
        kind = dice.randrange(6)
        if kind == 0 and at < len(data):
            data = data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + data[at + 1:]
        elif kind == 1:
            data = data[:at] + data[at + size:]
        elif kind == 2:
            data = data[:at] + dice.choice(PIECES) + data[at:]
        elif kind == 3:
            data = data[:at] + data[at:at + size] * 2 + data[at + size:]
        elif kind == 4:
            data = data[:at]
        else:
            data = data[:at] + dice.randbytes(size) + data[at:]
    return data


# What the server may say to whatever comes; trouble of its own is not among it.
EXPECTED = {b"100", b"200", b"201", b"204", b"400", b"404", b"405", b"411", b"413", b"414", b"417", b"429", b"431", b"501", b"505"}


class Worker(threading.Thread):
    """Sends its share, one to five requests on a connection, and reads everything that is answered."""

    def __init__(self, server, seed, ids):
        super().__init__(daemon=True)
        self.server, self.dice, self.ids, self.answers, self.trouble = server, random.Random(seed), ids, 0, None
        self.start()

    def run(self):
        sent = 0
        try:
            while sent < REQUESTS // WORKERS:
                count = self.dice.choice([1, 1, 2, 5])
                self.visit(b"".join(damaged(self.dice, valid(self.dice, self.ids)) for _ in range(count)))
                sent += count
        except BaseException as trouble:
            self.trouble = trouble

    def visit(self, data):
        with Connection(self.server, timeout=20) as connection:
            connection.send_all_it_takes(data)
            connection.finish()
            got = connection.until_end()  # a time limit here is trouble: the server forgot the connection
        statuses = re.findall(rb"HTTP/1\.1 (\d{3}) [A-Z]", got)
        self.answers += len(statuses)
        assert bool(statuses) == bool(got), got[:100]
        assert set(statuses) <= EXPECTED, set(statuses)


def test_damaged_requests_harm_nothing(server):
    """Else one strange byte ends the server or reaches the backup of somebody else."""
    bystanders = {new_id(): container(2000 + number) for number in range(50)}
    for name, data in bystanders.items():
        assert ask(server, "PUT", f"/backups/{name}", data).status == 201
    seed = random.SystemRandom().getrandbits(64)
    dice, memory = random.Random(seed), server.memory()
    ids = [hashlib.sha256(dice.randbytes(8)).hexdigest() for _ in range(30)]
    workers = [Worker(server, dice.getrandbits(64), ids) for _ in range(WORKERS)]
    for worker in workers:
        worker.join()
    assert not [worker.trouble for worker in workers if worker.trouble], (seed, [worker.trouble for worker in workers])
    assert sum(worker.answers for worker in workers) > REQUESTS // 4, seed
    assert ask(server, "GET", "/config").status == 200
    for name, data in bystanders.items():
        assert ask(server, "GET", f"/backups/{name}").body == data, seed
    for name, data in server.stored().items():
        if name not in bystanders:
            assert ask(server, "GET", f"/backups/{name}").body == data and data
    assert server.leftovers() == [], seed
    assert server.memory() < memory + (64 << 20), seed


def test_damaged_requests_get_answers_that_are_whole(server):
    """Else a proxy in front mixes up who gets which answer. One request a connection, read strictly."""
    dice, ids = random.Random(9), [new_id() for _ in range(5)]
    for _ in range(500 * SCALE):
        data = valid(dice, ids)
        method = data.split(b" ")[0].decode()
        first, rest = data.split(b"\r\n", 1)
        with Connection(server) as connection:
            connection.send_all_it_takes(first + b"\r\n" + damaged(dice, rest))
            connection.finish()
            try:
                assert connection.answer(method).status in {int(status) for status in EXPECTED}
            except Ended as ended:
                assert ended.had == b""
            while connection.rest:  # a damaged one may be two
                connection.answer()
