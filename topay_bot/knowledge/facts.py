"""Facts: figures and addresses written once in `facts.toml` and used as `{{ facts.group.name }}`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from topay_bot.errors import KnowledgeError
from topay_bot.text import Language

FACTS_FILE = "facts.toml"
# An opening without its end is a use too: customers must not see it.
_USE = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*)\}\}|\{\{[^\n{]{0,40}", re.DOTALL)
_NAME = re.compile(r"\s*facts\.([\w-]+\.[\w-]+)\s*")


@dataclass(frozen=True, slots=True)
class Fact:
    """One value in each language; `sample` while the operator has not replaced it."""

    zh: str
    en: str
    sample: bool
    line: int

    def value(self, language: Language) -> str:
        """The value as an article in `language` shows it."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts by their name, `group.name`."""

    values: Mapping[str, Fact] = field(default_factory=dict)

    def value(self, name: str, language: Language) -> str | None:
        """The fact called `group.name`, or None."""
        fact = self.values.get(name)
        return None if fact is None else fact.value(language)

    def fill(self, text: str, language: Language) -> tuple[str, list[tuple[int, str]]]:
        """The text with its facts put in, and the unknown ones as (offset, what was written)."""
        unknown: list[tuple[int, str]] = []

        def put(match: re.Match[str]) -> str:
            name = _NAME.fullmatch(match[1] or "")
            value = self.value(name[1], language) if name else None
            if value is None:
                unknown.append((match.start(), match[0]))
                return match[0]
            return value

        return _USE.sub(put, text), unknown


def used_facts(text: str) -> frozenset[str]:
    """The names of the facts that a text uses."""
    uses = (_NAME.fullmatch(match[1] or "") for match in _USE.finditer(text))
    return frozenset(use[1] for use in uses if use)


def load_facts(file: Path) -> Facts:
    """Read `facts.toml`; a missing file means no facts.

    Raises KnowledgeError with `file:line: rule: message` when it cannot be read or a value has another shape.
    """
    if not file.exists():
        return Facts()
    try:
        source = file.read_text(encoding="utf-8-sig")
        tree = tomllib.loads(source)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        found = re.search(r"line (\d+)", str(error))
        problem = f"{file}:{found[1] if found else 1}: facts: {error}"
        raise KnowledgeError(f"{file} cannot be read. {problem}", [problem]) from None
    values: dict[str, Fact] = {}
    problems: list[str] = []
    for group, names in tree.items():
        if not isinstance(names, dict):
            line = _line_of(source, None, group)
            problems.append(f"{file}:{line}: facts: {group} stands in no group; put it below a line such as [contact]")
            continue
        for name, raw in names.items():
            line = _line_of(source, group, name)
            fact = _fact(raw, line)
            if fact is not None:
                values[f"{group}.{name}"] = fact
                continue
            problems.append(
                f"{file}:{line}: facts: {group}.{name} is {raw!r}; expected text, "
                f'{{ value = "...", sample = true }} or {{ zh = "...", en = "..." }}'
            )
    if problems:
        raise KnowledgeError("facts.toml has values of another shape:\n" + "\n".join(problems), problems)
    return Facts(values)


def _fact(raw: Any, line: int) -> Fact | None:
    if not isinstance(raw, dict):
        raw = {"value": raw}
    zh, en, sample = raw.get("zh", raw.get("value")), raw.get("en", raw.get("value")), raw.get("sample", False)
    fits = set(raw) <= {"value", "zh", "en", "sample"} and isinstance(sample, bool) and _says(zh) and _says(en)
    return Fact(str(zh), str(en), sample, line) if fits else None


def _says(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool) and bool(str(value).strip())


def _line_of(source: str, group: str | None, name: str) -> int:
    inside = group is None
    for number, line in enumerate(source.splitlines(), 1):
        if header := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
            inside = header[1].strip("\"'") == group
        elif inside and re.match(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=", line):
            return number
    return 1
