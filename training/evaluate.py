"""Measures encoders on the development sets and prints one table: `python -m training.evaluate [data folder]`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr
from sklearn.feature_extraction.text import TfidfVectorizer

from topay_bot.retrieval.encoder import unit_rows
from topay_bot.text import normalise
from training.data import read_jsonl

Encode = Callable[[Sequence[str]], Any]
PER_TOPIC = (10, 5)
DRAWS = 5
TARGETS = {
    "bq-pairs, rho": "46 (52)",
    "lcqmc-pairs, rho": "60 (66)",
    "smp2017": "84 (88)",
    "smalltalk zh -> zh": "80 (85)",
    "smalltalk en -> zh": "78 (85)",
    "Banking77, all": "teacher - 1",
    "Banking77, 10 a topic": "teacher - 1",
    "Banking77, 5 a topic": "teacher - 1",
}


class DevelopmentSets:
    """The files of `<data>/dev` and the measures over them, all in percent."""

    def __init__(self, folder: Path) -> None:
        self._pairs = {name: read_jsonl(folder / f"{name}.jsonl") for name in ("bq-pairs", "lcqmc-pairs")}
        self._rows = {path.stem: read_jsonl(path) for path in folder.glob("*.t*.jsonl")}

    def texts(self) -> set[str]:
        """Every text in them, normalised: what training must not see."""
        found = [row[key] for rows in self._pairs.values() for row in rows for key in ("a", "b")]
        found += [row["text"] for rows in self._rows.values() for row in rows]
        return {normalise(text) for text in found}

    def measure(self, encode: Encode, english: bool = True) -> dict[str, float]:
        """Every measure of one encoder; without Banking77 unless `english`."""
        found = {f"{name}, rho": self._rho(encode, rows) for name, rows in self._pairs.items()}
        chinese = "smalltalk_zh-CN.test"
        found["smp2017"] = self._nearest(encode, "smp2017.train", "smp2017.test")
        found["smalltalk zh -> zh"] = self._nearest(encode, "smalltalk_zh-CN.train", chinese)
        found["smalltalk en -> zh"] = self._nearest(encode, "smalltalk_en.train", chinese)
        return found | (self._banking(encode) if english else {})

    def _rho(self, encode: Encode, rows: Sequence[dict[str, Any]]) -> float:
        both = encode([row["a"] for row in rows] + [row["b"] for row in rows])
        first, second = both[: len(rows)], both[len(rows) :]
        cosine = (first.multiply(second) if hasattr(first, "multiply") else first * second).sum(axis=1)
        return 100 * float(spearmanr(np.asarray(cosine).ravel(), [row["same"] for row in rows]).statistic)

    def _vectors(self, encode: Encode, *names: str) -> list[Any]:
        texts = [[row["text"] for row in self._rows[name]] for name in names]
        both = encode([text for part in texts for text in part])
        bounds = np.cumsum([0] + [len(part) for part in texts])
        return [both[start:end] for start, end in pairwise(bounds)]

    def _labels(self, name: str) -> npt.NDArray[np.str_]:
        return np.array([row["label"] for row in self._rows[name]])

    def _nearest(self, encode: Encode, train: str, test: str) -> float:
        known, asked = self._vectors(encode, train, test)
        return _right(asked @ known.T, self._labels(train), self._labels(test))

    def _banking(self, encode: Encode) -> dict[str, float]:
        known, asked = self._vectors(encode, "banking77.train", "banking77.test")
        labels, expected = self._labels("banking77.train"), self._labels("banking77.test")
        likeness = _dense(asked @ known.T)
        found = {"Banking77, all": _right(likeness, labels, expected)}
        for count in PER_TOPIC:
            shares = []
            for seed in range(DRAWS):
                rng = np.random.default_rng(seed)
                picked = np.concatenate(
                    [rng.choice(np.flatnonzero(labels == label), count, replace=False) for label in np.unique(labels)]
                )
                shares.append(_right(likeness[:, picked], labels[picked], expected))
            found[f"Banking77, {count} a topic"] = float(np.mean(shares))
        return found


def _dense(likeness: Any) -> npt.NDArray[np.floating]:
    return likeness.toarray() if hasattr(likeness, "toarray") else likeness


def _right(likeness: Any, labels: npt.NDArray[np.str_], expected: npt.NDArray[np.str_]) -> float:
    return 100 * float(np.mean(labels[_dense(likeness).argmax(axis=1)] == expected))


def character_ngrams(texts: Sequence[str]) -> Any:
    """The baseline: sparse TF-IDF of 1 to 3 characters, fitted on the very texts of the set; unit rows."""
    return TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True).fit_transform(
        [normalise(text) for text in texts]
    )


def table(columns: dict[str, dict[str, float]]) -> str:
    """Measures as rows and encoders as columns, in Markdown."""
    lines = ["| measure | " + " | ".join(columns) + " | target (aim) |", "|---" * (len(columns) + 2) + "|"]
    for measure, target in TARGETS.items():
        cells = [f"{column[measure]:.1f}" if measure in column else "-" for column in columns.values()]
        lines.append(f"| {measure} | " + " | ".join(cells) + f" | {target} |")
    return "\n".join(lines)


def main() -> None:
    """Prints the table for character n-grams, the student before int8, the teacher and the bundled model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--cache", type=Path, default=Path(".training"))
    options = parser.parse_args()
    from topay_bot.retrieval.bundled import BundledEncoder
    from training.mixed import Mixed
    from training.teacher import Teacher

    sets = DevelopmentSets(options.data / "dev")
    teacher = Teacher(options.cache)
    columns = {"character n-grams": sets.measure(character_ngrams)}
    if (mixed := Mixed.load(options.cache, teacher)) is not None:
        columns["static student"] = sets.measure(mixed.static.encode)
        contextual = replace(mixed, share=1.0)
        columns["transformer student"] = sets.measure(contextual.encode, english=False)
        columns["mean of both, float32"] = sets.measure(mixed.encode)
    columns["teacher"] = sets.measure(lambda texts: teacher.encode([normalise(text) for text in texts], "dev"))
    bundled = BundledEncoder()
    columns["bundled, int8"] = sets.measure(lambda texts: unit_rows(bundled.encode(texts, "passage")))
    print(table(columns))


if __name__ == "__main__":
    main()
