"""One account, as the apps of each era would have written its rows: dicts of columns.

Columns that an era lacks may stand here; they are left out when the table is made. What differs
between eras beyond columns is decided here.
"""
import json

import pictures
from table import UNASSIGNED

OWN = "MYSELF01"
MINUTE, BEGIN = 60_000, 1_600_000_000_000
NUMBERS = {"ECHOECHO": "0000000042", "ABCD1234": "1804289383", "GRPONLY9": "0846930886"}
HIKING, OLD_GROUP = "a1b2c3d4e5f60718", "b2b2c3d4e5f60718"
GROUP_NUMBERS = {HIKING: "1681692777", OLD_GROUP: "0719885386"}
KEY, BLOB, NONCE = "ab" * 32, "0c" * 16, "0d" * 24


def uid(number):
    return f"6f1d2a3b-0000-4000-8000-{number:012}"


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def file_body(mime, name, content, thumbnail="image/jpeg", rendering=1, **about):
    return compact([BLOB, KEY, mime, len(content), name, rendering, True, about.pop("caption", None), thumbnail, about])


def contacts(era):
    echo = {"identity": "ECHOECHO", "publickey": "0" * 32 + "1" * 32, "verification": "FULLY_VERIFIED",
            "firstname": "Echo", "nick_name": "Echo test", "color": -16738680, "last_update": BEGIN,
            "forward_security": False}
    ada = {"identity": "ABCD1234", "publickey": "2" * 64, "verification": "SERVER_VERIFIED", "acid": "0r7-2A3B/12",
           "tacid": "17", "firstname": 'Ada "The Count"', "lastname": "Example", "nick_name": "C:\\ada",
           "color": -1023342, "archived": True, "forward_security": True}
    gina = {"identity": "GRPONLY9", "publickey": "3" * 64, "verification": "UNVERIFIED", "nick_name": "gina;g",
            "color": 0, "hidden": True, "forward_security": False}
    for contact in (echo, ada, gina):
        yield {"hidden": False, "archived": False, "identity_id": NUMBERS[contact["identity"]]} | contact


def message(number, kind, body, **more):
    """`number` counts the messages of an account; the time follows from it."""
    time = BEGIN + (number - 2) * MINUTE
    return {"apiid": f"{0x1011121314151617 + number:016x}", "uid": uid(number), "isoutbox": False, "isread": True,
            "issaved": True, "posted_at": time, "created_at": time, "type": kind, "body": body,
            "isstatusmessage": False, "isqueued": True, "display_tags": 0, "edited_at": None, "deleted_at": None,
            "g_msg_states": UNASSIGNED} | more


def sent(number, kind, body, state="DELIVERED", **more):
    time = BEGIN + (number - 2) * MINUTE
    arrived = state in ("DELIVERED", "READ", "CONSUMED", "USERACK")
    return message(number, kind, body, isoutbox=True, messagestae=state, modified_at=time + 5000,
                   delivered_at=time + 2000 if arrived else None,
                   read_at=time + 5000 if state in ("READ", "CONSUMED") else None, **more)


HOLIDAY, CAT, NOTE, DOCUMENT = pictures.jpeg(3, 6, 4), pictures.jpeg(4), pictures.m4a(), b"%PDF-1.4\n%%EOF\n"


def chat(era):
    """With ECHOECHO, in which every type of the era occurs."""
    call = {"status": 2, "callId": 123456, "duration": 75} if era.version >= 18 else {"status": 2, "duration": 75}
    yield message(1, "TEXT", 'Hi "you", see C:\\tmp\nsecond line', apiid="0011223344556677")
    yield sent(2, "TEXT", "ok?", "USERACK", apiid="8899aabbccddeeff")
    yield message(3, "FILE", file_body("image/jpeg", "holiday.jpg", HOLIDAY, caption='Say "cheese"', w=48, h=32),
                  caption='Say "cheese"', isread=False)
    yield message(4, "IMAGE", compact([True, KEY, BLOB, NONCE]), caption="legacy")
    yield message(5, "VIDEO", compact([12, True, KEY, BLOB, len(pictures.mp4())]))
    yield sent(6, "VOICEMESSAGE", compact([3, True, KEY, BLOB]), "CONSUMED" if era.version >= 16 else "READ")
    yield sent(7, "LOCATION", '[47.2,8.7,12.5,"Somewhere 1","Cafe"]', caption="*Cafe*\nSomewhere 1")
    yield message(8, "VOIP_STATUS", compact([1, call]), apiid=None, isoutbox=True)
    yield sent(9, "TEXT", "> ECHOECHO: an old quote\n\nreply", "READ")
    yield sent(10, "TEXT", "a quote", "SENDFAILED", quoted_message_apiid="0011223344556677")
    yield sent(11, "BALLOT", "[1,8]", "SENT")
    if era.version >= 18:
        yield sent(12, "TEXT", "another key", "FS_KEY_MISMATCH")
    if era.version >= 21:
        yield message(13, "TEXT", "starred", display_tags=1)
    if era.version >= 22:
        yield sent(14, "FILE", file_body("video/mp4", "clip.mp4", pictures.mp4(), d=1.5, w=4, h=4), "UPLOADING")
    if era.version >= 24:
        yield sent(15, "TEXT", "edited", "READ", edited_at=BEGIN + 20 * MINUTE)
        yield message(16, "TEXT", "", deleted_at=BEGIN + 21 * MINUTE)


