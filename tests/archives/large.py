#!/usr/bin/python3
"""Writes large archives, the same ones each time, to a file as it grows.

    large.py messages FILE [--count N]   so many messages in 50 chats, with quotes, edits and reactions
    large.py media FILE [--count N]      so many small pictures, each of a message
    large.py sparse FILE                 5 GiB, of which most is a hole between two entries
    large.py giant FILE                  one medium of more than 4 GiB, with a descriptor of 32 bits (1.6)

The password is backup-demo-1. All entries have one salt, so that the keys are derived once.
"""
import argparse
import hashlib
import itertools
import random
import sys

sys.dont_write_bytecode = True
import archive  # noqa: E402
import columns  # noqa: E402
import eras  # noqa: E402
import pictures  # noqa: E402
from table import cell, header, settings, table  # noqa: E402

ERA = columns.ERAS[-1]
CONTACTS, GROUPS = 40, 10
CHATS = CONTACTS + GROUPS
BEGIN, OWN = 1_500_000_000_000, "MYSELF01"
WORDS = ("yes no perhaps tomorrow today at noon in the evening by train with cake and tea we meet near the lake "
         "who brings a ball no idea I call you later thanks good night Zürich über straße naïve 👍 😀 🎉 see you "
         "soon it rains again the cat sleeps on my keyboard what is left of it so be it").split()
ODD = ('she said "no"', "C:\\temp\\new", "one line\nand another", "a, b; c", "> quoted\n\nreply", '"""', "\\",
       "@[MYSELF01] *bold* _it_ ~s~", "<script>alert(1)</script>", "👩‍👩‍👧‍👦 family")
TYPES = {17: ("LOCATION", '[47.37,8.54,10.0,"Lake","Bench"]'),
         41: ("FILE", '[null,null,"image/jpeg",2048,"a, \\"b\\".jpg",1,false,null,"image/jpeg",{}]')}
QUOTES_EVERY, EDITS_EVERY, DELETED_EVERY, REACTIONS_EVERY, ROWS = 23, 67, 211, 31, 500


def identity(contact):
    return f"LARGE{contact:03}"


def group_id(group):
    return f"{0x1000 + group:016x}"


def number(chat):
    """Used in the names of entries; distinct across contacts and groups."""
    return f"{(chat + 1) * 40_000_003 % 2_147_483_647:010}"


def message_id(chat, message):
    return f"{((chat << 40) + message + 1) * 0x9E3779B97F4A7C15 % (1 << 64):016x}"


def uid(chat, message):
    return f"{chat:08x}-{message >> 32:04x}-4000-8000-{message:012x}"


def share(count, chat):
    """The messages of a chat: early ones have more."""
    weights = [CHATS + 10 - at for at in range(CHATS)]
    before, total = sum(weights[:chat]), sum(weights)
    return count * (before + weights[chat]) // total - count * before // total


def text_of(rng):
    if rng.random() < 0.02:
        return rng.choice(ODD)
    return " ".join(rng.choices(WORDS, k=rng.randint(1, 25)))


def row(rng, chat, message, time):
    """One line of a chat, without table.row(): there are very many."""
    is_group, own = chat >= CONTACTS, rng.random() < 0.45
    sender = ("," + ('""' if own else f'"{identity(rng.randrange(CONTACTS))}"')) if is_group else ""
    kind, body = TYPES.get(message % 97, ("TEXT", None))
    body = text_of(rng) if body is None else body
    quote = message_id(chat, message - rng.randint(1, min(message, 50))) if message % QUOTES_EVERY == 1 else ""
    edited = time + 60_000 if message % EDITS_EVERY == 2 else ""
    deleted = time + 90_000 if message % DELETED_EVERY == 3 else ""
    state, read = ("READ", time + 5000) if own else ("", "")
    if deleted:
        kind, body, state, edited, quote = "TEXT", "", "", "", ""
    states = '""' if is_group else ""
    return (f'"{message_id(chat, message)}","{uid(chat, message)}"{sender},"{own:d}","1","1","{state}","{time}",'
            f'"{time}","{read}","{kind}",{cell(body)},"0","","{quote}","{read}","{read}",{states},'
            f'"{message % 101 == 5:d}","{edited}","{deleted}"\n')


def rows_of(chat, messages, start=0):
    """Pieces of a table of a chat."""
    kind = "group_message" if chat >= CONTACTS else "message"
    rng = random.Random(f"chat {chat}")
    yield header(columns.messages(ERA, kind)).encode()
    for first in range(start, messages, ROWS):
        yield "".join(row(rng, chat, message, BEGIN + message * 120_000 + chat)
                      for message in range(first, min(first + ROWS, messages))).encode()


def reactions_of(count, chats, reaction):
    """Pieces of a table; `reaction` makes a row of a chat, a message and the time."""
    for chat in chats:
        messages = range(4, share(count, chat), REACTIONS_EVERY)
        yield "".join(reaction(chat, message, BEGIN + message * 120_000 + 70_000) for message in messages).encode()


def contact_reaction(chat, message, time):
    return f'"{identity(chat)}","{message_id(chat, message)}","{identity(chat)}","👍","{time}"\n'


