"""The Safe of one account, from the first upload to the last."""
import os
import stat
from datetime import timedelta

import pytest
from conftest import ACCOUNT, ID, OTHER_PASSWORD, PASSWORD, raises
from dict_store import DictStore, MemoryStates

import tresor
from tresor import CyclePolicy, OutcomeKind, Reason

START = tresor.parse_time("2026-11-24T06:05:00Z")
DAY = timedelta(days=1)


def changed(account=ACCOUNT, nickname="another"):
    made = tresor.Account.from_json(account)
    made.user.nickname = nickname
    return made


@pytest.fixture
def place(tmp_path):
    with tresor.open_storage(tmp_path / "safe", create=True) as store:
        store.put_limits()
    return tmp_path / "safe"


def backups(place):
    return sorted(one.name for one in (place / "backups").iterdir() if not one.name.startswith("."))


def test_the_whole_life_of_a_safe(tmp_path, place):
    told = []
    with tresor.SafeClient(tmp_path / "state.json", place, log=lambda *one: told.append(one[1])) as client:
        outcome = client.enable(PASSWORD, ID, ACCOUNT, now=START, data="a note")
        assert (outcome.kind, outcome.reason) == (OutcomeKind.UPLOADED, Reason.NEVER_UPLOADED)
        assert outcome.next_due == START + DAY == client.next_due(now=START) and outcome.findings == ()
        first = backups(place)
        assert len(first) == 1

        assert client.tick(ACCOUNT, now=START + DAY).kind is OutcomeKind.UNCHANGED
        assert client.tick(changed(), now=START + timedelta(hours=5)).kind is OutcomeKind.GRACE
        outcome = client.tick(changed(), now=START + DAY)
        assert (outcome.kind, outcome.reason) == (OutcomeKind.UPLOADED, Reason.CHANGED)
        assert client.tick(changed(), force=True, now=START + DAY).reason is Reason.FORCED

        verified = client.verify()
        assert verified.differs is False and verified.last_upload == START + DAY and verified.findings == ()
        assert abs(verified.modified - tresor.now()) < timedelta(minutes=1)

        assert client.change_password(OTHER_PASSWORD, now=START + DAY).kind is OutcomeKind.UPLOADED
        assert backups(place) != first and len(backups(place)) == 1
        client.change_password(PASSWORD, changed(), now=START + DAY)
        assert backups(place) == first

        status = client.status(now=START + DAY)
        assert (status.enabled, status.identity, status.backup_id) == (True, ID, first[0])
        assert status.store == str(place) and status.last_upload == START + DAY and status.last_outcome == "uploaded"
        assert status.next_due == START + 2 * DAY and status.refresh_due == START + 91 * DAY
        assert status.expires_at == START + 181 * DAY and (status.retention_days, status.max_backup_bytes) == (180, 524288)
        assert status.backup_bytes == os.path.getsize(place / "backups" / first[0])
        assert status.failing_since is None and status.pending_removal == () and status.warnings == ()

        assert client.disable() is True and backups(place) == []
        assert client.tick(ACCOUNT).kind is OutcomeKind.DISABLED and client.next_due() is None
        assert client.status().enabled is False and client.status().backup_id is None
    assert told[0] == "enabled" and "disabled" in told
    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600


def test_a_lost_account_comes_back(tmp_path, place):
    with tresor.SafeClient(tmp_path / "state.json", place) as phone:
        phone.enable(PASSWORD, ID, ACCOUNT)
    lost = tresor.restore(place, PASSWORD, ID)
    assert lost.json == tresor.check_account(ACCOUNT).json and lost.findings == ()
    assert lost.to_account() == tresor.Account.from_json(ACCOUNT) and lost.to_dict()["info"]["version"] == 1
    assert abs(lost.modified - tresor.now()) < timedelta(minutes=1)
    with tresor.open_storage(place) as store:
        assert tresor.restore(store, PASSWORD, ID) == lost
    assert tresor.restore(tresor.Place(place), PASSWORD, ID) == lost and tresor.restore(str(place), PASSWORD, ID) == lost
    with tresor.SafeClient(tmp_path / "new.json", place) as new_phone:
        restored = new_phone.restore(PASSWORD, ID, data="new", now=START)
        assert restored == lost and new_phone.status().enabled
        with raises("CONFLICT"):
            new_phone.restore(PASSWORD, ID)
        assert new_phone.tick(lost.json, now=START).kind is OutcomeKind.UPLOADED


