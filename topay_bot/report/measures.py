"""What a set of judged questions tells about confidence: the data behind the report's pictures, ready for JSON.

The same function serves a build's own trials and an evaluation on labelled cases.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from topay_bot.answering.reliability import expected_calibration_error, reliability

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
TRIALS = "trials"  # key of a build's report.json: language -> measures of its own trials
_POINTS = 100  # of a curve: as fine as a picture shows
_MOST = 50  # pairs and wrong answers listed: as many as an editor reads


def measures(
    confidence: Floats,
    right: Bools,
    weight: Floats,
    predicted: Sequence[str | None],
    true: Sequence[Sequence[str]],
    texts: Sequence[str],
    answer_threshold: float,
    answered: Bools | None = None,
) -> dict[str, Any]:
    """Curve, bins, confusions and wrong answers of n questions.

    `confidence` (n) of the first candidate, and whether it is `right` (n); `weight` (n) of a question, 1 where all
    count alike; `predicted` ids of the first candidates, None where there was none; `true` ids of the right
    articles, none for a question that nothing could answer; `texts` of the questions; which were `answered` (n),
    where guards and policies had their say: by default those at or above the threshold.
    """
    confidence, weight = np.asarray(confidence, dtype=np.float64), np.asarray(weight, dtype=np.float64)
    right = np.asarray(right, dtype=bool)
    answered = confidence >= answer_threshold if answered is None else np.asarray(answered, dtype=bool)
    known = np.array([bool(articles) for articles in true], dtype=bool)
    return {
        "questions": len(confidence),
        "known": int(known.sum()),
        "answer_threshold": round(float(answer_threshold), 4),
        "calibration_error": round(expected_calibration_error(confidence, right, weight), 4),
        "risk_coverage": _rounded(risk_coverage(confidence, right, weight, known)),
        "reliability": _rounded([asdict(one) for one in reliability(confidence, right, weight)]),
        "confusions": _confusions(confidence, predicted, true, texts),
        "wrong_answers": _wrong_answers(confidence, answered & ~right, predicted, true, texts),
    }


def risk_coverage(confidence: Floats, right: Bools, weight: Floats, known: Bools) -> list[dict[str, float]]:
    """What each threshold would mean, from the careful side: at most `_POINTS` points.

    `coverage` is the share of known questions answered, `precision` the share of all answers that are right, those
    to unknown questions being wrong: both as `eval` defines them, so that the curve can be read beside its figures.
    (El-Yaniv and Wiener, 2010, take coverage over all questions and draw the risk, 1 - precision.)
    """
    order = np.argsort(-confidence, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(confidence[order]) != 0, True)) if len(order) else np.array([], dtype=int)
    ends = ends[np.unique(np.linspace(0, len(ends) - 1, min(_POINTS, len(ends))).astype(int))] if len(ends) else ends
    answered = np.cumsum(weight[order])
    hits = np.cumsum((weight * right)[order])
    of_known = np.cumsum((weight * known)[order])
    whole = float((weight * known).sum())
    return [
        {
            "threshold": float(confidence[order[end]]),
            "coverage": float(of_known[end]) / whole if whole else 0.0,
            "precision": float(hits[end] / answered[end]) if answered[end] else 0.0,
        }
        for end in ends
    ]


def _confusions(
    confidence: Floats, predicted: Sequence[str | None], true: Sequence[Sequence[str]], texts: Sequence[str]
) -> list[dict[str, Any]]:
    """Known questions whose first candidate is another article, by pair, the frequent ones first.

    Of several right articles the first gives the pair its name; the example is the question that was surest.
    """
    pairs: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, (found, articles) in enumerate(zip(predicted, true, strict=True)):
        if found is not None and articles and found not in articles:
            pairs[articles[0], found].append(place)
    listed: list[dict[str, Any]] = []
    for (article, taken_for), places in pairs.items():
        surest = max(places, key=lambda place: float(confidence[place]))
        listed.append(
            {
                "article": article,
                "taken_for": taken_for,
                "questions": len(places),
                "confidence": round(float(confidence[surest]), 4),
                "example": texts[surest],
            }
        )
    listed.sort(key=lambda pair: (-pair["questions"], -pair["confidence"], pair["article"], pair["taken_for"]))
    return listed[:_MOST]


def _wrong_answers(
    confidence: Floats,
    wrong: Bools,
    predicted: Sequence[str | None],
    true: Sequence[Sequence[str]],
    texts: Sequence[str],
) -> list[dict[str, Any]]:
    """The questions answered wrongly, the surest first."""
    places = np.flatnonzero(wrong)
    surest = places[np.argsort(-confidence[places], kind="stable")][:_MOST]
    return [
        {
            "text": texts[place],
            "article": true[place][0] if true[place] else None,
            "answered": predicted[place],
            "confidence": round(float(confidence[place]), 4),
        }
        for place in surest
    ]


def _rounded(rows: list[dict[str, float]]) -> list[dict[str, float]]:
    return [{key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()} for row in rows]
