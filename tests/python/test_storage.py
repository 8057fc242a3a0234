"""The stores of the library, by location; their limits, sweeps and files."""
import hashlib
import io
import os
import stat
from datetime import timedelta

import pytest
from conftest import raises
from dict_store import DictStore

import tresor
from tresor import Abilities, Errc, Finding, IfAbsent, IfVersion, Limits, ObjectInfo, TresorError

NAME = "backups/" + "ab" * 32
OTHER = "backups/" + "cd" * 32
OLD = tresor.parse_time("2020-01-01T00:00:00Z")


@pytest.fixture(params=["folder", "memory", "own", "retrying", "mirror"])
def store(request, tmp_path):
    made = {"folder": lambda: tresor.open_storage(tmp_path / "a", create=True),
            "memory": lambda: tresor.open_storage("memory:"),
            "own": lambda: tresor.Retrying(DictStore()), "retrying": lambda: tresor.Retrying(tresor.open_storage("memory:")),
            "mirror": lambda: tresor.Mirror([tresor.open_storage("memory:"), DictStore()])}[request.param]()
    with made:
        yield made


def test_what_was_put_can_be_got_listed_and_removed(store):
    info = store.put(NAME, io.BytesIO(b"skip this: content"))
    assert (info.name, info.size) == (NAME, 18)
    file = io.BytesIO(b"skip this: content")
    file.seek(11)
    info = store.put(NAME, file)
    assert info.size == 7 and store.stat(NAME).size == 7
    into = io.BytesIO(b"before ")
    into.seek(0, io.SEEK_END)
    assert store.get(NAME, into).size == 7 and into.getvalue() == b"before content"
    assert store.get_bytes(NAME) == b"content"
    store.put_bytes("data-backups/a.zip", b"zip")
    assert sorted(one.name for one in store.list()) == [NAME, "data-backups/a.zip"]
    assert [one.name for one in store.list("data")] == ["data-backups/a.zip"]
    assert store.remove(NAME) is True and store.remove(NAME) is False


def test_what_is_missing_is_an_answer(store):
    into = io.BytesIO()
    assert store.stat(NAME) is None and store.get(NAME, into) is None and store.get_bytes(NAME) is None
    assert store.get_file(NAME, into) is None and into.getvalue() == b"" and store.list() == []


def test_bytes_are_text_bytes_like_or_secret(store):
    for content in ("héllo", "héllo".encode(), bytearray("héllo".encode()), memoryview("héllo".encode()),
                    tresor.Secret("héllo"), memoryview(b"_h_\xc3_\xa9_l_l_o_")[1::2]):
        store.put_bytes(NAME, content)
        assert store.get_bytes(NAME) == "héllo".encode()
    store.put_bytes(NAME, b"")
    assert store.get_bytes(NAME) == b""
    for nothing in (None, 5, ["a"]):
        with pytest.raises(TypeError):
            store.put_bytes(NAME, nothing)


def test_get_bytes_takes_only_so_many(store):
    store.put_bytes(NAME, b"12345")
    assert store.get_bytes(NAME, most=5) == b"12345"
    with raises("TOO_LARGE"):
        store.get_bytes(NAME, most=4)
    for size in (-1, 1 << 63):
        with raises("INVALID_ARGUMENT"):
            store.get_bytes(NAME, most=size)


def test_bad_names_are_refused(store):
    for name in ("", "/a", "a//b", ".a", "a/..", "ü", "a" * 256):
        with raises("INVALID_ARGUMENT"):
            store.put_bytes(name, b"")
    with pytest.raises(TypeError):
        store.stat(b"config")


