"""How good a build is on labelled questions: accuracy, coverage, answered precision, rejection, calibration."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from topay_bot.answering.policy import Answer, Candidate, Clarification, Decision, Reason
from topay_bot.answering.reliability import expected_calibration_error
from topay_bot.errors import CasesError
from topay_bot.text import Language, detect_language, normalise

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Case:
    """A question and the articles that would be right; none: out of scope.

    `expect` and `kind` are free words of whoever labelled it; `human` and `urgent` have a meaning, see Alarm.
    """

    text: str
    articles: tuple[str, ...]
    language: Language | None = None
    expect: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was decided for a case; article and confidence are the best candidate's, whatever the decision."""

    text: str
    decision: str
    article: str | None
    confidence: float
    candidates: tuple[Candidate, ...]
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The line of a predictions file."""
        return {**asdict(self), "candidates": [asdict(candidate) for candidate in self.candidates]}


@dataclass(frozen=True, slots=True)
class Part:
    """Figures of some of the cases, defined as those of Figures; None is a share of nothing."""

    cases: int
    in_scope: int
    top1: float | None
    top3: float | None
    coverage: float | None
    answered_precision: float | None
    oos_rejected: float | None


@dataclass(frozen=True, slots=True)
class Alarm:
    """How well one thing that must not be missed is heard; counted over the cases that say what they expect."""

    cases: int  # that expect it
    recall: float | None  # share of them for which it was decided
    others: int
    false_alarms: float | None  # share of the others for which it was decided


@dataclass(frozen=True, slots=True)
class Figures:
    """The result of an evaluation. Shares are 0 to 1; NaN-free: a share of nothing is 0, or None in a part."""

    cases: int
    in_scope: int
    top1: float
    top3: float
    mrr: float
    coverage: float  # in-scope cases answered
    answered_precision: float  # answered ones that are right
    oos_rejected: float  # out-of-scope cases not answered
    oos_auroc: float  # known against unknown by confidence
    calibration_error: float
    latency_ms: dict[str, float]
    by_language: dict[str, Part]  # of the question: as the case says, else detected
    by_kind: dict[str, Part]  # of those cases that have a kind
    wishes: Alarm  # for a person: `expect` is "human", decided with the reason `asked`
    urgent: Alarm  # `expect` is "urgent", decided with the reason `urgent`
    decisions: dict[str, dict[str, int]]  # `expect` -> decision -> cases

    def to_json(self) -> dict[str, Any]:
        """Plain numbers, rounded to what they can bear."""
        rounded: dict[str, Any] = _rounded(asdict(self))
        return rounded


def load_cases(file: Path) -> list[Case]:
    """Read a JSON Lines file of cases. Raises CasesError naming the first bad line."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CasesError(f"{file} cannot be read: {error}; expected a JSON Lines file in UTF-8") from None
    cases = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            cases.append(_case(line, f"{file}:{number}"))
    if not cases:
        raise CasesError(f"{file} holds no case; expected lines such as " + '{"text": "...", "article": "id"}')
    return cases


def _case(line: str, where: str) -> Case:
    try:
        raw = json.loads(line)
    except ValueError as error:
        raise CasesError(f"{where}: not JSON: {error}") from None
    expected = '{"text": "...", "article": "id" or null} or {"text": "...", "articles": ["id", ...]}'
    if not isinstance(raw, dict) or not isinstance(raw.get("text"), str) or not ({"article", "articles"} & set(raw)):
        raise CasesError(f"{where}: expected {expected}")
    articles = raw["articles"] if raw.get("articles") is not None else [raw["article"]] if raw.get("article") else []
    if not isinstance(articles, list) or not all(isinstance(article, str) for article in articles):
        raise CasesError(f"{where}: expected {expected}")
    language = raw.get("lang")
    if language not in (None, "zh", "en"):
        raise CasesError(f"{where}: lang is {language!r}; expected zh or en")
    return Case(raw["text"], tuple(articles), language, str(raw.get("expect", "")), str(raw.get("kind", "")))


def evaluate(
    decide: Callable[[str, Language | None], Decision],
    cases: Sequence[Case],
    progress: Callable[[int], None] | None = None,
) -> tuple[Figures, list[Prediction]]:
    """Ask every case, one at a time as customers do."""
    predictions: list[Prediction] = []
    milliseconds: list[float] = []
    for done, case in enumerate(cases, 1):
        start = time.perf_counter()
        decision = decide(case.text, case.language)
        milliseconds.append((time.perf_counter() - start) * 1000)
        predictions.append(prediction(case.text, decision))
        if progress is not None:
            progress(done)
    return figures(cases, predictions, milliseconds), predictions


