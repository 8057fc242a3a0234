"""store init, safe enable, backup, status, restore on a folder."""
import hashlib
import json
import os
import stat
import subprocess
import time
import zlib

import pytest
from conftest import ACCOUNT, BACKUP_ID, ID, SOURCE, TOOL, change_account

CANONICAL = SOURCE / "tests/vectors/safe/model/account.canonical.json"


def backup(tool, at, *more):
    return tool("safe", "backup", "--state", "state.json", "--at", at, "--json", *more, password=False)


def status(tool, at="2026-11-23T06:05:00Z"):
    return tool.good("safe", "status", "--state", "state.json", "--at", at, "--json", password=False).json


def restore(tool, out="restored.json", **more):
    return tool("safe", "restore", "--id", ID, "--store", "safe", "--out", out, "--json", **more)


# ---- store init ----

def test_init_makes_a_document_root(tool):
    result = tool.good("store", "init", "safe", "--json", password=False)
    assert result.json == {"store": "safe"}
    assert json.loads(tool.path("safe/config").read_text()) == {"maxBackupBytes": 524288, "retentionDays": 180}
    assert stat.S_IMODE(tool.path("safe").stat().st_mode) == 0o700
    assert sorted(os.listdir(tool.path("safe"))) == ["backups", "config"]


def test_init_in_an_existing_folder_leaves_its_permissions(tool):
    tool.path("safe").mkdir(0o755)
    tool.path("safe").chmod(0o755)
    tool.good("store", "init", "safe", "--max-backup-bytes", "4096", "--retention-days", "30", password=False)
    assert json.loads(tool.path("safe/config").read_text()) == {"maxBackupBytes": 4096, "retentionDays": 30}
    assert stat.S_IMODE(tool.path("safe").stat().st_mode) == 0o755
    assert stat.S_IMODE(tool.path("safe/config").stat().st_mode) == 0o644
    assert stat.S_IMODE(tool.path("safe/backups").stat().st_mode) == 0o755


def test_init_twice_is_12(tool):
    tool.good("store", "init", "safe", password=False)
    before = tool.path("safe/config").read_bytes()
    assert tool("store", "init", "safe", "--retention-days", "7", password=False).code == 12
    assert tool.path("safe/config").read_bytes() == before


def test_init_refuses_limits_out_of_range_and_unknown_stores(tool):
    for option, value in (("--max-backup-bytes", "1023"), ("--retention-days", "0"), ("--retention-days", "36501"),
                          ("--retention-days", "x"), ("--max-backup-bytes", "-1")):
        assert tool("store", "init", "safe", option, value, password=False).code == 2
    assert tool("store", "init", "ftp://bucket", password=False).code == 4
    assert tool("store", "init", "", password=False).code == 2
    assert tool("store", "init", "none/safe", password=False).code == 10
    assert tool("store", "init", "password", password=False).code == 2
    assert tool.names() == ["password"]


# ---- enable ----

def test_enable_uploads_the_canonical_form_under_the_derived_name(safe):
    nacl = pytest.importorskip("nacl.bindings", reason="python3-nacl is not installed")
    assert os.listdir(safe.path("safe/backups")) == [BACKUP_ID]
    container = safe.path("safe/backups").joinpath(BACKUP_ID).read_bytes()
    key = hashlib.scrypt(b"shootdeathstar", salt=ID.encode(), n=65536, r=8, p=1, maxmem=1 << 27, dklen=64)[32:]
    text = zlib.decompress(nacl.crypto_secretbox_open(container[24:], container[:24], key), 31)
    assert text == CANONICAL.read_bytes()


def test_enable_says_what_a_backup_says(tool):
    tool.write("account.json", ACCOUNT.read_bytes())
    tool.good("store", "init", "safe", password=False)
    result = tool.good("safe", "enable", "--id", ID, "--store", "safe", "--data", "account.json", "--at",
                       "2026-11-23T06:05:00Z", "--json")
    assert result.json == {"outcome": "uploaded", "reason": "never_uploaded", "next_due": "2026-11-24T06:05:00Z",
                           "warnings": []}
    assert os.listdir(tool.path("state-home/tresor")) != []