def test_restore_says_what_is_wrong(place, tmp_path):
    for store in (place, DictStore()):
        with raises("NOT_FOUND"):
            tresor.restore(store, PASSWORD, ID)
    with tresor.SafeClient(tmp_path / "state.json", place) as client:
        client.enable(PASSWORD, ID, ACCOUNT)
        name = place / "backups" / client.status().backup_id
        with raises("NOT_FOUND"):
            tresor.restore(place, OTHER_PASSWORD, ID)
        with raises("INVALID_ARGUMENT"):
            tresor.restore(place, PASSWORD, "ECHO")
        with raises("NOT_FOUND"):
            tresor.restore(tmp_path / "nowhere", PASSWORD, ID)
        sealed = name.read_bytes()
        name.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
        for attempt in (lambda: tresor.restore(place, PASSWORD, ID), client.verify):
            with raises("AUTH_FAILED"):
                attempt()
        name.write_bytes(b"short")
        with raises("MALFORMED"):
            client.verify()
        name.unlink()
        with raises("NOT_FOUND"):
            client.verify()


def test_enable_says_what_is_wrong(place, tmp_path):
    with tresor.SafeClient(MemoryStates(), place) as client:
        for code, arguments in (("INVALID_ARGUMENT", ("", ID, ACCOUNT)), ("INVALID_ARGUMENT", (PASSWORD, "ECHO", ACCOUNT)),
                                ("MALFORMED", (PASSWORD, ID, "{"))):
            with raises(code):
                client.enable(*arguments)
        for arguments in ((None, ID, ACCOUNT), (PASSWORD, None, ACCOUNT), (PASSWORD, ID, None), (5, ID, ACCOUNT)):
            with pytest.raises(TypeError):
                client.enable(*arguments)
        client.enable(PASSWORD, ID, ACCOUNT)
        with raises("CONFLICT"):
            client.enable(PASSWORD, ID, ACCOUNT)
        assert client.enable(OTHER_PASSWORD, ID, ACCOUNT, replace=True).kind is OutcomeKind.UPLOADED
        assert len(backups(place)) == 1
    with tresor.SafeClient(MemoryStates(), place) as another, raises("CONFLICT"):
        another.enable(OTHER_PASSWORD, ID, ACCOUNT)
    with tresor.SafeClient(MemoryStates(), DictStore()) as client, raises("NOT_FOUND"):
        client.enable(PASSWORD, ID, ACCOUNT)  # it has no config
    small = DictStore()
    small.put_limits(tresor.Limits(1024))
    with tresor.SafeClient(MemoryStates(), small) as client, raises("TOO_LARGE"):
        client.enable(PASSWORD, ID, ACCOUNT)
    with tresor.SafeClient(MemoryStates()) as client:
        for attempt in (lambda: client.enable(PASSWORD, ID, ACCOUNT), lambda: client.restore(PASSWORD, ID)):
            with raises("INVALID_ARGUMENT"):
                attempt()


def test_without_a_state_there_is_nothing_to_do(place):
    with tresor.SafeClient(MemoryStates(), place) as client:
        for attempt in (lambda: client.tick(ACCOUNT), client.verify, client.status,
                        lambda: client.change_password(PASSWORD)):
            with raises("NOT_FOUND"):
                attempt()


def test_a_client_may_tick_without_a_store_when_the_state_knows_it(tmp_path, place):
    with tresor.SafeClient(tmp_path / "state.json", place) as client:
        client.enable(PASSWORD, ID, ACCOUNT)
    with tresor.SafeClient(tmp_path / "state.json") as client:
        assert client.tick(ACCOUNT, force=True).kind is OutcomeKind.UPLOADED and client.disable(keep_backup=True) is False
        assert len(backups(place)) == 1


