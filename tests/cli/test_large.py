"""data: large archives, and what is left of them where they were cut off. The whole size only in a long run."""
import subprocess
import sys
import zipfile

import pytest
from conftest import SCALE, SOURCE, TOOL

pytest.importorskip("cryptography", reason="python3-cryptography is not installed")
LONG = SCALE >= 10
MESSAGES, MEDIA = (1_000_000, 20_000) if LONG else (50_000, 1_000)
NONE = ("--password-file", "pw", "--json")
MOST_MEMORY = 64 << 20  # bytes, of the tool, whatever the archive's size


@pytest.fixture
def large(tool):
    tool.write("pw", "backup-demo-1\n")

    def make(kind, count):
        subprocess.run([sys.executable, SOURCE / "tests/archives/large.py", kind, tool.path("a.zip"), "--count", str(count)],
                       check=True)
        return tool
    return make


def data(tool, *arguments):
    result = tool("data", *arguments, *NONE, password=False)
    assert result.code == 0, result.err
    return result.json


def peak_memory(tool, *arguments):
    """Of one run, in bytes; in a process of its own, since a process knows only the most of all its children."""
    program = ("import resource, subprocess, sys\n"
               "assert subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode == 0\n"
               "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)")
    result = subprocess.run([sys.executable, "-c", program, TOOL, "data", *arguments, *NONE], cwd=tool.folder,
                            env=tool.env(), capture_output=True, text=True, check=True)
    return int(result.stdout)


def complete_entries(path, size):
    """How many entries end before this place: headers of 30 bytes and a name, 11 of AES, as the directory tells."""
    with zipfile.ZipFile(path) as archive:
        return sum(one.header_offset + 30 + len(one.filename) + 11 + one.compress_size <= size for one in archive.infolist())


def check_cuts(tool):
    whole = tool.path("a.zip").read_bytes()
    for part in (0.2, 0.55, 0.9):
        size = int(len(whole) * part)
        tool.write("cut.zip", whole[:size])
        told = data(tool, "salvage", "cut.zip", "saved.zip", "--force")
        assert told["recovered"] == complete_entries(tool.path("a.zip"), size)
        result = tool("data", "verify", "saved.zip", "--assume-version", *NONE, password=False)
        assert result.code == 0 and result.json["entries"] == told["recovered"], result.err


def test_messages_of_a_large_archive_are_all_there_and_in_little_memory(large):
    tool = large("messages", MESSAGES)
    assert data(tool, "info", "a.zip")["messages"] == MESSAGES
    assert data(tool, "verify", "a.zip")["ok"] is True
    assert data(tool, "export", "a.zip", "json", "--format", "json")["messages"] == MESSAGES
    lines = 0
    for path in tool.path("json").glob("*.jsonl"):
        with open(path, "rb") as file:
            lines += sum(1 for _ in file)
    assert lines == MESSAGES
    for command in (["verify", "a.zip"], ["stats", "a.zip"], ["export", "a.zip", "html", "--format", "html"]):
        assert peak_memory(tool, *command) < MOST_MEMORY, command
    check_cuts(tool)


def test_media_of_a_large_archive_are_all_there_and_in_little_memory(large):
    tool = large("media", MEDIA)
    assert data(tool, "info", "a.zip")["media"] == MEDIA
    assert data(tool, "extract", "a.zip", "out", "--media-only")["files"] >= MEDIA
    assert data(tool, "export", "a.zip", "html")["media"] == MEDIA
    assert len([path for path in tool.path("html/media").rglob("*") if path.is_file()]) >= MEDIA
    assert peak_memory(tool, "verify", "a.zip") < MOST_MEMORY
    check_cuts(tool)


@pytest.mark.parametrize("kind", ["sparse", "giant"])
def test_an_archive_of_more_than_4_gib_is_whole(large, kind):
    tool = large(kind, 0)
    told = data(tool, "verify", "a.zip")
    assert told["ok"] is True
    assert told["bytes"] > (1 << 32) or kind == "sparse"
