"""The account as dataclasses.

    account = Account.from_json(restored.json)
    account.contacts.append(Contact("ECHOECHO"))
    client.tick(account)

Members that this version does not know are in `unknown`, by their JSON names, and are written back. There, too, stays a
time that no datetime can hold, as long as its attribute is None. Order means nothing in contacts, groups, distribution
lists and lists of identities. Times are aware datetimes in UTC, to the millisecond. A printed account shows no names.
"""
from __future__ import annotations

import base64
import enum
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Union

from .error import wrong
from .model import AccountLike, check_account
from .secret import BytesLike, Secret, Wiping, exposed
from .timestamp import EPOCH

MILLISECOND = timedelta(milliseconds=1)
LAST = (datetime.max.replace(tzinfo=EPOCH.tzinfo) - EPOCH) // MILLISECOND


class Verification(enum.IntEnum):
    """How sure it is that a contact is who it says."""

    UNVERIFIED = 0
    SERVER = 1
    FULL = 2


class Sending(enum.IntEnum):
    """Whether receipts and typing indicators are sent to a contact."""

    BY_DEFAULT = 0
    SEND = 1
    DONT_SEND = 2


class PictureRelease(enum.Enum):
    """Who may see the profile picture, where it is no list of identities."""

    NOBODY = "nobody"
    EVERYONE = "everyone"


# ---- how a member is read and written; a value that cannot be read is left in `unknown` ----

class _Form:
    def __init__(self, read: Callable[[Any], Any], write: Callable[[Any], Any], omit_none: bool = True) -> None:
        self.read, self.write, self.omit_none = read, write, omit_none


def _same(value: Any) -> Any:
    return value


def _read_time(value: int) -> datetime:
    if not isinstance(value, int) or not 0 <= value <= LAST:
        raise ValueError("no datetime can hold it")
    return EPOCH + value * MILLISECOND


def _write_time(time: datetime) -> int:
    if time.tzinfo is None or time.utcoffset() is None:
        raise wrong("a time needs a zone: datetime.now(timezone.utc), not datetime.now()")
    if time < EPOCH:
        raise wrong("a time of an account is not before 1970")
    return (time - EPOCH) // MILLISECOND


def _write_base64(content: Union[BytesLike, Secret]) -> str:
    return base64.b64encode(exposed(content) if isinstance(content, Secret) else memoryview(content).tobytes()).decode()


def _read_release(value: List[Any]) -> Any:
    return PictureRelease.EVERYONE if value == ["*"] else list(value) if value and value != [None] else PictureRelease.NOBODY


def _write_release(value: Any) -> List[Any]:
    return ["*"] if value is PictureRelease.EVERYONE else list(value) if isinstance(value, list) and value else [None]


_PLAIN = _Form(_same, _same)
_LIST = _Form(list, list)
_NUMBER = _Form(_same, int)
_TIME = _Form(_read_time, _write_time)
_CREATED = _Form(lambda value: None if value == 0 else _read_time(value), _write_time)
_TIME_OR_NULL = _Form(_read_time, _write_time, omit_none=False)
_BASE64 = _Form(base64.b64decode, _write_base64)
_SECRET = _Form(lambda value: Secret.of(Wiping(base64.b64decode(value))), _write_base64)
_RELEASE = _Form(_read_release, _write_release)


def _object_form(type_: Any) -> _Form:
    return _Form(lambda value: _read(type_, value), _write)


def _objects_form(type_: Any) -> _Form:
    return _Form(lambda value: [_read(type_, one) for one in value], lambda value: [_write(one) for one in value])


def _named(name: str, form: _Form = _PLAIN) -> Dict[str, Any]:
    return {"json": name, "form": form}


def _member(name: str, form: _Form = _PLAIN, *, shown: bool = False, **more: Any) -> Any:
    """With a default; those without are plain fields, which type checkers know."""
    return field(repr=shown, metadata=_named(name, form), **more)


def _unknown() -> Any:
    return field(repr=False, default_factory=dict)


def _read(type_: Any, value: Dict[str, Any]) -> Any:
    left = {name: content for name, content in value.items() if name not in _FIXED.get(type_, {})}
    known: Dict[str, Any] = {}
    for one in fields(type_):
        name = one.metadata.get("json")
        if name is None or name not in left:
            continue
        if left[name] is None:
            del left[name]
            known[one.name] = None
            continue
        try:
            known[one.name] = one.metadata["form"].read(left[name])
            del left[name]
        except ValueError:
            known[one.name] = None
    return type_(**known, unknown=left)


def _write(value: Any) -> Dict[str, Any]:
    written: Dict[str, Any] = dict(_FIXED.get(type(value), {}))
    for one in fields(value):
        name = one.metadata.get("json")
        if name is None:
            continue
        content, form = getattr(value, one.name), one.metadata["form"]
        if content is not None:
            written[name] = form.write(content)
        elif not form.omit_none and name not in value.unknown:
            written[name] = None
    for name, content in value.unknown.items():
        if name in written:
            raise wrong("an unknown member has the name of another")
        written[name] = content
    return written


# ---- the account ----


@dataclass
class Info:
    """Of the backup itself."""

    device: str = _member("device", default="")
    unknown: Dict[str, Any] = _unknown()


@dataclass
class Link:
    """A phone number or an address that the ID is linked with."""

    type: str = field(metadata=_named("type"))  # "mobile" or "email"
    value: str = field(repr=False, metadata=_named("value"))  # a number without +, or an address
    name: Optional[str] = _member("name", default=None)
    unknown: Dict[str, Any] = _unknown()


