"""What speaks for a candidate article: the features from which its confidence is learned.

The same function serves the cross-validation of a build and one question at run time.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from topay_bot.retrieval.passages import Rows
from topay_bot.retrieval.usage import MEASURES

Floats = npt.NDArray[np.float32]

CANDIDATES = 5  # as many as a clarification can use, and one
NEAREST = 3  # more steady than the single nearest, less dull than the mean (measured: shared guide of issue 5)
_AT_ONCE = 1024  # questions whose similarities are gathered in one go: some megabytes
VOTERS = 7  # nearest passages of all that vote for their article
NAMES = (
    "score",
    "margin",
    "lexical",
    "dense",
    "background",
    "known",
    "words",
    "sense",
    "votes",
    "mass",
    "mentioned",
    "length",
    *MEASURES,
)


@dataclass(frozen=True, slots=True)
class Signals:
    """What was found for m questions. What a question must not see of itself is -1 in its similarities."""

    heads: Floats  # scores (m, articles), see heads.py
    mentioned: Floats  # (m, articles), see mentions.py
    lexical: Floats  # similarities (m, rows)
    dense: Floats  # similarities (m, rows)
    known: Floats  # (m): share of the question's lexical weight on features that any passage has
    length: Floats  # (m): see lengths
    usage: Floats  # (m, articles, len(usage.MEASURES)), see usage.py

    def __getitem__(self, which: npt.NDArray[np.int64]) -> Signals:
        """Those of some of the questions."""
        return Signals(
            self.heads[which],
            self.mentioned[which],
            self.lexical[which],
            self.dense[which],
            self.known[which],
            self.length[which],
            self.usage[which],
        )

    def scores(self, mentions: float) -> Floats:
        """Scores (m, articles) with what is mentioned added at that weight."""
        return self.heads + np.float32(mentions) * self.mentioned


def lengths(texts: Sequence[str]) -> Floats:
    """The logarithm of how many signs each normalised text has: the longer a question, the less a likeness tells."""
    return np.log(np.array([max(1, len(text)) for text in texts], dtype=np.float32))


def candidates(scores: Floats, count: int = CANDIDATES) -> npt.NDArray[np.int64]:
    """Article numbers of the best `count` of each row of scores (m, articles), best first: (m, count)."""
    count = min(count, scores.shape[1])
    best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
    return np.take_along_axis(best, order, axis=1)


def gather(signals: Signals, scores: Floats, chosen: npt.NDArray[np.int64], rows: Rows) -> Floats:
    """Features float32 (m, candidates, len(NAMES)) of the articles chosen by scores (m, articles)."""
    lexical, dense = signals.lexical, signals.dense
    found = np.zeros((*chosen.shape, len(NAMES)), dtype=np.float32)
    own = np.take_along_axis(scores, chosen, axis=1)
    found[:, :, 0] = own
    found[:, :, 1] = own - _best_other(scores, chosen, own)
    for part in range(0, len(chosen), _AT_ONCE):
        some = slice(part, part + _AT_ONCE)
        for leg, nearest, similarity in ((2, 6, lexical), (3, 7, dense)):
            found[some, :, leg], found[some, :, nearest] = _nearest(similarity[some], chosen[some], rows)
    background = rows.background
    if background.stop > background.start:
        mixed = np.maximum(lexical[:, background], dense[:, background])
        found[:, :, 4] = mixed.max(axis=1, initial=-1)[:, None]
    found[:, :, 5] = signals.known[:, None]
    found[:, :, 8] = _votes(lexical + dense, chosen, rows)
    found[:, :, 9] = np.maximum(signals.heads, 0).sum(axis=1)[:, None]
    found[:, :, 10] = np.take_along_axis(signals.mentioned, chosen, axis=1)
    found[:, :, 11] = signals.length[:, None]
    found[:, :, 12:] = np.take_along_axis(signals.usage, chosen[:, :, None], axis=1)
    return found


def with_products(features: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Features (..., f) and behind them their products, each with itself and every later one: (..., f + f (f + 1) / 2).

    A strong margin means more where much of the question is known.
    """
    first, second = _pairs(features.shape[-1])
    return np.concatenate([features, features[..., first] * features[..., second]], axis=-1)


@functools.cache
def _pairs(features: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    return np.triu_indices(features)


def _nearest(similarity: Floats, chosen: npt.NDArray[np.int64], rows: Rows) -> tuple[Floats, Floats]:
    """The mean similarity to the `NEAREST` passages of each chosen article, and the greatest: each (m, candidates)."""
    places, inside = rows.places
    near = np.take_along_axis(similarity, places[chosen].reshape(len(chosen), -1), axis=1)
    near = np.where(inside[chosen], np.maximum(near.reshape(*chosen.shape, -1), 0), np.float32(0))
    count = min(NEAREST, near.shape[2])
    best = np.partition(near, near.shape[2] - count, axis=2)[:, :, -count:]
    mean = best.sum(axis=2) / np.clip(rows.ends - rows.starts, 1, NEAREST).astype(np.float32)[chosen]
    return mean, best.max(axis=2)


def _votes(similarity: Floats, chosen: npt.NDArray[np.int64], rows: Rows) -> Floats:
    """Share of the `VOTERS` passages nearest to each question that belong to each candidate, (m, candidates)."""
    count = min(VOTERS, similarity.shape[1])
    nearest = np.argpartition(similarity, similarity.shape[1] - count, axis=1)[:, -count:]
    found: Floats = (rows.labels[nearest][:, None, :] == chosen[:, :, None]).mean(axis=2, dtype=np.float32)
    return found


def _best_other(scores: Floats, chosen: npt.NDArray[np.int64], own: Floats) -> Floats:
    """For each candidate the best score of any other article; scores of a single article have none: 0."""
    if scores.shape[1] < 2:
        return np.zeros_like(own)
    first = own[:, :1]
    second = own[:, 1:2]
    return np.concatenate([second, np.repeat(first, own.shape[1] - 1, axis=1)], axis=1)
