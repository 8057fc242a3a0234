"""A year of one Safe, day by day, held against the rules of the cycle stated a second time."""
import calendar
import json
import random
import time

import pytest
from conftest import ACCOUNT, BACKUP_ID, ID, SCALE, backups, change_account, rfc3339, state_of

HOUR, DAY = 3600, 86400
START = calendar.timegm((2026, 11, 23, 6, 5, 0))


class Rules:
    """What a tick does and what is remembered of it; times in seconds."""

    def __init__(self, now, retention_days):
        self.retention = retention_days * DAY
        self.last_upload = self.last_attempt = now
        self.content = 0
        self.failures = 0
        self.failing_since = self.not_before = None

    def reason(self, now, content, forced):
        if self.last_upload > now + HOUR:
            return "never_uploaded"
        if forced:
            return "forced"
        age = now - self.last_upload
        if content != self.content and age >= 23 * HOUR:
            return "changed"
        if age >= self.retention / 2:
            return "refresh"
        if self.failures:
            return "after_failure"
        return "unchanged" if content == self.content else "grace"

    def tick(self, now, content, there, forced=False):
        """Outcome and reason."""
        reason = self.reason(now, content, forced)
        self.last_attempt = now
        if reason in ("unchanged", "grace"):
            return reason, reason
        if not there:
            self.failures += 1
            self.failing_since = self.failing_since or now
            self.not_before = now + min(15 * 60 * 2 ** (self.failures - 1), 6 * HOUR)
            return "failed", reason
        self.last_upload, self.content = now, content
        self.failures, self.failing_since, self.not_before = 0, None, None
        return "uploaded", reason

    @property
    def refresh_due(self):
        return self.last_upload + self.retention // 2

    @property
    def next_due(self):
        return self.not_before or min(self.last_attempt + DAY, self.refresh_due)


def rfc3339_or_none(seconds):
    return None if seconds is None else rfc3339(seconds)


def enabled(tool, retention_days):
    """A small account, so that a year takes seconds."""
    account = json.loads(ACCOUNT.read_text())
    account["contacts"], account["groups"], account["distributionlists"] = account["contacts"][:2], [], []
    tool.write("account.json", json.dumps(account))
    tool.good("store", "init", "safe", "--retention-days", retention_days, password=False)
    tool.good("safe", "enable", "--id", ID, "--store", "safe", "--data", "account.json", "--state", "state.json", "--at",
              rfc3339(START))
    return Rules(START, retention_days)


