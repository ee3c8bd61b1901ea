"""Revises a shelf when some of its passages change: the same heads as a new fit, in a tenth of the time.

The heads of heads.py rest on G = (K + N)^-1 over all rows. When a block R of rows goes and a block B comes, the
inverse follows by two updates of rank |R| and |B| (Schur complements; Golub and Van Loan, Matrix Computations, 2.1.4):

    without R    G - G_R (G_RR)^-1 G_R'                  then rows and columns R are zero
    with B       G + U S^-1 U'      U = [G k; -1],  S = K_BB + N_B - k' G k,  k the kernel between old rows and B

Each costs n^2 (|R| + |B|) instead of n^3. What only a build can say stays as it was: the mix, the axes, the
ranking, the weights of known words. It is for looking at a change at once; what goes live is built.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import scipy.sparse as sp

from topay_bot.retrieval.condensing import condense
from topay_bot.retrieval.encoder import Vectors
from topay_bot.retrieval.heads import Floats, Heads, Ints
from topay_bot.retrieval.learning import noise_factors
from topay_bot.retrieval.lexical import LexicalFeatures, likeness_among
from topay_bot.retrieval.mentions import Mentions
from topay_bot.retrieval.passages import Passage, Rows
from topay_bot.retrieval.shelf import Shelf, kernel_of

_SPARE = 256  # places for more rows, before everything is copied to more room
_AT_ONCE = 512  # rows of the inverse that are updated together: some megabytes


class RevisableShelf:
    """A shelf with the inverse of its kernel: 4 n^2 bytes for n rows (a quarter of a gigabyte for 8,000).

    Rows lie in places that stay theirs while they live; a place is free when no passage has it.
    """

    def __init__(self, shelf: Shelf) -> None:
        """Fit the inverse of a shelf anew, which takes as long as its heads took."""
        self.shelf = shelf
        dense = shelf.vectors @ shelf.vectors.T
        noise = noise_factors(shelf.passages) * np.float32(shelf.mix.noise)
        gram = kernel_of(likeness_among(shelf.lexical_rows), dense, shelf.mix)
        self._inverse = Heads.fit(gram, shelf.rows.targets, noise).inverse
        self._place = {passage: place for place, passage in enumerate(shelf.passages)}
        self._free: list[int] = []
        self._lexical: LexicalFeatures = shelf.lexical
        # Copies: the shelf itself goes on answering as it is.
        self._words = shelf.lexical_rows.copy()  # (places, features)
        self._vectors = shelf.vectors.copy()  # (places, axes)
        self._make_room(1)

    def changed(self, passages: Sequence[Passage]) -> int:
        """How many passages go or come when these are to stand on the shelf."""
        wanted = set(passages)
        return len(wanted - self._place.keys()) + len(self._place.keys() - wanted)

    def revise(self, passages: Sequence[Passage], encode: Callable[[Sequence[str]], Vectors]) -> Shelf:
        """The shelf with these passages, in the order of `passages_of`; only new ones are encoded.

        `encode` gives the encoder's vectors (n, dimension) of texts. A revision that raises must not be built upon.
        """
        wanted = set(passages)
        gone = [place for passage, place in self._place.items() if passage not in wanted]
        new = [passage for passage in passages if passage not in self._place]
        self._place = {passage: place for passage, place in self._place.items() if passage in wanted}
        if gone:
            self._forget(np.array(gone))
            self._free += gone
        if new:
            self._take_in(new, condense(encode([passage.text for passage in new]), self.shelf.axes))
        order = np.array([self._place[passage] for passage in passages])
        rows = Rows.of(passages)
        targets = np.zeros((len(self._inverse), len(rows.articles)), dtype=np.float32)
        targets[order] = rows.targets
        weights = (self._inverse @ targets)[order]
        mentions = Mentions.of(self._words[order], rows)
        before = self.shelf
        self.shelf = Shelf.of(
            self._lexical, passages, mentions, before.axes, self._vectors[order], weights, before.mix, before.ranking
        )
        return self.shelf

    def _forget(self, gone: Ints) -> None:
        columns = self._inverse[:, gone]
        inner = np.linalg.inv(columns[gone].astype(np.float64)).astype(np.float32)
        self._add(columns, -inner)
        self._inverse[gone] = 0  # exactly, not only up to rounding
        self._inverse[:, gone] = 0

    def _take_in(self, new: Sequence[Passage], vectors: Vectors) -> None:
        self._make_room(len(new))
        places = np.array([self._free.pop() for _ in new])
        known = np.array(sorted(self._place.values()), dtype=np.int64)
        texts = [passage.text for passage in new]
        self._lexical = self._lexical.extended(texts)
        self._words = _enlarged(self._words, self._words.shape[0], self._lexical.dimension)
        words = self._lexical.encode(texts)
        mix = self.shelf.mix
        beside = np.zeros((len(new), len(self._inverse)), dtype=np.float32)
        if len(known):
            likeness = (words @ self._words[known].T).toarray()
            beside[:, known] = kernel_of(likeness, vectors @ self._vectors[known].T, mix)
        among = kernel_of(np.asarray((words @ words.T).toarray()), vectors @ vectors.T, mix)
        among[np.diag_indices_from(among)] += noise_factors(new) * np.float32(mix.noise)
        columns = self._inverse @ beside.T
        inner = np.linalg.inv((among - beside @ columns).astype(np.float64)).astype(np.float32)
        columns[places] = -np.eye(len(new), dtype=np.float32)
        self._add(columns, inner)
        source = np.arange(len(self._inverse))
        source[places] = len(source) + np.arange(len(new))
        self._words = sp.vstack([self._words, words], format="csr")[source]
        self._vectors[places] = vectors
        self._place |= dict(zip(new, places.tolist(), strict=True))

    def _add(self, columns: Floats, inner: Floats) -> None:
        """Add `columns @ inner @ columns'` to the inverse."""
        right = inner @ columns.T
        for part in range(0, len(columns), _AT_ONCE):
            self._inverse[part : part + _AT_ONCE] += columns[part : part + _AT_ONCE] @ right

    def _make_room(self, count: int) -> None:
        lacking = count - len(self._free)
        if lacking <= 0:
            return
        size = len(self._inverse)
        more = lacking + _SPARE
        self._inverse = np.pad(self._inverse, ((0, more), (0, more)))
        self._vectors = np.pad(self._vectors, ((0, more), (0, 0)))
        self._words = _enlarged(self._words, size + more, self._words.shape[1])
        self._free += range(size, size + more)


def _enlarged(matrix: sp.csr_matrix, rows: int, columns: int) -> sp.csr_matrix:
    """The same matrix with empty rows below and empty columns beside it."""
    ends = np.pad(matrix.indptr, (0, rows - matrix.shape[0]), mode="edge")
    return sp.csr_matrix((matrix.data, matrix.indices, ends), shape=(rows, columns))
