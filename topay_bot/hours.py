"""When people are at the desk: opening hours of the week, holidays and a time zone.

The notation is the plain part of OpenStreetMap's `opening_hours`: `24/7`, or rules such as
`Mo-Fr 09:00-18:00; Sa,Su 10:00-12:00,13:00-16:00`. Each day may stand in one rule only. A span may end after midnight
(`22:00-06:00`); it belongs to the day on which it begins, and a holiday closes the spans that begin on it.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ALWAYS = "24/7"
_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY_MINUTES = 24 * 60
_LOOK_AHEAD_DAYS = 400  # over a year of holidays; whoever opens later than that has closed
_EXPECTED = "expected 24/7 or rules such as 'Mo-Fr 09:00-18:00; Sa 10:00-16:00'"

Week = tuple[tuple[tuple[int, int], ...], ...]  # for Monday to Sunday, spans of minutes since midnight


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours; all times asked about are aware."""

    week: Week
    zone: ZoneInfo
    holidays: frozenset[datetime.date] = frozenset()

    @property
    def always(self) -> bool:
        """Whether people are there day and night."""
        return not self.holidays and all(day == ((0, _DAY_MINUTES),) for day in self.week)

    def is_open(self, at: datetime.datetime) -> bool:
        """Whether people are at the desk at that moment."""
        today = at.astimezone(self.zone).date()
        # A span is at most a day long, and a change of the clocks may put its end off a little more.
        return any(start <= at < end for start, end in self._spans(today - datetime.timedelta(days=2), days=4))

    def next_opening(self, at: datetime.datetime) -> datetime.datetime | None:
        """The first moment from `at` on at which people are there; None if they do not come within 400 days."""
        if self.is_open(at):
            return at
        today = at.astimezone(self.zone).date()
        starts = (start for start, _ in self._spans(today - datetime.timedelta(days=1), _LOOK_AHEAD_DAYS) if start > at)
        found = next(starts, None)
        return None if found is None else found.astimezone(self.zone)

    def _spans(self, first: datetime.date, days: int) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
        """The spans that begin on these days, in UTC and in order; those that the clocks skip are left out."""
        for day in (first + datetime.timedelta(days=ahead) for ahead in range(days)):
            if day in self.holidays:
                continue
            found = [(self._moment(day, start), self._moment(day, end)) for start, end in self.week[day.weekday()]]
            yield from sorted(span for span in found if span[0] < span[1])

    def _moment(self, day: datetime.date, minutes: int) -> datetime.datetime:
        """A wall clock time as a moment.

        As RFC 5545 (3.3.5) reads it, which is fold=0: a time that the clocks skip with the offset before the change,
        one that comes twice as its first coming.
        """
        ahead, minutes = divmod(minutes, _DAY_MINUTES)
        time = datetime.time(minutes // 60, minutes % 60, tzinfo=self.zone)
        return datetime.datetime.combine(day + datetime.timedelta(days=ahead), time).astimezone(datetime.UTC)


def read_hours(week: str = ALWAYS, zone: str = "UTC", holidays: Iterable[str] = ()) -> Hours:
    """Opening hours from their notation. Raises ValueError saying what was expected."""
    closed = frozenset(day for one in holidays for day in read_holiday(one))
    return Hours(read_week(week), read_zone(zone), closed)


def read_week(text: str) -> Week:
    """The spans of each day of the week, Monday first."""
    if text.strip() == ALWAYS:
        return (((0, _DAY_MINUTES),),) * 7
    spans: dict[int, tuple[tuple[int, int], ...]] = {}
    for rule in filter(None, (part.strip() for part in text.split(";"))):
        days, _, times = rule.partition(" ")
        for day in _read_days(days):
            if day in spans:
                raise ValueError(f"{_DAYS[day]} stands in two rules; put its times into one, separated by commas")
            spans[day] = tuple(sorted(_read_span(span) for span in times.split(",")))
            if any(one[1] > other[0] for one, other in zip(spans[day], spans[day][1:], strict=False)):
                raise ValueError(f"the times of {rule!r} overlap")
    if not spans:
        raise ValueError(f"no opening hours in {text!r}; {_EXPECTED}")
    return tuple(spans.get(day, ()) for day in range(7))


def read_zone(name: str) -> ZoneInfo:
    """A time zone of the IANA database."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"no time zone {name!r}; expected a name such as 'Asia/Shanghai'") from None


def read_holiday(text: str) -> list[datetime.date]:
    """The days of `2027-01-01`, or of `2027-02-06/2027-02-12` with both ends."""
    first, _, last = text.partition("/")
    try:
        start, end = datetime.date.fromisoformat(first.strip()), datetime.date.fromisoformat((last or first).strip())
    except ValueError:
        raise ValueError(f"no date {text!r}; expected '2027-01-01' or '2027-02-06/2027-02-12'") from None
    if not 0 <= (end - start).days <= _LOOK_AHEAD_DAYS:
        raise ValueError(f"{text!r} ends before it begins, or lasts over {_LOOK_AHEAD_DAYS} days")
    return [start + datetime.timedelta(days=ahead) for ahead in range((end - start).days + 1)]


def _read_days(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in _DAYS or (last or first) not in _DAYS:
            raise ValueError(f"no days {text!r}; {_EXPECTED}")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        yield from ((start + ahead) % 7 for ahead in range((end - start) % 7 + 1))


def _read_span(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", text.strip())
    if found is None or (found[3] == "24" and found[4] != "00"):
        raise ValueError(f"no times {text!r}; {_EXPECTED}")
    start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    return start, end if end > start else end + _DAY_MINUTES
