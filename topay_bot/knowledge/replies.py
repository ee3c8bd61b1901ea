"""Saved replies of the agents' console: `replies.toml`, written by editors in both languages.

A reply is a table named by its id, with `title` and `text` in each language. Facts are written as in articles;
`{agent}` and `{reference}` become the agent's name and the conversation's reference number.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from topay_bot.knowledge.article import LANGUAGES, Problem
from topay_bot.knowledge.facts import Facts
from topay_bot.text import Language

REPLIES_FILE = "replies.toml"
PLACES = ("{agent}", "{reference}")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PLACE = re.compile(r"\{\w*\}")
_KEYS = ("title", "text")


@dataclass(frozen=True, slots=True)
class SavedReply:
    """A text that agents send often, in both languages, its facts put in."""

    id: str
    title: Mapping[Language, str]
    text: Mapping[Language, str]


def read_replies(file: Path, facts: Facts) -> tuple[tuple[SavedReply, ...], list[Problem]]:
    """The sound replies of a file in its order, and what is wrong with the others; a missing file has none."""
    if not file.exists():
        return (), []
    try:
        source = file.read_text(encoding="utf-8-sig")
        tree = tomllib.loads(source)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        found = re.search(r"line (\d+)", str(error))
        return (), [Problem(file.name, int(found[1]) if found else 1, "saved-reply", f"cannot be read: {error}")]
    replies: list[SavedReply] = []
    problems: list[Problem] = []
    for name, raw in tree.items():
        wrong = [f"{name} {message}" for message in _wrong(name, raw, facts)]
        line = _line_of(source, name)
        problems.extend(Problem(file.name, line, "saved-reply", message) for message in wrong)
        if not wrong:
            text = {language: facts.fill(raw["text"][language], language)[0].strip() for language in LANGUAGES}
            replies.append(SavedReply(name, raw["title"], text))
    return tuple(replies), problems


def _wrong(name: str, raw: Any, facts: Facts) -> Iterator[str]:
    """What is wrong with one reply, to be read after its name."""
    if not isinstance(raw, dict):
        yield "stands in no table; put it below a line such as [greeting]"
    elif not _ID.fullmatch(name):
        yield "is no id; expected small letters, digits and hyphens, such as [refund-checked]"
    elif set(raw) != set(_KEYS):
        yield f"has {', '.join(sorted(raw)) or 'nothing'}; expected title and text"
    else:
        for key in _KEYS:
            yield from _wrong_texts(key, raw[key], facts)


def _wrong_texts(key: str, raw: Any, facts: Facts) -> Iterator[str]:
    if not isinstance(raw, dict) or set(raw) != set(LANGUAGES):
        yield f'has {key} {raw!r}; expected {{ zh = "…", en = "…" }}'
        return
    for language in LANGUAGES:
        said = raw[language]
        if not isinstance(said, str) or not said.strip():
            yield f"has {key}.{language} {said!r}; expected text"
            continue
        told, unknown = facts.fill(said, language)
        for _, use in unknown:
            yield f"uses {use!r} in {key}.{language}, which is no fact: add it to facts.toml or mend its name"
        if not unknown:
            for place in sorted({*_PLACE.findall(told)} - {*PLACES}):
                yield f"uses {place} in {key}.{language}; known are {' and '.join(PLACES)}"


def _line_of(source: str, name: str) -> int:
    heading = re.compile(rf"\s*(\[\s*)?[\"']?{re.escape(name)}[\"']?\s*[\].=]")
    return next((number for number, line in enumerate(source.splitlines(), 1) if heading.match(line)), 1)
