"""The example programs under bindings/: each language can do what the library can."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from tool import ID, SOURCE, TOOL, backups, tool  # noqa: F401,E402

LIBRARY = TOOL.parent.parent / "lib/libtresor.so.1"
PASSWORD = "three quiet otters"

# How a program is run, and what only works where all it needs is installed.
LANGUAGES = {
    "lua": (["luajit"], "tresor.lua", ["-e", "require 'ffi'"]),
    "ruby": (["ruby", "-w"], "tresor.rb", ["-rfiddle/import", "-rjson", "-e", ""]),
    "perl": (["perl"], "tresor.pl", ["-MFFI::Platypus=2.00", "-MJSON::PP", "-e", "use v5.36"]),
}

STEPS = [
    r"1 library: tresor \d+\.\d+\.\d+, ABI \d+",
    r"2 container: \d+ bytes sealed, the same came out",
    r"3 wrong password: auth_failed: the container was sealed with another key or was changed",
    r"4 backup: uploaded \(never_uploaded\), a day later uploaded \(changed\)",
    r"5 restore: \d+ bytes, the same account",
    r"6 store of its own: 18 answers, all ok",
    r"7 its error: io: the shelf is full",
    r"everything held",
]

pytestmark = pytest.mark.skipif(not LIBRARY.exists(), reason="the shared library was not built")


class Program:
    def __init__(self, language):
        self.language = language
        self.command, name, probe = LANGUAGES[language]
        self.path = SOURCE / "bindings" / language / name
        interpreter = self.command[0]
        if not shutil.which(interpreter):
            pytest.skip(f"{interpreter} is not installed")
        probed = subprocess.run([interpreter, *probe], capture_output=True, text=True)
        if probed.returncode != 0:
            pytest.skip(f"{interpreter} lacks a module: {probed.stderr.splitlines()[0]}")

    def run(self, *arguments, **more):
        return subprocess.run([*self.command, self.path, *arguments], capture_output=True, timeout=60,
                              encoding="utf-8", **more)


@pytest.fixture(params=LANGUAGES)
def program(request):
    return Program(request.param)


def check_steps(result):
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert len(lines) == len(STEPS), result.stdout
    for line, step in zip(lines, STEPS):
        assert re.fullmatch(step, line), line


def test_a_program_takes_every_step_and_the_tool_restores_its_backup(program, tool, tmp_path):  # noqa: F811
    (tmp_path / "work").mkdir()
    result = program.run(LIBRARY, tmp_path / "work")
    check_steps(result)

    assert sorted(path.name for path in (tmp_path / "work/safe").iterdir()) == ["backups", "config"]
    limits = json.loads((tmp_path / "work/safe/config").read_text())
    assert limits == {"maxBackupBytes": 524288, "retentionDays": 180}
    assert len(backups(tool, "work/safe")) == 1

    tool.password_file = tool.write("password", PASSWORD + "\n")
    tool.good("safe", "restore", "--id", ID, "--store", "work/safe", "--out", "restored.json")
    user = json.loads(tool.path("restored.json").read_text())["user"]
    assert user["nickname"] == "Zoë 🦦"

    backup_id, = backups(tool, "work/safe")
    for secret in (PASSWORD, user["privatekey"], backup_id):
        assert secret not in result.stdout


def test_without_arguments_it_takes_the_installed_library_and_its_own_folder(program, tmp_path):
    environment = os.environ | {"LD_LIBRARY_PATH": str(LIBRARY.parent)}
    check_steps(program.run(cwd=tmp_path, env=environment))
    assert sorted(path.name for path in (tmp_path / "safe").iterdir()) == ["backups", "config"]


@pytest.mark.parametrize("name, says", [
    ("missing.so", "missing.so"),  # there is none
    ("text.so", "text.so"),        # it is no library
    ("libc.so.6", "tresor_"),      # it is another one
])
def test_a_wrong_library_is_a_clear_message(program, tmp_path, name, says):
    (tmp_path / "text.so").write_text("no library\n")
    result = program.run(name if name == "libc.so.6" else tmp_path / name, tmp_path)
    assert result.returncode != 0
    assert result.stdout == ""
    assert re.fullmatch(rf"cannot load libtresor: .*{re.escape(says)}.*\n", result.stderr)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["text.so"]


def test_what_fails_is_told_in_one_line(program, tmp_path):
    (tmp_path / "file").write_text("no folder\n")
    result = program.run(LIBRARY, tmp_path / "file")
    assert result.returncode == 1
    assert re.fullmatch(r"failed: (io|invalid_argument): .*\n", result.stderr)
