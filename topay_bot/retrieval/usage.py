"""How the passages of an article use the words of a question.

A neighbour of what is asked has its words somewhere ("e-mail" stands in the article on changing the telephone number),
but seldom: how many of an article's passages have them tells it from the article that is meant. Sections do not count,
since they speak of more than customers ask there; letters, sounds and pairs of words would tell no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from topay_bot.retrieval.passages import Rows
from topay_bot.retrieval.postings import Postings, presence

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
MEASURES = ("likelihood", "usage")
# As many passages more is an article held to have, which use words as all passages do; 2 to 30 tell about as much.
_PRIOR = 8.0


class Usage:
    """Two measures of each article for those words of a question that any passage has; both 0 where none is known.

    likelihood: the sum over words of log(p(word in article) / p(word)), by the root of their number. p is the share of
    passages that have the word, smoothed by a Dirichlet prior (Ponte and Croft, 1998; Zhai and Lafferty, 2004).
    usage: the mean root of that share as it is, 0 to 1, weighted by the squares of the words' lexical weights.
    """

    def __init__(self, counts: Postings, postings: Postings, rows: Rows, is_section: Bools) -> None:
        """`counts` (articles + 1, features): how many passages of an article, its sections aside, have a word.

        All other passages have the last place, so that a feature without any count is no word. `postings`: of the
        passages, of which `rows` tells the articles and `is_section` (rows) the kind.
        """
        self.counts = counts
        self.postings = postings
        self.rows = rows
        self.is_section = is_section
        self._sizes = np.asarray(_speaking(rows, is_section).sum(axis=0)).ravel()[:-1]  # passages, sections aside

    @classmethod
    def of(cls, postings: Postings, rows: Rows, is_section: Bools, is_word: Bools) -> Usage:
        """From the passages' postings; `is_word` (features) tells words from other features."""
        words = sp.diags(is_word.astype(np.float32))
        counts = sp.csr_matrix(words @ presence(postings.by_feature) @ _speaking(rows, is_section))
        counts.eliminate_zeros()
        counts.sort_indices()
        return cls(Postings(counts), postings, rows, is_section)

    def __call__(self, encoded: sp.csr_matrix) -> Floats:
        """Measures (m, articles, 2) for questions as LexicalFeatures encodes them, (m, features)."""
        return self.beside(encoded, [np.zeros(0, dtype=np.int64)] * encoded.shape[0])

    def beside(self, encoded: sp.csr_matrix, own: Sequence[Ints], held_out: Sequence[int] = ()) -> Floats:
        """The same, each question as if the rows in `own` did not exist, nor any row of the articles held out.

        Of the articles held out nothing is told: 0.
        """
        found = np.zeros((encoded.shape[0], len(self.rows.articles), len(MEASURES)), dtype=np.float32)
        held_out_rows = [np.arange(self.rows.starts[article], self.rows.ends[article]) for article in held_out]
        ends = self.counts.by_feature.indptr
        for question, mine in enumerate(own):
            asked = slice(encoded.indptr[question], encoded.indptr[question + 1])
            features = encoded.indices[asked]
            is_word = ends[features + 1] > ends[features]
            gone = np.unique(np.concatenate([mine, *held_out_rows]))
            found[question] = self._measured(features[is_word], encoded.data[asked][is_word], gone)
        found[:, list(held_out)] = 0
        return found

    def _measured(self, words: npt.NDArray[np.int32], weights: Floats, gone: Ints) -> Floats:
        """(articles, 2) for some words, without the rows that are gone."""
        counts = self.counts.table(words)[:, :-1]  # (words, articles)
        sizes, rows = self._sizes, len(self.rows.labels) - len(gone)
        ends = self.postings.by_feature.indptr
        having = (ends[words + 1] - ends[words]).astype(np.float32)  # rows with each word
        if len(gone):
            lost = presence(self.postings.by_row[gone][:, words]).toarray()  # (gone, words)
            spoke = self._speaking[gone].toarray()[:, :-1]
            counts = counts - lost.T @ spoke
            sizes = sizes - spoke.sum(axis=0)
            having = having - lost.sum(axis=0)
            known = having > 0
            counts, having, weights = counts[known], having[known], weights[known]
        if not len(having):
            return np.zeros((len(sizes), len(MEASURES)), dtype=np.float32)
        usual = ((having + 0.5) / (rows + 1))[:, None]
        ratio = (counts / usual + _PRIOR) / (sizes + _PRIOR)
        weights = weights**2
        return np.stack(
            [
                np.log(ratio).sum(axis=0) / np.sqrt(len(having)),
                (weights / weights.sum()) @ np.sqrt(counts / np.maximum(sizes, 1)),
            ],
            axis=1,
        )

    @cached_property
    def _speaking(self) -> sp.csr_matrix:
        return _speaking(self.rows, self.is_section)


def _speaking(rows: Rows, is_section: Bools) -> sp.csr_matrix:
    """(rows, articles + 1): 1 for each article that a row speaks for, at the last place for sections and background."""
    elsewhere = len(rows.articles)
    plain = np.where(is_section | (rows.labels < 0), elsewhere, rows.labels)
    also = [(row, article) for row, article in rows.also if not is_section[row]]
    places = np.array([*enumerate(plain.tolist()), *also])
    ones = np.ones(len(places), dtype=np.float32)
    return sp.csr_matrix((ones, (places[:, 0], places[:, 1])), shape=(len(plain), elsewhere + 1))
