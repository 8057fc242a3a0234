"""The tool on OpenStack Swift, whose S3 API verifies every signature; botocore reads what it wrote, and writes what it reads."""
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest
from conftest import ACCOUNT, BACKUP_ID, ID, KEY, SOURCE, TOOL, change_account, open_container, rfc3339, state_of
from relay import Relay
from s3_place import Place
from swift import SECRET, body_of, keys_of, uploads_of

pytest_plugins = ("s3_fixtures",)
ODD_NAMES = ("a", "A.B", "data-backups/ECHOECHO-20260101T000000Z.zip", "deep/er/and/deep.er/x", "-", "_", "a..b", "x/-/_/0", "n" * 255,
             "/".join("d" for _ in range(128)))


@pytest.fixture
def place(bucket):
    return bucket


def through(place, relay):
    """The same bucket by way of a relay."""
    return Place(place.tool.folder, relay.endpoint, place.path)


def test_a_store_is_made_once_and_checked(place):
    made = place.good("init", "--retention-days", "90", "--json").json
    assert made["lifecycle"] is False  # Swift knows no such thing, which is no failure
    assert json.loads(body_of(place.s3, place.bucket, "config")) == {"maxBackupBytes": 524288, "retentionDays": 90}
    assert place.store("init").code == 12
    result = place.store("check", "--json")
    assert result.code == 0, result.text
    assert len(result.json["checks"]) == 18 and all(check["ok"] for check in result.json["checks"]) and result.json["ok"]
    assert result.json["can"] == {"list": True, "put_if_absent": False, "conditional_put": False, "conditional_remove": False,
                                  "any_name": True}
    assert keys_of(place.s3, place.bucket) == ["config"]
    assert uploads_of(place.s3, place.bucket) == []


def test_each_prefix_of_a_bucket_is_a_store_of_its_own(place):
    inner = Place(place.tool.folder, place.endpoint, place.bucket + "/teams/red.1")
    inner.init("--retention-days", "30")
    place.init("--retention-days", "60")
    assert place.put("backups/" + "a" * 64, b"outer").code == inner.put("backups/" + "a" * 64, b"inner").code == 0
    assert inner.get("backups/" + "a" * 64) == b"inner" and place.get("backups/" + "a" * 64) == b"outer"
    assert inner.names() == ["backups/" + "a" * 64, "config"]
    assert place.names("backups/") == ["backups/" + "a" * 64]
    near = Place(place.tool.folder, place.endpoint, place.bucket + "/teams/red")
    assert near.names() == []
    assert inner.store("remove", "config").code == 0
    assert keys_of(place.s3, place.bucket) == ["backups/" + "a" * 64, "config", "teams/red.1/backups/" + "a" * 64]


def test_every_name_goes_and_comes_back(place):
    for number, name in enumerate(ODD_NAMES):
        content = b"%d of some" % number
        assert place.put(name, content, "--force", "--json").json == {"name": name, "bytes": len(content),
                                                                      "sha256": hashlib.sha256(content).hexdigest()}
        assert body_of(place.s3, place.bucket, name) == content
    assert place.names() == keys_of(place.s3, place.bucket) == sorted(ODD_NAMES)
    for number, name in enumerate(ODD_NAMES):
        if number % 3 == 0:
            assert place.get(name) == b"%d of some" % number
        assert place.store("remove", name).code == 0
    assert place.store("remove", "a").code == 7 and place.get("a") is None
    assert keys_of(place.s3, place.bucket) == []
    assert place.put("empty", b"").code == 0 and place.get("empty") == b""


def test_what_botocore_wrote_is_read_and_strange_keys_are_not_shown(place):
    strange = ["weird +&=~!'()*\u00fc/ x", "backups//x", "backups/.hidden", ".well-known", "a b", "trailing.", "l" * 256, "<&>\"'", "x%2Fy"]
    for key in ("backups/" + "b" * 64, "data-backups/a.zip", *strange):
        place.s3.put_object(Bucket=place.bucket, Key=key, Body=key.encode())
    place.s3.put_object(Bucket=place.bucket, Key="folder/", Body=b"")
    place.s3.put_object(Bucket=place.bucket, Key="with-type", Body=b"x", ContentType="text/plain", Metadata={"a": "b"})
    assert place.names() == ["backups/" + "b" * 64, "data-backups/a.zip", "with-type"]
    assert place.get("data-backups/a.zip") == b"data-backups/a.zip"
    assert place.store("sweep", "--retention-days", "1", "--at", rfc3339(time.time() + 9 * 86400), "--json").json["examined"] == 1
    assert set(strange) < set(keys_of(place.s3, place.bucket))


