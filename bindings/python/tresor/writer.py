"""Chat archives that are made: of what a program has, of other archives, of a folder.

    with DataBackupWriter("new.zip", "three quiet otters", made_at=now()) as writer:
        writer.set_owner("ECHOECHO", private_key)
        writer.add_contact({"identity": "ABCD1234", "public_key": "...", "nickname": "Ada"})
        writer.add_message({"uid": "1", "api_id": "0123456789abcdef", "text": "Hello", "time": now()})

The values of `chats` and dicts of their members may be given, as a DataBackup gives them: what only a reader knows in them
does not matter. In dicts a time is an aware datetime, text as RFC 3339 in UTC, or milliseconds since 1970, and a key base64
or bytes; a member that is not known is invalid_argument, and so is all that the app would not restore.
"""
from __future__ import annotations

import base64
import ctypes
import dataclasses
import io
import json
import os
from contextlib import ExitStack
from ctypes import POINTER, byref, c_char_p, c_int64, c_void_p
from datetime import datetime, timezone, tzinfo
from types import TracebackType
from typing import Any, Callable, Dict, Iterable, Mapping, Optional, Tuple, Type, Union

from ._archive_file import ArchiveFile, Watch, work
from ._call import call, hosts
from ._handle import Handle, Owner
from ._library import lib
from ._memory import Buffer, Lent, exactly, plain, text
from ._prototypes import (KEY_SIZE, SHA256_SIZE, new, tresor_archive_writer, tresor_cut, tresor_rewritten,
                          tresor_write_options, tresor_written)
from ._zone import Zone, utc_offset
from .archive import ArchiveLimits, BadEntry, Options, bad_entries
from .chats import Chat, ChatContact, ChatGroup, ChatList, Message, Poll
from .data_backup import ArchiveLike
from .error import Finding, whole, wrong
from .place import Location, file_name
from .secret import BytesLike, Password, Secret
from .stream import Progress, Readable, Sink, Source, Writable, tell_progress
from .timestamp import seconds_of, seconds_or_now
from .transfer import write_file

FileContent = Union[Location, BytesLike, Readable]  # a path, bytes, or a binary file


@dataclasses.dataclass(frozen=True)
class WrittenArchive:
    """How many entries, bytes of the file, and messages."""

    entries: int
    bytes: int
    messages: int


@dataclasses.dataclass(frozen=True)
class RewrittenArchive:
    """What a new archive has. `conflicts` is what both had when two were merged, differently, and none was newer; `bad` was
    damaged, and is not in it; `findings`: what was odd, and what was left out."""

    entries: int
    bytes: int
    messages: int
    conflicts: Tuple[Finding, ...] = ()
    bad: Tuple[BadEntry, ...] = ()
    findings: Tuple[Finding, ...] = ()


# ---- values as JSON ----

def _plain_value(value: Any) -> Any:
    if isinstance(value, datetime):
        seconds_of(value)  # raises for one without a zone
        return value.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _members(value)
    raise TypeError(f"a {type(value).__name__} has no place in an archive")


def _members(value: Any) -> Dict[str, Any]:
    """Of a value those that say something; what was left over when it was read is put back."""
    made = {one.name: content for one in dataclasses.fields(value) if one.name != "more"
            for content in [getattr(value, one.name)] if content not in (None, "", (), False, b"")}
    made.update(getattr(value, "more", None) or {})
    return made