def test_a_failed_tick_is_noted_and_tried_again_later(tmp_path, place):
    with tresor.SafeClient(tmp_path / "state.json", place) as client:
        client.enable(PASSWORD, ID, ACCOUNT, now=START)
        os.rename(place, tmp_path / "gone")
        with raises("NOT_FOUND"):
            client.tick(ACCOUNT, force=True, now=START + DAY)
        status = client.status(now=START + 10 * DAY)
        assert status.failing_since == START + DAY and status.last_outcome == "failed"
        assert status.warnings and all(isinstance(one, tresor.Finding) and one.reason for one in status.warnings)
        os.rename(tmp_path / "gone", place)
        outcome = client.tick(ACCOUNT, now=START + 2 * DAY)
        assert (outcome.kind, outcome.reason) == (OutcomeKind.UPLOADED, Reason.AFTER_FAILURE)
        assert client.status().failing_since is None


def test_the_cycle_of_a_client_can_be_another(place):
    policy = CyclePolicy(period=timedelta(hours=2), grace=timedelta(hours=1), refresh_after=timedelta(days=3))
    with tresor.SafeClient(MemoryStates(), place, cycle=policy) as client:
        assert client.enable(PASSWORD, ID, ACCOUNT, now=START).next_due == START + timedelta(hours=2)
        assert client.tick(changed(), now=START + timedelta(minutes=59)).kind is OutcomeKind.GRACE
        assert client.tick(changed(), now=START + timedelta(minutes=61)).kind is OutcomeKind.UPLOADED
    for bad in (CyclePolicy(period=timedelta(0)), CyclePolicy(grace=timedelta(seconds=-5))):
        with raises("INVALID_ARGUMENT"):
            tresor.SafeClient(MemoryStates(), place, cycle=bad)


def test_what_is_odd_in_an_account_is_found(place):
    odd = tresor.Account.from_json(ACCOUNT).to_dict()
    odd["contacts"][3]["identity"] = "nobody"
    with tresor.SafeClient(MemoryStates(), place) as client:
        findings = client.enable(PASSWORD, ID, odd).findings
    assert len(findings) == 1 and findings[0].pointer.startswith("/contacts/3")


def test_the_text_of_a_state_is_the_programs_to_keep(memory):
    memory.put_limits()
    states = MemoryStates()
    with tresor.SafeClient(states, memory) as client:
        client.enable(PASSWORD, ID, ACCOUNT, data="a note")
    assert isinstance(states.saved, tresor.Secret) and b'"a note"' in states.saved.expose().tobytes()
    with tresor.SafeClient(states, memory) as again:
        assert again.status().identity == ID and states.locks == 1


def test_a_state_file_is_locked_and_guarded(tmp_path, place):
    states = tresor.StateFile(tmp_path / "state.json")
    with tresor.SafeClient(states, place) as client:
        client.enable(PASSWORD, ID, ACCOUNT)
    assert not states.closed, "who gave it closes it"
    os.chmod(tmp_path / "state.json", 0o644)
    with tresor.SafeClient(states, place) as client, raises("DENIED"):
        client.status()
    states.close()
    with raises("INVALID_ARGUMENT"):
        tresor.SafeClient(states, place)


def test_a_closed_client_is_refused(place, tmp_path):
    client = tresor.SafeClient(tmp_path / "state.json", place)
    client.close()
    client.close()
    assert client.closed and repr(client) == "<tresor.SafeClient, closed>"
    with raises("INVALID_ARGUMENT"):
        client.status()


def test_times_are_aware(place):
    with tresor.SafeClient(MemoryStates(), place) as client:
        with raises("INVALID_ARGUMENT"):
            client.enable(PASSWORD, ID, ACCOUNT, now=START.replace(tzinfo=None))
        with pytest.raises(TypeError):
            client.enable(PASSWORD, ID, ACCOUNT, now=5)
