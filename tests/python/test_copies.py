"""Chat archives in a safe place: when the next is due, which stay, put and looked at."""
import os
from datetime import datetime, timedelta, timezone

import pytest
from conftest import SOURCE, raises
from dict_store import DictStore

import tresor
from tresor import Every, Fate

WORD = "backup-demo-1"
CHATS = SOURCE / "examples/chats.zip"
DAY = timedelta(days=1)
NEW_YEAR = datetime(2025, 1, 1, 0, 13, 20, tzinfo=timezone.utc)
FIRST = "data-backups/MYSELF01-20250101T001320Z.zip"
SECOND = "data-backups/MYSELF01-20250102T001320Z.zip"


def called(time):
    return f"threema-backup_{int(time.timestamp() * 1000)}_1.zip"


def put(store, time=NEW_YEAR, **more):
    return tresor.put_archive(store, CHATS, WORD, name=called(time), **more)


def utc(*members):
    return datetime(*members, tzinfo=timezone.utc)


@pytest.mark.parametrize("every, last, expected", [
    (Every.DAILY, utc(2026, 11, 24), utc(2026, 11, 25)), (Every.WEEKLY, utc(2026, 11, 24), utc(2026, 12, 1)),
    (Every.MONTHLY, utc(2026, 1, 31), utc(2026, 2, 28)), (Every.QUARTERLY, utc(2027, 11, 30), utc(2028, 2, 29)),
    (Every.YEARLY, utc(2028, 2, 29), utc(2029, 2, 28))])
def test_the_next_is_due_a_span_later(every, last, expected):
    assert tresor.next_due(every, last) == expected
    assert every.word == every.name.lower()


def test_the_next_is_due_by_the_clock_of_a_zone():
    east = timezone(timedelta(hours=1))
    assert tresor.next_due(Every.MONTHLY, utc(2026, 1, 30, 23), tz=east) == utc(2026, 2, 27, 23)


def test_a_copy_from_the_future_does_not_count():
    with tresor.open_storage("memory:") as store:
        put(store, NEW_YEAR + 9 * DAY)
        put(store, NEW_YEAR - DAY)
        told = put(store, NEW_YEAR, keep="daily:1", now=NEW_YEAR)
        assert [(one.fate, one.reasons[0]) for one in told.copies] == [
            (Fate.KEPT, "dated in the future"), (Fate.KEPT, "newest"), (Fate.REMOVED, "daily 2024-12-31: older than the newest 1")]


def test_thinning_says_why():
    times = [NEW_YEAR - DAY, NEW_YEAR, NEW_YEAR - timedelta(minutes=10)]
    newest, same_day, before = tresor.thin(times, "daily:2")
    assert (newest.time, newest.kept, newest.reasons) == (NEW_YEAR, True, ("newest", "daily 2025-01-01"))
    assert (same_day.time, same_day.kept) == (times[2], False)
    assert same_day.reasons == ("daily 2025-01-01: a newer one is kept",)
    assert (before.time, before.kept) == (times[0], True)
    assert tresor.thin([], "daily:2") == []
    with raises("INVALID_ARGUMENT"):
        tresor.thin(times, "hourly:2")


@pytest.mark.parametrize("make", [lambda folder: tresor.open_storage(folder / "store", create=True),
                                  lambda folder: DictStore()], ids=["folder", "own"])
def test_an_archive_is_put_once_and_old_copies_go(tmp_path, make):
    with make(tmp_path) as store:
        first = put(store)
        assert (first.name, first.uploaded, first.copies, first.first_failure) == (FIRST, True, (), None)
        assert first.bytes == CHATS.stat().st_size and len(first.sha256) == 32
        assert store.get_bytes(FIRST) == CHATS.read_bytes()
        assert not put(store).uploaded
        planned = put(store, NEW_YEAR + DAY, keep="monthly:1", dry_run=True)
        assert planned.uploaded and store.stat(SECOND) is None
        second = put(store, NEW_YEAR + DAY, keep="monthly:1", deep=tmp_path / "deep.zip", owner="MYSELF01")
        kept, removed = second.copies
        assert (kept.name, kept.time, kept.fate) == (SECOND, NEW_YEAR + DAY, Fate.KEPT)
        assert (removed.name, removed.fate, removed.bytes) == (FIRST, Fate.REMOVED, first.bytes)
        assert removed.reasons == ("monthly 2025-01: a newer one is kept",)
        assert store.stat(FIRST) is None and not (tmp_path / "deep.zip").exists()


def test_the_name_of_the_file_tells_the_time(tmp_path):
    (tmp_path / called(NEW_YEAR)).write_bytes(CHATS.read_bytes())
    with tresor.open_storage("memory:") as store:
        assert tresor.put_archive(store, tmp_path / called(NEW_YEAR), WORD).name == FIRST


def test_what_does_not_verify_is_not_put():
    with tresor.open_storage("memory:") as store:
        with raises("AUTH_FAILED"):
            tresor.put_archive(store, CHATS, "wrong password", name=called(NEW_YEAR))
        with raises("CANCELLED"):
            put(store, progress=lambda done, total: False)
        for bad in ({"keep": "never"}, {"owner": "short"}):
            with raises("INVALID_ARGUMENT"):
                put(store, **bad)
        assert store.list() == []
        store.put_bytes(FIRST, b"another")
        with raises("CONFLICT"):
            put(store)
        assert put(store, replace=True).uploaded


def test_a_status_tells_of_each_owner():
    with tresor.open_storage("memory:") as store:
        assert tresor.archive_status(store, Every.MONTHLY) == []
        (nothing,) = tresor.archive_status(store, Every.MONTHLY, owner="MYSELF01")
        assert (nothing.last_good, nothing.name, nothing.generations, nothing.overdue) == (None, None, 0, True)
        put(store)
        store.put_bytes("data-backups/OTHER001-20240101T000000Z.zip", b"x")
        mine, other = tresor.archive_status(store, Every.MONTHLY, now=NEW_YEAR + 30 * DAY)
        assert (mine.identity, mine.last_good, mine.name) == ("MYSELF01", NEW_YEAR, FIRST)
        assert (mine.generations, mine.total_bytes, mine.bytes) == (1, os.path.getsize(CHATS), os.path.getsize(CHATS))
        assert (mine.next_due, mine.overdue) == (NEW_YEAR + 31 * DAY, False)
        assert (other.identity, other.overdue) == ("OTHER001", True)
        assert tresor.archive_status(store, Every.MONTHLY, owner="MYSELF01", now=NEW_YEAR + 31 * DAY)[0].overdue
        with pytest.raises(TypeError):
            tresor.archive_status(store, "monthly")
