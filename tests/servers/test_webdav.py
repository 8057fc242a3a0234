"""The tool on real servers: Apache, nginx, lighttpd and rclone, with TLS and Basic authentication."""
import hashlib
import json
import os
import shutil
import signal
import subprocess
import time

import pytest
from conftest import (ACCOUNT, BACKUP_ID, ID, KEY, NEW_PASSWORD, SCALE, SOURCE, TOOL, change_account, master_key, open_container, rfc3339,
                      state_of)
from servers import ALL, CONFIG, PASSWORD, USER

REMOVES_ON_CONDITION = {"apache": False, "nginx": False, "lighttpd": True, "rclone": True}


@pytest.fixture(scope="module", params=ALL, ids=lambda server: server.name)
def running(request, tmp_path_factory):
    missing = request.param.missing()
    if missing:
        pytest.skip(f"{request.param.name} is not installed ({', '.join(missing)})")
    with request.param(tmp_path_factory.mktemp(request.param.name) / "server") as server:
        yield server


class Place:
    """A folder of its own on the server, and how the tool reaches it."""

    def __init__(self, server, tool, name):
        self.server, self.tool, self.name = server, tool, name
        self.folder = server.root / name
        self.location = f"webdav+https://{server.https}{name}/"
        tool.write("store-password", PASSWORD + "\n")
        self.options = ["--store-user", USER, "--store-password-file", "store-password", "--ca-file", server.ca]

    def store(self, command, *arguments, **more):
        return self.tool("store", command, self.location, *arguments, *self.options, password=False, **more)

    def init(self):
        assert self.store("init").code == 0
        return self

    def enable(self, *more):
        self.tool.write("account.json", ACCOUNT.read_bytes())
        return self.tool.good("safe", "enable", "--id", ID, "--store", self.location, "--data", "account.json", "--state", "state.json",
                              *self.options, *more)

    def files(self):
        """What people see in the folder."""
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")
                if path.is_file() and "/." not in str(path.relative_to(self.server.root))}

    def backup_of(self, key=KEY, backup_id=BACKUP_ID):
        return json.loads(open_container((self.folder / "backups" / backup_id).read_bytes(), bytes.fromhex(key)))


@pytest.fixture
def place(running, tool, request):
    name = hashlib.sha256(request.node.name.encode()).hexdigest()[:12]
    return Place(running, tool, name)


def test_a_store_is_made_once_and_checked(place):
    assert place.store("init", "--retention-days", "90").code == 0
    assert json.loads((place.folder / "config").read_text()) == {"maxBackupBytes": 524288, "retentionDays": 90}
    assert (place.folder / "backups").is_dir()
    assert place.store("init").code == 12
    result = place.store("check", "--json")
    assert result.code == 0, result.text
    assert len(result.json["checks"]) == 18 and result.json["ok"]
    assert result.json["can"] == {"list": True, "put_if_absent": False, "conditional_put": False, "any_name": True,
                                  "conditional_remove": REMOVES_ON_CONDITION[place.server.name]}
    assert place.files() == {"config"}
    lines = place.store("check").text.splitlines()
    assert all(line.startswith("yes  ") for line in lines[:18])
    assert [line.split(":")[0] for line in lines[18:]] == ["cannot  create on condition"] + (
        [] if REMOVES_ON_CONDITION[place.server.name] else ["cannot  remove on condition"])
    nested = Place(place.server, place.tool, "not/there")
    result = nested.store("init")
    assert result.code == 7 and "no folder" in result.err


def test_the_whole_life_of_a_safe(place):
    place.init()
    run = lambda *command: place.tool("safe", *command, "--state", "state.json", "--json", password=False)
    start = 1790000000
    at = lambda hours: ("--at", rfc3339(start + 3600 * hours))
    place.enable(*at(0))
    assert place.files() == {"config", "backups/" + BACKUP_ID}
    change_account(place.tool, "second")
    assert run("backup", *at(1)).json["outcome"] == "grace"
    assert run("backup", *at(24)).json["outcome"] == "uploaded"
    assert run("backup", *at(48)).json["outcome"] == "unchanged"
    assert place.backup_of()["user"]["nickname"] == "second"
    assert run("verify", *at(49)).json["ok"] is True
    result = place.tool.good("safe", "restore", "--id", ID, "--store", place.location, "--out", "restored.json", *place.options, "--json")
    assert json.loads(place.tool.path("restored.json").read_text()) == place.backup_of()
    assert result.json["modified"] is not None
    place.tool.write("new-password", NEW_PASSWORD + "\n")
    new_id, new_key = master_key(NEW_PASSWORD)
    changed = run("passwd", "--new-password-file", "new-password", *at(50)).json
    assert changed["backup_id"] == new_id and changed["old_removed"] is True
    assert place.files() == {"config", "backups/" + new_id}
    assert place.backup_of(new_key.hex(), new_id)["user"]["nickname"] == "second"
    wrong = place.tool("safe", "restore", "--id", ID, "--store", place.location, "--out", "x.json", *place.options)
    assert wrong.code == 7
    assert run("disable").json["removed"] is True
    assert place.files() == {"config"}


