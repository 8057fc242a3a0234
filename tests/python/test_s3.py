"""S3 by way of the Python package: on an engine in memory that checks every signature."""
import hashlib
import io
import os
import sys
import time
import urllib.parse
from datetime import datetime, timedelta, timezone

import pytest
from conftest import ACCOUNT, ID, MASTER_KEY, PASSWORD, SOURCE, raises, run

import tresor
from tresor.place import Place

sys.path.append(str(SOURCE / "tests/servers"))
from s3_engine import ACCESS, SECRET, Engine, Refused, Stored  # noqa: E402


@pytest.fixture
def engine():
    with Engine() as engine:
        yield engine


def place_in(engine, path="safes", secret=SECRET, **more):
    return Place(engine.location(path), user=ACCESS, password=secret, **more)


@pytest.fixture
def store(engine):
    with tresor.open_storage(place_in(engine)) as store:
        yield store


def test_objects_go_and_come_back(engine, store):
    info = store.put_bytes("backups/" + "a" * 64, b"sealed")
    assert engine.objects["backups/" + "a" * 64].body == b"sealed"
    assert info.size == 6
    assert store.stat("backups/" + "a" * 64).modified is not None
    assert store.get_bytes("backups/" + "a" * 64) == b"sealed"
    assert store.get_bytes("nothing") is None and store.stat("nothing") is None
    assert store.remove("backups/" + "a" * 64) is True
    assert engine.objects == {}


def test_a_listing_has_pages(engine, store):
    engine.page = 3
    for number in range(10):
        engine.objects[f"x/{number}"] = Stored(b"x" * number)
    assert sorted((info.name, info.size) for info in store.list("x/")) == [(f"x/{number}", number) for number in range(10)]


def test_a_large_file_goes_in_parts(engine, store, tmp_path):
    path = tmp_path / "archive.zip"
    path.write_bytes(os.urandom(1 << 20) * 33)
    store.put_file(path)
    assert engine.objects["data-backups/archive.zip"].body == path.read_bytes()
    assert any(request.is_part() for request in engine.requests) and engine.uploads == {}
    store.get_file("data-backups/archive.zip", tmp_path / "back.zip")
    assert hashlib.sha256((tmp_path / "back.zip").read_bytes()).digest() == hashlib.sha256(path.read_bytes()).digest()


def test_a_source_that_raises_leaves_no_upload(engine, store):
    class Failing(io.RawIOBase):
        sent = 0

        def readable(self):
            return True

        def readinto(self, into):
            self.sent += len(into)
            if self.sent > 24 << 20:
                raise RuntimeError("the phone was unplugged")
            into[:] = bytes(len(into))
            return len(into)

    with pytest.raises(RuntimeError, match="unplugged"):
        store.put("data-backups/a", Failing())
    assert engine.objects == {} and engine.uploads == {}


@pytest.mark.parametrize("unique", (True, False))
def test_conditions_are_those_of_the_engine(engine, unique):
    engine.unique = unique
    with tresor.open_storage(place_in(engine)) as store:
        versions = tresor.Abilities.CONDITIONAL_PUT | tresor.Abilities.CONDITIONAL_REMOVE
        assert tresor.Abilities.PUT_IF_ABSENT in store.abilities()
        assert store.abilities() & versions == (versions if unique else 0)
        first = store.put_bytes("a", b"1", tresor.IfAbsent())
        with raises("CONFLICT"):
            store.put_bytes("a", b"2", tresor.IfAbsent())
        assert bool(first.version) is unique
        if not unique:
            with raises("UNSUPPORTED"):
                store.remove("a", tresor.IfVersion("x"))
            return
        store.put_bytes("a", b"2", tresor.IfVersion(first.version))
        with raises("CONFLICT"):
            store.remove("a", tresor.IfVersion(first.version))
        assert engine.objects["a"].body == b"2"


def test_the_contract_of_a_storage_holds(engine, store):
    with tresor.open_storage(place_in(engine)) as again:
        answers = store.check(again)
    assert len(answers) >= 18 and all(answer.ok for answer in answers), [answer for answer in answers if not answer.ok]
    assert engine.objects == {}


def test_a_sweep_keeps_what_is_not_expired(engine, store):
    store.put_limits(tresor.Limits(retention_days=30))
    now = datetime.now(timezone.utc)
    for number, days in enumerate((0, 29, 32, 400)):
        engine.objects[f"backups/{number:064x}"] = Stored(b"x" * 10, modified=(now - timedelta(days=days)).timestamp())
    assert store.sweep(dry_run=True).expired == 2
    swept = store.sweep()
    assert (swept.examined, swept.removed, swept.bytes_freed) == (4, 2, 20)
    assert sorted(engine.objects) == ["backups/" + "0" * 64, f"backups/{1:064x}", "config"]


