"""Times are aware, in UTC, in whole seconds."""
from datetime import date, datetime, timedelta, timezone, tzinfo

import pytest
from conftest import raises

import tresor

TIME = datetime(2026, 11, 24, 6, 5, 0, tzinfo=timezone.utc)


def test_a_time_is_written_and_read():
    assert tresor.format_time(TIME) == "2026-11-24T06:05:00Z" and tresor.parse_time("2026-11-24T06:05:00Z") == TIME
    assert tresor.parse_time("2026-11-24T06:05:00Z").tzinfo is timezone.utc
    assert tresor.parse_time("2026-11-24T06:05:00.999+00:00") == TIME


def test_another_zone_is_the_same_time():
    there = TIME.astimezone(timezone(timedelta(hours=-7)))
    assert tresor.format_time(there) == "2026-11-24T06:05:00Z"


def test_a_fraction_is_cut_also_before_1970():
    assert tresor.format_time(TIME.replace(microsecond=999999)) == "2026-11-24T06:05:00Z"
    early = datetime(1969, 12, 31, 23, 59, 59, 500000, timezone.utc)
    assert tresor.format_time(early) == "1969-12-31T23:59:59Z"


def test_a_time_without_a_zone_is_refused():
    class Strange(tzinfo):
        def utcoffset(self, _):
            return None
    for bad in (datetime(2026, 11, 24), TIME.replace(tzinfo=Strange())):
        with raises("INVALID_ARGUMENT"):
            tresor.format_time(bad)
    for bad in (date(2026, 11, 24), 5, None, "2026-11-24T06:05:00Z"):
        with pytest.raises(TypeError):
            tresor.format_time(bad)


def test_bad_texts_are_refused():
    for bad in ("", "2026-11-24", "2026-11-24T06:05:00", "2026-13-24T06:05:00Z", "2026-11-24T06:05:00+01:00",
                "0000-06-01T00:00:00Z"):
        with raises("INVALID_ARGUMENT"):
            tresor.parse_time(bad)
    with pytest.raises(TypeError):
        tresor.parse_time(b"2026-11-24T06:05:00Z")


def test_now_is_now():
    now = tresor.now()
    assert abs(now - datetime.now(timezone.utc)) < timedelta(seconds=5)
    assert now.microsecond == 0 and now.tzinfo is timezone.utc


def test_a_time_that_no_datetime_can_hold_is_malformed():
    from tresor.timestamp import optional_time
    assert optional_time(-2**63) is None
    for seconds in (2**62, -2**62):
        with raises("MALFORMED"):
            optional_time(seconds)
