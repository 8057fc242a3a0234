"""The complete miniature archive of data-backup.md 9.1: its tables stand in tables/, byte for byte.

Own identity MYSELF01, password backup-demo-1. For the archives of each era see eras.py.
"""
import pathlib

import pictures
from eras import ERAS, era  # noqa: F401
from table import settings

TABLES = pathlib.Path(__file__).parent / "tables"
PHOTO = "6f1d2a3b-0000-4000-8000-000000000003"
ADA, ECHO, GINA = "1804289383", "0000000042", "0846930886"
GROUP, LIST = "1681692777", "4821907735021990000"

BINARY = {
    "contact_avatar_me": pictures.jpeg(1),
    f"contact_profile_pic_{ADA}": pictures.jpeg(2),
    f"group_avatar_{GROUP}": pictures.jpeg(3),
    f"message_media_{PHOTO}": pictures.jpeg(4, 20, 15, size=20480),  # as large as the message says
    f"message_thumbnail_{PHOTO}": pictures.jpeg(4, 2, 2),
}
ORDER = [  # as the app writes them (1.7): the contacts as they are sorted, the picture before its chat
    "settings", "identity", "contact_avatar_me", f"message_media_{PHOTO}", f"message_thumbnail_{PHOTO}",
    f"message_{ECHO}.csv", f"contact_profile_pic_{ADA}", f"message_{ADA}.csv", f"message_{GINA}.csv", "contacts.csv",
    f"group_avatar_{GROUP}", f"group_message_{GROUP}.csv", "groups.csv", f"distribution_list_message_{LIST}.csv",
    "distribution_list.csv", "ballot.csv", "ballot_choice.csv", "ballot_vote.csv", "contact_reactions.csv",
    "group_reactions.csv", "reaction_counts.csv", "nonces.csv", "nonces_d2d.csv", "nonce_counts.csv",
]


def miniature(version=27, media=True):
    """Name -> bytes. Another version changes `settings` only; without media it is a text-only archive."""
    made = {name: BINARY[name] if name in BINARY else (TABLES / name).read_bytes() for name in ORDER}
    made["settings"] = settings(version)
    if not media:
        made = {name: content for name, content in made.items()
                if not name.startswith(("message_media_", "message_thumbnail_"))}
    return made
