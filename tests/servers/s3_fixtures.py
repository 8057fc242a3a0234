"""What the tests on Swift share: the server, started once for all of them, and a bucket for each."""
import hashlib

import pytest
from s3_place import Place
from swift import Swift


@pytest.fixture(scope="session")
def swift(tmp_path_factory):
    missing = Swift.missing()
    if missing:
        pytest.skip(f"swift is not installed ({', '.join(missing)})")
    with Swift(tmp_path_factory.mktemp("swift") / "server") as server:
        yield server


@pytest.fixture
def bucket(swift, tmp_path, request):
    """A place in a bucket of its own, which is empty; `s3` is another client of it."""
    name = "t" + hashlib.sha256(request.node.name.encode()).hexdigest()[:12]
    place = Place(tmp_path / "place", swift.endpoint, swift.new_bucket(name))
    place.swift, place.s3 = swift, swift.s3
    return place
