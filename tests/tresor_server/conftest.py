"""For the tests of the running server: what is shared with those of the tool and of other servers stands one folder up."""
import pathlib
import sys

sys.path[1:1] = [str(pathlib.Path(__file__).parent.parent), str(pathlib.Path(__file__).parent.parent / "servers")]
import pytest  # noqa: E402
from safe_server import SafeServer  # noqa: E402
from servers import make_certificate  # noqa: E402
from tool import SCALE, SOURCE, TOOL, safe, tool  # noqa: E402,F401


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate and its key, for 127.0.0.1."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server without TLS and accounts for the tests of a file. Each client says where it comes from, so that none is
    throttled for what another did."""
    with SafeServer(tmp_path_factory.mktemp("server"), "--behind-proxy", "127.0.0.1") as running:
        yield running
