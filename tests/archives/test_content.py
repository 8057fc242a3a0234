"""The tables and the accounts in them are right: by the format's own text."""
import json
import pathlib
import re
import sys

import columns
import era_rows
import pytest
from eras import ERAS, IDENTITY, era, named
from miniature import BINARY, PHOTO, TABLES, miniature
from table import UNASSIGNED, cell, header, row, settings, table

NAMES = [one.name for one in ERAS]
CELL = re.compile(r'"((?:[^"\\]|""|\\\\)*)"|')


def rows_of(content):
    """Strictly by the grammar of data-backup.md 3.1."""
    text, at, rows = content.decode(), 0, [[]]
    while at < len(text):
        found = CELL.match(text, at)
        value = found.group(1)
        rows[-1].append(UNASSIGNED if value is None else value.replace('""', '"').replace("\\\\", "\\"))
        at = found.end() + 1
        assert text[found.end()] in ",\n"
        if text[found.end()] == "\n" and at < len(text):
            rows.append([])
    return rows


def by_column(content):
    names, *rows = rows_of(content)
    return [dict(zip(names, values)) for values in rows]


def tables(account):
    return {name: content for name, content in account.items() if name.endswith(".csv")}


# ---- the dialect ----

@pytest.mark.parametrize("value, expected", [
    ('a"b', '"a""b"'), ("C:\\x", '"C:\\\\x"'), ('\\"', '"\\\\"""'), ("one\ntwo", '"one\ntwo"'), (None, '""'), ("", '""'),
    (True, '"1"'), (False, '"0"'), (-5, '"-5"'), (b"\xab\xcd", '"abcd"'), (["A", "B"], '"A;B"'), (["", "", "A"], '"A"'),
    (["A", "", "B"], '"A;;B"'), ("a,b\tc\r\0\u2028", '"a,b\tc\r\0\u2028"'), (UNASSIGNED, "")])
def test_a_cell_is_written_as_the_format_says(value, expected):
    assert cell(value) == expected


def test_a_cell_that_was_never_filled_has_no_quotes():
    assert row(["a", UNASSIGNED, None]) == '"a",,""\n'


def test_a_header_doubles_no_backslash():
    assert header(["a\\b"]) == '"a\\b"\n'


def test_settings_have_fifteen_bytes():
    assert settings() == b'"version","27"\n' and len(settings()) == 15


def test_columns_that_a_row_lacks_are_empty_and_others_are_left_out():
    assert table(["a", "b"], [{"b": 1, "c": 2}]) == b'"a","b"\n"","1"\n'


# ---- the miniature ----

def test_every_table_is_in_the_miniature_and_nothing_else_but_pictures():
    assert set(miniature()) == {path.name for path in TABLES.iterdir()} | set(BINARY)


@pytest.mark.parametrize("name", sorted(tables(miniature())))
def test_the_writer_gives_the_bytes_of_the_format_text_back(name):
    content = miniature()[name]
    names, *rows = rows_of(content)
    assert table(names, rows) == content


def test_the_photo_of_the_miniature_is_as_large_as_its_message_says():
    chat = by_column(miniature()["message_0000000042.csv"])
    assert json.loads(chat[2]["body"])[3] == len(miniature()[f"message_media_{PHOTO}"])


def test_the_message_state_of_a_chat_was_never_filled():
    assert all(values["g_msg_states"] is UNASSIGNED for values in by_column(miniature()["message_0000000042.csv"]))


def test_without_media_the_pictures_of_persons_stay():
    assert set(miniature()) - set(miniature(media=False)) == {f"message_media_{PHOTO}", f"message_thumbnail_{PHOTO}"}


def test_the_identity_opens_with_the_password_of_the_archive():
    pytest.importorskip("nacl", reason="python3-nacl is not installed")
    pytest.importorskip("argon2", reason="python3-argon2 is not installed")
    sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "vectors"))
    import codes
    assert miniature()["identity"].decode() == IDENTITY
    assert codes.decoded(IDENTITY, b"backup-demo-1") == ("classic", "MYSELF01", bytes(range(32)))
    assert codes.encoded("classic", b"backup-demo-1", "MYSELF01", bytes(range(32)), bytes(range(1, 9))) == IDENTITY


# ---- the eras ----

OLDEST = "identity,publickey,verification,acid,tacid,firstname,lastname,nick_name,"
CONTACTS = {
    "15": OLDEST + "color,hidden,archived", "16-color": OLDEST + "color,hidden,archived",
    "16": OLDEST + "hidden,archived", "18": OLDEST + "hidden,archived,forward_security",
    "19-forward-security": OLDEST + "hidden,archived,forward_security,identity_id",
    "19": OLDEST + "hidden,archived,identity_id", "21": OLDEST + "hidden,archived,identity_id",
    "22": OLDEST + "last_update,hidden,archived,identity_id",
} | dict.fromkeys(["24", "25", "26", "27"], "identity,publickey,verification,acid,firstname,lastname,nick_name,"
                                            "last_update,hidden,archived,identity_id")
