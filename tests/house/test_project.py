"""What the README says is so."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

SOURCE = pathlib.Path(__file__).parent.parent.parent
BUILD = pathlib.Path(os.environ["TRESOR_BUILD"])
README = (SOURCE / "README.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def test_the_example_of_the_readme_is_the_one_that_is_built():
    example = (SOURCE / "examples/quickstart.cpp").read_text()
    assert blocks("cpp") == [example]
    assert example.count("\n") <= 15


def test_the_example_works(tmp_path):
    result = subprocess.run([BUILD / "bin/quickstart"], cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "state.json").exists()
    assert len(list((tmp_path / "safe/backups").iterdir())) == 1


@pytest.mark.parametrize("language", ["C++", "Python"])
def test_the_example_that_reads_a_chat_archive_works(tmp_path, language):
    (tmp_path / "chats.zip").write_bytes((SOURCE / "examples/chats.zip").read_bytes())
    command = [BUILD / "bin/chats"] if language == "C++" else [sys.executable, SOURCE / "examples/chats.py"]
    env = os.environ | {"PYTHONPATH": str(SOURCE / "bindings/python"), "TRESOR_LIBRARY": str(BUILD / "lib/libtresor.so.1")}
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=env)
    assert result.returncode == 0, result.stderr
    assert 'Echo: Hi "you", see C:' in result.stdout if language == "C++" else 'Hi "you"' in result.stdout
    assert (tmp_path / "chats/index.html").exists()


@pytest.mark.parametrize("language", ["C++", "Python"])
def test_the_example_that_writes_a_chat_archive_works(tmp_path, language):
    command = [BUILD / "bin/write_chats"] if language == "C++" else [sys.executable, SOURCE / "examples/write_chats.py"]
    env = os.environ | {"PYTHONPATH": str(SOURCE / "bindings/python"), "TRESOR_LIBRARY": str(BUILD / "lib/libtresor.so.1")}
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=env)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "Ada: Where are you?\nECHOECHO: At the lake\n"
    assert [path.name for path in tmp_path.iterdir()] == ["new.zip"]


def test_the_example_archive_is_the_miniature_of_the_second_implementation():
    vector = (SOURCE / "tests/vectors/data_backup/miniature.vec").read_bytes()
    assert vector.partition(b"\n\n")[2] == (SOURCE / "examples/chats.zip").read_bytes()


def test_a_store_of_ones_own_takes_forty_lines_and_passes_the_check():
    source = (SOURCE / "examples/own_storage.cpp").read_text()
    declared = source[source.index("class OwnStorage"):source.index("\n};\n")]
    assert declared.count("\n") < 40
    result = subprocess.run([BUILD / "bin/own_storage"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
    assert result.stdout.count("yes  ") == 18


def test_the_commands_of_the_readme_work(tmp_path):
    """Every line of the console blocks that begins with `tresor` runs, in order, and says what it should."""
    (tmp_path / "account.json").write_bytes((SOURCE / "examples/account.json").read_bytes())
    (tmp_path / "password.txt").write_text("three quiet otters\n")
    (tmp_path / "other.txt").write_text("four loud herons\n")
    (tmp_path / "new.txt").write_text("five purple otters\n")
    for name in ("threema-backup", "threema-backup_1735690400000_1", "old-phone", "new-phone"):
        (tmp_path / f"{name}.zip").write_bytes((SOURCE / "examples/chats.zip").read_bytes())
    (tmp_path / "archive-password.txt").write_text("backup-demo-1\n")
    env = os.environ | {"PATH": f"{BUILD / 'bin'}:{os.environ['PATH']}", "XDG_STATE_HOME": str(tmp_path / "state")}
    ran = 0
    for block in blocks("console"):
        for line in block.splitlines():
            if not line.startswith("$ tresor") or "cloud.example" in line:  # those: tests/servers
                continue
            ran += 1
            result = subprocess.run(line[2:], shell=True, cwd=tmp_path, env=env, capture_output=True, text=True,
                                    stdin=subprocess.DEVNULL)
            assert result.returncode == 0, line + "\n" + result.stderr
    assert ran >= 5


def test_every_file_the_readme_names_is_there():
    for name in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (SOURCE / name).exists(), name


def test_the_changelog_begins_with_this_version():
    version = (SOURCE / "include/tresor/version.hpp").read_text().split('"')[1]
    headings = re.findall(r"^## (\S+)", (SOURCE / "CHANGELOG.md").read_text(), re.M)
    assert headings[0] in (version, "Unreleased")


def test_the_vectors_are_what_the_second_implementation_writes():
    pytest.importorskip("nacl", reason="python3-nacl is not installed")
    pytest.importorskip("argon2", reason="python3-argon2 is not installed")
    pytest.importorskip("cryptography", reason="python3-cryptography is not installed")
    result = subprocess.run([sys.executable, SOURCE / "tests/vectors/make.py", "--check"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("header", sorted(str(path.relative_to(SOURCE / "include"))
                                          for path in (SOURCE / "include").rglob("*.hpp")))
def test_each_header_stands_alone(header, tmp_path):
    source = tmp_path / "one.cpp"
    source.write_text(f"#include <{header}>\n#include <{header}>\n")
    result = subprocess.run(["g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion",
                             "-Wshadow", "-Werror", "-I", SOURCE / "include", source], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_public_headers_name_no_vendor():
    for path in (SOURCE / "include").rglob("*.hpp"):
        for vendor in ("nlohmann", "sodium", "pcre2", "zlib", "openssl", "curl"):
            assert f"<{vendor}" not in path.read_text(), path
