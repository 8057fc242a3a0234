"""data schedule, put, status: archives in a safe place."""
import hashlib
import signal
import subprocess
import sys
import time

import pytest
from conftest import SCALE, SOURCE, TOOL

pytest.importorskip("cryptography", reason="python3-cryptography is not installed")
sys.path.insert(0, str(SOURCE / "tests/archives"))
from archive import Archive, flipped, one_salt  # noqa: E402
from miniature import miniature  # noqa: E402

PASSWORD = "backup-demo-1"
MADE = {"threema-backup_1735690400000_1.zip": "20250101T001320Z", "threema-backup_1767226400000_1.zip": "20260101T001320Z",
        "threema-backup_1767312800000_1.zip": "20260102T001320Z"}
FIRST, SECOND, THIRD = MADE


def made(extra=b"", damaged=()):
    archive = Archive(PASSWORD, one_salt())
    for name, content in (miniature() | ({"message_media_" + "0" * 36: extra} if extra else {})).items():
        archive.add(name, content, 5 if name.endswith(".csv") else 0, **({"damage": flipped(-1)} if name in damaged else {}))
    return archive.bytes()


def object_of(file):
    return f"data-backups/MYSELF01-{MADE[file]}.zip"


@pytest.fixture
def store(tool):
    """Three archives and a store."""
    tool.write("pw", PASSWORD + "\n")
    content = made()
    for name in MADE:
        tool.write(name, content)
    tool.good("store", "init", "store", password=False)
    return tool


def put(tool, file, *more):
    return tool("data", "put", file, "--store", "store", "--password-file", "pw", "--json", *more, password=False)


def status(tool, *more):
    result = tool("data", "status", "--store", "store", "--json", *more, password=False)
    assert result.code == 0, result.err
    return result.json


def copies(tool):
    folder = tool.path("store/data-backups")
    return sorted(f"data-backups/{path.name}" for path in folder.iterdir() if path.is_file()
                  and not path.name.startswith(".")) if folder.exists() else []


def due(tool, *arguments):
    result = tool("data", "schedule", "--json", *arguments, password=False)
    assert result.code == 0, result.err
    return result.json


# ---- schedule ----

@pytest.mark.parametrize("every, last, zone, expected", [
    ("daily", "2026-11-24T06:05:00Z", "UTC", "2026-11-25T06:05:00Z"),
    ("weekly", "2026-11-24T06:05:00+02:00", "UTC", "2026-12-01T04:05:00Z"),
    ("monthly", "2026-01-31", "UTC", "2026-02-28T00:00:00Z"),
    ("monthly", "2026-01-31", "+01:00", "2026-02-27T23:00:00Z"),
    ("quarterly", "2027-11-30", "UTC", "2028-02-29T00:00:00Z"),
    ("yearly", "2028-02-29T12:00:00Z", "UTC", "2029-02-28T12:00:00Z")])
def test_schedule_tells_when_the_next_is_due(tool, every, last, zone, expected):
    told = due(tool, "--every", every, "--last", last, "--tz", zone, "--at", "2026-01-01T00:00:00Z")
    assert told == {"next_due": expected, "overdue": False}


def test_schedule_is_overdue_from_that_second_on(tool):
    given = ("--every", "daily", "--last", "2026-11-24T06:05:00Z", "--at")
    assert due(tool, *given, "2026-11-25T06:04:59Z")["overdue"] is False
    assert due(tool, *given, "2026-11-25T06:05:00Z")["overdue"] is True


@pytest.mark.parametrize("arguments", [
    ("--every", "hourly", "--last", "2026-01-01"), ("--every", "daily"), ("--last", "2026-01-01"),
    ("--every", "daily", "--last", "yesterday"), ("--every", "daily", "--last", "")])
def test_schedule_refuses_what_is_no_schedule(tool, arguments):
    assert tool("data", "schedule", *arguments, password=False).code == 2


# ---- put ----

def test_put_names_and_verifies(store):
    told = put(store, FIRST)
    assert told.code == 0, told.err
    content = store.path(FIRST).read_bytes()
    assert told.json == {"name": object_of(FIRST), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(),
                         "uploaded": True, "dry_run": False, "kept": [], "removed": [], "failed": []}
    assert store.path(f"store/{object_of(FIRST)}").read_bytes() == content
    again = put(store, FIRST, "--deep").json
    assert again["uploaded"] is False and copies(store) == [object_of(FIRST)]


