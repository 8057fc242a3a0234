"""Chat archives: what is in one, as values and as dicts; files of a program; work that fails, is watched, is ended."""
import dataclasses
import gc
import io
import json
import os
import pickle
import signal
import sys
import threading
import time
from datetime import datetime, timedelta, timezone

import pytest
from conftest import SCALE, SOURCE, raises

import tresor
from tresor import ArchiveLimits, ChatFormat, DataBackup, Errc, TresorError
from tresor._call import hosts
from tresor._handle import _living

pytest.importorskip("cryptography", reason="python3-cryptography is not installed")
sys.path.insert(0, str(SOURCE / "tests/archives"))
from archive import Archive, flipped, one_salt  # noqa: E402
from miniature import ECHO, LIST, PHOTO, miniature  # noqa: E402

WORD = "backup-demo-1"
HIKING = "a1b2c3d4e5f60718-ABCD1234"
MEDIA = f"message_media_{PHOTO}"
NEW_YEAR = datetime(2025, 1, 1, tzinfo=timezone.utc)


def made(entries, damaged=()):
    archive = Archive(WORD, one_salt())
    for name, content in entries.items():
        archive.add(name, content, 5, **({"damage": flipped(-1)} if name in damaged else {}))
    return archive.bytes()


WHOLE = made(miniature())
BIG = made(miniature() | {f"message_media_6f1d2a3b-0000-4000-8000-00000001{n:04}": b"x" * 200 for n in range(3000)})


@pytest.fixture
def path(tmp_path):
    (tmp_path / "a.zip").write_bytes(WHOLE)
    return tmp_path / "a.zip"


@pytest.fixture
def archive(path):
    with DataBackup(path, WORD) as opened:
        yield opened


# ---- what is in it ----

def test_an_archive_tells_what_is_in_it(archive):
    assert (archive.version, archive.identity, archive.owner_picture) == (27, "MYSELF01", "contact_avatar_me")
    assert [one.identity for one in archive.contacts] == ["ECHOECHO", "ABCD1234", "GRPONLY9"]
    ada = archive.contacts[1]
    assert (ada.first_name, ada.verification, ada.public_key) == ('Ada "The Count"', "server_verified", b"\x22" * 32)
    assert archive.contacts[0].last_update == datetime(2025, 1, 1, 0, 13, 20, tzinfo=timezone.utc)
    group = archive.groups[0]
    assert (group.id, group.name, group.members) == ("a1b2c3d4e5f60718", 'Hiking, "2025"', ("MYSELF01", "ABCD1234", "GRPONLY9"))
    assert [one.id for one in archive.distribution_lists] == [LIST]
    poll = archive.polls[0]
    assert poll.name == "Which day?" and [one.name for one in poll.choices] == ["Saturday", "Sunday"]
    assert [vote.choice for vote in poll.votes if vote.selected] == [1]
    assert {one.id: one.kind for one in archive.chats} == {
        "ECHOECHO": "contact", "ABCD1234": "contact", "GRPONLY9": "contact", HIKING: "group", LIST: "distribution_list"}
    assert archive.findings == ()


def test_nothing_is_left_over_that_the_classes_do_not_know(archive):
    def values(value):
        if dataclasses.is_dataclass(value):
            yield value
            for one in dataclasses.fields(value):
                yield from values(getattr(value, one.name))
        elif isinstance(value, tuple):
            for one in value:
                yield from values(one)
        elif isinstance(value, dict):
            yield from values(tuple(value.values()))
    everything = (archive.contacts, archive.groups, archive.distribution_lists, archive.polls, archive.chats,
                  tuple(message for chat in archive.chats for message in archive.messages(chat)),
                  archive.summary("ECHOECHO"), archive.statistics())
    found = [value for value in values(everything) if hasattr(value, "more")]
    assert len(found) > 30 and all(value.more is None for value in found)


def test_values_and_dicts_say_the_same(archive):
    told = archive.to_dict()
    assert told["identity"] == "MYSELF01" and set(told) == {
        "version", "identity", "owner_picture", "contacts", "groups", "distribution_lists", "polls", "chats"}
    assert [one["identity"] for one in told["contacts"]] == [one.identity for one in archive.contacts]
    json.dumps(told)
    for chat in archive.chats:
        dicts = list(archive.message_dicts(chat))
        messages = list(archive.messages(chat.id))
        assert [one["index"] for one in dicts] == [one.index for one in messages] == list(range(len(dicts)))
        assert [one.get("text", "") for one in dicts] == [one.text for one in messages]


