"""Insights as tables: for the page, as CSV, and for the digest."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from topay_bot.learning.insight_texts import COLUMN_TEXTS, HANDOFF_REASONS, LANGUAGE_NAMES, MEASURE_TEXTS
from topay_bot.learning.insights import ArticleCount, Insights, Outcomes
from topay_bot.text import Language


class Kind(StrEnum):
    """How a value is shown."""

    TEXT = "text"
    COUNT = "count"
    SHARE = "share"  # 0 to 1
    SECONDS = "seconds"
    STARS = "stars"  # 1 to 5


class Cell(NamedTuple):
    """A value, None where there is none to give."""

    value: str | float | None
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """`name` and `columns` are keys of insight_texts."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class Names:
    """What articles and categories are called, in one language."""

    language: Language
    article: Callable[[str], str]
    category: Callable[[str], str]


def shown(cell: Cell, language: Language) -> str:
    """A cell for people."""
    value = cell.value
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if cell.kind is Kind.SHARE:
        return f"{100 * value:.0f}%"
    if cell.kind is Kind.STARS:
        return f"{value:.1f}"
    return _duration(value, language) if cell.kind is Kind.SECONDS else f"{value:,.0f}"


def _duration(seconds: float, language: Language) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, left = divmod(minutes, 60)
    if language == "zh":
        return f"{hours} 小时 {left} 分" if hours else f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"
    return f"{hours} h {left} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def as_csv(table: Table, language: Language) -> str:
    """The table with its values as they are: a share as 0.5714, a time in seconds, nothing where there is none.

    It begins with the mark by which spreadsheets know UTF-8.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([COLUMN_TEXTS[language][column] for column in table.columns])
    writer.writerows([_plain(cell.value) for cell in row] for row in table.rows)
    return f"\ufeff{out.getvalue()}"


def _plain(value: str | float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        # A customer's words must not become a formula in a spreadsheet (OWASP, CSV injection).
        return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
    return f"{value:.4f}".rstrip("0").rstrip(".")


def tables(found: Insights, names: Names, before: Insights | None = None) -> dict[str, Table]:
    """All tables by name, in the order in which they are read; the summary beside that of the range `before`."""
    builds = [_outcomes(build, one) for build, one in found.by_build.items()]
    articles = [_article(one, names) for one in found.articles]
    made = (
        _summary(found, names.language, before),
        _days(found),
        _handoffs(found, names.language),
        _categories(found, names),
        Table("articles", ("article", "shown", "ratings", "helpful_rate"), articles),
        _falling(found, names),
        _questions(found),
        _languages(found, names.language),
        Table("builds", ("build", *_OUTCOME_COLUMNS), builds),
        _ratings(found),
    )
    return {table.name: table for table in made}


def _measures(found: Insights) -> Iterator[tuple[str, Cell]]:
    talks, total, waiting = found.conversations, found.total, found.waiting
    yield "conversations", _count(talks.all)
    yield "questions", _count(total.questions)
    yield "answer_rate", _share(total.answer_rate)
    yield "clarification_rate", _share(total.clarification_rate)
    yield "taps", _count(found.taps)
    yield "handoff_rate", _share(talks.handoff_rate)
    yield "deflection_rate", _share(talks.deflection_rate)
    yield "helpful_rate", _share(total.helpful_rate)
    yield "rated", _count(total.helpful + total.unhelpful)
    yield "bot_stars", Cell(found.bot_stars.mean, Kind.STARS)
    yield "person_stars", Cell(found.person_stars.mean, Kind.STARS)
    yield "waiting_median", Cell(waiting.median, Kind.SECONDS)
    yield "waiting_95", Cell(waiting.percentile_95, Kind.SECONDS)
    yield "unclaimed", _count(waiting.unclaimed)


def _summary(found: Insights, language: Language, before: Insights | None) -> Table:
    texts = MEASURE_TEXTS[language]
    if before is None:
        rows = [(_text(texts[key][0]), cell, _text(texts[key][1])) for key, cell in _measures(found)]
        return Table("summary", ("measure", "value", "about"), rows)
    was = dict(_measures(before))
    beside = [(_text(texts[key][0]), cell, was[key]) for key, cell in _measures(found)]
    return Table("summary", ("measure", "value", "before"), beside)


def _handoffs(found: Insights, language: Language) -> Table:
    rows = [
        (_text(HANDOFF_REASONS[language].get(reason, reason)), _count(times), _share(found.conversations.share(times)))
        for reason, times in found.handoffs.items()
    ]
    return Table("handoffs", ("reason", "conversations", "share"), rows)


_OUTCOME_COLUMNS = ("questions", "answer_rate", "clarification_rate", "offered", "handed", "ratings", "helpful_rate")


def _outcomes(name: str, one: Outcomes) -> tuple[Cell, ...]:
    return (
        _text(name),
        _count(one.questions),
        _share(one.answer_rate),
        _share(one.clarification_rate),
        _count(one.offered),
        _count(one.handed),
        _count(one.helpful + one.unhelpful),
        _share(one.helpful_rate),
    )


def _days(found: Insights) -> Table:
    newest_first = reversed(list(found.by_day.items()))
    return Table("days", ("day", *_OUTCOME_COLUMNS), [_outcomes(day.isoformat(), one) for day, one in newest_first])


def _languages(found: Insights, language: Language) -> Table:
    called = LANGUAGE_NAMES[language]
    rows = [_outcomes(called.get(name, name), one) for name, one in found.by_language.items()]
    return Table("languages", ("language", *_OUTCOME_COLUMNS), rows)


def _categories(found: Insights, names: Names) -> Table:
    rows = [
        (
            _text(names.category(category)),
            _count(one.answers),
            _count(one.handoffs),
            _count(one.helpful + one.unhelpful),
            _share(one.helpful_rate),
        )
        for category, one in found.by_category.items()
    ]
    return Table("categories", ("category", "shown", "handoffs", "ratings", "helpful_rate"), rows)


def _article(one: ArticleCount, names: Names) -> tuple[Cell, ...]:
    return _text(names.article(one.article)), _count(one.answers), _count(one.rated), _share(one.helpful_rate)


def _falling(found: Insights, names: Names) -> Table:
    rows = [
        (
            _text(names.article(pair.now.article)),
            _count(pair.before.answers),
            _count(pair.now.answers),
            _share(pair.before.helpful_rate),
            _share(pair.now.helpful_rate),
        )
        for pair in found.falling
    ]
    return Table("falling", ("article", "shown_before", "shown", "helpful_before", "helpful_rate"), rows)


def _questions(found: Insights) -> Table:
    return Table("questions", ("question", "times"), [(_text(one.text), _count(one.times)) for one in found.questions])


def _ratings(found: Insights) -> Table:
    rows = [
        (_count(stars), _count(found.bot_stars.counts.get(stars, 0)), _count(found.person_stars.counts.get(stars, 0)))
        for stars in (5, 4, 3, 2, 1)
    ]
    return Table("ratings", ("stars", "bot", "person"), rows)


def _text(value: str) -> Cell:
    return Cell(value, Kind.TEXT)


def _count(value: int) -> Cell:
    return Cell(value, Kind.COUNT)


def _share(value: float | None) -> Cell:
    return Cell(value, Kind.SHARE)
