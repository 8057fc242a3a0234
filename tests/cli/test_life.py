"""safe enable --replace, passwd, disable, verify, watch: what happens to a Safe after it was switched on."""
import fcntl
import json
import re
import signal
import subprocess
import time

import pytest
from conftest import (ACCOUNT, BACKUP_ID, ID, KEY, NEW_PASSWORD, PASSWORD, TOOL, backups, change_account, master_key,
                      open_container, rfc3339, set_state, state_of)

AT = "2026-11-23T07:00:00Z"


def enable(tool, *more, password=PASSWORD, store="safe", state="state.json"):
    path = tool.write("password-of-enable", password + "\n")
    return tool("safe", "enable", "--id", ID, "--store", store, "--data", "account.json", "--state", state, "--at", AT,
                "--password-file", path, *more, password=False)


def replace(tool, **more):
    result = enable(tool, "--replace", **more)
    assert result.code == 0, result.err
    return result


def tick(tool, *more):
    return tool("safe", "backup", "--state", "state.json", "--at", AT, "--json", *more, password=False)


def passwd(tool, *more, new=NEW_PASSWORD):
    path = tool.write("new-password", new + "\n")
    return tool("safe", "passwd", "--state", "state.json", "--at", AT, "--new-password-file", path, *more, password=False)


def disable(tool, *more):
    return tool("safe", "disable", "--state", "state.json", "--json", *more, password=False)


def verify(tool, *more):
    return tool("safe", "verify", "--state", "state.json", "--json", *more, password=False)


def status(tool):
    return tool.good("safe", "status", "--state", "state.json", "--at", AT, "--json", password=False).json


def nickname_in(tool, store="safe", password=PASSWORD):
    backup_id, key = master_key(password)
    return json.loads(open_container(tool.path(store).joinpath("backups", backup_id).read_bytes(), key))["user"]["nickname"]


def restored_code(tool, password, store="safe"):
    path = tool.write("password-of-restore", password + "\n")
    return tool("safe", "restore", "--id", ID, "--store", store, "--out", "restored.json", "--force", "--password-file", path,
                password=False).code


def init(tool, name):
    tool.good("store", "init", name, password=False)


# ---- enable --replace ----

def test_replace_with_the_same_password_and_store_keeps_one_backup(safe):
    change_account(safe, "again")
    assert replace(safe).err == ""
    assert backups(safe) == [BACKUP_ID]
    assert nickname_in(safe) == "again"
    assert state_of(safe)["pending_removal"] == []


def test_replace_with_another_store_removes_the_backup_in_the_old_one(safe):
    init(safe, "other")
    replace(safe, store="other")
    assert (backups(safe), backups(safe, "other")) == ([], [BACKUP_ID])
    assert state_of(safe)["store"] == str(safe.path("other"))
    assert safe.path("safe/config").exists()


def test_replace_with_another_password_removes_the_old_name(safe):
    replace(safe, password=NEW_PASSWORD)
    assert backups(safe) == [master_key(NEW_PASSWORD)[0]]
    assert state_of(safe)["master_key"] == master_key(NEW_PASSWORD)[0] + master_key(NEW_PASSWORD)[1].hex()


def test_replace_on_a_new_state_goes_on_after_a_restore(safe):
    assert restored_code(safe, PASSWORD) == 0
    safe.path("restored.json").replace(safe.path("account.json"))
    change_account(safe, "new phone")
    refused = enable(safe, state="new.json")
    assert refused.code == 12
    assert "restore" in refused.err and "--replace" in refused.err
    assert not safe.path("new.json").exists()
    replace(safe, state="new.json")
    assert backups(safe) == [BACKUP_ID]
    assert nickname_in(safe) == "new phone"
    assert state_of(safe, "new.json")["pending_removal"] == []


def test_an_enabled_state_is_12_with_a_hint(safe):
    init(safe, "other")
    before = safe.path("state.json").read_bytes()
    refused = enable(safe, store="other")
    assert refused.code == 12
    assert "--replace" in refused.err
    assert safe.path("state.json").read_bytes() == before
    assert backups(safe, "other") == []


