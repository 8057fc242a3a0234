"""Chat archives: what the data backup of the app holds, to read, check, export and save.

    with DataBackup("threema-backup_1735690400000_1.zip", "three quiet otters") as archive:
        for chat in archive.chats:
            for message in archive.messages(chat):
                print(message.time, archive.name_of(message.sender), message.text)
        archive.export("chats", format=ChatFormat.HTML)

Nothing that does not authenticate is ever given out. What is odd is among the findings, and never costs the rest. What
other people wrote is in it: names are no paths, texts no markup.
"""
from __future__ import annotations

import ctypes
import json
import os
from ctypes import POINTER, byref, c_char_p, c_int, c_int64, c_size_t, c_void_p
from datetime import datetime, tzinfo
from typing import Any, Dict, Iterable, Iterator, List, Optional, Protocol, Tuple, Union

from ._archive_file import ArchiveFile, Watch, work
from ._handle import Entered, Handle, Owner
from ._library import lib
from ._memory import Buffer, Lent, size_of, text
from ._prototypes import (new, tresor_data_backup, tresor_export_options, tresor_exported, tresor_extracted,
                          tresor_message_reader, tresor_salvaged, tresor_statistics_options, tresor_verified)
from ._zone import Zone
from .archive import (ArchiveEntry, ArchiveLimits, ChatFormat, ExportedChats, ExtractedArchive, Options, SalvagedArchive,
                      VerifiedArchive, bad_entries)
from .chats import ArchiveStatistics, Chat, ChatContact, ChatGroup, ChatList, ChatSummary, Message, Poll, value_of
from .error import Finding, one_of
from .place import Location, file_name
from .secret import Password, Secret
from .stream import Progress, Sink, Writable
from .timestamp import seconds_of
from .transfer import write_file

_AT_A_TIME = 256  # messages


class SeekableFile(Protocol):
    """What can be read at any place: a binary file with seek(). It is the library's as long as the archive is used."""

    def read(self, size: int = -1) -> bytes:
        """As io.RawIOBase.read() does."""
        ...

    def seek(self, offset: int, whence: int = 0) -> int:
        """As io.IOBase.seek() does."""
        ...


ArchiveLike = Union[Location, SeekableFile]


# ---- the archive ----

class _MessageReader(Owner):
    def __init__(self, archive: Handle, watch: Watch, file: ArchiveFile, chat: bytes, quotes: bool) -> None:
        self._watch, self._file = watch, file

        def make(out: Any) -> None:
            work(watch, file, lib.tresor_data_backup_messages, out, archive.pointer, chat, quotes)
        self._own(Handle(tresor_message_reader, make, lib.tresor_message_reader_free, [archive]))

    def lines(self) -> List[str]:
        """The next messages as JSON, none at the end."""
        count = c_size_t()
        with self._entered() as pointer, Buffer() as out:
            work(self._watch, self._file, lib.tresor_message_reader_next, byref(count), out.out, pointer, _AT_A_TIME)
            return out.text().split("\n")[:count.value]