def test_the_state_file(safe):
    assert stat.S_IMODE(safe.path("state.json").stat().st_mode) == 0o600
    state = json.loads(safe.path("state.json").read_text())
    digest_key = hashlib.blake2b(b"tresor content digest 1", key=bytes.fromhex(state["master_key"]), digest_size=32).digest()
    assert state == {
        "version": 1, "identity": ID, "enabled": True, "master_key": state["master_key"],
        "store": str(safe.path("safe")), "data": str(safe.path("account.json")), "enabled_at": "2026-11-23T06:05:00Z",
        "max_backup_bytes": 524288, "retention_days": 180, "last_attempt": "2026-11-23T06:05:00Z",
        "last_upload": "2026-11-23T06:05:00Z", "last_outcome": "uploaded", "last_error": 0, "failures": 0,
        "failing_since": None, "not_before": None,
        "digest": hashlib.blake2b(CANONICAL.read_bytes(), key=digest_key, digest_size=32).hexdigest(),
        "backup_bytes": safe.path("safe/backups").joinpath(BACKUP_ID).stat().st_size, "pending_removal": []}
    assert state["master_key"].startswith(BACKUP_ID) and len(state["master_key"]) == 128


def test_enable_twice_or_over_an_existing_object_is_12(safe):
    before = safe.path("safe/backups").joinpath(BACKUP_ID).read_bytes()
    again = safe("safe", "enable", "--id", ID, "--store", "safe", "--data", "account.json", "--state", "state.json")
    assert again.code == 12
    other = safe("safe", "enable", "--id", ID, "--store", "safe", "--data", "account.json", "--state", "other.json")
    assert other.code == 12
    assert "restore" in other.err
    assert safe.path("safe/backups").joinpath(BACKUP_ID).read_bytes() == before
    assert not safe.path("other.json").exists()


@pytest.mark.parametrize("password, code", [("kurz", 2), ("x" * 4097, 2), ("password123", 0), ("1234567890", 0)],
                         ids=["short", "long", "listed", "digits"])
def test_enable_holds_the_password_against_the_policy(tool, password, code):
    tool.write("account.json", ACCOUNT.read_bytes())
    tool.good("store", "init", "safe", password=False)
    path = tool.write("pw", password + "\n")
    result = tool("safe", "enable", "--id", ID, "--store", "safe", "--data", "account.json", "--password-file", path,
                  password=False)
    assert result.code == code
    if code == 0:
        assert "weak" in result.err
    assert password not in result.err


def test_enable_where_there_is_no_store(tool):
    tool.write("account.json", ACCOUNT.read_bytes())
    for location in ("nothing", "."):
        result = tool("safe", "enable", "--id", ID, "--store", location, "--data", "account.json")
        assert result.code == 7
        assert "store init" in result.err
    for location, code in (("ftp://b", 4), ("", 2), ("dir:", 2), ("password", 2)):
        assert tool("safe", "enable", "--id", ID, "--store", location, "--data", "account.json").code == code
    assert not list(tool.path("state-home/tresor").glob("*.json"))


def test_enable_refuses_an_account_that_is_none_or_too_large(tool):
    tool.good("store", "init", "safe", "--max-backup-bytes", "2000", password=False)
    tool.write("bad.json", "{}")
    tool.write("newer.json", json.dumps(json.loads(ACCOUNT.read_text()) | {"info": {"version": 2}}))
    tool.write("account.json", ACCOUNT.read_bytes())
    for data, code in (("bad.json", 3), ("newer.json", 4), ("account.json", 6), ("none.json", 10), ("-", 2)):
        result = tool("safe", "enable", "--id", ID, "--store", "safe", "--data", data, "--state", "s.json")
        assert result.code == code
    assert not tool.path("s.json").exists()
    assert os.listdir(tool.path("safe/backups")) == []


def test_a_name_that_no_state_could_hold_is_refused_before_anything_happens(tool):
    tool.good("store", "init", "safe", password=False)
    os.rename(tool.write("account.json", ACCOUNT.read_bytes()), os.fsencode(tool.folder) + b"/d\xff.json")
    result = subprocess.run([TOOL, "safe", "enable", "--id", ID, "--store", "safe", "--data", b"d\xff.json", "--state", "s.json",
                             "--password-file", tool.password_file], cwd=tool.folder, capture_output=True)
    assert result.returncode == 2
    assert os.listdir(tool.path("safe/backups")) == []
    assert not tool.path("s.json").exists()


