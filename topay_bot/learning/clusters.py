"""Questions that mean the same, found by their vectors.

Within a language HDBSCAN (Campello, Moulavi, Sander, 2013) finds what stands close in the encoder's own space, less the
few directions in which everything said to a desk differs: along the axes of a shelf, which are those of the articles,
what no article speaks of would be lost. How close is close differs from encoder to encoder and from desk to desk, so
no distance is written here; the articles give the measure. Clusters are parts of one topic, in one language or in two,
when their centres are nearer than those of different articles are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.cluster import DBSCAN, HDBSCAN

from topay_bot.retrieval.encoder import Vectors, unit_rows
from topay_bot.retrieval.passages import PassageKind
from topay_bot.retrieval.shelf import Shelf

_EQUAL = 1e-4  # relative: the same words in another frame
Labels = npt.NDArray[np.int64]  # a cluster each, -1 for none

FEWEST = 3  # questions that make a cluster: two are chance
_TRUSTED = 100  # questions among which three that stand close are no chance yet
_FEW = 50  # questions, too few to tell dense from sparse by themselves: the articles tell
_FEWEST_TOPICS = 8  # articles that tell how near different ones are
_ENOUGH = 100  # passages that tell what all have in common
_COMMON = 4  # directions; from 2 to 8 the topics of benchmarks/gaps.py are found about as well
_STRANGERS = 0.05  # share of articles that may have a stranger as near as what is joined across languages
_OFTEN = 8  # questions of an article that its centre is taken of: about as many as a cluster has


@dataclass(frozen=True, slots=True)
class Ground:
    """What all that is said to a desk in one language has in common, whatever it is about.

    Without it ("all but the top": Mu, Viswanath, 2018) "where is my ..." makes no two questions alike.
    """

    middle: Vectors  # (dimension,)
    axes: Vectors  # (directions, dimension), unit rows

    @classmethod
    def of(cls, shelf: Shelf) -> Ground:
        """By the passages of a shelf; nothing where they are too few to tell."""
        vectors = _own(shelf)
        vectors = vectors[vectors.any(axis=1)]
        if len(vectors) < _ENOUGH:
            return cls(np.zeros(len(shelf.axes), np.float32), np.zeros((0, len(shelf.axes)), np.float32))
        middle = vectors.mean(axis=0)
        spread = vectors - middle
        _, axes = np.linalg.eigh((spread.T @ spread).astype(np.float64))  # in ascending order
        return cls(middle, np.ascontiguousarray(axes[:, -_COMMON:].T, dtype=np.float32))

    def without(self, vectors: Vectors) -> Vectors:
        """Unit rows of what is left of vectors (n, dimension); zero rows stay zero."""
        moved = np.where(vectors.any(axis=1, keepdims=True), vectors - self.middle, 0)
        return unit_rows(moved - moved @ self.axes.T @ self.axes)


@dataclass(frozen=True, slots=True)
class Measure:
    """How near questions to a desk in one language are, by those of its articles, without the ground."""

    ground: Ground
    centres: Mapping[str, Vectors]  # article -> the unit vector (dimension,) in the midst of its questions
    near: float  # likeness: three of four questions have two others of their article as near

    @classmethod
    def of(cls, shelf: Shelf) -> Measure:
        """By the questions on a shelf."""
        ground = Ground.of(shelf)
        vectors = ground.without(_own(shelf))
        middles: dict[str, Vectors] = {}
        second: list[float] = []
        for number, article in enumerate(shelf.rows.articles):
            rows = [row for row in _questions(shelf, number) if vectors[row].any()]
            if rows:
                middles[article] = centre(vectors[rows[:_OFTEN]])
            if len(rows) >= FEWEST:
                likeness = vectors[rows] @ vectors[rows].T
                second += np.sort(likeness, axis=1)[:, -FEWEST].tolist()  # the last is the question itself
        return cls(ground, middles, float(np.quantile(second, 0.25)) if second else 1.0)


def cluster(vectors: Vectors, near: float) -> Labels:
    """A cluster for each question of one language, vectors (n, dimension), -1 for none; a zero vector has none.

    Of few questions those that are `near` to one another are one. Of many the smallest clusters that are denser than
    what is around them are taken; the more there are, the more must stand close to be no chance: one more each time
    they double.
    """
    found: Labels = np.full(len(vectors), -1, dtype=np.int64)
    spoken = np.flatnonzero(vectors.any(axis=1))
    if len(spoken) < FEWEST:
        return found
    likeness = (vectors[spoken] @ vectors[spoken].T).astype(np.float64)
    distances = np.maximum(1 - (likeness + likeness.T) / 2, 0)  # symmetric to the last bit, which is asked for
    np.fill_diagonal(distances, 0)
    if len(spoken) < _FEW:
        clusterer = DBSCAN(eps=1 - near, min_samples=FEWEST, metric="precomputed")
    else:
        fewest = FEWEST + int(math.log2(max(1.0, len(spoken) / _TRUSTED)))
        clusterer = HDBSCAN(min_cluster_size=fewest, metric="precomputed", cluster_selection_method="leaf", copy=False)
    found[spoken] = clusterer.fit_predict(distances)
    return found


def join_limit(left: Mapping[str, Vectors], right: Mapping[str, Vectors]) -> float:
    """The likeness above which two clusters are one topic, by the centres of articles in one language, or in two.

    Only one article in twenty has a different article as near as that.
    """
    both = [article for article in left if article in right]
    if len(both) < _FEWEST_TOPICS:
        return 1.0
    likeness = np.stack([left[article] for article in both]) @ np.stack([right[article] for article in both]).T
    np.fill_diagonal(likeness, -1)
    return float(np.quantile(likeness.max(axis=1), 1 - _STRANGERS))


def pairs(left: Vectors, right: Vectors, limit: float) -> list[tuple[int, int]]:
    """Centres (n, dimension) and (m, dimension) that are each other's nearest, and more alike than the limit.

    Where both are the same array the pairs are among its rows, each once.
    """
    if not len(left) or not len(right):
        return []
    likeness = left @ right.T
    if left is right:
        np.fill_diagonal(likeness, -1)
    best, back = likeness.argmax(axis=1), likeness.argmax(axis=0)
    found = [(i, int(j)) for i, j in enumerate(best) if back[j] == i and likeness[i, j] > limit]
    return [(i, j) for i, j in found if i < j] if left is right else found


def centre(vectors: Vectors) -> Vectors:
    """The unit vector (dimension,) in the midst of vectors (n, dimension)."""
    found: Vectors = unit_rows(vectors.mean(axis=0, keepdims=True))[0]
    return found


def cohesion(vectors: Vectors) -> float:
    """How alike unit vectors (n, dimension) are, 0 to 1: the mean over all pairs; 1 for a lone one."""
    n = len(vectors)
    return 1.0 if n == 1 else max(0.0, (float(np.square(vectors.sum(axis=0)).sum()) - n) / (n * (n - 1)))


def medoid(vectors: Vectors, weights: Sequence[int]) -> int:
    """The row nearest to all others, each as often as its weight; the first of equals."""
    likeness = vectors @ (vectors.T @ np.asarray(weights, dtype=np.float32))
    return int(np.flatnonzero(likeness >= likeness.max() * (1 - _EQUAL))[0])


def _own(shelf: Shelf) -> Vectors:
    """The vectors of a shelf's passages in the encoder's own dimensions, (passages, dimension)."""
    own: Vectors = shelf.vectors @ shelf.axes.T
    return own


def _questions(shelf: Shelf, article: int) -> list[int]:
    rows = range(int(shelf.rows.starts[article]), int(shelf.rows.ends[article]))
    return [row for row in rows if shelf.passages[row].kind is PassageKind.QUESTION]