def _json(value: Any, type_: Any) -> bytes:
    if not isinstance(value, (type_, Mapping)):
        raise TypeError(f"a {type_.__name__} or a dict is needed, not {type(value).__name__}")
    members = _members(value) if isinstance(value, type_) else dict(value)
    try:
        return json.dumps(members, default=_plain_value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        raise wrong("a text is not Unicode: it holds half a surrogate pair") from None


def _opened(stack: ExitStack, content: FileContent) -> Readable:
    if isinstance(content, (bytes, bytearray, memoryview)):
        return io.BytesIO(content)
    if isinstance(content, (str, os.PathLike)):
        return stack.enter_context(open(content, "rb"))
    return content


class _Watching(Watch):
    """Who is told, and what the clock on the wall shows: the library asks both by one payload."""

    def __init__(self, progress: Optional[Progress], zone: Optional[tzinfo]) -> None:
        super().__init__(progress)
        self._zone = Zone(zone)

    def ahead(self, time: int) -> int:
        return int(self.keeping(self._zone.ahead, time))

    def struct(self, made_at: Optional[datetime], jobs: int, replace: bool) -> Any:
        struct = new(tresor_write_options)
        struct.made_at, struct.jobs, struct.replace = seconds_or_now(made_at), whole(jobs, "jobs", 1, 1024), bool(replace)
        struct.progress, struct.payload = tell_progress, hosts.payload(self)
        if self._zone.zone is not None:
            struct.utc_offset = utc_offset
        return struct


class DataBackupWriter(Owner):
    """A chat archive that is being written: used in a `with`, which finishes it at its end, and by an exception leaves
    nothing behind.

    `into` is a path, where the file appears whole or not at all, readable by its owner only (conflict if there is one and
    `replace` is not set); or a binary file, in which after a failure a part may stand. `made_at` is the time of all entries,
    None for the present, shown by the clock of `tz`. `jobs` threads pack and encrypt. The password has 8 to 256 characters.

    In this order: the owner, contacts, groups, distribution lists; each begins its chat, to which its files and then its
    messages are added. Polls and nonces may come at any time. After a failure, but one of a value's form, it can only be
    closed.
    """

    def __init__(self, into: Union[Location, Writable], password: Password, *, made_at: Optional[datetime] = None,
                 tz: Optional[tzinfo] = None, jobs: int = 1, replace: bool = False,
                 progress: Optional[Progress] = None) -> None:
        self._watch, self._sink = _Watching(progress, tz), None
        self._written: Optional[WrittenArchive] = None
        struct, secret = self._watch.struct(made_at, jobs, replace), Secret(password)
        target: Any
        if isinstance(into, (str, os.PathLike)):
            function, target = lib.tresor_archive_writer_open, file_name(into)
        else:
            self._sink = Sink(into)
            function, target = lib.tresor_archive_writer_into, byref(self._sink.struct)

        def make(out: Any) -> None:
            with Lent(secret) as lent:
                call(function, out, target, lent.address, lent.size, byref(struct))
        with secret:
            self._own(Handle(tresor_archive_writer, make, lib.tresor_archive_writer_free))

    def _call(self, function: Any, *arguments: Any) -> None:
        with self._entered() as pointer:
            work(self._watch, None, function, pointer, *arguments)

    def _with_content(self, function: Any, arguments: Tuple[Any, ...], *contents: Optional[FileContent]) -> None:
        with ExitStack() as stack:
            sources = [None if one is None else Source(_opened(stack, one)) for one in contents]
            self._call(function, *arguments, *(None if one is None else byref(one.struct) for one in sources))

    def _add(self, function: Any, value: Any, type_: Any, *contents: Optional[FileContent]) -> None:
        with Lent(_json(value, type_)) as lent:
            self._with_content(function, (lent.address, lent.size), *contents)

    def set_owner(self, identity: str, private_key: Union[BytesLike, Secret]) -> None:
        """First. Without it the app cannot restore on a new device."""
        with exactly(private_key, KEY_SIZE, "a private key") as key, Lent(key) as lent:
            self._call(lib.tresor_archive_writer_set_owner, text(identity, "an identity"), lent.address)

    def set_owner_picture(self, picture: FileContent) -> None:
        """A path, bytes or a binary file, here and below."""
        self._with_content(lib.tresor_archive_writer_set_owner_picture, (), picture)

    def add_contact(self, contact: Union[ChatContact, Mapping[str, Any]], *, picture: Optional[FileContent] = None,
                    own_picture: Optional[FileContent] = None) -> None:
        """Begins their chat. `picture` was assigned to them, `own_picture` is the one they have sent."""
        self._add(lib.tresor_archive_writer_add_contact, contact, ChatContact, picture, own_picture)

    def add_group(self, group: Union[ChatGroup, Mapping[str, Any]], *, picture: Optional[FileContent] = None) -> None:
        """Begins its chat, after all contacts."""
        self._add(lib.tresor_archive_writer_add_group, group, ChatGroup, picture)

    def add_distribution_list(self, list: Union[ChatList, Mapping[str, Any]]) -> None:
        """Begins its chat, after all groups."""
        self._add(lib.tresor_archive_writer_add_distribution_list, list, ChatList)

    def add_media(self, uid: str, content: FileContent) -> None:
        """The file of a message, before the messages of its chat."""
        self._with_content(lib.tresor_archive_writer_add_media, (text(uid, "a uid"),), content)

    def add_thumbnail(self, uid: str, picture: FileContent) -> None:
        """The small picture of a message, before the messages of its chat."""
        self._with_content(lib.tresor_archive_writer_add_thumbnail, (text(uid, "a uid"),), picture)

    def add_message(self, message: Union[Message, Mapping[str, Any]]) -> None:
        """To the chat that was begun last."""
        self._add(lib.tresor_archive_writer_add_message, message, Message)

    def add_poll(self, poll: Union[Poll, Mapping[str, Any]]) -> None:
        """Its chat must be there in the end."""
        self._add(lib.tresor_archive_writer_add_poll, poll, Poll)

    def add_nonce(self, hash: BytesLike, *, multi_device: bool = False) -> None:
        """HMAC-SHA256 of a nonce, with the owner's identity as key: the app guards itself against replayed messages."""
        self._call(lib.tresor_archive_writer_add_nonce, bool(multi_device), plain(hash, SHA256_SIZE, "a hash"))

    def finish(self) -> WrittenArchive:
        """Writes what is left, gives the file its name, and closes the writer. The end of a `with` does it, too."""
        out = tresor_written()
        with self._entered() as pointer:
            work(self._watch, None, lib.tresor_archive_writer_finish, byref(out), pointer)
        self._written = WrittenArchive(out.entries, out.bytes, out.messages)
        self.close()
        return self._written

    @property
    def written(self) -> Optional[WrittenArchive]:
        """What came of it, once it is finished."""
        return self._written

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 traceback: Optional[TracebackType]) -> None:
        try:
            if kind is None and not self.closed:
                self.finish()
        finally:
            self.close()


