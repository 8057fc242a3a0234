"""Archives for the tests of reading: those of the format's own text, one of each era, and hostile ones.

Their header says

    expect      what verifying the archive with the password comes to
    password    its bytes, as hex
    format      the version found; missing where none is
    entries     how many there are
    damaged     entries that do not open, where the rest does
    contents    SHA-256 of what opens: a line `<SHA-256 of the content>  <name>` for each plain name,
                the first of its name, in the order of the directory

Salts and times are fixed, so that the files are the same each time.
"""
import hashlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "archives"))
import archive  # noqa: E402
import columns  # noqa: E402
import era_rows  # noqa: E402
import eras  # noqa: E402
import miniature  # noqa: E402
import table  # noqa: E402
import winzip  # noqa: E402

PASSWORD = archive.PASSWORD
# Another password with the same verifier for the first of the numbered salts, found by trying.
TWIN = "wrong password 31531"
CHAT, PHOTO = "message_0000000042.csv", f"message_media_{miniature.PHOTO}"
SETTINGS = table.settings()


def is_plain(name):
    return name not in (b"", b".", b"..") and all(0x20 <= c < 0x7F and c not in b'/\\:' for c in name)


class Made(archive.Archive):
    """Remembers what it was given, for the header."""

    def __init__(self, password=PASSWORD):
        super().__init__(password, archive.numbered_salts())
        self.contents = {}

    def add(self, name, content=b"", level=5, **deviations):
        entry = super().add(name, content, level, **deviations)
        if is_plain(entry.name) and entry.listed and not entry.damage:
            self.contents.setdefault(entry.name, content)
        return entry

    def listing(self):
        lines = (hashlib.sha256(content).hexdigest().encode() + b"  " + name + b"\n"
                 for name, content in self.contents.items())
        return hashlib.sha256(b"".join(lines)).hexdigest()


def whole(entries, password=PASSWORD, binary_level=0, **deviations):
    """An archive of `entries`; deviations of single ones by their names."""
    return Made(password).add_all(entries, binary_level, deviations)


def small():
    """What an archive needs at least to be one, and a chat."""
    full = miniature.miniature()
    return {name: full[name] for name in ("settings", "identity", CHAT, "contacts.csv")}


def described(made, expect="ok", comment="", password=None, format_="27", damaged=(), opens=True):
    password = made.password if password is None else password
    header = {"expect": expect, "comment": comment, "password": winzip.password_bytes(password).hex()}
    if format_:
        header["format"] = format_
    header["entries"] = str(len(made.directory))
    if damaged:
        header["damaged"] = " ".join(damaged)
    if opens:
        header["contents"] = made.listing()
    return header, made.bytes()


def good():
    yield "miniature", described(whole(miniature.miniature()), comment="C1: data-backup.md 9.1")
    for era in eras.ERAS:
        made = whole(eras.era(era), binary_level=0 if era.version >= 18 else 5)
        yield f"era-{era.name}", described(made, comment="V5, V6: headers and names of its era",
                                           format_=str(era.version))
    made = Made()
    made.add("settings", SETTINGS, 0, salt=bytes(range(16)))
    yield "C2", described(made, comment="the vector of data-backup.md 1.3")


def passwords():
    yield "C3", described(whole(small()), "auth_failed", "wrong password", "backup-demo-2", opens=False)
    yield "C4", described(whole(small()), "auth_failed", "wrong password that passes the verifier of the first entry",
                          TWIN, opens=False)
    for name, text in (("umlaut", "passwörd8"), ("euro", "pässw0rd€")):
        yield f"C5-{name}", described(whole(small(), text), comment="password beyond ASCII, in UTF-8")
        cut = whole(small(), winzip.low_bytes(text))
        yield f"C6-{name}", described(cut, comment="sealed with low bytes, as apps before 4.53; opens with a finding",
                                      password=text)
    longest = "otter😀" * 36 + "otte"
    assert len(longest.encode("utf-16-le")) == 2 * 256
    yield "C8", described(whole(small(), longest), comment="password of 256 UTF-16 units, with surrogates")


