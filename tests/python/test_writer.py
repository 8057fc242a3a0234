"""Chat archives that are made: from values and dicts, from other archives; failures, files, order."""
import io
import json
import os
import zipfile
from datetime import datetime, timedelta, timezone

import pytest
from conftest import SOURCE, raises

import tresor
from tresor import DataBackup, DataBackupWriter

WORD, OTHER = "backup-demo-1", "three quiet otters"
KEY = bytes(range(32))
NEW_YEAR = datetime(2025, 1, 1, tzinfo=timezone.utc)
CHATS = SOURCE / "examples/chats.zip"
ADA = {"identity": "ABCD1234", "public_key": b"\x22" * 32, "nickname": "Ada"}
HELLO = {"uid": "u1", "api_id": "0123456789abcdef", "text": "Hello", "time": NEW_YEAR}


def writing(into, owner="ECHOECHO", **options):
    writer = DataBackupWriter(into, OTHER, made_at=NEW_YEAR, **options)
    if owner:
        writer.set_owner(owner, KEY)
    return writer


def copy(archive, writer, values):
    """All of an archive, as values or as dicts."""
    told = archive.to_dict()
    picture = archive.owner_picture
    code = str(archive.id_export().expose(), "utf-8")
    writer.set_owner(archive.identity, tresor.import_id(code, WORD).private_key)
    if picture:
        writer.set_owner_picture(archive.read(picture))
    adders = (("contacts", writer.add_contact, "identity"), ("groups", writer.add_group, "id"),
              ("distribution_lists", writer.add_distribution_list, "id"))
    chats = {}
    for chat in archive.chats:
        chats[chat.id.split("-")[0]] = chat
    for name, add, key in adders:
        for one, plain in zip(getattr(archive, name), told[name]):
            add(one if values else plain)
            chat = chats[plain[key]]
            dicts = list(archive.message_dicts(chat, quotes=False))
            for message in dicts:
                for entry, put in (("entry", writer.add_media), ("thumbnail_entry", writer.add_thumbnail)):
                    found = message.get("file", {}).get(entry)
                    if found:
                        put(message["uid"], archive.read(found))
            for message in archive.messages(chat) if values else dicts:
                writer.add_message(message)
    for poll in archive.polls if values else told["polls"]:
        writer.add_poll(poll)


def everything(archive):
    """What it holds, without what is new in each archive."""
    told = archive.to_dict()
    for one in (*told["contacts"], *told["groups"]):
        one.pop("number")
    for one in told["chats"]:
        one.pop("entry", None), one.pop("picture_entry", None)
    messages = {chat.id: list(archive.message_dicts(chat)) for chat in archive.chats}
    files = {name: archive.read(name) for chat in messages.values() for message in chat
             for name in (message.get("file", {}).get("entry"), message.get("file", {}).get("thumbnail_entry")) if name}
    return json.dumps([told, messages], sort_keys=True), files


@pytest.mark.parametrize("values", [True, False], ids=["values", "dicts"])
@pytest.mark.parametrize("jobs", [1, 3])
def test_what_was_read_is_written_and_read_again(tmp_path, values, jobs):
    with DataBackup(CHATS, WORD) as archive:
        with writing(tmp_path / "new.zip", owner=None, jobs=jobs) as writer:
            copy(archive, writer, values)
        assert writer.closed and writer.written.messages == sum(archive.summary(chat).messages for chat in archive.chats)
        with DataBackup(tmp_path / "new.zip", OTHER) as again:
            assert again.version == 27
            assert everything(again) == everything(archive)
            assert again.verify().ok and again.verify().findings == ()
    assert (tmp_path / "new.zip").stat().st_mode & 0o777 == 0o600


def test_a_message_says_what_its_members_say(tmp_path):
    said = [
        {**HELLO, "uid": "a", "text": 'Hi "you"\n\\'},
        {**HELLO, "uid": "b", "text": None, "location": {"latitude": 47.5, "longitude": -8.25, "address": "Lake"}},
        {**HELLO, "uid": "c", "text": None, "caption": "Look",
         "file": {"name": "a.jpg", "media_type": "image/jpeg", "size": 3, "width": 4, "downloaded": True}},
        {"uid": "d", "time": NEW_YEAR, "status": True, "call": {"outcome": "missed", "reason": "busy"}},
    ]
    with writing(tmp_path / "a.zip") as writer:
        writer.add_contact(ADA)
        writer.add_media("c", b"jpg")
        for one in said:
            writer.add_message(one)
    with DataBackup(tmp_path / "a.zip", OTHER) as archive:
        text, place, file, call = archive.messages("ABCD1234")
        assert (text.text, text.type, text.posted_at) == ('Hi "you"\n\\', "text", NEW_YEAR)
        assert (place.type, place.location) == ("location", {"latitude": 47.5, "longitude": -8.25, "address": "Lake"})
        assert (file.type, file.caption, file.file.kind, file.file.width) == ("file", "Look", "image", 4)
        assert archive.read(file.file.entry) == b"jpg"
        assert (call.type, call.call) == ("call", {"outcome": "missed", "reason": "busy"})


