"""store check, list, put, get, remove, sweep on a folder and in memory."""
import hashlib
import json
import os
import pathlib
import signal
import stat
import subprocess
import sys
import time

import pytest
from conftest import BACKUP_ID, SCALE, TOOL, rfc3339
from test_rules import PEAK

DAY = 86400
NOW = 1_795_000_000  # 2026-11-18
SMALL = b"a chat archive"


@pytest.fixture
def store(tool):
    tool.good("store", "init", "store", password=False)
    tool.write("archive.zip", SMALL)
    return tool


def run(tool, *arguments, **more):
    return tool("store", *arguments, password=False, **more)


def as_json(tool, *arguments, **more):
    result = run(tool, *arguments, "--json", **more)
    assert result.code == 0, result.err
    return result.json


def files(tool, name="store"):
    root = tool.path(name)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def put_backup(tool, backup_id, age_days, content=b"x" * 100, store="store"):
    path = tool.path(store).joinpath("backups", backup_id)
    path.write_bytes(content)
    os.utime(path, (NOW - age_days * DAY,) * 2)
    return path


def id_of(number):
    return hashlib.sha256(str(number).encode()).hexdigest()


def sweep(tool, *more, at=NOW):
    return run(tool, "sweep", "store", "--at", rfc3339(at), "--json", *more)


# ---- check ----

@pytest.mark.parametrize("location", ["store", "dir:store", "memory:"])
def test_check_answers_every_question_with_yes(store, location):
    before = files(store)
    report = as_json(store, "check", location)
    assert set(report) == {"ok", "checks", "can"}
    assert report["ok"] is True
    assert len(report["checks"]) == 18
    assert len({check["name"] for check in report["checks"]}) == 18
    for check in report["checks"]:
        assert set(check) == {"name", "ok", "detail"}
        assert check["ok"] is True
    assert set(report["can"]) == {"list", "put_if_absent", "conditional_put", "conditional_remove", "any_name"}
    assert all(type(ability) is bool for ability in report["can"].values())
    assert report["can"]["list"] is True
    assert files(store) == before


def test_check_has_one_line_a_question(store):
    lines = run(store, "check", "store").text.splitlines()
    assert len(lines) == 18
    assert all(line.startswith("yes  ") for line in lines)


def test_check_leaves_no_folder_behind(store):
    before = sorted(path.name for path in store.path("store").rglob("*"))
    as_json(store, "check", "store")
    assert sorted(path.name for path in store.path("store").rglob("*")) == before


def as_nobody(tool, *arguments):
    """Runs the tool as a user who is not root, for root may write everywhere."""
    command = [TOOL, *map(str, arguments)]
    if os.geteuid() == 0:
        prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        for folder in [tool.folder, *tool.folder.parents][:-1]:
            mode = stat.S_IMODE(folder.stat().st_mode)
            if folder != pathlib.Path("/tmp"):
                folder.chmod(mode | 0o111)
        try:
            if subprocess.run([*prefix, "true"]).returncode != 0:
                pytest.skip("no other user can be had")
        except OSError:
            pytest.skip("setpriv is not there")
        command = [*prefix, *command]
    return subprocess.run(command, cwd=tool.folder, capture_output=True, text=True, timeout=60)


def test_check_of_a_folder_that_is_only_read_says_no_and_4(store):
    store.path("store").chmod(0o555)
    store.path("store/backups").chmod(0o555)
    result = as_nobody(store, "store", "check", "store", "--json")
    store.path("store").chmod(0o755)
    assert result.returncode == 4, result.stderr
    report = json.loads(result.stdout)
    assert report["ok"] is False
    assert any(not check["ok"] and check["detail"] for check in report["checks"])
    assert report["error"]["code"] == 4
    assert files(store) == ["config"]


def test_check_where_there_is_no_folder(store):
    assert run(store, "check", "nothing").code == 7
    assert run(store, "check", "archive.zip").code == 2
    assert run(store, "check", "s3x://b").code == 4


# ---- put, get, remove ----