def group_chat(era):
    """Of the group Hiking."""
    states = compact({"ABCD1234": "USERACK", "GRPONLY9": "USERDEC"}) if era.version >= 18 else None
    notice = {"apiid": None, "isstatusmessage": True}
    if era.version >= 21:
        yield message(20, "GROUP_STATUS", '[4,{"status":3,"identity":"GRPONLY9"}]', **notice)
    else:
        yield message(20, "TEXT", "GRPONLY9 has joined the group", **notice)
    yield message(21, "TEXT", "@[MYSELF01] when?", identity="GRPONLY9", apiid="4041424344454647")
    yield sent(22, "TEXT", "Sunday", "SENT", quoted_message_apiid="4041424344454647", apiid="5051525354555657",
               g_msg_states=states)
    yield message(23, "BALLOT", "[1,7]", identity="ABCD1234")
    yield message(24, "FILE", file_body("application/pdf", "route.pdf", DOCUMENT, None, 0), identity="ABCD1234")
    yield message(25, "IMAGE", "", identity="GRPONLY9")
    if era.version >= 18:
        yield message(26, "GROUP_CALL_STATUS", '[2,{"status":1,"callId":"7f","callerIdentity":"ABCD1234"}]', **notice)
        yield message(27, "FORWARD_SECURITY_STATUS", '[3,{"status":0,"quantity":0,"staticText":"a note"}]', **notice)


def group_rows(era):
    """The rows of group_chat(): what nobody filled is empty there, not unassigned."""
    for row in group_chat(era):
        yield row | {"g_msg_states": None if row["g_msg_states"] is UNASSIGNED else row["g_msg_states"]}


def list_chat(era):
    identifier = None if era.version >= 22 else "7071727374757677"
    yield sent(30, "TEXT", "Happy new year!", "SENT", apiid=identifier)
    if era.version >= 22:
        yield sent(31, "FILE", file_body("image/jpeg", "cat.jpg", CAT), "SENT", apiid=None)


def groups(era):
    """One that the user is in, and one that he has left."""
    hiking = {"id": HIKING, "groupname": "Hiking", "members": [OWN, "ABCD1234"], "user_state": 0}
    if era.version >= 18:
        hiking |= {"groupDesc": 'Every "Sunday"\n\\o/', "groupDescTimestamp": BEGIN}
    old = {"id": OLD_GROUP, "groupname": "Old group", "members": ["ABCD1234", "GRPONLY9"], "user_state": 2}
    for group in (hiking, old):
        yield {"creator": "ABCD1234", "created_at": BEGIN, "last_update": BEGIN, "deleted": False, "archived": False,
               "group_uid": GROUP_NUMBERS[group["id"]]} | group


def list_id(era):
    return 1 if era.color else 4821907735021990000  # small ones until app 4.8


def lists(era):
    yield {"id": list_id(era), "distribution_list_name": "Family", "created_at": BEGIN, "last_update": 0,
           "distribution_members": ["ECHOECHO", "ABCD1234"], "archived": False}


def group_key(era, group):
    return GROUP_NUMBERS[group] if era.has_numbers else f"{group}-ABCD1234"


def polls(era):
    """Two, with choices of the same numbers."""
    rest = {"state": "OPEN", "assessment": "SINGLE_CHOICE", "type": "INTERMEDIATE", "choice_type": "TEXT",
            "last_viewed_at": BEGIN, "created_at": BEGIN, "modified_at": BEGIN}
    yield rest | {"id": 7, "aid": "0102030405060708", "creator": "ABCD1234", "ref": "GroupBallotModel",
                  "ref_id": group_key(era, HIKING), "name": "Which day?"}
    yield rest | {"id": 8, "aid": "1112131415161718", "creator": OWN, "ref": "IdentityBallotModel",
                  "ref_id": "ECHOECHO", "name": 'Tea, or "coffee"?', "state": "CLOSED", "type": "RESULT_ON_CLOSE",
                  "assessment": "MULTIPLE_CHOICE"}


DAY, DRINK = "0102030405060708-ABCD1234", "1112131415161718-MYSELF01"
CHOICES = [[21, DAY, 0, "Text", "Saturday", 0, 0, BEGIN, None], [22, DAY, 1, "Text", "Sunday", 0, 1, BEGIN, None],
           [23, DRINK, 0, "Text", "Tea", 0, 0, BEGIN, None], [24, DRINK, 1, "Text", "Coffee", 0, 1, BEGIN, None]]
VOTES = [[31, DAY, 0, OWN, 0, BEGIN, BEGIN], [32, DAY, 1, OWN, 1, BEGIN, BEGIN],
         [33, DRINK, 0, "ECHOECHO", 1, BEGIN, BEGIN], [34, DRINK, 1, "ECHOECHO", 1, BEGIN, BEGIN]]
CONTACT_REACTIONS = [["ECHOECHO", "8899aabbccddeeff", "ECHOECHO", "👍", BEGIN + MINUTE]]
GROUP_REACTIONS = [[HIKING, "ABCD1234", "4041424344454647", OWN, "🎉", BEGIN + MINUTE],
                   [HIKING, "ABCD1234", "4041424344454647", "GRPONLY9", "❤️", BEGIN + MINUTE]]
NONCES = [["0f" * 32], ["1e" * 32]]
