"""Labelled sets for the benchmarks: read them, draw from them, hold topics out, and write them as knowledge folders."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from topay_bot.evaluation import Case
from topay_bot.knowledge.exchange import import_rows
from topay_bot.knowledge.labelled import labelled_file
from topay_bot.knowledge.library import background_file, load_library
from topay_bot.text import Language, detect_language, normalise

HELD_OUT = "held-out"  # the kind of a case whose every right article was left out of the build
OUT_OF_SCOPE = "out-of-scope"  # the kind of one that never had any


@dataclass(frozen=True)
class TrainingSet:
    """Questions of topics. A question without a topic is one that nothing answers."""

    questions: Mapping[str, tuple[str, ...]]  # topic -> its questions
    unanswered: tuple[str, ...]
    language: Language


def read_cases(file: Path) -> list[Case]:
    """Cases of a JSON Lines file: {"text", "label"}, or the contract of `eval`. Raises ValueError naming the line."""
    return [_case(line, f"{file}:{number}") for number, line in _lines(file)]


def _lines(file: Path) -> list[tuple[int, str]]:
    return [(n, line) for n, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1) if line.strip()]


def _case(line: str, where: str) -> Case:
    try:
        row: dict[str, Any] = json.loads(line)
        right = row.get("articles") or [row.get("label") or row.get("article")]
        articles = tuple(str(article) for article in right if article)
        return Case(str(row["text"]), articles, row.get("lang"), row.get("expect", ""), row.get("kind", ""))
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ValueError(f'{where}: expected {{"text", "label"}} or {{"text", "article"}}; {error!r}') from None


def training_set(cases: Sequence[Case]) -> TrainingSet:
    """Cases as training questions, in the language that most of them are in."""
    questions: dict[str, list[str]] = {}
    for case in cases:
        for article in case.articles:
            questions.setdefault(article, []).append(case.text)
    spoken = Counter(case.language or detect_language(normalise(case.text)) for case in cases)
    return TrainingSet(
        {topic: tuple(dict.fromkeys(texts)) for topic, texts in sorted(questions.items())},
        tuple(case.text for case in cases if not case.articles),
        spoken.most_common(1)[0][0],
    )


def drawn(data: TrainingSet, shots: int | None, draw: np.random.Generator) -> TrainingSet:
    """The set with `shots` questions of each topic, drawn without putting back; None: all of them."""
    if shots is None:
        return data
    chosen = {
        topic: tuple(texts[place] for place in sorted(draw.permutation(len(texts))[:shots]))
        for topic, texts in data.questions.items()
    }
    return replace(data, questions=chosen)


def chosen_topics(topics: Iterable[str], count: int, draw: np.random.Generator) -> frozenset[str]:
    """`count` topics to hold out."""
    ordered = sorted(topics)
    if count >= len(ordered):
        raise ValueError(f"{count} topics cannot be held out of {len(ordered)}")
    return frozenset(ordered[place] for place in draw.permutation(len(ordered))[:count])


def write_knowledge(data: TrainingSet, held_out: Collection[str], folder: Path) -> None:
    """The set as a knowledge folder, through the import of rows."""
    rows = [
        {"article": topic, "question": text, "lang": data.language}
        for topic, texts in data.questions.items()
        if topic not in held_out
        for text in texts
    ]
    file = folder.with_suffix(".jsonl")
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    import_rows(file, folder)
    if data.unanswered:
        (folder / background_file(data.language)).write_text("\n".join(data.unanswered), encoding="utf-8")


def copy_knowledge(source: Path, held_out: Collection[str], folder: Path) -> None:
    """A knowledge folder as if some articles had never been written.

    Labelled questions of theirs go too: as questions that nothing answers they would tell the build of the gap.
    """
    shutil.copytree(source, folder)
    for article in held_out:
        for path in folder.rglob(f"{article}.*.md"):
            path.unlink()
    for language in ("zh", "en"):
        file = folder / labelled_file(language)
        if not file.exists():
            continue
        kept = []
        for _, line in _lines(file):
            row = json.loads(line)
            left = [article for article in row["articles"] if article not in held_out]
            if left or not row["articles"]:
                kept.append(json.dumps({**row, "articles": left}, ensure_ascii=False))
        file.write_text("\n".join(kept), encoding="utf-8")


def topics_of(knowledge: Path) -> list[str]:
    """The ids of a knowledge folder's articles."""
    return load_library(knowledge).ids


def without(cases: Sequence[Case], held_out: Collection[str]) -> list[Case]:
    """The cases as they stand when some topics are held out; unknown ones get the kind that says why."""
    left = []
    for case in cases:
        articles = tuple(article for article in case.articles if article not in held_out)
        kind = case.kind if articles else HELD_OUT if case.articles else OUT_OF_SCOPE
        left.append(replace(case, articles=articles, kind=kind))
    return left
