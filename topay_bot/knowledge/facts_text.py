"""`facts.toml` as text: written anew from values, and the notes that stand above them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from topay_bot.knowledge.facts import load_facts

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def notes_of(file: Path) -> dict[str, str]:
    """The comment lines directly above each fact, by its name."""
    if not file.exists():
        return {}
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    notes: dict[str, str] = {}
    for name, fact in load_facts(file).values.items():
        above: list[str] = []
        for line in reversed(lines[: fact.line - 1]):
            if not line.lstrip().startswith("#"):
                break
            above.insert(0, line.lstrip().removeprefix("#").removeprefix(" "))
        if above:
            notes[name] = "\n".join(above)
    return notes


def facts_text(facts: Mapping[str, Mapping[str, Any]]) -> str:
    """A file that `load_facts` reads to these values: `group.name` to `zh`, `en`, `sample` and `note`."""
    groups: dict[str, list[str]] = {}
    for full, fact in facts.items():
        group, _, name = full.partition(".")
        lines = groups.setdefault(group, [])
        lines += [f"# {line}".rstrip() for line in fact["note"].split("\n") if fact["note"]]
        lines.append(f"{_key(name)} = {_value(fact)}")
    return "\n".join(f"[{_key(group)}]\n" + "\n".join(lines) + "\n" for group, lines in groups.items())


def _value(fact: Mapping[str, Any]) -> str:
    if fact["zh"] != fact["en"]:
        parts = [f"zh = {_string(fact['zh'])}", f"en = {_string(fact['en'])}"]
    elif fact["sample"]:
        parts = [f"value = {_string(fact['zh'])}"]
    else:
        return _string(fact["zh"])
    return "{ " + ", ".join(parts + ["sample = true"] * fact["sample"]) + " }"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _string(name)


def _string(text: str) -> str:
    """A basic string: JSON's escapes are TOML's too, but for DEL, which JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
