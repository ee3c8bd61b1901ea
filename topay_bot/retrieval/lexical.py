"""The lexical leg: words and character n-grams with TF-IDF weights, for Chinese and Latin text alike."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from topay_bot.text import runs, sounds, words

_CHINESE_NGRAMS = (1, 2)
_LATIN_NGRAMS = (2, 3, 4)
_SOUND_NGRAMS = (1, 2)
_STEM = 5  # letters of a Latin word that count: truncation stems "transferred" and "transfers" alike
_WINDOW = 5  # words apart at most that form a pair, in whichever order


def features(text: str) -> tuple[list[str], list[str], list[str]]:
    """The lexical features of a normalised text, in three families: words and pairs of words, characters, sounds.

    The sizes were chosen by leave-one-out accuracy on the knowledge base; docs/retrieval.md has the table.
    """
    syllables = [f"s:{' '.join(gram)}" for gram in _ngrams(sounds(text), _SOUND_NGRAMS)]
    said = [word_stem(word) for word in words(text)]
    pairs = [
        f"w:{min(one, other)} {max(one, other)}"
        for place, one in enumerate(said)
        for other in said[place + 1 : place + 1 + _WINDOW]
    ]
    grams: list[str] = []
    for token, chinese in runs(text):
        padded, sizes = (token, _CHINESE_NGRAMS) if chinese else (f"<{token}>", _LATIN_NGRAMS)
        grams.extend(f"c:{gram}" for gram in _ngrams(padded, sizes))
    return [f"w:{word}" for word in said] + pairs, grams, syllables


def word_stem(word: str) -> str:
    """What is compared of a word: a Chinese one whole, the first letters of another."""
    return word if word > "\u3000" else word[:_STEM]


def _ngrams(sequence: str | list[str], sizes: tuple[int, ...]) -> Iterator[str | list[str]]:
    for size in sizes:
        for start in range(len(sequence) - size + 1):
            yield sequence[start : start + size]


class LexicalFeatures:
    """TF-IDF vectors whose inner product is the mean of the families' cosines: words, characters, sounds.

    Sublinear term frequency and smoothed IDF as in scikit-learn's TfidfVectorizer (Manning, Raghavan, Schütze,
    Introduction to Information Retrieval, 6.4): weight = (1 + ln tf) * (1 + ln((1 + n) / (1 + df))).
    """

    def __init__(self, names: Sequence[str], idf: npt.NDArray[np.float32]) -> None:
        self._column = dict(zip(names, range(len(names)), strict=True))
        self._idf = array("f", idf.astype(np.float32).tobytes())  # NumPy's gives single numbers ten times as slowly
        # A feature that no text had is as rare as can be.
        self._unseen_idf = max(self._idf, default=1.0)

    @classmethod
    def fit_encode(cls, texts: Sequence[str], least: int = 1) -> tuple[LexicalFeatures, sp.csr_matrix]:
        """Features of normalised texts that at least `least` of them have, and the texts encoded; cut only once."""
        cut = [features(text) for text in texts]
        frequency: Counter[str] = Counter()
        for families in cut:
            frequency.update({name for family in families for name in family})
        names = sorted(name for name, count in frequency.items() if count >= least)
        counts = np.array([frequency[name] for name in names], dtype=np.float32)
        fitted = cls(names, (1 + np.log((1 + len(cut)) / (1 + counts))).astype(np.float32))
        return fitted, fitted._encode(cut)[0]

    @property
    def dimension(self) -> int:
        """Number of features."""
        return len(self._column)

    @property
    def is_word(self) -> npt.NDArray[np.bool_]:
        """Which features are single words, bool (dimension,)."""
        return np.array([name.startswith("w:") and " " not in name for name in self._column], dtype=np.bool_)

    def encode(self, texts: Sequence[str]) -> sp.csr_matrix:
        """float32 CSR (n, dimension); rows of length 1 at most, shorter the more of a text is unknown."""
        return self.encode_known(texts)[0]

    def encode_known(self, texts: Sequence[str]) -> tuple[sp.csr_matrix, npt.NDArray[np.float32]]:
        """`encode`, and for each text the share (0 to 1) of its weight that lies on known features."""
        return self._encode([features(text) for text in texts])

    def _encode(self, cut: Sequence[Sequence[list[str]]]) -> tuple[sp.csr_matrix, npt.NDArray[np.float32]]:
        data: list[float] = []
        columns: list[int] = []
        ends = [0]
        known = np.zeros(len(cut), dtype=np.float32)
        for row, families in enumerate(cut):
            present = [family for family in families if family]
            shares = [self._add_family(family, len(present), data, columns) for family in present]
            known[row] = sum(shares) / len(shares) if shares else 0.0
            ends.append(len(data))
        matrix = sp.csr_matrix(
            (np.array(data, dtype=np.float32), np.array(columns, dtype=np.int32), np.array(ends, dtype=np.int32)),
            shape=(len(cut), self.dimension),
        )
        return matrix, known

    def _add_family(self, family: list[str], families: int, data: list[float], columns: list[int]) -> float:
        """Append one family's columns and weights; gives the share of its weight on known features."""
        column_of, idf = self._column.get, self._idf
        weights: list[float] = []
        square = unknown = 0.0
        for name, count in Counter(family).items():
            column = column_of(name)
            weight = self._unseen_idf if column is None else idf[column]
            if count > 1:
                weight *= 1 + math.log(count)
            square += weight * weight
            if column is None:
                unknown += weight * weight
            else:
                weights.append(weight)
                columns.append(column)
        scale = 1 / math.sqrt(families * square) if square else 1.0  # the families share one unit row
        data.extend([weight * scale for weight in weights])
        return 1 - unknown / square if square else 0.0

    def extended(self, texts: Sequence[str]) -> LexicalFeatures:
        """These features, and those of further texts that are not among them, as if they stood in these texts only.

        Columns keep their numbers; the weights of known features stay, though a few texts more have them now.
        """
        new: Counter[str] = Counter()
        for text in texts:
            new.update({name for family in features(text) for name in family if name not in self._column})
        texts_known = 2 * math.exp(self._unseen_idf - 1)  # 1 + n: the rarest feature stands in one text
        idf = [*self._idf, *(1 + math.log(max(1.0, texts_known / (1 + count))) for count in new.values())]
        return LexicalFeatures([*self._column, *new], np.array(idf, dtype=np.float32))

    def save(self, folder: Path) -> None:
        """Write `lexical.txt` (a feature a line) and `lexical.npy` (their IDF)."""
        (folder / "lexical.txt").write_text("\n".join(self._column), encoding="utf-8")
        np.save(folder / "lexical.npy", np.array(self._idf, dtype=np.float32), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> LexicalFeatures:
        """What `save` wrote."""
        text = (folder / "lexical.txt").read_text(encoding="utf-8")
        return cls(text.split("\n") if text else [], np.load(folder / "lexical.npy", allow_pickle=False))


_FREQUENT = 128  # rows from which a feature is cheaper to multiply densely, measured on our knowledge base


def likeness_among(rows: sp.csr_matrix) -> npt.NDArray[np.float32]:
    """Inner products of all pairs of lexical rows (n, features): float32 (n, n).

    Few features stand in many rows, and they make most of the pairs: those go through a dense product.
    """
    columns = rows.tocsc()
    counts = np.diff(columns.indptr)
    frequent = counts >= _FREQUENT
    rare = columns[:, ~frequent & (counts > 1)].tocsr()
    found: npt.NDArray[np.float32] = (rare @ rare.T).toarray()
    common = columns[:, frequent].toarray()
    found += common @ common.T
    squares = np.asarray(rows.multiply(rows).sum(axis=1)).ravel()  # features of one row alone count here only
    found[np.diag_indices_from(found)] = squares
    return found