def test_enable_where_no_state_can_be_kept(tool):
    tool.write("account.json", ACCOUNT.read_bytes())
    tool.good("store", "init", "safe", password=False)
    tool.write("state-home", "a file")
    result = tool("safe", "enable", "--id", ID, "--store", "safe", "--data", "account.json")
    assert result.code == 10
    assert os.listdir(tool.path("safe/backups")) == []


def test_the_end_of_time(tool):
    tool.write("account.json", ACCOUNT.read_bytes())
    tool.good("store", "init", "safe", password=False)
    end = ["--state", "state.json", "--at", "9999-12-31T23:59:59Z"]
    tool.good("safe", "enable", "--id", ID, "--store", "safe", "--data", "account.json", *end)
    assert tool.good("safe", "status", *end, "--json", password=False).json["expires_at"] == "9999-12-31T23:59:59Z"
    tool.path("account.json").unlink()
    assert tool("safe", "backup", *end, password=False).code == 10


# ---- backup: the cycle ----

def test_a_tick_too_early_one_after_a_day_and_one_without_a_change(safe):
    object_path = safe.path("safe/backups").joinpath(BACKUP_ID)
    first = object_path.read_bytes()
    change_account(safe, "Ænne")
    early = backup(safe, "2026-11-24T05:04:59Z")
    assert (early.code, early.json["outcome"], early.json["reason"]) == (0, "grace", "grace")
    assert object_path.read_bytes() == first
    due = backup(safe, "2026-11-24T05:05:00Z")
    assert (due.json["outcome"], due.json["reason"]) == ("uploaded", "changed")
    assert due.json["next_due"] == "2026-11-25T05:05:00Z"
    second = object_path.read_bytes()
    assert second != first
    unchanged = backup(safe, "2026-11-25T06:00:00Z")
    assert (unchanged.json["outcome"], unchanged.json["reason"]) == ("unchanged", "unchanged")
    assert object_path.read_bytes() == second


def test_now_forces_and_the_refresh_comes_at_half_the_retention(safe):
    assert backup(safe, "2026-11-23T07:00:00Z", "--now").json["reason"] == "forced"
    assert backup(safe, "2027-02-21T06:59:59Z").json["reason"] == "unchanged"
    assert status(safe, "2027-02-21T06:59:59Z")["next_due"] == "2027-02-21T07:00:00Z"
    assert backup(safe, "2027-02-21T07:00:00Z").json["reason"] == "refresh"


def test_files_get_the_real_time_whatever_at_says(safe):
    backup(safe, "2030-01-01T00:00:00Z", "--now")
    for path in (safe.path("safe/backups").joinpath(BACKUP_ID), safe.path("state.json")):
        assert abs(path.stat().st_mtime - time.time()) < 60


def test_warnings_of_the_import_are_listed(safe):
    account = json.loads(safe.path("account.json").read_text())
    account["contacts"].append({"identity": ID, "verification": 0})
    safe.write("account.json", json.dumps(account))
    result = backup(safe, "2026-11-23T07:00:00Z")
    assert result.json["outcome"] == "unchanged"
    assert [warning["pointer"] for warning in result.json["warnings"]] == ["/contacts/200/identity"]


def test_a_store_that_is_away_is_a_failure_only_when_something_is_due(safe):
    safe.path("safe").rename(safe.path("away"))
    unchanged = backup(safe, "2026-11-24T06:05:00Z")
    assert unchanged.code == 0
    assert unchanged.json["outcome"] == "unchanged"
    assert len(unchanged.json["warnings"]) == 1
    change_account(safe, "new")
    failed = backup(safe, "2026-11-24T06:05:00Z")
    assert failed.code == 7
    assert failed.json["error"]["name"] == "not_found"
    again = backup(safe, "2026-12-02T06:05:00Z")
    assert [("failing" in warning["reason"]) for warning in again.json["warnings"]] == [True]
    state = status(safe, "2026-12-02T06:05:00Z")
    assert state["failing_since"] == "2026-11-24T06:05:00Z"
    assert state["next_due"] == "2026-12-02T06:35:00Z"
    assert state["last_outcome"] == "failed"
    assert len(state["warnings"]) == 1
    safe.path("away").rename(safe.path("safe"))
    assert backup(safe, "2026-12-02T06:10:00Z").json["outcome"] == "uploaded"
    assert status(safe)["failing_since"] is None


