"""Arguments: a wrong type is a TypeError, a number out of range invalid_argument; nothing is cut to what C can hold."""
import copy
import io
import pickle
from datetime import timedelta

import pytest
from conftest import ACCOUNT, ID, OTHER_PASSWORD, PASSWORD, raises
from dict_store import DictStore, MemoryStates

import tresor
from tresor import Abilities, CyclePolicy, CycleState, Errc, Limits, ObjectInfo, Place, Reason

NAME = "backups/" + "ab" * 32
DIGEST = bytes(32)


def own(**answers):
    store = DictStore()
    for name, answer in answers.items():
        setattr(store, name, lambda *_, answer=answer: answer)
    return tresor.Retrying(store)


WRONG = {
    "get_bytes": lambda one: one.store.get_bytes(NAME, most=1.5),
    "get_bytes of text": lambda one: one.store.get_bytes(NAME, most="5"),
    "put_limits": lambda one: one.store.put_limits(None),
    "limits": lambda one: one.store.put_limits(Limits(1.5)),
    "check": lambda one: one.store.check(again="memory:"),
    "sweep": lambda one: one.store.sweep(1.5),
    "put a condition": lambda one: one.store.put_bytes(NAME, b"", tresor.IfVersion(5)),
    "open_storage": lambda one: tresor.open_storage("memory:", timeout=5),
    "open_storage at a number": lambda one: tresor.open_storage(5),
    "container_size": lambda one: tresor.container_size(1.5),
    "container_size of none": lambda one: tresor.container_size(None),
    "expired": lambda one: ObjectInfo(NAME, 5).expired(1.5),
    "expired, its size": lambda one: ObjectInfo(NAME, 1.5).expired(5),
    "stat of a store": lambda one: own(stat=ObjectInfo(NAME, 1.5)).stat(NAME),
    "abilities of a store": lambda one: own(abilities="all"),
    "describe of a store": lambda one: own(describe=b"bytes"),
    "Mirror of text": lambda one: tresor.Mirror(["memory:"]),
    "Mirror of none": lambda one: tresor.Mirror([None]),
    "Retrying": lambda one: tresor.Retrying("memory:"),
    "seal": lambda one: tresor.seal("{}", None),
    "open_container": lambda one: tresor.open_container(b"", "keys"),
    "content_digest": lambda one: tresor.content_digest("{}", 5),
    "format_backup_id": lambda one: tresor.format_backup_id([0] * 32),
    "format_limits": lambda one: tresor.format_limits(None),
    "client": lambda one: tresor.SafeClient(MemoryStates(), one.store, cycle=5),
    "client, its state": lambda one: tresor.SafeClient(5),
    "check_password": lambda one: tresor.check_password(PASSWORD, policy="ios"),
    "check_password, bits": lambda one: tresor.check_password(PASSWORD, min_entropy_bits="9", entropy=len),
    "decide": lambda one: CycleState().decide([1] * 32),
    "decide of text": lambda one: CycleState().decide("x" * 32),
    "decide, its policy": lambda one: CycleState().decide(DIGEST, policy=24),
    "decide, a span": lambda one: CycleState().decide(DIGEST, policy=CyclePolicy(period=5)),
    "after_skip": lambda one: CycleState().after_skip("grace"),
    "after_failure": lambda one: CycleState().after_failure("io"),
    "failures": lambda one: CycleState(failures=1.5).next_due(),
    "last_error": lambda one: CycleState(last_error="io").next_due(),
    "retention_days": lambda one: CycleState(retention_days=1.5).next_due(),
    "parse_identity": lambda one: tresor.parse_identity(b"ECHOECHO"),
    "Secret.of": lambda one: tresor.Secret.of(b"bytes"),
    "a public key": lambda one: tresor.Account(tresor.User(DIGEST), contacts=[tresor.Contact(ID, 5)]).to_dict(),
    "archive_name": lambda one: tresor.archive_name(5),
    "get_file": lambda one: one.store.get_file(NAME, 5),
    "DataBackup of a number": lambda one: tresor.DataBackup(5, PASSWORD),
    "DataBackup of bytes": lambda one: tresor.DataBackup(b"PK", PASSWORD),
    "DataBackup, its limits": lambda one: tresor.DataBackup(io.BytesIO(b"PK"), PASSWORD, limits=5),
    "DataBackup, its jobs": lambda one: tresor.DataBackup(io.BytesIO(b"PK"), PASSWORD, jobs="2"),
    "DataBackup, its password": lambda one: tresor.DataBackup(io.BytesIO(b"PK"), 5),
}


class Given:
    def __init__(self, store):
        self.store = store


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_type_is_a_type_error(name, memory):
    memory.put_bytes(NAME, b"content")
    with pytest.raises(TypeError):
        WRONG[name](Given(memory))


