"""The package as it is shipped, its self-check, its example."""
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from conftest import BUILD, PACKAGE, SOURCE, run

import tresor
from tresor import __main__ as self_check

NAME = "libtresor.so.1"


def tree_of(folder, with_library):
    """What of the source tree is needed to install the package."""
    ignored = shutil.ignore_patterns("__pycache__", ".mypy_cache", "build", "*.egg-info", "libtresor.*")
    shutil.copytree(PACKAGE, folder / "bindings/python", ignore=ignored)
    (folder / "include/tresor").mkdir(parents=True)
    for header in ("include/tresor.h", "include/tresor/version.hpp"):
        shutil.copy(SOURCE / header, folder / header)
    if with_library:
        (folder / "build/lib").mkdir(parents=True)
        shutil.copy(BUILD / "lib" / NAME, folder / "build/lib" / NAME)


def contents(folder):
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*"))


def clean_environment(**more):
    return {name: value for name, value in os.environ.items() if not name.startswith(("TRESOR_", "PYTHON", "LD_"))} | more


def install(folder, with_library):
    missing = [name for name in ("pip", "setuptools", "wheel") if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} is not installed")
    tree_of(folder / "tree", with_library)
    before = contents(folder / "tree")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--no-build-isolation", "--no-deps", "--no-index",
         "--disable-pip-version-check", "--target", folder / "target", "./bindings/python"],
        cwd=folder / "tree", capture_output=True, text=True, env=clean_environment(TMPDIR=str(folder)), timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert contents(folder / "tree") == before, "something was left in the source tree"
    assert [one.name for one in folder.iterdir() if one.name.startswith("tresor-build-")] == []
    return folder / "target"


def python(target, *arguments, **environment):
    env = clean_environment(PYTHONPATH=str(target), PYTHONDONTWRITEBYTECODE="1", **environment)
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=env, cwd="/", timeout=60)


def test_the_installed_package_has_the_library_and_passes_its_check(tmp_path):
    target = install(tmp_path, with_library=True)
    shipped = contents(target / "tresor")
    assert NAME in shipped and "py.typed" in shipped
    assert {one.name for one in (PACKAGE / "tresor").glob("*.py")} <= set(shipped)
    wheel = next(target.glob("tresor-*.dist-info")) / "WHEEL"
    assert re.search(r"(?m)^Tag: py3-none-(?!any)", wheel.read_text()) and "Root-Is-Purelib: false" in wheel.read_text()
    result = python(target, "-m", "tresor")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines()[:3] == [f"package  {tresor.__version__}", f"library  {tresor.__version__}, ABI 1",
                                              f"         {target / 'tresor' / NAME}"]


def test_the_package_without_a_library_takes_an_installed_one_or_says_what_was_tried(tmp_path):
    target = install(tmp_path, with_library=False)
    assert NAME not in contents(target / "tresor")
    wheel = next(target.glob("tresor-*.dist-info")) / "WHEEL"
    assert "Tag: py3-none-any" in wheel.read_text()
    found = python(target, "-m", "tresor", LD_LIBRARY_PATH=str(BUILD / "lib"))
    assert found.returncode == 0 and str(BUILD / "lib") in found.stdout
    missing = python(target, "-c", "import tresor")
    if missing.returncode != 0:
        assert "ImportError: libtresor was not found" in missing.stderr and str(target / "tresor" / NAME) in missing.stderr


# ---- python -m tresor ----

def test_the_self_check_says_versions_and_passes():
    result = run("import runpy; runpy.run_module('tresor', run_name='__main__')")
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == f"package  {tresor.__version__}" and lines[1] == f"library  {tresor.library_version()}, ABI 1"
    assert len(lines) == 3 + len(self_check.CHECKS) and all(line.startswith("yes  ") for line in lines[3:])


def raising():
    raise tresor.TresorError(tresor.Errc.IO, "a full disk")


@pytest.mark.parametrize("check, line", [(lambda: False, "no   it works"), (raising, "no   it works: io: a full disk")])
def test_the_self_check_fails_when_a_check_fails(monkeypatch, capsys, check, line):
    monkeypatch.setattr(self_check, "CHECKS", (("it works", check), ("this, too", lambda: True)))
    assert self_check.main() == 1
    assert capsys.readouterr().out.splitlines()[3:] == [line, "yes  this, too"]


def test_each_check_can_fail(monkeypatch):
    monkeypatch.setattr(self_check, "MASTER_KEY", "00" * 64)
    assert not self_check.keys_are_right() and self_check.what_is_sealed_can_be_opened()
    monkeypatch.setattr(self_check, "open_container", lambda *_: tresor.Opened(tresor.Secret("{}"), ()))
    assert not self_check.what_is_sealed_can_be_opened()
    assert self_check.a_store_keeps_its_word()
    monkeypatch.setattr(tresor.Storage, "check", lambda *_, **__: [tresor.Answer("it is good", False, "it is not")])
    assert not self_check.a_store_keeps_its_word()


# ---- the example ----

QUICKSTART = SOURCE / "examples/quickstart.py"


def test_the_example_is_short_and_works_in_an_empty_folder(tmp_path):
    assert len(QUICKSTART.read_text(encoding="utf-8").splitlines()) < 30
    result = run(f"import runpy; runpy.run_path({str(QUICKSTART)!r}, run_name='__main__')", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert {"safe", "state.json"} <= {one.name for one in tmp_path.iterdir()}
    assert len(list((tmp_path / "safe/backups").iterdir())) == 1


def test_the_readme_shows_the_example():
    blocks = re.findall(r"(?ms)^```python\n(.*?)^```$", (SOURCE / "README.md").read_text(encoding="utf-8"))
    assert blocks and blocks[0] == QUICKSTART.read_text(encoding="utf-8")


def test_the_package_needs_the_standard_library_only():
    result = run("""
import sys
before = set(sys.modules)
import tresor
new = {name.partition(".")[0] for name in set(sys.modules) - before} - {"tresor"}
print(sorted(name for name in new if name not in sys.stdlib_module_names))
""")
    assert result.stdout == "[]\n", result.stderr


def test_the_package_keeps_to_python_3_9():
    import ast
    for path in (PACKAGE / "tresor").glob("*.py"):
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    assert 'requires-python = ">=3.9"' in pathlib.Path(PACKAGE / "pyproject.toml").read_text(encoding="utf-8")