def test_a_listing_has_more_than_one_page(place):
    """The real size of a page, 1000; and a time for each object."""
    times = {f"backups/{number:064x}": 1790000000 + number for number in range(1200)}
    place.swift.list_also(place.bucket, times, size=77)
    place.swift.list_also(place.bucket, {"config": 1790000000.5, "data-backups/x": 1790000000})
    listed = place.good("list", "--json").json["objects"]
    assert [entry["name"] for entry in listed] == sorted([*times, "config", "data-backups/x"])
    assert all(entry["bytes"] == 77 and entry["modified"] == rfc3339(times[entry["name"]]) for entry in listed[:1200])
    assert len(place.names(f"backups/{'0' * 61}")) == 1200 and len(place.names(f"backups/{'0' * 62}f")) == 16


def test_wrong_keys_regions_and_buckets_are_told_apart(place, tmp_path):
    place.init()
    cases = [("secret", {}, {"secret": "wrong"}, 8, "key"), ("access", {}, {"access": "nobody:here"}, 8, "key"),
             ("region", {"region": "eu-west-9"}, {}, 8, "region"), ("bucket", {}, {"path": "no-such-bucket"}, 7, "bucket")]
    for name, query, members, code, word in cases:
        other = Place(tmp_path / name, place.endpoint, members.pop("path", place.path), **query)
        for member, value in members.items():
            setattr(other.tool, member, value)
        for command in (["list"], ["get", "config", "-"], ["put", other.tool.write("x", "x"), "x"], ["sweep"], ["init"]):
            result = other.store(*command)
            if (name, *command) == ("bucket", "init"):  # makes it
                assert result.code == 0 and keys_of(place.s3, other.bucket) == ["config"]
                continue
            assert result.code == code, (name, command, result.err, result.text)
            # The answer to a HEAD has no words.
            assert word in result.err.lower() or command[0] in ("put", "init"), (name, command, result.err)
            assert SECRET not in result.err and "wrong" not in result.err
    none = Place(tmp_path / "none", place.endpoint, place.path)
    none.tool.access = none.tool.secret = None
    result = none.store("list")
    assert result.code == 2 and "access key" in result.err
    far = Place(tmp_path / "far", "http://192.0.2.1", place.path)
    assert far.store("list").code == 2
    assert keys_of(place.s3, place.bucket) == ["config"]


def test_keys_come_in_each_of_the_three_ways_and_are_shown_in_none(place, tmp_path):
    place.init()
    other = Place(tmp_path / "other", place.endpoint, place.path, options=["--verbose"])
    other.tool.access, other.tool.secret = "wrong", "wrong"  # what is said there goes before the environment
    in_location = place.location.replace("s3://", "s3://test%3Atester:testing@")
    other.tool.write("secret", SECRET + "\n")
    ways = [(place, place.location, ["--verbose"]), (other, in_location, ["--verbose"]),
            (other, place.location, ["--verbose", "--store-user", "test:tester", "--store-password-file", "secret"])]
    for where, location, options in ways:
        for command in (["list"], ["put", where.tool.write("x", "x"), "x", "--force"], ["get", "nothing", "-"], ["init"]):
            result = where.tool("store", command[0], location, *command[1:], *options, password=False)
            assert result.code == {"get": 7, "init": 12}.get(command[0], 0), result.err
            assert SECRET not in result.err + result.text
            assert "Signature" not in result.err and "AWS4" not in result.err


def test_host_style_asks_the_bucket_by_its_name(place):
    """curl looks names below localhost up without a DNS."""
    port = place.endpoint.rsplit(":", 1)[1]
    by_host = Place(place.tool.folder, f"http://localhost:{port}", place.path, style="host")
    by_host.init()
    assert by_host.put("some/thing", b"x").code == 0
    assert keys_of(place.s3, place.bucket) == ["config", "some/thing"] == by_host.names()
    assert by_host.store("remove", "some/thing").code == 0