def test_conditions():
    for store in (tresor.open_storage("memory:"), DictStore()):
        first = store.put_bytes(NAME, b"1", IfAbsent())
        with raises("CONFLICT"):
            store.put_bytes(NAME, b"2", IfAbsent())
        second = store.put_bytes(NAME, b"2", IfVersion(first.version))
        with raises("CONFLICT"):
            store.put(NAME, io.BytesIO(b"3"), IfVersion(first.version))
        with raises("CONFLICT"):
            store.remove(NAME, IfVersion(first.version))
        assert store.get_bytes(NAME) == b"2" and store.remove(NAME, IfVersion(second.version))
        assert store.abilities() & Abilities.CONDITIONAL_PUT and not Abilities.NONE
    with tresor.open_storage("memory:") as store:
        for condition in ("1", IfAbsent, 5):
            with pytest.raises(TypeError):
                store.put_bytes(NAME, b"", condition)
        with pytest.raises(TypeError):
            store.remove(NAME, IfVersion(5))
    with raises("UNSUPPORTED"):
        tresor.Mirror([DictStore()]).put_bytes(NAME, b"", IfAbsent())


def test_a_version_may_hold_any_bytes():
    store = DictStore()
    version = b"\xff\xfe".decode("utf-8", "surrogateescape")
    store.objects[NAME] = ObjectInfo(NAME, 1, None, version), b"x"
    wrapper = tresor.Retrying(store)
    assert wrapper.stat(NAME).version == version and wrapper.remove(NAME, IfVersion(version))


def test_a_store_describes_itself(tmp_path):
    with tresor.open_storage(tmp_path) as store:
        assert str(tmp_path) in store.describe()
    assert tresor.Mirror([DictStore(), DictStore()]).describe() == "a mirror of a dict and a dict"


def test_the_clock(store):
    time = store.clock()
    assert time is None or abs(time - tresor.now()) < timedelta(seconds=5)
    assert tresor.Retrying(tresor.open_storage("memory:")).clock() is not None


# ---- locations ----

def test_a_folder_is_a_path_or_text(tmp_path):
    for number, location in enumerate((tmp_path / "a", str(tmp_path / "b"), tresor.Place(tmp_path / "c"))):
        with tresor.open_storage(location, create=True) as store:
            store.put_bytes("config", b"{}")
        assert (tmp_path / "abc"[number] / "config").read_bytes() == b"{}"