def prediction(text: str, decision: Decision) -> Prediction:
    """A decision as a line of predictions."""
    kind = "answer" if isinstance(decision, Answer) else "clarify" if isinstance(decision, Clarification) else "handoff"
    best = decision.candidates[0].article if decision.candidates else None
    return Prediction(text, kind, best, decision.confidence, decision.candidates, decision.reason)


def figures(cases: Sequence[Case], predictions: Sequence[Prediction], milliseconds: Sequence[float]) -> Figures:
    """The figures of predictions, one for each case in order."""
    outcome = _Outcome.of(cases, predictions)
    whole = outcome.part(np.ones(len(cases), dtype=bool))
    known, confidence = outcome.known, np.array([p.confidence for p in predictions])
    reciprocal = np.divide(1.0, outcome.ranks, out=np.zeros(len(cases)), where=outcome.ranks > 0)

    from sklearn.metrics import roc_auc_score  # servers import this module's neighbours, not this

    both = known.any() and (~known).any()
    languages = np.array([case.language or detect_language(normalise(case.text)) for case in cases])
    kinds = np.array([case.kind for case in cases])
    return Figures(
        cases=len(cases),
        in_scope=whole.in_scope,
        top1=whole.top1 or 0.0,
        top3=whole.top3 or 0.0,
        mrr=float(reciprocal[known].mean()) if known.any() else 0.0,
        coverage=whole.coverage or 0.0,
        answered_precision=whole.answered_precision or 0.0,
        oos_rejected=whole.oos_rejected or 0.0,
        oos_auroc=float(roc_auc_score(known, confidence)) if both else 0.0,
        calibration_error=expected_calibration_error(confidence, outcome.ranks == 1),
        latency_ms={
            "p50": round(float(np.percentile(milliseconds, 50)), 3),
            "p99": round(float(np.percentile(milliseconds, 99)), 3),
        },
        by_language={str(name): outcome.part(languages == name) for name in np.unique(languages)},
        by_kind={str(name): outcome.part(kinds == name) for name in np.unique(kinds) if name},
        wishes=_alarm(cases, predictions, "human", Reason.ASKED),
        urgent=_alarm(cases, predictions, "urgent", Reason.URGENT),
        decisions=_decisions(cases, predictions),
    )


@dataclass(frozen=True)
class _Outcome:
    """What became of each case: rank of its right article (0: not among the candidates), known, answered."""

    ranks: npt.NDArray[np.int64]
    known: Bools
    answered: Bools

    @classmethod
    def of(cls, cases: Sequence[Case], predictions: Sequence[Prediction]) -> _Outcome:
        return cls(
            np.array([_rank(c, p) for c, p in zip(cases, predictions, strict=True)], dtype=np.int64),
            np.array([bool(case.articles) for case in cases], dtype=bool),
            np.array([p.decision == "answer" for p in predictions], dtype=bool),
        )

    def part(self, inside: Bools) -> Part:
        known, unknown, answered = inside & self.known, inside & ~self.known, inside & self.answered
        return Part(
            cases=int(inside.sum()),
            in_scope=int(known.sum()),
            top1=_share(self.ranks == 1, known),
            top3=_share((self.ranks > 0) & (self.ranks <= 3), known),
            coverage=_share(self.answered, known),
            answered_precision=_share(self.ranks == 1, answered),
            oos_rejected=_share(~self.answered, unknown),
        )


def _rank(case: Case, prediction: Prediction) -> int:
    for place, candidate in enumerate(prediction.candidates, 1):
        if candidate.article in case.articles:
            return place
    return 0


def _share(which: Bools, among: Bools) -> float | None:
    return float(which[among].mean()) if among.any() else None


def _alarm(cases: Sequence[Case], predictions: Sequence[Prediction], expected: str, reason: Reason) -> Alarm:
    wanted = np.array([case.expect == expected for case in cases])
    others = np.array([case.expect not in ("", expected) for case in cases])
    decided = np.array([prediction.reason == reason for prediction in predictions])
    return Alarm(int(wanted.sum()), _share(decided, wanted), int(others.sum()), _share(decided, others))


def _decisions(cases: Sequence[Case], predictions: Sequence[Prediction]) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    for case, prediction in zip(cases, predictions, strict=True):
        if case.expect:
            found.setdefault(case.expect, Counter())[prediction.decision] += 1
    return {expect: dict(sorted(counts.items())) for expect, counts in sorted(found.items())}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return round(value, 4) if isinstance(value, float) else value
