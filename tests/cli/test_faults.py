"""Full disks, folders that are only read or away, clocks set back, many processes at once."""
import fcntl
import json
import os
import subprocess
import time

import pytest
from conftest import ACCOUNT, BACKUP_ID, ID, NEW_PASSWORD, SCALE, TOOL, backups, change_account, master_key, set_state, state_of

AT = "2026-11-24T07:00:00Z"


def tick(tool, *more, at=AT, state="state.json", **limits):
    return tool("safe", "backup", "--state", state, "--at", at, "--json", *more, password=False, **limits)


def passwd(tool, **limits):
    path = tool.write("new-password", NEW_PASSWORD + "\n")
    return tool("safe", "passwd", "--state", "state.json", "--at", AT, "--new-password-file", path, password=False, **limits)


def kept(tool, store="safe"):
    return tool.path("state.json").read_bytes(), tool.path(store).joinpath("backups", BACKUP_ID).read_bytes()


def no_temporaries(tool):
    return not list(tool.folder.rglob(".tresor-*"))


# ---- a limit on the size of files ----

def test_a_backup_that_does_not_fit_keeps_the_old_one_and_is_noted(safe):
    _, old = kept(safe)
    change_account(safe, "new")
    result = tick(safe, limit_file=10_000)
    assert (result.code, result.json["error"]["name"]) == (10, "io")
    state, still = kept(safe)
    assert still == old
    assert no_temporaries(safe)
    assert (json.loads(state)["failures"], json.loads(state)["last_error"]) == (1, 10)
    assert tick(safe).json["outcome"] == "uploaded"


def test_where_nothing_at_all_can_be_written_everything_stays(safe):
    before = kept(safe)
    change_account(safe, "new")
    for _ in range(2):
        assert tick(safe, limit_file=0).code == 10
        assert passwd(safe, limit_file=0).code == 10
        assert kept(safe) == before
        assert backups(safe) == [BACKUP_ID]
        assert no_temporaries(safe)
    assert tick(safe).json["reason"] == "changed"


def test_a_state_that_cannot_be_written_is_10_after_a_backup(safe):
    set_state(safe, x="y" * 200_000)
    before, _ = kept(safe)
    change_account(safe, "new")
    assert tick(safe, limit_file=150_000).code == 10
    assert kept(safe)[0] == before
    assert no_temporaries(safe)
    assert safe("safe", "verify", "--state", "state.json", password=False).code == 12
    assert tick(safe).json["outcome"] == "uploaded"
    assert safe("safe", "verify", "--state", "state.json", password=False).code == 0


@pytest.mark.parametrize("limit", [0, 1000, 10_000, 150_000])
def test_a_passwd_that_fails_keeps_the_old_password(safe, limit):
    set_state(safe, x="y" * 200_000)
    before = kept(safe)
    assert passwd(safe, limit_file=limit).code == 10
    assert kept(safe) == before
    assert backups(safe) == [BACKUP_ID]
    assert no_temporaries(safe)
    assert passwd(safe).code == 0
    assert backups(safe) == [master_key(NEW_PASSWORD)[0]]


def test_a_put_that_does_not_fit_keeps_the_old_object(tool):
    tool.good("store", "init", "safe", password=False)
    tool.write("a", "old")
    tool.good("store", "put", "safe", "a", password=False)
    tool.write("a", os.urandom(300_000))
    for limit in (0, 1, 100_000, 299_999):
        assert tool("store", "put", "safe", "a", "--force", password=False, limit_file=limit).code == 10
        assert tool("store", "put", "safe", "a", "data-backups/b", password=False, limit_file=limit).code == 10
        assert tool.path("safe/data-backups/a").read_text() == "old"
        assert not tool.path("safe/data-backups/b").exists()
        assert no_temporaries(tool)
    tool.good("store", "put", "safe", "a", "--force", password=False, limit_file=300_000)


# ---- a disk of its own ----

class Disk:
    def __init__(self, path):
        self.path = path

    def fill(self):
        with open(self.path / "filler", "wb", buffering=0) as filler:
            for size in (65536, 4096, 1):
                try:
                    while filler.write(bytes(size)) == size:
                        pass
                except OSError:
                    pass

    def free(self):
        (self.path / "filler").unlink()

    def remount(self, options):
        subprocess.run(["mount", "-o", "remount," + options, self.path], check=True)


