"""Two servers on one bucket of OpenStack Swift are one service, also when one of them dies in the middle of uploads."""
import http.client
import pathlib
import random
import sys
import threading
import time

import pytest
from conftest import ACCOUNT, BACKUP_ID, ID, KEY, SCALE, Tool, change_account, open_container
from relay import Relay
from s3_place import Place
from swift import ACCESS, SECRET, body_of, keys_of, uploads_of

sys.path.append(str(pathlib.Path(__file__).parent.parent / "tresor_server"))
from safe_server import CONFIG, PROGRAM, SafeServer, container, is_whole, new_id  # noqa: E402

pytest_plugins = ("s3_fixtures",)


class OnBucket(SafeServer):
    """Keeps nothing but what lies in the bucket; its keys come from the environment, as those of a service do."""

    def __init__(self, folder, location, *options):
        folder.mkdir()
        super().__init__(folder, "--behind-proxy", "127.0.0.1", *options, store=folder,
                         wrapper=("/usr/bin/env", f"AWS_ACCESS_KEY_ID={ACCESS}", f"AWS_SECRET_ACCESS_KEY={SECRET}"))
        self.store = location
        self.secrets.add(SECRET)

    def ask(self, method, target, body=None):
        """Status and content; throws OSError or HTTPException where no answer came."""
        return ask(self.port, method, target, body)


def ask(port, method, target, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    # Each request comes from an address of its own, so that none is throttled for what another did.
    peer = "10." + ".".join(str(random.randrange(256)) for _ in range(3))
    headers = {"User-Agent": "Threema", "X-Forwarded-For": peer}
    if body is not None:
        headers["Content-Type"] = "application/octet-stream"
    try:
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.fixture
def place(bucket):
    if not PROGRAM.exists():
        pytest.skip("tresor-server is not built")
    bucket.path += "/service"
    return bucket.init("--no-lifecycle")


@pytest.fixture
def pair(place, tmp_path):
    with OnBucket(tmp_path / "one", place.location) as one, OnBucket(tmp_path / "two", place.location) as two:
        yield one, two


def stored(place):
    return keys_of(place.s3, place.bucket, "service/backups/")


def test_what_one_is_given_the_other_has(place, pair):
    one, two = pair
    assert one.ask("GET", "/config") == two.ask("GET", "/config") == (200, CONFIG)
    backup, first, second = "/backups/" + new_id(), container(5000), container(400)
    assert one.ask("PUT", backup, first)[0] == 201
    assert two.ask("GET", backup) == (200, first) and two.ask("HEAD", backup) == (200, b"")
    assert two.ask("PUT", backup, second)[0] == 204
    assert one.ask("GET", backup) == (200, second)
    assert stored(place) == ["service" + backup]
    assert body_of(place.s3, place.bucket, "service" + backup) == second
    assert one.ask("DELETE", backup)[0] in (200, 204) and two.ask("GET", backup)[0] == 404
    assert two.ask("DELETE", backup)[0] == 404 and stored(place) == []


def test_a_phone_moves_from_one_to_the_other_by_way_of_a_balancer(place, pair, tmp_path):
    """A Safe put through one is restored through the other; a check of the store passes with every second request elsewhere."""
    one, two = pair
    tool = Tool(tmp_path)
    tool.write("account.json", ACCOUNT.read_bytes())
    tool.good("safe", "enable", "--id", ID, "--store", one.url, "--data", "account.json", "--state", "state.json")
    tool.good("safe", "restore", "--id", ID, "--store", two.url, "--out", "restored.json")
    through_bucket = body_of(place.s3, place.bucket, "service/backups/" + BACKUP_ID)
    assert open_container(through_bucket, bytes.fromhex(KEY)) == tool.path("restored.json").read_bytes()
    change_account(tool, "second")
    with Balancer(one.port, two.port) as balancer:
        tool.good("safe", "backup", "--now", "--state", "state.json", password=False)
        checked = tool("store", "check", balancer.endpoint + "/", "--json", password=False)
        assert checked.code == 0, checked.text + checked.err
        assert all(check["ok"] for check in checked.json["checks"])
        assert min(balancer.counts.values()) > 10, balancer.counts
    tool.good("safe", "verify", "--state", "state.json", password=False)
    assert stored(place) == ["service/backups/" + BACKUP_ID]


class Balancer(Relay):
    """Sends each request to the next of the servers."""

    def __init__(self, *ports):
        super().__init__(ports[0])
        self.counts, self.lock = dict.fromkeys(ports, 0), threading.Lock()

    def forward(self, handler, body):
        with self.lock:
            port = min(self.counts, key=self.counts.get)
            self.counts[port] += 1
        handler.behind = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            return super().forward(handler, body)
        finally:
            handler.behind.close()
            handler.behind = None


def test_the_last_of_two_puts_at_once_wins_and_is_whole(place, pair):
    backup, rounds = "/backups/" + new_id(), 5 if SCALE < 10 else 100
    for number in range(rounds):
        bodies = [container(20000 + number, seed=number), container(3000 + number, seed=-number - 1)]
        statuses = [None, None]
        start = threading.Barrier(2)

        def put(index):
            start.wait(10)
            statuses[index] = pair[index].ask("PUT", backup, bodies[index])[0]

        threads = [threading.Thread(target=put, args=(index,)) for index in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(statuses) <= {201, 204}, statuses
        seen = {server.ask("GET", backup)[1] for server in pair}
        assert len(seen) == 1 and seen < set(bodies) | {None} and stored(place) == ["service" + backup]


class Uploads:
    """Clients that put backups and turn to the next address when one does not answer. `answered`: id to what it was answered for last;
    `tried`: all that may lie under an id."""

    def __init__(self, ports, clients, each, ids_of_each):
        self.ports, self.answered, self.tried, self.count, self.lock = ports, {}, {}, 0, threading.Lock()
        self.moved, self.enough = 0, threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(number, each, ids_of_each)) for number in range(clients)]

    def work(self, client, each, ids_of_each):
        ids, address = [new_id() for _ in range(ids_of_each)], client
        for number in range(each):
            backup, body = ids[number % ids_of_each], container(2000 + number)
            self.tried.setdefault(backup, []).append(body)
            for _ in range(20):
                with_status = self.attempt(address, backup, body)
                if with_status in (201, 204):
                    self.answered[backup] = body
                    break
                address += 1
                with self.lock:
                    self.moved += 1
                time.sleep(0.05)  # as clients do ahead of another try
            with self.lock:
                self.count += 1
                if self.count > 20:
                    self.enough.set()

    def attempt(self, address, backup, body):
        try:
            return ask(self.ports[address % len(self.ports)], "PUT", "/backups/" + backup, body)[0]
        except (OSError, http.client.HTTPException):
            return None

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for thread in self.threads:
            thread.join()


