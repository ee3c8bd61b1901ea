"""Mends misspelt Latin words of a question: "refnud" finds no article, "refund" does.

A word is mended only when nobody knows it: neither the articles nor English (the whole words in the bundled
encoder's vocabulary, with their regular endings). It becomes the articles' commonest word at the least distance in
the sense of Damerau and Levenshtein (optimal string alignment: Damerau, 1964), where swapped neighbours are one slip.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from topay_bot.english import is_english

# A whole word of plain letters: beside Chinese characters it may stand, inside "número" or "3am" it is none.
_WORD = re.compile(r"(?<![0-9a-z\u00c0-\u024f])[a-z]+(?:'[a-z]+)?(?![0-9a-z\u00c0-\u024f])")
_SHORTEST = 3  # letters of a word that is mended; a word this short only when its letters changed places
_LONG = 9  # letters from which a word may have two slips: in shorter ones two make another word (handset, handled)
_COMMON = 2  # articles' texts that must use a word before others are mended to it
_REMEMBERED = 4096  # words


class Speller:
    """Mends words towards a vocabulary: word -> number of texts that use it. Immutable."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self.vocabulary = dict(vocabulary)
        self._by_length: dict[int, list[str]] = {}
        for word, count in sorted(self.vocabulary.items()):
            if count >= _COMMON and len(word) >= _SHORTEST:
                self._by_length.setdefault(len(word), []).append(word)
        self._mended = functools.lru_cache(_REMEMBERED)(self._mend)

    @classmethod
    def fit(cls, texts: Iterable[str]) -> Speller:
        """The vocabulary of normalised texts."""
        return cls(Counter(word for text in texts for word in set(_WORD.findall(text))))

    def __call__(self, text: str) -> str:
        """A normalised text with its misspelt Latin words mended."""
        return _WORD.sub(lambda found: self._mended(found[0]), text)

    def _mend(self, word: str) -> str:
        if len(word) < _SHORTEST or word in self.vocabulary or is_english(word):
            return word
        slips = 1 if len(word) < _LONG else 2
        near = [
            other
            for length in range(len(word) - slips, len(word) + slips + 1)
            for other in self._by_length.get(length, ())
            if _begins_alike(word, other) and (len(word) > _SHORTEST or sorted(word) == sorted(other))
        ]
        found = process.extract(word, near, scorer=OSA.distance, score_cutoff=slips, limit=None)
        return min(found, key=lambda hit: (hit[1], -self.vocabulary[hit[0]], hit[0]), default=(word, 0, 0))[0]


def _begins_alike(word: str, other: str) -> bool:
    """People seldom miss the first letter; when they do, they swap it with the second."""
    return word[0] == other[0] or word[1::-1] == other[:2]