class DataBackup(Owner):
    """A chat archive that is open: to be closed, or used in a `with`.

    `file` is a path, or a binary file with seek(), which is read from any place and must not be used for anything else
    meanwhile. `allow_unencrypted` reads entries that anybody may have written, `assume_version` an archive that does not
    say its version, `unix_line_ends` makes line ends as the app does when it restores. `jobs` is how many threads verify,
    extract and export; with more than one, `progress` and the file are called from them, one at a time.

    Raises auth_failed for a wrong password, malformed for what is no archive, was cut off (see salvage()) or is a chat that
    the app has exported, unsupported for an archive without encryption, too_large over a limit.
    """

    def __init__(self, file: ArchiveLike, password: Password, *, limits: ArchiveLimits = ArchiveLimits(),
                 allow_unencrypted: bool = False, assume_version: bool = False, unix_line_ends: bool = False,
                 jobs: int = 1) -> None:
        self._options = Options(limits, allow_unencrypted, assume_version, unix_line_ends, jobs)
        self._file, self._watch, self._password = _File(file), Watch(), Secret(password)
        self._names: Optional[Dict[str, str]] = None
        struct, archive_file, watch, secret = self._options.struct(self._watch), self._file.file, self._watch, self._password

        def make(out: Any) -> None:
            with Lent(secret) as lent:
                work(watch, archive_file, lib.tresor_data_backup_open, out, archive_file.handle.pointer, lent.address,
                     lent.size, byref(struct))
        try:
            self._own(Handle(tresor_data_backup, make, lib.tresor_data_backup_free, [self._file._needed()]))
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Frees it, and wipes the password. A second time does nothing; iterators of messages go on working."""
        super().close()
        self._file.close()
        self._password.close()

    def _json(self, function: Any, *arguments: Any) -> Any:
        with self._entered() as pointer, Buffer() as out:
            self._work(function, out.out, pointer, *arguments)
            return out.json()

    def _work(self, function: Any, *arguments: Any) -> None:
        work(self._watch, self._file.file, function, *arguments)

    @property
    def version(self) -> int:
        """Of the format."""
        return int(self._json(lib.tresor_data_backup_info)["version"])

    @property
    def identity(self) -> Optional[str]:
        """The owner's; None if the archive does not say, or it cannot be read."""
        identity: Optional[str] = self._json(lib.tresor_data_backup_info)["identity"]
        return identity

    @property
    def owner_picture(self) -> Optional[str]:
        """The name of its entry; None if there is none."""
        picture: Optional[str] = self._json(lib.tresor_data_backup_info)["owner_picture"]
        return picture

    def id_export(self) -> Optional[Secret]:
        """The ID export in the archive, which import_id() opens with its password; None if there is none."""
        with self._entered() as pointer, Buffer() as out:
            self._work(lib.tresor_data_backup_id_export, out.out, pointer)
            return out.secret() if out.content() else None

    @property
    def contacts(self) -> Tuple[ChatContact, ...]:
        """All that are named in the archive, also those that are known from groups only."""
        return tuple(value_of(ChatContact, one) for one in self._json(lib.tresor_data_backup_contacts))

    @property
    def groups(self) -> Tuple[ChatGroup, ...]:
        """All groups, also those that were left or deleted."""
        return tuple(value_of(ChatGroup, one) for one in self._json(lib.tresor_data_backup_groups))

    @property
    def distribution_lists(self) -> Tuple[ChatList, ...]:
        """All lists of people who are written to at once."""
        return tuple(value_of(ChatList, one) for one in self._json(lib.tresor_data_backup_distribution_lists))

    @property
    def polls(self) -> Tuple[Poll, ...]:
        """All polls with their choices and votes."""
        return tuple(value_of(Poll, one) for one in self._json(lib.tresor_data_backup_polls))

    @property
    def chats(self) -> Tuple[Chat, ...]:
        """All conversations, also those that no table names."""
        return tuple(value_of(Chat, one) for one in self._json(lib.tresor_data_backup_chats))

    def to_dict(self) -> Dict[str, Any]:
        """All but messages and files as plain dicts: `version`, `identity`, `owner_picture`, `contacts`, `groups`,
        `distribution_lists`, `polls`, `chats`. What is empty or unknown is left out in them."""
        made: Dict[str, Any] = self._json(lib.tresor_data_backup_info)
        for name in ("contacts", "groups", "distribution_lists", "polls", "chats"):
            made[name] = self._json(getattr(lib, f"tresor_data_backup_{name}"))
        return made

    def name_of(self, identity: str) -> str:
        """How a person is called: the name of a contact, else the identity; "" for nobody."""
        if self._names is None:
            self._names = {one.identity: one.name for one in self.contacts}
        return self._names.get(identity) or identity

    def messages(self, chat: Union[str, Chat], *, quotes: bool = True) -> Iterator[Message]:
        """The messages of a chat, or of the chat with this id, in the order of the archive; read as they are asked for.

        `quotes`: what they answer is looked up, which costs to read the chat once or twice more before. Raises not_found
        if there is no such chat, auth_failed or malformed if its table is damaged.
        """
        return (value_of(Message, one) for one in self.message_dicts(chat, quotes=quotes))

    def message_dicts(self, chat: Union[str, Chat], *, quotes: bool = True) -> Iterator[Dict[str, Any]]:
        """The same as plain dicts, in which what is empty or unknown is left out."""
        name = _chat_id(chat)
        with self._entered():
            reader = _MessageReader(self._needed(), self._watch, self._file.file, name, bool(quotes))
        return self._read(reader)

    def _read(self, reader: _MessageReader) -> Iterator[Dict[str, Any]]:
        with reader:
            while lines := reader.lines():
                yield from map(json.loads, lines)

    def summary(self, chat: Union[str, Chat]) -> ChatSummary:
        """How many messages and files a chat has, and from when to when. Raises as messages() does."""
        return value_of(ChatSummary, self._json(lib.tresor_data_backup_summary, _chat_id(chat)))

    @property
    def entries(self) -> Tuple[ArchiveEntry, ...]:
        """All entries, in the order of the archive."""
        return tuple(ArchiveEntry(one["name"], one["packed_size"], one["size"])
                     for one in self._json(lib.tresor_data_backup_entries))

    def read(self, entry: str, most: int = 1 << 28) -> Optional[bytes]:
        """The content of an entry, at most so many bytes (else too_large), authenticated first; None if there is none of
        this name. Raises auth_failed, malformed."""
        found, most = c_int(), size_of(most, "a size")
        with self._entered() as pointer, Buffer() as out:
            self._work(lib.tresor_data_backup_read_bytes, byref(found), out.out, pointer, text(entry, "a name"), most)
            return out.content() if found.value else None

    def read_into(self, entry: str, into: Writable) -> bool:
        """The same into a binary file, of any size. False if there is none of this name."""
        found, sink = c_int(), Sink(into)
        with self._entered() as pointer:
            self._work(lib.tresor_data_backup_read, byref(found), pointer, text(entry, "a name"), byref(sink.struct))
        return bool(found.value)

    @property
    def findings(self) -> Tuple[Finding, ...]:
        """What was odd so far: the first thousand. `pointer` is "<entry>" or "<entry>:<line>"."""
        with self._entered() as pointer, Buffer() as out:
            self._work(lib.tresor_data_backup_findings, out.out, pointer)
            return out.findings()

    def verify(self, *, progress: Optional[Progress] = None) -> VerifiedArchive:
        """Authenticates and unpacks every entry, reads every table and follows every reference.

        `progress` is told of bytes of the file, here and below; False from it cancels.
        """
        out, watch = tresor_verified(), Watch(progress)
        with self._file._entered() as file, Lent(self._password) as secret, Buffer() as bad, Buffer() as findings:
            work(watch, self._file.file, lib.tresor_data_backup_verify, byref(out), bad.out, findings.out, file,
                 secret.address, secret.size, byref(self._options.struct(watch)))
            return VerifiedArchive(out.entries, out.bytes, bad_entries(bad), out.bad, findings.findings())

    def extract(self, folder: Location, *, media_only: bool = False,
                progress: Optional[Progress] = None) -> ExtractedArchive:
        """Writes every entry that authenticates into a folder that is new or empty (else conflict), under its own name
        where that is plain, else with `_` for what is not."""
        out, watch = tresor_extracted(), Watch(progress)
        with self._file._entered() as file, Lent(self._password) as secret, Buffer() as bad:
            work(watch, self._file.file, lib.tresor_data_backup_extract, byref(out), bad.out, file, secret.address,
                 secret.size, file_name(folder), bool(media_only), byref(self._options.struct(watch)))
            return ExtractedArchive(out.files, out.bytes, bad_entries(bad))

    def export(self, folder: Location, format: ChatFormat = ChatFormat.HTML, *,
               chats: Optional[Iterable[Union[str, Chat]]] = None, since: Optional[datetime] = None,
               until: Optional[datetime] = None, tz: Optional[tzinfo] = None, language: str = "en", media: bool = True,
               progress: Optional[Progress] = None) -> ExportedChats:
        """Writes chats for people into a folder that is new or empty (else conflict).

        `chats` are chats or their ids, None for all; messages count from `since` on and before `until`. `tz` is of the
        times that people read, None for UTC; `language` is "en" or "de". Raises not_found for a chat that is not there.
        """
        struct, zone = new(tresor_export_options), Zone(tz)
        struct.format = one_of(ChatFormat, format, "format")
        struct.language, struct.without_media = text(language, "a language"), not media
        ids = None if chats is None else [_chat_id(chat) for chat in _many(chats)]
        if ids == []:
            return ExportedChats(0, 0, 0, (), ())
        if ids is not None:
            array = (c_char_p * len(ids))(*ids)
            struct.chats, struct.chats_count = ctypes.cast(array, POINTER(c_void_p)), len(ids)
        for name, time in (("since", since), ("until", until)):
            if time is not None:
                setattr(struct, name, ctypes.pointer(c_int64(seconds_of(time))))
        zone.fill(struct)
        out = tresor_exported()
        with self._watched(progress) as pointer, Buffer() as bad, Buffer() as findings:
            self._work(lib.tresor_data_backup_export, byref(out), bad.out, findings.out, pointer, file_name(folder),
                       byref(struct))
            return ExportedChats(out.chats, out.messages, out.media, bad_entries(bad), findings.findings())

    def statistics(self, *, tz: Optional[tzinfo] = None, language: str = "en",
                   progress: Optional[Progress] = None) -> ArchiveStatistics:
        """Who wrote how much, when, and what. Days and hours are those of `tz`, None for UTC; `language` ("en", "de") is
        that of the page. A chat that is damaged is among the findings."""
        struct, zone = new(tresor_statistics_options), Zone(tz)
        struct.language = text(language, "a language")
        zone.fill(struct)
        with self._watched(progress) as pointer, Buffer() as told, Buffer() as page, Buffer() as findings:
            self._work(lib.tresor_data_backup_statistics, told.out, page.out, findings.out, pointer, byref(struct))
            return value_of(ArchiveStatistics, {**told.json(), "page": page.text(), "findings": findings.findings()})

    @staticmethod
    def salvage(file: ArchiveLike, password: Password, into: Union[Location, Writable], *, replace: bool = False,
                limits: ArchiveLimits = ArchiveLimits(), allow_unencrypted: bool = False,
                progress: Optional[Progress] = None) -> SalvagedArchive:
        """Saves what is whole in an archive that was cut off or is damaged, as a new archive, which has the same password.

        `into` is a binary file, or a path, which appears whole or not at all, readable by its owner only. Raises
        auth_failed if no entry opens with this password, malformed if there is none, conflict if there is a file of that
        name and it is not to be replaced.
        """
        options, archive = Options(limits, allow_unencrypted, False, False, 1), _File(file)
        with archive, Secret(password) as secret:
            if not isinstance(into, (str, os.PathLike)):
                return _salvage(archive, secret, into, options, progress)
            saved = write_file(os.fspath(into), replace,
                               lambda opened: _salvage(archive, secret, opened, options, progress))
            assert saved is not None
            return saved

    def _watched(self, progress: Optional[Progress]) -> _Watched:
        return _Watched(self, progress)


