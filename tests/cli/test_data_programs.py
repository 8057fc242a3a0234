"""data create, filter, merge: other programs read what they write, whatever the steps before and the size."""
import json
import sys
import zipfile

import pytest
from conftest import SCALE, SOURCE
from test_data_write import OTHER, PASSWORD, command, contents, data, good, info, start  # noqa: F401

sys.path.insert(0, str(SOURCE / "tests/archives"))
import programs  # noqa: E402
from miniature import miniature  # noqa: E402
from test_large import LONG, MESSAGES, MOST_MEMORY, large, peak_memory  # noqa: E402, F401

HALF = "2025-01-01T00:02:00Z"


def test_what_went_through_all_steps_is_whole_and_nothing_in_it_is_odd(data):
    good(data("extract", "a.zip", "files"))
    good(data("create", "files", "made.zip", "--identity-password-file", "pw", password_file="new"))
    good(data("filter", "made.zip", "old.zip", "--until", HALF, "--new-password-file", "pw", password_file="new"))
    good(data("filter", "made.zip", "late.zip", "--since", HALF, password_file="new"))
    told = good(data("merge", "old.zip", "late.zip", "all.zip", "--second-password-file", "new", "--json")).json
    assert (told["messages"], told["conflicts"], told["bad_entries"], told["warnings"]) == (11, [], [], [])
    checked = good(data("verify", "all.zip", "--json")).json
    assert (checked["ok"], checked["warnings"]) == (True, [])
    found = contents(data, "all.zip")
    assert {name for name in found if "media" in name or "pic" in name or "avatar" in name} == \
        {name for name in miniature() if "media" in name or "pic" in name or "avatar" in name}
    for program in filter(programs.is_there, programs.PROGRAMS):
        folder = data.tool.path(program)
        folder.mkdir()
        assert programs.foreign_read(program, data.tool.path("all.zip"), PASSWORD, folder) == found, program


# ---- other programs ----


def forward(path, password, folder):
    java = ["java", "-cp", programs.ZIP4J, programs.HERE / "Zip4jForward.java", path, password, folder]
    return programs.run(java)


@pytest.mark.parametrize("program", programs.PROGRAMS)
def test_another_program_reads_it_with_the_right_password_only(data, command, program):
    if not programs.is_there(program):
        pytest.skip(f"{program} is not installed")
    words, _ = command
    good(data(*words))
    archive, right, wrong = data.tool.path("o.zip"), data.tool.path("right"), data.tool.path("wrong")
    right.mkdir()
    wrong.mkdir()
    found = programs.foreign_read(program, archive, PASSWORD, right)
    ours = contents(data, "o.zip")
    assert found == ours
    with pytest.raises(RuntimeError):
        programs.foreign_read(program, archive, OTHER, wrong)


def test_zip4j_reads_it_from_the_first_byte_to_the_last(data, command):
    if not programs.is_there("zip4j"):
        pytest.skip("zip4j is not installed")
    words, _ = command
    good(data(*words))
    folder = data.tool.path("right")
    folder.mkdir()
    result = forward(data.tool.path("o.zip"), PASSWORD, folder)
    assert result.returncode == 0, result.stderr
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == contents(data, "o.zip")


def test_7z_finds_it_whole(data, command):
    if not programs.is_there("7z"):
        pytest.skip("7z is not installed")
    words, _ = command
    good(data(*words))
    result = programs.run(["7z", "t", f"-p{PASSWORD}", data.tool.path("o.zip")])
    assert result.returncode == 0 and "Everything is Ok" in result.stdout
    listed = programs.run(["7z", "l", "-slt", data.tool.path("o.zip")]).stdout
    assert "Method = AES-256 Deflate" in listed and "Encrypted = -" not in listed.split("----------", 1)[1]


# ---- sizes ----

def test_any_number_of_messages_needs_little_memory(large):
    tool = large("messages", MESSAGES)
    assert tool("data", "extract", "a.zip", "files", "--password-file", "pw", password=False).code == 0
    assert peak_memory(tool, "create", "files", "made.zip") < MOST_MEMORY
    assert peak_memory(tool, "filter", "a.zip", "new.zip") < MOST_MEMORY
    # It knows of each message of both which one it is.
    assert peak_memory(tool, "merge", "a.zip", "made.zip", "both.zip") < MOST_MEMORY + 64 * MESSAGES
    for path in ("made.zip", "new.zip", "both.zip"):
        told = tool("data", "info", path, "--password-file", "pw", "--json", password=False).json
        assert told["messages"] == MESSAGES, path


def test_a_large_file_needs_little_memory(data):
    medium = data.tool.path("folder") / "message_media_6f1d2a3b-0000-4000-8000-00000000000f"
    with open(medium, "wb") as file:
        file.truncate(128 << 20)
    assert peak_memory(data.tool, "create", "folder", "o.zip") < MOST_MEMORY
    assert peak_memory(data.tool, "filter", "o.zip", "p.zip") < MOST_MEMORY
    data.tool.good("store", "init", "store", password=False)
    assert peak_memory(data.tool, "put", "p.zip", "--store", "store", "--deep") < MOST_MEMORY
    assert data.tool.path("p.zip").stat().st_size > 128 << 20


@pytest.mark.skipif(not LONG, reason="only in a long run")
def test_more_files_than_the_old_directory_counts(data):
    folder = data.tool.path("folder")
    for n in range(65_600):
        (folder / f"message_media_6f1d2a3b-0000-4000-8000-{n:012x}").write_bytes(b"x")
    process = start(data, ["create", "folder", "o.zip"])
    process.communicate(timeout=600)
    assert process.returncode == 0
    count = sum(1 for _ in folder.iterdir())
    with zipfile.ZipFile(data.tool.path("o.zip")) as archive:
        assert len(archive.namelist()) == count > 65_535
    process = start(data, ["verify", "o.zip"], "--json")
    out, _ = process.communicate(timeout=600)
    assert process.returncode == 0 and json.loads(out)["entries"] == count
    if programs.is_there("7z"):
        assert programs.run(["7z", "t", f"-p{PASSWORD}", data.tool.path("o.zip")]).returncode == 0
    if programs.is_there("zip4j"):
        read = data.tool.path("read")
        read.mkdir()
        assert len(programs.foreign_read("zip4j", data.tool.path("o.zip"), PASSWORD, read)) == count


@pytest.mark.skipif(not LONG, reason="only in a long run")
def test_a_file_of_more_than_4_gib(data):
    name = "message_media_6f1d2a3b-0000-4000-8000-00000000000f"
    size = (4 << 30) + 5
    with open(data.tool.path("folder") / name, "wb") as file:
        file.truncate(size)
    for words in (["create", "folder", "o.zip"], ["verify", "o.zip"]):
        process = start(data, words)
        process.communicate(timeout=600)
        assert process.returncode == 0
    if programs.is_there("zip4j"):
        read = data.tool.path("read")
        read.mkdir()
        command = programs.read_command("zip4j", read, PASSWORD, data.tool.path("o.zip"))
        assert programs.run(command).returncode == 0
        assert (read / name).stat().st_size == size
