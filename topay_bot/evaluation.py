"""How good a build is on labelled questions: accuracy, coverage, answered precision, rejection, calibration."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from topay_bot.answering.calibration import expected_calibration_error
from topay_bot.answering.policy import Answer, Candidate, Clarification, Decision
from topay_bot.errors import CasesError
from topay_bot.text import Language


@dataclass(frozen=True, slots=True)
class Case:
    """A question and the articles that would be right; none: out of scope."""

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
class Figures:
    """The result of an evaluation. Shares are 0 to 1; NaN-free: a share of nothing is 0."""

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

    def to_json(self) -> dict[str, Any]:
        """Plain numbers, rounded to what they can bear."""
        return {key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(self).items()}


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
    ranks = np.array([_rank(c, p) for c, p in zip(cases, predictions, strict=True)])  # 0: not among candidates
    known = np.array([bool(case.articles) for case in cases])
    answered = np.array([p.decision == "answer" for p in predictions])
    confidence = np.array([p.confidence for p in predictions])
    first = ranks == 1
    reciprocal = np.divide(1.0, ranks, out=np.zeros(len(ranks)), where=ranks > 0)

    from sklearn.metrics import roc_auc_score  # servers import this module's neighbours, not this

    def share(which: np.ndarray, among: np.ndarray) -> float:
        return float(which[among].mean()) if among.any() else 0.0

    both = known.any() and (~known).any()
    return Figures(
        cases=len(cases),
        in_scope=int(known.sum()),
        top1=share(first, known),
        top3=share((ranks > 0) & (ranks <= 3), known),
        mrr=float(reciprocal[known].mean()) if known.any() else 0.0,
        coverage=share(answered, known),
        answered_precision=share(first, answered),
        oos_rejected=share(~answered, ~known),
        oos_auroc=float(roc_auc_score(known, confidence)) if both else 0.0,
        calibration_error=expected_calibration_error(confidence, first),
        latency_ms={
            "p50": round(float(np.percentile(milliseconds, 50)), 3),
            "p99": round(float(np.percentile(milliseconds, 99)), 3),
        },
    )


def _rank(case: Case, prediction: Prediction) -> int:
    for place, candidate in enumerate(prediction.candidates, 1):
        if candidate.article in case.articles:
            return place
    return 0