def test_a_certificate_is_checked(place):
    secure = Place(place.tool.folder, place.swift.with_tls(), place.path, options=["--ca-file", place.swift.ca])
    secure.init()
    assert secure.put("x", b"over TLS").code == 0 and place.get("x") == b"over TLS"
    assert Place(place.tool.folder, place.swift.with_tls(), place.path).store("list").code == 8


# ---- large objects ----

def large(place, size, name="archive.zip"):
    block = os.urandom(1 << 20)
    place.tool.write(name, block * (size >> 20) + block[:size & 0xfffff])
    return hashlib.sha256(place.tool.path(name).read_bytes()).hexdigest()


def test_a_large_object_goes_in_parts_and_comes_back(place):
    size = (40 << 20) + 12345
    digest = large(place, size)
    put = place.good("put", "archive.zip", "--json")
    assert put.json == {"name": "data-backups/archive.zip", "bytes": size, "sha256": digest}
    assert place.s3.head_object(Bucket=place.bucket, Key="data-backups/archive.zip")["ETag"].count("-") == 1  # it was parts
    assert place.store("put", "archive.zip").code == 12
    place.good("get", "data-backups/archive.zip", "back.zip")
    assert hashlib.sha256(place.tool.path("back.zip").read_bytes()).hexdigest() == digest
    assert place.names() == ["data-backups/archive.zip"] and uploads_of(place.s3, place.bucket) == []
    content = place.tool.path("archive.zip").read_bytes()[:17 << 20]  # of which nobody says that it is more than a part
    streamed = place.store("put", "-", "streamed", "--json", stdin=content)
    assert streamed.json["sha256"] == hashlib.sha256(content).hexdigest(), streamed.err
    assert place.good("remove", "streamed") and place.good("remove", "data-backups/archive.zip")
    assert keys_of(place.s3, place.bucket) == []


def test_an_upload_that_fails_midway_leaves_nothing(place):
    """Whatever fails of it, a part or its end."""
    large(place, 17 << 20)
    second_part = lambda seen: seen.query.get("partNumber") == "2"
    end = lambda seen: seen.method == "POST" and "uploadId" in seen.query
    cases = [(second_part, (403, {}, b"")), (end, (507, {"Retry-After": "60"}, b"")),
             (end, (400, {}, b"<Error><Code>InvalidPart</Code></Error>"))]
    with Relay(place.swift.port) as relay:
        other = through(place, relay)
        for failing, answer in cases:
            relay.before = lambda seen: answer if failing(seen) else None
            result = other.store("put", "archive.zip", "--force")
            assert result.code in (8, 9), result.err
            assert uploads_of(place.s3, place.bucket) == [] and keys_of(place.s3, place.bucket) == []
        assert any(seen.method == "DELETE" and "uploadId" in seen.query for seen in relay.seen)


def midway(place, relay, number):
    """Begins an upload and ends it by a signal while its second part is on the way: the exit code and stderr."""
    def before(seen):
        if seen.query.get("partNumber") == "2" and process.poll() is None:
            process.send_signal(number)
            if number == signal.SIGKILL:
                process.wait()

    relay.before = before
    command = [TOOL, "store", "put", through(place, relay).location, "archive.zip", "data-backups/a", "--force"]
    process = subprocess.Popen(command, cwd=place.tool.folder, env=place.tool.env(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))  # whoever runs the tests may ignore it
    error = process.communicate(timeout=60)[1].decode()
    relay.before = lambda seen: None
    return process.returncode, error


def test_ctrl_c_leaves_no_upload_behind(place):
    large(place, 33 << 20)
    assert place.put("data-backups/a", b"old").code == 0
    with Relay(place.swift.port) as relay:
        code, error = midway(place, relay, signal.SIGINT)
    assert code == 13, error
    assert uploads_of(place.s3, place.bucket) == [] and place.get("data-backups/a") == b"old"


def test_a_killed_upload_changes_nothing_and_the_next_succeeds(place):
    digest = large(place, 33 << 20)
    assert place.put("data-backups/a", b"old").code == 0
    with Relay(place.swift.port) as relay:
        assert midway(place, relay, signal.SIGKILL)[0] == -signal.SIGKILL
    assert place.get("data-backups/a") == b"old" and place.names() == ["data-backups/a"]
    assert uploads_of(place.s3, place.bucket) == ["data-backups/a"]  # nobody was left to abort it
    assert place.good("put", "archive.zip", "data-backups/a", "--force", "--json").json["sha256"] == digest
    assert place.names() == ["data-backups/a"]


