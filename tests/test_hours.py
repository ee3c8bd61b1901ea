from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topay_bot.hours import Hours, read_holiday, read_hours, read_week

ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"]
MINUTE = datetime.timedelta(minutes=1)


def moment(text: str, zone: str = "Asia/Shanghai", fold: int = 0) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@st.composite
def weeks(draw: st.DrawFn) -> str:
    """Hours of some days, over midnight too, in the notation."""
    rules = []
    for day in draw(st.sets(st.sampled_from(["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]), min_size=1)):
        start = draw(st.integers(0, 24 * 60 - 1))
        end = draw(st.integers(0, 24 * 60 - 1))
        rules.append(f"{day} {clock(start)}-{clock(end)}")
    return "; ".join(rules)


AT = st.datetimes(
    datetime.datetime(2026, 1, 1), datetime.datetime(2027, 12, 31), timezones=st.sampled_from([ZoneInfo("UTC")])
)


def test_round_the_clock_is_always_open() -> None:
    hours = read_hours()
    assert hours.always
    assert hours.is_open(moment("2026-11-25T03:04"))
    assert hours.next_opening(moment("2026-11-25T03:04")) == moment("2026-11-25T03:04")


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-25T08:59", "2026-11-25T09:00"),  # a Wednesday
        ("2026-11-25T09:00", "2026-11-25T09:00"),
        ("2026-11-25T12:30", "2026-11-25T13:00"),
        ("2026-11-25T18:00", "2026-11-26T09:00"),
        ("2026-11-27T18:00", "2026-11-28T10:00"),
        ("2026-11-28T16:00", "2026-11-30T09:00"),
        ("2026-12-31T20:00", "2027-01-02T10:00"),  # New Year's Day is a Friday
        ("2027-02-05T20:00", "2027-02-15T09:00"),  # Spring Festival, from Saturday to the Sunday after the next
    ],
)
def test_the_next_opening(at: str, opens: str) -> None:
    hours = read_hours(
        "Mo-Fr 09:00-12:00,13:00-18:00; Sa 10:00-16:00", "Asia/Shanghai", ["2027-01-01", "2027-02-06/2027-02-14"]
    )
    assert not hours.always
    assert hours.next_opening(moment(at)) == moment(opens)
    assert hours.is_open(moment(at)) == (at == opens)


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    hours = read_hours("Mo,Tu 22:00-06:00", "Asia/Shanghai", ["2026-11-24"])  # that Tuesday
    assert hours.is_open(moment("2026-11-24T05:59"))  # Monday's night
    assert not hours.is_open(moment("2026-11-24T06:00"))
    assert not hours.is_open(moment("2026-11-24T23:00"))
    assert hours.next_opening(moment("2026-11-24T23:00")) == moment("2026-11-30T22:00")


def test_clocks_that_change() -> None:
    berlin = read_hours("Su 02:30-03:30", "Europe/Berlin")
    # 29 March: 02:30 does not come. With the offset before the change it is 03:30, when the desk closes.
    assert berlin.next_opening(moment("2026-03-28T00:00", "Europe/Berlin")) == moment(
        "2026-04-05T02:30", "Europe/Berlin"
    )
    # 25 October: 02:30 comes twice, and the first is meant; the desk is open for two hours.
    assert berlin.is_open(moment("2026-10-25T02:30", "Europe/Berlin"))
    assert berlin.is_open(moment("2026-10-25T02:15", "Europe/Berlin", fold=1))
    assert not berlin.is_open(moment("2026-10-25T03:30", "Europe/Berlin"))
    night = read_hours("Sa 22:00-06:00", "Europe/Berlin")
    for day, hours_open in (("2026-03-28", 7), ("2026-10-24", 9), ("2026-11-28", 8)):
        begin = moment(f"{day}T22:00", "Europe/Berlin").astimezone(datetime.UTC)
        assert night.is_open(begin + datetime.timedelta(hours=hours_open) - MINUTE)
        assert not night.is_open(begin + datetime.timedelta(hours=hours_open))


@settings(max_examples=150, deadline=None)
@given(weeks(), st.sampled_from(ZONES), AT)
def test_it_opens_when_it_says_and_not_before(week: str, zone: str, at: datetime.datetime) -> None:
    hours = read_hours(week, zone)
    opens = hours.next_opening(at)
    assert opens is not None
    assert opens >= at
    assert hours.is_open(opens)
    if opens > at:
        assert not hours.is_open(opens - datetime.timedelta(microseconds=1))
        for share in range(1, 8):
            assert not hours.is_open(at + (opens - at) * share / 8)


@settings(max_examples=150, deadline=None)
@given(weeks(), st.sampled_from(ZONES), AT)
def test_away_from_changes_of_the_clocks_it_is_what_the_wall_clock_says(
    week: str, zone: str, at: datetime.datetime
) -> None:
    local = at.astimezone(ZoneInfo(zone))
    nearby = [at + datetime.timedelta(hours=hours) for hours in range(-50, 51, 10)]
    if len({one.astimezone(ZoneInfo(zone)).utcoffset() for one in nearby}) > 1:
        return
    minute = local.hour * 60 + local.minute
    today, yesterday = read_week(week)[local.weekday()], read_week(week)[local.weekday() - 1]
    expected = any(start <= minute < end for start, end in today)
    expected |= any(start <= minute + 24 * 60 < end for start, end in yesterday)
    assert read_hours(week, zone).is_open(at) == expected


def test_a_desk_that_never_opens_says_so() -> None:
    hours = Hours(read_week("Mo 09:00-10:00"), ZoneInfo("UTC"), frozenset(read_holiday("2026-01-01/2027-01-20")))
    assert hours.next_opening(moment("2026-01-01T00:00", "UTC")) is not None
    closed = hours.holidays | frozenset(read_holiday("2027-01-21/2028-02-01"))
    assert Hours(hours.week, hours.zone, closed).next_opening(moment("2026-01-01T00:00", "UTC")) is None


@pytest.mark.parametrize(
    ("week", "says"),
    [
        ("", "no opening hours"),
        ("daily 9-5", "no days 'daily'"),
        ("Mo 9:00-18:00", "no times '9:00-18:00'"),
        ("Mo 09:00-24:30", "no times"),
        ("Mo", "no times ''"),
        ("Mo-Fr 09:00-18:00; Fr 10:00-11:00", "Fr stands in two rules"),
        ("Mo 09:00-12:00,11:00-13:00", "overlap"),
    ],
)
def test_hours_that_cannot_be_read(week: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_hours(week)


@pytest.mark.parametrize("holiday", ["tomorrow", "2027-02-30", "2027-02-12/2027-02-06", "2027-01-01/2029-01-01"])
def test_holidays_that_cannot_be_read(holiday: str) -> None:
    with pytest.raises(ValueError, match=r"no date|ends before"):
        read_hours(holidays=[holiday])


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Asia"])
def test_zones_that_are_none(zone: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        read_hours(zone=zone)
