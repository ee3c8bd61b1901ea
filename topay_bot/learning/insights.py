"""How the desk does over a range of days: each number with what counts for it, and what does not.

docs/insights.md says the same to those who read the page. All days are the desk's, in its time zone; a range has both
its ends.
"""

from __future__ import annotations

import datetime
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from zoneinfo import ZoneInfo

from topay_bot.text import Language

MOST_DAYS = 366  # of a range: about what pages can count at once
DEFLECTION_HOURS = 24
NEWEST_QUESTIONS = 3000  # of a range, looked at for the most asked: each is a row somewhere in the table
FALL_SHARE = 0.3  # an article falls when it answered so much less often than in the range before
FALL_POINTS = 0.1  # ... or when its helpful rate is so much lower
_YEARS = range(1970, 9000)  # that every calendar and database takes, the days before and after them too
_FEWEST_ANSWERS = 10  # in the range before, else a fall is chance
_FEWEST_RATINGS = 5  # in each of both ranges


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days from `first` to `last`, both counted in.

    Raises ValueError for none, for more than MOST_DAYS, and for years that no desk has seen.
    """

    first: datetime.date
    last: datetime.date
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if not (1 <= self.length <= MOST_DAYS and self.first.year in _YEARS and self.last.year in _YEARS):
            raise ValueError(f"{self.first} to {self.last} is no range of 1 to {MOST_DAYS} days")

    @property
    def length(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def days(self) -> tuple[datetime.date, ...]:
        """Each day, in order."""
        return tuple(self.first + datetime.timedelta(days=ahead) for ahead in range(self.length))

    @property
    def since(self) -> datetime.datetime:
        """The moment at which it begins."""
        return self.begin(self.first)

    @property
    def until(self) -> datetime.datetime:
        """The moment at which it has ended, the first one that is not in it."""
        return self.begin(self.last + datetime.timedelta(days=1))

    @property
    def before(self) -> DayRange:
        """As many days, just before."""
        back = datetime.timedelta(days=self.length)
        return DayRange(self.first - back, self.last - back, self.zone)

    def begin(self, day: datetime.date) -> datetime.datetime:
        """Midnight of a day, in UTC."""
        return datetime.datetime.combine(day, datetime.time(), self.zone).astimezone(datetime.UTC)


def last_days(count: int, zone: ZoneInfo, now: datetime.datetime) -> DayRange:
    """The last days, today among them."""
    today = now.astimezone(zone).date()
    return DayRange(today - datetime.timedelta(days=count - 1), today, zone)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What came of questions.

    A question is a customer's message that the bot decided on, a wish for a person and a greeting too. No question is
    a message to a person, or one that asks after a complaint's progress, or a tap on an offered article: that is the
    end of the clarification before it.
    """

    answered: int = 0  # an article was shown
    clarified: int = 0  # articles were offered to choose from
    offered: int = 0  # not answered; a person was offered
    handed: int = 0  # handed to a person at once, with an article or without
    helpful: int = 0  # ratings of answers, given in the range; an answer rated twice has the last one
    unhelpful: int = 0

    @property
    def questions(self) -> int:
        """All of them."""
        return self.answered + self.clarified + self.offered + self.handed

    @property
    def answer_rate(self) -> float | None:
        """Share of questions that were answered at once, without a choice. None without any."""
        return _share(self.answered, self.questions)

    @property
    def clarification_rate(self) -> float | None:
        """Share of questions that were met with a choice. None without any."""
        return _share(self.clarified, self.questions)

    @property
    def helpful_rate(self) -> float | None:
        """Share of ratings that call the answer helpful; who says nothing counts nowhere. None without any."""
        return _share(self.helpful, self.helpful + self.unhelpful)


