"""data: chat archives, told of, checked, taken apart, exported, saved; the archives are written by a second implementation."""
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time

import pytest
from conftest import SOURCE, TOOL

pytest.importorskip("cryptography", reason="python3-cryptography is not installed")
sys.path.insert(0, str(SOURCE / "tests/archives"))
from archive import Archive, flipped, one_salt  # noqa: E402
from miniature import ECHO, GROUP, LIST, PHOTO, miniature  # noqa: E402

PASSWORD = "backup-demo-1"
HIKING = "a1b2c3d4e5f60718-ABCD1234"
MEDIA = f"message_media_{PHOTO}"
NONE = ("--password-file", "pw")


def made(entries, damaged=(), password=PASSWORD):
    """The bytes of an archive; a bit of what is damaged is flipped in its authentication code."""
    archive = Archive(password, one_salt())
    for name, content in entries.items():
        deviations = {"damage": flipped(-1)} if name in damaged else {}
        archive.add(name, content, 5 if name.endswith(".csv") else 0, **deviations)
    return archive.bytes()


@pytest.fixture
def data(tool):
    """`a.zip`, its password in `pw`, and the command with that."""
    tool.write("pw", PASSWORD + "\n")
    tool.write("a.zip", made(miniature()))

    def run(*arguments, **more):
        return tool("data", *arguments, *NONE, **({"password": False} | more))
    run.tool = tool
    run.write = lambda name, *given, **more: tool.write(name, made(*given, **more))
    return run


def good(result):
    assert result.code == 0, result.err
    return result


# ---- info, list ----

def test_info_tells_whose_it_is_and_what_is_in_it(data):
    told = good(data("info", "a.zip", "--json")).json
    size = data.tool.path("a.zip").stat().st_size
    assert {name: told[name] for name in ("version", "identity", "contacts", "groups", "distribution_lists", "bytes")} == {
        "version": 27, "identity": "MYSELF01", "contacts": 3, "groups": 1, "distribution_lists": 1, "bytes": size}
    assert (told["messages"], told["media"], told["media_bytes"]) == (11, 1, 20480)
    assert (told["first"], told["last"]) == ("2025-01-01T00:00:00Z", "2025-01-01T00:05:00Z")
    assert told["warnings"] == []


def test_info_for_people_has_a_line_for_each(data):
    lines = good(data("info", "a.zip")).text.splitlines()
    assert lines[0].split() == ["owner", "MYSELF01"] and lines[1].split() == ["version", "27"]
    assert "messages          11 in 5 chats" in lines and "media             1 file, 20480 bytes" in lines


def test_an_archive_without_media_says_so(data):
    data.write("text.zip", miniature(media=False))
    assert good(data("info", "text.zip", "--json")).json["media"] == 0
    assert "media             none" in good(data("info", "text.zip")).text


def test_list_has_each_chat_with_its_counts(data):
    chats = {one["id"]: one for one in good(data("list", "a.zip", "--json")).json["chats"]}
    assert set(chats) == {"ECHOECHO", "ABCD1234", "GRPONLY9", HIKING, LIST}
    assert chats["ECHOECHO"] | {"name": ""} == {
        "kind": "contact", "id": "ECHOECHO", "name": "", "messages": 6, "media": 1, "first": "2025-01-01T00:00:00Z",
        "last": "2025-01-01T00:05:00Z"}
    assert (chats[HIKING]["kind"], chats[HIKING]["messages"]) == ("group", 4)
    assert chats["GRPONLY9"] | {"name": "", "kind": ""} == {
        "kind": "", "id": "GRPONLY9", "name": "", "messages": 0, "media": 0, "first": None, "last": None}
    assert 'Hiking, "2025"' in good(data("list", "a.zip")).text


