"""id export from one store and into another: each server gets its own password and no other."""
import base64

import pytest
from conftest import ID
from test_faults import World

KEY = bytes(range(32))
OWN = "Basic " + base64.b64encode(b"alice:s3cret").decode()
OTHER = "Basic " + base64.b64encode(b"bob:other").decode()


@pytest.fixture
def worlds(tmp_path):
    source, target = (World(tmp_path / name, kind="webdav+") for name in ("source", "target"))
    with source.server, target.server:
        source.enable()
        source.server.requests.clear()
        source.tool.write("words", "three quiet otters\n")
        source.tool.write("key", KEY)
        yield source, target


def export(world, *options):
    return world.tool("id", "export", "--id", ID, "--password-file", "words", "--timeout", "5", *options, password=False)


def logins(world):
    return {headers.get("authorization") for _, _, headers in world.server.requests}


def codes_in(world):
    return [name for name in world.server.objects if name.startswith("id-exports/")]


FROM = ["--safe-password-file", "password"]
LOGIN = ["--store-user", "alice", "--store-password-file", "store-password"]


def test_two_servers_have_two_passwords(worlds):
    source, target = worlds
    result = export(source, "--from-store", source.location.replace("//", "//alice:s3cret@"), *FROM,
                    "--to-store", target.location.replace("//", "//bob:other@"))
    assert result.code == 0, result.err
    assert logins(source) == {OWN} and logins(target) == {OTHER} and len(codes_in(target)) == 1


def test_one_password_for_two_servers_is_refused_and_sent_nowhere(worlds):
    source, target = worlds
    for options in (LOGIN, LOGIN[:2], LOGIN[2:]):
        result = export(source, "--from-store", source.location, *FROM, "--to-store", target.location, *options)
        assert result.code == 2 and "two servers" in result.err
    assert not source.server.requests and not target.server.requests


def test_a_folder_beside_a_server_gets_no_password_and_needs_none(worlds):
    source, target = worlds
    source.tool.good("store", "init", "folder", password=False)
    result = export(source, "--from-store", source.location, *FROM, "--to-store", "folder", *LOGIN)
    assert result.code == 0, result.err
    assert logins(source) == {OWN} and len(list((source.tool.folder / "folder/id-exports").iterdir())) == 1
    result = export(source, "--key-file", "key", "--to-store", target.location, *LOGIN)
    assert result.code == 0, result.err
    assert logins(target) == {OWN} and len(codes_in(target)) == 1


@pytest.mark.parametrize("store, code", [("nowhere", 7), ("https://127.0.0.1:1/", 4), ("threema:", 4), ("memory:", 2),
                                         ("webdav+http://other.example/", 2), ("webdav+http://127.0.0.1:1/", 9)])
def test_without_a_place_for_the_code_there_is_no_sheet(worlds, store, code):
    """And a second try is not stopped by what the first has left."""
    source, _ = worlds
    for _ in range(2):
        result = export(source, "--key-file", "key", "--sheet", "sheet.html", "--to-store", store, "--quiet")
        assert result.code == code, result.err
        assert not [name for name in source.tool.names() if "sheet" in name or name.startswith(".tresor")]


def test_standard_input_is_read_once(worlds):
    source, target = worlds
    result = export(source, "--key-file", "-", "--to-store", target.location, "--store-user", "alice", "--store-password-file", "-")
    assert result.code == 2 and "once" in result.err and not target.server.requests