@dataclass(frozen=True, slots=True)
class Conversations:
    """Conversations with a question or a hand-off in the range; opening the chat alone makes none."""

    all: int = 0
    answered: int = 0  # the bot showed an article in it, a tapped one too
    deflected: int = 0  # answered, and not handed over in the range until 24 hours after its last answer there
    handed: int = 0  # handed to a person in the range, however often

    @property
    def deflection_rate(self) -> float | None:
        """Share of all that were answered and needed no person. One that waits for its 24 hours counts as it is."""
        return _share(self.deflected, self.all)

    @property
    def handoff_rate(self) -> float | None:
        """Share of all that were handed to a person."""
        return _share(self.handed, self.all)

    def share(self, part: int) -> float | None:
        """Part of all."""
        return _share(part, self.all)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long customers waited for a person: from a hand-off that began in the range until it was claimed.

    Of a hand-off that was passed on, the last claim counts. One that nobody has claimed counts in `unclaimed` alone.
    """

    seconds: tuple[float, ...] = ()  # of each that was claimed, the shortest first
    unclaimed: int = 0  # whether it still waits, or was closed without anybody

    @property
    def median(self) -> float | None:
        """Half of them waited no longer; of an even number, the mean of the middle two."""
        return statistics.median(self.seconds) if self.seconds else None

    @property
    def percentile_95(self) -> float | None:
        """The shortest wait that at least 95 of 100 did not exceed (nearest rank)."""
        return self.seconds[math.ceil(0.95 * len(self.seconds)) - 1] if self.seconds else None


@dataclass(frozen=True, slots=True)
class Stars:
    """Ratings from 1 to 5, given in the range; one that was given anew counts as it is now."""

    counts: Mapping[int, int] = field(default_factory=dict)

    @property
    def given(self) -> int:
        """How many."""
        return sum(self.counts.values())

    @property
    def mean(self) -> float | None:
        """Of all stars."""
        given = self.given
        return sum(stars * count for stars, count in self.counts.items()) / given if given else None


@dataclass(frozen=True, slots=True)
class ArticleCount:
    """How often an article was shown, taps too, and the ratings of its answers given in the range."""

    article: str
    answers: int = 0
    helpful: int = 0
    unhelpful: int = 0

    @property
    def rated(self) -> int:
        """How many ratings."""
        return self.helpful + self.unhelpful

    @property
    def helpful_rate(self) -> float | None:
        """See Outcomes."""
        return _share(self.helpful, self.rated)


@dataclass(frozen=True, slots=True)
class Falling:
    """An article beside itself in the range before: shown 30 % less, or its helpful rate 10 points lower."""

    before: ArticleCount
    now: ArticleCount

    @property
    def fewer(self) -> bool:
        """Shown so much less often; only where it was shown 10 times before."""
        was = self.before.answers
        return was >= _FEWEST_ANSWERS and self.now.answers <= (1 - FALL_SHARE) * was

    @property
    def worse(self) -> bool:
        """Rated so much worse; only with 5 ratings in each range."""
        if min(self.before.rated, self.now.rated) < _FEWEST_RATINGS:
            return False
        was, now = self.before.helpful_rate, self.now.helpful_rate
        return was is not None and now is not None and round(was - now, 9) >= FALL_POINTS


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """What concerns a category of articles: answers, their ratings, and hand-offs by what the bot took them to be."""

    answers: int = 0
    helpful: int = 0
    unhelpful: int = 0
    handoffs: int = 0

    @property
    def helpful_rate(self) -> float | None:
        """See Outcomes."""
        return _share(self.helpful, self.helpful + self.unhelpful)


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A wording, and how often it was asked among those looked at; capitals, spaces and full stops do not count."""

    text: str  # masked, as it was written last
    language: Language
    times: int


@dataclass(frozen=True, slots=True)
class Insights:
    """All numbers of a range."""

    days: DayRange
    total: Outcomes
    taps: int  # choices that customers took from a clarification
    conversations: Conversations
    handoffs: Mapping[str, int]  # by reason: conversations handed over for it; one may have several
    waiting: Waiting
    bot_stars: Stars
    person_stars: Stars
    by_day: Mapping[datetime.date, Outcomes]  # every day of the range
    by_language: Mapping[str, Outcomes]  # in which the bot replied
    by_build: Mapping[str, Outcomes]  # which decided
    by_category: Mapping[str, CategoryCount]
    articles: Sequence[ArticleCount]  # that were shown or rated, the most shown first
    falling: Sequence[Falling]  # those that lost most answers first
    questions: Sequence[AskedQuestion]  # asked twice or more among the newest, the most asked first


class InsightStore(Protocol):
    """Counts."""

    def insights(self, days: DayRange, category_of: Callable[[str], str | None]) -> Insights:
        """All numbers of a range; `category_of` tells an article's category, None where it is gone."""


def falling(before: Mapping[str, ArticleCount], now: Mapping[str, ArticleCount]) -> list[Falling]:
    """The articles that fell from one range to the next."""
    pairs = [Falling(was, now.get(article, ArticleCount(article))) for article, was in before.items()]
    found = [pair for pair in pairs if pair.fewer or pair.worse]
    return sorted(found, key=lambda pair: (pair.now.answers - pair.before.answers, pair.now.article))
