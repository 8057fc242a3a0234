"""What a chat archive holds, as values.

Every class has the members of its JSON object, by the same names; what an archive leaves out has its default. Times are
aware datetimes in UTC, to the millisecond. A member that this version does not know, or a time that no datetime can
hold, is in `more`, as it is in the JSON. Ids are text. A printed value shows ids and kinds, not what people wrote.
"""
from __future__ import annotations

import base64
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import lru_cache
from typing import Any, Callable, Dict, Mapping, Optional, Tuple, Type, TypeVar

from .error import Finding

_T = TypeVar("_T")
_Form = Callable[[Any], Any]


def _time(value: str) -> datetime:
    """Raises ValueError for what no datetime can hold: the year 0."""
    return datetime.fromisoformat(value.replace("Z", "+00:00"))


def _member(form: Optional[_Form] = None, *, shown: bool = False, **more: Any) -> Any:
    return field(repr=shown, metadata={"form": form}, **more)


def _moment() -> Any:
    return _member(_time, default=None)


def _of(type_: Any) -> _Form:
    return lambda value: value_of(type_, value)


def _all_of(type_: Any) -> _Form:
    return lambda values: tuple(value_of(type_, value) for value in values)


@lru_cache(maxsize=None)
def _forms(type_: Any) -> Dict[str, Optional[_Form]]:
    return {one.name: one.metadata.get("form") for one in fields(type_) if one.name != "more"}


def value_of(type_: Type[_T], value: Mapping[str, Any]) -> _T:
    """A value of its JSON object."""
    forms: Dict[str, Optional[_Form]] = _forms(type_)  # type: ignore[arg-type]
    known: Dict[str, Any] = {}
    left: Dict[str, Any] = {}
    for name, content in value.items():
        form = forms.get(name)
        if form is None:
            (known if name in forms else left)[name] = content
            continue
        try:
            known[name] = form(content)
        except ValueError:
            left[name] = content
    if left:
        known["more"] = left
    return type_(**known)


# ---- people and groups ----

@dataclass(frozen=True)
class ChatContact:
    """Somebody in an archive. `name` is how the apps call them; `verification` is "unverified", "server_verified" or
    "fully_verified"; `hidden`: known from a group only; `number` is in the names of its entries."""

    identity: str = _member(shown=True, default="")
    public_key: bytes = _member(base64.b64decode, default=b"")  # 32 bytes
    verification: str = _member(shown=True, default="unverified")
    verification_text: str = _member(default="")
    name: str = _member(default="")
    first_name: str = _member(default="")
    last_name: str = _member(default="")
    nickname: str = _member(default="")
    address_book_id: str = _member(default="")
    last_update: Optional[datetime] = _moment()
    hidden: bool = _member(default=False)
    archived: bool = _member(default=False)
    number: str = _member(default="")
    others: Optional[Dict[str, str]] = _member(default=None)  # columns that are not known
    more: Optional[Dict[str, Any]] = _member(default=None)


@dataclass(frozen=True)
class ChatGroup:
    """A group in an archive. `user_state` is "member", "kicked", "left" or "unknown"."""

    id: str = _member(shown=True, default="")  # 16 hex digits
    creator: str = _member(shown=True, default="")
    name: str = _member(default="")
    description: str = _member(default="")
    created_at: Optional[datetime] = _moment()
    last_update: Optional[datetime] = _moment()
    described_at: Optional[datetime] = _moment()
    members: Tuple[str, ...] = _member(tuple, default=())  # identities
    archived: bool = _member(default=False)
    deleted: bool = _member(default=False)
    user_state: str = _member(default="unknown")
    number: str = _member(default="")
    others: Optional[Dict[str, str]] = _member(default=None)
    more: Optional[Dict[str, Any]] = _member(default=None)


@dataclass(frozen=True)
class ChatList:
    """A distribution list in an archive."""

    id: str = _member(shown=True, default="")
    name: str = _member(default="")
    created_at: Optional[datetime] = _moment()
    last_update: Optional[datetime] = _moment()
    members: Tuple[str, ...] = _member(tuple, default=())
    archived: bool = _member(default=False)
    others: Optional[Dict[str, str]] = _member(default=None)
    more: Optional[Dict[str, Any]] = _member(default=None)


@dataclass(frozen=True)
class Chat:
    """A conversation. `kind` is "contact", "group" or "distribution_list"; `id` is stable from archive to archive; `name`
    is for people. `entry` and `picture_entry` are names of entries, "" where there is none; `orphan`: no table names it."""

    kind: str = _member(shown=True, default="contact")
    id: str = _member(shown=True, default="")
    name: str = _member(default="")
    entry: str = _member(default="")
    picture_entry: str = _member(default="")
    archived: bool = _member(default=False)
    orphan: bool = _member(default=False)
    last_update: Optional[datetime] = _moment()
    members: Tuple[str, ...] = _member(tuple, default=())
    more: Optional[Dict[str, Any]] = _member(default=None)


