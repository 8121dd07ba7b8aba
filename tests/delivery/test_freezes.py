"""When an environment is frozen: local hours, days, dates, exceptions, and the change of the clocks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.freezes import holding
from model.promotion import DAYS, Freeze


def freeze(**keys: object) -> Freeze:
    return Freeze.model_validate({"why": "closed", **keys})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


FRIDAY = freeze(days=["fri"], **{"from": "16:00"}, timezone="Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-27T14:59", None),
        ("2026-11-27T15:00", "2026-11-27T23:00"),
        ("2026-11-27T22:59", "2026-11-27T23:00"),
        ("2026-11-27T23:00", None),
        # In summer Berlin is an hour further from UTC.
        ("2026-07-31T13:59", None),
        ("2026-07-31T14:00", "2026-07-31T22:00"),
    ],
)
def test_hours_are_local(now: str, until: str | None) -> None:
    assert holding([FRIDAY], at(now)) == ([(FRIDAY, at(until))] if until else [])


def test_days_that_follow_each_other_are_one_freeze() -> None:
    weekend = freeze(days=["sat", "sun"])
    assert holding([weekend], at("2026-11-28T12:00")) == [(weekend, at("2026-11-30T00:00"))]


def test_a_night_goes_on_into_the_next_day() -> None:
    night = freeze(days=["mon"], **{"from": "22:00", "to": "06:00"})
    assert holding([night], at("2026-11-24T05:59")) == [(night, at("2026-11-24T06:00"))]
    assert holding([night], at("2026-11-24T06:00")) == []
    assert holding([night], at("2026-11-24T22:30")) == []


def test_dates_and_their_exceptions() -> None:
    season = freeze(first=date(2026, 12, 23), last=date(2027, 1, 2), **{"except": [date(2026, 12, 28)]})
    assert holding([season], at("2026-12-22T23:59")) == []
    assert holding([season], at("2026-12-23T00:00")) == [(season, at("2026-12-28T00:00"))]
    assert holding([season], at("2026-12-28T12:00")) == []
    assert holding([season], at("2026-12-29T00:00")) == [(season, at("2027-01-03T00:00"))]


def test_what_has_no_end_says_so() -> None:
    always = freeze()
    assert holding([always], at("2026-01-01T00:00")) == [(always, None)]
    ending = freeze(first=date(2026, 1, 1), **{"except": [date(2026, 1, 3)]})
    assert holding([ending], at("2026-01-01T10:00")) == [(ending, at("2026-01-03T00:00"))]
    assert holding([ending], at("2026-01-04T10:00")) == [(ending, None)]


@pytest.mark.parametrize(
    ("now", "until"),
    [("2026-03-29T00:30", "2026-03-29T01:00"), ("2026-10-25T00:30", "2026-10-25T02:00")],
)
def test_the_night_in_which_the_clocks_change_has_the_hours_that_it_has(now: str, until: str) -> None:
    night = freeze(**{"from": "01:00", "to": "03:00"}, timezone="Europe/Berlin")
    assert holding([night], at(now)) == [(night, at(until))]


@pytest.mark.parametrize(
    ("begin", "end", "frozen"),
    [
        # 02:30 is skipped on 29 March, and there are two of it on 25 October.
        ("02:30", "03:15", ("2026-03-29T00:30", "2026-03-29T01:15")),
        ("02:30", "02:45", ("2026-03-29T00:30", "2026-03-29T01:45")),
        ("01:30", "02:30", ("2026-03-29T00:30", "2026-03-29T01:30")),
        ("01:00", "02:30", ("2026-10-24T23:00", "2026-10-25T01:30")),
        ("02:30", "04:00", ("2026-10-25T00:30", "2026-10-25T03:00")),
        ("22:00", "02:30", ("2026-10-24T20:00", "2026-10-25T01:30")),
    ],
)
def test_of_times_that_are_skipped_or_come_twice_a_freeze_has_the_longer_one(
    begin: str, end: str, frozen: tuple[str, str]
) -> None:
    night = freeze(**{"from": begin, "to": end}, timezone="Europe/Berlin")
    first, until = map(at, frozen)
    minute = timedelta(minutes=1)
    assert [bool(holding([night], each)) for each in (first - minute, first, until - minute, until)] == [
        False,
        True,
        True,
        False,
    ]
    assert holding([night], first) == [(night, until)]


TIMES = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
FREEZES = st.builds(
    lambda days, begin, end, zone: freeze(days=days, **{"from": begin, "to": end}, timezone=zone),
    st.lists(st.sampled_from(DAYS), min_size=1, unique=True),
    TIMES,
    st.one_of(TIMES, st.just("24:00")),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]),
)


@given(FREEZES, st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)))
def test_a_freeze_ends_when_it_says(found: Freeze, moment: datetime) -> None:
    now = moment.replace(tzinfo=UTC)
    for _, until in holding([found], now):
        if until is None:
            continue
        assert until > now
        assert holding([found], until) == []
        assert holding([found], until - timedelta(minutes=1))
