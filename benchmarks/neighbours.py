"""Plain neighbour search, what most support bots are: the topic of the most similar question, and a bare threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from topay_bot.evaluation import Case
from topay_bot.retrieval.encoder import Vectors

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Neighbours:
    """Questions with their vectors float32 (n, dimension), unit rows, and the topic of each."""

    vectors: Vectors
    topics: tuple[str, ...]

    def search(self, vectors: Vectors, count: int = 3) -> tuple[list[list[str]], Floats]:
        """The best `count` topics of each vector, best first, and the similarity of its nearest question."""
        names = sorted(set(self.topics))
        number = {name: place for place, name in enumerate(names)}
        owner = np.array([number[topic] for topic in self.topics])
        order = np.argsort(owner, kind="stable")
        starts = np.searchsorted(owner[order], np.arange(len(names)))
        found: list[list[str]] = []
        nearest: list[float] = []
        for start in range(0, len(vectors), 512):  # 512 questions at a time: 20 MB against 10,000 rows
            similarity = vectors[start : start + 512] @ self.vectors[order].T
            best = np.maximum.reduceat(similarity, starts, axis=1)
            places = np.argsort(-best, axis=1, kind="stable")[:, :count]
            found += [[names[place] for place in row] for row in places]
            nearest += best.max(axis=1).tolist()
        return found, np.array(nearest)


def measure(
    cases: Sequence[Case], found: Sequence[Sequence[str]], similarity: Floats, precision: float
) -> dict[str, float]:
    """Figures of plain neighbour search, named and defined as those of `eval`.

    Its threshold is the lowest at which it is as precise as `precision`, found on these very cases: a threshold as
    good as no operator could choose it.
    """
    from sklearn.metrics import roc_auc_score

    known = np.array([bool(case.articles) for case in cases])
    right = np.array([topics[0] in case.articles for case, topics in zip(cases, found, strict=True)])
    among = np.array([bool(set(topics) & set(case.articles)) for case, topics in zip(cases, found, strict=True)])
    threshold = best_threshold(similarity, right, precision)
    answered = similarity >= threshold
    measured = {
        "top1": float(right[known].mean()),
        "top3": float(among[known].mean()),
        "coverage": float(answered[known].mean()),
        "answered_precision": float(right[answered].mean()) if answered.any() else float("nan"),
    }
    if not known.all():
        measured["oos_auroc"] = float(roc_auc_score(known, similarity))
        for kind in sorted({case.kind for case in cases if not case.articles}):
            of_kind = np.array([case.kind == kind and not case.articles for case in cases])
            measured[f"rejected {kind}"] = float((~answered[of_kind]).mean())
    return measured


def best_threshold(similarity: Floats, right: Bools, precision: float) -> float:
    """The lowest threshold at or above which at least `precision` are right; infinite when there is none."""
    order = np.argsort(-similarity, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    ends = np.append(np.diff(similarity[order]) != 0, True)  # equal similarities are answered together
    kept = np.flatnonzero(ends & (shares >= precision))
    return float(similarity[order][kept[-1]]) if len(kept) else float("inf")
