"""The account: checked as JSON text, and as dataclasses that lose nothing."""
import json
from datetime import datetime, timedelta, timezone

import pytest
from conftest import ACCOUNT, ID, raises

import tresor
from tresor import Account, Contact, PictureRelease, Secret, Sending, User, Verification

KEY = bytes([7] * 32)


def canonical(account):
    return json.loads(tresor.check_account(account).json.expose().tobytes())


def test_the_example_goes_through_the_dataclasses_unchanged():
    account = Account.from_json(json.loads(ACCOUNT))
    assert account.to_dict() == canonical(ACCOUNT)
    assert account.to_json() == tresor.check_account(ACCOUNT).json
    assert Account.from_json(account) == account and Account.from_json(account.to_json()) == account


def test_an_account_is_json_text_a_dict_or_an_account():
    forms = [ACCOUNT, ACCOUNT.encode(), bytearray(ACCOUNT.encode()), memoryview(ACCOUNT.encode()), Secret(ACCOUNT),
             json.loads(ACCOUNT), Account.from_json(ACCOUNT)]
    assert len({tresor.check_account(form).json.expose().tobytes() for form in forms}) == 1
    for nothing in (None, 5, ["a"]):
        with pytest.raises(TypeError):
            tresor.check_account(nothing)


def test_a_checked_account_is_counted():
    checked = tresor.check_account(ACCOUNT, ID)
    parsed = json.loads(ACCOUNT)
    assert (checked.contacts, checked.groups, checked.distribution_lists) == (
        len(parsed["contacts"]), len(parsed["groups"]), len(parsed["distributionlists"]))
    assert checked.contacts > 10 and checked.groups > 1 and checked.findings == ()
    assert checked.to_dict() == canonical(ACCOUNT) and checked.to_account() == Account.from_json(ACCOUNT)


def test_what_is_no_account_is_refused():
    for code, bad in (("MALFORMED", ""), ("MALFORMED", "{"), ("MALFORMED", "[]"), ("MALFORMED", b"\xff"), ("MALFORMED", {}),
                      ("UNSUPPORTED", {"info": {"version": 99}, "user": {}}), ("TOO_LARGE", " " * (1 << 25))):
        with raises(code):
            tresor.check_account(bad)
    with raises("INVALID_ARGUMENT"):
        tresor.check_account(ACCOUNT, "ECHO")
    circle = {}
    circle["me"] = circle
    for bad in ({"a": {1, 2}}, {"a": float("nan")}, {"a": "\ud800"}, circle):
        with raises("INVALID_ARGUMENT"):
            tresor.check_account(bad)


def test_what_is_odd_is_found_and_survived():
    odd = json.loads(ACCOUNT)
    odd["contacts"][3]["identity"] = "nobody"
    odd["contacts"][4]["verification"] = 77
    odd["settings"]["syncContacts"] = "perhaps"
    checked = tresor.check_account(odd)
    assert checked.findings and all(one.reason for one in checked.findings)
    assert {"/contacts/3", "/settings"} <= {"/".join(one.pointer.split("/")[:3 if "contacts" in one.pointer else 2])
                                            for one in checked.findings}
    assert Account.from_json(odd).to_dict() == checked.to_dict()


def test_unknown_members_are_kept_everywhere():
    known = json.loads(ACCOUNT)
    places = [known, known["info"], known["user"], known["user"]["links"][0], known["contacts"][0], known["groups"][0],
              known["distributionlists"][0], known["settings"]]
    for number, one in enumerate(places):
        one["fromTheFuture"] = {"number": number, "list": [None, "ü", 1.5]}
    account = Account.from_json(known)
    assert account.unknown["fromTheFuture"]["number"] == 0 and account.info.unknown["fromTheFuture"]["number"] == 1
    assert str(account.to_dict()).count("fromTheFuture") == len(places)
    assert account.to_dict() == canonical(known)


def test_an_unknown_member_cannot_take_the_place_of_another():
    account = Account(User(KEY), unknown={"contacts": []})
    with raises("INVALID_ARGUMENT"):
        account.to_dict()


def test_an_account_is_made_by_hand():
    time = datetime(2026, 11, 24, 7, 5, 0, 123456, timezone(timedelta(hours=1)))
    account = Account(
        User(KEY, "Nick", b"\xff\xd8", [ID], [tresor.Link("email", "a@b.example")]), tresor.Info("test"),
        [Contact("ABCDEFGH", KEY, time, Verification.FULL, first_name="Ä", read_receipts=Sending.DONT_SEND,
                 last_update=time)],
        [tresor.Group("00" * 8, ID, "group", time, ["ABCDEFGH"])], [tresor.DistributionList("11" * 8, "list", time)],
        tresor.Settings(block_unknown=True, blocked_contacts=["ABCDEFGH"]))
    again = Account.from_json(account)
    assert again.contacts[0].created_at == datetime(2026, 11, 24, 6, 5, 0, 123000, timezone.utc)
    assert again.contacts[0].created_at.tzinfo is timezone.utc
    assert (again.user.private_key, again.user.profile_picture, again.user.picture_release) == (KEY, b"\xff\xd8", [ID])
    assert again.contacts[0].verification is Verification.FULL and again.contacts[0].read_receipts is Sending.DONT_SEND
    assert again.groups[0].members == ["ABCDEFGH"] and again.settings.block_unknown is True and again.info.device == "test"
    assert again.to_json() == account.to_json() and tresor.check_account(account).findings == ()


@pytest.mark.parametrize("release, written", [
    (PictureRelease.NOBODY, [None]), (PictureRelease.EVERYONE, ["*"]), ([ID], [ID]), ([], [None])])
def test_the_release_of_a_picture(release, written):
    account = Account(User(KEY, picture_release=release))
    assert account.to_dict()["user"]["profilePicRelease"] == written
    assert Account.from_json(account).user.picture_release == (release or PictureRelease.NOBODY)
    assert "profilePicRelease" not in Account(User(KEY)).to_dict()["user"]


def test_times_need_a_zone_and_the_years_of_an_account():
    for bad in (datetime(2026, 11, 24), datetime(1969, 12, 31, tzinfo=timezone.utc)):
        with raises("INVALID_ARGUMENT"):
            Account(User(KEY), contacts=[Contact(ID, created_at=bad)]).to_dict()


def test_a_time_that_no_datetime_can_hold_stays():
    far = json.loads(ACCOUNT)
    far["contacts"][0]["lastUpdate"] = 2**60
    account = Account.from_json(far)
    contact = next(one for one in account.contacts if "lastUpdate" in one.unknown)
    assert contact.last_update is None and contact.unknown["lastUpdate"] == 2**60
    assert account.to_dict() == canonical(far)
    contact.last_update = datetime(2026, 1, 1, tzinfo=timezone.utc)
    with raises("INVALID_ARGUMENT"):
        account.to_dict()


def test_a_private_key_becomes_a_secret():
    for key in (KEY, bytearray(KEY), Secret(KEY)):
        assert isinstance(User(key).private_key, Secret) and User(key).private_key == KEY
    with raises("MALFORMED"):
        Account(User(b"short")).to_json()
    with pytest.raises(TypeError):
        User(None)


def test_equal_accounts_are_equal_and_others_not():
    assert Account(User(KEY)) == Account(User(KEY)) and Account(User(KEY)) != Account(User(bytes(32)))
    assert Account(User(KEY), contacts=[Contact(ID)]) != Account(User(KEY))
    assert repr(Account(User(KEY), contacts=[Contact(ID)])) == "<Account: 1 contacts, 0 groups>"