@pytest.mark.parametrize("round_number", range(1 if SCALE < 10 else 5))
def test_one_is_killed_in_the_middle_of_uploads(place, tmp_path, round_number):
    clients, each = (8, 16) if SCALE < 10 else (16, 70)
    with OnBucket(tmp_path / "two", place.location) as two:
        one = OnBucket(tmp_path / "one", place.location)
        one.start()
        with Uploads((one.port, two.port), clients, each, ids_of_each=5) as uploads:
            assert uploads.enough.wait(30)
            one.kill()
        assert uploads.count == clients * each >= 128
        assert len(uploads.answered) == clients * 5 and uploads.moved >= 1
        for backup, body in uploads.answered.items():
            status, found = two.ask("GET", "/backups/" + backup)
            assert status == 200 and is_whole(found)
            assert found == body, "an answered PUT is gone"
        assert stored(place) == sorted("service/backups/" + backup for backup in uploads.answered)
        assert uploads_of(place.s3, place.bucket) == []
        with OnBucket(tmp_path / "three", place.location) as three:
            for backup, body in uploads.answered.items():
                assert three.ask("GET", "/backups/" + backup) == (200, body)


def test_a_bucket_that_is_away_is_an_answer_and_no_end(place, tmp_path):
    with Relay(place.swift.port) as relay:
        other = Place(place.tool.folder, relay.endpoint, place.path)
        with OnBucket(tmp_path / "one", other.location) as server:
            backup, body = "/backups/" + new_id(), container(500)
            assert server.ask("PUT", backup, body)[0] == 201
            relay.before = lambda seen: (503, {"Retry-After": "60"}, b"<Error><Code>ServiceUnavailable</Code></Error>")
            assert server.ask("PUT", backup, container(501))[0] in (500, 502, 503)
            assert server.ask("GET", backup)[0] in (500, 502, 503)
            relay.before = lambda seen: None
            assert server.ask("GET", backup) == (200, body)


def test_servers_sweep_one_bucket_at_once(place, tmp_path):
    """Each has its own periodic sweep; none removes what is not expired, and none minds that the other was quicker."""
    now = time.time()
    old, young = ["service/backups/" + new_id() for _ in range(12)], ["service/backups/" + new_id() for _ in range(6)]
    place.swift.put_dated(place.bucket, {key: now - 200 * 86400 for key in old} | {key: now - 170 * 86400 for key in young})
    sweeping = ("--sweep-every", "1s")
    with OnBucket(tmp_path / "one", place.location, *sweeping), OnBucket(tmp_path / "two", place.location, *sweeping):
        end = time.monotonic() + 20
        while stored(place) != sorted(young) and time.monotonic() < end:
            time.sleep(0.1)
    assert stored(place) == sorted(young)