# ---- archives made of archives ----

class _SourceFile(Owner):
    def __init__(self, file: ArchiveLike) -> None:
        self.file = ArchiveFile(file)
        self._own(self.file.handle)


_Rewrite = Callable[[Any], RewrittenArchive]


def _into(into: Union[Location, Writable], replace: bool, rewrite: _Rewrite) -> RewrittenArchive:
    if not isinstance(into, (str, os.PathLike)):
        return rewrite(into)
    made = write_file(os.fspath(into), replace, rewrite)
    assert made is not None
    return made


def _told(out: Any, findings: Buffer, bad: Optional[Buffer] = None, conflicts: Optional[Buffer] = None) -> RewrittenArchive:
    return RewrittenArchive(out.entries, out.bytes, out.messages, conflicts.findings() if conflicts is not None else (),
                            bad_entries(bad) if bad is not None else (), findings.findings())


def _cut(chats: Optional[Iterable[Union[str, Chat]]], since: Optional[datetime], until: Optional[datetime],
         media: bool) -> Any:
    struct = new(tresor_cut)
    struct.without_media = not media
    if chats is not None:
        if isinstance(chats, (str, Chat)):
            raise TypeError("chats are several: [chat]")
        ids = [text(one.id if isinstance(one, Chat) else one, "the id of a chat") for one in chats]
        if not ids:
            raise wrong("an archive of no chat at all")
        struct.chats, struct.chats_count = ctypes.cast((c_char_p * len(ids))(*ids), POINTER(c_void_p)), len(ids)
    for name, time in (("since", since), ("until", until)):
        if time is not None:
            setattr(struct, name, ctypes.pointer(c_int64(seconds_of(time))))
    return struct