def test_the_engine_removes_what_has_expired(engine, store, tmp_path):
    store.put_limits(tresor.Limits(retention_days=30))
    store.lifecycle()
    assert b"<Days>30</Days>" in engine.rules["safes"]
    store.lifecycle(7)
    assert engine.rules["safes"].count(b"<ID>") == 2 and b"<Days>30</Days>" not in engine.rules["safes"]
    for days in (0, 36501):
        with raises("INVALID_ARGUMENT"):
            store.lifecycle(days)
    engine.lifecycle = False
    with raises("UNSUPPORTED"):
        store.lifecycle(7)
    with tresor.open_storage(tmp_path) as folder, raises("UNSUPPORTED"):
        folder.lifecycle(7)


def test_an_upload_that_takes_its_time_to_be_put_together_is_awaited(engine, tmp_path):
    """Amazon may take minutes, and says nothing that counts as progress."""
    def fault(request):
        if request.method == "POST" and "uploadId" in request.query:
            time.sleep(3)
    engine.fault = fault
    with tresor.open_storage(place_in(engine, timeout=timedelta(seconds=1))) as store:
        store.put("data-backups/a", io.BytesIO(bytes(20 << 20)))
    assert len(engine.objects["data-backups/a"].body) == 20 << 20
    assert len([request for request in engine.requests if request.is_part()]) == 2


def test_an_upload_that_is_gone_is_no_conflict(engine):
    engine.unique = True
    with tresor.open_storage(place_in(engine)) as store:
        first = store.put_bytes("a", b"1", tresor.IfAbsent())
        engine.fault = lambda request: Refused(404, "NoSuchUpload") if "uploadId" in request.query else None
        with raises("UNAVAILABLE"):
            store.put("a", io.BytesIO(bytes(20 << 20)), tresor.IfVersion(first.version))
    assert engine.objects["a"].body == b"1"


def test_a_temporary_key_has_a_session_token():
    token = "the+session/s=token"
    with Engine(token=token) as engine:
        with tresor.open_storage(place_in(engine, token=token)) as store:
            store.put_limits()
            assert sorted(engine.objects) == ["config"]
        in_location = engine.location().replace("s3://", f"s3://{ACCESS}:{urllib.parse.quote(SECRET, safe='')}@")
        with tresor.open_storage(in_location, token=token) as store:
            assert store.limits() == tresor.Limits()
        for wrong in (None, "anothers+token"):
            with tresor.open_storage(place_in(engine, token=wrong)) as store, raises("DENIED") as denied:
                store.get_bytes("config")
            assert token not in str(denied.error) and "anothers" not in str(denied.error)
        with raises("INVALID_ARGUMENT"):
            tresor.open_storage(engine.location(), token=token)
        with raises("INVALID_ARGUMENT"):
            tresor.open_storage("https://127.0.0.1:1/", user="u", password="p", token=token)


def test_a_safe_takes_no_key_that_ends(engine, tmp_path):
    with tresor.SafeClient(tmp_path / "state.json", place_in(engine, token="t")) as client, raises("UNSUPPORTED"):
        client.enable(PASSWORD, ID, ACCOUNT)
    assert engine.objects == {}


def test_no_credential_is_told(engine):
    with tresor.open_storage(place_in(engine, secret="not the secret")) as store:
        assert SECRET not in store.describe() and ACCESS not in store.describe()
        with raises("DENIED") as denied:
            store.get_bytes("config")
        assert "not the secret" not in str(denied.error)
    in_location = engine.location().replace("s3://", f"s3://{ACCESS}:{urllib.parse.quote(SECRET, safe='')}@")
    with tresor.open_storage(in_location) as store:
        store.put_limits()
        assert SECRET not in store.describe()


def test_the_environment_is_not_read(engine):
    """Only the tool does that: a library has no secrets that nobody gave it."""
    code = f"import tresor\ntry:\n    tresor.open_storage({engine.location()!r}).get_bytes('config')\nexcept tresor.TresorError as e:\n    print(e.code.name)"
    result = run(code, AWS_ACCESS_KEY_ID=ACCESS, AWS_SECRET_ACCESS_KEY=SECRET)
    assert result.stdout.strip() in ("DENIED", "INVALID_ARGUMENT"), result.stdout + result.stderr
    assert all("authorization" not in request.headers for request in engine.requests)


def test_a_fault_is_an_error_with_its_number(engine, store):
    for fault, code in ((Refused(500, "InternalError"), "UNAVAILABLE"), (Refused(403, "AccessDenied"), "DENIED")):
        engine.fault = lambda request: fault
        with raises(code):
            store.get_bytes("config")


def test_a_safe_lives_in_a_bucket(engine, store, tmp_path):
    store.put_limits()
    start = tresor.parse_time("2026-11-24T06:05:00Z")
    with tresor.SafeClient(tmp_path / "state.json", place_in(engine)) as client:
        assert client.enable(PASSWORD, ID, ACCOUNT, now=start).kind is tresor.OutcomeKind.UPLOADED
    assert sorted(engine.objects) == ["backups/" + MASTER_KEY[:32].hex(), "config"]
    with tresor.SafeClient(tmp_path / "state.json") as client:  # it knows its place, and the key for it
        assert client.verify().differs is False
        client.disable()
    assert sorted(engine.objects) == ["config"]