def test_replace_where_the_old_store_is_gone_removes_it_when_it_is_back(safe):
    init(safe, "other")
    safe.path("safe").rename(safe.path("away"))
    result = replace(safe, store="other")
    assert "could not be removed" in result.err
    pending = state_of(safe)["pending_removal"]
    assert [(entry["store"], entry["backup_id"]) for entry in pending] == [(str(safe.path("safe")), BACKUP_ID)]
    assert status(safe)["pending_removal"] == [str(safe.path("safe"))]
    assert tick(safe).code == 0
    assert state_of(safe)["pending_removal"] == pending
    safe.path("away").rename(safe.path("safe"))
    result = tick(safe)
    assert (result.code, result.json["outcome"]) == (0, "unchanged")
    assert state_of(safe)["pending_removal"] == []
    assert status(safe)["pending_removal"] == []
    assert (backups(safe), backups(safe, "other")) == ([], [BACKUP_ID])


def test_a_place_that_becomes_the_current_one_again_is_no_old_one(safe):
    init(safe, "other")
    safe.path("safe").rename(safe.path("away"))
    replace(safe, store="other")
    safe.path("away").rename(safe.path("safe"))
    replace(safe, store="safe")
    assert (backups(safe), backups(safe, "other")) == ([BACKUP_ID], [])
    assert tick(safe).code == 0
    assert backups(safe) == [BACKUP_ID]


@pytest.mark.parametrize("spelling", ["safe/", "./safe", "dir:safe", "dir:safe/", "other/../safe", "link", "dir:link", "safe//.",
                                      "loop/safe", "{}/safe", "dir:{}/link"])
def test_another_spelling_of_the_same_folder_never_removes_the_one_backup(safe, spelling):
    safe.path("other").mkdir()
    safe.path("link").symlink_to("safe")
    safe.path("loop").symlink_to(".")
    change_account(safe, "spelled")
    replace(safe, store=spelling.format(safe.folder))
    for _ in range(2):
        assert backups(safe) == [BACKUP_ID]
        assert nickname_in(safe) == "spelled"
        assert state_of(safe)["pending_removal"] == []
        assert tick(safe, "--now").code == 0
    replace(safe, store="safe")
    assert backups(safe) == [BACKUP_ID]
    assert verify(safe).code == 0


def test_replace_by_link_with_another_password_removes_only_the_old_name(safe):
    safe.path("link").symlink_to("safe")
    replace(safe, store="link", password=NEW_PASSWORD)
    assert backups(safe) == [master_key(NEW_PASSWORD)[0]]


def test_replace_that_fails_changes_nothing(safe):
    safe.path("none").mkdir()
    safe.good("store", "init", "small", "--max-backup-bytes", "2000", password=False)
    object_path = safe.path("safe/backups").joinpath(BACKUP_ID)
    before = safe.path("state.json").read_bytes(), object_path.read_bytes()
    for store, code in (("none", 7), ("gone", 7), ("small", 6), ("ftp://bucket", 4), ("password", 2)):
        assert enable(safe, "--replace", store=store).code == code
        assert (safe.path("state.json").read_bytes(), object_path.read_bytes()) == before
    safe.write("account.json", "{")
    assert enable(safe, "--replace").code == 3
    assert (safe.path("state.json").read_bytes(), object_path.read_bytes()) == before
    assert backups(safe, "small") == []


# ---- passwd ----

def test_passwd_uploads_the_data_file_under_the_new_name(safe):
    change_account(safe, "with a new password")
    result = passwd(safe, "--json")
    assert result.code == 0
    new_id, _ = master_key(NEW_PASSWORD)
    assert result.json["backup_id"] == new_id
    assert result.json["old_removed"] is True
    assert (result.json["outcome"], result.json["next_due"]) == ("uploaded", "2026-11-24T07:00:00Z")
    assert backups(safe) == [new_id]
    assert nickname_in(safe, password=NEW_PASSWORD) == "with a new password"
    assert status(safe)["backup_id"] == new_id
    assert restored_code(safe, NEW_PASSWORD) == 0
    assert restored_code(safe, PASSWORD) == 7
    assert tick(safe).json["outcome"] == "unchanged"


def test_passwd_takes_the_last_backup_where_the_data_file_is_missing_and_says_so(safe):
    safe.path("account.json").unlink()
    before = open_container(safe.path("safe/backups").joinpath(BACKUP_ID).read_bytes(), bytes.fromhex(KEY))
    result = passwd(safe, "--json")
    assert result.code == 0
    assert "last backup" in result.err
    new_id, new_key = master_key(NEW_PASSWORD)
    assert backups(safe) == [new_id]
    assert open_container(safe.path("safe/backups").joinpath(new_id).read_bytes(), new_key) == before


