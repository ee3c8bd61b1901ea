"""Any Sentence Transformers model as an encoder; needs the extra `transformers` (torch comes with it)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from topay_bot.errors import EncoderError
from topay_bot.retrieval.encoder import Kind, Vectors, unit_rows

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 64


def open_model(name: str, device: str | None = "cpu") -> SentenceTransformer:
    """The Sentence Transformers model in a folder or of that hub name; without a `device`, on the best one.

    Raises EncoderError saying what to do.
    """
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise EncoderError(
            f"encoder {name!r} needs sentence-transformers, which is not installed; "
            "install it as README.md says under 'A larger model': pip install 'topay-bot[transformers]'"
        ) from None
    try:
        model: SentenceTransformer = SentenceTransformer(name, device=device)
    except Exception as error:  # the hub raises many kinds; all mean that there is no model
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise EncoderError(
            f"encoder {name!r} cannot be loaded: {reason}. Give the folder of a downloaded model, "
            "or check the name and that this machine reaches the model hub"
        ) from error
    return model


class SentenceTransformerEncoder:
    """A model from a local folder or by its hub name; its own prompts for questions and passages are used.

    `model` is the one called `name` where it is loaded already.
    """

    def __init__(self, name: str, model: SentenceTransformer | None = None) -> None:
        self._model = open_model(name) if model is None else model
        self.id = Path(name).name if Path(name).is_dir() else name
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.content_hash = _weights_hash(self._model)
        self.alike = not any((self._model.prompts or {}).values())

    def encode(self, texts: Sequence[str], kind: Kind = "question") -> Vectors:
        """See Encoder."""
        encode = self._model.encode_query if kind == "question" else self._model.encode_document
        found = encode(list(texts), batch_size=BATCH, show_progress_bar=False, convert_to_numpy=True)
        return unit_rows(found.reshape(len(texts), self.dimension))


def _weights_hash(model: SentenceTransformer) -> str:
    """SHA-256 over every weight and prompt: two copies of a model in two folders are one encoder."""
    digest = hashlib.sha256(repr(sorted((model.prompts or {}).items())).encode())
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
