"""data create, filter, merge: archives that the app restores, and what is left where they were not finished."""
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
import zipfile

import pytest
from conftest import SCALE, SOURCE, TOOL

pytest.importorskip("cryptography", reason="python3-cryptography is not installed")
sys.path.insert(0, str(SOURCE / "tests/archives"))
from archive import Archive, flipped, one_salt  # noqa: E402
from miniature import ECHO, LIST, ORDER, PHOTO, miniature  # noqa: E402
from test_rules import Terminal  # noqa: E402

PASSWORD = "backup-demo-1"
OTHER = "five purple otters sing"
HIKING = "a1b2c3d4e5f60718-ABCD1234"
MEDIA = f"message_media_{PHOTO}"
NONE = ("--password-file", "pw")
FILES = ["a.zip", "folder", "new", "password", "pw"]  # what is there before each command
MOMENTS = 4 if SCALE < 10 else 120


def made(entries, damaged=(), password=PASSWORD):
    archive = Archive(password, one_salt())
    for name, content in entries.items():
        deviations = {"damage": flipped(-1)} if name in damaged else {}
        archive.add(name, content, 5 if name.endswith(".csv") else 0, **deviations)
    return archive.bytes()


def fill(folder, entries):
    folder.mkdir()
    for name, content in entries.items():
        (folder / name).write_bytes(content)


@pytest.fixture
def data(tool):
    """The miniature as `a.zip` and in `folder`, its password in `pw`, another in `new`, and the command."""
    tool.write("pw", PASSWORD + "\n")
    tool.write("new", OTHER + "\n")
    tool.write("a.zip", made(miniature()))
    fill(tool.path("folder"), miniature())

    def run(*arguments, password_file="pw", **more):
        return tool("data", *arguments, "--password-file", password_file, **({"password": False} | more))
    run.tool = tool
    return run


def good(result):
    assert result.code == 0, result.err
    return result


def contents(data, path, password_file="pw"):
    """Name -> bytes, by what data extract gives."""
    folder = data.tool.path("unpacked")
    good(data("extract", path, "unpacked", password_file=password_file))
    found = {one.name: one.read_bytes() for one in folder.iterdir()}
    shutil.rmtree(folder)
    return found


def info(data, path, password_file="pw"):
    return good(data("info", path, "--json", password_file=password_file)).json


# Each makes o.zip.
COMMANDS = {"create": ["folder", "o.zip"], "filter": ["a.zip", "o.zip"], "merge": ["a.zip", "b.zip", "o.zip"]}


@pytest.fixture(params=COMMANDS)
def command(request, data):
    """The words of a command that makes o.zip, and what is there before."""
    known = list(FILES)
    if request.param == "merge":
        data.tool.write("b.zip", made(miniature()))
        known.append("b.zip")
    command = [request.param, *COMMANDS[request.param]]
    return command, sorted(known)


# ---- create ----

def test_create_packs_what_extract_gave(data):
    told = good(data("create", "folder", "o.zip", "--json")).json
    assert contents(data, "o.zip") == miniature()
    assert told["entries"] == len(miniature()) and told["bytes"] == data.tool.path("o.zip").stat().st_size
    assert told["warnings"] == []
    assert good(data("verify", "o.zip", "--json")).json["ok"]
    assert f"{len(miniature())} entries, 11 messages" in good(data("create", "folder", "p.zip")).text


def test_create_has_the_order_and_the_headers_of_the_app(data):
    good(data("create", "folder", "o.zip", "--at", "2026-11-24T17:00:00Z", "--tz", "+02:00"))
    with zipfile.ZipFile(data.tool.path("o.zip")) as archive:
        entries = archive.infolist()
    assert [one.filename for one in entries] == ORDER
    for one in entries:
        assert one.flag_bits == 0x0809 and one.compress_type == 99 and one.CRC == 0
        assert one.extra == bytes.fromhex("0199070002004145030800")
        assert one.date_time == (2026, 11, 24, 19, 0, 0)
        assert one.file_size == len(miniature()[one.filename])


def test_the_archive_is_for_its_owner_only(data, command):
    words, _ = command
    good(data(*words))
    assert stat.S_IMODE(data.tool.path("o.zip").stat().st_mode) == 0o600


def test_create_locks_the_identity_with_the_new_password(data):
    good(data("create", "folder", "o.zip", "--identity-password-file", "pw", password_file="new"))
    assert info(data, "o.zip", "new")["identity"] == "MYSELF01"
    assert data("info", "o.zip").code == 5
    assert contents(data, "o.zip", "new")["identity"] != miniature()["identity"]


