"""What a range of days is, and when an article falls."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest

from topay_bot.learning.insights import ArticleCount, DayRange, Falling, Stars, Waiting, falling, last_days

ZONE = ZoneInfo("Asia/Shanghai")


def test_the_last_days_end_today() -> None:
    now = datetime.datetime(2026, 11, 8, 16, 30, tzinfo=datetime.UTC)  # the 9th in Shanghai
    week = last_days(7, ZONE, now)
    assert (week.first, week.last) == (datetime.date(2026, 11, 3), datetime.date(2026, 11, 9))
    assert week.before.last == datetime.date(2026, 11, 2)
    assert (week.before.length, len(week.days)) == (7, 7)
    assert week.since == datetime.datetime(2026, 11, 2, 16, tzinfo=datetime.UTC)
    assert week.before.until == week.since


@pytest.mark.parametrize("last", ["2026-11-01", "2027-11-03"])
def test_a_range_has_one_to_366_days(last: str) -> None:
    with pytest.raises(ValueError, match="no range"):
        DayRange(datetime.date(2026, 11, 2), datetime.date.fromisoformat(last), ZONE)


@pytest.mark.parametrize(
    ("before", "now", "fell"),
    [
        ((10, 0, 0), (7, 0, 0), True),  # 30 % less
        ((10, 0, 0), (8, 0, 0), False),
        ((9, 0, 0), (0, 0, 0), False),  # too few to tell
        ((20, 5, 0), (20, 9, 1), True),  # 100 to 90 %
        ((20, 5, 0), (20, 19, 1), False),
        ((20, 4, 0), (20, 0, 5), False),  # too few ratings before
        ((20, 5, 0), (20, 0, 4), False),  # ... and now
    ],
)
def test_when_an_article_falls(before: tuple[int, int, int], now: tuple[int, int, int], fell: bool) -> None:
    was, found = {"x": ArticleCount("x", *before)}, {"x": ArticleCount("x", *now)}
    assert falling(was, found) == ([Falling(was["x"], found["x"])] if fell else [])


def test_those_that_lost_most_come_first_and_one_that_is_shown_no_more_is_among_them() -> None:
    before = {name: ArticleCount(name, count) for name, count in (("a", 20), ("b", 50), ("c", 10))}
    now = {"a": ArticleCount("a", 1), "b": ArticleCount("b", 2), "d": ArticleCount("d", 9)}
    assert [(pair.before.article, pair.now.answers) for pair in falling(before, now)] == [("b", 2), ("a", 1), ("c", 0)]


def test_percentiles_and_means() -> None:
    waiting = Waiting(tuple(float(second) for second in range(1, 41)))
    assert (waiting.median, waiting.percentile_95) == (20.5, 38)  # 38 of 40 are 95 %
    assert Stars({5: 3, 1: 1}).mean == 4
