"""What makes a password good enough."""
import math

import pytest
from conftest import OTHER_PASSWORD, raises

from tresor import PasswordIssue, PasswordPolicy, Secret, check_password


@pytest.mark.parametrize("password, issue", [
    ("short", PasswordIssue.TOO_SHORT), ("x" * 5000, PasswordIssue.TOO_LONG), ("a" * 12, PasswordIssue.REPEATED),
    ("123456789012", PasswordIssue.DIGITS_ONLY), ("password", PasswordIssue.LISTED),
    (b"\xff" * 12, PasswordIssue.INVALID_TEXT),
    ("three\0quiet otters", PasswordIssue.INVALID_TEXT)])
def test_an_issue_is_found(password, issue):
    verdict = check_password(password)
    assert issue in verdict.errors | verdict.warnings and verdict.ok == (not verdict.errors)
    assert issue.text[0].islower()


def test_a_good_password_has_no_issue():
    for password in (OTHER_PASSWORD, OTHER_PASSWORD.encode(), Secret(OTHER_PASSWORD), bytearray(OTHER_PASSWORD.encode())):
        verdict = check_password(password, confirmation=OTHER_PASSWORD)
        assert verdict.ok and not verdict.errors and not verdict.warnings


def test_a_second_time_must_be_the_same():
    for other in ("three quiet otter", "", Secret("x")):
        assert check_password(OTHER_PASSWORD, confirmation=other).errors == {PasswordIssue.MISMATCH}


def test_a_pattern_can_be_demanded():
    assert check_password(OTHER_PASSWORD, pattern="three .*").ok
    assert PasswordIssue.PATTERN_MISMATCH in check_password(OTHER_PASSWORD, pattern="[0-9]+").errors
    verdict = check_password(OTHER_PASSWORD, pattern="(")
    assert PasswordIssue.INVALID_PATTERN in verdict.errors | verdict.warnings


def test_words_can_be_forbidden():
    verdict = check_password(OTHER_PASSWORD, words="one\nthree quiet otters\n")
    assert PasswordIssue.LISTED in verdict.errors | verdict.warnings
    allowed = check_password("password", words="")
    assert PasswordIssue.LISTED not in allowed.errors | allowed.warnings


def test_somebody_can_estimate():
    asked = []

    def entropy(password):
        asked.append(password)
        return 40
    verdict = check_password("drei stille öttern", min_entropy_bits=50, entropy=entropy)
    assert PasswordIssue.WEAK in verdict.errors | verdict.warnings and asked == ["drei stille öttern"]
    assert check_password("drei stille öttern", min_entropy_bits=40, entropy=entropy).ok
    check_password(OTHER_PASSWORD, entropy=entropy)
    assert len(asked) == 2, "it is not asked for 0 bits"
    with raises("INVALID_ARGUMENT"):
        check_password(OTHER_PASSWORD, min_entropy_bits=1)


@pytest.mark.parametrize("bits", [math.nan, -1.0, -math.inf])
def test_bits_that_are_none_are_refused(bits):
    with raises("INVALID_ARGUMENT"):
        check_password(OTHER_PASSWORD, min_entropy_bits=bits, entropy=lambda password: 99)


def test_an_estimate_that_is_no_number_is_not_enough():
    verdict = check_password(OTHER_PASSWORD, min_entropy_bits=50, entropy=lambda password: math.nan)
    assert PasswordIssue.WEAK in verdict.errors | verdict.warnings


def test_policies_differ():
    verdicts = {policy: check_password(OTHER_PASSWORD, policy=policy, pattern="quiet") for policy in PasswordPolicy}
    assert verdicts[PasswordPolicy.IOS].ok, "once inside is enough"
    assert verdicts[PasswordPolicy.ANDROID].errors == {PasswordIssue.PATTERN_MISMATCH}
    with raises("INVALID_ARGUMENT"):
        check_password(OTHER_PASSWORD, policy=7)
    with pytest.raises(TypeError):
        check_password(OTHER_PASSWORD, policy="ios")


def test_a_password_of_a_wrong_type_is_a_type_error():
    for nothing in (None, 5, ["a"]):
        with pytest.raises(TypeError):
            check_password(nothing)
    with pytest.raises(TypeError):
        check_password(OTHER_PASSWORD, pattern=b"three")