def test_put_does_not_thin_by_a_copy_from_the_future(store):
    for file in (FIRST, SECOND, THIRD):
        assert put(store, file).code == 0
    told = put(store, FIRST, "--keep", "daily:1", "--at", "2025-06-01T00:00:00Z").json
    assert [one["reasons"] for one in told["kept"]][:2] == [["dated in the future"]] * 2
    assert told["removed"] == [] and len(copies(store)) == 3


def test_put_thins_with_a_reason_for_each(store):
    for file in (FIRST, SECOND):
        assert put(store, file).code == 0
    others = ["data-backups/OTHER001-20200101T000000Z.zip", "data-backups/threema-backup_1_1.zip"]
    for name in others:
        store.write(f"store/{name}", "x")
    before = copies(store)
    planned = put(store, THIRD, "--keep", "daily:1,yearly:2", "--dry-run").json
    assert copies(store) == before
    told = put(store, THIRD, "--keep", "daily:1,yearly:2").json
    assert copies(store) == sorted([*others, object_of(FIRST), object_of(THIRD)])
    assert (planned["kept"], planned["removed"]) == (told["kept"], told["removed"])
    assert [one["name"] for one in told["kept"]] == [object_of(THIRD), object_of(FIRST)]
    assert told["kept"][0]["reasons"] == ["newest", "daily 2026-01-02", "yearly 2026"]
    assert told["kept"][1]["reasons"] == ["yearly 2025"]
    assert [one["name"] for one in told["removed"]] == [object_of(SECOND)]
    assert told["removed"][0]["reasons"] == ["daily 2026-01-01: older than the newest 1", "yearly 2026: a newer one is kept"]
    for name in (object_of(FIRST), object_of(THIRD)):
        checked = store("data", "verify", f"store/{name}", "--password-file", "pw", "--json", password=False)
        assert checked.code == 0 and checked.json["ok"] is True


@pytest.mark.parametrize("damaged, code", [(["settings"], 5), ([f"message_media_{'0' * 36}"], 5)])
def test_put_uploads_no_damaged_archive(store, damaged, code):
    store.write(FIRST, made(b"x" * 1000, damaged))
    assert put(store, FIRST).code == code
    assert copies(store) == []


def test_put_uploads_nothing_that_is_cut_or_has_another_password(store):
    store.write(SECOND, store.path(FIRST).read_bytes()[:-100])
    assert put(store, SECOND).code == 3
    store.write("pw", "another\n")
    assert put(store, FIRST).code == 5
    assert copies(store) == []


def test_put_replaces_another_archive_only_by_force(store):
    store.path("store/data-backups").mkdir(exist_ok=True)
    store.write(f"store/{object_of(FIRST)}", "another")
    refused = put(store, FIRST)
    assert refused.code == 12 and "--force" in refused.err
    assert put(store, FIRST, "--force").code == 0
    assert store.path(f"store/{object_of(FIRST)}").read_bytes() == store.path(FIRST).read_bytes()


@pytest.mark.parametrize("keep", ["daily", "daily:0", "hourly:1", "daily:1,daily:1"])
def test_put_refuses_what_is_no_policy(store, keep):
    assert put(store, FIRST, f"--keep={keep}").code == 2


