"""The archive of each era: the exact headers and names of entries of its version."""
import columns
import era_rows as rows
import pictures
from columns import ERAS, Era
from table import settings, table

IDENTITY = ("AEBA-GBAF-AYDQ-QAGP-I47I-YWKF-NMPQ-IJHI-NRQ7-JZXY-P237-LAYN-WBVM-VO3S-MSRK-7DGP-Q3VB-IDUI-65EZ-QUDM")
MEDIA = {rows.uid(3): rows.HOLIDAY, rows.uid(4): rows.CAT, rows.uid(5): pictures.mp4(), rows.uid(6): rows.NOTE,
         rows.uid(14): pictures.mp4(), rows.uid(24): rows.DOCUMENT, rows.uid(25): rows.CAT, rows.uid(31): rows.CAT}
THUMBNAILS = {rows.uid(3): pictures.jpeg(5, 2, 2), rows.uid(5): pictures.png(6), rows.uid(14): pictures.png(7),
              rows.uid(31): pictures.jpeg(8, 2, 2)}


def named(version, color=None, forward_security=None):
    """The era of these columns; without a wish the last one of its version."""
    fitting = [era for era in ERAS if era.version == version and color in (None, era.color)
               and forward_security in (None, era.forward_security)]
    if not fitting:
        raise ValueError(f"there is no such era of version {version}")
    return fitting[-1]


def with_media(kind, chat):
    """The media and thumbnails of a chat, in the order of its messages."""
    thumbnail = "distribution_list_thumbnail" if kind == "distribution_list_message" else f"{kind}_thumbnail"
    for row in chat:
        if row["uid"] in MEDIA:
            yield f"{kind}_media_{row['uid']}", MEDIA[row["uid"]]
        if row["uid"] in THUMBNAILS:
            yield f"{thumbnail}_{row['uid']}", THUMBNAILS[row["uid"]]


def conversation(era, kind, key, chat):
    chat = list(chat)
    yield from with_media(kind, chat)
    yield f"{kind}_{key}.csv", table(columns.messages(era, kind), chat)


def contact_entries(era):
    yield f"contact_avatar_{'me' if era.has_numbers else rows.OWN}", pictures.jpeg(1)
    for contact in rows.contacts(era):
        identity = contact["identity"]
        key = contact["identity_id"] if era.has_numbers else identity
        if identity == "ABCD1234":
            yield f"contact_avatar_{key}", pictures.png(2)
            yield f"contact_profile_pic_{key}", pictures.jpeg(2)
        yield from conversation(era, "message", key, rows.chat(era) if identity == "ECHOECHO" else [])
    yield "contacts.csv", table(columns.contacts(era), rows.contacts(era))


def group_entries(era):
    hiking, old = (rows.group_key(era, group) for group in (rows.HIKING, rows.OLD_GROUP))
    yield f"group_avatar_{hiking}", pictures.jpeg(9)
    yield from conversation(era, "group_message", hiking, rows.group_rows(era))
    yield from conversation(era, "group_message", old, [])
    yield "groups.csv", table(columns.groups(era), rows.groups(era))


def list_entries(era):
    yield from conversation(era, "distribution_list_message", rows.list_id(era), rows.list_chat(era))
    yield "distribution_list.csv", table(columns.lists(era), rows.lists(era))


def poll_entries(era):
    yield "ballot.csv", table(columns.BALLOT, rows.polls(era))
    yield "ballot_choice.csv", table(columns.BALLOT_CHOICE, rows.CHOICES)
    yield "ballot_vote.csv", table(columns.BALLOT_VOTE, rows.VOTES)


def reaction_entries(era):
    if era.version < 26:
        return
    yield "contact_reactions.csv", table(columns.CONTACT_REACTIONS, rows.CONTACT_REACTIONS)
    yield "group_reactions.csv", table(columns.GROUP_REACTIONS, rows.GROUP_REACTIONS)
    counts = [len(rows.CONTACT_REACTIONS), len(rows.GROUP_REACTIONS)]
    yield "reaction_counts.csv", table(columns.REACTION_COUNTS, [counts])


def nonce_entries(era):
    if era.version >= 19 and not era.forward_security:  # app 5.1
        yield "nonces.csv", table(columns.NONCES, rows.NONCES)
    if era.version >= 25:
        yield "nonces_d2d.csv", table(columns.NONCES)
        yield "nonce_counts.csv", table(columns.NONCE_COUNTS, [[len(rows.NONCES), 0]])


def entries(era):
    """In the order of 1.7."""
    yield "settings", settings(era.version)
    yield "identity", IDENTITY.encode()
    for part in (contact_entries, group_entries, list_entries, poll_entries, reaction_entries, nonce_entries):
        yield from part(era)


def era(version, color=None, forward_security=None):
    """The archive of an era as a dict, name -> bytes. `version` may be an Era."""
    return dict(entries(version if isinstance(version, Era) else named(version, color, forward_security)))