OUT_OF_RANGE = {
    "get_bytes": lambda: DictStore().get_bytes(NAME, most=2**64 + 5),
    "get_bytes below": lambda: DictStore().get_bytes(NAME, most=-1),
    "container_size": lambda: tresor.container_size(2**64 + 5),
    "after_skip": lambda: CycleState().after_skip(2**32 + 5),
    "after_skip, no reason": lambda: CycleState().after_skip(8),
    "after_failure": lambda: CycleState().after_failure(2**32 + 5),
    "after_failure, no code": lambda: CycleState().after_failure(0),
    "failures": lambda: CycleState(failures=-5).next_due(),
    "failures above": lambda: CycleState(failures=2**32).next_due(),
    "last_error": lambda: CycleState(last_error=2**32 + 5).next_due(),
    "retention_days": lambda: CycleState(retention_days=2**64 + 5).next_due(),
    "expired": lambda: ObjectInfo(NAME, 5).expired(2**64 + 5),
    "size": lambda: ObjectInfo(NAME, 2**64 + 5).expired(5),
    "limits": lambda: tresor.format_limits(Limits(2**64 + 2000)),
    "abilities": lambda: own(abilities=2**40 + 1),
    "abilities unknown": lambda: own(abilities=1 << 5),
    "abilities below": lambda: own(abilities=-1),
    "policy": lambda: tresor.check_password(PASSWORD, policy=2**32),
    "scheme": lambda: tresor.export_id(ID, DIGEST, PASSWORD, 2**32),
    "jobs": lambda: tresor.DataBackup(io.BytesIO(b"PK"), PASSWORD, jobs=0),
    "jobs above": lambda: tresor.DataBackup(io.BytesIO(b"PK"), PASSWORD, jobs=2**32 + 1),
    "a limit": lambda: tresor.DataBackup(io.BytesIO(b"PK"), PASSWORD, limits=tresor.ArchiveLimits(-1)),
}


@pytest.mark.parametrize("name", OUT_OF_RANGE)
def test_a_number_out_of_range_is_refused(name):
    with raises("INVALID_ARGUMENT"):
        OUT_OF_RANGE[name]()


def test_a_digest_is_bytes_not_numbers():
    for digest in ([1000] * 32, (1,) * 32, range(32)):
        with pytest.raises(TypeError):
            CycleState().after_upload(digest)
    assert CycleState().after_upload(bytearray(DIGEST)).digest == DIGEST


def test_what_is_true_is_true(tmp_path):
    """Also where C would see zeros in its 32 bits."""
    many = 2**32
    store = DictStore()
    store.put_limits()
    store.put_file(io.BytesIO(b"a"), "data-backups/a")
    assert store.put_file(io.BytesIO(b"b"), "data-backups/a", replace=many).bytes == 1
    assert store.put_file(io.BytesIO(b"c"), "data-backups/a", replace="yes").bytes == 1
    store.objects[NAME] = ObjectInfo(NAME, 1, tresor.parse_time("2020-01-01T00:00:00Z"), "1"), b"x"
    assert store.sweep(10, dry_run=many).removed == 0 and NAME in store.objects
    with tresor.open_storage(tmp_path / "new", create=many):
        assert (tmp_path / "new").is_dir()
    assert CycleState(enabled=many).decide(DIGEST, force=many).reason is Reason.NEVER_UPLOADED
    with tresor.SafeClient(MemoryStates(), store) as client:
        client.enable(PASSWORD, ID, ACCOUNT)
        assert client.tick(ACCOUNT, force=many).reason is Reason.FORCED
        assert client.enable(OTHER_PASSWORD, ID, ACCOUNT, replace=many).kind is tresor.OutcomeKind.UPLOADED
        assert client.disable(keep_backup=many) is False
    code = tresor.export_id(ID, DIGEST, OTHER_PASSWORD)
    with raises("MALFORMED"):
        tresor.find_code(code.lower(), strict=many)


def test_a_number_may_be_of_any_kind_that_is_one():
    class Number:
        def __index__(self):
            return 5
    assert tresor.container_size(Number()) == tresor.container_size(5)
    assert CycleState().after_failure(9).last_error is Errc.UNAVAILABLE
    assert own(abilities=int(Abilities.LIST)).abilities() == Abilities.LIST


def test_a_text_of_ones_own_class_is_taken_as_it_is():
    class Text(str):
        def encode(self, *_):
            return "no bytes"
    assert tresor.parse_identity(Text("echoecho")) == ID
    assert tresor.Secret(Text("abc")) == b"abc"


def test_what_has_a_handle_is_neither_copied_nor_pickled(memory, keys):
    states = MemoryStates()
    for owner in (keys, memory, tresor.Retrying(memory), DictStore(), states, tresor.SafeClient(states, memory)):
        for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError, match="neither copied nor pickled"):
                attempt(owner)
    assert memory.list() == [] and keys.backup_id


def test_a_place_with_a_password_is_a_key_of_a_dict():
    places = [Place("https://example.org/", user="a", password=password, timeout=timedelta(seconds=5))
              for password in ("one", "one", "two", None)]
    assert len(set(places)) == 3 and hash(places[0]) == hash(places[1])
    assert places[0] == places[1] != places[2]
