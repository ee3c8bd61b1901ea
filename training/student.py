"""The static Chinese student: a table of word vectors and a table of character n-gram corrections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import jieba
import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as functional

from topay_bot.retrieval.chinese import Lexicon
from topay_bot.retrieval.encoder import Vectors
from topay_bot.text import normalise, runs
from training.teacher import Teacher

DIMENSION = 384
LONGEST_WORD = 8
LONGEST_GRAM = 3
# Rarer dictionary words are idioms and terms that no customer types; the limit of 60 MB needs them gone.
MIN_WORD_FREQUENCY = 12
MIN_GRAM_COUNT = 10
# Arora et al. 2017, "A simple but tough-to-beat baseline": weight a / (a + p). 1e-3 there; 5e-3 was better here.
SIF = 5e-3
# Beside the meaning, each word carries its spelling (random vectors of its characters) at this relative length.
SPELLING = 1.0
# The length of one Latin word beside Chinese words.
LATIN_WEIGHT = 0.5


@dataclass(frozen=True)
class Vocabulary:
    """Words in the order of their rows, then n-grams, and how likely each word is in running text (0 to 1)."""

    words: list[str]
    grams: list[str]
    share: npt.NDArray[np.float32]


def make_vocabulary(glosses: dict[str, list[str]], texts: Sequence[str]) -> Vocabulary:
    """Words of the dictionary in common use or in the texts, and the n-grams that the texts often hold."""
    jieba.initialize()
    frequency: dict[str, int] = jieba.dt.FREQ
    counts: Counter[str] = Counter()
    for text in dict.fromkeys(texts):
        for run, chinese in runs(text):
            if chinese:
                for size in range(1, LONGEST_GRAM + 1):
                    counts.update(run[start : start + size] for start in range(len(run) - size + 1))
    characters = sum(count for gram, count in counts.items() if len(gram) == 1)
    words = [
        word
        for word in sorted(glosses)
        if len(word) <= LONGEST_WORD
        and all(chinese for _, chinese in runs(word))
        and len(runs(word)) == 1
        and (len(word) == 1 or frequency.get(word, 0) >= MIN_WORD_FREQUENCY or counts[word] >= 2)
    ]
    grams = sorted(gram for gram, count in counts.items() if count >= MIN_GRAM_COUNT)
    share = [max(frequency.get(word, 1) / jieba.dt.total, counts[word] / characters) for word in words]
    return Vocabulary(words, grams, np.array(share, dtype=np.float32))


def initial_rows(
    vocabulary: Vocabulary, glosses: dict[str, list[str]], meanings: dict[str, Vectors], rng: np.random.Generator
) -> Vectors:
    """float32 (words, 384): mean teacher vector of the glosses plus the spelling, times the SIF weight."""
    spelling = Spelling(vocabulary, rng)
    rows = np.zeros((len(vocabulary.words), DIMENSION), dtype=np.float32)
    for row, word in enumerate(vocabulary.words):
        known = [meanings[gloss] for gloss in glosses[word] if gloss in meanings]
        if known:
            mean = np.mean(known, axis=0)
            rows[row] = mean / max(float(np.linalg.norm(mean)), 1e-6)
        rows[row] += SPELLING * spelling.of(word) * np.linalg.norm(rows[row])
    weight = SIF / (SIF + vocabulary.share)
    rows *= weight[:, None]
    # A word without glosses begins near zero but not at it, where a unit row would have no direction.
    return rows + rng.normal(0, 0.002, rows.shape).astype(np.float32)


class Spelling:
    """Random vectors by character and pair: words that share characters share some of their direction.

    Random directions in 384 dimensions are nearly orthogonal to each other and to every English vector, so they add
    a lexical match within Chinese and hardly disturb the likeness across languages.
    """

    def __init__(self, vocabulary: Vocabulary, rng: np.random.Generator) -> None:
        self._rng = rng
        self._directions: dict[str, Vectors] = {}
        shares: Counter[str] = Counter()
        for word, share in zip(vocabulary.words, vocabulary.share, strict=True):
            for character in word:
                shares[character] += float(share)
        total = sum(shares.values())
        self._weight = {character: 1e-3 / (1e-3 + share / total) for character, share in shares.items()}

    def _direction(self, key: str) -> Vectors:
        if key not in self._directions:
            drawn = self._rng.normal(size=DIMENSION)
            self._directions[key] = (drawn / np.linalg.norm(drawn)).astype(np.float32)
        return self._directions[key]

    def of(self, word: str) -> Vectors:
        """float32 (384,), length about 1."""
        found = np.zeros(DIMENSION, dtype=np.float32)
        for character in word:
            found += self._weight[character] * self._direction(character)
        for first, second in pairwise(word):
            found += self._direction(first + second)
        return found / max(float(np.linalg.norm(found)), 0.3)


@dataclass(frozen=True)
class Features:
    """One text as the student reads it: rows of its words and n-grams, its Latin words joined and how many."""

    words: npt.NDArray[np.int64]
    grams: npt.NDArray[np.int64]
    latin: str
    latin_words: int


class Student(torch.nn.Module):
    """Sums of rows; Latin words in a Chinese text take part with the teacher's own vector of them."""

    def __init__(self, vocabulary: Vocabulary, rows: Vectors, teacher: Teacher) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self._lexicon = Lexicon(vocabulary.words, vocabulary.grams)
        self._teacher = teacher
        self._latin: dict[str, torch.Tensor] = {}
        self._features: dict[str, Features] = {}
        self.words = _bag(rows)
        # Corrections begin at nothing and learn slowly: what a word's own vector can say, it should say.
        self.grams = _bag(np.zeros((len(vocabulary.grams), DIMENSION), dtype=np.float32))

    def prepare(self, texts: Sequence[str]) -> None:
        """Reads normalised texts once and asks the teacher for every Latin string in them."""
        count = len(self.vocabulary.words)
        for text in texts:
            if text not in self._features:
                latin = [token for token, chinese in runs(text) if not chinese]
                han = [token for token, chinese in runs(text) if chinese]
                words = [row for run in han for row in self._lexicon.words(run)]
                grams = [row - count for run in han for row in self._lexicon.grams(run)]
                self._features[text] = Features(
                    np.array(words, dtype=np.int64), np.array(grams, dtype=np.int64), " ".join(latin), len(latin)
                )
        new = sorted({self._features[text].latin for text in texts} - {""} - self._latin.keys())
        if new:
            vectors = torch.from_numpy(self._teacher.encode(new, "latin"))
            self._latin.update(zip(new, vectors, strict=True))

    def forward(
        self, texts: Sequence[str], dropout: float = 0.0, random: torch.Generator | None = None
    ) -> torch.Tensor:
        """float32 (n, 384), unit rows, of prepared texts."""
        features = [self._features[text] for text in texts]
        total = self._sum(self.words, [one.words for one in features], dropout, random)
        total = total + self._sum(self.grams, [one.grams for one in features], dropout, random)
        device = total.device
        zero = torch.zeros(DIMENSION)
        latin = torch.stack([self._latin.get(one.latin, zero) for one in features]).to(device)
        weight = torch.tensor([LATIN_WEIGHT * one.latin_words for one in features], device=device)
        if dropout:
            weight = weight * (torch.rand(len(features), generator=random) >= dropout).to(device)
        return functional.normalize(total + latin * weight[:, None], dim=1, eps=1e-6)

    def _sum(
        self,
        table: torch.nn.EmbeddingBag,
        rows: Sequence[npt.NDArray[np.int64]],
        dropout: float,
        random: torch.Generator | None,
    ) -> torch.Tensor:
        device = table.weight.device
        flat = torch.from_numpy(np.concatenate(rows)).to(device)
        starts = torch.from_numpy(np.cumsum([0] + [len(one) for one in rows[:-1]])).to(device)
        kept = (torch.rand(len(flat), generator=random) >= dropout).float().to(device) if dropout else None
        return table(flat, starts, per_sample_weights=kept)

    @torch.no_grad()
    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 (n, 384), unit rows: as the bundled encoder answers, before int8."""
        normal = [normalise(text) for text in texts]
        chinese = {text: any(han for _, han in runs(text)) for text in normal}
        english = [text for text, han in chinese.items() if not han]
        others = [text for text, han in chinese.items() if han]
        known = dict(zip(english, self._teacher.encode(english, "dev"), strict=True)) if english else {}
        if others:
            self.prepare(others)
            known.update(zip(others, self(others).cpu().numpy(), strict=True))
        return np.stack([known[text] for text in normal])

    def table(self) -> Vectors:
        """float32 (words + grams, 384): every row, words first."""
        return torch.cat([self.words.weight, self.grams.weight]).detach().cpu().numpy()

    def save(self, path: Path) -> None:
        """Keeps vocabulary and rows for evaluation; the server's own files are made by training.export."""
        np.savez(
            path,
            words=np.array(self.vocabulary.words),
            grams=np.array(self.vocabulary.grams),
            share=self.vocabulary.share,
            table=self.table(),
        )

    @classmethod
    def load(cls, path: Path, teacher: Teacher) -> Student:
        """The student that `save` kept."""
        with np.load(path) as kept:
            vocabulary = Vocabulary(kept["words"].tolist(), kept["grams"].tolist(), kept["share"])
            table = kept["table"]
        student = cls(vocabulary, table[: len(vocabulary.words)], teacher)
        student.grams.weight.data = torch.from_numpy(table[len(vocabulary.words) :])
        return student


def _bag(rows: Vectors) -> torch.nn.EmbeddingBag:
    return torch.nn.EmbeddingBag.from_pretrained(torch.from_numpy(rows.copy()), freeze=False, mode="sum", sparse=True)
