"""Search in the help centre: the desk's own retriever, and an honest word on how well it did."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from topay_bot.answering.answerer import Answerer
from topay_bot.answering.legibility import illegible
from topay_bot.text import Language
from topay_bot.web.help.content import Entry, HelpCentre

_MOST = 10  # what lies behind the tenth has not been what anybody looked for


class Outcome(StrEnum):
    """What can honestly be said of the results."""

    FOUND = "found"
    DISTANT = "distant"  # the best is less likely right than what the desk would offer as a choice
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Results:
    """The articles for a query, best first."""

    outcome: Outcome
    entries: tuple[Entry, ...]


def search(centre: HelpCentre, answerer: Answerer, query: str, language: Language) -> Results:
    """The nearest articles in order of score, whether or not the desk would answer with them.

    A query in both languages is looked up on both shelves; their scores cannot be compared, so the shelf that is
    surer of its first article comes first.
    """
    found = []
    for retrieval in answerer.retriever.search(query, _MOST):
        if not retrieval.hits or illegible(retrieval.question):
            continue
        confidence = float(answerer.calibrators[retrieval.shelf](retrieval.features)[0])
        fits = confidence >= answerer.policies[retrieval.shelf].thresholds.clarify_threshold
        found.append((confidence, fits, [hit.article for hit in retrieval.hits]))
    found.sort(key=lambda one: -one[0])
    ids = dict.fromkeys(article for _, _, articles in found for article in articles)
    entries = centre.entries(ids, language)[:_MOST]
    if not entries:
        return Results(Outcome.NONE, ())
    return Results(Outcome.FOUND if found[0][1] else Outcome.DISTANT, entries)