@dataclass(frozen=True)
class ChatSummary:
    """What one chat holds. `media`: messages whose file is in the archive; `media_bytes` as the archive says; `first` and
    `last`: when the earliest and the latest were shown."""

    messages: int = 0
    media: int = 0
    media_bytes: int = 0
    first: Optional[datetime] = _member(_time, shown=True, default=None)
    last: Optional[datetime] = _member(_time, shown=True, default=None)
    more: Optional[Dict[str, Any]] = _member(default=None)


# ---- messages ----

@dataclass(frozen=True)
class Reaction:
    """One emoji of one person."""

    sender: str = _member(shown=True, default="")
    emoji: str = _member(default="")
    at: Optional[datetime] = _moment()
    more: Optional[Dict[str, Any]] = _member(default=None)


@dataclass(frozen=True)
class Quote:
    """What a message answers. `found` is "yes", "deleted" or "missing"; `index` is that of a message in the same chat,
    `text` its beginning."""

    found: str = _member(shown=True, default="missing")
    api_id: str = _member(shown=True, default="")
    index: Optional[int] = _member(shown=True, default=None)
    sender: str = _member(default="")
    outgoing: bool = _member(default=False)
    type: str = _member(default="")
    text: str = _member(default="")
    more: Optional[Dict[str, Any]] = _member(default=None)


@dataclass(frozen=True)
class MessageFile:
    """A file that was sent. `kind` is "file", "image", "gif", "video", "audio", "voice_message" or "contact"; `entry` and
    `thumbnail_entry` are names for DataBackup.value_of(), "" where the archive has none. Other people chose `name`: it is no
    path. `size` is in bytes, `width` and `height` in pixels; `seconds` is how long it plays."""

    kind: str = _member(shown=True, default="")
    name: str = _member(default="")
    media_type: str = _member(shown=True, default="")
    size: int = _member(shown=True, default=0)
    seconds: Optional[float] = _member(default=None)
    width: Optional[int] = _member(default=None)
    height: Optional[int] = _member(default=None)
    sticker: bool = _member(default=False)
    animated: bool = _member(default=False)
    downloaded: bool = _member(default=False)
    thumbnail_type: str = _member(default="")
    entry: str = _member(default="")
    thumbnail_entry: str = _member(default="")
    more: Optional[Dict[str, Any]] = _member(default=None)


@dataclass(frozen=True)
class Message:
    """A message. `index` counts from 0 in its chat; `sender` is an identity, "" for nobody; `time` is when the apps show
    it. `type` is "text", "image", "file", "location", "poll", "call" and so on, `state` "sent", "read" and so on or "".

    `text` is exactly what was written. What else it may say is in `file`, `location`, `call`, `group_call`, `group_event`,
    `forward_security` and `poll`; the last six are dicts as in JSON. `body` is there where that could not be read.
    """

    chat: str = _member(shown=True, default="")
    index: int = _member(shown=True, default=0)
    uid: str = _member(default="")
    api_id: str = _member(default="")
    sender: str = _member(shown=True, default="")
    outgoing: bool = _member(shown=True, default=False)
    time: Optional[datetime] = _member(_time, shown=True, default=None)
    posted_at: Optional[datetime] = _moment()
    created_at: Optional[datetime] = _moment()
    modified_at: Optional[datetime] = _moment()
    delivered_at: Optional[datetime] = _moment()
    read_at: Optional[datetime] = _moment()
    edited_at: Optional[datetime] = _moment()
    deleted_at: Optional[datetime] = _moment()
    type: str = _member(shown=True, default="text")
    type_text: str = _member(default="")
    state: str = _member(default="")
    state_text: str = _member(default="")
    status: bool = _member(default=False)  # a notice, nobody's words
    unread: bool = _member(default=False)
    unsaved: bool = _member(default=False)
    starred: bool = _member(default=False)
    display_tags: int = _member(default=0)
    text: str = _member(default="")
    caption: str = _member(default="")
    quote: Optional[Quote] = _member(_of(Quote), default=None)
    reactions: Tuple[Reaction, ...] = _member(_all_of(Reaction), default=())
    file: Optional[MessageFile] = _member(_of(MessageFile), default=None)
    location: Optional[Dict[str, Any]] = _member(default=None)
    call: Optional[Dict[str, Any]] = _member(default=None)
    group_call: Optional[Dict[str, Any]] = _member(default=None)
    group_event: Optional[Dict[str, Any]] = _member(default=None)
    forward_security: Optional[Dict[str, Any]] = _member(default=None)
    poll: Optional[Dict[str, Any]] = _member(default=None)
    body: str = _member(default="")
    others: Optional[Dict[str, str]] = _member(default=None)  # columns that are not known
    more: Optional[Dict[str, Any]] = _member(default=None)


