"""Why a decision fell as it did: what each leg found, the evidence, the confidence, the thresholds, the reason.

For `eval --explain` and for whoever shows it elsewhere: everything here is plain values, ready for JSON.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from topay_bot.answering.calibration import Thresholds
from topay_bot.answering.policy import Answer, Clarification, Decision, Reason, Referral
from topay_bot.edition import Edition
from topay_bot.retrieval import evidence
from topay_bot.retrieval.encoder import Vectors
from topay_bot.retrieval.retriever import Retrieval
from topay_bot.retrieval.shelf import Shelf
from topay_bot.text import Language

Floats = npt.NDArray[np.float32]
SHOWN = 5  # articles a leg shows; the decision looks at no more either

# Reasons that say more than where confidence lies between the thresholds.
_SAID = {
    Reason.UNREADABLE: "Nothing in the text can be read.",
    Reason.URGENT: "The article is urgent: at one chance in five a person is called, at less with words of alarm; "
    "the article itself is shown from one in two on.",
    Reason.POLICY: "The article is one that a person always follows up.",
    Reason.ASKED: "The customer wants a person: the words say so, or the article on human service is likely enough.",
}


@dataclass(frozen=True, slots=True)
class LegHit:
    """An article as one leg alone ranks it: by its passage most similar to the question."""

    article: str
    similarity: float
    passage: str
    right: bool


@dataclass(frozen=True, slots=True)
class Leg:
    """What one way of comparing finds; `right_rank` is the best rank of a right article, None without one."""

    name: str
    hits: tuple[LegHit, ...]
    right_rank: int | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A candidate article with all that its confidence was computed from."""

    article: str
    title: str
    confidence: float
    score: float
    features: Mapping[str, float]  # by the names of retrieval/evidence.py
    passage: str  # of the article, nearest to the question by all legs together
    right: bool


@dataclass(frozen=True, slots=True)
class ShelfView:
    """One shelf that was searched; `decided` when the decision rests on it."""

    language: Language
    decided: bool
    answer_threshold: float
    clarify_threshold: float
    legs: tuple[Leg, ...]
    candidates: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision and all that led to it."""

    build: str
    asked: str
    normalised: str
    language: Language
    shelves: tuple[ShelfView, ...]
    decision: str  # answer, clarify, handoff
    reason: str
    confidence: float
    article: str | None  # that is shown
    choices: tuple[str, ...]
    referral: Referral | None
    because: tuple[str, ...]  # sentences
    right: tuple[str, ...]  # articles that would have been right, where the asker knows

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def explain(
    edition: Edition, question: str, language: Language | None = None, right: Collection[str] = ()
) -> Explanation:
    """Decide on one question as for a customer, and tell why. `right`: the articles that would be right, if known."""
    answerer = edition.answerer
    decision, chosen = answerer.explain(question, language)
    found = answerer.retriever.search(question)
    shelves = tuple(_shelf_view(edition, one, decision.language, one.shelf == chosen.shelf, right) for one in found)
    kind = "answer" if isinstance(decision, Answer) else "clarify" if isinstance(decision, Clarification) else "handoff"
    return Explanation(
        build=edition.id,
        asked=question,
        normalised=chosen.question,
        language=decision.language,
        shelves=shelves,
        decision=kind,
        reason=decision.reason.value,
        confidence=decision.confidence,
        article=decision.article if isinstance(decision, Answer) else None,
        choices=tuple(one.article for one in decision.choices) if isinstance(decision, Clarification) else (),
        referral=getattr(decision, "referral", None),
        because=_because(decision, answerer.policies[chosen.shelf].thresholds),
        right=tuple(right),
    )


def _shelf_view(
    edition: Edition, found: Retrieval, language: Language, decided: bool, right: Collection[str]
) -> ShelfView:
    answerer = edition.answerer
    shelf, thresholds = answerer.retriever.shelves[found.shelf], answerer.policies[found.shelf].thresholds
    vector = answerer.retriever.encoder.encode([found.question], "question")
    confidences = answerer.calibrators[found.shelf](found.features)
    candidates = tuple(
        Evidence(
            hit.article,
            edition.article(hit.article, language)[0].title,
            round(float(confidence), 4),
            round(hit.score, 4),
            {name: round(float(value), 4) for name, value in zip(evidence.NAMES, features, strict=True)},
            hit.passage.text,
            hit.article in right,
        )
        for hit, confidence, features in zip(found.hits, confidences, found.features, strict=True)
    )
    return ShelfView(
        found.shelf,
        decided,
        round(thresholds.answer_threshold, 4),
        round(thresholds.clarify_threshold, 4),
        tuple(_leg(shelf, name, rows, right) for name, rows in _similarities(shelf, found.question, vector).items()),
        candidates,
    )


def _similarities(shelf: Shelf, text: str, vector: Vectors) -> dict[str, Floats]:
    """Leg -> similarity of the question with every row of the shelf, float32 (rows,)."""
    row, _ = shelf.lexical.encode_known([text])
    lexical = (row @ shelf.postings.by_feature).toarray()
    return {"lexical": lexical[0], "dense": shelf.likeness(vector, lexical)[0]}


def _leg(shelf: Shelf, name: str, similarity: Floats, right: Collection[str]) -> Leg:
    rows = shelf.rows
    nearest = [int(start + similarity[start:end].argmax()) for start, end in zip(rows.starts, rows.ends, strict=True)]
    best = similarity[nearest]
    order = np.argsort(-best, kind="stable")
    hits = tuple(
        LegHit(
            rows.articles[article],
            round(float(best[article]), 4),
            shelf.passages[nearest[article]].text,
            rows.articles[article] in right,
        )
        for article in order[:SHOWN]
    )
    ranks = [rank for rank, article in enumerate(order, 1) if rows.articles[article] in right]
    return Leg(name, hits, min(ranks, default=None))


def _because(decision: Decision, thresholds: Thresholds) -> tuple[str, ...]:
    """Where the confidence lies, and what else decided."""
    answer, clarify, found = thresholds.answer_threshold, thresholds.clarify_threshold, decision.confidence
    if decision.reason is Reason.UNREADABLE:
        band = "There is no candidate."
    elif found >= answer:
        band = f"Confidence {found:.3f} is at or above answer_threshold {answer:.3f}: sure enough to answer."
    elif found >= clarify:
        band = f"Confidence {found:.3f} lies between clarify_threshold {clarify:.3f} and answer_threshold {answer:.3f}."
    else:
        band = f"Confidence {found:.3f} is below clarify_threshold {clarify:.3f}: nothing is likely enough."
    said = _SAID.get(decision.reason)
    if said is None and not _follows_from_band(decision, thresholds):
        said = f"The reason {decision.reason.value!r} overruled the thresholds; docs/decisions.md says what it means."
    return (band,) if said is None else (band, said)


def _follows_from_band(decision: Decision, thresholds: Thresholds) -> bool:
    if isinstance(decision, Answer):
        return decision.confidence >= thresholds.answer_threshold
    between = thresholds.clarify_threshold <= decision.confidence < thresholds.answer_threshold
    return between if isinstance(decision, Clarification) else decision.confidence < thresholds.clarify_threshold
