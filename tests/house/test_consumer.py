"""The installed library, and the source tree, as a project outside of both uses them."""
import os
import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
SOURCE = HERE.parent.parent
BUILD = pathlib.Path(os.environ["TRESOR_BUILD"])


def run(*command, **more):
    result = subprocess.run(command, capture_output=True, text=True, **more)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    prefix = tmp_path_factory.mktemp("prefix")
    run("cmake", "--install", BUILD, "--prefix", prefix)
    return prefix


def configured(folder, *options, env=None):
    shutil.copytree(HERE / "consumer", folder / "source")
    run("cmake", "-S", folder / "source", "-B", folder / "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
        *options, env=env)
    return folder / "build"


def build_and_run(folder, *options, env=None):
    build = configured(folder, *options, env=env)
    run("cmake", "--build", build)
    return run(build / "consumer")


def version():
    header = (SOURCE / "include/tresor/version.hpp").read_text()
    return header.split('"')[1]


def test_find_package(installed, tmp_path):
    out = build_and_run(tmp_path, "-DUSE=find_package", f"-DCMAKE_PREFIX_PATH={installed}")
    assert out == f"{version()} 06 2 0ZAHXXHB\n"


def test_pkg_config(installed, tmp_path):
    pc = next(installed.rglob("tresor.pc"))
    out = build_and_run(tmp_path, "-DUSE=pkg-config", env=os.environ | {"PKG_CONFIG_PATH": str(pc.parent)})
    assert out == f"{version()} 06 2 0ZAHXXHB\n"


FROM_SOURCE = ("-DUSE=add_subdirectory", f"-DTRESOR_SOURCE={SOURCE}", "-DCMAKE_CXX_FLAGS_RELEASE=-O0")
WITHOUT = ("-DTRESOR_NET=OFF", "-DTRESOR_ARGON2=OFF", "-DTRESOR_ISAL=OFF")
builds_all = pytest.mark.skipif(int(os.environ.get("TRESOR_TEST_SCALE", "1")) < 10,
                                reason="builds the whole library once more: ./dev test --long")


def needs_none_of_what_is_left_out(program):
    needed = run("ldd", program)
    assert "libsodium" in needed and not any(name in needed for name in ("libcurl", "libargon2", "libisal"))


@builds_all
def test_add_subdirectory(tmp_path):
    out = build_and_run(tmp_path, *FROM_SOURCE, "-DTRESOR_PCH=ON")
    assert out == f"{version()} 06 2 0ZAHXXHB\n"
    assert not (tmp_path / "build/tresor/bin").exists()  # no tool, no tests: only the top project builds them


@builds_all
def test_without_a_network_and_argon2(tmp_path):
    """None of these libraries, and all that needs none. Each file with the headers alone that it names: there are no
    precompiled ones here."""
    out = build_and_run(tmp_path, *FROM_SOURCE, *WITHOUT)
    assert out == f"{version()} 06 2 unsupported\n"
    needs_none_of_what_is_left_out(tmp_path / "build/consumer")


def test_what_depends_on_options_is_built_without_them(tmp_path):
    """By way of add_subdirectory; the rest of the library is the one that is built already."""
    build = configured(tmp_path, *FROM_SOURCE, *WITHOUT)
    sources = sorted(path.relative_to(SOURCE) for path in (SOURCE / "src").rglob("*.cpp")
                     if any(f"TRESOR_{name}" in path.read_text() for name in ("NET", "ARGON2", "ISAL")))
    assert len(sources) >= 5
    objects = [f"tresor/CMakeFiles/tresor.dir/{source}.o" for source in sources]
    main = "CMakeFiles/consumer.dir/main.cpp.o"
    run("ninja", "-C", build, main, *objects)
    assert not (build / "tresor/bin").exists()
    library = shutil.copy(BUILD / "lib/libtresor.a", tmp_path)
    run("ar", "d", library, "curl.cpp.o")
    run("ar", "r", library, *(build / name for name in objects))
    run("g++", build / main, library, "-lsodium", "-lpcre2-8", "-lz", "-lexpat", "-lcrypto", "-lqrcodegencpp", "-o",
        tmp_path / "consumer")
    assert run(tmp_path / "consumer") == f"{version()} 06 2 unsupported\n"
    needs_none_of_what_is_left_out(tmp_path / "consumer")


def test_what_is_installed(installed):
    names = {str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file()}
    headers = {name for name in names if name.startswith("include/")}
    assert headers == {str(path.relative_to(SOURCE)) for path in (SOURCE / "include").rglob("*.h*")}
    assert any(name.endswith("libtresor.so") for name in names)
    assert any(name.endswith("pkgconfig/tresor-c.pc") for name in names)
    assert any(name.endswith("libtresor.a") for name in names)
    assert any(name.endswith("cmake/tresor/tresorConfig.cmake") for name in names)
    assert any(name.endswith("pkgconfig/tresor.pc") for name in names)
    assert "bin/tresor" in names


def test_no_symbol_leaves_a_library_that_contains_ours(tmp_path):
    """Hidden visibility: linked into a shared library, none of ours is exported from it."""
    source = tmp_path / "plugin.cpp"
    source.write_text('#include <tresor/safe.hpp>\n'
                      'extern "C" __attribute__((visibility("default"))) int plugin() {\n'
                      '    return static_cast<int>(tresor::safe::container_size(1) +\n'
                      '        tresor::safe::seal({}, tresor::safe::EncryptionKey(tresor::Bytes(32))).size());\n}\n')
    run("g++", "-std=c++20", "-fvisibility=hidden", "-fvisibility-inlines-hidden", "-shared", "-fPIC",
        "-I", SOURCE / "include", source, BUILD / "lib/libtresor.a", "-lsodium", "-lpcre2-8", "-lz",
        "-o", tmp_path / "plugin.so")
    symbols = run("nm", "-D", "--defined-only", "-C", tmp_path / "plugin.so").splitlines()
    assert any(line.endswith(" plugin") for line in symbols)
    assert [line for line in symbols if "tresor::" in line] == []
