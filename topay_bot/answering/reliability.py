"""Whether confidence can be believed: its mean beside the share of right ones, bin by bin, and as one figure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of about the same confidence. `share` is theirs of all weight."""

    confidence: float  # mean
    right: float  # share
    share: float
    questions: int


def reliability(confidence: Floats, right: Bools, weight: Floats) -> list[Bin]:
    """Ten equally filled bins of n questions, the least sure first; all arguments have shape (n).

    Equal confidences fall into one bin, so there may be fewer than ten. Equally filled bins, as Nixon et al. (2019)
    advise.
    """
    if not len(confidence):
        return []
    order = np.argsort(confidence, kind="stable")
    filled = np.cumsum(weight[order]) / weight.sum()
    edges = confidence[order][np.searchsorted(filled, np.arange(1, _BINS) / _BINS)]
    place = np.searchsorted(edges, confidence)
    bins = []
    for number in np.unique(place):
        inside = place == number
        inner = weight[inside]
        if inner.sum() > 0:
            bins.append(
                Bin(
                    confidence=float(np.average(confidence[inside], weights=inner)),
                    right=float(np.average(right[inside], weights=inner)),
                    share=float(inner.sum() / weight.sum()),
                    questions=int(inside.sum()),
                )
            )
    return bins


def expected_calibration_error(confidence: Floats, right: Bools, weight: Floats | None = None) -> float:
    """Mean distance between confidence and the share of right ones over these bins (Naeini et al., 2015)."""
    weight = np.ones(len(confidence)) if weight is None else weight
    return sum((one.share * abs(one.confidence - one.right) for one in reliability(confidence, right, weight)), 0.0)
