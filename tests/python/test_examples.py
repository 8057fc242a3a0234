"""The programs in examples/ do what they say."""
import os
import re
import subprocess
import sys

from conftest import PACKAGE, SOURCE


def run(path, *arguments, cwd):
    env = os.environ | {"PYTHONPATH": str(PACKAGE), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, SOURCE / "examples" / path, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=env)


def test_a_store_of_ones_own_passes_every_question(tmp_path):
    result = run("own_storage.py", "objects.db", cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    lines = result.stdout.splitlines()
    assert len(lines) == 18 and all(line.startswith("yes ") for line in lines)
    again = run("own_storage.py", "objects.db", cwd=tmp_path)  # over what is there already
    assert again.returncode == 0, again.stdout


def test_the_examples_are_short():
    lines = (SOURCE / "examples/own_storage.py").read_text().splitlines()
    assert len([line for line in lines if line.strip() and not line.strip().startswith("#")]) < 70
    assert not re.search(r"TODO|XXX", "\n".join(lines))