@dataclass
class User:
    """The owner. The private key may be given as bytes; it becomes a Secret."""

    private_key: Secret = field(repr=False, metadata=_named("privatekey", _SECRET))  # 32 bytes
    nickname: Optional[str] = _member("nickname", default=None)
    profile_picture: Optional[bytes] = _member("profilePic", _BASE64, default=None)  # JPEG
    # None: unset
    picture_release: Union[PictureRelease, List[str], None] = _member("profilePicRelease", _RELEASE, default=None)
    links: List[Link] = _member("links", _objects_form(Link), default_factory=list)
    unknown: Dict[str, Any] = _unknown()

    if TYPE_CHECKING:
        def __init__(self, private_key: Union[BytesLike, Secret], nickname: Optional[str] = None,
                     profile_picture: Optional[bytes] = None,
                     picture_release: Union[PictureRelease, List[str], None] = None, links: List[Link] = ...,
                     unknown: Dict[str, Any] = ...) -> None: ...

    def __post_init__(self) -> None:
        if not isinstance(self.private_key, Secret):
            self.private_key = Secret(self.private_key)


@dataclass
class Contact:
    """Somebody with a Threema ID."""

    identity: str = field(metadata=_named("identity"))
    public_key: Optional[bytes] = _member("publickey", _BASE64, default=None)  # 32 bytes; there if fully verified
    created_at: Optional[datetime] = _member("createdAt", _CREATED, default=None)
    verification: Verification = _member("verification", _Form(Verification, int), default=Verification.UNVERIFIED)
    work_verified: bool = _member("workVerified", default=False)
    hidden: bool = _member("hidden", default=False)  # known through a group only
    first_name: str = _member("firstname", default="")
    last_name: str = _member("lastname", default="")
    nickname: str = _member("nickname", default="")
    last_update: Optional[datetime] = _member("lastUpdate", _TIME_OR_NULL, default=None)
    private_chat: bool = _member("private", default=False)
    read_receipts: Sending = _member("readReceipts", _Form(Sending, int), default=Sending.BY_DEFAULT)
    typing_indicators: Sending = _member("typingIndicators", _Form(Sending, int), default=Sending.BY_DEFAULT)
    unknown: Dict[str, Any] = _unknown()


@dataclass
class Group:
    """A group, which is known by its id and its creator."""

    id: str = field(metadata=_named("id"))  # 16 lowercase hex digits
    creator: str = field(metadata=_named("creator"))
    name: str = _member("groupname", default="")
    created_at: Optional[datetime] = _member("createdAt", _CREATED, default=None)
    members: List[str] = _member("members", _LIST, default_factory=list)  # the own ID among them: still a member
    last_update: Optional[datetime] = _member("lastUpdate", _TIME, default=None)
    private_chat: bool = _member("private", default=False)
    unknown: Dict[str, Any] = _unknown()


@dataclass
class DistributionList:
    """A list of people who are written to at once."""

    id: str = field(metadata=_named("id"))  # 16 lowercase hex digits
    name: str = field(repr=False, metadata=_named("name"))
    created_at: Optional[datetime] = _member("createdAt", _CREATED, default=None)
    members: List[str] = _member("members", _LIST, default_factory=list)
    last_update: Optional[datetime] = _member("lastUpdate", _TIME, default=None)
    private_chat: bool = _member("private", default=False)
    unknown: Dict[str, Any] = _unknown()


@dataclass
class Settings:
    """What the owner has set in the app."""

    sync_contacts: bool = _member("syncContacts", default=False, shown=True)
    block_unknown: bool = _member("blockUnknown", default=False, shown=True)
    read_receipts: bool = _member("readReceipts", default=True, shown=True)
    send_typing: bool = _member("sendTyping", default=True, shown=True)
    threema_calls: bool = _member("threemaCalls", default=True, shown=True)
    relay_threema_calls: bool = _member("relayThreemaCalls", default=False, shown=True)
    disable_screenshots: bool = _member("disableScreenshots", default=False, shown=True)
    incognito_keyboard: bool = _member("incognitoKeyboard", default=False, shown=True)
    blocked_contacts: List[str] = _member("blockedContacts", _LIST, default_factory=list)
    sync_excluded_ids: List[str] = _member("syncExcludedIds", _LIST, default_factory=list)
    recent_emojis: List[str] = _member("recentEmojis", _LIST, default_factory=list)
    unknown: Dict[str, Any] = _unknown()


@dataclass(repr=False)
class Account:
    """All that is in a Safe."""

    user: User = field(metadata=_named("user", _object_form(User)))
    info: Info = _member("info", _object_form(Info), default_factory=Info)
    contacts: List[Contact] = _member("contacts", _objects_form(Contact), default_factory=list)
    groups: List[Group] = _member("groups", _objects_form(Group), default_factory=list)
    distribution_lists: List[DistributionList] = _member("distributionlists", _objects_form(DistributionList),
                                                         default_factory=list)
    settings: Settings = _member("settings", _object_form(Settings), default_factory=Settings)
    unknown: Dict[str, Any] = _unknown()

    @classmethod
    def from_json(cls, account: AccountLike, identity: Optional[str] = None) -> Account:
        """Read leniently, as check_account() does, which also tells what was odd. Raises what that raises."""
        read: Account = _read(cls, check_account(account, identity).to_dict())
        return read

    def to_dict(self) -> Dict[str, Any]:
        """As it is in JSON. The private key is in it."""
        return _write(self)

    def to_json(self) -> Secret:
        """As it is uploaded: equal accounts give equal bytes."""
        return check_account(self).json

    def __repr__(self) -> str:
        return f"<Account: {len(self.contacts)} contacts, {len(self.groups)} groups>"


# Members that say the same in every account of this version.
_FIXED: Dict[Any, Dict[str, Any]] = {Info: {"version": 1}, Group: {"deleted": False}}