def group_reaction(chat, message, time):
    return (f'"{group_id(chat)}","{identity(0)}","{message_id(chat, message)}","{identity(message % CONTACTS)}",'
            f'"{"🎉❤👍"[message % 3]}","{time}"\n')


def nonces(count):
    yield header(columns.NONCES).encode()
    for first in range(0, count, ROWS):
        yield "".join(f'"{hashlib.sha256(b"%d" % nonce).hexdigest()}"\n'
                      for nonce in range(first, min(first + ROWS, count))).encode()


def contacts():
    return table(columns.contacts(ERA), [
        {"identity": identity(at), "publickey": hashlib.sha256(b"%d" % at).digest(), "verification": "SERVER_VERIFIED",
         "firstname": WORDS[at].title(), "lastname": f"Number {at}", "hidden": False, "archived": at % 9 == 8,
         "identity_id": number(at), "last_update": BEGIN} for at in range(CONTACTS)])


def groups():
    members = [OWN] + [identity(at) for at in range(CONTACTS)]
    return table(columns.groups(ERA), [
        {"id": group_id(at), "creator": identity(0), "groupname": f"Group {at - CONTACTS}", "created_at": BEGIN,
         "last_update": BEGIN, "members": members, "archived": False, "group_uid": number(at), "user_state": 0}
        for at in range(CONTACTS, CHATS)])


def add_head(made):
    made.add("settings", settings())
    made.add("identity", eras.IDENTITY, 0)


def add_rest(made, count=0):
    """What follows the chats."""
    for name, names in (("ballot", columns.BALLOT), ("ballot_choice", columns.BALLOT_CHOICE),
                        ("ballot_vote", columns.BALLOT_VOTE), ("distribution_list", columns.lists(ERA))):
        made.add(f"{name}.csv", table(names))
    parts = (("contact_reactions", columns.CONTACT_REACTIONS, range(CONTACTS), contact_reaction),
             ("group_reactions", columns.GROUP_REACTIONS, range(CONTACTS, CHATS), group_reaction))
    for name, names, chats, reaction in parts:
        made.add(f"{name}.csv", itertools.chain([header(names).encode()], reactions_of(count, chats, reaction)))
    counts = [sum(len(range(4, share(count, chat), REACTIONS_EVERY)) for chat in part[2]) for part in parts]
    made.add("reaction_counts.csv", table(columns.REACTION_COUNTS, [counts]))
    made.add("nonces.csv", nonces(count))
    made.add("nonces_d2d.csv", table(columns.NONCES))
    made.add("nonce_counts.csv", table(columns.NONCE_COUNTS, [[count, 0]]), 0)


def messages(made, count=1_000_000):
    add_head(made)
    for chat in range(CHATS):
        if chat == CONTACTS:
            made.add("contacts.csv", contacts())
        name = f"{'group_' if chat >= CONTACTS else ''}message_{number(chat)}.csv"
        made.add(name, rows_of(chat, share(count, chat)))
    made.add("groups.csv", groups())
    add_rest(made, count)


def medium(at):
    return pictures.jpeg(at % 64, size=400 + at * 7919 % 1200)


def media_rows(chat, count):
    for at in range(count):
        body = f'["{at:032x}","{"ab" * 32}","image/jpeg",{len(medium(at))},"photo {at}.jpg",1,true,null,null,{{}}]'
        yield {"apiid": message_id(chat, at), "uid": uid(chat, at), "isoutbox": False, "isread": True, "issaved": True,
               "posted_at": BEGIN + at, "created_at": BEGIN + at, "type": "FILE", "body": body,
               "isstatusmessage": False, "display_tags": 0}


def media(made, count=20_000):
    add_head(made)
    for chat in range(CONTACTS):
        here = count * (chat + 1) // CONTACTS - count * chat // CONTACTS
        for at in range(here):
            made.add(f"message_media_{uid(chat, at)}", medium(at), 0)
        made.add(f"message_{number(chat)}.csv", table(columns.messages(ERA, "message"), media_rows(chat, here)))
    made.add("contacts.csv", contacts())
    made.add("groups.csv", table(columns.groups(ERA)))
    add_rest(made)


def sparse(made, _=None):
    add_head(made)
    made.add(f"message_{number(0)}.csv", rows_of(0, 3))
    made.gap(5 << 30)
    made.add(f"message_{number(1)}.csv", rows_of(1, 3))
    made.add("contacts.csv", contacts())


def giant(made, _=None):
    add_head(made)
    zeros = bytes(1 << 20)
    made.add("message_media_giant", itertools.repeat(zeros, 4097), 1)
    made.add("contacts.csv", contacts())


def main():
    kinds = {"messages": messages, "media": media, "sparse": sparse, "giant": giant}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=kinds)
    parser.add_argument("file")
    parser.add_argument("--count", type=int)
    wanted = parser.parse_args()
    more = [] if wanted.count is None else [wanted.count]
    with open(wanted.file, "wb") as out:
        made = archive.Archive(salts=archive.one_salt(), out=out)
        kinds[wanted.kind](made, *more)
        made.finish()


if __name__ == "__main__":
    main()