def test_an_account_file_that_is_gone_or_broken_is_a_failure_that_is_remembered(safe):
    before = safe.path("safe/backups").joinpath(BACKUP_ID).read_bytes()
    safe.write("account.json", "{")
    assert backup(safe, "2026-11-24T06:05:00Z").code == 3
    safe.path("account.json").unlink()
    assert backup(safe, "2026-11-25T06:05:00Z").code == 10
    state = json.loads(safe.path("state.json").read_text())
    assert (state["failures"], state["last_error"], state["failing_since"]) == (2, 10, "2026-11-24T06:05:00Z")
    assert safe.path("safe/backups").joinpath(BACKUP_ID).read_bytes() == before
    safe.write("other.json", ACCOUNT.read_bytes())
    mistyped = backup(safe, "2026-11-25T06:06:00Z", "--data", "othr.json")
    assert mistyped.code == 10 and "othr.json" in mistyped.json["error"]["message"]
    assert json.loads(safe.path("state.json").read_text()) == state
    assert backup(safe, "2026-11-25T07:05:00Z", "--data", "other.json").json["reason"] == "after_failure"


def test_an_account_over_the_limit_keeps_the_old_backup(safe):
    before = safe.path("safe/backups").joinpath(BACKUP_ID).read_bytes()
    safe.write("safe/config", '{"maxBackupBytes": 2000, "retentionDays": 180}')
    change_account(safe, "new")
    assert backup(safe, "2026-11-24T06:05:00Z").code == 6
    assert safe.path("safe/backups").joinpath(BACKUP_ID).read_bytes() == before


def test_a_disabled_state_is_an_outcome(tool):
    state = tool.write("state.json", '{"version":1,"identity":"ECHOECHO","enabled":false}')
    state.chmod(0o600)
    assert backup(tool, "2026-11-24T06:05:00Z").json == {"outcome": "disabled", "reason": "disabled", "next_due": None,
                                                         "warnings": []}
    off = status(tool)
    assert off["enabled"] is False
    assert all(off[key] is None for key in ("store", "backup_id", "last_upload", "next_due", "expires_at", "retention_days"))


# ---- the state ----

def test_status_tells_all(safe):
    assert status(safe, "2026-11-24T00:00:00Z") == {
        "enabled": True, "identity": ID, "store": str(safe.path("safe")), "backup_id": BACKUP_ID,
        "last_upload": "2026-11-23T06:05:00Z", "last_outcome": "uploaded", "next_due": "2026-11-24T06:05:00Z",
        "refresh_due": "2027-02-21T06:05:00Z", "expires_at": "2027-05-22T06:05:00Z", "retention_days": 180,
        "max_backup_bytes": 524288, "backup_bytes": safe.path("safe/backups").joinpath(BACKUP_ID).stat().st_size,
        "failing_since": None, "pending_removal": [], "warnings": []}
    text = safe.good("safe", "status", "--state", "state.json", "--at", "2026-11-26T06:05:00Z", password=False).text
    assert "3 days ago" in text and "in 177 days" in text


@pytest.mark.parametrize("at, word", [("2027-02-20T06:05:00Z", None), ("2027-02-21T06:05:00Z", "half"),
                                      ("2027-05-08T06:05:00Z", "expires soon"), ("2027-05-22T06:05:00Z", "dropped")])
def test_status_warns_as_the_backup_ages(safe, at, word):
    warnings = status(safe, at)["warnings"]
    assert [word in warning["reason"] for warning in warnings] == ([True] if word else [])


def test_a_state_that_others_can_read_is_8_and_a_newer_one_4(safe):
    safe.path("state.json").chmod(0o644)
    for command in ("status", "backup"):
        result = safe("safe", command, "--state", "state.json", password=False)
        assert result.code == 8
        assert "chmod" in result.err
    safe.path("state.json").chmod(0o600)
    state = json.loads(safe.path("state.json").read_text()) | {"version": 2}
    safe.write("state.json", json.dumps(state))
    before = safe.path("state.json").read_bytes()
    assert backup(safe, "2026-11-24T06:05:00Z").code == 4
    assert safe.path("state.json").read_bytes() == before


