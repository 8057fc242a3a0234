"""SIGKILL at any moment of what writes: what is left is whole and can be restored."""
import hashlib
import json
import os
import shutil
import signal
import subprocess
import time

import pytest
from conftest import (ACCOUNT, BACKUP_ID, ID, KEY, NEW_PASSWORD, SCALE, TOOL, backups, change_account, master_key,
                      open_container, state_of)

MOMENTS = 20 if SCALE < 10 else 200
CONFIG = b'{"maxBackupBytes":524288,"retentionDays":180}'


class Killer:
    """Runs one command many times and kills it a little later each time."""

    def __init__(self, tool, *arguments):
        self.command = [TOOL, *map(str, arguments)]
        self.tool = tool
        self.codes = []
        self.took = 0

    def start(self):
        return subprocess.Popen(self.command, cwd=self.tool.folder, env=self.tool.env(), stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def measure(self):
        start = time.monotonic()
        assert self.start().wait(timeout=30) == 0
        self.took = max(self.took, time.monotonic() - start)

    def kill_at(self, part):
        """After this part of what it takes, which changes with what else the machine does: whoever was done before he
        could be killed was faster, whoever was not done when he should have been was much slower."""
        start = time.monotonic()
        process = self.start()
        try:
            self.codes.append(process.wait(timeout=max(0.0005, self.took * part)))
            self.took = min(self.took, time.monotonic() - start)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            self.codes.append(process.wait())
            if part >= 1:
                self.took *= 1.5
        assert self.codes[-1] in (0, -signal.SIGKILL)


def copies_of(tool, *names):
    """A function that puts everything back as it is now."""
    kept = tool.path("kept")
    kept.mkdir()

    def copy(source, target):
        for name in names:
            if (target / name).is_dir():
                shutil.rmtree(target / name)
            (shutil.copytree if (source / name).is_dir() else shutil.copy2)(source / name, target / name)

    copy(tool.folder, kept)
    return lambda: copy(kept, tool.folder)


def assert_only_our_leftovers(tool, known):
    for path in tool.path("safe").rglob("*"):
        name = str(path.relative_to(tool.path("safe")))
        assert name in known or path.name.startswith(".tresor-") or path.name == ".aside" or path.parent.name == ".aside", name
    for name in tool.names():
        assert name.startswith(".tresor-") or name in ("account.json", "kept", "new-password", "password", "safe", "state.json",
                                                       "state.json.lock", "state.json.new"), name


def nickname(container, key):
    return json.loads(open_container(container, key))["user"]["nickname"]


def digest_of(container, master):
    text = open_container(container, master[32:])
    key = hashlib.blake2b(b"tresor content digest 1", key=master, digest_size=32).digest()
    return hashlib.blake2b(text, key=key, digest_size=32).hexdigest()


def test_a_killed_backup_leaves_the_old_one_or_the_new_one(safe):
    killer = Killer(safe, "safe", "backup", "--now", "--state", "state.json")
    config = safe.path("safe/config").read_bytes()
    object_path = safe.path("safe/backups").joinpath(BACKUP_ID)
    master = bytes.fromhex(state_of(safe)["master_key"])
    for _ in range(3):
        killer.measure()
    digests, seen = {digest_of(object_path.read_bytes(), master)}, set()
    for step in range(MOMENTS):
        before = nickname(object_path.read_bytes(), bytes.fromhex(KEY))
        change_account(safe, f"nickname {step}")
        killer.kill_at(1.4 * step / MOMENTS)
        assert backups(safe) == [BACKUP_ID]
        after = nickname(object_path.read_bytes(), bytes.fromhex(KEY))
        assert after in (before, f"nickname {step}")
        seen.add(after == before)
        digests.add(digest_of(object_path.read_bytes(), master))
        assert state_of(safe)["digest"] in digests
        assert state_of(safe)["enabled"] is True
        assert safe.path("state.json").stat().st_mode & 0o777 == 0o600
        assert safe.path("safe/config").read_bytes() == config
        assert_only_our_leftovers(safe, {"config", "backups", "backups/" + BACKUP_ID})
        if step % 5 == 4:
            safe.good("safe", "backup", "--now", "--state", "state.json", password=False)
            assert not safe.path("state.json.new").exists()
            assert nickname(object_path.read_bytes(), bytes.fromhex(KEY)) == f"nickname {step}"
            safe.good("safe", "verify", "--state", "state.json", password=False)
            digests.add(digest_of(object_path.read_bytes(), master))
    assert -signal.SIGKILL in killer.codes
    assert seen == {True, False}


def test_a_killed_passwd_leaves_a_backup_that_fits_the_state(safe):
    safe.write("new-password", NEW_PASSWORD + "\n")
    restart = copies_of(safe, "state.json", "safe")
    killer = Killer(safe, "safe", "passwd", "--state", "state.json", "--new-password-file", "new-password")
    keys = {BACKUP_ID: bytes.fromhex(KEY), master_key(NEW_PASSWORD)[0]: master_key(NEW_PASSWORD)[1]}
    new_id = master_key(NEW_PASSWORD)[0]
    for _ in range(3):
        killer.measure()
        restart()
    states = set()
    for step in range(MOMENTS):
        killer.kill_at(0.8 + 0.3 * step / MOMENTS)
        state = state_of(safe)
        current = state["master_key"][:64]
        states.add(current)
        found = backups(safe)
        assert current in found
        assert set(found) <= set(keys)
        for backup_id in found:
            content = safe.path("safe/backups").joinpath(backup_id).read_bytes()
            assert json.loads(open_container(content, keys[backup_id]))["user"]
        # What is left of the old one is known.
        if current == new_id and BACKUP_ID in found:
            assert [entry["backup_id"] for entry in state["pending_removal"]] == [BACKUP_ID]
        assert_only_our_leftovers(safe, {"config", "backups", *("backups/" + backup_id for backup_id in keys)})
        assert safe("safe", "verify", "--state", "state.json", password=False).code == 0
        safe.good("safe", "backup", "--state", "state.json", password=False)
        assert not safe.path("state.json.new").exists()  # it may hold a key: it goes with the next save
        if current == new_id:
            assert backups(safe) == [new_id]
        elif step % 5 == 0:
            assert safe("safe", "passwd", "--state", "state.json", "--new-password-file", "new-password", password=False).code == 0
            assert backups(safe) == [new_id]
        restart()
    assert -signal.SIGKILL in killer.codes
    assert BACKUP_ID in states


@pytest.mark.parametrize("old", [None, 300_000])
def test_a_killed_put_leaves_the_old_object_or_the_new_one(tool, old):
    tool.good("store", "init", "safe", password=False)
    contents = {None: None, "old": os.urandom(old) if old else None, "new": os.urandom(8 << 20)}
    tool.write("account.json", contents["new"])
    killer = Killer(tool, "store", "put", "safe", "account.json", "data-backups/a", "--force", "--quiet")
    target = tool.path("safe/data-backups/a")
    for _ in range(3):
        killer.measure()
    seen = set()
    for step in range(MOMENTS):
        target.unlink() if contents["old"] is None else target.write_bytes(contents["old"])
        killer.kill_at(1.4 * step / MOMENTS)
        content = target.read_bytes() if target.exists() else None
        assert content in (contents["old"], contents["new"])
        seen.add(content == contents["new"])
        assert json.loads(tool.path("safe/config").read_text()) == json.loads(CONFIG)
        assert_only_our_leftovers(tool, {"config", "backups", "data-backups", "data-backups/a"})
        for left in tool.path("safe/data-backups").glob(".tresor-*"):
            left.unlink()
        if content is None:
            target.write_bytes(b"")
    assert -signal.SIGKILL in killer.codes
    assert seen == {True, False}
    target.unlink()
    assert killer.start().wait(timeout=30) == 0
    listed = tool.good("store", "list", "safe", "--json", password=False).json["objects"]
    assert [entry["name"] for entry in listed] == ["config", "data-backups/a"]


def test_a_killed_process_holds_no_lock(safe):
    process = subprocess.Popen([TOOL, "safe", "watch", "--state", "state.json"], cwd=safe.folder, stderr=subprocess.DEVNULL)
    time.sleep(0.3)
    process.kill()
    process.wait()
    start = time.monotonic()
    safe.good("safe", "backup", "--now", "--state", "state.json", password=False)
    assert time.monotonic() - start < 5


def test_what_a_killed_process_left_goes_after_a_day(safe):
    left = safe.write("safe/backups/.tresor-00112233445566778899", b"x")
    young = safe.write("safe/backups/.tresor-ffeeddccbbaa99887766", b"x")
    os.utime(left, (time.time() - 2 * 86400,) * 2)
    safe.good("safe", "backup", "--now", "--state", "state.json", password=False)
    assert not left.exists() and young.exists()


def test_a_killed_first_enable_can_be_repeated(tool):
    """The upload comes before the state: what lies there then needs --replace."""
    tool.write("account.json", ACCOUNT.read_bytes())
    arguments = ["safe", "enable", "--id", ID, "--store", "safe", "--data", "account.json", "--state", "state.json",
                 "--password-file", "password"]
    killer = Killer(tool, *arguments)
    tool.good("store", "init", "safe", password=False)
    restart = copies_of(tool, "safe")
    killer.measure()
    for step in range(MOMENTS // 2):
        tool.path("state.json").unlink(missing_ok=True)
        restart()
        killer.kill_at(0.8 + 0.3 * step / (MOMENTS // 2))
        assert set(backups(tool)) <= {BACKUP_ID}
        if tool.path("state.json").exists():
            assert state_of(tool)["enabled"] is True and backups(tool) == [BACKUP_ID]
        for path in tool.path("safe/backups").glob(BACKUP_ID):
            assert open_container(path.read_bytes(), bytes.fromhex(KEY))
        assert tool(*arguments, "--replace", password=False).code == 0
        assert backups(tool) == [BACKUP_ID]