def test_the_commands_of_the_readme(place):
    """A newcomer has a Safe on a server in three commands, and afterwards needs no more options."""
    commands = [line[len("$ tresor "):] for line in (SOURCE / "README.md").read_text().splitlines()
                if line.startswith("$ tresor") and "cloud.example" in line]
    assert [command.split()[:2] for command in commands] == [["store", "init"], ["store", "check"], ["safe", "enable"]]
    place.tool.write("account.json", ACCOUNT.read_bytes())
    place.tool.write("app-password", PASSWORD + "\n")
    for command in commands:
        command = command.replace("webdav+https://cloud.example/remote.php/dav/files/alice/safe/", place.location)
        password = ["--password-file", "password"] if "enable" in command else []
        place.tool.good(*command.split(), "--ca-file", place.server.ca, *password, password=False)
    place.tool.good("safe", "backup", password=False)
    assert place.backup_of()["user"]


def test_enable_where_a_backup_lies_needs_replace(place):
    place.init().enable()
    place.tool.path("state.json").unlink()
    again = place.tool("safe", "enable", "--id", ID, "--store", place.location, "--data", "account.json", "--state", "state.json",
                       *place.options)
    assert again.code == 12
    place.enable("--replace")


def test_a_large_file_goes_and_comes_back(place):
    place.init()
    size = 200_000_000
    with open(place.tool.path("archive.zip"), "wb") as file:
        block = os.urandom(1_000_000)
        for _ in range(size // len(block)):
            file.write(block)
    digest = hashlib.sha256(block * (size // len(block))).hexdigest()
    result = place.store("put", "archive.zip", "--json")
    assert result.code == 0, result.err
    assert result.json == {"name": "data-backups/archive.zip", "bytes": size, "sha256": digest}
    assert place.store("put", "archive.zip").code == 12
    listed = place.store("list", "data-backups/", "--json").json["objects"]
    assert [(entry["name"], entry["bytes"], entry["days_left"]) for entry in listed] == [("data-backups/archive.zip", size, None)]
    assert place.store("get", "data-backups/archive.zip", "back.zip", "--json").json["sha256"] == digest
    assert place.tool.path("back.zip").stat().st_size == size
    assert place.store("remove", "data-backups/archive.zip").code == 0
    assert place.store("get", "data-backups/archive.zip", "none.zip").code == 7
    assert place.files() == {"config"}


def test_a_stream_of_unknown_length_is_taken(place):
    place.init()
    content = os.urandom(3_000_000)
    assert place.store("put", "-", "data-backups/stream", "--json", stdin=content).json["sha256"] == hashlib.sha256(content).hexdigest()
    assert place.store("get", "data-backups/stream", "-").out == content


def test_a_sweep_removes_what_was_not_written_for_the_retention_time(place):
    place.init()
    now = time.time()
    ages = {"a": 0, "b": 179, "c": 182, "d": 400}
    for name, days in ages.items():
        path = place.folder / "backups" / (name * 64)
        path.write_bytes(b"x" * 100)
        os.utime(path, (now - days * 86400,) * 2)
    (place.folder / "data-backups").mkdir()
    (place.folder / "data-backups/old.zip").write_bytes(b"x")
    os.utime(place.folder / "data-backups/old.zip", (0, 0))
    place.server.hand_over()
    dry = place.store("sweep", "--dry-run", "--json").json
    assert (dry["examined"], dry["expired"], dry["removed"]) == (4, 2, 0)
    swept = place.store("sweep", "--json").json
    assert (swept["removed"], swept["bytes_freed"], swept["kept_changed"]) == (2, 200, 0)
    assert place.files() == {"config", "data-backups/old.zip", "backups/" + "a" * 64, "backups/" + "b" * 64}
    later = place.store("sweep", "--at", rfc3339(now + 500 * 86400), "--json").json
    assert later["removed"] == 2
    assert place.files() == {"config", "data-backups/old.zip"}


def test_what_a_folder_was_written_as_the_server_hands_out(place):
    """Directory writes, WebDAV reads."""
    place.tool.good("store", "init", place.folder, password=False)
    place.tool.write("account.json", ACCOUNT.read_bytes())
    place.tool.good("safe", "enable", "--id", ID, "--store", place.folder, "--data", "account.json", "--state", "state.json")
    place.tool.write("a.zip", "archive")
    place.tool.good("store", "put", place.folder, "a.zip", password=False)
    place.server.hand_over()
    names = [entry["name"] for entry in place.store("list", "--json").json["objects"]]
    assert names == ["backups/" + BACKUP_ID, "config", "data-backups/a.zip"]
    place.tool.good("safe", "restore", "--id", ID, "--store", place.location, "--out", "restored.json", *place.options)
    place.tool.good("safe", "check", "restored.json", "--canonical", "one.json", password=False)
    place.tool.good("safe", "check", "account.json", "--canonical", "two.json", password=False)
    assert place.tool.path("one.json").read_bytes() == place.tool.path("two.json").read_bytes()
    assert place.store("check").code == 0
    # Moving the Safe there is one command: the state knows the folder, the server is the same place.
    place.enable("--replace")
    assert place.files() == {"config", "data-backups/a.zip", "backups/" + BACKUP_ID}


def test_what_the_server_was_given_a_folder_reads(place):
    """WebDAV writes, Directory reads."""
    place.init().enable()
    place.tool.write("a.zip", "archive")
    assert place.store("put", "a.zip").code == 0
    names = [entry["name"] for entry in place.tool.good("store", "list", place.folder, "--json", password=False).json["objects"]]
    assert names == ["backups/" + BACKUP_ID, "config", "data-backups/a.zip"]
    place.tool.good("safe", "restore", "--id", ID, "--store", place.folder, "--out", "restored.json")
    assert json.loads(place.tool.path("restored.json").read_text()) == place.backup_of()


def test_it_is_a_safe_server_too(place):
    """The way of the official apps: config and backups/ made by hand, plain PUT, GET and DELETE."""
    location = place.location.removeprefix("webdav+")
    place.folder.mkdir()
    (place.folder / "config").write_bytes(CONFIG)
    place.server.hand_over()
    place.tool.write("account.json", ACCOUNT.read_bytes())
    enable = ["safe", "enable", "--id", ID, "--store", location, "--data", "account.json", "--state", "state.json", *place.options]
    result = place.tool(*enable)  # H-12: without the folder
    assert result.code in (8, 9) and "create the folder backups" in result.err
    (place.folder / "backups").mkdir()
    place.server.hand_over()
    place.tool.good(*enable)
    place.tool.good("safe", "backup", "--now", "--state", "state.json", password=False)
    place.tool.good("safe", "verify", "--state", "state.json", password=False)
    assert place.backup_of()["user"]
    check = place.tool("store", "check", location, *place.options, "--json", password=False).json
    unsafe = {"a put that breaks off leaves the old object"} if place.server.name == "rclone" else set()
    assert {entry["name"] for entry in check["checks"] if not entry["ok"]} <= unsafe
    assert check["can"]["list"] is False
    assert place.tool("store", "list", location, *place.options, password=False).code == 4
    assert place.tool("store", "sweep", location, *place.options, password=False).code == 4
    place.tool.good("safe", "disable", "--state", "state.json", password=False)
    assert place.files() == {"config"}


def test_who_is_not_let_in_is_told_so(place):
    place.init().enable()
    place.tool.write("wrong", "nonsense\n")
    for options in (["--ca-file", place.server.ca], ["--store-user", USER, "--store-password-file", "wrong", "--ca-file", place.server.ca],
                    place.options[:4]):
        for command in (["list"], ["check"], ["sweep"], ["put", "account.json"]):
            result = place.tool("store", command[0], place.location, *command[1:], *options, password=False)
            assert result.code == 8, (command, options, result.err)
            assert "nonsense" not in result.err and PASSWORD not in result.err
    assert place.files() == {"config", "backups/" + BACKUP_ID}


def test_plain_http_on_this_machine_works_too(place):
    place.init()
    result = place.tool("store", "list", f"webdav+http://{USER}:{PASSWORD}@{place.server.http}{place.name}", password=False)
    assert result.code == 0, result.err
    assert "config" in result.text and PASSWORD not in result.text


def test_a_killed_upload_leaves_the_old_backup(place):
    """SIGKILL in the middle of an upload: also on a server that writes in place."""
    place.init()
    old, new = os.urandom(300_000), os.urandom(30_000_000)
    place.tool.write("old", old)
    place.tool.write("new", new)
    command = [TOOL, "store", "put", place.location, "new", "data-backups/a", "--force", "--quiet", *map(str, place.options)]
    start = time.monotonic()
    subprocess.run(command, cwd=place.tool.folder, check=True, capture_output=True)
    took = time.monotonic() - start
    codes, moments = set(), 6 if SCALE < 10 else 60
    for step in range(moments):
        assert place.store("put", "old", "data-backups/a", "--force").code == 0
        process = subprocess.Popen(command, cwd=place.tool.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(took * (step + 0.5) / moments)
        process.send_signal(signal.SIGKILL)
        codes.add(process.wait())
        result = place.store("get", "data-backups/a", "-")
        assert result.out in (old, new)
    assert -signal.SIGKILL in codes


def chat_archives(tool):
    """Two of the same owner, a month apart, large enough to be cut off on their way."""
    tool.write("pw", "backup-demo-1\n")
    tool.good("data", "extract", SOURCE / "examples/chats.zip", "extracted", "--password-file", "pw", password=False)
    made = {}
    for seconds, date in ((1735690400, "20250101T001320Z"), (1738368800, "20250201T001320Z")):
        (tool.path("extracted") / "message_media_6f1d2a3b-0000-4000-8000-000000000003").write_bytes(os.urandom(5_000_000))
        name = f"threema-backup_{seconds}000_1.zip"
        tool.good("data", "create", "extracted", name, "--password-file", "pw", password=False)
        made[name] = f"data-backups/MYSELF01-{date}.zip"
    return made.items()


def test_chat_archives_are_put_thinned_and_never_forgotten(place):
    """Also where an upload is cut off, and done again."""
    place.init()
    (first, first_copy), (second, second_copy) = chat_archives(place.tool)
    options = ["--store", place.location, *place.options]
    put = lambda file, *more: place.tool("data", "put", file, *options, "--password-file", "pw", "--json", *more, password=False)
    status = lambda at: place.tool("data", "status", *options, "--every", "monthly", "--at", at, "--json", password=False).json
    start = time.monotonic()
    assert put(first).json["uploaded"] is True
    took = time.monotonic() - start
    assert status("2025-02-01T00:13:19Z")["overdue"] is False and status("2025-02-01T00:13:20Z")["overdue"] is True
    codes, moments = set(), 2 if SCALE < 10 else 30
    for step in range(moments):
        process = subprocess.Popen([TOOL, "data", "put", second, *map(str, options), "--password-file", "pw"], cwd=place.tool.folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(took * (step + 0.5) / moments)
        process.send_signal(signal.SIGKILL)
        codes.add(process.wait())
        again = put(second)
        assert again.code == 0, again.err
        assert (place.folder / second_copy).read_bytes() == place.tool.path(second).read_bytes()
        if step < moments - 1:
            assert place.store("remove", second_copy).code == 0
    assert -signal.SIGKILL in codes
    assert (status("2025-02-01T00:13:20Z")["generations"], place.files()) == (2, {"config", first_copy, second_copy})
    thinned = put(second, "--keep", "daily:1", "--deep").json
    assert thinned["uploaded"] is False
    assert [one["name"] for one in thinned["removed"]] == [first_copy] and thinned["failed"] == []
    told = status("2025-02-02T00:00:00Z")
    assert (told["name"], told["generations"], told["overdue"]) == (second_copy, 1, False)
    assert place.files() == {"config", second_copy}


def test_many_phones_share_one_folder(place):
    """Ten enable at once, in a folder whose collections are still missing."""
    assert place.store("init").code == 0
    shutil.rmtree(place.folder / "backups")
    place.tool.write("account.json", ACCOUNT.read_bytes())
    processes = []
    for number in range(10):
        command = [TOOL, "safe", "enable", "--id", f"PHONE{number:03}", "--store", place.location, "--data", "account.json", "--state",
                   f"state{number}.json", "--password-file", "password", *map(str, place.options)]
        processes.append(subprocess.Popen(command, cwd=place.tool.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
    for process in processes:
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    assert len(place.files()) == 11
    assert state_of(place.tool, "state3.json")["store"] == place.location.replace("//", f"//{USER}@")
