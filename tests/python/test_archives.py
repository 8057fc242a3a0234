"""Schedule, thinning, and chat archives in a store."""
import hashlib
import io
import sys
from datetime import datetime, timedelta, timezone

import pytest
from conftest import SOURCE, raises

import tresor
from tresor import Every, Fate

pytest.importorskip("cryptography", reason="python3-cryptography is not installed")
sys.path.insert(0, str(SOURCE / "tests/archives"))
from archive import Archive, flipped, one_salt  # noqa: E402
from miniature import miniature  # noqa: E402

PASSWORD = "backup-demo-1"
FILE = "threema-backup_1735690400000_1.zip"
OBJECT = "data-backups/MYSELF01-20250101T001320Z.zip"


def at(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


def made(damaged=()):
    archive = Archive(PASSWORD, one_salt())
    for name, content in miniature().items():
        archive.add(name, content, 5 if name.endswith(".csv") else 0, **({"damage": flipped(-1)} if name in damaged else {}))
    return archive.bytes()


WHOLE = made()


def names(store):
    return sorted(one.name for one in store.list("data-backups/"))


def test_the_next_one_is_due_at_the_same_time_on_the_wall():
    assert tresor.next_due(Every.MONTHLY, at(2026, 1, 31, 12)) == at(2026, 2, 28, 12)
    assert tresor.next_due(Every.YEARLY, at(2028, 2, 29)) == at(2029, 2, 28)
    assert tresor.next_due(Every.DAILY, at(2026, 11, 24), tz=timezone(timedelta(hours=1))) == at(2026, 11, 25)
    zoneinfo = pytest.importorskip("zoneinfo")
    try:
        berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    except zoneinfo.ZoneInfoNotFoundError:
        pytest.skip("no time zones are installed")
    assert tresor.next_due(Every.DAILY, at(2026, 3, 28, 6), tz=berlin) == at(2026, 3, 29, 5)
    assert tresor.next_due(Every.DAILY, at(2026, 3, 28, 1, 30), tz=berlin) == at(2026, 3, 29, 1)


def test_what_is_no_interval_or_time_is_refused():
    with raises("INVALID_ARGUMENT"):
        tresor.next_due(9, at(2026, 1, 1))
    with raises("INVALID_ARGUMENT"):
        tresor.next_due(Every.DAILY, datetime(2026, 1, 1))


def test_copies_are_thinned_with_reasons():
    judged = tresor.thin([at(2026, 1, day) for day in (1, 2, 3)], "daily:2")
    assert [(one.time.day, one.kept) for one in judged] == [(3, True), (2, True), (1, False)]
    assert judged[0].reasons == ("newest", "daily 2026-01-03")
    assert judged[2].reasons == ("daily 2026-01-01: older than the newest 2",)
    assert tresor.thin([], "daily:1") == []
    for keep in ("", "daily:0", "hourly:1"):
        with raises("INVALID_ARGUMENT"):
            tresor.thin([at(2026, 1, 1)], keep)


def test_an_archive_is_put_verified_and_thinned(memory, tmp_path):
    path = tmp_path / FILE
    path.write_bytes(WHOLE)
    for year in (2022, 2023):
        memory.put_bytes(f"data-backups/MYSELF01-{year}0101T000000Z.zip", b"x")
    planned = tresor.put_archive(memory, path, PASSWORD, keep="yearly:2", dry_run=True)
    assert len(names(memory)) == 2
    told = tresor.put_archive(memory, path, PASSWORD, keep="yearly:2", deep=tmp_path / "copy")
    assert planned == told
    assert (told.name, told.bytes, told.sha256) == (OBJECT, len(WHOLE), hashlib.sha256(WHOLE).digest())
    assert told.uploaded and told.first_failure is None
    assert [one.fate for one in told.copies] == [Fate.KEPT, Fate.KEPT, Fate.REMOVED]
    assert names(memory) == ["data-backups/MYSELF01-20230101T000000Z.zip", OBJECT]
    assert not (tmp_path / "copy").exists()
    assert not tresor.put_archive(memory, io.BytesIO(WHOLE), PASSWORD, name=FILE).uploaded


def test_what_does_not_verify_is_not_put(memory):
    with raises("AUTH_FAILED"):
        tresor.put_archive(memory, io.BytesIO(made(["settings"])), PASSWORD, name=FILE)
    with raises("AUTH_FAILED"):
        tresor.put_archive(memory, io.BytesIO(WHOLE), "another", name=FILE)
    assert names(memory) == []


def test_another_archive_of_that_name_is_a_conflict(memory):
    memory.put_bytes(OBJECT, b"another")
    with raises("CONFLICT"):
        tresor.put_archive(memory, io.BytesIO(WHOLE), PASSWORD, name=FILE)
    assert tresor.put_archive(memory, io.BytesIO(WHOLE), PASSWORD, name=FILE, replace=True).uploaded


def test_the_status_tells_who_is_overdue(memory):
    assert tresor.archive_status(memory, Every.MONTHLY) == []
    memory.put_bytes("data-backups/MYSELF01-20260101T000000Z.zip", b"12345")
    memory.put_bytes("data-backups/_OTHER01-20250101T000000Z.zip", b"1")
    told = {one.identity: one for one in tresor.archive_status(memory, Every.MONTHLY, now=at(2026, 1, 31))}
    assert (told["MYSELF01"].last_good, told["MYSELF01"].bytes) == (at(2026, 1, 1), 5)
    assert (told["MYSELF01"].next_due, told["MYSELF01"].overdue) == (at(2026, 2, 1), False)
    assert told["*OTHER01"].overdue
    [nobody] = tresor.archive_status(memory, Every.MONTHLY, owner="NOBODY01")
    assert nobody.overdue and nobody.last_good is None and nobody.generations == 0


def test_intervals_have_the_words_of_the_tool():
    assert [every.word for every in Every] == ["daily", "weekly", "monthly", "quarterly", "yearly"]
