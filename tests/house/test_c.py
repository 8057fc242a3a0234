"""tresor.h and libtresor.so: what is declared is exported and nothing else, in every language that C headers are for."""
import os
import pathlib
import re
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).parent.parent.parent
BUILD = pathlib.Path(os.environ["TRESOR_BUILD"])
HEADER = (SOURCE / "include/tresor.h").read_text()
LIBRARY = BUILD / "lib/libtresor.so"
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]


def run(*command, **more):
    result = subprocess.run(command, capture_output=True, text=True, **more)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def declared():
    """The functions of the header, comments left aside."""
    text = re.sub(r"/\*.*?\*/", "", HEADER, flags=re.S)
    return set(re.findall(r"TRESOR_API[^;]*?\b(tresor_\w+)\(", text))


def abi_version():
    return re.search(r"#define TRESOR_ABI_VERSION (\d+)", HEADER)[1]


@pytest.mark.parametrize("compiler, language, standard", [
    ("gcc", "c", "c99"), ("gcc", "c", "c11"), ("g++", "c++", "c++14"), ("g++", "c++", "c++20"),
    ("clang", "c", "c99"), ("clang++", "c++", "c++20")])
def test_the_header_is_strict(compiler, language, standard, tmp_path):
    source = tmp_path / "one"
    source.write_text('#include <tresor.h>\n#include <tresor.h>\n'
                      "tresor_place place = TRESOR_PLACE_INIT;\ntresor_cycle_state state = TRESOR_CYCLE_STATE_INIT;\n"
                      "tresor_storage_callbacks callbacks = TRESOR_STORAGE_CALLBACKS_INIT;\n"
                      "tresor_client_options options = TRESOR_CLIENT_OPTIONS_INIT;\n")
    if subprocess.run(["which", compiler], capture_output=True).returncode:
        pytest.skip(f"{compiler} is not installed")
    extra = ["-Wstrict-prototypes"] if language == "c" else []
    run(compiler, "-x", language, f"-std={standard}", *STRICT, *extra, "-fsyntax-only", "-I", SOURCE / "include", source)


def test_exported_is_what_is_declared():
    lines = run("nm", "-D", "--defined-only", LIBRARY).splitlines()
    symbols = {line.split()[-1] for line in lines}
    version = f"TRESOR_{abi_version()}"
    assert version in symbols
    names = symbols - {version}
    assert {name.split("@@")[0] for name in names} == declared()
    assert all(name.endswith(f"@@{version}") for name in names)


def test_the_soname_is_the_abi_version():
    assert f"Library soname: [libtresor.so.{abi_version()}]" in run("readelf", "-d", LIBRARY)


def test_the_lines_of_the_header_fit():
    assert all(len(line) <= 100 for line in HEADER.splitlines())


def test_the_example_is_short_and_works(tmp_path):
    source = SOURCE / "examples/quickstart.c"
    assert source.read_text().count("\n") < 30
    program = tmp_path / "quickstart"
    run("gcc", "-std=c99", *STRICT, "-I", SOURCE / "include", source, "-L", BUILD / "lib", "-ltresor", f"-Wl,-rpath,{BUILD / 'lib'}",
        "-o", program)
    folder = tmp_path / "folder"
    folder.mkdir()
    assert '"privatekey":"BwcH' in run(program, cwd=folder)
    assert len(list((folder / "safe/backups").iterdir())) == 1
    again = subprocess.run([program], cwd=folder, capture_output=True, text=True)
    assert again.returncode == 1 and "exists already" in again.stderr


def test_the_example_of_the_readme_is_the_one_that_is_built():
    readme = (SOURCE / "README.md").read_text()
    assert re.findall(r"```c\n(.*?)```", readme, re.S) == [(SOURCE / "examples/quickstart.c").read_text()]


@pytest.mark.parametrize("how", ["pkg-config", "find_package"])
def test_a_c_program_outside_the_tree(how, tmp_path):
    prefix = tmp_path / "prefix"
    run("cmake", "--install", BUILD, "--prefix", prefix)
    source = tmp_path / "source"
    source.mkdir()
    (source / "main.c").write_text('#include <stdio.h>\n#include <tresor.h>\n'
                                   'int main(void) { return printf("%s %u\\n", tresor_version(), tresor_abi_version()) < 0; }\n')
    if how == "pkg-config":
        env = os.environ | {"PKG_CONFIG_PATH": str(next(prefix.rglob("tresor-c.pc")).parent)}
        flags = run("pkg-config", "--cflags", "--libs", "tresor-c", env=env).split()
        run("gcc", "-std=c99", source / "main.c", *flags, "-o", tmp_path / "main")
    else:
        (source / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.22)\nproject(consumer LANGUAGES C CXX)\n"
                                               "find_package(tresor REQUIRED)\nadd_executable(main main.c)\n"
                                               "target_link_libraries(main PRIVATE tresor::c)\n")
        run("cmake", "-S", source, "-B", tmp_path / "build", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}")
        run("cmake", "--build", tmp_path / "build")
        (tmp_path / "build/main").rename(tmp_path / "main")
    library = next(prefix.rglob("libtresor.so")).parent
    out = run(tmp_path / "main", env=os.environ | {"LD_LIBRARY_PATH": str(library)})
    assert out == f"0.1.0 {abi_version()}\n"