class Life:
    def __init__(self, tool, rules):
        self.tool, self.rules = tool, rules
        self.content, self.there = 0, True
        self.seen = set()

    def change(self):
        self.content += 1
        change_account(self.tool, str(self.content))

    def set_there(self, there):
        if there != self.there:
            names = ("safe", "away") if self.there else ("away", "safe")
            self.tool.path(names[0]).rename(self.tool.path(names[1]))
        self.there = there

    def tick(self, now, forced=False):
        outcome, reason = self.rules.tick(now, self.content, self.there, forced)
        self.seen.add((outcome, reason))
        result = self.tool("safe", "backup", "--state", "state.json", "--at", rfc3339(now), "--json", *["--now"] * forced,
                           password=False)
        report = result.json
        if outcome == "failed":
            assert (result.code, report["error"]["name"]) == (7, "not_found")
        else:
            assert (result.code, report["outcome"], report["reason"]) == (0, outcome, reason)
            assert report["next_due"] == rfc3339(self.rules.next_due)
            assert len(report["warnings"]) == (0 if self.there else 1)
        self.compare(now, outcome)

    def compare(self, now, outcome):
        status = self.tool.good("safe", "status", "--state", "state.json", "--at", rfc3339(now), "--json", password=False).json
        rules = self.rules
        assert {key: status[key] for key in ("last_outcome", "last_upload", "next_due", "refresh_due", "expires_at",
                                             "failing_since", "retention_days")} == {
            "last_outcome": outcome, "last_upload": rfc3339(rules.last_upload), "next_due": rfc3339(rules.next_due),
            "refresh_due": rfc3339(rules.refresh_due), "expires_at": rfc3339(rules.last_upload + rules.retention),
            "failing_since": rfc3339_or_none(rules.failing_since), "retention_days": rules.retention // DAY}
        state = state_of(self.tool)
        assert (state["last_attempt"], state["failures"]) == (rfc3339(now), rules.failures)
        assert state["not_before"] == rfc3339_or_none(rules.not_before)
        warned = [warning["reason"] for warning in status["warnings"]]
        failing = rules.failing_since is not None and now - rules.failing_since > 7 * DAY
        age, soon = now - rules.last_upload, rules.retention - min(14 * DAY, rules.retention // 4)
        assert len(warned) == failing + (age >= rules.retention / 2)
        assert any("failing" in reason for reason in warned) == failing
        assert any("dropped" in reason for reason in warned) == (age >= rules.retention)
        assert any("expires soon" in reason for reason in warned) == (soon <= age < rules.retention)


def live_a_year(tool, seed):
    dice = random.Random(seed)
    retention = dice.choice([40, 61, 180])
    life = Life(tool, enabled(tool, retention))
    now, end, busy, away = START, START + 365 * DAY, True, 0
    while now < end:
        now += DAY + dice.choice([0, 0, -90 * 60, 60, 7 * HOUR, -7 * HOUR])
        if dice.random() < 0.03:
            busy = not busy
        if dice.random() < 0.02:
            now += dice.randrange(7, 22) * DAY
        if busy and dice.random() < 0.4:
            life.change()
        if away == 0 and dice.random() < 0.05:
            away = dice.choice([1, 2, 10])
        life.set_there(away == 0)
        life.tick(now, forced=dice.random() < 0.03)
        away = max(0, away - 1)
        if life.rules.not_before and dice.random() < 0.3:
            life.tick(life.rules.not_before)
    life.set_there(True)
    now += 2 * DAY
    life.change()
    life.tick(now)
    assert backups(tool) == [BACKUP_ID]
    assert tool.good("safe", "verify", "--state", "state.json", "--at", rfc3339(now), "--json", password=False).json == {
        "ok": True, "age_seconds": 0, "differs": False, "warnings": []}
    tool.good("safe", "restore", "--id", ID, "--store", "safe", "--out", "restored.json")
    assert json.loads(tool.path("restored.json").read_text())["user"]["nickname"] == str(life.content)
    return life.seen


@pytest.mark.parametrize("seed", range(max(1, SCALE)))
def test_a_year_goes_by_the_rules(tool, seed):
    began = time.monotonic()
    seen = live_a_year(tool, seed)
    assert {("uploaded", "changed"), ("unchanged", "unchanged")} <= seen
    assert any(outcome == "failed" for outcome, _ in seen)
    assert time.monotonic() - began < 120


def test_every_reason_comes_up_and_every_bound_is_exact(tool):
    life = Life(tool, enabled(tool, 180))
    life.tick(START + 1)
    life.change()
    life.tick(START + 23 * HOUR - 1)
    life.tick(START + 23 * HOUR)
    now = START + 23 * HOUR
    life.tick(now + 90 * DAY - 1)
    life.tick(now + 90 * DAY)
    now += 90 * DAY
    life.set_there(False)
    life.tick(now + DAY)
    life.tick(now + DAY, forced=True)
    life.set_there(True)
    life.tick(now + DAY + 1)
    assert life.seen == {("unchanged", "unchanged"), ("grace", "grace"), ("uploaded", "changed"), ("uploaded", "refresh"),
                         ("failed", "forced"), ("uploaded", "after_failure")}


def test_the_wait_after_failures_doubles_up_to_six_hours(tool):
    life = Life(tool, enabled(tool, 180))
    life.change()
    life.set_there(False)
    now, waits = START + DAY, []
    for _ in range(8):
        life.tick(now)
        waits.append(life.rules.not_before - now)
        now = life.rules.not_before
    assert waits == [900, 1800, 3600, 7200, 14400, 21600, 21600, 21600]
    life.set_there(True)
    life.tick(now - 1)
    assert life.rules.failures == 0


def test_an_account_that_never_changes_outlives_its_retention(tool):
    life = Life(tool, enabled(tool, 30))
    for day in range(1, 100, 3):
        life.tick(START + day * DAY)
        assert life.rules.last_upload + life.rules.retention > START + day * DAY
    assert life.seen == {("unchanged", "unchanged"), ("uploaded", "refresh")}


def test_a_refused_enable_in_the_middle_changes_nothing(tool):
    life = Life(tool, enabled(tool, 180))
    life.change()
    life.tick(START + DAY)
    arguments = ["safe", "enable", "--id", ID, "--store", "safe", "--data", "account.json", "--at", rfc3339(START + 2 * DAY)]
    assert tool(*arguments, "--state", "state.json").code == 12
    assert tool(*arguments, "--state", "other.json").code == 12
    assert not tool.path("other.json").exists()
    life.compare(START + DAY, "uploaded")
    life.tick(START + 2 * DAY)


def test_after_a_restore_on_a_new_device_the_year_begins_anew(tool):
    life = Life(tool, enabled(tool, 180))
    life.change()
    life.tick(START + DAY)
    tool.path("state.json").unlink()
    tool.path("account.json").unlink()
    tool.good("safe", "restore", "--id", ID, "--store", "safe", "--out", "account.json")
    now = START + 100 * DAY
    tool.good("safe", "enable", "--id", ID, "--store", "safe", "--data", "account.json", "--state", "state.json", "--replace",
              "--at", rfc3339(now))
    life.rules = Rules(now, 180)
    life.rules.content = life.content
    life.tick(now + DAY)
    life.change()
    life.tick(now + 2 * DAY)
    assert backups(tool) == [BACKUP_ID]