def flips():
    for name, place, at in (("text", "a bit of the text", 20), ("code", "a bit of the authentication code", -1)):
        made = whole(small(), **{CHAT: {"damage": archive.flipped(at)}})
        yield f"C9-{name}", described(made, "auth_failed", f"{place} of a chat flipped", damaged=[CHAT])
    chosen = {name: content for name, content in miniature.miniature().items()
              if name in small() or name.startswith("message_thumbnail_")} | {PHOTO: b"\xff\xd8 short \xff\xd9"}
    made = whole(chosen, **{PHOTO: {"damage": archive.flipped(-10)}})
    yield "C10", described(made, "auth_failed", "a bit of the authentication code of a medium flipped", damaged=[PHOTO])
    made = whole(small(), **{"contacts.csv": {"damage": archive.flipped(16)}})
    yield "C9-verifier", described(made, "auth_failed", "a bit of the verifier of one entry flipped",
                                   damaged=["contacts.csv"])


def given_up():
    made = Made()
    for name, content in small().items():
        if name == CHAT:
            made.give_up(PHOTO, bytes(20000), level=5)
        made.add(name, content)
    return made


def with_gaps():
    made = Made()
    made.gap(b"dead bytes in front")
    for name, content in small().items():
        made.add(name, content)
        made.gap(b"PK\3\4 dead bytes between" + bytes(9))
    return made


def cut(made):
    made.finish(directory=False, end=False)
    return made


def structures():
    yield "C11", described(given_up(), comment="a medium given up half-way: the next size is too large by 20000")
    yield "C12", described(with_gaps(), comment="dead bytes between entries")
    made = cut(whole(small()))
    yield "C15", described(made, "malformed", "no directory; salvage finds all that was listed")
    made = whole(small())
    whole_bytes = made.bytes()
    header, _ = described(made, "malformed", "cut in the middle of the directory")
    yield "C15-directory", (header, whole_bytes[:-100])
    made = whole(small())
    made.finish(comment=b"a comment of the archive")
    yield "comment", described(made, comment="a comment at the end")
    yield "no-descriptor", described(whole(small(), **{name: {"descriptor": False} for name in small()}),
                                     comment="sizes in the local headers, no descriptors")


def encryptions():
    for bits in (128, 192, 256):
        for ae in (1, 2):
            if (bits, ae) != (256, 2):
                made = whole(small(), **{name: {"bits": bits, "ae": ae} for name in small()})
                yield f"C16-{bits}-AE{ae}", described(made, comment=f"AE-{ae}, {bits} bits")
    made = whole(small(), settings={"encrypted": False})
    yield "C17", described(made, "unsupported", "settings not encrypted")
    made = whole(small(), **{name: {"method": archive.STORE} for name in small()})
    yield "stored", described(made, comment="encrypted, not packed")
    text = bytes(range(256)) * 4
    blocks = archive.stored_blocks(text, [1, 0, 1000, 23])
    made = whole(small() | {"message_media_blocks": text, "message_media_empty": b""},
                 message_media_blocks={"packed": blocks})
    yield "C18", described(made, comment="several stored blocks, and an empty entry; both are media of no message")
    made = whole(small() | {"message_media_zeros": bytes(16 << 20)}, binary_level=9)
    yield "C21", described(made, comment="16 MiB of zeros in 16 KiB: too_large below that limit")


def names():
    made = whole(small())
    made.add("contacts.csv", table.table(["identity"], []))
    yield "C19", described(made, comment="contacts.csv twice: the first counts, a finding")
    made = whole(small())
    for name in (b"../evil", b"/etc/evil", b"a\0b", b"..\\evil", b"C:evil", b"folder/", b"..", b"", b"\x1b[2Jevil",
                 "evil\u202egpj".encode(), b"\xff\xfe"):
        made.add(name, b"evil")
    yield "C20", described(made, comment="names that are no plain file names: ignored, with findings")
    made = Made()
    made.add("messages.txt", b"[1.1.2025, 12:00] Ada: hello\n")
    yield "C22", described(made, "malformed", "an exported chat (data-backup.md 14), no backup", format_=None)


def local_headers():
    aes_128 = archive.Entry(b"", bits=128).extra()
    for name, difference, expect in (
            ("name", {"name": b"message_0000000043.csv"}, "malformed"), ("method", {"method": 8}, "malformed"),
            ("flags", {"flags": 0x0808}, "malformed"), ("encryption", {"extra": aes_128}, "malformed")):
        made = whole(small(), **{CHAT: {"local": difference}})
        if name == "name":
            del made.contents[CHAT.encode()]
        yield f"local-{name}", described(made, expect, f"the local header has another {name} than the directory",
                                         damaged=[CHAT] if name == "name" else ())