def test_create_with_the_wrong_password_of_the_identity_is_5_and_says_which(data):
    result = data("create", "folder", "o.zip", "--json", password_file="new")
    assert result.code == 5 and result.json["error"]["name"] == "auth_failed"
    assert "--identity-password-file" in result.err
    assert data("create", "folder", "o.zip", "--identity-password-file", "new").code == 5
    assert data.tool.names() == FILES


@pytest.mark.parametrize("name, change, pointer", [
    ("contacts.csv", (b'"hidden"', b'"hiden"'), "contacts.csv:1: hidden is missing"),
    (f"message_{ECHO}.csv", (b'"display_tags"', b'"display"'), f"message_{ECHO}.csv:1: display_tags is missing"),
    ("groups.csv", (b'"a1b2c3d4e5f60718"', b'"a1b2"'), "groups.csv:2: id is no id"),
    ("ballot.csv", None, "ballot.csv: "),
])
def test_create_refuses_what_the_app_would_lose_a_row_for(data, name, change, pointer):
    path = data.tool.path("folder") / name
    if change is None:
        path.unlink()
    else:
        content = path.read_bytes()
        assert change[0] in content
        path.write_bytes(content.replace(*change, 1))
    result = data("create", "folder", "o.zip")
    assert result.code == 2 and pointer in result.err
    assert data.tool.names() == FILES


def test_create_tells_what_is_odd_and_packs_it(data):
    (data.tool.path("folder") / "notes.txt").write_bytes(b"hello")
    told = good(data("create", "folder", "o.zip", "--json")).json
    assert [one["pointer"] for one in told["warnings"]] == ["notes.txt"]
    assert contents(data, "o.zip")["notes.txt"] == b"hello"


@pytest.mark.parametrize("spoil", [
    lambda folder: (folder / "more").mkdir(),
    lambda folder: (folder / "more").symlink_to("settings"),
    lambda folder: os.mkfifo(folder / "more"),
], ids=["folder", "link", "fifo"])
def test_create_takes_plain_files_only(data, spoil):
    spoil(data.tool.path("folder"))
    result = data("create", "folder", "o.zip")
    assert result.code == 2 and "more" in result.err
    assert data.tool.names() == FILES


def test_create_of_a_folder_that_is_none(data):
    assert data("create", "nothing", "o.zip").code == 10
    assert data("create", "a.zip", "o.zip").code == 10
    data.tool.path("empty").mkdir()
    assert data("create", "empty", "o.zip").code == 3


def test_create_does_not_pack_itself(data):
    for path in ("folder/o.zip", data.tool.path("folder") / "o.zip", "folder/../folder/o.zip"):
        assert data("create", "folder", path).code == 2
    assert {path.name for path in data.tool.path("folder").iterdir()} == set(miniature())


# ---- the password of what is new ----

NEW = {"create": ["create", "folder", "o.zip", "--identity-password-file", "pw"],
       "filter": ["filter", "a.zip", "o.zip", "--new-password-file", "bad"],
       "merge": ["merge", "a.zip", "a.zip", "o.zip", "--new-password-file", "bad"]}


def with_new_password(data, command, password):
    data.tool.write("bad", password + "\n")
    return data(*NEW[command], password_file="bad" if command == "create" else "pw")


@pytest.mark.parametrize("command", NEW)
@pytest.mark.parametrize("bad", ["seven77", "x" * 257, "\N{GRINNING FACE}" * 129], ids=["short", "long", "two units"])
def test_a_new_password_that_the_app_would_not_take_is_2(data, command, bad):
    result = with_new_password(data, command, bad)
    assert result.code == 2 and "8 to 256 characters" in result.err
    assert data.tool.names() == sorted([*FILES, "bad"])


@pytest.mark.parametrize("command", NEW)
@pytest.mark.parametrize("weak", ["12345678", "aaaaaaaa", "password"])
def test_a_weak_new_password_is_warned_of(data, command, weak):
    assert "the password is weak" in good(with_new_password(data, command, weak)).err
    assert info(data, "o.zip", "bad")["identity"] == "MYSELF01"


