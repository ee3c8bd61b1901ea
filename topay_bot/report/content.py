"""What a report says: a build's promise and trials, and its figures on labelled cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from topay_bot.answering.policy import Decision
from topay_bot.evaluation import Case, Figures, Prediction, evaluate
from topay_bot.report.measures import TRIALS, measures
from topay_bot.text import Language


@dataclass(frozen=True)
class Source:
    """Judged questions under a name. `figures` where they are labelled cases, not a build's trials."""

    name: str
    measures: Mapping[str, Any]
    figures: Figures | None


@dataclass(frozen=True)
class Content:
    """All that a report shows. `promises` by language, as report.json holds them."""

    build: str
    promises: Mapping[str, Mapping[str, Any]]
    sources: tuple[Source, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        sources = [
            {
                "name": source.name,
                **source.measures,
                "figures": source.figures.to_json() if source.figures is not None else None,
            }
            for source in self.sources
        ]
        return {"build": self.build, "promises": dict(self.promises), "sources": sources}


def report_content(
    build: str,
    told: Mapping[str, Any],
    decide: Callable[[str, Language | None], Decision],
    cases: Mapping[str, Sequence[Case]],
    progress: Callable[[int], None] | None = None,
) -> Content:
    """The content for a build's report.json (`told`) and labelled cases by name."""
    promises: Mapping[str, Mapping[str, Any]] = told.get("languages", {})
    sources = [Source(f"trials {language}", found, None) for language, found in told.get(TRIALS, {}).items()]
    threshold = max((promise["answer_threshold"] for promise in promises.values()), default=1.0)
    for name, asked in cases.items():
        figures, predictions = evaluate(decide, asked, progress)
        # Thresholds of languages differ; a file has that of the language most of its questions are in.
        language = max(figures.by_language, key=lambda name: figures.by_language[name].cases)
        own = promises.get(language, {}).get("answer_threshold", threshold)
        sources.append(Source(name, measures_of(asked, predictions, own), figures))
    return Content(build, promises, tuple(sources))


def measures_of(cases: Sequence[Case], predictions: Sequence[Prediction], answer_threshold: float) -> dict[str, Any]:
    """The measures of evaluated cases, all of the same weight."""
    right = [p.article in case.articles for case, p in zip(cases, predictions, strict=True)]
    return measures(
        np.array([p.confidence for p in predictions]),
        np.array(right, dtype=bool),
        np.ones(len(cases)),
        [p.article for p in predictions],
        [case.articles for case in cases],
        [case.text for case in cases],
        answer_threshold,
        np.array([p.decision == "answer" for p in predictions], dtype=bool),
    )
