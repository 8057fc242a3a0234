"""For the tests of the Python package: it is taken from the source tree, the library from $TRESOR_BUILD/lib."""
import os
import pathlib
import subprocess
import sys

import pytest

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
PACKAGE = SOURCE / "bindings/python"
BUILD = pathlib.Path(os.environ.get("TRESOR_BUILD", SOURCE / "build"))
SCALE = float(os.environ.get("TRESOR_TEST_SCALE", "1"))
ID, PASSWORD, OTHER_PASSWORD = "ECHOECHO", "shootdeathstar", "three quiet otters"
MASTER_KEY = bytes.fromhex("066384d3695fbbd9f31a7d533900fd0cd8d1373beb6a28678522d2a49980c9c3"
                           "51c3d8d752fb6e1fd3199ead7f0895d6e3893ff691f2a5ee1976ed0897fc2f66")
ACCOUNT = (SOURCE / "examples/account.json").read_text(encoding="utf-8")

os.environ.setdefault("TRESOR_LIBRARY", str(BUILD / "lib/libtresor.so.1"))
sys.dont_write_bytecode = True
sys.path.insert(0, str(PACKAGE))
sys.path.insert(0, str(pathlib.Path(__file__).parent))

import tresor  # noqa: E402


def run(code, cwd=None, timeout=60, **environment):
    """What a Python of its own makes of some code, with dict_store at hand."""
    path = os.pathsep.join([str(PACKAGE), str(pathlib.Path(__file__).parent)])
    env = os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"} | environment
    return subprocess.run([sys.executable, "-X", "faulthandler", "-c", code], capture_output=True, text=True, cwd=cwd,
                          env=env, timeout=timeout)


def raises(code):
    """The expectation of a TresorError of this code, in capitals."""
    return Raises(tresor.Errc[code])


class Raises:
    def __init__(self, code):
        self.code, self.error = code, None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        assert error is not None, f"nothing was raised, {self.code!r} was expected"
        if not isinstance(error, tresor.TresorError):
            return False
        assert error.code == self.code, error
        self.error = error
        return True


@pytest.fixture
def memory():
    with tresor.open_storage("memory:") as store:
        yield store


@pytest.fixture
def folder(tmp_path):
    with tresor.open_storage(tmp_path / "store", create=True) as store:
        store.put_limits()
        yield store


@pytest.fixture(scope="session")
def keys():
    with tresor.Keys.from_master(MASTER_KEY) as made:
        yield made