@pytest.mark.parametrize("value, where", [
    ({"txet": "Hello"}, "/txet"), ({"text": 5}, "/text"), ({"posted_at": "yesterday"}, "/posted_at"),
    ({"type": "hologram"}, "/type"), ({"reactions": [{"emoji": 1}]}, "/reactions/0/emoji"),
    ({"location": {"latitude": 1}}, "/location/longitude"), ({"display_tags": -1}, "/display_tags"),
    ({"call": {"outcome": "fine"}}, "/call/outcome"), ({"type": "poll"}, "/type"),
])
def test_a_bad_member_is_told_by_its_pointer_and_does_no_harm(tmp_path, value, where):
    with writing(tmp_path / "a.zip") as writer:
        writer.add_contact(ADA)
        with raises("INVALID_ARGUMENT") as raised:
            writer.add_message(HELLO | value)
        assert raised.error.message.startswith(where + " ")
        writer.add_message(HELLO)
    with DataBackup(tmp_path / "a.zip", OTHER) as archive:
        assert [one.text for one in archive.messages("ABCD1234")] == ["Hello"]


def test_what_the_app_would_drop_is_not_written(tmp_path):
    with raises("INVALID_ARGUMENT") as raised:
        with writing(tmp_path / "a.zip") as writer:
            writer.add_contact(ADA)
            writer.add_message(HELLO | {"uid": ""})
    assert "uid" in raised.error.message and os.listdir(tmp_path) == []


def test_the_wrong_order_is_refused_and_leaves_nothing(tmp_path):
    group = {"id": "a1b2c3d4e5f60718", "creator": "ABCD1234", "members": ["ABCD1234"], "user_state": "left"}
    orders = (lambda writer: writer.add_message(HELLO),
              lambda writer: (writer.add_contact(ADA), writer.set_owner("ECHOECHO", KEY)),
              lambda writer: (writer.add_contact(ADA), writer.add_group(group), writer.add_contact(ADA)))
    for wrong in orders:
        with raises("INVALID_ARGUMENT"):
            with writing(tmp_path / "a.zip") as writer:
                wrong(writer)
    with raises("INVALID_ARGUMENT"):
        with writing(tmp_path / "a.zip") as writer:
            with raises("INVALID_ARGUMENT"):
                writer.add_message(HELLO)  # swallowed here, but not forgotten
    assert os.listdir(tmp_path) == []


def test_an_exception_leaves_no_file(tmp_path):
    with pytest.raises(ZeroDivisionError):
        with writing(tmp_path / "a.zip") as writer:
            writer.add_contact(ADA)
            1 / 0
    assert os.listdir(tmp_path) == [] and writer.closed and writer.written is None
    with writing(tmp_path / "a.zip") as writer:
        writer.close()
    assert os.listdir(tmp_path) == []


def test_a_file_that_is_there_is_kept_unless_it_is_to_be_replaced(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"old")
    with raises("CONFLICT"):
        with writing(tmp_path / "a.zip"):
            pass
    assert (tmp_path / "a.zip").read_bytes() == b"old"
    with writing(tmp_path / "a.zip", replace=True):
        pass
    assert (tmp_path / "a.zip").read_bytes()[:2] == b"PK" and os.listdir(tmp_path) == ["a.zip"]


def test_a_bad_password_makes_no_file(tmp_path):
    for word in ("", "short", "x" * 257):
        with raises("INVALID_ARGUMENT"):
            DataBackupWriter(tmp_path / "a.zip", word)
    assert os.listdir(tmp_path) == []


class Zeros(io.RawIOBase):
    """A long file that is nowhere."""

    def __init__(self, size):
        self.left, self.most = size, 0

    def read(self, size=-1):
        self.most = max(self.most, size)
        given = min(size, self.left)
        self.left -= given
        return bytes(given)


def test_a_large_file_is_streamed_into_a_file_of_a_program(tmp_path):
    source, told = Zeros(40 << 20), []
    with open(tmp_path / "a.zip", "wb") as file:
        with writing(file, progress=lambda done, total: told.append(done)) as writer:
            writer.add_contact(ADA)
            writer.add_media("u1", source)
            writer.add_message(HELLO | {"text": None, "file": {"media_type": "image/jpeg", "downloaded": True}})
    assert source.left == 0 and 0 < source.most <= 8 << 20 and told == sorted(told) and told[-1] > 40 << 20
    with DataBackup(tmp_path / "a.zip", OTHER) as archive:
        assert archive.verify().ok and archive.summary("ABCD1234").media == 1
    assert writer.written.bytes == (tmp_path / "a.zip").stat().st_size


def test_what_a_source_a_sink_or_a_watcher_raises_is_raised(tmp_path):
    class Broken:
        def read(self, size=-1):
            raise KeyError("mine")

        def write(self, content):
            raise LookupError("mine, too")

    with pytest.raises(KeyError, match="mine"):
        with writing(tmp_path / "a.zip") as writer:
            writer.add_contact(ADA)
            writer.add_media("u1", Broken())
    with pytest.raises(LookupError, match="mine, too"):
        with writing(Broken()) as writer:
            writer.add_contact(ADA)
    with raises("CANCELLED"):
        with writing(tmp_path / "a.zip", progress=lambda done, total: False) as writer:
            writer.add_contact(ADA)
            writer.add_media("u1", Zeros(10 << 20))
    assert os.listdir(tmp_path) == []


