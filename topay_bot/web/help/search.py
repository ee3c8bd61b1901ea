"""Search in the help centre: the desk's own retriever, and an honest word on how well it did."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from topay_bot.answering.answerer import Answerer
from topay_bot.answering.legibility import illegible
from topay_bot.answering.wishes import wishes_person
from topay_bot.retrieval.evidence import CANDIDATES
from topay_bot.retrieval.shelf import Hit
from topay_bot.text import Language
from topay_bot.web.help.content import Entry, HelpCentre

_MOST = 10
# Scores fall steeply behind what a query speaks of. Behind the retriever's usual candidates, which are always shown,
# an article must have this share of the best score.
_LEAST_SHARE = 0.05


class Outcome(StrEnum):
    """What can honestly be said of the results."""

    FOUND = "found"
    DISTANT = "distant"  # the best is less likely right than what the desk would offer as a choice
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Results:
    """The articles for a query, best first, and whether it is a wish for a person."""

    outcome: Outcome
    entries: tuple[Entry, ...]
    wish: bool


def search(centre: HelpCentre, answerer: Answerer, query: str, language: Language) -> Results:
    """The nearest articles in order of score, whether or not the desk would answer with them.

    A query in both languages is looked up on both shelves; their scores cannot be compared, so the shelf that is
    surer of its first article comes first.
    """
    found = []
    wish = False
    for retrieval in answerer.retriever.search(query, _MOST):
        wish = wishes_person(retrieval.question)
        if not retrieval.hits or illegible(retrieval.question):
            continue
        confidence = float(answerer.calibrators[retrieval.shelf](retrieval.features)[0])
        fits = confidence >= answerer.policies[retrieval.shelf].thresholds.clarify_threshold
        found.append((confidence, fits, _worth_showing(retrieval.hits)))
    found.sort(key=lambda one: -one[0])
    ids = dict.fromkeys(article for _, _, articles in found for article in articles)
    entries = centre.entries(ids, language)
    if not entries:
        return Results(Outcome.NONE, (), wish)
    return Results(Outcome.FOUND if found[0][1] else Outcome.DISTANT, entries, wish)


def _worth_showing(hits: tuple[Hit, ...]) -> list[str]:
    least = _LEAST_SHARE * hits[0].score
    return [hit.article for place, hit in enumerate(hits) if place < CANDIDATES or hit.score >= least]
