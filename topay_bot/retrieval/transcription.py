"""Writes in characters what was typed in pinyin, as an input method does: "wo yao tui kuan" is 我要退款.

Of all ways to write its syllables the likeliest is taken by a bigram model of words (Jelinek and Mercer, 1980, for the
interpolation; Viterbi, 1967, for the search), learned from the texts of the knowledge base: what customers type is
what its articles, their questions and the background questions speak of.
"""

from __future__ import annotations

import itertools
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from topay_bot.pinyin import PINYIN_RUN, is_pinyin, spell, syllables
from topay_bot.text import chinese_runs, words

# These three hardly matter: from half to twice of each, 95 % of characters come out right (docs/retrieval.md).
_PAIRED = 0.7  # weight of a word's share behind the word before, the rest is its share anywhere
_ALONE = 0.05  # of a word, for a character that otherwise only stands inside words
_UNSEEN = 0.01  # of a word, for a word of which nothing is known
_EDGE = ""  # before the first word of a run


@dataclass(frozen=True)
class Transcriber:
    """Writes pinyin in characters; immutable. `model` is what `fit` made, read when the first pinyin comes."""

    model: bytes

    @classmethod
    def fit(cls, texts: Iterable[str]) -> Transcriber:
        """From the runs of Chinese characters in normalised texts."""
        counts: Counter[str] = Counter()
        pairs: dict[str, Counter[str]] = {}
        for run in (run for text in texts for run in chinese_runs(text)):
            for before, word in itertools.pairwise([_EDGE, *words(run)]):
                counts[word] += 1
                counts[_EDGE] += before == _EDGE
                pairs.setdefault(before, Counter())[word] += 1
        model = {"written": _written(counts), "counts": counts, "pairs": pairs}
        return cls(json.dumps(model, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())

    def __call__(self, text: str) -> str:
        """A normalised text in characters if it is typed in pinyin throughout, names aside; any other as it is."""
        if chinese_runs(text) or not is_pinyin(text):
            return text
        return PINYIN_RUN.sub(lambda run: self._write(syllables(run[0])), text)

    def _write(self, sounds: list[str]) -> str:
        """The likeliest characters of some syllables; one that no text has stays as it is."""
        model = self._model
        # Word -> (log-probability, where it begins, word before it), for each place at which a word may end.
        ways: list[dict[str, tuple[float, int, str]]] = [{_EDGE: (0.0, 0, _EDGE)}]
        ways += [{} for _ in sounds]
        for start, end in model.spans(len(sounds)):
            reading = " ".join(sounds[start:end])
            found = model.written.get(reading)
            if found is None:
                if end > start + 1:
                    continue
                found = {reading: 0.0}
            for word, count in found.items():
                anywhere = (1 - _PAIRED) * (count + _UNSEEN) / model.total
                way = max(
                    (before + math.log(model.paired(last, word) + anywhere), start, last)
                    for last, (before, _, _) in ways[start].items()
                )
                ways[end][word] = max(way, ways[end].get(word, way))
        end, word = len(sounds), max(ways[-1], key=lambda word: ways[-1][word])
        found_words: list[str] = []
        while end:
            found_words.append(word)
            _, end, word = ways[end][word]
        return "".join(reversed(found_words))

    @cached_property
    def _model(self) -> _Model:
        return _Model(**json.loads(self.model))


@dataclass(frozen=True)
class _Model:
    """Counts of the words of the texts."""

    written: Mapping[str, Mapping[str, float]]  # syllables, parted by spaces -> words that sound so, with their weight
    counts: Mapping[str, int]  # word -> times, and `_EDGE` -> runs
    pairs: Mapping[str, Mapping[str, int]]  # word -> word behind it -> times

    @cached_property
    def total(self) -> int:
        """Words in all."""
        return sum(self.counts.values()) or 1

    @cached_property
    def longest(self) -> int:
        """Syllables of the longest word."""
        return max((reading.count(" ") + 1 for reading in self.written), default=1)

    def spans(self, count: int) -> Iterator[tuple[int, int]]:
        """Where a word may begin and end among so many syllables, earlier beginnings first."""
        return (
            (start, end) for start in range(count) for end in range(start + 1, min(start + self.longest, count) + 1)
        )

    def paired(self, before: str, word: str) -> float:
        """The weighted share of a word among those behind another."""
        times = self.pairs.get(before, {}).get(word, 0)
        return _PAIRED * times / self.counts[before] if times else 0.0


def _written(counts: Mapping[str, int]) -> dict[str, dict[str, float]]:
    """What sounds how: syllables, parted by spaces -> words -> their weight; single characters of all words too."""
    found: dict[str, dict[str, float]] = {}

    def add(reading: str, word: str, weight: float) -> None:
        alike = found.setdefault(reading, {})
        alike[word] = round(alike.get(word, 0) + weight, 2)

    for word, count in counts.items():
        sounds = spell(word)
        if len(sounds) != len(word):
            continue  # the edge, or a character that nobody can read aloud
        add(" ".join(sounds), word, count)
        for sound, character in zip(sounds, word, strict=True):
            add(sound, character, _ALONE * count)
    return found