@pytest.mark.parametrize("option, words", [
    ("--new-password-file", ["filter", "a.zip", "o.zip"]), ("--new-password-file", ["merge", "a.zip", "a.zip", "o.zip"]),
    ("--second-password-file", ["merge", "a.zip", "a.zip", "o.zip"]),
    ("--identity-password-file", ["create", "folder", "o.zip"])])
def test_a_missing_password_file_is_10_and_leaves_nothing(data, option, words):
    assert data(*words, option, "nowhere").code == 10
    assert data.tool.names() == FILES


def test_without_a_password_it_is_2(data, command):
    words, known = command
    result = data.tool("data", *words, password=False)
    assert result.code == 2 and "--password-file" in result.err
    assert data.tool.names() == known


def test_on_a_terminal_a_new_password_is_asked_twice(data):
    terminal = Terminal(data.tool, "data", "create", "folder", "o.zip", "--identity-password-file", "pw")
    terminal.answer(b"Password of the new archive: ", OTHER.encode() + b"\n")
    terminal.answer(b"again: ", OTHER.encode() + b"\n")
    assert terminal.end() == 0
    assert info(data, "o.zip", "new")["identity"] == "MYSELF01"


def test_standard_input_is_read_once_only(data):
    for words in (["filter", "a.zip", "o.zip", "--new-password-file", "-"],
                  ["merge", "a.zip", "a.zip", "o.zip", "--second-password-file", "-"],
                  ["create", "folder", "o.zip", "--identity-password-file", "-"]):
        result = data(*words, password_file="-", stdin=PASSWORD.encode() + b"\n")
        assert result.code == 2 and "once only" in result.err


# ---- filter ----

def test_filter_without_anything_is_the_same_archive(data):
    told = good(data("filter", "a.zip", "o.zip", "--json")).json
    assert (told["messages"], told["conflicts"], told["bad_entries"]) == (11, [], [])
    assert told["entries"] == len(miniature()) and told["bytes"] == data.tool.path("o.zip").stat().st_size
    kept = contents(data, "o.zip")
    for name, content in miniature().items():
        assert kept[name] == content, name


def test_filter_with_another_password(data):
    good(data("filter", "a.zip", "o.zip", "--new-password-file", "new"))
    assert data("info", "o.zip").code == 5
    assert info(data, "o.zip", "new")["identity"] == "MYSELF01"
    assert good(data("verify", "o.zip", "--json", password_file="new")).json["ok"]


def test_filter_without_media(data):
    told = good(data("filter", "a.zip", "o.zip", "--no-media", "--json")).json
    assert told["messages"] == 11
    assert not any("media" in name or "thumbnail" in name for name in contents(data, "o.zip"))


def test_filter_to_one_chat(data):
    told = good(data("filter", "a.zip", "o.zip", "--chat", HIKING, "--json")).json
    assert told["messages"] == 4
    chats = {one["id"]: one["messages"] for one in good(data("list", "o.zip", "--json")).json["chats"]}
    assert chats[HIKING] == 4 and sum(chats.values()) == 4 and LIST not in chats
    assert good(data("verify", "o.zip", "--json")).json["ok"]


def test_filter_to_a_chat_that_is_not_there_is_7(data):
    assert data("filter", "a.zip", "o.zip", "--chat", "NOTTHERE").code == 7
    assert data.tool.names() == FILES


def test_filter_by_time(data):
    first = good(data("filter", "a.zip", "o.zip", "--since", "2025-01-01T00:02:00Z", "--json")).json["messages"]
    rest = good(data("filter", "a.zip", "p.zip", "--until", "2025-01-01T00:02:00Z", "--json")).json["messages"]
    assert 0 < first < 11 and first + rest == 11
    assert info(data, "o.zip")["first"] >= "2025-01-01T00:02:00Z" > info(data, "p.zip")["last"]
    assert data("filter", "a.zip", "q.zip", "--since", "2025-01-02", "--until", "2025-01-01").code == 2
    assert data("filter", "a.zip", "q.zip", "--since", "soon").code == 2


def test_filter_leaves_out_what_is_damaged_and_says_so(data):
    data.tool.write("b.zip", made(miniature(), damaged={MEDIA}))
    result = data("filter", "b.zip", "o.zip", "--json")
    assert result.code == 5 and [one["name"] for one in result.json["bad_entries"]] == [MEDIA]
    assert MEDIA not in contents(data, "o.zip")
    assert info(data, "o.zip")["messages"] == 11


ODD = [["filter", "b.zip"], ["merge", "a.zip", "b.zip"], ["merge", "b.zip", "a.zip"]]


