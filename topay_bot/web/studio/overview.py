"""The list of articles: what each did for customers, and what it needs."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from topay_bot.chat.usage import ArticleUse
from topay_bot.knowledge.article import LANGUAGES, Article
from topay_bot.knowledge.facts import used_facts
from topay_bot.knowledge.lint import shown_path
from topay_bot.text import Language, normalise
from topay_bot.web.studio.folder import Knowledge

_FEW_RATINGS = 5  # below that many a rate says nothing yet
_LOW_RATE = 0.6


class State(StrEnum):
    """Whether customers can get an article."""

    SHOWN = "shown"
    DRAFT = "draft"
    LATER = "later"  # its publish_date is to come
    EXPIRED = "expired"
    UNBUILT = "unbuilt"  # written, but not in the build that answers


class Need(StrEnum):
    """What an editor may want to look at."""

    PROBLEMS = "problems"
    ONE_LANGUAGE = "one_language"
    FACTS_DIFFER = "facts_differ"
    OVERDUE = "overdue"
    UNHELPFUL = "unhelpful"  # rated often enough, and mostly of no help
    UNUSED = "unused"  # answered nothing
    HIDDEN = "hidden"  # not shown to customers


@dataclass(frozen=True, slots=True)
class Row:
    """One article in both its languages."""

    id: str
    category: str
    titles: Mapping[Language, str]
    questions: int
    state: State
    facts_differ: bool
    review_by: datetime.date | None
    written: datetime.date | None  # when its files were last written
    problems: int
    use: ArticleUse
    overdue: bool

    @property
    def needs(self) -> frozenset[Need]:
        """All that is the matter with it."""
        use = self.use
        unhelpful = use.rated >= _FEW_RATINGS and (use.helpful_rate or 0) < _LOW_RATE
        found = {
            Need.PROBLEMS: self.problems > 0,
            Need.ONE_LANGUAGE: len(self.titles) < len(LANGUAGES),
            Need.FACTS_DIFFER: self.facts_differ,
            Need.OVERDUE: self.overdue,
            Need.UNHELPFUL: unhelpful,
            Need.UNUSED: use.answered == 0,
            Need.HIDDEN: self.state is not State.SHOWN,
        }
        return frozenset(need for need, there in found.items() if there)

    def title(self, language: Language) -> str:
        """In that language or the other."""
        return self.titles.get(language) or next(iter(self.titles.values()))


def rows_of(
    knowledge: Knowledge, built: Iterable[str], uses: Mapping[str, ArticleUse], today: datetime.date
) -> list[Row]:
    """A row for every article of the library; `built` are the ids that the build has."""
    in_build = frozenset(built)
    found = []
    for article_id in knowledge.library.ids:
        files = {language: one for language in LANGUAGES if (one := _exactly(knowledge, article_id, language))}
        found.append(_row(files, knowledge, article_id in in_build, uses.get(article_id, ArticleUse()), today))
    return found


def _exactly(knowledge: Knowledge, article_id: str, language: Language) -> Article | None:
    article = knowledge.library.get(article_id, language)
    return article if article is not None and article.language == language else None


def _row(
    files: Mapping[Language, Article], knowledge: Knowledge, built: bool, use: ArticleUse, today: datetime.date
) -> Row:
    articles = list(files.values())
    first = articles[0]
    dates = [one.review_by for one in articles if one.review_by is not None]
    review_by = min(dates, default=None)
    problems = 0
    if knowledge.from_folder:
        problems = sum(len(knowledge.problems_of(shown_path(one, knowledge.library))) for one in articles)
    return Row(
        id=first.id,
        category=first.category,
        titles={language: one.title for language, one in files.items()},
        questions=sum(len(one.questions) for one in articles),
        state=_state(articles, built, today),
        facts_differ=len(articles) > 1 and len({used_facts(one.source) for one in articles}) > 1,
        review_by=review_by,
        written=max((_written(one.path) for one in articles), default=None) if knowledge.from_folder else None,
        problems=problems,
        use=use,
        overdue=review_by is not None and review_by < today,
    )


def _state(articles: Sequence[Article], built: bool, today: datetime.date) -> State:
    """Of the language that customers get soonest."""
    if any(one.published(today) for one in articles):
        return State.SHOWN if built else State.UNBUILT
    if all(one.draft for one in articles):
        return State.DRAFT
    if any(one.publish_date and today < one.publish_date for one in articles):
        return State.LATER
    return State.EXPIRED if any(one.expiry_date and today >= one.expiry_date for one in articles) else State.DRAFT


def _written(path: Path) -> datetime.date:
    try:
        return datetime.date.fromtimestamp(path.stat().st_mtime)
    except OSError:
        return datetime.date.min


# Those of most concern first; a rate of few ratings says little and comes last.
_ORDERS: Mapping[str, Callable[[Row], Any]] = {
    "answered": lambda row: -row.use.answered,
    "helpful": lambda row: (row.use.helpful_rate is None, row.use.helpful_rate or 0, -row.use.rated),
    "problems": lambda row: -row.problems,
    "review": lambda row: (row.review_by is None, row.review_by or datetime.date.max),
    "written": lambda row: (row.written is None, row.written or datetime.date.max),
    "questions": lambda row: row.questions,
}
ORDERS = ("title", *_ORDERS)


def select(
    rows: Iterable[Row], language: Language, *, category: str = "", need: str = "", words: str = "", order: str = ""
) -> list[Row]:
    """The rows that are wanted, in the order wanted; what is not known counts for nothing."""
    wanted = normalise(words)
    found = [
        row
        for row in rows
        if (not category or row.category == category)
        and (need not in tuple(Need) or need in row.needs)
        and (not wanted or any(wanted in normalise(text) for text in (row.id, *row.titles.values())))
    ]
    found.sort(key=lambda row: (row.title(language), row.id))
    if order in _ORDERS:
        found.sort(key=_ORDERS[order])
    return found


@dataclass(frozen=True, slots=True)
class Total:
    """A category, or all of them."""

    category: str  # empty for all
    articles: int
    use: ArticleUse


def totals(rows: Sequence[Row]) -> list[Total]:
    """All articles together, then each category, the most asked first."""
    by_category: dict[str, list[Row]] = {}
    for row in rows:
        by_category.setdefault(row.category, []).append(row)
    each = [_total(name, inside) for name, inside in by_category.items()]
    return [_total("", rows), *sorted(each, key=lambda total: (-total.use.answered, total.category))]


def _total(name: str, rows: Sequence[Row]) -> Total:
    uses = [row.use for row in rows]
    use = ArticleUse(*(sum(getattr(one, key) for one in uses) for key in ("answered", "helpful", "unhelpful")))
    return Total(name, len(rows), use)