@pytest.mark.parametrize("content, code", [("{", 3), ("", 3), ('{"info":{"version":2}}', 4)], ids=["cut", "empty", "newer"])
def test_passwd_with_a_damaged_data_file_changes_nothing(safe, content, code):
    safe.write("account.json", content)
    before = safe.path("state.json").read_bytes()
    assert passwd(safe, "--json").code == code
    assert safe.path("state.json").read_bytes() == before
    assert [path.name for path in safe.path("safe/backups").iterdir()] == [BACKUP_ID]


def test_passwd_without_any_account_changes_nothing(safe):
    safe.path("account.json").unlink()
    path = safe.path("safe/backups").joinpath(BACKUP_ID)
    good = path.read_bytes()
    state = safe.path("state.json").read_bytes()
    for content, code in ((good[:-1] + bytes([good[-1] ^ 1]), 5), (good[:50], 3)):
        path.write_bytes(content)
        assert passwd(safe).code == code
        assert backups(safe) == [BACKUP_ID]
        assert path.read_bytes() == content
        assert safe.path("state.json").read_bytes() == state
    path.unlink()
    assert passwd(safe).code == 7
    assert safe.path("state.json").read_bytes() == state


def test_passwd_with_a_wrong_present_password_is_5(safe):
    before = safe.path("state.json").read_bytes()
    wrong = safe.write("wrong", "shootdeathstaR\n")
    assert passwd(safe, "--password-file", wrong).code == 5
    assert safe.path("state.json").read_bytes() == before
    assert backups(safe) == [BACKUP_ID]
    assert passwd(safe, "--password-file", safe.password_file).code == 0


@pytest.mark.parametrize("new", ["seven77", "x" * 4097], ids=["short", "long"])
def test_passwd_holds_the_new_password_against_the_policy(safe, new):
    result = passwd(safe, new=new)
    assert result.code == 2
    assert new not in result.err
    assert backups(safe) == [BACKUP_ID]


def test_passwd_warns_of_a_listed_password(safe):
    result = passwd(safe, new="password123")
    assert result.code == 0
    assert "weak" in result.err
    assert backups(safe) == [master_key("password123")[0]]


def test_passwd_with_the_old_password_keeps_the_backup(safe):
    change_account(safe, "same")
    assert passwd(safe, new=PASSWORD).code == 0
    assert backups(safe) == [BACKUP_ID]
    assert nickname_in(safe) == "same"


def test_passwd_where_the_store_is_away_changes_nothing(safe):
    before = safe.path("state.json").read_bytes()
    safe.path("safe").rename(safe.path("away"))
    assert passwd(safe).code == 7
    assert safe.path("state.json").read_bytes() == before
    safe.path("away").rename(safe.path("safe"))
    assert backups(safe) == [BACKUP_ID]
    assert restored_code(safe, PASSWORD) == 0
    assert passwd(safe).code == 0


def test_passwd_of_an_account_over_the_limit_changes_nothing(safe):
    safe.write("safe/config", '{"maxBackupBytes": 2000, "retentionDays": 180}')
    before = safe.path("state.json").read_bytes()
    assert passwd(safe).code == 6
    assert backups(safe) == [BACKUP_ID]
    assert safe.path("state.json").read_bytes() == before


def test_passwd_where_it_is_off_or_never_was_on_is_7(safe):
    disable(safe)
    assert passwd(safe).code == 7
    assert safe("safe", "passwd", "--state", "none.json", "--new-password-file", "password", password=False).code == 7


def test_passwd_without_terminal_and_file_is_2(safe):
    assert safe("safe", "passwd", "--state", "state.json", password=False).code == 2
    assert backups(safe) == [BACKUP_ID]


# ---- disable ----

def assert_forgotten(tool, pending=()):
    state = state_of(tool)
    assert {key: state[key] for key in state if key != "pending_removal"} == {"version": 1, "identity": ID, "enabled": False}
    assert [(entry["store"], entry["backup_id"]) for entry in state["pending_removal"]] == list(pending)
    for path in tool.folder.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes() and bytes.fromhex(KEY) not in path.read_bytes(), path
    assert tool.path("state.json").stat().st_mode & 0o777 == 0o600


def test_disable_removes_the_backup_and_forgets_the_keys(safe):
    result = disable(safe)
    assert result.code == 0
    assert result.json == {"removed": True}
    assert backups(safe) == []
    assert_forgotten(safe)
    off = status(safe)
    assert off["enabled"] is False and off["store"] is None