@pytest.fixture
def disk(tool):
    path = tool.path("disk")
    path.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", path], capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    yield Disk(path)
    subprocess.run(["umount", "-l", path], check=True)


def enable(tool, store, state="state.json"):
    tool.write("account.json", ACCOUNT.read_bytes())
    tool.good("store", "init", store, password=False)
    tool.good("safe", "enable", "--id", ID, "--store", store, "--data", "account.json", "--state", state, "--at",
              "2026-11-23T06:05:00Z")


def test_a_store_on_a_full_disk_keeps_the_old_backup(tool, disk):
    enable(tool, "disk/safe")
    _, old = kept(tool, "disk/safe")
    disk.fill()
    change_account(tool, "new")
    assert tick(tool).code == 10
    assert passwd(tool).code == 10
    state, still = kept(tool, "disk/safe")
    assert still == old and no_temporaries(tool)
    assert json.loads(state)["failures"] == 1
    tool.good("safe", "verify", "--state", "state.json", password=False)
    disk.free()
    assert tick(tool).json["outcome"] == "uploaded"
    assert passwd(tool).code == 0
    assert backups(tool, "disk/safe") == [master_key(NEW_PASSWORD)[0]]


def test_a_state_on_a_full_disk_stays_as_it_is(tool, disk):
    enable(tool, "safe", "disk/state.json")
    before = tool.path("disk/state.json").read_bytes()
    disk.fill()
    change_account(tool, "new")
    assert tick(tool, state="disk/state.json").code == 10
    assert tool.path("disk/state.json").read_bytes() == before
    assert backups(tool) == [BACKUP_ID] and no_temporaries(tool)
    disk.free()
    assert tick(tool, state="disk/state.json").json["outcome"] == "uploaded"
    tool.good("safe", "verify", "--state", "disk/state.json", password=False)


def test_a_store_that_is_only_read_is_10_and_can_be_read(tool, disk):
    enable(tool, "disk/safe")
    disk.remount("ro")
    assert tick(tool, at="2026-11-23T07:00:00Z").json["outcome"] == "unchanged"
    change_account(tool, "new")
    assert tick(tool).code == 10
    assert (state_of(tool)["failures"], state_of(tool)["last_error"]) == (1, 10)
    assert passwd(tool).code == 10
    tool.good("safe", "verify", "--state", "state.json", password=False)
    tool.good("safe", "restore", "--id", ID, "--store", "disk/safe", "--out", "restored.json")
    disk.remount("rw")
    assert tick(tool).json["outcome"] == "uploaded"


def test_a_disk_that_was_unmounted_is_no_empty_store(tool, disk):
    enable(tool, "disk")
    subprocess.run(["umount", disk.path], check=True)
    change_account(tool, "new")
    assert tick(tool).code == 7
    assert passwd(tool).code == 7
    assert list(disk.path.iterdir()) == []
    assert state_of(tool)["failures"] == 1
    subprocess.run(["mount", "-t", "tmpfs", "none", disk.path], check=True)


def test_a_folder_that_is_away_is_a_failure_that_is_noted(safe):
    safe.path("safe").rename(safe.path("away"))
    change_account(safe, "new")
    for failures in (1, 2, 3):
        assert tick(safe).code in (7, 9)
        state = state_of(safe)
        assert (state["failures"], state["failing_since"], state["last_outcome"]) == (failures, AT, "failed")
    assert not safe.path("safe").exists()
    safe.path("away").rename(safe.path("safe"))
    assert tick(safe).json["outcome"] == "uploaded"
    assert (state_of(safe)["failures"], state_of(safe)["failing_since"]) == (0, None)


# ---- clocks ----

def test_a_clock_set_back_uploads_again(safe):
    assert tick(safe, at="2026-11-23T05:05:00Z").json["reason"] == "unchanged"
    early = "2026-10-24T06:05:00Z"
    warned = safe.good("safe", "status", "--state", "state.json", "--at", early, "--json", password=False).json["warnings"]
    assert ["clock" in warning["reason"] for warning in warned] == [True]
    result = tick(safe, at="2026-11-23T05:04:59Z")
    assert (result.json["outcome"], result.json["reason"]) == ("uploaded", "never_uploaded")
    result = tick(safe, at=early)
    assert (result.json["outcome"], result.json["reason"], result.json["next_due"]) == (
        "uploaded", "never_uploaded", "2026-10-25T06:05:00Z")
    assert tick(safe, at="2026-10-25T06:05:00Z").json["reason"] == "unchanged"


