"""When a Safe is uploaded, and why; when it expires, and what to warn of."""
from datetime import datetime, timedelta

import pytest
from conftest import ACCOUNT, raises

import tresor
from tresor import CyclePolicy, CycleState, Errc, Reason, TresorError, WarningKind

NOW = tresor.parse_time("2026-11-24T06:05:00Z")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ONE, OTHER = bytes([1] * 32), bytes([2] * 32)
ON = CycleState(enabled=True, enabled_at=NOW)
UPLOADED = ON.after_upload(ONE, NOW)


def test_a_digest_tells_content_apart(keys):
    canonical = tresor.check_account(ACCOUNT).json
    digest = tresor.content_digest(canonical, keys)
    assert len(digest) == 32 and digest == tresor.content_digest(canonical.expose().tobytes(), keys)
    assert digest != tresor.content_digest("{}", keys)
    with tresor.Keys.from_master(bytes(64)) as other:
        assert digest != tresor.content_digest(canonical, other)


@pytest.mark.parametrize("state, digest, after, force, upload, reason", [
    (ON, ONE, 0 * HOUR, False, True, Reason.NEVER_UPLOADED),
    (CycleState(), ONE, 0 * HOUR, False, False, Reason.DISABLED),
    (UPLOADED, ONE, 1 * HOUR, False, False, Reason.UNCHANGED),
    (UPLOADED, OTHER, 1 * HOUR, False, False, Reason.GRACE),
    (UPLOADED, OTHER, 23 * HOUR, False, True, Reason.CHANGED),
    (UPLOADED, ONE, 1 * HOUR, True, True, Reason.FORCED),
    (UPLOADED, ONE, 89 * DAY, False, False, Reason.UNCHANGED),
    (UPLOADED, ONE, 90 * DAY, False, True, Reason.REFRESH),
    (UPLOADED.after_failure(Errc.UNAVAILABLE, NOW + DAY), ONE, 2 * DAY, False, True, Reason.AFTER_FAILURE),
])
def test_a_decision_says_why(state, digest, after, force, upload, reason):
    decision = state.decide(digest, force=force, now=NOW + after)
    assert (decision.upload, decision.reason) == (upload, reason)
    assert reason.word == reason.name.lower() and (decision.next_due is None) == (reason is Reason.DISABLED)


def test_a_policy_changes_the_decision():
    policy = CyclePolicy(period=2 * HOUR, grace=HOUR, refresh_after=10 * DAY)
    assert UPLOADED.decide(OTHER, policy=policy, now=NOW + HOUR).reason is Reason.CHANGED
    assert UPLOADED.decide(ONE, policy=policy, now=NOW + 10 * DAY).reason is Reason.REFRESH
    assert UPLOADED.next_due(policy, NOW) == NOW + 2 * HOUR and UPLOADED.refresh_due(policy) == NOW + 10 * DAY
    for bad in (CyclePolicy(period=timedelta(0)), CyclePolicy(grace=-HOUR), CyclePolicy(refresh_after=timedelta(0))):
        with raises("INVALID_ARGUMENT"):
            UPLOADED.decide(ONE, policy=bad, now=NOW)


def test_an_upload_is_noted():
    assert UPLOADED == CycleState(enabled=True, enabled_at=NOW, last_attempt=NOW, last_upload=NOW, digest=ONE)
    assert UPLOADED.next_due(now=NOW) == NOW + DAY and UPLOADED.refresh_due() == NOW + 90 * DAY
    assert UPLOADED.expires_at() == NOW + 180 * DAY and ON.expires_at() is None and ON.refresh_due() is None
    assert CycleState().next_due(now=NOW) is None


def test_a_skip_is_noted():
    skipped = UPLOADED.after_skip(Reason.UNCHANGED, NOW + HOUR)
    assert (skipped.last_attempt, skipped.last_upload) == (NOW + HOUR, NOW)


def test_a_failure_is_noted_and_honours_retry_after():
    failed = UPLOADED.after_failure(Errc.DENIED, NOW + DAY)
    assert (failed.last_error, failed.failures, failed.failing_since) == (Errc.DENIED, 1, NOW + DAY)
    assert failed.not_before > NOW + DAY and failed.last_upload == NOW
    again = failed.after_failure(TresorError(Errc.UNAVAILABLE, "busy", retry_after=100000), NOW + 2 * DAY)
    assert (again.failures, again.failing_since, again.last_error) == (2, NOW + DAY, Errc.UNAVAILABLE)
    assert again.not_before >= NOW + 2 * DAY + timedelta(seconds=100000)
    assert again.next_due(now=NOW + 2 * DAY) >= again.not_before
    cured = again.after_upload(OTHER, NOW + 4 * DAY)
    assert (cured.last_error, cured.failures, cured.failing_since, cured.not_before) == (None, 0, None, None)


@pytest.mark.parametrize("state, after, kind", [
    (UPLOADED, HOUR, None), (ON, 8 * DAY, WarningKind.NEVER_UPLOADED),
    (UPLOADED.after_failure(Errc.DENIED, NOW + DAY), 9 * DAY, WarningKind.FAILING), (UPLOADED, 91 * DAY, WarningKind.AGING),
    (UPLOADED, 170 * DAY, WarningKind.EXPIRING), (UPLOADED, 181 * DAY, WarningKind.EXPIRED),
    (UPLOADED, -3 * DAY, WarningKind.CLOCK),
])
def test_warnings(state, after, kind):
    warnings = state.warnings(NOW + after)
    assert kind in [one.kind for one in warnings] if kind else warnings == []
    assert all(one.text and isinstance(one.days, int) for one in warnings)


def test_every_warning_of_the_library_is_known():
    kinds = set()
    for days in range(-5, 200):
        for state in (ON, UPLOADED, UPLOADED.after_failure(Errc.IO, NOW)):
            kinds |= {one.kind for one in state.warnings(NOW + days * DAY)}
    assert kinds == set(WarningKind)


def test_now_is_the_default():
    state = CycleState(enabled=True).after_upload(ONE)
    assert abs(state.last_upload - tresor.now()) < timedelta(seconds=5)
    assert state.decide(OTHER).reason is Reason.GRACE and state.warnings() == []


def test_bad_arguments_are_refused():
    for attempt in (lambda: UPLOADED.decide(b"short"), lambda: UPLOADED.decide(ONE, now=datetime(2026, 1, 1)),
                    lambda: CycleState(retention_days=2**64 + 180).expires_at(), lambda: UPLOADED.after_upload(bytes(33))):
        with raises("INVALID_ARGUMENT"):
            attempt()
    with pytest.raises(TypeError):
        CycleState(enabled_at=5).next_due()
    with pytest.raises(AttributeError):
        UPLOADED.enabled = False