def test_which_state_is_meant(tool):
    assert tool("safe", "status", password=False).code == 7
    tool.write("account.json", ACCOUNT.read_bytes())
    tool.good("store", "init", "safe", password=False)
    for identity in (ID, "*SUPPORT"):
        tool.good("safe", "enable", "--id", identity, "--store", "safe", "--data", "account.json")
        if identity == ID:
            assert tool.good("safe", "status", "--json", password=False).json["identity"] == ID
    assert sorted(path.name for path in tool.path("state-home/tresor").glob("*.json")) == ["ECHOECHO.json", "_SUPPORT.json"]
    assert stat.S_IMODE(tool.path("state-home/tresor").stat().st_mode) == 0o700
    assert tool("safe", "status", password=False).code == 2
    assert tool.good("safe", "status", "--id", "*support", "--json", password=False).json["identity"] == "*SUPPORT"
    assert tool("safe", "status", "--id", "NOBODY00", password=False).code == 7


def test_the_store_and_the_data_are_found_from_anywhere(safe, tmp_path_factory):
    change_account(safe, "elsewhere")
    result = subprocess.run([TOOL, "safe", "backup", "--state", safe.path("state.json"), "--at", "2026-11-25T00:00:00Z"],
                            cwd=tmp_path_factory.mktemp("elsewhere"), capture_output=True, text=True)
    assert result.returncode == 0
    assert "uploaded" in result.stdout


def test_unknown_members_of_the_state_are_kept(safe):
    state = json.loads(safe.path("state.json").read_text()) | {"pending_removal": [], "x": {"y": [1, 2.5]}}
    safe.write("state.json", json.dumps(state))
    assert backup(safe, "2026-11-24T06:05:00Z").code == 0
    after = json.loads(safe.path("state.json").read_text())
    assert after["x"] == {"y": [1, 2.5]} and after["pending_removal"] == []


# ---- restore ----

def test_restore_on_another_phone_gives_the_same_account(safe):
    result = restore(safe)
    assert result.code == 0
    assert safe.path("restored.json").read_bytes() == CANONICAL.read_bytes()
    assert stat.S_IMODE(safe.path("restored.json").stat().st_mode) == 0o600
    modified = result.json.pop("modified")
    assert modified.endswith("Z") and modified[:2] == "20"
    report = restore(safe, "again.json").json
    del report["modified"]
    assert report == {"bytes": len(CANONICAL.read_bytes()), "warnings": [], "contacts": 200, "groups": 12}


def test_a_wrong_password_is_another_name_so_7_with_a_hint(safe):
    wrong = safe.write("wrong", "shootdeathstaR\n")
    result = safe("safe", "restore", "--id", ID, "--store", "safe", "--out", "r.json", "--password-file", wrong, password=False)
    assert result.code == 7
    assert "password" in result.err
    assert not safe.path("r.json").exists()


def test_a_damaged_a_foreign_and_a_truncated_object_are_refused(safe):
    path = safe.path("safe/backups").joinpath(BACKUP_ID)
    good = path.read_bytes()
    for content, code in ((good[:-1] + bytes([good[-1] ^ 1]), 5), (b"GIF89a" + bytes(5000), 5), (good[:50], 3), (b"", 3),
                          (bytes((16 << 20) + 65537), 6)):
        path.write_bytes(content)
        assert restore(safe).code == code
        assert not safe.path("restored.json").exists()


def test_restore_keeps_what_it_cannot_read(safe):
    """A newer document is written as it is; only then the tool says that it does not know it."""
    newer = json.dumps({"info": {"version": 2}, "something": "new"})
    safe.write("newer.json", newer)
    safe.good("safe", "seal", "--id", ID, "newer.json", "sealed", "--quiet")
    safe.path("safe/backups").joinpath(BACKUP_ID).write_bytes(safe.path("sealed").read_bytes())
    result = restore(safe)
    assert result.code == 4
    assert safe.path("restored.json").read_text() == newer


def test_restore_never_overwrites_without_force(safe):
    safe.write("restored.json", "precious")
    assert restore(safe).code == 12
    assert safe.path("restored.json").read_text() == "precious"
    assert safe("safe", "restore", "--id", ID, "--store", "safe", "--out", "restored.json", "--force").code == 0


def test_restore_to_standard_output(safe):
    assert safe.good("safe", "restore", "--id", ID, "--store", "dir:safe", "--out", "-").out == CANONICAL.read_bytes()


def test_restore_from_nowhere(tool):
    assert tool("safe", "restore", "--id", ID, "--store", "nothing", "--out", "x").code == 7
