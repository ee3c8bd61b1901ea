"""A shelf: the passages that questions of one language are compared with, and the heads over them.

Languages have shelves of their own because their words share nothing: fitting them together would cost four
times as much and tell no more. An article that lacks a language stands on that language's shelf with the text
it has, so that an encoder for both can still find it.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import faiss
import numpy as np
import numpy.typing as npt

from topay_bot.retrieval import evidence
from topay_bot.retrieval.condensing import Axes, condense
from topay_bot.retrieval.encoder import Vectors
from topay_bot.retrieval.heads import kernel
from topay_bot.retrieval.lexical import LexicalFeatures
from topay_bot.retrieval.mentions import Mentions
from topay_bot.retrieval.passages import Passage, sections_among
from topay_bot.retrieval.ranking import Ranking
from topay_bot.retrieval.usage import Usage

if TYPE_CHECKING:
    import scipy.sparse as sp

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Mix:
    """How the legs are put together, chosen by cross-validation at build."""

    dense: float  # share of the dense leg in the similarity, 0 to 1; the lexical leg has the rest
    width: float  # of the kernel, see heads.kernel
    noise: float  # of a question, see heads.Heads.fit
    mentions: float  # weight of what an article mentions (see mentions.py) beside its score, 0 to 1


@dataclass(frozen=True, slots=True)
class Hit:
    """An article with its raw score (higher is better, no probability) and its passage nearest to the question."""

    article: str
    score: float
    passage: Passage
    similarity: float  # of that passage, -1 to 1


class Shelf:
    """Finds articles for questions of one language; immutable, safe to share between threads."""

    def __init__(
        self,
        lexical: LexicalFeatures,
        passages: Sequence[Passage],
        mentions: Mentions,
        usage: Usage,
        axes: Axes,
        dense: faiss.IndexFlatIP,
        weights: Floats,
        mix: Mix,
        ranking: Ranking,
    ) -> None:
        """`mentions` and `usage` of the passages; `dense` holds their vectors along `axes` (dimension, axes)."""
        self.lexical = lexical
        self.passages = tuple(passages)
        self.rows = mentions.rows
        self.is_section = usage.is_section
        self.mentions = mentions
        self.usage = usage
        self.postings = mentions.postings
        self.axes = axes
        self.dense = dense
        self.weights = weights
        self.mix = mix
        self.ranking = ranking
        flat = faiss.rev_swig_ptr(dense.get_xb(), dense.ntotal * dense.d)
        # A view into the FAISS index, float32 (rows, axes): the heads need every similarity, not the best few.
        self.vectors: Vectors = flat.reshape(dense.ntotal, dense.d)

    @classmethod
    def of(
        cls,
        lexical: LexicalFeatures,
        passages: Sequence[Passage],
        mentions: Mentions,
        axes: Axes,
        vectors: Vectors,
        weights: Floats,
        mix: Mix,
        ranking: Ranking | None = None,
    ) -> Shelf:
        """From condensed vectors (passages, axes)."""
        dense = faiss.IndexFlatIP(vectors.shape[1])
        dense.add(vectors)
        usage = Usage.of(mentions.postings, mentions.rows, sections_among(passages), lexical.is_word)
        return cls(lexical, passages, mentions, usage, axes, dense, weights, mix, ranking or Ranking.none())

    def ranked_by(self, ranking: Ranking) -> Shelf:
        """The same shelf with another ranking of its candidates."""
        found = copy.copy(self)
        found.ranking = ranking
        return found

    @property
    def lexical_rows(self) -> sp.csr_matrix:
        """float32 CSR (passages, features): what builds compare passages by."""
        return self.postings.by_row

    def search(self, text: str, vector: Vectors, count: int = evidence.CANDIDATES) -> tuple[tuple[Hit, ...], Floats]:
        """The best `count` hits for a normalised text and its vector (1, dimension), best first, with their evidence.

        The evidence is float32 (hits, len(evidence.NAMES)). No hits when nothing of the text is known.
        """
        return self.best(self.signals(text, vector), count)

    def signals(self, text: str, vector: Vectors) -> evidence.Signals:
        """Everything that a normalised text and its vector (1, dimension) have in common with the shelf."""
        row, known = self.lexical.encode_known([text])
        lexical = self.postings.product(row.indices, row.data)[None, :]
        dense = self.likeness(vector, lexical)
        heads = kernel(blend(lexical, dense, self.mix), self.mix.width) @ self.weights
        lengths = evidence.lengths([text])
        return evidence.Signals(heads, self.mentions(row), lexical, dense, known, lengths, self.usage(row))

    def best(self, signals: evidence.Signals, count: int) -> tuple[tuple[Hit, ...], Floats]:
        """What `search` gives, from the signals of one text."""
        if not signals.lexical.any() and not signals.dense.any():
            return (), np.zeros((0, len(evidence.NAMES)), dtype=np.float32)
        similarity = blend(signals.lexical, signals.dense, self.mix)
        scores = signals.scores(self.mix.mentions)
        chosen = evidence.candidates(scores, count)
        features = evidence.gather(signals, scores, chosen, self.rows)
        order = self.ranking(features)[0]
        hits = tuple(self._hit(int(article), scores[0], similarity[0]) for article in chosen[0][order])
        return hits, features[0][order]

    def likeness(self, vectors: Vectors, lexical: Floats) -> Floats:
        """The dense similarities (m, rows) of questions' vectors (m, dimension); for a zero vector the lexical ones."""
        found: Floats = condense(vectors, self.axes) @ self.vectors.T
        speechless = ~vectors.any(axis=1)
        if speechless.any():
            found[speechless] = lexical[speechless]
        return found

    def _hit(self, article: int, scores: Floats, similarity: Floats) -> Hit:
        start, end = self.rows.starts[article], self.rows.ends[article]
        nearest = int(start + similarity[start:end].argmax())
        return Hit(
            self.rows.articles[article], float(scores[article]), self.passages[nearest], float(similarity[nearest])
        )


def blend(lexical: Floats, dense: Floats, mix: Mix) -> Floats:
    """The legs' similarities as one, same shape."""
    share = np.float32(mix.dense)
    return share * dense + (1 - share) * lexical


def kernel_of(lexical: Floats, dense: Floats, mix: Mix, at_once: int = 256) -> Floats:
    """The kernel (see heads.kernel) of the blended similarities, same shape; of many rows some at a time.

    What lies between stays in the processor's cache and needs no memory of its own.
    """
    found = np.empty(lexical.shape, dtype=np.float32)
    for part in range(0, len(lexical), at_once):
        some = slice(part, part + at_once)
        found[some] = kernel(blend(lexical[some], dense[some], mix), mix.width)
    return found