def test_types_are_told(tmp_path):
    with writing(tmp_path / "a.zip") as writer:
        for wrong in (lambda: writer.add_contact("ABCD1234"), lambda: writer.add_message(tresor.Poll()),
                      lambda: writer.add_message(HELLO | {"time": object()}), lambda: writer.add_media("u", 5),
                      lambda: writer.set_owner("ECHOECHO", "key")):
            with pytest.raises(TypeError):
                wrong()
        for bad in (lambda: writer.set_owner("ECHOECHO", b"short"), lambda: writer.add_nonce(b"short"),
                    lambda: writer.add_message(HELLO | {"time": datetime(2025, 1, 1)}),
                    lambda: writer.add_message(HELLO | {"text": "\ud800"})):
            with raises("INVALID_ARGUMENT"):
                bad()
    with pytest.raises(TypeError):
        DataBackupWriter(5, OTHER)


def test_the_same_archive_gets_another_password_or_less(tmp_path):
    with DataBackup(CHATS, WORD) as archive:
        before = everything(archive)
    made = tresor.filter_archive(CHATS, WORD, tmp_path / "a.zip", OTHER, made_at=NEW_YEAR)
    assert made.bad == made.conflicts == made.findings == () and made.messages > 0
    with DataBackup(tmp_path / "a.zip", OTHER) as archive:
        assert everything(archive) == before
    with raises("CONFLICT"):
        tresor.filter_archive(CHATS, WORD, tmp_path / "a.zip", OTHER)
    with raises("AUTH_FAILED"):
        tresor.filter_archive(CHATS, "wrong password", tmp_path / "b.zip", OTHER)
    with raises("NOT_FOUND"):
        tresor.filter_archive(CHATS, WORD, tmp_path / "b.zip", OTHER, chats=["NOTTHERE"])
    assert os.listdir(tmp_path) == ["a.zip"]
    into = io.BytesIO()
    tresor.filter_archive(CHATS, WORD, into, OTHER, chats=["ECHOECHO"], media=False)
    with DataBackup(into, OTHER) as archive:
        assert len(list(archive.messages("ECHOECHO"))) > 0 and not archive.groups
        assert not [one for one in archive.entries if "_media_" in one.name]


def test_what_is_not_encrypted_is_rewritten_only_if_that_is_allowed(tmp_path):
    with DataBackup(CHATS, WORD) as archive:
        archive.extract(tmp_path / "folder")
        before = everything(archive)
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as made:
        for path in sorted((tmp_path / "folder").iterdir()):
            made.write(path, path.name)
    for refused in (lambda: tresor.filter_archive(plain, WORD, io.BytesIO(), OTHER),
                    lambda: tresor.merge_archives(plain, WORD, CHATS, WORD, io.BytesIO(), OTHER)):
        with raises("UNSUPPORTED"):
            refused()
    filtered, merged = io.BytesIO(), io.BytesIO()
    tresor.filter_archive(plain, WORD, filtered, OTHER, allow_unencrypted=True)
    tresor.merge_archives(plain, WORD, CHATS, WORD, merged, OTHER, allow_unencrypted=True)
    for into in (filtered, merged):
        with DataBackup(into, OTHER) as archive:
            assert everything(archive) == before


def test_two_archives_become_one(tmp_path):
    last = NEW_YEAR + timedelta(seconds=15)
    for name, cut in (("old", {"until": last}), ("new", {"since": last})):
        tresor.filter_archive(CHATS, WORD, tmp_path / name, OTHER, made_at=NEW_YEAR, **cut)
    made = tresor.merge_archives(tmp_path / "old", OTHER, tmp_path / "new", OTHER, tmp_path / "both", WORD, made_at=NEW_YEAR)
    with DataBackup(CHATS, WORD) as archive, DataBackup(tmp_path / "both", WORD) as both:
        assert made.messages == sum(archive.summary(chat).messages for chat in archive.chats)
        assert {chat.id for chat in both.chats} == {chat.id for chat in archive.chats}
        assert both.verify().ok
    with raises("INVALID_ARGUMENT"):
        tresor.merge_archives(tmp_path / "old", OTHER, tmp_path / "new", OTHER, tmp_path / "none", "short")


def test_a_folder_becomes_an_archive(tmp_path):
    with DataBackup(CHATS, WORD) as archive:
        archive.extract(tmp_path / "folder")
        tresor.create_archive(tmp_path / "folder", WORD, tmp_path / "a.zip", OTHER, made_at=NEW_YEAR)
        with DataBackup(tmp_path / "a.zip", OTHER) as made:
            assert everything(made) == everything(archive)
    (tmp_path / "folder/settings").unlink()
    with raises("MALFORMED"):
        tresor.create_archive(tmp_path / "folder", WORD, tmp_path / "b.zip", OTHER)
    assert not (tmp_path / "b.zip").exists()