def test_a_damaged_chat_is_a_warning_and_its_counts_are_unknown(data):
    name = f"message_{ECHO}.csv"
    data.write("b.zip", miniature(), damaged={name})
    told = good(data("list", "b.zip", "--json")).json
    echo = next(one for one in told["chats"] if one["id"] == "ECHOECHO")
    assert (echo["messages"], echo["media"], echo["first"]) == (None, None, None)
    assert [one["pointer"] for one in told["warnings"]].count(name) == 1
    assert "damaged  " in good(data("list", "b.zip")).text
    assert good(data("info", "b.zip", "--json")).json["messages"] == 5
    assert "without those of damaged ones" in good(data("info", "b.zip")).text


def test_a_newer_version_is_read_with_a_warning(data):
    data.write("b.zip", miniature(version=28))
    told = good(data("info", "b.zip", "--json")).json
    assert told["version"] == 28 and len(told["warnings"]) == 1
    assert "28 (newer than 27" in good(data("info", "b.zip")).text


# ---- passwords, files ----

COMMANDS = {"info": [], "verify": [], "list": [], "stats": [], "extract": ["d"], "export": ["d", "--format", "text"],
            "salvage": ["o"]}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_password_is_5_and_leaves_nothing(data, command):
    data.tool.write("pw", "another one\n")
    result = data(command, "a.zip", *COMMANDS[command], "--json")
    assert result.code == 5 and result.json["error"]["name"] == "auth_failed"
    assert data.tool.names() == ["a.zip", "password", "pw"]


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_no_archive_is_3_and_leaves_nothing(data, command):
    data.tool.write("b.zip", "no archive at all")
    result = data(command, "b.zip", *COMMANDS[command])
    assert result.code == 3
    assert "data salvage" not in result.err
    assert data.tool.names() == ["a.zip", "b.zip", "password", "pw"]


@pytest.mark.parametrize("command", [command for command in COMMANDS if command != "salvage"])
def test_of_an_archive_that_was_cut_off_salvage_is_advised(data, command):
    data.tool.write("b.zip", data.tool.path("a.zip").read_bytes()[:20_000])
    result = data(command, "b.zip", *COMMANDS[command])
    assert result.code == 3
    assert "data salvage" in result.err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_missing_file_is_10_before_the_password_is_asked_for(data, command):
    for path in ("none.zip", "."):
        result = data.tool("data", command, path, *COMMANDS[command], password=False)
        assert result.code == 10 and path in result.err


@pytest.mark.parametrize("command", COMMANDS)
def test_without_a_password_it_is_2(data, command):
    result = data.tool("data", command, "a.zip", *COMMANDS[command], password=False)
    assert result.code == 2 and "--password-file" in result.err
    assert data.tool.names() == ["a.zip", "password", "pw"]


@pytest.mark.parametrize("command", COMMANDS)
def test_an_archive_does_not_come_from_standard_input(data, command):
    result = data(command, "-", *COMMANDS[command])
    assert result.code == 2 and "give a file" in result.err


@pytest.mark.parametrize("jobs", ["0", "-1", "1025", "many"])
def test_a_number_of_jobs_that_cannot_be_is_2(data, jobs):
    assert data("verify", "a.zip", "--jobs", jobs).code == 2


@pytest.mark.parametrize("jobs", ["1", "2", "7"])
def test_any_number_of_jobs_does_the_same(data, jobs):
    assert good(data("verify", "a.zip", "--json", "--jobs", jobs)).json == good(data("verify", "a.zip", "--json")).json
    good(data("extract", "a.zip", "d", "--jobs", jobs))
    assert {path.name: path.read_bytes() for path in data.tool.path("d").iterdir()} == miniature()


def test_a_password_that_is_not_ascii_opens(data):
    data.tool.write("pw", "pässw0rd€\n")
    data.write("b.zip", miniature(), password="pässw0rd€")
    assert good(data("info", "b.zip", "--json")).json["version"] == 27


# ---- verify ----

def test_a_whole_archive_is_verified(data):
    told = good(data("verify", "a.zip", "--json")).json
    assert (told["ok"], told["entries"], told["bad_entries"], told["warnings"]) == (True, len(miniature()), [], [])
    assert f"{len(miniature())} entries, all whole" in good(data("verify", "a.zip")).text


