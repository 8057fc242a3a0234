"""How the library is found, and what is said when it is not."""
import os
import pathlib
import shutil
import subprocess
import sys

import pytest
from conftest import BUILD, PACKAGE, run

import tresor
from tresor import _library

NAME = "libtresor.so.1"


def refused(path, *words):
    result = run("import tresor", TRESOR_LIBRARY=str(path))
    assert result.returncode == 1
    last = result.stderr[result.stderr.index("ImportError: "):]
    assert last.startswith("ImportError: libtresor was not found; `./dev build` makes it, and TRESOR_LIBRARY may name it.")
    for word in (str(path), "(TRESOR_LIBRARY)", *words):
        assert word in last, last
    assert last.count("\n") == 2, "one line for one place"


def compiled(folder, code):
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    (folder / "made.c").write_text(code)
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", folder / "libmade.so", folder / "made.c"], check=True)
    return folder / "libmade.so"


def test_a_missing_file(tmp_path):
    refused(tmp_path / "nothing.so", "is not there")


def test_a_file_that_is_no_library(tmp_path):
    (tmp_path / "text.so").write_text("no library")
    refused(tmp_path / "text.so")
    (tmp_path / "empty.so").write_bytes(b"")
    refused(tmp_path / "empty.so")


def test_a_folder(tmp_path):
    refused(tmp_path)


def test_a_library_without_tresor(tmp_path):
    refused(compiled(tmp_path, "int other(void) { return 1; }"), "is none of tresor")


def test_a_library_of_another_abi(tmp_path):
    refused(compiled(tmp_path, "unsigned tresor_abi_version(void) { return 2; }"), "has ABI version 2, this package needs 1")


def test_an_older_library(tmp_path):
    refused(compiled(tmp_path, "unsigned tresor_abi_version(void) { return 1; }"), "is older than this package")


def test_a_library_with_other_structs(monkeypatch):
    monkeypatch.setattr(_library, "struct_sizes", lambda: [(b"tresor_object", 5, False), (b"tresor_buf", 16, False)])
    with pytest.raises(OSError, match="has other structs than this package: .*tresor_object"):
        _library.load_one(tresor.library_path())


def test_structs_with_a_version_may_have_grown(monkeypatch):
    sizes = {name: size for name, size, grows in _library.struct_sizes() if grows}
    assert b"tresor_place" in sizes and b"tresor_object" not in sizes
    monkeypatch.setattr(_library, "struct_sizes", lambda: [(b"tresor_place", sizes[b"tresor_place"] - 8, True)])
    assert _library.load_one(tresor.library_path()) is not None
    monkeypatch.setattr(_library, "struct_sizes", lambda: [(b"tresor_place", sizes[b"tresor_place"] + 8, True)])
    with pytest.raises(OSError, match="tresor_place"):
        _library.load_one(tresor.library_path())


def test_the_library_that_was_loaded_says_where_it_is():
    assert os.path.samefile(tresor.library_path(), os.environ["TRESOR_LIBRARY"])


@pytest.fixture
def alone(tmp_path):
    """The package without anything beside it."""
    shutil.copytree(PACKAGE / "tresor", tmp_path / "bindings/python/tresor", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "bindings/python"


def python(package, code, **environment):
    others = ("TRESOR_LIBRARY", "LD_LIBRARY_PATH", "PYTHONPATH")
    env = {name: value for name, value in os.environ.items() if name not in others}
    env |= {"PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1"} | environment
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, cwd="/")


def test_it_is_found_beside_the_package(alone):
    shutil.copy(BUILD / "lib" / NAME, alone / "tresor" / NAME)
    result = python(alone, "import tresor; print(tresor.library_path(), tresor.__version__)")
    assert result.stdout == f"{alone / 'tresor' / NAME} unknown\n", result.stderr


def test_it_is_found_in_the_source_tree(alone):
    tree = alone.parent.parent
    for folder in ("include/tresor", "build/lib"):
        (tree / folder).mkdir(parents=True)
    shutil.copy(PACKAGE.parent.parent / "include/tresor.h", tree / "include")
    shutil.copy(PACKAGE.parent.parent / "include/tresor/version.hpp", tree / "include/tresor")
    shutil.copy(BUILD / "lib" / NAME, tree / "build/lib" / NAME)
    result = python(alone, "import tresor; print(tresor.library_path(), tresor.__version__)")
    assert result.stdout == f"{tree / 'build/lib' / NAME} {tresor.__version__}\n", result.stderr


def test_it_is_found_where_the_loader_looks(alone, tmp_path):
    shutil.copy(BUILD / "lib" / NAME, tmp_path / NAME)
    result = python(alone, "import tresor; print(tresor.library_path())", LD_LIBRARY_PATH=str(tmp_path))
    assert result.stdout == f"{tmp_path / NAME}\n", result.stderr


def test_where_there_is_none_it_says_what_was_tried(alone):
    (alone.parent.parent / "include").mkdir()
    (alone.parent.parent / "include/tresor.h").touch()
    result = python(alone, "import tresor")
    if result.returncode == 0:
        pytest.skip("a libtresor is installed on this system")
    for word in ("beside the package", "built in this source tree", "where the system's loader looks", "./dev build"):
        assert word in result.stderr
    assert "AttributeError" not in result.stderr


def test_a_library_beside_that_cannot_be_loaded_is_passed_over(alone, tmp_path):
    (alone / "tresor" / NAME).write_text("damaged")
    shutil.copy(BUILD / "lib" / NAME, tmp_path / NAME)
    assert python(alone, "import tresor", LD_LIBRARY_PATH=str(tmp_path)).returncode == 0


@pytest.mark.parametrize("where", ["/tresor", "/app/tresor", "/usr/lib/python3/dist-packages/tresor",
                                   "/usr/local/lib/py/tresor"])
def test_a_package_that_is_installed_anywhere_looks_for_no_source_tree(monkeypatch, where):
    monkeypatch.setattr(_library, "HERE", pathlib.PosixPath(where))
    assert _library.checkout() is None
    assert [origin for _, origin in _library.candidates()][0] == "beside the package"
    assert "built in this source tree" not in [origin for _, origin in _library.candidates()]