# ---- many at once ----

def start(tool, *arguments):
    return subprocess.Popen([TOOL, *map(str, arguments), "--json"], cwd=tool.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ends(processes):
    return [(json.loads(process.communicate(timeout=30)[0]), process.returncode) for process in processes]


def test_four_backups_of_one_state_at_once_all_succeed(safe):
    for step in range(5 * SCALE):
        change_account(safe, str(step))
        found = ends([start(safe, "safe", "backup", "--now", "--state", "state.json") for _ in range(4)])
        assert [(report["outcome"], code) for report, code in found] == [("uploaded", 0)] * 4
        assert backups(safe) == [BACKUP_ID]
        assert state_of(safe)["last_outcome"] == "uploaded"
        safe.good("safe", "verify", "--state", "state.json", password=False)
    assert no_temporaries(safe)


def test_four_accounts_in_one_folder_at_once(tool):
    tool.write("account.json", ACCOUNT.read_bytes())
    tool.good("store", "init", "safe", password=False)
    ids = ["AAAAAAAA", "BBBBBBBB", "CCCCCCCC", "DDDDDDDD"]
    found = ends([start(tool, "safe", "enable", "--id", identity, "--store", "safe", "--data", "account.json", "--state",
                        identity, "--password-file", tool.password_file) for identity in ids])
    assert [code for _, code in found] == [0] * 4
    for _ in range(5 * SCALE):
        found = ends([start(tool, "safe", "backup", "--now", "--state", identity) for identity in ids])
        assert [code for _, code in found] == [0] * 4
        assert len(backups(tool)) == 4
    for identity in ids:
        tool.good("safe", "verify", "--state", identity, password=False)


def test_two_first_enables_at_once_leave_one_state(tool):
    tool.write("account.json", ACCOUNT.read_bytes())
    tool.good("store", "init", "safe", password=False)
    found = ends([start(tool, "safe", "enable", "--id", ID, "--store", "safe", "--data", "account.json", "--state", "state.json",
                        "--password-file", tool.password_file) for _ in range(3)])
    assert sorted(code for _, code in found) == [0, 12, 12]
    tool.good("safe", "verify", "--state", "state.json", password=False)


def test_a_lock_that_is_held_is_12_after_ten_seconds_and_status_takes_none(safe):
    before = kept(safe)
    with open(safe.path("state.json.lock"), "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        began = time.monotonic()
        process = start(safe, "safe", "backup", "--now", "--state", "state.json")
        safe.good("safe", "status", "--state", "state.json", password=False)
        assert time.monotonic() - began < 5
        [(report, code)] = ends([process])
        assert (code, report["error"]["name"]) == (12, "conflict")
        assert 9 < time.monotonic() - began < 15
    assert kept(safe) == before
    assert tick(safe, "--now").code == 0


# ---- states that must not be touched ----

COMMANDS = [["backup", "--now"], ["status"], ["verify"], ["passwd", "--new-password-file", "password"], ["disable"], ["watch"],
            ["enable", "--replace", "--id", ID, "--store", "safe", "--data", "account.json", "--password-file", "password"]]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_state_that_is_newer_damaged_or_open_to_others_is_refused(safe, command):
    good = safe.path("state.json").read_bytes()
    newer = json.dumps(json.loads(good) | {"version": 2}).encode()
    for content, mode, code in ((newer, 0o600, 4), (good, 0o644, 8), (good, 0o660, 8), (good[:-30], 0o600, 3), (b"", 0o600, 3),
                                (b"[]", 0o600, 3)):
        safe.write("state.json", content)
        safe.path("state.json").chmod(mode)
        before = kept(safe)
        result = safe("safe", *command, "--state", "state.json", password=False)
        assert result.code == code, (content[:40], result.err)
        assert code != 8 or "chmod 600" in result.err
        assert kept(safe) == before
        assert backups(safe) == [BACKUP_ID]