def test_put_that_is_killed_is_done_again(store):
    file = store.write(THIRD, made(bytes(range(256)) * 40_000))
    command = [TOOL, "data", "put", THIRD, "--store", "store", "--password-file", "pw"]
    assert put(store, FIRST).code == 0
    start = time.monotonic()
    assert subprocess.run(command, cwd=store.folder, capture_output=True, timeout=60).returncode == 0
    took = time.monotonic() - start
    rounds = 4 if SCALE < 10 else 200
    for part in range(rounds):
        store.path(f"store/{object_of(THIRD)}").unlink(missing_ok=True)
        process = subprocess.Popen(command, cwd=store.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=took * (part + 1) / rounds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        # What is there is whole, whenever it was.
        if store.path(f"store/{object_of(THIRD)}").exists():
            assert store.path(f"store/{object_of(THIRD)}").read_bytes() == file.read_bytes()
        assert put(store, THIRD).code == 0
        assert copies(store) == [object_of(FIRST), object_of(THIRD)]


@pytest.mark.parametrize("arguments", [
    ("put", FIRST), ("put", "--store", "store"), ("put", "-", "--store", "store", "--password-file", "pw"),
    ("put", FIRST, "--store", "store", "--password-file", "pw", "--jobs", "0"),
    ("put", FIRST, "--store", "store", "--password-file", "pw", "--tz", "Mars"),
    ("put", FIRST, "--store", "store", "--password-file", "pw", "--id", "OTHER001"), ("put", FIRST, "--store", "store"),
    ("status", "--every", "daily"), ("status", "--store", "store"), ("status", "--store", "store", "--every", "hourly"),
    ("status", "--store", "store", "--every", "daily", "--id", "ME")])
def test_wrong_usage_is_2(store, arguments):
    result = store("data", *arguments, "--json", password=False)
    assert result.code == 2 and result.json["error"]["name"] == "invalid_argument"
    assert result.err.startswith("tresor: ") and copies(store) == []


@pytest.mark.parametrize("command", ["create", "filter", "merge", "schedule", "put", "status"])
def test_help_has_usage_and_an_example(tool, command):
    for flag in ("-h", "--help"):
        text = tool.good("data", command, flag, password=False).text
        assert f"Usage: tresor data {command} " in text and f"Example: tresor data {command} " in text


def test_a_store_that_is_not_there_is_7_and_says_what_makes_one(tool):
    tool.write("pw", PASSWORD + "\n")
    tool.write(FIRST, made())
    for result in (tool("data", "put", FIRST, "--store", "nowhere", "--password-file", "pw", password=False),
                   tool("data", "status", "--store", "nowhere", "--every", "daily", password=False)):
        assert result.code == 7 and "tresor store init nowhere" in result.err
    assert not tool.path("nowhere").exists()


def test_put_of_a_file_that_is_missing_is_10_before_the_password_is_asked_for(store):
    assert store("data", "put", "none.zip", "--store", "store", password=False).code == 10


def test_put_of_an_archive_that_tells_no_owner_wants_to_be_told(store):
    archive = Archive(PASSWORD, one_salt())
    for name, content in miniature().items():
        if name != "identity":
            archive.add(name, content)
    store.write(FIRST, archive.bytes())
    refused = put(store, FIRST)
    assert refused.code == 3 and "--id" in refused.err and copies(store) == []
    assert put(store, FIRST, "--id", "OTHER001").json["name"] == object_of(FIRST).replace("MYSELF01", "OTHER001")


def test_put_of_a_damaged_archive_says_who_knows_more(store):
    store.write(FIRST, made(damaged=["contacts.csv"]))
    assert "tresor data verify" in put(store, FIRST).err


def test_put_for_people_names_the_object_and_each_reason(store):
    assert put(store, FIRST).code == 0
    told = store.good("data", "put", SECOND, "--store", "store", "--keep", "daily:1", "--password-file", "pw", password=False)
    lines = told.text.splitlines()
    assert object_of(SECOND) in lines[0] and hashlib.sha256(store.path(SECOND).read_bytes()).hexdigest() in lines[0]
    assert lines[1].split() == ["keep", object_of(SECOND), "(newest,", "daily", "2026-01-01)"]
    assert lines[2].startswith(f"removed  {object_of(FIRST)}  (daily 2025-01-01: older than the newest 1")
    text = store.good("data", "status", "--store", "store", "--every", "daily", password=False).text
    assert "1 generation, " in text and "overdue" in text


def test_days_are_those_of_the_zone(store):
    assert put(store, SECOND).code == 0  # 00:13:20 in UTC
    told = put(store, SECOND, "--keep", "daily:1", "--tz=-01:00").json
    assert told["kept"][0]["reasons"] == ["newest", "daily 2025-12-31"]
    assert status(store, "--every", "monthly", "--tz=-01:00")["next_due"] == "2026-02-01T00:13:20Z"


def test_put_on_a_full_disk_is_10_and_leaves_nothing(store):
    full = store("data", "put", FIRST, "--store", "store", "--password-file", "pw", "--json", limit_file=5000, password=False)
    assert full.code == 10 and full.json["error"]["name"] == "io" and everything(store) == []
    assert put(store, FIRST).code == 0


def everything(tool):
    """All files below data-backups, those that are hidden, too."""
    return sorted(path.name for path in tool.path("store/data-backups").rglob("*") if path.is_file())


def test_ctrl_c_of_a_put_is_13_and_leaves_all_or_nothing(store, monkeypatch):
    store.write(THIRD, made(bytes(range(256)) * 40_000))
    store.path("temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(store.path("temporary")))
    command = [TOOL, "data", "put", THIRD, "--store", "store", "--password-file", "pw", "--deep", "--json"]
    seen = set()
    for step in range(8):
        process = subprocess.Popen(command, cwd=store.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        time.sleep(0.02 + 0.02 * step)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        seen.add(process.returncode)
        assert process.returncode in (0, 13, -signal.SIGINT)
        if process.returncode == 13:
            assert b'"cancelled"' in out
        assert everything(store) in ([], [object_of(THIRD).split("/")[1]])
        assert list(store.path("temporary").iterdir()) == []
        store.path(f"store/{object_of(THIRD)}").unlink(missing_ok=True)
    assert 13 in seen


def test_put_deep_without_a_folder_for_temporary_files_uploads_nothing(store, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(store.path("nowhere")))
    refused = put(store, FIRST, "--deep")
    assert refused.code == 10 and "TMPDIR" in refused.err and copies(store) == []


def test_names_and_paths_may_be_odd(store):
    folder = store.path("ö m€ 家")
    folder.mkdir()
    name = "Kopie von threema-backup_1735690400000_1 (2).zip"
    (folder / name).write_bytes(store.path(FIRST).read_bytes())
    store.good("store", "init", "ö m€ 家/store x", password=False)
    words = ("--store", "ö m€ 家/store x", "--password-file", "pw", "--json")
    told = store.good("data", "put", f"./ö m€ 家/../ö m€ 家/{name}", *words, password=False).json
    assert told["name"] == object_of(FIRST) and (folder / "store x" / object_of(FIRST)).is_file()


# ---- status ----

def test_status_tells_of_the_last_good_copy(store):
    nothing = status(store, "--every", "monthly")
    assert (nothing["last_good"], nothing["overdue"], nothing["owners"]) == (None, True, [])
    for file in (SECOND, FIRST):
        assert put(store, file).code == 0
    size = store.path(FIRST).stat().st_size
    told = status(store, "--every", "monthly", "--at", "2026-02-01T00:13:19Z")
    assert told["owners"] == [{name: told[name] for name in told if name not in ("store", "owners")}]
    assert told["identity"] == "MYSELF01" and told["last_good"] == "2026-01-01T00:13:20Z"
    assert (told["name"], told["bytes"], told["generations"], told["total_bytes"]) == (object_of(SECOND), size, 2, 2 * size)
    assert (told["next_due"], told["overdue"]) == ("2026-02-01T00:13:20Z", False)
    assert status(store, "--every", "monthly", "--at", "2026-02-01T00:13:20Z")["overdue"] is True


def test_status_speaks_for_the_one_who_waits_longest(store):
    assert put(store, FIRST).code == 0
    store.write("store/data-backups/OTHER001-20260101T000000Z.zip", "x")
    told = status(store, "--every", "yearly", "--at", "2026-06-01T00:00:00Z")
    assert [one["identity"] for one in told["owners"]] == ["MYSELF01", "OTHER001"]
    assert (told["identity"], told["overdue"]) == ("MYSELF01", True)
    only = status(store, "--every", "yearly", "--at", "2026-06-01T00:00:00Z", "--id", "OTHER001")
    assert (only["identity"], only["overdue"], len(only["owners"])) == ("OTHER001", False, 1)
    nobody = status(store, "--every", "yearly", "--id", "NOBODY01")
    assert (nobody["identity"], nobody["last_good"], nobody["overdue"]) == ("NOBODY01", None, True)


def test_a_safe_server_cannot_list(store):
    result = store("data", "status", "--store", "threema:", "--every", "daily", password=False)
    assert result.code == 4