def versions():
    rest = {name: content for name, content in small().items() if name != "settings"}
    for name, content, format_, expect, comment in (
            ("V1", None, None, "malformed", "no settings"),
            ("V2-empty", b"", "1", "ok", "settings without a row: version 1"),
            ("V2-unknown", table.header(["colour", "9"]).encode(), "1", "ok", "unknown rows only: version 1"),
            ("V2-twice", table.settings(15) + SETTINGS, "27", "ok", "two rows: the last one counts"),
            ("V3", table.settings(28), "28", "ok", "newer than known: a finding"),
            ("V3-large", table.settings(2_000_000_000), "2000000000", "ok", "far newer than known: a finding"),
            ("V3-negative", table.settings(-1), "-1", "ok", "there is no lowest version"),
            ("V4-word", table.settings("abc"), None, "malformed", "the version is no number"),
            ("V4-one-cell", table.header(["version"]).encode(), "1", "ok", "a row of one cell: ignored, version 1")):
        made = whole(rest if content is None else {"settings": content} | rest)
        yield name, described(made, expect, comment, format_=format_)
    account = eras.era(26)
    account["groups.csv"] = account["groups.csv"].replace(b'ABCD1234;GRPONLY9","0"', b'ABCD1234;GRPONLY9","1"')
    assert account["groups.csv"] != eras.era(26)["groups.csv"]
    tables = {name: content for name, content in account.items() if name == "settings" or name.endswith(".csv")}
    yield "V7", described(whole(tables), comment="a group that is marked as deleted", format_="26")


TODAY = columns.Era(27)
# The v2 vector of data-backup.md 5.2.
ARGON2ID = ("AEAQ-EAYE-AUDA-OCEI-42IA-25OG-ZV74-6TSI-GPYX-A2FG-RTU7-PGNW-GY7Q-EOQC-Q5AS-34CH-4EX7-BTQE-5OFV-NUQP-MRRR-"
            "V5AU-CU4C-5TSX-6TWC-FWOA")


def contact(identity, number, digit):
    return {"identity": identity, "publickey": digit * 64, "verification": "UNVERIFIED", "identity_id": number,
            "hidden": False, "archived": False}


def contacts(*more):
    return small()["contacts.csv"] + table.table(columns.contacts(TODAY), more).split(b"\n", 1)[1]


def chat(*rows, kind="message"):
    return table.table(columns.messages(TODAY, kind), rows)


def people():
    both = contacts(contact("TWIN0001", "0000000042", "5"))
    yield "K4", described(whole(small() | {"contacts.csv": both}), comment="two contacts with the same number")
    own = {"contacts.csv": contacts(contact(era_rows.OWN, "0000000099", "6") | {"firstname": "Me"}),
           "message_0000000099.csv": chat()}
    yield "K5", described(whole(small() | own), comment="the owner is among the contacts, as before app 6.4")
    group = {"id": era_rows.HIKING, "creator": "ABCD1234", "members": ["ABCD1234", "NOBODY99"], "group_uid": "1",
             "user_state": 0, "archived": False}
    yield "K6", described(whole(small() | {"groups.csv": table.table(columns.groups(TODAY), [group]),
                                           "group_message_1.csv": chat(kind="group_message")}),
                          comment="a member of a group is no contact")
    orphans = {"message_0000000777.csv": chat(era_rows.message(1, "TEXT", "whose?")),
               "group_message_0000000778.csv": chat(kind="group_message"),
               "distribution_list_message_5.csv": chat(kind="distribution_list_message")}
    yield "K8", described(whole(small() | orphans), comment="chats that no index has, and contacts without a chat")
    yield "K9", described(whole({"message_.csv": chat(era_rows.message(1, "TEXT", "nobody's"))} | small()),
                          comment="a table of messages without a number, in front")


def media():
    sent = [era_rows.message(n, "FILE", era_rows.file_body("image/jpeg", f"{n}.jpg", b"x")) for n in range(1, 5)]
    files = {f"message_{kind}_{era_rows.uid(n)}": f"{kind} {n}".encode()
             for kind, numbers in (("media", (1, 2, 9)), ("thumbnail", (1, 3))) for n in numbers}
    yield "D1", described(whole(small() | {CHAT: chat(*sent)} | files),
                          comment="D1, D2: media and thumbnails or one of them or none, and a medium of no message")
    large = {f"message_thumbnail_{era_rows.uid(n)}": bytes(size) for n, size in ((1, 5 << 20), (2, (5 << 20) - 1))}
    yield "D5", described(whole(small() | {CHAT: chat(*sent[:2])} | large, binary_level=9),
                          comment="a thumbnail that the app does not restore, and one that just is small enough")