class _Watched:
    """The archive for the length of a call that somebody watches."""

    def __init__(self, archive: DataBackup, progress: Optional[Progress]) -> None:
        self._entered: Entered = archive._entered()
        self._watch, self._progress = archive._watch, progress

    def __enter__(self) -> Any:
        pointer = self._entered.__enter__()
        self._watch.told = self._progress
        return pointer

    def __exit__(self, *raised: object) -> None:
        self._watch.told = None
        self._entered.__exit__(*raised)


class _File(Owner):
    def __init__(self, file: ArchiveLike) -> None:
        self.file = ArchiveFile(file)
        self._own(self.file.handle)


def _chat_id(chat: Union[str, Chat]) -> bytes:
    return text(chat.id if isinstance(chat, Chat) else chat, "the id of a chat")


def _many(chats: Iterable[Union[str, Chat]]) -> Iterable[Union[str, Chat]]:
    if isinstance(chats, (str, Chat)):
        raise TypeError("chats are several: [chat]")
    return chats


def _salvage(archive: _File, secret: Secret, into: Writable, options: Options,
             progress: Optional[Progress]) -> SalvagedArchive:
    out, watch, sink = tresor_salvaged(), Watch(progress), Sink(into)
    with archive._entered() as file, Lent(secret) as lent:
        work(watch, archive.file, lib.tresor_data_backup_salvage, byref(out), file, lent.address, lent.size,
             byref(sink.struct), byref(options.struct(watch)))
    return SalvagedArchive(out.recovered, out.lost)