def test_an_entry_that_does_not_authenticate_is_named_and_5(data):
    data.write("b.zip", miniature(), damaged={MEDIA})
    result = data("verify", "b.zip", "--json")
    assert result.code == 5 and result.json["error"]["code"] == 5
    assert (result.json["ok"], result.json["bad_count"]) == (False, 1)
    assert [(one["name"], one["code"]) for one in result.json["bad_entries"]] == [(MEDIA, 5)]
    assert MEDIA in data("verify", "b.zip").text


def test_an_entry_that_authenticates_and_does_not_inflate_is_3(data):
    archive = Archive(PASSWORD, one_salt()).add_all(miniature())
    archive.add("message_media_6f1d2a3b-0000-4000-8000-0000000000ff", b"", packed=b"\xff\xff no deflate")
    data.tool.write("b.zip", archive.bytes())
    result = data("verify", "b.zip", "--json")
    assert result.code == 3 and [one["code"] for one in result.json["bad_entries"]] == [3]


def test_a_tampered_entry_counts_more_than_a_broken_one(data):
    archive = Archive(PASSWORD, one_salt()).add_all(miniature())
    archive.add("nonces_other.csv", b"", packed=b"\xff\xff no deflate")
    archive.add("another", b"x", damage=flipped(-1))
    data.tool.write("b.zip", archive.bytes())
    result = data("verify", "b.zip", "--json")
    assert result.code == 5 and sorted(one["code"] for one in result.json["bad_entries"]) == [3, 5]


def test_what_is_odd_is_a_warning_and_fine(data):
    entries = miniature()
    del entries["ballot.csv"]
    entries["unknown_entry"] = b"?"
    data.write("b.zip", entries)
    told = good(data("verify", "b.zip", "--json")).json
    assert told["ok"] and {"unknown_entry"} <= {one["pointer"] for one in told["warnings"]}
    assert "warning: " in good(data("verify", "b.zip")).err


# ---- extract ----

def test_extract_gives_the_bytes_of_each_entry_and_nothing_else(data):
    told = good(data("extract", "a.zip", "d", "--json")).json
    files = {path.name: path.read_bytes() for path in data.tool.path("d").iterdir()}
    assert files == miniature()
    assert (told["files"], told["bytes"]) == (len(files), sum(map(len, files.values())))
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in data.tool.path("d").iterdir())


def test_extract_media_only_has_no_tables(data):
    good(data("extract", "a.zip", "d", "--media-only"))
    names = {path.name for path in data.tool.path("d").iterdir()}
    assert MEDIA in names and not any(name.endswith(".csv") or name in ("settings", "identity") for name in names)


def test_extract_leaves_out_what_is_damaged_and_says_so(data):
    data.write("b.zip", miniature(), damaged={MEDIA})
    result = data("extract", "b.zip", "d", "--json")
    assert result.code == 5 and [one["name"] for one in result.json["bad_entries"]] == [MEDIA]
    assert {path.name for path in data.tool.path("d").iterdir()} == set(miniature()) - {MEDIA}


def test_names_of_entries_lead_nowhere_else(data):
    archive = Archive(PASSWORD, one_salt()).add_all(miniature())
    for name in ("../evil", "/tmp/evil", "a/../../evil", "a\\evil", "..", "evil\x1b[31m"):
        archive.add(name, b"evil")
    data.tool.write("b.zip", archive.bytes())
    data("extract", "b.zip", "d")
    assert data.tool.names() == ["a.zip", "b.zip", "d", "password", "pw"]
    assert all(path.is_file() and "\x1b" not in path.name for path in data.tool.path("d").iterdir())
    assert "\x1b" not in data("verify", "b.zip").err


FILLING = {"extract": [], "export": ["--format", "html"]}