def test_put_says_name_size_and_hash(store):
    assert as_json(store, "put", "store", "archive.zip") == {
        "name": "data-backups/archive.zip", "bytes": len(SMALL), "sha256": hashlib.sha256(SMALL).hexdigest()}
    assert store.path("store/data-backups/archive.zip").read_bytes() == SMALL


def test_put_get_remove_give_the_same_facts(store):
    facts = as_json(store, "put", "store", "archive.zip", "id-exports/a")
    assert as_json(store, "get", "store", "id-exports/a", "back") == facts
    assert store.path("back").read_bytes() == SMALL
    assert stat.S_IMODE(store.path("back").stat().st_mode) == 0o600
    removed = as_json(store, "remove", "store", "id-exports/a")
    assert set(removed) == {"name", "bytes", "sha256"}
    assert (removed["name"], removed["bytes"]) == ("id-exports/a", len(SMALL))
    assert files(store) == ["config"]
    assert run(store, "remove", "store", "id-exports/a").code == 7


@pytest.mark.parametrize("file_name, name", [("a b.zip", "a_b.zip"), ("ä.zip", "__.zip"), ("*ECHO-1.zip", "_ECHO-1.zip"),
                                             ("x+y=z.zip", "x_y_z.zip"), (".hidden", "_hidden"), ("end.", "end_"),
                                             ("a\nb", "a_b"), ("x" * 250, "x" * 242)])
def test_the_name_is_that_of_the_file_with_other_characters_replaced(store, file_name, name):
    store.write(file_name, "x")
    assert as_json(store, "put", "store", store.path(file_name))["name"] == "data-backups/" + name
    assert files(store) == ["config", "data-backups/" + name]


def test_an_object_of_that_name_is_12_without_force(store):
    as_json(store, "put", "store", "archive.zip")
    store.write("archive.zip", "other")
    again = run(store, "put", "store", "archive.zip", "--json")
    assert again.code == 12
    assert again.json["error"]["name"] == "conflict"
    assert "--force" in again.err
    assert store.path("store/data-backups/archive.zip").read_bytes() == SMALL
    assert as_json(store, "put", "store", "archive.zip", "--force")["bytes"] == 5
    assert store.path("store/data-backups/archive.zip").read_bytes() == b"other"


def test_what_is_not_there_is_7_and_leaves_no_file(store):
    result = run(store, "get", "store", "data-backups/none", "out", "--json")
    assert result.code == 7
    assert result.json["error"]["name"] == "not_found"
    assert run(store, "remove", "store", "data-backups/none").code == 7
    assert run(store, "get", "memory:", "data-backups/none", "out").code == 7
    assert not store.path("out").exists()
    for arguments in (["put", "nothing", "archive.zip"], ["get", "nothing", "a", "out"], ["remove", "nothing", "a"],
                      ["list", "nothing"], ["sweep", "nothing"]):
        assert run(store, *arguments).code == 7
    assert not store.path("nothing").exists()


def test_a_file_that_is_not_there_or_a_folder_is_10(store):
    assert run(store, "put", "store", "none.zip").code == 10
    assert run(store, "put", "store", "store", "data-backups/x").code == 10
    assert files(store) == ["config"]


@pytest.mark.parametrize("name", ["", "/a", "a/", "a//b", "../a", "a/../b", ".a", "a.", "a b", "ä", "x" * 256, "a\\b", "*"])
def test_names_that_no_store_holds_are_2(store, name):
    assert run(store, "put", "store", "archive.zip", "data-backups/" + name if name in ("", "..") else name).code == 2
    assert run(store, "get", "store", name, "out").code == 2
    assert run(store, "remove", "store", name).code == 2
    assert not store.path("out").exists()
    assert files(store) == ["config"]


def test_dash_is_standard_input_and_output(store):
    facts = as_json(store, "put", "store", "-", "data-backups/piped", stdin=SMALL)
    assert facts == {"name": "data-backups/piped", "bytes": len(SMALL), "sha256": hashlib.sha256(SMALL).hexdigest()}
    assert run(store, "get", "store", "data-backups/piped", "-").out == SMALL
    both = run(store, "get", "store", "data-backups/piped", "-", "--json")
    assert both.code == 2
    assert both.json["error"]["code"] == 2
    assert run(store, "put", "store", "-", stdin=SMALL).code == 2
    missing = run(store, "get", "store", "data-backups/none", "-")
    assert (missing.code, missing.out) == (7, b"")