# ---- the whole life of what is kept ----

def test_the_whole_life_of_a_safe(place):
    place.init()
    run = lambda *command: place.tool("safe", *command, "--state", "state.json", "--json", password=False)
    start = 1790000000
    at = lambda hours: ("--at", rfc3339(start + 3600 * hours))
    place.tool.write("account.json", ACCOUNT.read_bytes())
    place.tool.good("safe", "enable", "--id", ID, "--store", place.location, "--data", "account.json", "--state", "state.json", *at(0))
    assert keys_of(place.s3, place.bucket) == ["backups/" + BACKUP_ID, "config"]
    assert SECRET not in place.tool.path("state.json").read_text() or state_of(place.tool).get("store_password") == SECRET
    change_account(place.tool, "second")
    assert run("backup", *at(1)).json["outcome"] == "grace"
    assert run("backup", *at(24)).json["outcome"] == "uploaded"
    stored = json.loads(open_container(body_of(place.s3, place.bucket, "backups/" + BACKUP_ID), bytes.fromhex(KEY)))
    assert stored["user"]["nickname"] == "second"
    assert run("verify", *at(25)).json["ok"] is True
    restored = place.tool.good("safe", "restore", "--id", ID, "--store", place.location, "--out", "restored.json", "--json")
    assert json.loads(place.tool.path("restored.json").read_text()) == stored and restored.json["modified"] is not None
    again = place.tool("safe", "enable", "--id", ID, "--store", place.location, "--data", "account.json", "--state", "other.json")
    assert again.code == 12
    assert run("disable").json["removed"] is True
    assert keys_of(place.s3, place.bucket) == ["config"]


def test_chat_archives_and_an_identity_find_their_place(place):
    place.init()
    place.tool.write("pw", "backup-demo-1\n")
    options = ["--store", place.location]
    first = "threema-backup_1735690400000_1.zip"
    place.tool.write(first, (SOURCE / "examples/chats.zip").read_bytes())
    put = lambda *more: place.tool.good("data", "put", first, *options, "--password-file", "pw", "--json", *more, password=False).json
    assert put("--keep", "daily:1")["uploaded"] is True
    assert put()["uploaded"] is False
    status = place.tool.good("data", "status", *options, "--every", "monthly", "--at", "2025-01-02T00:00:00Z", "--json",
                             password=False).json
    assert (status["generations"], status["overdue"]) == (1, False)
    place.tool.write("key", bytes(range(32)))
    place.tool.write("words", "three quiet otters\n")
    place.tool.good("id", "export", "--id", ID, "--key-file", "key", "--to-store", place.location, "--password-file", "words",
                    password=False)
    names = place.names()
    assert [name.split("/")[0] for name in names] == ["config", "data-backups", "id-exports"]
    assert names == keys_of(place.s3, place.bucket)


PROGRAM = """
import sys, tresor
from tresor import storage, place
location, user, password = sys.argv[1:]
with tresor.open_storage(place.Place(location, user=user, password=password)) as store:
    store.put_limits()
    store.put_bytes("backups/" + "c" * 64, b"from Python")
    assert store.get_bytes("backups/" + "c" * 64) == b"from Python"
    assert [info.name for info in store.list()] == ["backups/" + "c" * 64, "config"], list(store.list())
    assert all(answer.ok for answer in store.check())
    assert "testing" not in store.describe() + repr(store)
    print(store.sweep(dry_run=True).examined)
"""


def test_python_reaches_it(place):
    library = pathlib.Path(os.environ["TRESOR_BUILD"]) / "lib/libtresor.so.1"
    env = {"TRESOR_LIBRARY": str(library)} | os.environ | {"PYTHONPATH": str(SOURCE / "bindings/python"), "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run([sys.executable, "-c", PROGRAM, place.location, "test:tester", SECRET], capture_output=True, text=True, env=env,
                            timeout=60)
    assert (result.returncode, result.stdout) == (0, "1\n"), result.stderr
    assert keys_of(place.s3, place.bucket) == ["backups/" + "c" * 64, "config"]