# ---- polls ----

@dataclass(frozen=True)
class PollChoice:
    """What can be voted for. `number` within its poll; `vote_count` of polls that only count."""

    number: int = _member(shown=True, default=0)
    name: str = _member(default="")
    vote_count: int = _member(shown=True, default=0)
    order: int = _member(default=0)
    created_at: Optional[datetime] = _moment()
    modified_at: Optional[datetime] = _moment()
    more: Optional[Dict[str, Any]] = _member(default=None)


@dataclass(frozen=True)
class PollVote:
    """What somebody thinks of one choice, which is meant by its number."""

    identity: str = _member(shown=True, default="")
    choice: int = _member(shown=True, default=0)
    selected: bool = _member(shown=True, default=False)
    created_at: Optional[datetime] = _moment()
    modified_at: Optional[datetime] = _moment()
    more: Optional[Dict[str, Any]] = _member(default=None)


@dataclass(frozen=True)
class Poll:
    """A question and its answers; `choices` in the order to show them. `row_id` is what messages name it by, `chat` the id
    of its chat, "" if that is not known."""

    row_id: str = _member(shown=True, default="")
    id: str = _member(shown=True, default="")
    creator: str = _member(shown=True, default="")
    chat_kind: str = _member(default="")
    chat: str = _member(default="")
    name: str = _member(default="")
    closed: bool = _member(default=False)
    multiple: bool = _member(default=False)
    intermediate: bool = _member(default=False)
    state: str = _member(default="")
    assessment: str = _member(default="")
    type: str = _member(default="")
    choice_type: str = _member(default="")
    last_viewed_at: Optional[datetime] = _moment()
    created_at: Optional[datetime] = _moment()
    modified_at: Optional[datetime] = _moment()
    choices: Tuple[PollChoice, ...] = _member(_all_of(PollChoice), default=())
    votes: Tuple[PollVote, ...] = _member(_all_of(PollVote), default=())
    more: Optional[Dict[str, Any]] = _member(default=None)


# ---- statistics ----

@dataclass(frozen=True)
class MediaStatistics:
    """Messages with a kind of file: how many, how many with their file in the archive, and its bytes."""

    count: int = 0
    present: int = 0
    bytes: int = 0
    more: Optional[Dict[str, Any]] = _member(default=None)


@dataclass(frozen=True)
class ChatStatistics:
    """Of one chat. Notices and deleted messages are no messages of anybody; `by_sender` is identity -> messages."""

    kind: str = _member(shown=True, default="contact")
    id: str = _member(shown=True, default="")
    name: str = _member(default="")
    messages: int = _member(shown=True, default=0)
    sent: int = _member(shown=True, default=0)
    received: int = _member(shown=True, default=0)
    notices: int = _member(default=0)
    deleted: int = _member(default=0)
    by_sender: Mapping[str, int] = _member(default_factory=dict)
    media: int = _member(default=0)
    media_bytes: int = _member(default=0)
    first: Optional[datetime] = _moment()
    last: Optional[datetime] = _moment()
    longest_silence_seconds: Optional[int] = _member(default=None)
    silence_from: Optional[datetime] = _moment()
    more: Optional[Dict[str, Any]] = _member(default=None)


def _media(value: Mapping[str, Any]) -> Dict[str, MediaStatistics]:
    return {kind: value_of(MediaStatistics, one) for kind, one in value.items()}


@dataclass(frozen=True)
class ArchiveStatistics:
    """Of all chats, which begin with the one that has most messages. `per_day` is "2025-01-31" -> messages, `per_hour` has
    24 numbers, `per_weekday` 7 from Monday on, `media` goes by the kind of the file. `page` is the same as a page of HTML
    with charts, which needs nothing from elsewhere."""

    messages: int = _member(shown=True, default=0)
    sent: int = _member(shown=True, default=0)
    received: int = _member(shown=True, default=0)
    notices: int = _member(shown=True, default=0)
    deleted: int = _member(shown=True, default=0)
    first: Optional[datetime] = _moment()
    last: Optional[datetime] = _moment()
    longest_silence_seconds: Optional[int] = _member(default=None)
    silence_from: Optional[datetime] = _moment()
    chats: Tuple[ChatStatistics, ...] = _member(_all_of(ChatStatistics), default=())
    per_day: Mapping[str, int] = _member(default_factory=dict)
    per_hour: Tuple[int, ...] = _member(tuple, default=())
    per_weekday: Tuple[int, ...] = _member(tuple, default=())
    media: Mapping[str, MediaStatistics] = _member(_media, default_factory=dict)
    findings: Tuple[Finding, ...] = _member(default=())
    page: str = _member(default="")
    more: Optional[Dict[str, Any]] = _member(default=None)
