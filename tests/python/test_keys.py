"""Keys, the container they seal, identities and the names of backups."""
import os

import pytest
from conftest import ACCOUNT, ID, MASTER_KEY, PASSWORD, raises

import tresor
from tresor import Keys, Secret

BACKUP_ID = MASTER_KEY[:32]


def test_keys_are_those_of_the_official_vector():
    with Keys.derive(PASSWORD, ID) as derived, Keys.from_master(MASTER_KEY) as kept:
        for keys in (derived, kept):
            assert keys.master_key() == MASTER_KEY and keys.backup_id == BACKUP_ID
            assert keys.encryption_key() == MASTER_KEY[32:]
    assert Keys.derive(PASSWORD, "echoecho").backup_id == BACKUP_ID


def test_bad_arguments_of_keys_are_refused():
    for password, identity in (("", ID), ("a\0b", ID), (PASSWORD, ""), (PASSWORD, "ECHO"), (PASSWORD, "ECHOECH√")):
        with raises("INVALID_ARGUMENT"):
            Keys.derive(password, identity)
    for size in (0, 63, 65):
        with raises("INVALID_ARGUMENT"):
            Keys.from_master(bytes(size))
    for attempt in (lambda: Keys.from_master("a" * 64), lambda: Keys.from_master(None),
                    lambda: Keys.derive(PASSWORD, b"ECHOECHO")):
        with pytest.raises(TypeError):
            attempt()


def test_closed_keys_are_refused():
    keys = Keys.from_master(MASTER_KEY)
    with keys:
        assert not keys.closed
    assert keys.closed and repr(keys) == "<tresor.Keys, closed>"
    for use in (lambda: keys.backup_id, keys.master_key, keys.encryption_key, lambda: tresor.seal("{}", keys),
                lambda: tresor.open_container(bytes(100), keys)):
        with raises("INVALID_ARGUMENT"):
            use()


def test_what_is_sealed_is_opened_byte_for_byte(keys):
    for content in ('{"text": "héllo"}', b"{}", bytearray(b"[1]"), memoryview(b"null"), Secret(b"any bytes"), b""):
        opened = tresor.open_container(tresor.seal(content, keys), keys)
        assert opened.json == Secret(content) and isinstance(opened.json, Secret) and opened.findings == ()
    assert tresor.seal("{}", keys) != tresor.seal("{}", keys), "the nonce is fresh"
    assert tresor.open_container(memoryview(tresor.seal({"a": 1}, keys)), keys).to_dict() == {"a": 1}
    account = tresor.Account.from_json(ACCOUNT)
    assert tresor.open_container(tresor.seal(account, keys), keys).to_account() == account


def test_a_changed_bit_or_another_key_is_refused(keys):
    sealed = tresor.seal("{}", keys)
    for at in range(len(sealed)):
        with raises("AUTH_FAILED"):
            tresor.open_container(sealed[:at] + bytes([sealed[at] ^ 4]) + sealed[at + 1:], keys)
    with Keys.from_master(bytes(64)) as other, raises("AUTH_FAILED"):
        tresor.open_container(sealed, other)
    for code, bad in (("MALFORMED", b""), ("MALFORMED", sealed[:39]), ("TOO_LARGE", bytes(1 << 25))):
        with raises(code):
            tresor.open_container(bad, keys)
    with raises("TOO_LARGE"):
        tresor.seal(b"x" * ((1 << 24) + 1), keys)
    for nothing in (None, 5):
        with pytest.raises(TypeError):
            tresor.open_container(nothing, keys)
        with pytest.raises(TypeError):
            tresor.seal(nothing, keys)


def test_what_is_no_json_object_is_no_dict(keys):
    for text in ("[]", "{", b"\xff", "5"):
        opened = tresor.open_container(tresor.seal(text, keys), keys)
        with raises("MALFORMED"):
            opened.to_dict()
        with raises("MALFORMED"):
            opened.to_account()


def test_the_size_of_a_container():
    with Keys.from_master(MASTER_KEY) as keys:
        for size in (1, 1000):  # of random bytes, which do not shrink
            assert tresor.container_size(size) >= len(tresor.seal(os.urandom(size), keys)) > size + 40
    assert tresor.container_size(1000) > tresor.container_size(10)
    for size, code in ((-1, "INVALID_ARGUMENT"), (2**64 + 5, "INVALID_ARGUMENT"), (1 << 40, "TOO_LARGE")):
        with raises(code):
            tresor.container_size(size)


def test_identities():
    assert tresor.parse_identity("echoecho") == ID and tresor.parse_identity("*threema") == "*THREEMA"
    for bad in ("", "ECHO", "ECHOECHO ", "ECHO*CHO", "ÄCHOECHO"):
        with raises("INVALID_ARGUMENT"):
            tresor.parse_identity(bad)
    for nothing in (None, b"ECHOECHO"):
        with pytest.raises(TypeError):
            tresor.parse_identity(nothing)


def test_the_public_key_of_a_private_one():
    private = bytes(range(32))  # safe.md 4.5
    for key in (private, bytearray(private), Secret(private)):
        assert tresor.public_key_of(key).hex() == "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f"
    with raises("INVALID_ARGUMENT"):
        tresor.public_key_of(bytes(31))


def test_backup_ids():
    assert tresor.format_backup_id(BACKUP_ID) == BACKUP_ID.hex() and tresor.parse_backup_id(BACKUP_ID.hex()) == BACKUP_ID
    for bad in (bytes(31), bytes(33)):
        with raises("INVALID_ARGUMENT"):
            tresor.format_backup_id(bad)
    for bad in ("", "00" * 31, "AB" * 32, "zz" * 32):
        with raises("INVALID_ARGUMENT"):
            tresor.parse_backup_id(bad)