def test_a_path_is_a_folder_whatever_it_is_called(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    import pathlib
    with tresor.open_storage(pathlib.Path("memory:"), create=True) as store:
        store.put_bytes("config", b"{}")
    assert (tmp_path / "memory:" / "config").exists()


@pytest.mark.parametrize("code, location", [
    ("NOT_FOUND", "/nowhere/at/all"), ("UNSUPPORTED", "gopher://a.example/"), ("INVALID_ARGUMENT", ""),
    ("INVALID_ARGUMENT", "https://"), ("INVALID_ARGUMENT", "https://a.example:99999/"),
    ("INVALID_ARGUMENT", "http://a.example/")])
def test_a_bad_location_is_refused(code, location):
    with raises(code):
        with tresor.open_storage(location) as store:
            store.stat("config")


def test_a_server_that_is_not_there_is_unavailable():
    with tresor.open_storage("http://127.0.0.1:1/", user="a", password="b", timeout=timedelta(seconds=2)) as store:
        with raises("UNAVAILABLE"):
            store.stat("config")
        with raises("UNSUPPORTED"):
            store.list()


def test_a_place_says_all_of_it(tmp_path):
    place = tresor.Place("webdav+https://a.example/", user="alice", password="secret", user_agent="Threema Test",
                         timeout=timedelta(seconds=9), allow_insecure=True)
    assert repr(place) == "<tresor.Place>" and isinstance(place.password, tresor.Secret)
    tresor.open_storage(place).close()
    for more in ({"user": "bob"}, {"allow_insecure": True}, {"timeout": timedelta(seconds=1)}):
        with raises("INVALID_ARGUMENT"):
            tresor.open_storage(place, **more)
    for bad in (tresor.Place("a", timeout=timedelta(0)), tresor.Place("https://a.example/", ca_file="/nowhere"),
                tresor.Place("https://a.example/", pin="short")):
        with pytest.raises(TresorError):
            tresor.open_storage(bad).stat("config")


# ---- limits ----

def test_limits():
    store = DictStore()
    with raises("NOT_FOUND"):
        store.limits()
    store.put_limits(Limits(2048, 30))
    assert store.limits() == Limits(2048, 30) and Limits() == Limits(524288, 180)
    with raises("CONFLICT"):
        store.put_limits()
    assert tresor.parse_limits(tresor.format_limits(Limits(4096, 7))) == Limits(4096, 7)
    odd = tresor.parse_limits('{"maxBackupBytes": 5, "retentionDays": 90}')
    assert odd == Limits(1024, 90) and odd.findings and isinstance(odd.findings[0], Finding)
    for code, config in (("MALFORMED", "["), ("MALFORMED", b""), ("TOO_LARGE", b" " * 100000)):
        with raises(code):
            tresor.parse_limits(config)
    for limits in (Limits(5), Limits(2**64), Limits(-1), Limits(retention_days=0), Limits(retention_days=2**64 + 5)):
        with raises("INVALID_ARGUMENT"):
            tresor.format_limits(limits)
        with raises("INVALID_ARGUMENT"):
            DictStore().put_limits(limits)


# ---- retention ----

def filled():
    store = DictStore()
    store.put_limits(Limits(retention_days=10))
    for name, time in ((NAME, OLD), (OTHER, tresor.now()), ("data-backups/a", OLD)):
        store.objects[name] = ObjectInfo(name, 5, time, "1"), b"12345"
    return store


def test_a_sweep_of_a_folder_may_have_several_threads(tmp_path):
    with tresor.open_storage(tmp_path / "store", create=True) as store:
        store.put_limits(Limits(retention_days=10))
        for number in range(50):
            store.put_bytes(f"backups/{number:064x}", b"12345")
        told = []
        swept = store.sweep(now=tresor.now() + timedelta(days=11), jobs=3, progress=lambda done, total: told.append(done))
        assert (swept.examined, swept.removed, swept.bytes_freed) == (50, 50, 250) and told[-1] == 50
        with raises("INVALID_ARGUMENT"):
            store.sweep(jobs=0)


def test_a_sweep_removes_what_is_old_and_a_backup():
    store = filled()
    counted = store.sweep(dry_run=True)
    assert (counted.examined, counted.expired, counted.removed) == (2, 1, 0)
    assert NAME in store.objects
    swept = store.sweep()
    assert (swept.examined, swept.expired, swept.removed, swept.bytes_freed, swept.failed) == (2, 1, 1, 5, 0)
    assert swept.first_failure is None and set(store.objects) == {"config", OTHER, "data-backups/a"}


def test_a_sweep_counts_what_failed_and_what_was_renewed():
    store = filled()

    def denied(name, condition=None):
        raise TresorError(Errc.DENIED, "no")
    store.remove = denied
    swept = store.sweep(10)
    assert (swept.failed, swept.first_failure, swept.removed) == (1, Errc.DENIED, 0)
    store = filled()
    told = store.sweep(before_removal=lambda info: store.put(info.name, io.BytesIO(b"new")) and None)
    assert (told.kept_changed, told.removed) == (1, 0)


def test_a_sweep_goes_by_the_clock_of_the_store_and_the_limits_given():
    store = filled()
    store.clock = lambda: OLD
    assert store.sweep().expired == 0 and store.sweep(now=tresor.now()).expired == 1
    told = []
    filled().sweep(5000, progress=lambda *one: told.append(one))
    assert told and told[-1][0] == 2
    for days in (2**64 + 1, -2**64, -1):
        with raises("INVALID_ARGUMENT"):
            filled().sweep(days)
    with raises("NOT_FOUND"):
        DictStore().sweep()


def test_an_object_expires():
    info = ObjectInfo(NAME, 5, OLD)
    assert info.expired(10) and info.expired(10, now=OLD + timedelta(days=11))
    assert not info.expired(10, now=OLD + timedelta(days=9))
    assert not ObjectInfo("config", 5, OLD).expired(10) and not ObjectInfo(NAME, 5).expired(10)
    with raises("INVALID_ARGUMENT"):
        info.expired(2**64 + 100000)


# ---- files ----

def test_a_file_goes_there_and_back(store, tmp_path):
    content = os.urandom(300000)
    (tmp_path / "my backup.zip").write_bytes(content)
    put = store.put_file(tmp_path / "my backup.zip")
    assert put == tresor.Transferred("data-backups/my_backup.zip", 300000, hashlib.sha256(content).digest())
    got = store.get_file(put.name, str(tmp_path / "again.zip"))
    assert got == put and (tmp_path / "again.zip").read_bytes() == content
    assert stat.S_IMODE((tmp_path / "again.zip").stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []
    assert store.put_file(io.BytesIO(b"abc"), "data-backups/b").bytes == 3
    assert store.get_file("data-backups/nothing", tmp_path / "nothing") is None and not (tmp_path / "nothing").exists()


def test_nothing_is_replaced_without_saying_so(memory, tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"old")
    memory.put_file(tmp_path / "a", "data-backups/a")
    with raises("CONFLICT"):
        memory.put_file(tmp_path / "a", "data-backups/a")
    memory.put_file(io.BytesIO(b"new"), "data-backups/a", replace=True)
    with raises("CONFLICT"):
        memory.get_file("data-backups/a", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"old"
    monkeypatch.setattr(os.path, "lexists", lambda path, real=os.path.lexists: path != str(tmp_path / "a") and real(path))
    with raises("CONFLICT"):  # another has made it meanwhile
        memory.get_file("data-backups/a", tmp_path / "a")
    monkeypatch.undo()
    memory.get_file("data-backups/a", tmp_path / "a", replace=True)
    assert (tmp_path / "a").read_bytes() == b"new" and len(list(tmp_path.iterdir())) == 1


def test_a_file_arrives_where_there_are_no_links(memory, tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError("no links here")
    monkeypatch.setattr(os, "link", refuse)
    memory.put_file(io.BytesIO(b"abc"), "data-backups/a")
    memory.get_file("data-backups/a", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"abc" and len(list(tmp_path.iterdir())) == 1


def test_a_file_that_fails_leaves_nothing(tmp_path):
    store = DictStore()
    store.put_bytes("data-backups/a", b"abc")

    def half(name, into):
        into.write(b"a")
        raise TresorError(Errc.UNAVAILABLE, "gone")
    store.get = half
    with raises("UNAVAILABLE"):
        store.get_file("data-backups/a", tmp_path / "a")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        store.put_file(tmp_path / "missing")
    with raises("INVALID_ARGUMENT"):
        store.put_file(io.BytesIO(b""))
    store = DictStore()
    store.get = lambda name, into: into.write(b"other") and store.stat(name)
    with raises("UNAVAILABLE"):  # other bytes come back
        store.put_file(io.BytesIO(b"bytes"), "data-backups/b")


def test_the_name_of_an_archive():
    assert tresor.archive_name("/home/me/threema ünï.zip").startswith("data-backups/threema_")
    assert tresor.archive_name(b"/a/b.zip".decode()) == "data-backups/b.zip"
    assert tresor.archive_name("") == "data-backups/_"


def test_a_closed_store_is_refused_and_closes_twice(memory):
    assert not memory.closed
    wrapper = tresor.Retrying(memory)
    memory.close()
    memory.close()
    assert memory.closed and "closed" in repr(memory)
    with raises("INVALID_ARGUMENT"):
        memory.stat("config")
    with raises("INVALID_ARGUMENT"):
        tresor.Mirror([memory])
    assert wrapper.stat("config") is None, "what was made from it goes on working"
    with raises("INVALID_ARGUMENT"):
        tresor.Mirror([])


def test_a_folder_may_have_a_name_that_is_no_utf_8(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9")
    store = tresor.open_storage(path, create=True)
    assert store.describe().endswith(str(path)) and str(path) in tresor.Mirror([store]).describe()

    class Around(DictStore):
        def describe(self):
            return store.describe()
    assert tresor.Retrying(Around()).describe().endswith("caf?"), "the library wants UTF-8 of those of one's own"
