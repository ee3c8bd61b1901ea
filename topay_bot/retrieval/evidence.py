"""What speaks for a candidate article: the features from which its confidence is learned.

The same function serves the cross-validation of a build and one question at run time.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from topay_bot.retrieval.passages import Rows

Floats = npt.NDArray[np.float32]

CANDIDATES = 5  # as many as a clarification can use, and one
NEAREST = 3  # more steady than the single nearest, less dull than the mean (measured: shared guide of issue 5)
VOTERS = 7  # nearest passages of all that vote for their article
NAMES = ("score", "margin", "lexical", "dense", "background", "known", "words", "sense", "votes", "mass")


def candidates(scores: Floats, count: int = CANDIDATES) -> npt.NDArray[np.int64]:
    """Article numbers of the best `count` of each row of scores (m, articles), best first: (m, count)."""
    count = min(count, scores.shape[1])
    best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
    return np.take_along_axis(best, order, axis=1)


def gather(
    scores: Floats, chosen: npt.NDArray[np.int64], lexical: Floats, dense: Floats, known: Floats, rows: Rows
) -> Floats:
    """Features float32 (m, candidates, len(NAMES)) of the chosen articles.

    `lexical` and `dense` are similarities (m, rows); what a question must not see of itself is -1 there.
    """
    m, count = chosen.shape
    found = np.zeros((m, count, len(NAMES)), dtype=np.float32)
    own = np.take_along_axis(scores, chosen, axis=1)
    found[:, :, 0] = own
    found[:, :, 1] = own - _best_other(scores, chosen, own)
    for leg, nearest, similarity in ((2, 6, lexical), (3, 7, dense)):
        for row in range(m):
            for place in range(count):
                article = chosen[row, place]
                near = similarity[row, rows.starts[article] : rows.ends[article]]
                found[row, place, leg] = _mean_of_nearest(near)
                found[row, place, nearest] = near.max(initial=0)
    background = rows.background
    if background.stop > background.start:
        mixed = np.maximum(lexical[:, background], dense[:, background])
        found[:, :, 4] = mixed.max(axis=1, initial=-1)[:, None]
    found[:, :, 5] = known[:, None]
    found[:, :, 8] = _votes(lexical + dense, chosen, rows)
    found[:, :, 9] = np.maximum(scores, 0).sum(axis=1)[:, None]
    return found


def _mean_of_nearest(similarity: Floats) -> float:
    if len(similarity) > NEAREST:
        similarity = np.partition(similarity, len(similarity) - NEAREST)[-NEAREST:]
    return float(np.maximum(similarity, 0).mean()) if len(similarity) else 0.0


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