@pytest.mark.parametrize("command", FILLING)
def test_a_folder_is_new_or_empty(data, command):
    data.tool.path("d").mkdir()
    good(data(command, "a.zip", "d", *FILLING[command]))
    before = {path: path.read_bytes() for path in data.tool.path("d").rglob("*") if path.is_file()}
    result = data(command, "a.zip", "d", *FILLING[command])
    assert result.code == 12 and "new or empty" in result.err
    assert before == {path: path.read_bytes() for path in data.tool.path("d").rglob("*") if path.is_file()}
    data.tool.write("file", "precious")
    assert data(command, "a.zip", "file", *FILLING[command]).code == 12
    assert data.tool.path("file").read_text() == "precious"


@pytest.mark.parametrize("command", FILLING)
def test_a_full_disk_is_10_and_leaves_nothing(data, command):
    result = data(command, "a.zip", "d", *FILLING[command], limit_file=1000)
    assert result.code == 10 and data.tool.names() == ["a.zip", "password", "pw"]
    data.tool.path("d").mkdir()
    assert data(command, "a.zip", "d", *FILLING[command], limit_file=1000).code == 10
    assert list(data.tool.path("d").iterdir()) == []


@pytest.mark.parametrize("command", ["extract", "export", "verify", "salvage"])
@pytest.mark.parametrize("interrupt", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_is_13_and_leaves_nothing(data, command, interrupt):
    many = miniature() | {f"message_media_6f1d2a3b-0000-4000-8000-00000001{n:04}": b"x" * 200 for n in range(9000)}
    data.write("big.zip", many)
    more = {"extract": ["d"], "export": ["d", "--format", "text"], "verify": [], "salvage": ["o.zip"]}[command]
    seen = set()
    for step in range(6):
        process = subprocess.Popen([TOOL, "data", command, "big.zip", *more, *NONE, "--json", "--jobs", str(1 + step % 2)],
                                   cwd=data.tool.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        time.sleep(0.04 + 0.05 * step)
        process.send_signal(interrupt)
        out, _ = process.communicate(timeout=30)
        seen.add(process.returncode)
        # Before the handler stands, the system's own answer ends the process.
        assert process.returncode in (0, 13, -interrupt)
        if process.returncode != 0:
            assert data.tool.names() == ["a.zip", "big.zip", "password", "pw"]
        if process.returncode == 13:
            assert json.loads(out)["error"]["name"] == "cancelled"
        for path in (data.tool.path("d"), data.tool.path("o.zip")):
            subprocess.run(["rm", "-rf", path], check=True)
    assert 13 in seen


# ---- export ----

def lines_of(folder):
    return [json.loads(line) for path in sorted(folder.rglob("*.jsonl")) for line in path.read_text().splitlines()]


def test_export_as_json_has_a_line_for_each_message_with_its_text(data):
    told = good(data("export", "a.zip", "d", "--format", "json", "--json")).json
    lines = lines_of(data.tool.path("d"))
    assert told["messages"] == len(lines) == 11 and told["media"] >= 1
    texts = [line.get("text") for line in lines]
    assert 'Hi "you", see C:\\tmp\nsecond line' in texts


@pytest.mark.parametrize("format, suffix", [("html", ".html"), ("text", ".txt")])
def test_export_for_people(data, format, suffix):
    told = good(data("export", "a.zip", "d", "--format", format, "--json")).json
    assert (told["chats"], told["messages"]) == (5, 11)
    texts = "".join(path.read_text() for path in data.tool.path("d").rglob("*" + suffix))
    assert "Happy new year!" in texts


def test_export_of_some_chats(data):
    told = good(data("export", "a.zip", "d", "--format", "json", "--chat", HIKING, "--chat", LIST, "--json")).json
    assert (told["chats"], told["messages"]) == (2, 5)
    assert {line["chat"] for line in lines_of(data.tool.path("d"))} == {HIKING, LIST}
    result = data("export", "a.zip", "e", "--format", "json", "--chat", "NOTTHERE")
    assert result.code == 7 and "e" not in data.tool.names()


@pytest.mark.parametrize("options, count", [
    (["--since", "2025-01-01"], 11), (["--until", "2025-01-01"], 0), (["--since", "2025-01-02"], 0),
    (["--since", "2025-01-01T00:02:00Z", "--chat", "ECHOECHO"], 4),
    (["--since", "2025-01-01T01:02:00+01:00", "--chat", "ECHOECHO"], 4),
    (["--since", "2025-01-01", "--tz", "-01:00"], 0), (["--since", "2025-01-01", "--tz", "+01:00"], 11),
    (["--until", "2025-01-01", "--tz", "-00:02", "--chat", "ECHOECHO"], 2)])
def test_export_of_some_time(data, options, count):
    assert good(data("export", "a.zip", "d", "--format", "json", *options, "--json")).json["messages"] == count


@pytest.mark.parametrize("options", [
    ["--format", "xml"], ["--format", ""], ["--format", "json", "--since", "yesterday"], ["--format", "json", "--until", "2025-13-01"],
    ["--format", "json", "--since", "2025-01-01T00:00:00+24:00"], ["--format", "json", "--since", "2025-01-01T00:00:00"],
    ["--format", "json", "--tz", "CET"], ["--format", "json", "--tz", "+1"], ["--format", "json", "--tz", "+24:00"],
    ["--format", "json", "--lang", "fr"]])
def test_options_of_an_export_that_cannot_be_are_2(data, options):
    assert data("export", "a.zip", "d", *options).code == 2
    assert "d" not in data.tool.names()


def test_times_are_those_of_the_zone_that_was_asked_for(data, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    texts = {}
    for number, zone in enumerate(["UTC", "+09:00", "local"]):
        good(data("export", "a.zip", f"d{number}", "--format", "text", "--tz", zone, "--chat", LIST))
        texts[zone] = "".join(path.read_text() for path in sorted(data.tool.path(f"d{number}").rglob("*.txt")))
    assert texts["+09:00"] == texts["local"] != texts["UTC"]
    assert "09:00" in texts["local"]


def test_local_time_knows_of_summer(data, monkeypatch):
    """A day in July begins in Berlin two hours before that of UTC, one in January one hour."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    entries = miniature()
    name = f"distribution_list_message_{LIST}.csv"
    entries[name] = entries[name].replace(b"1735689600000", str(1751320800000).encode())  # 2025-06-30T22:00:00Z
    data.write("b.zip", entries)
    for since, count in [("2025-07-01", 1), ("2025-07-02", 0)]:
        told = good(data("export", "b.zip", since, "--format", "json", "--tz", "local", "--since", since, "--chat", LIST, "--json"))
        assert told.json["messages"] == count


def test_export_without_media_has_none(data):
    told = good(data("export", "a.zip", "d", "--format", "html", "--no-media", "--json")).json
    assert told["media"] == 0 and not list(data.tool.path("d").rglob("*.jp*g"))


def test_export_in_german(data):
    for language in ("en", "de"):
        good(data("export", "a.zip", language, "--format", "html", "--lang", language))
    pages = [(data.tool.path(language) / "index.html").read_text() for language in ("en", "de")]
    assert pages[0] != pages[1] and 'lang="de"' in pages[1]


# ---- stats ----

def test_stats_count_by_chat_day_hour_and_kind(data):
    told = good(data("stats", "a.zip", "--json")).json
    assert sum(told["per_day"].values()) == told["messages"] == sum(told["per_hour"]) == sum(told["per_weekday"])
    assert list(told["per_day"]) == ["2025-01-01"] and len(told["per_hour"]) == 24 and told["per_hour"][0] == told["messages"]
    assert told["media"]["image"] == {"count": 1, "present": 1, "bytes": 20480}
    chats = {one["id"]: one for one in told["chats"]}
    assert chats["ECHOECHO"]["messages"] == chats["ECHOECHO"]["sent"] + chats["ECHOECHO"]["received"]
    assert told["first"] == "2025-01-01T00:00:00Z"


def test_stats_go_by_the_zone(data):
    told = good(data("stats", "a.zip", "--tz", "-05:30", "--json")).json
    assert list(told["per_day"]) == ["2024-12-31"] and told["per_hour"][18] == told["messages"]


def test_stats_as_a_page(data):
    good(data("stats", "a.zip", "--html", "s.html", "--lang", "de"))
    page = data.tool.path("s.html").read_text()
    assert "<svg" in page and "<script" not in page and not re.search(r"(?:src|href)\s*=|url\(|//", page.replace("http://www.w3.org", ""))
    assert stat.S_IMODE(data.tool.path("s.html").stat().st_mode) == 0o600
    result = data("stats", "a.zip", "--html", "s.html")
    assert result.code == 12 and data.tool.path("s.html").read_text() == page
    good(data("stats", "a.zip", "--html", "s.html", "--force"))
    assert good(data("stats", "a.zip", "--html", "-")).text.lstrip().lower().startswith("<!doctype html")
    assert data("stats", "a.zip", "--html", "-", "--json").code == 2
    assert data("stats", "a.zip", "--html", "a.zip", "--force").code == 2


# ---- salvage ----

def test_salvage_saves_what_is_whole_of_an_archive_that_was_cut_off(data):
    archive = Archive(PASSWORD, one_salt()).add_all(miniature())
    names = [entry.name.decode() for entry in archive.directory]
    cut = names.index("groups.csv")
    data.tool.write("INCOMPLETE-a.zip", archive.bytes()[:archive.directory[cut].offset + 80])
    assert data("info", "INCOMPLETE-a.zip").code == 3
    told = good(data("salvage", "INCOMPLETE-a.zip", "o.zip", "--json")).json
    assert (told["recovered"], told["lost"]) == (cut, 1)
    verified = good(data("verify", "o.zip", "--json")).json
    assert verified["ok"] and verified["entries"] == told["recovered"]
    assert stat.S_IMODE(data.tool.path("o.zip").stat().st_mode) == 0o600


def test_salvage_writes_over_nothing_without_force(data):
    data.tool.write("o.zip", "precious")
    result = data("salvage", "a.zip", "o.zip")
    assert result.code == 12 and data.tool.path("o.zip").read_text() == "precious"
    good(data("salvage", "a.zip", "o.zip", "--force"))
    good(data("verify", "o.zip"))
    assert data("salvage", "a.zip", "a.zip", "--force").code == 2
    good(data("verify", "a.zip"))


def test_salvage_to_standard_output(data):
    data.tool.write("o.zip", good(data("salvage", "a.zip", "-")).out)
    assert good(data("verify", "o.zip", "--json")).json["entries"] == len(miniature())
    assert data("salvage", "a.zip", "-", "--json").code == 2


# ---- odd archives ----

def test_entries_that_are_not_encrypted_are_read_on_request_only(data):
    archive = Archive(PASSWORD, one_salt())
    for name, content in miniature().items():
        archive.add(name, content, encrypted=name != "settings")
    data.tool.write("b.zip", archive.bytes())
    assert data("info", "b.zip").code == 4
    assert good(data("info", "b.zip", "--allow-unencrypted", "--json")).json["version"] == 27


def test_an_archive_without_a_version_is_read_on_request_only(data):
    entries = miniature()
    del entries["settings"]
    data.write("b.zip", entries)
    assert data("info", "b.zip").code in (3, 4)
    assert good(data("info", "b.zip", "--assume-version", "--json")).json["version"] == 1


def test_foreign_names_cannot_steer_the_terminal(data):
    entries = miniature()
    entries["groups.csv"] = entries["groups.csv"].replace(b"Hiking", "\x1b[31mHik\u202eing".encode())
    data.write("b.zip", entries)
    for command in ("list", "stats"):
        result = good(data(command, "b.zip"))
        assert "ing" in result.text and "\x1b" not in result.text and "\u202e" not in result.text


def test_the_progress_is_drawn_on_terminals_only(data):
    assert good(data("verify", "a.zip")).err == ""
    assert os.environ.get("TERM") is None or "\r" not in good(data("extract", "a.zip", "d")).err
