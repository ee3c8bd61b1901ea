"""The library: every article of a knowledge folder, in every language it has."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from topay_bot.errors import KnowledgeError
from topay_bot.knowledge.article import (
    LANGUAGES,
    Article,
    Audience,
    HandoffPolicy,
    Problem,
    Risk,
    parse_article,
)
from topay_bot.knowledge.facts import FACTS_FILE, Fact, Facts, load_facts
from topay_bot.knowledge.labelled import LabelledQuestion, labelled_file, read_labelled
from topay_bot.text import Language

_NO_ARTICLES = ("README.md",)


@dataclass(frozen=True)
class Library:
    """Articles by id and language, the facts in them, and the questions that none of them answers."""

    articles: tuple[Article, ...]
    facts: Facts
    background: Mapping[Language, tuple[str, ...]]
    labelled: Mapping[Language, tuple[LabelledQuestion, ...]]
    root: Path

    @cached_property
    def _by_id(self) -> dict[str, dict[Language, Article]]:
        found: dict[str, dict[Language, Article]] = {}
        for article in self.articles:
            found.setdefault(article.id, {})[article.language] = article
        return found

    @property
    def ids(self) -> list[str]:
        """Ids of all articles, sorted; one for both languages."""
        return sorted(self._by_id)

    def get(self, article_id: str, language: Language) -> Article | None:
        """The article in that language or, failing that, in the other; None for an unknown id."""
        found = self._by_id.get(article_id)
        return None if found is None else found.get(language) or next(iter(found.values()))

    def languages(self, article_id: str) -> list[Language]:
        """The languages in which an article exists."""
        return [language for language in LANGUAGES if language in self._by_id.get(article_id, {})]

    def __iter__(self) -> Iterator[Article]:
        return iter(self.articles)

    def __len__(self) -> int:
        return len(self._by_id)

    def published(self, today: datetime.date) -> Library:
        """The library as customers may see it on that day."""
        articles = tuple(article for article in self.articles if article.published(today))
        ids = {article.id for article in articles}
        labelled = {
            language: tuple(kept for question in asked if (kept := question.among(ids)) is not None)
            for language, asked in self.labelled.items()
        }
        return dataclasses.replace(self, articles=articles, labelled=labelled)

    @cached_property
    def hash(self) -> str:
        """SHA-256 over all that a build depends on, the same for the same content wherever the folder lies."""
        digest = hashlib.sha256()
        for article in sorted(self.articles, key=lambda a: (a.id, a.language)):
            content = [article.category, article.id, article.language, article.title, list(article.questions)]
            content += [article.body, article.handoff, article.risk, list(article.related), article.description]
            content += [list(article.tags), article.audience]
            content += [article.expiry_date.isoformat()] if article.expiry_date else []
            digest.update(json.dumps(content, ensure_ascii=False).encode())
        for language in LANGUAGES:
            digest.update(json.dumps(list(self.background.get(language, ())), ensure_ascii=False).encode())
            labelled = [[question.text, *question.articles] for question in self.labelled.get(language, ())]
            digest.update(json.dumps(labelled, ensure_ascii=False).encode())
        return digest.hexdigest()


def read_library(root: Path) -> tuple[Library, list[Problem]]:
    """All that can be read, and every problem of what cannot.

    Raises KnowledgeError only when there is no folder, or facts.toml cannot be used.
    """
    if not root.is_dir():
        raise KnowledgeError(f"no knowledge folder at {root}; expected a folder with <category>/<id>.zh.md files")
    facts = load_facts(root / FACTS_FILE)
    articles: list[Article] = []
    problems: list[Problem] = []
    first: dict[tuple[str, str], str] = {}
    for path in sorted(root.rglob("*.md")):
        inside = path.relative_to(root)
        if path.name in _NO_ARTICLES or path.is_dir() or any(part.startswith(".") for part in inside.parts):
            continue
        shown = inside.as_posix()
        article, found = parse_article(path, shown)
        problems += found
        if article is None:
            continue
        twin = first.setdefault((article.id, article.language), shown)
        if twin != shown:
            problems.append(Problem(shown, 1, "same-id", f"{twin} has the same id and language"))
            continue
        body, unknown = facts.fill(article.source, article.language)
        for offset, written in unknown:
            line = article.line("body") + article.source[:offset].count("\n")
            problems.append(Problem(shown, line, "unknown-fact", f"{written!r} is not in {FACTS_FILE}"))
        articles.append(dataclasses.replace(article, body=body))
    background: dict[Language, tuple[str, ...]] = {}
    for language in LANGUAGES:
        background[language], found = _read_lines(root / background_file(language))
        problems += found
    labelled: dict[Language, tuple[LabelledQuestion, ...]] = {}
    ids = {article.id for article in articles}
    for language in LANGUAGES:
        labelled[language], found = read_labelled(root / labelled_file(language), ids)
        problems += found
    return Library(tuple(articles), facts, background, labelled, root), sorted(problems)


def load_library(root: Path) -> Library:
    """A library without problems, as a build needs it.

    Raises KnowledgeError with every problem as `file:line: rule: message`, or when there is no article.
    """
    library, problems = read_library(root)
    if problems:
        lines = [str(problem) for problem in problems]
        shown = "\n".join(lines[:20]) + (f"\n... and {len(lines) - 20} more" if len(lines) > 20 else "")
        count = f"{len(lines)} {'problem' if len(lines) == 1 else 'problems'}"
        raise KnowledgeError(f"{count} in {root}; mend what is named and build again:\n{shown}", lines)
    if not library.articles:
        raise KnowledgeError(f"no articles in {root}; expected <category>/<id>.zh.md or <id>.en.md files")
    return library


def background_file(language: Language) -> str:
    """Name of the file of questions in that language which no article answers."""
    return f"background.{language}.txt"


def _read_lines(file: Path) -> tuple[tuple[str, ...], list[Problem]]:
    if not file.exists():
        return (), []
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        message = f"not UTF-8 at byte {error.start}; save the file as UTF-8"
        return (), [Problem(file.name, 1, "encoding", message)]
    except OSError as error:
        return (), [Problem(file.name, 1, "encoding", f"cannot be read: {error.strerror}")]
    return tuple(line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")), []


_SAVED = (
    "id", "category", "language", "title", "questions", "body", "description", "tags", "audience", "related",
    "handoff", "risk",
)  # fmt: skip


def library_to_json(library: Library) -> dict[str, Any]:
    """What a build must keep of its library to serve without the knowledge folder."""
    return {
        "articles": [
            {key: getattr(article, key) for key in _SAVED}
            | ({"expiry_date": article.expiry_date.isoformat()} if article.expiry_date else {})
            for article in library.articles
        ],
        "facts": {name: {"zh": fact.zh, "en": fact.en} for name, fact in library.facts.values.items()},
    }


def library_from_json(raw: dict[str, Any], root: Path) -> Library:
    """What `library_to_json` gave."""
    articles = tuple(_article(fields) for fields in raw["articles"])
    facts = Facts({name: Fact(value["zh"], value["en"], False, 0) for name, value in raw["facts"].items()})
    return Library(articles, facts, {}, {}, root)


def _article(fields: dict[str, Any]) -> Article:
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
    values["audience"] = Audience(fields["audience"])
    values["handoff"] = HandoffPolicy(fields["handoff"])
    values["risk"] = Risk(fields["risk"])
    if "expiry_date" in fields:
        values["expiry_date"] = datetime.date.fromisoformat(fields["expiry_date"])
    return Article(**values)
