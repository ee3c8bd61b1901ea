"""Labelled questions: what customers asked, and which articles would have been right.

`calibration.zh.jsonl` and `calibration.en.jsonl` in a knowledge folder hold lines {"text": "...", "articles": [ids]},
an empty list where no article answers. A build learns from them twice: which article a question belongs to, as
from the questions that editors wrote; and, each left out in turn, how sure it may be.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from topay_bot.knowledge.article import Problem
from topay_bot.text import Language


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """One question with the ids of the articles that answer it; none: out of scope."""

    text: str
    articles: tuple[str, ...]

    def among(self, ids: Collection[str]) -> LabelledQuestion | None:
        """The question with those of its articles that `ids` holds; None when it had some and all are gone."""
        kept = tuple(article for article in self.articles if article in ids)
        return LabelledQuestion(self.text, kept) if kept or not self.articles else None


def labelled_file(language: Language) -> str:
    """Name of the file of labelled questions in that language."""
    return f"calibration.{language}.jsonl"


def read_labelled(file: Path, known_ids: Collection[str]) -> tuple[tuple[LabelledQuestion, ...], list[Problem]]:
    """The questions of a file, none if it does not exist, and a problem for every line that cannot be used."""
    if not file.exists():
        return (), []
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        return (), [Problem(file.name, 1, "calibration", f"cannot be read as UTF-8: {error}")]
    found: list[LabelledQuestion] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        row = _row(line, known_ids)
        if isinstance(row, str):
            problems.append(Problem(file.name, number, "calibration", row))
        else:
            found.append(row)
    return tuple(found), problems


def _row(line: str, known_ids: Collection[str]) -> LabelledQuestion | str:
    expected = 'expected {"text": "...", "articles": ["id", ...]}'
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"not JSON: {error}; {expected}"
    if not isinstance(raw, dict) or not isinstance(raw.get("text"), str) or not raw["text"].strip():
        return f"no text; {expected}"
    articles = raw.get("articles")
    if not isinstance(articles, list) or not all(isinstance(article, str) for article in articles):
        return f"articles is {articles!r}; {expected}"
    for article in articles:
        if article not in known_ids:
            return f"{article!r} is no article"
    return LabelledQuestion(raw["text"].strip(), tuple(articles))
