"""Which words are English: the whole words of the bundled encoder's vocabulary, with their regular endings."""

from __future__ import annotations

import functools
import json
from importlib.resources import files
from pathlib import Path

_ENDINGS = ("'s", "'t", "'m", "'re", "'ve", "'ll", "'d", "s", "es", "ed", "ing", "er", "ers", "ly")
_SHORTEST = 3  # letters of a stem


def is_english(word: str) -> bool:
    """Whether a lower-case word is English, by itself or with a regular ending taken off."""
    english = _english()
    if word in english:
        return True
    return any(
        not {stem, f"{stem}e", _single(stem)}.isdisjoint(english)
        for ending in _ENDINGS
        if word.endswith(ending) and len(stem := word.removesuffix(ending)) >= _SHORTEST
    )


def _single(stem: str) -> str:
    """The stem before an ending doubled its last letter or made an i of its y: "refunn" -> "refun", "tri" -> "try"."""
    if stem.endswith("i"):
        return f"{stem[:-1]}y"
    return stem[:-1] if len(stem) > _SHORTEST and stem[-1] == stem[-2] else stem


@functools.cache
def _english() -> frozenset[str]:
    """The whole words of the bundled encoder's WordPiece vocabulary: 20,000 of them, by frequency in English text."""
    file = Path(str(files("topay_bot.retrieval") / "model" / "tokenizer.json"))
    pieces = json.loads(file.read_text(encoding="utf-8"))["model"]["vocab"]
    return frozenset(piece for piece in pieces if piece.isascii() and piece.isalpha())