def test_messages_are_as_they_were_written(archive):
    messages = list(archive.messages("ECHOECHO"))
    first, reply, photo, call, place, deleted = messages
    assert first.text == 'Hi "you", see C:\\tmp\nsecond line' and (first.sender, first.outgoing) == ("ECHOECHO", False)
    assert first.posted_at == NEW_YEAR and first.created_at == NEW_YEAR + timedelta(milliseconds=1234)
    assert reply.outgoing and reply.sender == "MYSELF01" and reply.starred and reply.state == "read"
    assert (reply.quote.found, reply.quote.index, reply.quote.text[:8]) == ("yes", 0, 'Hi "you"')
    assert [(one.sender, one.emoji) for one in reply.reactions] == [("ECHOECHO", "👍")]
    assert (photo.file.kind, photo.file.name, photo.file.entry, photo.file.width) == ("image", "holiday.jpg", MEDIA, 1600)
    assert photo.caption == 'Say "cheese"'
    assert call.call == {"outcome": "finished", "seconds": 75}
    assert place.location["latitude"] == 47.2
    assert deleted.deleted_at is not None and deleted.text == ""
    without = list(archive.messages("ECHOECHO", quotes=False))[1]
    assert without.quote is None or without.quote.found == "missing"


def test_a_summary_counts(archive):
    summary = archive.summary(archive.chats[0])
    assert (summary.messages, summary.media, summary.media_bytes) == (6, 1, 20480)
    assert (summary.first, summary.last) == (NEW_YEAR, NEW_YEAR + timedelta(minutes=5))


def test_people_have_names(archive):
    assert archive.name_of("ECHOECHO") == "Echo" and archive.name_of("NOBODY00") == "NOBODY00" and archive.name_of("") == ""


def test_entries_are_read_whole_or_into_a_file(archive):
    assert [one.name for one in archive.entries] == list(miniature())
    assert archive.read("settings") == b'"version","27"\n'
    assert archive.read("none") is None and archive.read_into("none", io.BytesIO()) is False
    file = io.BytesIO()
    assert archive.read_into(MEDIA, file) and file.getvalue() == miniature()[MEDIA] == archive.read(MEDIA)
    with raises("TOO_LARGE"):
        archive.read(MEDIA, most=100)


def test_the_id_export_opens_with_its_password(archive):
    code = archive.id_export()
    assert tresor.find_code(str(code.expose(), "utf-8")).scheme is tresor.IdScheme.CLASSIC
    entries = miniature()
    del entries["identity"]
    with DataBackup(io.BytesIO(made(entries)), WORD) as other:
        assert other.id_export() is None and other.identity is None


def test_what_is_printed_shows_ids_only(archive):
    shown = repr((archive, archive.contacts, archive.groups, archive.chats, archive.polls, list(archive.messages("ECHOECHO"))))
    for private in (WORD, "Ada", "Hiking", "Hi ", "holiday", "Which", "tmp"):
        assert private not in shown


# ---- files ----

class OnlyRead:
    """A file without readinto(), which gives little at a time."""

    def __init__(self, content):
        self.file = io.BytesIO(content)

    def seek(self, offset, whence=0):
        return self.file.seek(offset, whence)

    def read(self, size=-1):
        return self.file.read(min(size, 1000))


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("make", [io.BytesIO, OnlyRead], ids=["BytesIO", "read() only"])
def test_a_file_of_a_program_is_read_as_a_path_is(make, jobs, path):
    with DataBackup(make(WHOLE), WORD, jobs=jobs) as own, DataBackup(path, WORD) as other:
        assert own.chats == other.chats and own.verify() == other.verify()
        assert list(own.messages(HIKING)) == list(other.messages(HIKING))


def test_paths_of_any_kind_and_any_bytes(tmp_path):
    name = os.fsencode(tmp_path) + b"/\xff.zip"
    with open(name, "wb") as file:
        file.write(WHOLE)
    for path in (os.fsdecode(name), tmp_path / os.fsdecode(b"\xff.zip")):
        with DataBackup(path, WORD) as archive:
            assert archive.version == 27


class Broken(io.BytesIO):
    """Fails from some read on."""

    def __init__(self, content, error, after):
        super().__init__(content)
        self.error, self.left = error, after

    def readinto(self, into):
        self.left -= 1
        if self.left < 0:
            raise self.error
        return super().readinto(into)


