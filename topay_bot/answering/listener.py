"""Listeners: how much the words of a text alone speak for a wish for a person, or for an emergency.

A listener is a logistic regression on which n-grams a text holds, in three readings: its tokens (a Chinese character
or a Latin word each), its tokens by class (vocabulary.py), and the letters of its Latin words, for misspelt ones. It
is learned by `python -m training.listen` from sayings in `tests/answering/data` and the questions of the knowledge
base, and shipped as a table: how people ask for a person does not depend on what the knowledge base knows.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from topay_bot.answering.vocabulary import by_class

FOLDER = Path(__file__).parent / "listeners"
_LONGEST = 4  # tokens of an n-gram
_LETTERS = (3, 4, 5)
_MOST_SIGNS = 300  # of a text that are listened to: an endless one must not cost endless time
_TOKEN = re.compile(r"<[a-z]+>|[a-z0-9']+|[\u3400-\u4dbf\u4e00-\u9fff]|[!?.,]")
_WORD = re.compile(r"[a-z0-9']+")

Readings = tuple[frozenset[str], frozenset[str], frozenset[str]]


def readings(text: str) -> Readings:
    """The n-grams of a normalised text: of tokens, of classes (marked @) and of letters (marked #)."""
    text = text[:_MOST_SIGNS]
    letters = (
        f"#{word[start : start + length]}"
        for word in (f"_{found}_" for found in _WORD.findall(text))
        for length in _LETTERS
        for start in range(len(word) - length + 1)
    )
    return _ngrams(text, ""), _ngrams(by_class(text), "@"), frozenset(letters)


def _ngrams(text: str, mark: str) -> frozenset[str]:
    tokens = ["^", *_TOKEN.findall(text), "$"]
    return frozenset(
        mark + " ".join(tokens[start : start + length])
        for length in range(1, _LONGEST + 1)
        for start in range(len(tokens) - length + 1)
    )


@dataclass(frozen=True)
class Listener:
    """Log-odds of one thing, from the weights of n-grams; each reading of a text has length 1, as in training."""

    weights: Mapping[str, float]
    bias: float

    def __call__(self, heard: Readings) -> float:
        """The log-odds of what a text means."""
        known = self.weights
        return self.bias + sum(
            sum(known.get(ngram, 0.0) for ngram in reading) / math.sqrt(len(reading)) for reading in heard if reading
        )

    def save(self, file: Path) -> None:
        """Write the table: a line for each n-gram, the bias first."""
        rows = [("", self.bias), *sorted(self.weights.items())]
        file.write_text("".join(f"{ngram}\t{weight:.3f}\n" for ngram, weight in rows), encoding="utf-8")

    @classmethod
    def load(cls, file: Path) -> Listener:
        """Read a table that `save` wrote."""
        lines = file.read_text(encoding="utf-8").splitlines()
        weights = {ngram: float(weight) for ngram, weight in (line.rsplit("\t", 1) for line in lines)}
        return cls(weights, weights.pop(""))


@functools.cache
def wish_listener() -> Listener:
    """Hears a wish for a person."""
    return Listener.load(FOLDER / "wish.tsv")


@functools.cache
def alarm_listener() -> Listener:
    """Hears that money or an account is in danger."""
    return Listener.load(FOLDER / "alarm.tsv")