def test_get_never_overwrites_without_force(store):
    as_json(store, "put", "store", "archive.zip", "a")
    store.write("out", "precious")
    store.path("out").chmod(0o644)
    assert run(store, "get", "store", "a", "out").code == 12
    assert store.path("out").read_text() == "precious"
    assert run(store, "get", "store", "missing", "out", "--force").code == 7
    assert store.path("out").read_text() == "precious"
    assert run(store, "get", "store", "a", "out", "--force").code == 0
    assert store.path("out").read_bytes() == SMALL
    assert stat.S_IMODE(store.path("out").stat().st_mode) == 0o600


def test_a_get_that_fails_leaves_nothing(store):
    store.write("large", os.urandom(200_000))
    as_json(store, "put", "store", "large", "a")
    before = store.names()
    assert run(store, "get", "store", "a", "out", limit_file=100_000).code == 10
    assert store.names() == before
    store.write("out", "precious")
    assert run(store, "get", "store", "a", "out", "--force", limit_file=100_000).code == 10
    assert store.path("out").read_text() == "precious"


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 1_000_003])
def test_every_size_comes_back(store, size):
    content = os.urandom(size)
    store.write("in", content)
    facts = as_json(store, "put", "store", "in")
    assert facts == {"name": "data-backups/in", "bytes": size, "sha256": hashlib.sha256(content).hexdigest()}
    assert as_json(store, "get", "store", "data-backups/in", "out") == facts
    assert store.path("out").read_bytes() == content


def test_memory_of_put_and_get_does_not_grow_with_the_file(store):
    def peak_mib(*arguments):
        code, peak = subprocess.check_output([sys.executable, "-S", "-c", PEAK, TOOL, "store", *arguments, "--quiet"],
                                             cwd=store.folder).split()
        assert int(code) == 0
        return int(peak) / 1024

    block = os.urandom(1 << 20)
    with open(store.path("large"), "wb") as file:
        for _ in range(50 * SCALE):
            file.write(block)
    assert peak_mib("put", "store", "large") < 64
    assert peak_mib("get", "store", "data-backups/large", "back") < 64
    assert store.path("back").stat().st_size == store.path("large").stat().st_size
    assert subprocess.run(["cmp", store.path("back"), store.path("large")]).returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("before", [None, b"the old object"])
