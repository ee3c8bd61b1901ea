"""Insights are counted once a minute."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.insight_history import CATEGORIES, WEEK, write_small_history
from topay_bot.learning.insights import DayRange
from topay_bot.learning.recent import KEPT_SECONDS, RecentInsights
from topay_bot.storage.insights import SqlInsights
from topay_bot.storage.sql_store import SqlStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    found = SqlStore(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    write_small_history(found)
    yield found
    found.close()


def test_a_range_is_counted_anew_after_a_minute(store: SqlStore) -> None:
    now = [0.0]
    recent = RecentInsights(SqlInsights(store.engine), lambda: now[0])
    asked = _statements(store)
    first = recent.insights(WEEK, CATEGORIES.get)
    counted = asked()
    now[0] = KEPT_SECONDS - 1
    assert recent.insights(WEEK, CATEGORIES.get) is first
    assert asked() == counted
    now[0] = KEPT_SECONDS
    assert recent.insights(WEEK, CATEGORIES.get) == first
    assert asked() == 2 * counted


def test_other_ranges_are_their_own_and_the_oldest_is_let_go(store: SqlStore) -> None:
    recent = RecentInsights(SqlInsights(store.engine), lambda: 0.0)
    first = recent.insights(WEEK, CATEGORIES.get)
    for back in range(1, 9):
        day = WEEK.first - datetime.timedelta(days=back)
        assert recent.insights(DayRange(day, day, WEEK.zone), CATEGORIES.get).days.first == day
    assert recent.insights(WEEK, CATEGORIES.get) is not first


def _statements(store: SqlStore) -> Callable[[], int]:
    count = [0]

    @sa.event.listens_for(store.engine, "before_cursor_execute")
    def counted(*told: object) -> None:
        count[0] += 1

    return lambda: count[0]
