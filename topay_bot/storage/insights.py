"""Counts how the desk does over a range of days, in the database; writes nothing."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from topay_bot.learning.insights import (
    DEFLECTION_HOURS,
    NEWEST_QUESTIONS,
    ArticleCount,
    AskedQuestion,
    CategoryCount,
    Conversations,
    DayRange,
    Insights,
    Outcomes,
    Stars,
    Waiting,
    falling,
)
from topay_bot.storage import insight_queries as queries
from topay_bot.text import normalise

_MOST_ASKED = 50
_FIELDS = {"answer": "answered", "clarify": "clarified", "offer": "offered", "handoff": "handed"}
_GENERAL = "general"  # the category of a hand-off that is about no article


class SqlInsights:
    """Reads insights from the database of an engine."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def insights(self, days: DayRange, category_of: Callable[[str], str | None]) -> Insights:
        """All numbers of a range; `category_of` tells an article's category, None where it is gone."""
        with self._engine.connect() as connection:
            return _insights(connection, days, category_of)


def _insights(connection: sa.Connection, days: DayRange, category_of: Callable[[str], str | None]) -> Insights:
    tally, taps = _tally(connection, days)
    articles = _articles(connection, days)
    handed_over = connection.execute(queries.handed_over(days)).all()
    reasons = {row.reason: row.times for row in connection.execute(queries.reasons(days))}
    stars = connection.execute(queries.stars(days)).all()
    return Insights(
        days,
        tally.total(),
        taps,
        _conversations(connection, days, handed_over),
        dict(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))),
        _waiting([row for row in handed_over if row.created_at < days.until]),
        Stars({row.stars: row.times for row in stars if row.of_bot}),
        Stars({row.stars: row.times for row in stars if not row.of_bot}),
        {day: tally.of("day", number) for number, day in enumerate(days.days)},
        {name: tally.of("language", name) for name in tally.names("language")},
        {name: tally.of("build", name) for name in sorted(tally.names("build"), reverse=True)},
        _categories(connection, days, articles, category_of),
        sorted(articles.values(), key=lambda one: (-one.answers, one.article)),
        falling(_articles(connection, days.before), articles),
        _most_asked(connection, days),
    )


class _Tally:
    """Counts of outcomes by day, language and build at once."""

    def __init__(self) -> None:
        self._total: Counter[str] = Counter()
        self._parts: dict[str, dict[Any, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))

    def add(self, row: Any, outcome: str) -> None:
        self._total[outcome] += row.times
        for key in ("day", "language", "build"):
            self._parts[key][getattr(row, key)][outcome] += row.times

    def total(self) -> Outcomes:
        return Outcomes(**self._total)

    def names(self, key: str) -> list[str]:
        return sorted(name for name in self._parts[key] if name is not None)

    def of(self, key: str, name: Any) -> Outcomes:
        return Outcomes(**self._parts[key][name]) if name in self._parts[key] else Outcomes()


def _tally(connection: sa.Connection, days: DayRange) -> tuple[_Tally, int]:
    tally, taps = _Tally(), 0
    for row in connection.execute(queries.decisions(days)):
        if row.tapped:
            taps += row.times
        else:
            tally.add(row, _FIELDS[row.decision])
    for row in connection.execute(queries.helpfulness(days)):
        tally.add(row, "helpful" if row.helpful else "unhelpful")
    return tally, taps


def _conversations(connection: sa.Connection, days: DayRange, handed_over: Sequence[Any]) -> Conversations:
    counts = connection.execute(queries.conversations(days)).one()
    soon = datetime.timedelta(hours=DEFLECTION_HOURS)
    handed, only_handed, came_back = set(), set(), set()
    for row in handed_over:
        if row.created_at < days.until:
            handed.add(row.conversation_id)
            if not row.decisions:
                only_handed.add(row.conversation_id)
        if row.answered_at is not None and row.created_at < row.answered_at + soon:
            came_back.add(row.conversation_id)
    return Conversations(
        counts.asked + len(only_handed), counts.answered, counts.answered - len(came_back), len(handed)
    )


def _waiting(rows: Sequence[Any]) -> Waiting:
    seconds = sorted((row.claimed_at - row.created_at).total_seconds() for row in rows if row.claimed_at is not None)
    return Waiting(tuple(seconds), len(rows) - len(seconds))


def _articles(connection: sa.Connection, days: DayRange) -> dict[str, ArticleCount]:
    shown = {row.article: row.times for row in connection.execute(queries.answers(days))}
    rated: dict[str, dict[bool, int]] = defaultdict(dict)
    for row in connection.execute(queries.opinions(days)):
        rated[row.article][bool(row.helpful)] = row.times
    return {
        article: ArticleCount(article, shown.get(article, 0), rated[article].get(True, 0), rated[article].get(False, 0))
        for article in {*shown, *rated}
    }


def _categories(
    connection: sa.Connection,
    days: DayRange,
    articles: Mapping[str, ArticleCount],
    category_of: Callable[[str], str | None],
) -> dict[str, CategoryCount]:
    """By category, the most answered first. Articles that are gone are in none."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for one in articles.values():
        category = category_of(one.article)
        if category is not None:
            sums[category].update(answers=one.answers, helpful=one.helpful, unhelpful=one.unhelpful)
    for row in connection.execute(queries.queues(days)):
        sums[row.queue.rpartition("-")[0] or _GENERAL]["handoffs"] += row.times
    found = {category: CategoryCount(**counts) for category, counts in sums.items()}
    return dict(sorted(found.items(), key=lambda pair: (-pair[1].answers, pair[0])))


def _most_asked(connection: sa.Connection, days: DayRange) -> list[AskedQuestion]:
    times: Counter[str] = Counter()
    newest: dict[str, Any] = {}
    for row in connection.execute(queries.wordings(days, NEWEST_QUESTIONS)):
        key = normalise(row.text).strip(" ?!.,;。，！？；")
        times[key] += 1
        newest.setdefault(key, row)
    again = [(key, count) for key, count in times.most_common() if count > 1 and key]
    again.sort(key=lambda pair: (-pair[1], pair[0]))
    return [AskedQuestion(newest[key].text, newest[key].language, count) for key, count in again[:_MOST_ASKED]]
