"""The account inside a Safe: JSON text on the wire, a dict or an `Account` in a program, as you choose.

Wherever the library takes an account, it takes JSON as str, bytes-like or Secret, a dict, or an Account.
"""
from __future__ import annotations

import json
from ctypes import byref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional, Tuple, Union

from ._call import check
from ._library import lib
from ._memory import Buffer, Lent, optional_text
from ._prototypes import tresor_account_counts
from .error import Errc, Finding, TresorError, wrong
from .secret import BytesLike, Secret, Wiping, exposed

if TYPE_CHECKING:
    from .account import Account

AccountLike = Union[str, BytesLike, Secret, Mapping[str, Any], "Account"]


def json_text(value: Any) -> Secret:
    """A dict as JSON, in UTF-8 without spaces."""
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return Secret.of(Wiping(written, "utf-8"))
    except (TypeError, ValueError, RecursionError):  # their texts and objects would show some of it
        pass
    raise wrong("the account cannot be written as JSON")


def document(account: AccountLike) -> Lent:
    if isinstance(account, (str, bytes, bytearray, memoryview, Secret)):
        return Lent(account)
    if isinstance(account, Mapping):
        return Lent(json_text(dict(account)))
    from .account import Account
    if isinstance(account, Account):
        return Lent(json_text(account.to_dict()))
    raise TypeError(f"an account is JSON text, a dict or an Account, not {type(account).__name__}")


class Document:
    """A JSON text, and what can be made of it."""

    json: Secret

    def to_dict(self) -> Dict[str, Any]:
        """The JSON as it stands; members of any kind. Raises malformed if it is no JSON object."""
        try:
            value = json.loads(exposed(self.json))
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise TresorError(Errc.MALFORMED, "the document is not a JSON object")
        return value

    def to_json(self) -> Secret:
        """The JSON itself."""
        return self.json

    def to_account(self) -> Account:
        """Read leniently, as check_account() does."""
        from .account import Account
        return Account.from_json(self.json)


@dataclass(frozen=True)
class CheckedAccount(Document):
    """`json` is the account as it is uploaded: equal accounts give equal bytes. The rest is counted."""

    json: Secret
    contacts: int
    groups: int
    distribution_lists: int
    findings: Tuple[Finding, ...]


def check_account(account: AccountLike, identity: Optional[str] = None) -> CheckedAccount:
    """Reads an account leniently: what is odd in it is among the findings. `identity` is the owner's, if it is known.

    Raises malformed for what is no account, unsupported for a newer one, too_large.
    """
    counts = tresor_account_counts()
    with document(account) as lent, Buffer() as canonical, Buffer() as findings:
        check(lib.tresor_account_check(canonical.out, byref(counts), findings.out, lent.address, lent.size,
                                       optional_text(identity, "a Threema ID")))
        return CheckedAccount(canonical.secret(), counts.contacts, counts.groups, counts.distribution_lists,
                              findings.findings())
