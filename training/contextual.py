"""The contextual Chinese student: input rows for Chinese words, under the teacher's own layers, which stay as they are.

Nothing but the rows is learned, so that the server needs one transformer for both languages.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as functional
from tqdm import tqdm

from topay_bot.retrieval.chinese import Lexicon
from topay_bot.retrieval.encoder import Vectors
from topay_bot.text import runs
from training.data import batches
from training.student import DIMENSION, Vocabulary
from training.teacher import MAX_TOKENS, Teacher

# Texts of about one length at once: padding would otherwise be half of the work.
_TOGETHER = 64


def initial_inputs(vocabulary: Vocabulary, glosses: dict[str, list[str]], teacher: Teacher) -> Vectors:
    """float32 (words, 384): mean of the teacher's input rows of the glosses' word pieces, each gloss counting alike."""
    pieces = teacher.model[0].auto_model.embeddings.word_embeddings.weight.detach().cpu().numpy()
    usual = np.median(np.linalg.norm(pieces, axis=1))
    known: dict[str, Vectors | None] = {}

    def row(gloss: str) -> Vectors | None:
        if gloss not in known:
            ids = teacher.model.tokenizer.encode(gloss, add_special_tokens=False)
            known[gloss] = pieces[ids].mean(axis=0) if ids else None
        return known[gloss]

    rows = np.zeros((len(vocabulary.words), DIMENSION), dtype=np.float32)
    for number, word in enumerate(vocabulary.words):
        found = [one for gloss in glosses[word] if (one := row(gloss)) is not None]
        if found:
            mean = np.mean(found, axis=0)
            # A mean of many is short; the layers expect rows as long as those of pieces.
            rows[number] = mean / max(float(np.linalg.norm(mean)), 1e-6) * usual
    return rows


class ContextualStudent(torch.nn.Module):
    """Words and Latin pieces, each at its place, through the frozen layers; the mean of what comes out."""

    def __init__(self, vocabulary: Vocabulary, inputs: Vectors, teacher: Teacher) -> None:
        super().__init__()
        self._lexicon = Lexicon(vocabulary.words, [])
        self._tokenizer = teacher.model.tokenizer
        # Words first, then pieces: one number says which row of which table a token is.
        self._tokens: dict[str, npt.NDArray[np.int64]] = {}
        model = copy.deepcopy(teacher.model[0].auto_model).eval().requires_grad_(False)
        self._pieces = model.embeddings.word_embeddings
        self._model = model
        self.words = torch.nn.Embedding.from_pretrained(torch.from_numpy(inputs.copy()), freeze=False, sparse=True)

    def prepare(self, texts: Sequence[str]) -> None:
        """Cuts normalised texts into tokens once."""
        count = len(self._lexicon)
        encode = self._tokenizer.encode
        for text in texts:
            if text not in self._tokens:
                found: list[int] = []
                for token, chinese in runs(text):
                    if chinese:
                        found += self._lexicon.words(token)
                    else:
                        found += [count + piece for piece in encode(token, add_special_tokens=False)]
                found = [count + self._tokenizer.cls_token_id, *found[: MAX_TOKENS - 2]]
                self._tokens[text] = np.array([*found, count + self._tokenizer.sep_token_id], dtype=np.int64)

    def forward(
        self, texts: Sequence[str], dropout: float = 0.0, random: torch.Generator | None = None
    ) -> torch.Tensor:
        """float32 (n, 384), unit rows, of prepared texts."""
        order = sorted(range(len(texts)), key=lambda number: len(self._tokens[texts[number]]))
        parts = [
            self._part([self._tokens[texts[number]] for number in order[part]], dropout, random)
            for part in batches(len(order), _TOGETHER)
        ]
        return torch.cat(parts)[torch.from_numpy(np.argsort(order))]

    def _part(
        self, texts: Sequence[npt.NDArray[np.int64]], dropout: float, random: torch.Generator | None
    ) -> torch.Tensor:
        device, count = self.words.weight.device, len(self._lexicon)
        tokens = torch.full((len(texts), max(map(len, texts))), -1)
        for row, text in enumerate(texts):
            tokens[row, : len(text)] = torch.from_numpy(text)
        seen = tokens >= 0
        if dropout:
            ends = (tokens == count + self._tokenizer.cls_token_id) | (tokens == count + self._tokenizer.sep_token_id)
            seen &= ends | (torch.rand(tokens.shape, generator=random) >= dropout)
        tokens, seen = tokens.to(device), seen.to(device)
        is_word = ((tokens >= 0) & (tokens < count))[..., None]
        rows = torch.where(is_word, self.words(tokens.clamp(0, count - 1)), self._pieces((tokens - count).clamp(min=0)))
        with torch.autocast(device.type, torch.bfloat16):
            states = self._model(inputs_embeds=rows, attention_mask=seen.long()).last_hidden_state.float()
        weight = seen[..., None].float()
        return functional.normalize((states * weight).sum(1) / weight.sum(1), dim=1)

    @torch.no_grad()
    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 (n, 384), unit rows, of normalised texts with Chinese in them."""
        self.prepare(texts)
        order = sorted(range(len(texts)), key=lambda number: len(self._tokens[texts[number]]))
        found = np.empty((len(texts), DIMENSION), dtype=np.float32)
        for part in tqdm(list(batches(len(order), 1024)), desc="transformer", mininterval=5, disable=None):
            found[order[part]] = self([texts[number] for number in order[part]]).cpu().numpy()
        return found

    def inputs(self) -> Vectors:
        """float32 (words, 384)."""
        return self.words.weight.detach().cpu().numpy()