@pytest.mark.parametrize("words", ODD, ids=["filter", "second", "first"])
def test_what_anybody_may_have_written_is_taken_on_request_only(data, words):
    archive = Archive(PASSWORD, one_salt())
    for name, content in miniature().items():
        archive.add(name, content)
    archive.add("notes", b"hello", encrypted=False)
    data.tool.write("b.zip", archive.bytes())
    result = data(*words, "o.zip", "--json")
    assert result.code == 3 and [one["name"] for one in result.json["bad_entries"]] == ["notes"]
    assert "notes" not in contents(data, "o.zip")
    good(data(*words, "p.zip", "--allow-unencrypted"))
    assert contents(data, "p.zip")["notes"] == b"hello"


@pytest.mark.parametrize("words", ODD, ids=["filter", "second", "first"])
def test_an_archive_without_a_version_is_taken_on_request_only(data, words):
    data.tool.write("b.zip", made({name: content for name, content in miniature().items() if name != "settings"}))
    refused = data(*words, "o.zip")
    assert refused.code == 3 and not data.tool.path("o.zip").exists()
    good(data(*words, "o.zip", "--assume-version"))
    assert info(data, "o.zip")["version"] == 27


def test_an_old_password_that_is_too_short_for_a_new_archive_is_2_and_says_what_helps(data):
    data.tool.write("bad", "seven77\n")
    without = {name: content for name, content in miniature().items() if name != "identity"}
    data.tool.write("b.zip", made(without, password="seven77"))
    refused = data("filter", "b.zip", "o.zip", password_file="bad")
    assert refused.code == 2 and "--new-password-file" in refused.err
    good(data("filter", "b.zip", "o.zip", "--new-password-file", "new", password_file="bad"))
    assert info(data, "o.zip", "new")["messages"] == 11


# ---- merge ----

def test_merge_of_an_archive_with_itself_is_that_archive(data):
    told = good(data("merge", "a.zip", "a.zip", "o.zip", "--json")).json
    assert (told["messages"], told["conflicts"], told["bad_entries"]) == (11, [], [])
    assert info(data, "o.zip") | {"bytes": 0, "warnings": []} == info(data, "a.zip") | {"bytes": 0, "warnings": []}


def test_merge_puts_together_what_was_cut_apart(data):
    good(data("filter", "a.zip", "old.zip", "--until", "2025-01-01T00:02:00Z"))
    good(data("filter", "a.zip", "late.zip", "--since", "2025-01-01T00:02:00Z", "--new-password-file", "new"))
    told = good(data("merge", "old.zip", "late.zip", "o.zip", "--second-password-file", "new", "--json")).json
    assert told["messages"] == 11
    assert good(data("verify", "o.zip", "--json")).json["ok"]
    assert contents(data, "o.zip")[MEDIA] == miniature()[MEDIA]


def test_merge_with_a_wrong_second_password_is_5_and_says_which(data):
    data.tool.write("b.zip", made(miniature(), password=OTHER))
    result = data("merge", "a.zip", "b.zip", "o.zip")
    assert result.code == 5 and "b.zip" in result.err and "--second-password-file" in result.err
    assert not data.tool.path("o.zip").exists()


def test_merge_needs_both_files(data):
    assert data("merge", "a.zip", "none.zip", "o.zip").code == 10
    assert data("merge", "none.zip", "a.zip", "o.zip").code == 10
    assert data("merge", "a.zip", "-", "o.zip").code == 2
    assert data.tool.names() == FILES


def test_merge_lists_what_it_cannot_decide(data):
    ada = b"2" * 64
    entries = miniature()
    entries["contacts.csv"] = entries["contacts.csv"].replace(ada, b"3" * 64)
    assert entries != miniature()
    data.tool.write("b.zip", made(entries))
    told = good(data("merge", "a.zip", "b.zip", "o.zip", "--json")).json
    assert [(set(one), one["pointer"]) for one in told["conflicts"]] == [({"pointer", "reason"}, "contacts.csv:3")]
    assert told["messages"] == 11
    assert "conflict  contacts.csv:3: " in good(data("merge", "a.zip", "b.zip", "p.zip")).text


