"""Search in the help centre: the desk's own retriever, and an honest word on how well it did."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from topay_bot.answering.answerer import Answerer
from topay_bot.answering.hearing import hear
from topay_bot.answering.legibility import illegible
from topay_bot.retrieval.evidence import CANDIDATES
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
        wish = wish or hear(retrieval.question).wish >= 0
        confidences = answerer.calibrators[retrieval.shelf](retrieval.features)
        shown = [(hit, sure) for hit, sure in zip(retrieval.hits, confidences, strict=True) if hit.article in centre]
        if not shown or illegible(retrieval.question):
            continue
        least = _LEAST_SHARE * shown[0][0].score
        ids = [hit.article for place, (hit, _) in enumerate(shown) if place < CANDIDATES or hit.score >= least]
        fits = shown[0][1] >= answerer.policies[retrieval.shelf].thresholds.clarify_threshold
        found.append((float(shown[0][1]), bool(fits), ids))
    found.sort(key=lambda one: -one[0])
    outcome = Outcome.NONE if not found else Outcome.FOUND if found[0][1] else Outcome.DISTANT
    if outcome is Outcome.NONE or (wish and outcome is Outcome.DISTANT):
        return Results(Outcome.NONE, (), wish)  # whoever asks for a person has no use for the next best article
    entries = centre.entries(dict.fromkeys(article for _, _, ids in found for article in ids), language)
    return Results(outcome, entries, wish)