def test_ctrl_c_in_the_middle_of_a_put_leaves_no_trace(store, number, before):
    if before is not None:
        store.path("store/data-backups").mkdir()
        store.path("store/data-backups/slow").write_bytes(before)
    found = files(store)
    process = subprocess.Popen([TOOL, "store", "put", "store", "-", "data-backups/slow", "--force", "--json"], cwd=store.folder,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for _ in range(5):
        process.stdin.write(bytes(50_000))
        process.stdin.flush()
        time.sleep(0.05)
    assert len(files(store)) == len(found) + 1
    process.send_signal(number)
    assert process.wait(timeout=10) == 13
    assert json.loads(process.stdout.read())["error"]["name"] == "cancelled"
    process.stdin.close()
    assert files(store) == found
    if before is not None:
        assert store.path("store/data-backups/slow").read_bytes() == before


def test_memory_takes_everything_and_forgets_it(store):
    assert as_json(store, "put", "memory:", "archive.zip")["sha256"] == hashlib.sha256(SMALL).hexdigest()
    assert as_json(store, "list", "memory:") == {"objects": []}
    assert run(store, "remove", "memory:", "data-backups/archive.zip").code == 7
    assert run(store, "sweep", "memory:").code == 7
    assert as_json(store, "sweep", "memory:", "--retention-days", "1") == {
        "examined": 0, "expired": 0, "removed": 0, "bytes_freed": 0, "kept_changed": 0}


# ---- list ----

def test_list_is_sorted_and_tells_the_days_left_of_what_a_sweep_removes(store):
    put_backup(store, id_of(1), 0)
    put_backup(store, id_of(2), 179.5, b"12345")
    put_backup(store, id_of(3), 180)
    put_backup(store, id_of(4), 200)
    as_json(store, "put", "store", "archive.zip", "data-backups/b")
    as_json(store, "put", "store", "archive.zip", "data-backups/a")
    store.write("store/backups/short", "no backup")
    objects = as_json(store, "list", "store", "--at", rfc3339(NOW))["objects"]
    assert [entry["name"] for entry in objects] == sorted(files(store))
    by_name = {entry["name"]: entry for entry in objects}
    assert all(set(entry) == {"name", "bytes", "modified", "days_left"} for entry in objects)
    assert [by_name["backups/" + id_of(n)]["days_left"] for n in (1, 2, 3, 4)] == [180, 0, 0, -20]
    assert by_name["backups/" + id_of(2)]["bytes"] == 5
    assert by_name["backups/" + id_of(2)]["modified"] == rfc3339(NOW - 179.5 * DAY)
    for name in ("config", "data-backups/a", "backups/short"):
        assert by_name[name]["days_left"] is None


def test_list_with_a_prefix(store):
    for name in ("data-backups/ab", "data-backups/ac", "data-backupsX", "id-exports/ab"):
        as_json(store, "put", "store", "archive.zip", name)
    def names(prefix):
        return [entry["name"] for entry in as_json(store, "list", "store", prefix)["objects"]]
    assert names("data-backups/") == ["data-backups/ab", "data-backups/ac"]
    assert names("data-backups") == ["data-backups/ab", "data-backups/ac", "data-backupsX"]
    assert names("data-backups/ab") == ["data-backups/ab"]
    assert names("nothing") == []
    assert len(run(store, "list", "store", "data-backups/").text.splitlines()) == 2


def test_list_without_a_config_knows_no_days(store):
    put_backup(store, id_of(1), 1)
    for content in (None, "{"):
        store.path("store/config").unlink() if content is None else store.write("store/config", content)
        entries = as_json(store, "list", "store", "backups/")["objects"]
        assert [entry["days_left"] for entry in entries] == [None]


def test_list_shows_no_temporary_file(store):
    store.write("store/backups/.tresor-0123456789abcdef", "left")
    assert [entry["name"] for entry in as_json(store, "list", "store")["objects"]] == ["config"]


# ---- sweep ----

def test_sweep_removes_what_was_not_written_for_the_retention_time(store):
    young = put_backup(store, id_of(1), 180 - 1 / DAY)
    old = put_backup(store, id_of(2), 180)
    older = put_backup(store, id_of(3), 4000, b"12345")
    assert sweep(store).json == {"examined": 3, "expired": 2, "removed": 2, "bytes_freed": 105, "kept_changed": 0}
    assert young.exists() and not old.exists() and not older.exists()
    assert sweep(store).json == {"examined": 1, "expired": 0, "removed": 0, "bytes_freed": 0, "kept_changed": 0}


def test_a_dry_run_only_counts(store):
    old = put_backup(store, id_of(1), 200)
    assert sweep(store, "--dry-run").json == {"examined": 1, "expired": 1, "removed": 0, "bytes_freed": 0, "kept_changed": 0}
    assert old.exists()
    assert "dry run" in run(store, "sweep", "store", "--at", rfc3339(NOW), "--dry-run").text


def test_the_option_wins_over_the_config(store):
    path = put_backup(store, id_of(1), 100)
    assert sweep(store, "--retention-days", "101").json["removed"] == 0
    assert sweep(store, "--retention-days", "100").json["removed"] == 1
    assert not path.exists()


def test_the_days_of_the_config_are_taken(store):
    store.write("store/config", '{"maxBackupBytes": 524288, "retentionDays": 30}')
    put_backup(store, id_of(1), 29)
    put_backup(store, id_of(2), 31)
    assert sweep(store).json["removed"] == 1


def test_without_option_and_config_it_is_7(store):
    path = put_backup(store, id_of(1), 4000)
    store.path("store/config").unlink()
    assert sweep(store).code == 7
    assert path.exists()
    store.write("store/config", "{")
    assert sweep(store).code == 3
    assert path.exists()
    assert sweep(store, "--retention-days", "180").json["removed"] == 1


@pytest.mark.parametrize("option, value", [("--retention-days", "0"), ("--retention-days", "-1"), ("--retention-days", "36501"),
                                           ("--retention-days", "x"), ("--limit-rate", "0"), ("--limit-rate", "-1"),
                                           ("--limit-rate", "x"), ("--jobs", "0"), ("--jobs", "1025")])
def test_sweep_refuses_numbers_out_of_range(store, option, value):
    path = put_backup(store, id_of(1), 40000)
    assert sweep(store, option, value).code == 2
    assert path.exists()


def test_only_the_names_of_backups_are_swept(store):
    names = ["data-backups/archive.zip", "id-exports/export", "backups/" + BACKUP_ID[:-1], "backups/" + BACKUP_ID + "0",
             "backups/" + BACKUP_ID.upper(), "backups/" + BACKUP_ID[:-1] + "g", "backups/folder/" + BACKUP_ID,
             "data-backups/" + BACKUP_ID, BACKUP_ID, "backups/.aside-" + BACKUP_ID]
    for name in names:
        path = store.path("store").joinpath(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"precious")
        os.utime(path, (1, 1))
    os.utime(store.path("store/config"), (1, 1))
    assert sweep(store).json == {"examined": 0, "expired": 0, "removed": 0, "bytes_freed": 0, "kept_changed": 0}
    assert set(files(store)) == {*names, "config"}


def test_without_at_the_clock_decides_and_force_is_taken(store):
    real = put_backup(store, id_of(1), 0)
    os.utime(real, (time.time() - 179 * DAY,) * 2)
    old = put_backup(store, id_of(2), 0)
    for more in ([], ["--force"]):
        os.utime(old, (time.time() - 181 * DAY,) * 2)
        assert as_json(store, "sweep", "store", *more)["removed"] == 1
        assert real.exists() and not old.exists()
        old.write_bytes(b"x")
    assert old.exists()


def test_a_limited_rate_takes_its_time(store):
    for number in range(8):
        put_backup(store, id_of(number), 200)
    start = time.monotonic()
    assert sweep(store, "--limit-rate", "10").json["removed"] == 8
    assert 0.7 < time.monotonic() - start < 10


def test_ctrl_c_ends_a_sweep_that_waits(store):
    for number in range(8):
        put_backup(store, id_of(number), 200)
    process = subprocess.Popen([TOOL, "store", "sweep", "store", "--at", rfc3339(NOW), "--limit-rate", "0.1"], cwd=store.folder,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=5) == 13
    assert len(files(store)) == 9


def test_a_sweep_of_many_counts_right(store):
    count, expired = 500 * SCALE, 0
    for number in range(count):
        age = number * 360 / count
        expired += age >= 180
        put_backup(store, id_of(number), age, b"x" * (number % 7))
    for jobs in ("1", "3"):
        counted = sweep(store, "--dry-run", "--jobs", jobs).json
        assert (counted["examined"], counted["expired"], counted["removed"]) == (count, expired, 0)
    report = sweep(store).json
    assert (report["examined"], report["expired"], report["removed"]) == (count, expired, expired)
    assert len(files(store)) == 1 + count - expired


def test_sweep_as_one_who_may_not_write_says_so(store):
    path = put_backup(store, id_of(1), 200)
    store.path("store").chmod(0o755)
    store.path("store/backups").chmod(0o555)
    result = as_nobody(store, "store", "sweep", "store", "--retention-days", "180", "--at", rfc3339(NOW), "--json")
    assert result.returncode == 10, result.stderr
    report = json.loads(result.stdout)
    assert (report["expired"], report["removed"]) == (1, 0)
    assert path.exists()
