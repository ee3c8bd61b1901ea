"""What an article mentions of a question, in whichever of its passages.

The legs compare a question with one passage at a time. What an article says in several places speaks for it all the
same, and what it says nowhere ("支付宝", "on weekends") speaks against it, however near one of its passages lies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from topay_bot.retrieval.passages import Rows
from topay_bot.retrieval.postings import Postings, presence

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


class Mentions:
    """For each article the share (0 to 1) of a question's lexical weight on features that its passages have."""

    def __init__(self, having: Postings, postings: Postings, rows: Rows) -> None:
        """`having`: 1 where an article has a feature, (articles, features). `postings`: of the passages."""
        self.having = having
        self.postings = postings
        self.rows = rows

    @classmethod
    def of(cls, lexical_rows: sp.csr_matrix, rows: Rows) -> Mentions:
        """From the passages' lexical rows; a labelled question counts for every article it answers."""
        postings = Postings.of(lexical_rows)
        having = sp.csr_matrix(presence(postings.by_feature) @ sp.csr_matrix(rows.targets))
        having.sort_indices()
        having.data[:] = 1
        return cls(Postings(having), postings, rows)

    def __call__(self, encoded: sp.csr_matrix) -> Floats:
        """Shares (m, articles) for questions as LexicalFeatures encodes them, (m, features)."""
        if encoded.shape[0] == 1:
            return self.having.product(encoded.indices, encoded.data**2)[None, :]
        return np.asarray((encoded.multiply(encoded) @ self.having.by_feature).toarray(), dtype=np.float32)

    def beside(self, encoded: sp.csr_matrix, own: Sequence[Ints]) -> Floats:
        """The same, each question as if the rows in `own` did not exist: those are the question itself."""
        found = self(encoded)
        for question, mine in enumerate(own):
            asked = slice(encoded.indptr[question], encoded.indptr[question + 1])
            weights = dict(zip(encoded.indices[asked].tolist(), encoded.data[asked].tolist(), strict=True))
            for article, theirs in self._by_article(mine):
                counts = self._counts_of(article, theirs)
                lost = (weights.get(feature, 0.0) ** 2 for feature, count in theirs.items() if count >= counts[feature])
                found[question, article] -= sum(lost)
        return found

    @cached_property
    def _counts(self) -> sp.csr_matrix:
        """(articles, features): passages of an article that have a feature."""
        counts = sp.csr_matrix(sp.csr_matrix(self.rows.targets.T) @ presence(self.postings.by_row))
        counts.sort_indices()
        return counts

    @cached_property
    def _articles_of(self) -> list[Ints]:
        """The articles that each row speaks for."""
        return [np.flatnonzero(row) for row in self.rows.targets]

    def _by_article(self, mine: Ints) -> list[tuple[int, Counter[int]]]:
        """The articles that some rows speak for, each with how many of them have a feature."""
        found: dict[int, Counter[int]] = {}
        lexical = self.postings.by_row
        for row in mine.tolist():
            features = lexical.indices[lexical.indptr[row] : lexical.indptr[row + 1]].tolist()
            for article in self._articles_of[row].tolist():
                found.setdefault(article, Counter()).update(features)
        return list(found.items())

    def _counts_of(self, article: int, features: Counter[int]) -> dict[int, float]:
        """How many passages of an article have each of these features, all of which some passage has."""
        span = slice(self._counts.indptr[article], self._counts.indptr[article + 1])
        wanted = np.array(list(features))
        places = np.searchsorted(self._counts.indices[span], wanted)
        return dict(zip(wanted.tolist(), self._counts.data[span][places].tolist(), strict=True))