def test_disable_where_the_backup_is_gone_already_is_fine(safe):
    safe.path("safe/backups").joinpath(BACKUP_ID).unlink()
    assert disable(safe).code == 0
    assert_forgotten(safe)


def test_disable_can_keep_the_backup(safe):
    result = disable(safe, "--keep-backup")
    assert (result.code, result.json) == (0, {"removed": False})
    assert backups(safe) == [BACKUP_ID]
    assert_forgotten(safe)
    assert tick(safe).json["outcome"] == "disabled"
    assert restored_code(safe, PASSWORD) == 0


def test_disable_where_the_store_is_away_is_done_by_a_later_backup(safe):
    safe.path("safe").rename(safe.path("away"))
    result = disable(safe)
    assert (result.code, result.json) == (0, {"removed": False})
    pending = [(str(safe.path("safe")), BACKUP_ID)]
    assert_forgotten(safe, pending)
    assert status(safe)["pending_removal"] == [str(safe.path("safe"))]
    still = tick(safe)
    assert (still.code, still.json["outcome"]) == (0, "disabled")
    assert_forgotten(safe, pending)
    safe.path("away").rename(safe.path("safe"))
    later = tick(safe)
    assert (later.code, later.json) == (0, {"outcome": "disabled", "reason": "disabled", "next_due": None, "warnings": []})
    assert backups(safe) == []
    assert_forgotten(safe)


def test_disable_twice_is_fine_and_without_a_state_7(safe):
    disable(safe)
    again = disable(safe)
    assert (again.code, again.json) == (0, {"removed": False})
    assert safe("safe", "disable", "--state", "none.json", password=False).code == 7


def test_disable_never_removes_what_others_put_there(safe):
    safe.write("safe/backups/" + "0" * 64, "other")
    disable(safe)
    assert backups(safe) == ["0" * 64]


def test_after_disable_it_can_be_enabled_again(safe):
    disable(safe)
    result = enable(safe)
    assert result.code == 0
    assert backups(safe) == [BACKUP_ID]


# ---- verify ----

def test_verify_says_that_it_is_there_and_how_old(safe):
    result = verify(safe, "--at", "2026-11-25T06:05:30Z")
    assert result.code == 0
    assert result.json == {"ok": True, "age_seconds": 2 * 86400 + 30, "differs": False, "warnings": []}
    assert "can be restored" in safe.good("safe", "verify", "--state", "state.json", password=False).text


def test_verify_where_it_is_gone_is_7(safe):
    safe.path("safe/backups").joinpath(BACKUP_ID).unlink()
    result = verify(safe, "--at", AT)
    assert result.code == 7
    assert (result.json["ok"], result.json["age_seconds"], result.json["error"]["name"]) == (False, 55 * 60, "not_found")
    assert "safe backup --now" in result.err
    assert tick(safe, "--now").json["reason"] == "forced"
    assert verify(safe).code == 0


def test_verify_of_a_tampered_or_cut_backup_is_5_or_3(safe):
    path = safe.path("safe/backups").joinpath(BACKUP_ID)
    good = path.read_bytes()
    for content, code in ((good[:-1] + bytes([good[-1] ^ 1]), 5), (bytes([good[0] ^ 1]) + good[1:], 5), (good + b"x", 5),
                          (good[:-1], 5), (b"GIF89a" + bytes(5000), 5), (good[:50], 3), (b"", 3)):
        path.write_bytes(content)
        result = verify(safe, "--at", AT)
        assert result.code == code
        assert result.json["ok"] is False
        assert result.json["age_seconds"] == 55 * 60
        assert result.json["error"]["code"] == code
    path.write_bytes(good)
    assert verify(safe).code == 0


def test_verify_of_what_another_device_uploaded_is_12(safe):
    change_account(safe, "from the other device")
    replace(safe, state="other.json")
    result = verify(safe, "--at", AT)
    assert result.code == 12
    assert (result.json["ok"], result.json["differs"], result.json["error"]["name"]) == (False, True, "conflict")
    assert safe("safe", "verify", "--state", "other.json", password=False).code == 0


def test_verify_changes_nothing(safe):
    before = safe.path("state.json").read_bytes()
    verify(safe)
    safe.path("safe/backups").joinpath(BACKUP_ID).unlink()
    verify(safe)
    assert safe.path("state.json").read_bytes() == before