def polls():
    group = {"id": era_rows.HIKING, "creator": "ABCD1234", "members": ["ABCD1234", era_rows.OWN],
             "group_uid": "1681692777", "user_state": 0, "archived": False}
    rest = {"creator": "ABCD1234", "state": "OPEN", "assessment": "SINGLE_CHOICE", "type": "INTERMEDIATE",
            "choice_type": "TEXT"}
    referred = [("ch.threema.storage.models.ballot.GroupBallotModel", "1681692777"),
                ("ch.threema.storage.models.ballot.IdentityBallotModel", "ECHOECHO"),
                ("Other", "1681692777"), ("Other", f"{era_rows.HIKING}-ABCD1234"), ("Other", "ECHOECHO"),
                ("Other", "nonsense"), ("x.GroupBallotModel", "ECHOECHO"), ("IdentityBallotModel", "NOBODY99"),
                ("x.IdentityBallotModel", "1681692777")]
    rows = [rest | {"id": n, "aid": f"{n:016x}", "ref": ref, "ref_id": ref_id, "name": f"Question {n}"}
            for n, (ref, ref_id) in enumerate(referred, 1)]
    votes = [[1, f"{1:016x}-ABCD1234", 0, "ECHOECHO", 1, 0, 0], [2, f"{1:016x}-ABCD1234", 0, "NOBODY99", 1, 0, 0],
             [3, f"{1:016x}-ABCD1234", 5, "ECHOECHO", 1, 0, 0]]
    tables = {CHAT: chat(era_rows.message(1, "BALLOT", "[1,2]"), era_rows.message(2, "BALLOT", "[3,99]")),
              "groups.csv": table.table(columns.groups(TODAY), [group]),
              "group_message_1681692777.csv": chat(kind="group_message"),
              "ballot.csv": table.table(columns.BALLOT, rows),
              "ballot_choice.csv": table.table(columns.BALLOT_CHOICE, [
                  [1, f"{1:016x}-ABCD1234", 0, "Text", "Yes", 0, 0, 0, None]]),
              "ballot_vote.csv": table.table(columns.BALLOT_VOTE, votes)}
    yield "P2", described(whole(small() | tables),
                          comment="P2 to P4: polls of every reference, odd votes, a notice of no poll")


def reactions_and_nonces():
    rows = [["ECHOECHO", "0011223344556677", "ECHOECHO", "\U0001F44D", 1], ["ECHOECHO", "9" * 16, "ECHOECHO", "x", 1],
            ["NOBODY99", "9" * 16, "NOBODY99", "x", 1]]
    tables = {CHAT: chat(era_rows.message(1, "TEXT", "Hi", apiid="0011223344556677")),
              "contact_reactions.csv": table.table(columns.CONTACT_REACTIONS, rows),
              "group_reactions.csv": table.table(columns.GROUP_REACTIONS),
              "reaction_counts.csv": table.table(columns.REACTION_COUNTS, [[7, 0]])}
    yield "R3", described(whole(small() | tables), comment="other counts of reactions, and some to nothing")
    nonces = ["0f" * 32, "0f" * 24, "0f" * 32 + ";" + "1e" * 24, "0" * 63, "0f" * 31, "zz" * 32]
    yield "N1", described(whole(small() | {"nonces.csv": table.table(columns.NONCES, [[one] for one in nonces])}),
                          comment="nonces: three good rows, three bad ones")


def identities():
    chats = {name: content for name, content in small().items() if name != "identity"}
    yield "I1", described(whole(chats | {"identity": ARGON2ID.encode()}), comment="v2 of data-backup.md 5.2")
    changed = eras.IDENTITY.replace("AYDQ", "AYDR", 1)
    yield "I2", described(whole(chats | {"identity": changed.encode()}), comment="one character changed")
    yield "I3", described(whole(chats), comment="no identity")


def data_backups():
    """(name, header, bytes) of each."""
    for section in (good, passwords, flips, structures, encryptions, names, local_headers, versions, people, media,
                    polls, reactions_and_nonces, identities):
        for name, (header, content) in section():
            yield f"data_backup/{name}.vec", header, content
