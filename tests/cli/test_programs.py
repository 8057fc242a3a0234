"""data: archives that other programs make of the same content, and one that was packed anew by a person."""
import sys

import pytest
from conftest import SOURCE

pytest.importorskip("cryptography", reason="python3-cryptography is not installed")
sys.path.insert(0, str(SOURCE / "tests/archives"))
import programs  # noqa: E402
from miniature import miniature  # noqa: E402

PASSWORD = "backup-demo-1"


@pytest.mark.parametrize("program", programs.PROGRAMS)
def test_an_archive_of_another_program_is_whole_and_its_contents_are_the_same(tool, program):
    if not programs.is_there(program):
        pytest.skip(f"{program} is not installed")
    entries = miniature()
    source = tool.path("source")
    source.mkdir()
    for name, content in entries.items():
        (source / name).write_bytes(content)
    assert programs.foreign(program, source, PASSWORD, tool.path("a.zip"))
    tool.write("pw", PASSWORD + "\n")
    arguments = ("--password-file", "pw", "--json")
    told = tool("data", "verify", "a.zip", *arguments, password=False)
    assert told.code == 0, told.err
    assert told.json["ok"] is True and told.json["entries"] >= len(entries)
    assert tool("data", "extract", "a.zip", "out", *arguments, password=False).code == 0
    for name, content in entries.items():
        assert tool.path("out").joinpath(name).read_bytes() == content, name
    assert tool("data", "info", "a.zip", *arguments, password=False).json["messages"] == 11