class Boom(Exception):
    pass


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("error", [OSError("gone"), Boom("boom"), TresorError(Errc.UNAVAILABLE, "busy")], ids=repr)
def test_what_a_file_raises_comes_out_the_same_object(error, jobs):
    with pytest.raises(type(error)) as told:
        DataBackup(Broken(WHOLE, error, 1), WORD)
    assert told.value is error
    file = Broken(BIG, error, 10**9)
    archive = DataBackup(file, WORD, jobs=jobs)
    file.left = 20
    with pytest.raises(type(error)) as told:
        archive.verify()
    assert told.value is error
    file.left = 0
    for use in (lambda: archive.read(MEDIA), lambda: list(archive.messages("ECHOECHO"))):
        with pytest.raises(type(error)) as told:
            use()
        assert told.value is error
    file.left = 10**9
    assert archive.read("settings") == b'"version","27"\n'


def test_a_file_that_became_shorter_is_an_error():
    file = io.BytesIO(WHOLE)
    archive = DataBackup(file, WORD)
    file.truncate(1000)
    with pytest.raises(OSError, match="shorter"):
        archive.read(MEDIA)


def test_a_text_file_is_none():
    class Text(io.StringIO):
        readinto = None
    with pytest.raises(TypeError):
        DataBackup(Text("PK" * 100), WORD)
    with pytest.raises(TypeError):
        DataBackup(WHOLE, WORD)


# ---- failures ----

