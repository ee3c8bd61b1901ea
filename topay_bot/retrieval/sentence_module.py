"""The bundled encoder as a module of Sentence Transformers, for its tools: evaluation, clustering, search.

    SentenceTransformer(folder, trust_remote_code=True)    # topay_bot/retrieval/model, or what train-encoder wrote

None of that library's own modules can send each script its own way and add up the two, and from version 6 on it imports
classes of other packages only when told to trust them. Nothing is computed anew: the vectors are the server's.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers.base.modules.input_module import InputModule

from topay_bot.retrieval.bundled import FILES, BundledEncoder

MODULES = "modules.json"  # beside the model's files, naming this class


class BundledModule(InputModule):
    """Texts to the bundled encoder's vectors. It has no weights of torch's: it can be used, not trained."""

    def __init__(self, folder: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.folder = folder
        self.encoder = BundledEncoder(folder)
        self.tokenizer = self.encoder.tokenizer

    def preprocess(  # type: ignore[override]  # texts only
        self, inputs: Sequence[str], prompt: str | None = None, **kwargs: Any
    ) -> dict[str, torch.Tensor]:
        """{"sentence_embedding": float32 (inputs, dimension), unit rows}; everything happens here."""
        texts = [f"{prompt or ''}{text}" for text in inputs]
        return {"sentence_embedding": torch.from_numpy(self.encoder.encode(texts, "passage"))}

    def forward(self, features: dict[str, torch.Tensor], **kwargs: Any) -> dict[str, torch.Tensor]:
        """What `preprocess` gave."""
        return features

    def get_embedding_dimension(self) -> int:
        """Numbers in a vector."""
        return self.encoder.dimension

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """Copy the model's files."""
        for name in FILES:
            shutil.copyfile(self.folder / name, Path(output_path) / name)

    @classmethod
    def load(  # type: ignore[override]  # the rest is about the hub
        cls, model_name_or_path: str, subfolder: str = "", **kwargs: Any
    ) -> BundledModule:
        """The model of a local folder."""
        return cls(Path(model_name_or_path) / subfolder)
