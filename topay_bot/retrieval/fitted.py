"""The encoder that needs no model: latent semantic analysis, fitted at build on the knowledge itself.

Deerwester et al., Indexing by Latent Semantic Analysis (1990). It knows only the words of the knowledge base,
in any language, and relates those that occur in the same articles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from topay_bot.retrieval.encoder import FITTED, Kind, Vectors, unit_rows
from topay_bot.retrieval.lexical import LexicalFeatures
from topay_bot.text import normalise

DIMENSION = 128  # 100 to 300 in the literature on LSA; more gained nothing on our questions
_OVERSAMPLES = 10
_LEAST = 2  # what stands in one text only relates it to no other


class FittedEncoder:
    """Projects lexical features on the directions along which the knowledge base varies most."""

    id = FITTED
    alike = True

    def __init__(self, lexical: LexicalFeatures, projection: npt.NDArray[np.float32]) -> None:
        self._lexical = lexical
        self._projection = projection  # float32 (features, dimension)
        self.dimension = projection.shape[1]
        self.content_hash = hashlib.sha256(np.ascontiguousarray(projection).tobytes()).hexdigest()

    @classmethod
    def fit(cls, texts: Sequence[str], seed: int) -> FittedEncoder:
        """Fit on the texts of all passages; the same texts and seed give the same encoder."""
        clean = [normalise(text) for text in texts]
        lexical, matrix = LexicalFeatures.fit_encode(clean, least=_LEAST)
        dimension = max(1, min(DIMENSION, min(matrix.shape) - 1))
        if min(matrix.shape) <= 2:  # too little for a decomposition: the plain features, as far as they go
            projection = np.eye(lexical.dimension, max(1, min(lexical.dimension, DIMENSION)), dtype=np.float32)
            return cls(lexical, projection)
        from sklearn.decomposition import TruncatedSVD  # a server that loads a fitted encoder can do without

        svd = TruncatedSVD(dimension, n_iter=2, n_oversamples=_OVERSAMPLES, random_state=seed).fit(matrix)
        return cls(lexical, np.ascontiguousarray(svd.components_.T, dtype=np.float32))

    def encode(self, texts: Sequence[str], kind: Kind = "question") -> Vectors:
        """See Encoder."""
        found = self._lexical.encode([normalise(text) for text in texts]) @ self._projection
        return unit_rows(np.asarray(found))

    def save(self, folder: Path) -> None:
        """Write the encoder into a build's folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self._lexical.save(folder)
        np.save(folder / "projection.npy", self._projection, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> FittedEncoder:
        """What `save` wrote."""
        return cls(LexicalFeatures.load(folder), np.load(folder / "projection.npy", allow_pickle=False))