@pytest.mark.parametrize("content, word, code", [
    (WHOLE, "wrong", "AUTH_FAILED"), (b"PK no archive", WORD, "MALFORMED"), (b"", WORD, "MALFORMED"),
    (WHOLE[:len(WHOLE) * 3 // 4], WORD, "MALFORMED"), (WHOLE, "", "INVALID_ARGUMENT")],
    ids=["wrong password", "no archive", "nothing", "cut off", "empty password"])
def test_what_cannot_be_opened_says_why(content, word, code):
    with raises(code):
        DataBackup(io.BytesIO(content), word)


def test_limits_are_kept():
    for limits in (ArchiveLimits(max_entries=3), ArchiveLimits(max_directory_bytes=100), ArchiveLimits(max_index_bytes=0)):
        if limits == ArchiveLimits():
            assert DataBackup(io.BytesIO(WHOLE), WORD, limits=limits).version == 27
            continue
        with raises("TOO_LARGE"):
            DataBackup(io.BytesIO(WHOLE), WORD, limits=limits)


def test_a_chat_that_is_not_there(archive):
    for use in (archive.messages, archive.message_dicts, archive.summary):
        with raises("NOT_FOUND"):
            use("NOTTHERE")
        with raises("INVALID_ARGUMENT"):
            use("NUL\0")
        with pytest.raises(TypeError):
            use(5)


def test_a_damaged_chat_costs_only_itself():
    archive = DataBackup(io.BytesIO(made(miniature(), damaged={f"message_{ECHO}.csv"})), WORD)
    with raises("AUTH_FAILED"):
        list(archive.messages("ECHOECHO"))
    assert len(list(archive.messages(HIKING))) == 4


def test_a_closed_archive_is_closed_and_what_was_begun_goes_on(path):
    archive = DataBackup(path, WORD)
    messages = archive.messages("ECHOECHO")
    archive.close()
    archive.close()
    assert archive.closed and len(list(messages)) == 6
    for use in (lambda: archive.version, archive.verify, archive.statistics, lambda: archive.read("settings"),
                lambda: archive.messages("ECHOECHO"), lambda: archive.extract(path.parent / "x")):
        with raises("INVALID_ARGUMENT"):
            use()
    with pytest.raises(TypeError):
        pickle.dumps(archive)


# ---- work ----

@pytest.mark.parametrize("jobs", [1, 3])
def test_verify_names_what_is_damaged(jobs):
    with DataBackup(io.BytesIO(WHOLE), WORD, jobs=jobs) as archive:
        verified = archive.verify()
        assert verified.ok and (verified.entries, verified.bad, verified.findings) == (len(miniature()), (), ())
    with DataBackup(io.BytesIO(made(miniature(), damaged={MEDIA})), WORD, jobs=jobs) as archive:
        verified = archive.verify()
        assert not verified.ok and [(one.name, one.code) for one in verified.bad] == [(MEDIA, Errc.AUTH_FAILED)]


def test_extract_gives_the_bytes_of_each_entry(archive, tmp_path):
    told = archive.extract(tmp_path / "out")
    files = {one.name: one.read_bytes() for one in (tmp_path / "out").iterdir()}
    assert files == miniature() and (told.files, told.bytes, told.bad) == (len(files), sum(map(len, files.values())), ())
    with raises("CONFLICT"):
        archive.extract(tmp_path / "out")
    archive.extract(tmp_path / "media", media_only=True)
    assert "settings" not in os.listdir(tmp_path / "media") and MEDIA in os.listdir(tmp_path / "media")


def lines_of(folder):
    return [json.loads(line) for path in sorted(folder.rglob("*.jsonl")) for line in path.read_text().splitlines()]


def test_export_of_some_chats_and_times(archive, tmp_path):
    told = archive.export(tmp_path / "a", ChatFormat.JSON)
    assert (told.chats, told.messages) == (5, 11) and len(lines_of(tmp_path / "a")) == 11
    group = next(one for one in archive.chats if one.id == HIKING)
    told = archive.export(tmp_path / "b", ChatFormat.JSON, chats=[group, LIST], since=NEW_YEAR + timedelta(seconds=15),
                          until=NEW_YEAR + timedelta(seconds=25), media=False)
    assert {line["chat"] for line in lines_of(tmp_path / "b")} == {HIKING} and told.messages == 1
    assert archive.export(tmp_path / "c", chats=[]).chats == 0
    with raises("NOT_FOUND"):
        archive.export(tmp_path / "d", chats=["NOTTHERE"])
    with raises("INVALID_ARGUMENT"):
        archive.export(tmp_path / "d", language="fr")
    with raises("INVALID_ARGUMENT"):
        archive.export(tmp_path / "d", since=datetime(2025, 1, 1))
    with raises("INVALID_ARGUMENT"):
        archive.export(tmp_path / "d", 9)
    for wrong in ({"tz": "UTC"}, {"tz": 1}, {"chats": "ECHOECHO"}, {"chats": group}, {"chats": [5]}, {"since": 5}):
        with pytest.raises(TypeError):
            archive.export(tmp_path / "d", **wrong)
    assert not (tmp_path / "d").exists()


def test_times_that_people_read_are_those_of_the_zone(archive, tmp_path):
    archive.export(tmp_path / "text", ChatFormat.TEXT, chats=[LIST], tz=timezone(timedelta(hours=9)))
    assert "09:00" in "".join(path.read_text() for path in (tmp_path / "text").rglob("*.txt"))
    stats = archive.statistics(tz=timezone(-timedelta(hours=5, minutes=30)))
    assert list(stats.per_day) == ["2024-12-31"] and stats.per_hour[18] == stats.messages


def test_a_zone_is_asked_for_summer_and_winter(tmp_path):
    zoneinfo = pytest.importorskip("zoneinfo")
    try:
        berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    except zoneinfo.ZoneInfoNotFoundError:
        pytest.skip("there is no tzdata")
    entries = miniature()
    name = f"message_{ECHO}.csv"
    entries[name] = entries[name].replace(b"1735689600000", b"1751320800000")  # 2025-06-30T22:00:00Z
    stats = DataBackup(io.BytesIO(made(entries)), WORD).statistics(tz=berlin)
    assert {"2025-01-01", "2025-07-01"} == set(stats.per_day) and stats.per_hour[0] == 1


def test_what_a_zone_raises_comes_out(archive):
    class Zone(type(timezone.utc).__mro__[1]):
        def utcoffset(self, _):
            raise Boom()

        def fromutc(self, _):
            raise Boom()
    with pytest.raises(Boom):
        archive.statistics(tz=Zone())


def test_statistics_have_numbers_and_a_page(archive):
    stats = archive.statistics(language="de")
    assert stats.messages == stats.sent + stats.received == sum(stats.per_day.values()) == sum(stats.per_hour)
    assert (len(stats.per_hour), len(stats.per_weekday)) == (24, 7) and stats.media["image"].bytes == 20480
    echo = next(one for one in stats.chats if one.id == "ECHOECHO")
    assert echo.messages == echo.sent + echo.received and echo.by_sender["ECHOECHO"] >= 1
    assert "<svg" in stats.page and 'lang="de"' in stats.page and stats.findings == ()


def test_salvage_saves_what_is_whole(path, tmp_path):
    told = DataBackup.salvage(io.BytesIO(WHOLE[:-400]), WORD, tmp_path / "saved.zip")
    with DataBackup(tmp_path / "saved.zip", WORD) as saved:
        verified = saved.verify()
        assert verified.bad == () and verified.entries == told.recovered > 20
    assert os.stat(tmp_path / "saved.zip").st_mode & 0o777 == 0o600
    before = sorted(os.listdir(tmp_path))
    with raises("CONFLICT"):
        DataBackup.salvage(path, WORD, tmp_path / "saved.zip")
    with raises("AUTH_FAILED"):
        DataBackup.salvage(path, "wrong", tmp_path / "other.zip")
    assert sorted(os.listdir(tmp_path)) == before
    assert DataBackup.salvage(path, WORD, tmp_path / "saved.zip", replace=True).lost == 0
    file = io.BytesIO()
    assert DataBackup.salvage(path, WORD, file).recovered == len(miniature())
    assert DataBackup(file, WORD).version == 27


# ---- who watches ----

WORKS = {"verify": lambda archive, folder, progress: archive.verify(progress=progress),
         "extract": lambda archive, folder, progress: archive.extract(folder / "x", progress=progress),
         "export": lambda archive, folder, progress: archive.export(folder / "y", progress=progress),
         "salvage": lambda archive, folder, progress: DataBackup.salvage(folder / "big.zip", WORD, folder / "z", progress=progress)}


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("work", WORKS)
def test_progress_is_told_raises_and_cancels(work, jobs, tmp_path):
    (tmp_path / "big.zip").write_bytes(BIG)
    with DataBackup(tmp_path / "big.zip", WORD, jobs=jobs) as archive:
        error, told = Boom("enough"), []

        def fail(done, total):
            raise error
        with pytest.raises(Boom) as raised:
            WORKS[work](archive, tmp_path, fail)
        assert raised.value is error
        for name in "xy":
            os.path.isdir(tmp_path / name) and __import__("shutil").rmtree(tmp_path / name)
        with raises("CANCELLED"):
            WORKS[work](archive, tmp_path, lambda done, total: False)
        for name in "xy":
            os.path.isdir(tmp_path / name) and __import__("shutil").rmtree(tmp_path / name)
        WORKS[work](archive, tmp_path, lambda done, total: told.append((done, total)))
        assert told and all(one <= other for one, other in zip(told, told[1:]))


def test_ctrl_c_ends_a_work_also_without_progress():
    archive = DataBackup(io.BytesIO(BIG), WORD)
    timer = threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGINT))
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        timer.start()
        while time.monotonic() - began < 20:
            archive.verify()
    assert archive.read("settings") == b'"version","27"\n'


def test_other_threads_run_while_an_archive_is_read(path):
    """The interpreter's lock is let go."""
    (path.parent / "big.zip").write_bytes(BIG)
    archive, counted, stop = DataBackup(path.parent / "big.zip", WORD), [0], threading.Event()

    def count():
        while not stop.is_set():
            counted[0] += 1
            time.sleep(0.001)
    thread = threading.Thread(target=count)
    thread.start()
    try:
        before = counted[0]
        archive.verify()
        assert counted[0] - before > 3
    finally:
        stop.set()
        thread.join()


def test_one_archive_in_many_threads(archive):
    expected, failures = [list(archive.messages(chat)) for chat in archive.chats], []

    def look():
        for _ in range(int(5 * SCALE)):
            if [list(archive.messages(chat)) for chat in archive.chats] != expected or not archive.verify().ok:
                failures.append(1)
    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_after_a_fork_the_child_reads_it_too(path):
    with DataBackup(path, WORD) as archive:
        pid = os.fork()
        if pid == 0:
            good = len(list(archive.messages("ECHOECHO"))) == 6 and archive.verify().ok
            os._exit(0 if good else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert len(list(archive.messages("ECHOECHO"))) == 6


def test_nothing_is_left_of_what_was_dropped():
    gc.collect()
    before = len(_living), len(hosts._hosts)
    for _ in range(10):
        archive = DataBackup(io.BytesIO(WHOLE), WORD)
        messages = archive.messages("ECHOECHO")
        next(messages)
        archive.statistics(tz=timezone.utc, progress=lambda *_: None)
        with pytest.raises(TresorError):
            DataBackup(io.BytesIO(WHOLE), "wrong")
        del archive, messages
    gc.collect()
    assert (len(_living), len(hosts._hosts)) == before