def test_verify_where_it_is_off_or_never_was_on_is_7(safe):
    disable(safe)
    assert verify(safe).code == 7
    assert safe("safe", "verify", "--state", "none.json", password=False).code == 7


# ---- watch ----

class Watch:
    def __init__(self, tool, *more):
        self.process = subprocess.Popen([TOOL, "safe", "watch", "--state", "state.json", *more], cwd=tool.folder, env=tool.env(),
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(0.3)

    def line(self):
        return self.process.stderr.readline()

    def end(self, number=signal.SIGTERM):
        """Exit code, standard output and what was left on standard error."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=10)
        return self.process.returncode, out, err


@pytest.fixture
def watched(safe):
    """Uploaded one minute ago by the real clock."""
    last = rfc3339(time.time() - 60)
    set_state(safe, last_attempt=last, last_upload=last, enabled_at=last)
    return safe


def make_due(tool, seconds=25 * 3600, **more):
    last = rfc3339(time.time() - seconds)
    set_state(tool, last_attempt=last, last_upload=last, **more)


def test_watch_takes_no_at(safe):
    result = safe("safe", "watch", "--state", "state.json", "--at", AT, password=False)
    assert result.code == 2
    assert "--at" in result.err


def test_watch_without_a_state_is_7(tool):
    assert tool("safe", "watch", "--state", "none.json", password=False).code == 7


@pytest.mark.parametrize("number, code", [(signal.SIGTERM, 0), (signal.SIGINT, 13)])
def test_watch_is_ended_by_a_signal(watched, number, code):
    watch = Watch(watched, "--json")
    ended, out, err = watch.end(number)
    assert ended == code
    if code == 0:
        assert json.loads(out) == {"ticks": 0}
        assert err == ""
    else:
        assert json.loads(out)["error"]["name"] == "cancelled"


def test_watch_does_a_tick_that_is_due_with_one_line(watched):
    make_due(watched)
    change_account(watched, "watched")
    watch = Watch(watched, "--json")
    line = watch.line()
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ uploaded \(changed\), next due \S+Z\n", line), line
    assert nickname_in(watched) == "watched"
    code, out, err = watch.end()
    assert (code, json.loads(out), err) == (0, {"ticks": 1}, "")
    assert state_of(watched)["last_outcome"] == "uploaded"


def test_watch_tells_of_a_failure_and_goes_on(watched):
    make_due(watched)
    change_account(watched, "watched")
    watched.path("safe").rename(watched.path("away"))
    watch = Watch(watched)
    assert " failed (not_found): " in watch.line()
    assert watch.process.poll() is None
    state = state_of(watched)
    assert (state["failures"], state["last_error"]) == (1, 7)
    assert state["not_before"] is not None
    assert watch.end()[0] == 0


def test_watch_waits_for_not_before(watched):
    make_due(watched, failures=1, last_error=9, not_before=rfc3339(time.time() + 3600), failing_since=rfc3339(time.time() - 60))
    watch = Watch(watched, "--json")
    time.sleep(1)
    code, out, err = watch.end()
    assert (code, json.loads(out), err) == (0, {"ticks": 0}, "")


def test_watch_holds_no_lock_while_it_waits(watched):
    watch = Watch(watched)
    with open(watched.path("state.json.lock"), "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert watched.good("safe", "backup", "--now", "--state", "state.json", "--json", password=False).json["outcome"] == "uploaded"
    assert watch.end()[0] == 0


def test_watch_notices_what_another_process_uploaded(watched):
    make_due(watched, 24 * 3600 - 4)
    watch = Watch(watched, "--json")
    watched.good("safe", "backup", "--now", "--state", "state.json", password=False)
    time.sleep(5)
    code, out, err = watch.end()
    assert (code, json.loads(out), err) == (0, {"ticks": 0}, "")


def test_watch_of_a_disabled_state_removes_what_is_pending(safe):
    safe.path("safe").rename(safe.path("away"))
    disable(safe)
    safe.path("away").rename(safe.path("safe"))
    watch = Watch(safe)
    assert "disabled" in watch.line()
    assert watch.end()[0] == 0
    assert backups(safe) == []


def test_watch_ends_at_once_whatever_state_it_finds(watched):
    watched.path("state.json").chmod(0o644)
    assert watched("safe", "watch", "--state", "state.json", password=False).code == 8
