"""Encoders turn texts into unit vectors; this module says what one is and finds one by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from topay_bot.errors import EncoderError

Vectors = npt.NDArray[np.float32]
Kind = Literal["question", "passage"]
BUNDLED = "bundled"  # the project's own, for Chinese and English
FITTED = "fitted"  # learned at build from the knowledge itself, for any language


class Encoder(Protocol):
    """Texts to vectors whose inner product is their likeness.

    `id` names it, `content_hash` (SHA-256, hex) changes whenever its vectors would: an index refuses an encoder
    with another hash than its own. `alike`: a text has the same vector as a question and as a passage.
    """

    id: str
    content_hash: str
    dimension: int
    alike: bool

    def encode(self, texts: Sequence[str], kind: Kind = "question") -> Vectors:
        """float32 (n, dimension), unit rows; a text without anything known gives a zero row."""
        ...


def load_encoder(name: str | None = None) -> Encoder:
    """The encoder called `name`: `bundled` (the default), a folder, or a Sentence Transformers name.

    `fitted` is not loaded by name but fitted at build. Raises EncoderError saying what to do.
    """
    if name is None or name == BUNDLED:
        from topay_bot.retrieval.bundled import BundledEncoder

        return BundledEncoder()
    if name == FITTED:
        raise EncoderError("the encoder 'fitted' comes with an index; name a model or a folder, or build an index")
    from topay_bot.retrieval.bundled import CONFIG, TRANSFORMER, BundledEncoder
    from topay_bot.retrieval.sentence import SentenceTransformerEncoder

    folder = Path(name)
    if (folder / CONFIG).is_file() and (folder / TRANSFORMER).is_file():
        # Written by scripts/train-encoder --out: served without torch, like the one that comes with the package.
        return BundledEncoder(folder)
    if folder.exists() and not folder.is_dir():
        raise EncoderError(f"encoder {name!r} is a file; expected the folder of a Sentence Transformers model")
    return SentenceTransformerEncoder(name)


def unit_rows(vectors: npt.NDArray[np.floating]) -> Vectors:
    """The same rows at length 1, float32; zero rows stay zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.ascontiguousarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)
