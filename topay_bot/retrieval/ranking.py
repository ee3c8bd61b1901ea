"""The order of the candidates, by all that speaks for each of them.

Scores choose who is a candidate. Which of them comes first is learned where there are trials enough, since some
evidence tells more of two near articles than of all: a conditional logit (McFadden, 1974) on features and their
products says how likely each candidate is the right one if one of them is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from topay_bot.retrieval import evidence

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# What differs from candidate to candidate, "margin" aside, which says the same as "score" here.
_TOLD_BY = ("score", "lexical", "dense", "words", "sense", "votes", "mentioned", "likelihood", "usage")
_COLUMNS = [evidence.NAMES.index(name) for name in _TOLD_BY]
_FOLDS = 5
# Questions with a right candidate. From 950 labelled ones no order is learned that is better than that of the scores
# by more than luck; from 10,000 one that is (docs/retrieval.md).
_LEAST = 2000
_PRIOR = 1.0  # variance of the weights of standardised features; 0.1 finds about as many


@dataclass(frozen=True, slots=True)
class Ranking:
    """Weights of standardised features with their products behind them; none keeps the order."""

    mean: Floats
    scale: Floats
    weights: Floats

    @classmethod
    def none(cls) -> Ranking:
        """The ranking that leaves the candidates as their scores order them."""
        return cls(np.zeros(0), np.zeros(0), np.zeros(0))

    @classmethod
    def fit(cls, features: npt.NDArray[np.floating], right: npt.NDArray[np.bool_]) -> Ranking:
        """From evidence (m, candidates, len(evidence.NAMES)) and which candidates are right (m, candidates).

        Questions without a right candidate tell nothing of the order; without any other nothing is learned.
        """
        told = right.any(axis=1)
        x, right = np.asarray(features[told][:, :, _COLUMNS], dtype=np.float64), right[told]
        if not len(x) or x.shape[1] < 2:
            return cls.none()
        scale = x.std(axis=(0, 1))
        found = cls(x.mean(axis=(0, 1)), np.where(scale > 1e-9, scale, 1.0), np.zeros(0))
        return cls(found.mean, found.scale, _most_likely(found._expanded(x), right))

    def __call__(self, features: npt.NDArray[np.floating]) -> Ints:
        """The places of the candidates of evidence (m, candidates, len(evidence.NAMES)), best first; ties as given."""
        order: Ints = np.argsort(-self.utilities(features), axis=1, kind="stable")
        return order

    def utilities(self, features: npt.NDArray[np.floating]) -> Floats:
        """(m, candidates): the log-odds that one candidate is right rather than another are their difference."""
        if not len(self.weights):
            return np.zeros(features.shape[:2])
        found: Floats = self._expanded(features[:, :, _COLUMNS]) @ self.weights
        return found

    def _expanded(self, x: npt.NDArray[np.floating]) -> Floats:
        return evidence.with_products((np.asarray(x, dtype=np.float64) - self.mean) / self.scale)

    def to_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return {"mean": self.mean.tolist(), "scale": self.scale.tolist(), "weights": self.weights.tolist()}

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Ranking:
        """What `to_json` gave."""
        return cls(*(np.array(raw[name], dtype=np.float64) for name in ("mean", "scale", "weights")))


def learn_ranking(
    features: npt.NDArray[np.floating], right: npt.NDArray[np.bool_], question: Ints, seed: int
) -> tuple[Ranking, Ints]:
    """A ranking, and the order (m, candidates) in which rankings that had not seen them put the candidates of trials.

    Only where it finds more than scores alone, of questions (m; see Trials.question) not seen: elsewhere none.
    """
    as_given = np.tile(np.arange(right.shape[1]), (len(right), 1))
    if right.any(axis=1).sum() < _LEAST:
        return Ranking.none(), as_given
    order = as_given.copy()
    fold = np.random.default_rng(seed).permutation(int(question.max(initial=-1)) + 1)[question] % _FOLDS
    for number in range(_FOLDS):
        inside = fold == number
        order[inside] = Ranking.fit(features[~inside], right[~inside])(features[inside])
    if np.take_along_axis(right, order[:, :1], axis=1).sum() <= right[:, 0].sum():
        return Ranking.none(), as_given
    return Ranking.fit(features, right), order


def _most_likely(x: Floats, right: npt.NDArray[np.bool_]) -> Floats:
    """Weights (f,) under which the right ones of candidates (m, candidates, f) are likeliest, given their prior."""
    from scipy.optimize import minimize  # for builds only, as in answering/calibration.py

    def loss(weights: Floats) -> tuple[float, Floats]:
        utility = x @ weights
        odds = np.exp(utility - utility.max(axis=1, keepdims=True))
        chance = odds / odds.sum(axis=1, keepdims=True)
        among_right = np.where(right, odds, 0.0)
        found = among_right.sum(axis=1, keepdims=True)
        missing = np.log(np.maximum((chance * right).sum(axis=1), 1e-300)).sum()
        gradient = np.einsum("mc,mcf->f", chance - among_right / np.maximum(found, 1e-300), x) + weights / _PRIOR
        return float(weights @ weights / (2 * _PRIOR) - missing), gradient

    found: Floats = minimize(loss, np.zeros(x.shape[2]), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return found