def filter_archive(file: ArchiveLike, password: Password, into: Union[Location, Writable], new_password: Password, *,
                   chats: Optional[Iterable[Union[str, Chat]]] = None, since: Optional[datetime] = None,
                   until: Optional[datetime] = None, media: bool = True, made_at: Optional[datetime] = None,
                   tz: Optional[tzinfo] = None, jobs: int = 1, replace: bool = False,
                   limits: ArchiveLimits = ArchiveLimits(), allow_unencrypted: bool = False, assume_version: bool = False,
                   progress: Optional[Progress] = None) -> RewrittenArchive:
    """The same archive with another password, or less of it: of some chats, from `since` on and before `until`, without
    media. What is not touched stays as it was; the format is the newest.

    Arguments as those of DataBackup and DataBackupWriter. Raises not_found for a chat that is not there.
    """
    cut, options = _cut(chats, since, until, media), Options(limits, allow_unencrypted, assume_version, False, 1)

    def rewrite(opened: Any) -> RewrittenArchive:
        out, watch, sink = tresor_rewritten(), _Watching(progress, tz), Sink(opened)
        with _SourceFile(file) as source, source._entered() as pointer, Secret(password) as old, \
                Secret(new_password) as word, Lent(old) as lent, Lent(word) as made, Buffer() as bad, Buffer() as findings:
            work(watch, source.file, lib.tresor_data_backup_filter, byref(out), bad.out, findings.out, pointer,
                 lent.address, lent.size, byref(sink.struct), made.address, made.size, byref(cut),
                 byref(watch.struct(made_at, jobs, replace)), byref(options.struct(watch)))
            return _told(out, findings, bad)
    return _into(into, replace, rewrite)


def merge_archives(first: ArchiveLike, first_password: Password, second: ArchiveLike, second_password: Password,
                   into: Union[Location, Writable], new_password: Password, *, made_at: Optional[datetime] = None,
                   tz: Optional[tzinfo] = None, jobs: int = 1, replace: bool = False,
                   limits: ArchiveLimits = ArchiveLimits(), allow_unencrypted: bool = False, assume_version: bool = False,
                   progress: Optional[Progress] = None) -> RewrittenArchive:
    """All that is in one of two archives of the same owner (else conflict). A message that both have is there once: as it
    was edited or deleted last, else as the newer archive has it."""
    options = Options(limits, allow_unencrypted, assume_version, False, 1)

    def rewrite(opened: Any) -> RewrittenArchive:
        out, watch, sink = tresor_rewritten(), _Watching(progress, tz), Sink(opened)
        with ExitStack() as stack:
            sources = [stack.enter_context(_SourceFile(one)) for one in (first, second)]
            pointers = [stack.enter_context(one._entered()) for one in sources]
            words = [stack.enter_context(Lent(stack.enter_context(Secret(one))))
                     for one in (first_password, second_password, new_password)]
            conflicts, bad, findings = [stack.enter_context(Buffer()) for _ in range(3)]
            work(watch, sources[0].file, lib.tresor_data_backup_merge, byref(out), conflicts.out, bad.out, findings.out,
                 pointers[0], words[0].address, words[0].size, pointers[1], words[1].address, words[1].size,
                 byref(sink.struct), words[2].address, words[2].size, byref(watch.struct(made_at, jobs, replace)),
                 byref(options.struct(watch)), also=sources[1].file)
            made = _told(out, findings, bad, conflicts)
        return made
    return _into(into, replace, rewrite)


def create_archive(folder: Location, identity_password: Password, into: Union[Location, Writable], password: Password, *,
                   made_at: Optional[datetime] = None, tz: Optional[tzinfo] = None, jobs: int = 1, replace: bool = False,
                   progress: Optional[Progress] = None) -> RewrittenArchive:
    """An archive of a folder as DataBackup.extract() leaves it, whose `identity` opens with `identity_password`. Raises
    invalid_argument with a pointer for what the app would not restore."""
    def rewrite(opened: Any) -> RewrittenArchive:
        out, watch, sink = tresor_rewritten(), _Watching(progress, tz), Sink(opened)
        with Secret(identity_password) as old, Secret(password) as word, Lent(old) as lent, Lent(word) as made, \
                Buffer() as findings:
            work(watch, None, lib.tresor_data_backup_create, byref(out), findings.out, file_name(folder), lent.address,
                 lent.size, byref(sink.struct), made.address, made.size, byref(watch.struct(made_at, jobs, replace)))
            return _told(out, findings)
    return _into(into, replace, rewrite)
