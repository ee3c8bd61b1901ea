"""What the encoder learns from: parallel sentences, sentences of our own and the dictionary.

Not from the knowledge base: a build measures itself on those questions as if nobody had seen them, and an encoder
that had would make it too hopeful."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from topay_bot.text import normalise

# Written for this: training/sentences/README.md.
SENTENCES = Path(__file__).parent / "sentences"
MAX_GLOSSES = 4
# Glosses that say something about the entry instead of giving its meaning.
_NOT_MEANING = re.compile(
    r"^(surname |variant of |old variant of |see |also written |CL:|abbr\. for |\(Tw\)$|used in )"
)
_NOTE = re.compile(r"\([^)]*\)|\[[^\]]*\]|\b(lit|fig)\.|[\u3400-\u9fff]+\|?|\|")


@dataclass(frozen=True)
class Pair:
    """A Chinese text (normalised) and its English; `weight` multiplies its loss."""

    zh: str
    en: str
    weight: float


def read_parallel(path: Path) -> list[Pair]:
    """Every parallel row once, in file order. One-word English rows count little: their meaning is many to one."""
    pairs: list[Pair] = []
    seen: set[tuple[str, str]] = set()
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            zh, en = normalise(row["zh"]), row["en"].strip()
            if not zh or not en or (zh, en) in seen:
                continue
            seen.add((zh, en))
            count = len(en.split())
            weight = 0.2 if count == 1 else 0.6 if count == 2 else 1.0
            pairs.append(Pair(zh, en, weight))
    return pairs


def read_sentences(folder: Path = SENTENCES) -> list[Pair]:
    """Two pairs of every row `zh, zh again, en` of the folder's .tsv files, in the order of files and rows.

    Raises ValueError naming file and line where a row has not three columns.
    """
    pairs: list[Pair] = []
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            columns = line.split("\t")
            if len(columns) != 3:
                raise ValueError(f"{path.name}:{number}: {len(columns)} columns, expected Chinese, Chinese, English")
            *both, english = columns
            pairs += [Pair(normalise(chinese), english.strip(), 1.0) for chinese in both]
    return pairs


def read_glosses(path: Path) -> dict[str, list[str]]:
    """Simplified words of the dictionary with up to MAX_GLOSSES English meanings each, notes taken out."""
    found: dict[str, list[str]] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            glosses = found.setdefault(row["simplified"], [])
            for gloss in row["glosses"].split("/"):
                if _NOT_MEANING.match(gloss):
                    continue
                meaning = " ".join(_NOTE.sub(" ", gloss).split()).strip(" ,;:")
                meaning = meaning.removeprefix("to ")
                if meaning and meaning not in glosses and len(glosses) < MAX_GLOSSES:
                    glosses.append(meaning)
    return found


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def batches(count: int, size: int) -> Iterator[slice]:
    """Slices of at most `size` that cover range(count)."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))