def test_merge_of_two_owners_is_12(data):
    data.tool.write("key", bytes(range(32)))
    data.tool.good(*"id export --id OTHER001 --key-file key --out code --password-file pw".split(), password=False)
    data.tool.write("b.zip", made(miniature() | {"identity": data.tool.path("code").read_bytes().strip()}))
    assert info(data, "b.zip")["identity"] == "OTHER001"
    result = data("merge", "a.zip", "b.zip", "o.zip")
    assert result.code == 12 and "different owners" in result.err
    assert not data.tool.path("o.zip").exists()


# ---- all of them ----

def test_a_wrong_password_is_5_and_leaves_nothing(data, command):
    words, known = command
    result = data(*words, "--json", password_file="new")
    assert result.code == 5 and result.json["error"]["name"] == "auth_failed"
    assert data.tool.names() == known


def test_an_output_that_is_there_is_12_without_force(data, command):
    words, _ = command
    data.tool.write("o.zip", "precious")
    assert data(*words).code == 12
    assert data.tool.path("o.zip").read_text() == "precious"
    good(data(*words, "--force"))
    assert info(data, "o.zip")["messages"] == 11


def test_what_is_read_is_not_written(data, command):
    words, known = command
    for path in ("pw", words[1]):
        assert data(*words[:-1], path, "--force").code in (2, 12)
    assert data.tool.names() == known


def test_to_standard_output(data, command):
    words, known = command
    data.tool.write("p.zip", good(data(*words[:-1], "-")).out)
    assert info(data, "p.zip")["messages"] == 11
    assert data(*words[:-1], "-", "--json").code == 2
    assert data.tool.names() == sorted([*known, "p.zip"])


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_any_number_of_jobs_makes_the_same(data, command, jobs):
    words, _ = command
    good(data(*words, "--jobs", jobs))
    assert info(data, "o.zip") | {"bytes": 0, "warnings": []} == info(data, "a.zip") | {"bytes": 0, "warnings": []}
    assert data(*words, "--force", "--jobs", "0").code == 2


def test_a_full_disk_is_10_and_leaves_nothing(data, command):
    words, known = command
    assert data(*words, limit_file=5000).code == 10
    assert data.tool.names() == known
    data.tool.write("o.zip", "precious")
    assert data(*words, "--force", limit_file=5000).code == 10
    assert data.tool.path("o.zip").read_text() == "precious"


@pytest.fixture
def long_work(data, command):
    """The same commands on many files, so that there is time to end them."""
    words, known = command
    many = miniature() | {f"message_media_6f1d2a3b-0000-4000-8000-00000001{n:04}": b"x" * 200 for n in range(6000)}
    shutil.rmtree(data.tool.path("folder"))
    fill(data.tool.path("folder"), many)
    for name in {"a.zip", "b.zip"} & set(known):
        data.tool.write(name, made(many))
    return words, known


def start(data, words, *more):
    return subprocess.Popen([TOOL, "data", *words, *NONE, *more], cwd=data.tool.folder, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)


def test_ctrl_c_is_13_and_leaves_nothing(data, long_work):
    words, known = long_work
    seen = set()
    for step in range(4):
        process = start(data, words, "--json")
        time.sleep(0.04 + 0.1 * step)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        seen.add(process.returncode)
        assert process.returncode in (0, 13, -signal.SIGINT)
        # It is there where nothing was left to do but to tell of it, at length.
        if data.tool.path("o.zip").exists():
            assert data.tool.names() == sorted([*known, "o.zip"])
            assert good(data("verify", "o.zip", "--json")).json["ok"]
            data.tool.path("o.zip").unlink()
            continue
        assert process.returncode != 0 and data.tool.names() == known
        if process.returncode == 13:
            assert json.loads(out)["error"]["name"] == "cancelled"
    assert 13 in seen


def test_a_killed_one_leaves_nothing_under_the_name(data, long_work):
    words, known = long_work
    begin = time.monotonic()
    assert start(data, words).wait(timeout=120) == 0
    took = time.monotonic() - begin
    data.tool.path("o.zip").unlink()
    moments = random.Random(8)
    killed = 0
    for _ in range(MOMENTS):
        process = start(data, words)
        time.sleep(took * moments.uniform(0.02, 1.0))
        process.kill()
        process.communicate(timeout=60)
        killed += process.returncode != 0
        if data.tool.path("o.zip").exists():
            assert good(data("verify", "o.zip", "--json")).json["ok"]
            data.tool.path("o.zip").unlink()
        left = [name for name in data.tool.names() if name not in known]
        assert all(name.startswith(".tresor-") for name in left), left
        for name in left:
            data.tool.path(name).unlink()
    assert killed > 0
