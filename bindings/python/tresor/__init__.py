"""tresor: make, keep and restore the encrypted backups of the Threema messenger.

    import tresor

    with tresor.SafeClient("state.json", "/mnt/nas/safe") as client:
        client.enable("three quiet otters", "ECHOECHO", account)
        client.tick(account)
    account = tresor.restore("/mnt/nas/safe", "three quiet otters", "ECHOECHO").to_dict()

Read `client` first; then `storage` and `stores`, `account`, `keys`, `cycle`, `password`, `state`, `transfer`, `server`,
`id_export`, `secret`; for chat archives `data_backup`, `archive`, `chats`, `writer` and `copies`.
Every failure of the library is a TresorError, a wrong type a TypeError; open() and what you wrote raise their own.
What the library takes as password is str, bytes-like or Secret; as account JSON text, a dict or an Account; as time an
aware datetime.
"""
import typing as _typing

from ._library import abi_version, library_path, library_version
from .account import (Account, Contact, DistributionList, Group, Info, Link, PictureRelease, Sending, Settings, User,
                      Verification)
from .archive import (ArchiveEntry, ArchiveLimits, BadEntry, ChatFormat, ExportedChats, ExtractedArchive,
                      SalvagedArchive, VerifiedArchive)
from .chats import (ArchiveStatistics, Chat, ChatContact, ChatGroup, ChatList, ChatStatistics, ChatSummary,
                    MediaStatistics, Message, MessageFile, Poll, PollChoice, PollVote, Quote, Reaction)
from .client import Log, LogLevel, Outcome, OutcomeKind, Restored, SafeClient, Status, Store, Verified, restore
from .copies import (ArchiveCopy, ArchiveStatus, Every, Fate, JudgedCopy, PutArchive, archive_status, next_due,
                     put_archive, thin)
from .cycle import CyclePolicy, CycleState, CycleWarning, Decision, Reason, WarningKind, content_digest
from .data_backup import ArchiveLike, DataBackup, SeekableFile
from .error import Errc, Finding, TresorError
from .id_export import (BadCharacter, IdCode, IdScheme, ImportedId, bad_characters, export_id, find_code,
                        format_private_key, id_export_name, id_qr_code, id_sheet, import_id, parse_private_key)
from .identity import format_backup_id, parse_backup_id, parse_identity, public_key_of
from .keys import Keys, Opened, container_size, open_container, seal
from .model import AccountLike, CheckedAccount, check_account
from .object import Abilities, Condition, IfAbsent, IfVersion, ObjectInfo
from .password import PasswordIssue, PasswordPolicy, PasswordVerdict, check_password
from .place import Location, Place
from .retention import Limits, Swept, format_limits, parse_limits
from .secret import BytesLike, Password, Secret
from .server import Response, SafeServer
from .state import StateFile, StateStore
from .storage import Answer, Storage
from .stores import LibraryStorage, Mirror, Retrying, open_storage
from .stream import Progress, Readable, Reader, Writable, Writer
from .timestamp import format_time, now, parse_time
from .transfer import Transferred, archive_name
from .writer import (DataBackupWriter, FileContent, RewrittenArchive, WrittenArchive, create_archive, filter_archive,
                     merge_archives)

__all__ = [
    "Abilities", "Account", "AccountLike", "Answer", "ArchiveCopy", "ArchiveEntry", "ArchiveLike", "ArchiveLimits",
    "ArchiveStatistics", "ArchiveStatus", "BadCharacter", "BadEntry", "BytesLike", "Chat", "ChatContact", "ChatFormat",
    "ChatGroup", "ChatList", "ChatStatistics", "ChatSummary", "CheckedAccount", "Condition", "Contact", "CyclePolicy",
    "CycleState", "CycleWarning", "DataBackup", "DataBackupWriter", "Decision", "DistributionList", "Errc", "Every",
    "ExportedChats", "ExtractedArchive", "Fate", "FileContent", "Finding", "Group", "IdCode", "IdScheme", "IfAbsent",
    "IfVersion", "ImportedId", "Info", "JudgedCopy", "Keys", "LibraryStorage", "Limits", "Link", "Location", "Log",
    "LogLevel", "MediaStatistics", "Message", "MessageFile", "Mirror", "ObjectInfo", "Opened", "Outcome",
    "OutcomeKind", "Password", "PasswordIssue", "PasswordPolicy", "PasswordVerdict", "PictureRelease", "Place", "Poll",
    "PollChoice", "PollVote", "Progress", "PutArchive", "Quote", "Reaction", "Readable", "Reader", "Reason",
    "Response", "Restored", "Retrying", "RewrittenArchive", "SafeClient", "SafeServer", "SalvagedArchive", "Secret",
    "SeekableFile", "Sending", "Settings", "StateFile", "StateStore", "Status", "Storage", "Store", "Swept",
    "Transferred", "TresorError", "User", "Verification", "Verified", "VerifiedArchive",
    "WarningKind", "Writable", "Writer", "WrittenArchive",
    "abi_version", "archive_name", "archive_status", "bad_characters", "check_account", "check_password",
    "container_size", "content_digest", "create_archive", "export_id", "filter_archive", "find_code",
    "format_backup_id", "format_limits", "format_private_key", "format_time", "id_export_name", "id_qr_code",
    "id_sheet", "import_id", "library_path", "library_version", "merge_archives", "next_due", "now", "open_container",
    "open_storage", "parse_backup_id", "parse_identity", "parse_limits", "parse_private_key", "parse_time",
    "public_key_of", "put_archive", "restore", "seal", "thin",
]

if _typing.TYPE_CHECKING:
    __version__: str
else:
    def __getattr__(name):
        """The version, which is looked for when it is asked for."""
        if name == "__version__":
            from ._library import package_version
            return package_version()
        raise AttributeError(f"module 'tresor' has no attribute {name!r}")
