"""The Chinese vocabulary of the bundled encoder and its tables: words cut by longest match, rows packed in 4 bits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from topay_bot.retrieval.encoder import Vectors


class Lexicon:
    """Words cut by longest match from the left, and the n-grams that correct their sum.

    Rows of the words come first, in their order, then those of the n-grams.
    """

    def __init__(self, words: Sequence[str], grams: Sequence[str]) -> None:
        self._words = {word: row for row, word in enumerate(words)}
        self._grams = {gram: row for row, gram in enumerate(grams, start=len(words))}
        self._longest_word = max(map(len, words), default=0)
        self._longest_gram = max(map(len, grams), default=0)

    def __len__(self) -> int:
        return len(self._words) + len(self._grams)

    def words(self, run: str) -> list[int]:
        """Rows of the words of one run of Chinese characters, each where it is cut; unknown characters are skipped."""
        found: list[int] = []
        end, start = len(run), 0
        while start < end:
            for stop in range(min(end, start + self._longest_word), start, -1):
                row = self._words.get(run[start:stop])
                if row is not None:
                    found.append(row)
                    start = stop
                    break
            else:
                start += 1
        return found

    def grams(self, run: str) -> list[int]:
        """Rows of every n-gram of the run, wherever it stands."""
        end, grams, longest = len(run), self._grams.get, self._longest_gram
        pieces = (grams(run[i:j]) for i in range(end) for j in range(i + 1, min(end, i + longest) + 1))
        return [row for row in pieces if row is not None]


class PackedRows:
    """A table of vectors in 4 bits with one scale a row, mapped: only the pages of words in use cost memory."""

    def __init__(self, path: Path, scales: npt.NDArray[np.float32]) -> None:
        """`scales` may go on past those of this table's rows."""
        self._packed: npt.NDArray[np.uint8] = np.load(path, mmap_mode="r")
        self._scales = scales[: len(self._packed)]

    def __len__(self) -> int:
        return len(self._packed)

    def __getitem__(self, rows: Sequence[int]) -> Vectors:
        """float32 (rows, dimension)."""
        packed = self._packed[rows]
        halves = np.concatenate([packed >> 4, packed & 15], axis=1).astype(np.float32)
        halves -= 8
        halves *= self._scales[rows][:, None]
        return halves


def pack(table: Vectors) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    """float32 (n, dimension) as PackedRows reads it: uint8 (n, dimension / 2), and float32 scales.

    The first half of a row stands in the high bits. Clipping the few largest elements leaves finer steps to the
    rest, so of several scales each row takes that of the least squared error.
    """
    largest = np.maximum(np.abs(table).max(axis=1), 1e-9) / 7
    least = np.full(len(table), np.inf, dtype=np.float32)
    scales = largest.astype(np.float32)
    for share in np.linspace(0.5, 1.0, 11):
        tried = (largest * share).astype(np.float32)
        error = ((_steps(table, tried) * tried[:, None] - table) ** 2).sum(axis=1)
        scales = np.where(error < least, tried, scales)
        least = np.minimum(error, least)
    high, low = np.split((_steps(table, scales) + 8).astype(np.uint8), 2, axis=1)
    return np.bitwise_or(high << 4, low, dtype=np.uint8), scales


def _steps(table: Vectors, scales: npt.NDArray[np.float32]) -> Vectors:
    found: Vectors = np.clip(np.round(table / scales[:, None]), -8, 7)
    return found
