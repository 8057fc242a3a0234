"""What makes a password good enough for a Safe. It is checked only where one is chosen."""
from __future__ import annotations

import enum
from ctypes import byref, c_uint, string_at
from dataclasses import dataclass
from typing import Any, Callable, FrozenSet, Optional

from ._call import call, callback, hosts
from ._library import lib
from ._memory import Lent, LentIfAny, optional_text
from ._prototypes import new, tresor_entropy, tresor_password_options
from .error import one_of, wrong
from .secret import Password


class PasswordIssue(enum.Enum):
    """What is wrong with a password."""

    INVALID_TEXT = 1 << 0  # not UTF-8, or holds U+0000
    TOO_SHORT = 1 << 1
    TOO_LONG = 1 << 2
    REPEATED = 1 << 3  # one character over and over
    DIGITS_ONLY = 1 << 4
    LISTED = 1 << 5
    WEAK = 1 << 6  # under min_entropy_bits
    MISMATCH = 1 << 7
    PATTERN_MISMATCH = 1 << 8
    INVALID_PATTERN = 1 << 9

    @property
    def text(self) -> str:
        """A sentence for a person: "it is too short"."""
        return str(lib.tresor_password_issue_text(self.value).decode())


class PasswordPolicy(enum.IntEnum):
    """Whose rules a password is checked by."""

    LIBRARY = 0  # the stricter of the two
    ANDROID = 1
    IOS = 2


@dataclass(frozen=True)
class PasswordVerdict:
    """Errors must not be overridden; warnings a person may override."""

    errors: FrozenSet[PasswordIssue]
    warnings: FrozenSet[PasswordIssue]

    @property
    def ok(self) -> bool:
        """No errors; there may be warnings."""
        return not self.errors


class _Entropy:
    def __init__(self, ask: Optional[Callable[[str], float]]) -> None:
        self.ask = ask


@callback(tresor_entropy)
def _ask(bits: Any, password: int, size: int, payload: int) -> None:
    bits[0] = hosts[payload].ask(string_at(password, size).decode("utf-8"))


def _set_of(flags: int) -> FrozenSet[PasswordIssue]:
    return frozenset(issue for issue in PasswordIssue if issue.value & flags)


def check_password(password: Password, *, policy: PasswordPolicy = PasswordPolicy.LIBRARY, words: Optional[str] = None,
                   pattern: Optional[str] = None, confirmation: Optional[Password] = None, min_entropy_bits: float = 0.0,
                   entropy: Optional[Callable[[str], float]] = None) -> PasswordVerdict:
    """Whether a new password will do.

    `words` nobody should use, one a line; a short list of the library's if None. `pattern` is what an administrator
    demands, a regular expression. `confirmation` is what was typed the second time. `entropy` estimates the bits of a
    password, and is asked if `min_entropy_bits` is not 0. Raises unsupported and too_large for bad patterns.
    """
    if min_entropy_bits > 0 and entropy is None:
        raise wrong("min_entropy_bits needs somebody to estimate: entropy")
    estimate = _Entropy(entropy)
    options = new(tresor_password_options)
    options.policy = one_of(PasswordPolicy, policy, "policy")
    options.pattern = optional_text(pattern, "a pattern")
    options.min_entropy_bits = min_entropy_bits
    options.entropy, options.payload = _ask, hosts.payload(estimate)
    errors, warnings = c_uint(), c_uint()
    with Lent(password) as given, LentIfAny(words) as listed, LentIfAny(confirmation) as again:
        options.words, options.words_size = listed.pointer(), listed.size
        options.confirmation, options.confirmation_size = again.pointer(), again.size
        call(lib.tresor_password_check, byref(errors), byref(warnings), given.address, given.size, byref(options))
    return PasswordVerdict(_set_of(errors.value), _set_of(warnings.value))