EARLY, LATE = "id,creator,groupname,created_at,members,deleted,archived", "groupDesc,groupDescTimestamp"
WIDE = "id,creator,groupname,created_at,last_update,members,deleted,archived,groupDesc,groupDescTimestamp,group_uid"
GROUPS = {
    "15": EARLY, "16-color": EARLY, "16": EARLY, "18": f"{EARLY},{LATE}",
    "27": "id,creator,groupname,created_at,last_update,members,archived,groupDesc,groupDescTimestamp,group_uid,"
          "user_state",
} | dict.fromkeys(["19-forward-security", "19", "21"], f"{EARLY},{LATE},group_uid") | dict.fromkeys(
    ["22", "24"], WIDE) | dict.fromkeys(["25", "26"], WIDE + ",user_state")
FIRST = "apiid,uid,isoutbox,isread,issaved,messagestae,posted_at,created_at,modified_at,type,body,isstatusmessage,"
MIDDLE = FIRST + "isqueued,caption,quoted_message_apiid"
MESSAGES = {
    "15": MIDDLE, "21": MIDDLE + ",delivered_at,read_at,g_msg_states,display_tags",
    "22": FIRST + "caption,quoted_message_apiid,delivered_at,read_at,g_msg_states,display_tags",
} | dict.fromkeys(["16-color", "16"], MIDDLE + ",delivered_at,read_at") | dict.fromkeys(
    ["18", "19-forward-security", "19"], MIDDLE + ",delivered_at,read_at,g_msg_states") | dict.fromkeys(
    ["24", "25", "26", "27"], FIRST + "caption,quoted_message_apiid,delivered_at,read_at,g_msg_states,display_tags,"
                                      "edited_at,deleted_at")


@pytest.mark.parametrize("one", ERAS, ids=NAMES)
def test_the_headers_are_those_of_the_era(one):
    account = era(one)
    assert ",".join(rows_of(account["contacts.csv"])[0]) == CONTACTS[one.name]
    assert ",".join(rows_of(account["groups.csv"])[0]) == GROUPS[one.name]
    assert ",".join(columns.messages(one, "message")) == MESSAGES[one.name]
    assert columns.messages(one, "group_message") == MESSAGES[one.name].replace("uid,", "uid,identity,", 1).split(",")


def test_lists_have_seventeen_columns_today():
    assert len(columns.messages(named(27), "distribution_list_message")) == 17


def test_the_rows_of_the_old_miniature_are_in_the_oldest_era():
    account = era(15)
    for name, line in (
            ("contacts.csv", f'"ECHOECHO","{"0" * 32}{"1" * 32}","FULLY_VERIFIED","","","Echo","","Echo test",'
             '"-16738680","0","0"'),
            ("message_ECHOECHO.csv", '"8899aabbccddeeff","6f1d2a3b-0000-4000-8000-000000000002","1","1","1","USERACK",'
             '"1600000000000","1600000000000","1600000005000","TEXT","ok?","0","1","",""'),
            ("groups.csv", '"a1b2c3d4e5f60718","ABCD1234","Hiking","1600000000000","MYSELF01;ABCD1234","0","0"')):
        assert line in account[name].decode().split("\n"), name


def test_entries_are_named_by_identities_before_19_and_by_numbers_since():
    assert {"contact_avatar_MYSELF01", "message_ECHOECHO.csv",
            "group_message_a1b2c3d4e5f60718-ABCD1234.csv"} <= set(era(18))
    assert {"contact_avatar_me", "message_0000000042.csv", "group_message_1681692777.csv"} <= set(era(19))


@pytest.mark.parametrize("one", ERAS, ids=NAMES)
def test_every_table_of_an_era_is_in_the_dialect_and_its_rows_are_complete(one):
    for name, content in tables(era(one)).items():
        names, *rows = rows_of(content)
        assert all(len(values) == len(names) for values in rows), name
        assert table(names, rows) == content, name


@pytest.mark.parametrize("one", ERAS, ids=NAMES)
def test_media_and_thumbnails_belong_to_messages_and_files_have_the_size_told(one):
    account = era(one)
    messages = {values["uid"]: values for name, content in tables(account).items()
                if "message_" in name for values in by_column(content)}
    media = {name[-36:]: content for name, content in account.items() if "_media_" in name}
    thumbnails = {name[-36:] for name in account if "_thumbnail_" in name}
    assert set(media) | thumbnails <= set(messages)
    for uid, content in media.items():
        if messages[uid]["type"] == "FILE":
            assert json.loads(messages[uid]["body"])[3] == len(content)


@pytest.mark.parametrize("one", ERAS, ids=NAMES)
def test_a_chat_follows_its_media_and_comes_before_its_index(one):
    order = list(era(one))
    assert order[:2] == ["settings", "identity"]
    assert order.index("contacts.csv") > max(at for at, name in enumerate(order) if name.startswith("message_"))
    assert order.index("groups.csv") > max(at for at, name in enumerate(order) if name.startswith("group_message_"))


@pytest.mark.parametrize("one", ERAS, ids=NAMES)
def test_the_membership_of_the_user_is_told_as_in_the_era(one):
    left = by_column(era(one)["groups.csv"])[1]
    assert era_rows.OWN not in left["members"]
    assert left.get("user_state") == ("2" if one.version >= 25 else None)


def test_reactions_begin_with_26_and_nonces_within_19():
    having = {name: [one.name for one in ERAS if name in era(one)]
              for name in ("contact_reactions.csv", "nonces.csv", "nonces_d2d.csv")}
    assert having["contact_reactions.csv"] == ["26", "27"]
    assert having["nonces.csv"][0] == "19" and having["nonces_d2d.csv"][0] == "25"


def test_an_era_that_never_was_is_refused():
    with pytest.raises(ValueError):
        era(17)
