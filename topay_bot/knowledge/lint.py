"""Lint: what an editor should mend, as `file:line: rule: message`.

Every rule has a row in docs/lint.md and a test. Rules about single articles are here, those about the words of an
answer in lint_wording.py, those that compare questions with one another in lint_questions.py.
"""

from __future__ import annotations

import datetime
import glob
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from topay_bot.knowledge import lint_questions, lint_wording
from topay_bot.knowledge.article import LANGUAGES, Article, Problem
from topay_bot.knowledge.facts import FACTS_FILE
from topay_bot.knowledge.library import Library, read_library
from topay_bot.knowledge.rendering import sections, to_text
from topay_bot.knowledge.replies import REPLIES_FILE, read_replies
from topay_bot.privacy import find, mask
from topay_bot.text import Language

SMALLTALK = "smalltalk"
MINIMUM_QUESTIONS: dict[Language, int] = {"zh": 14, "en": 12}
MINIMUM_SMALLTALK: dict[Language, int] = {"zh": 25, "en": 20}
# The answer before the first heading: Chinese characters, English words.
ANSWER_LENGTH: dict[Language, tuple[int, int]] = {"zh": (60, 250), "en": (40, 160)}
# Its first paragraph: two or three sentences that answer or say what to do.
FIRST_PARAGRAPH: dict[Language, int] = {"zh": 110, "en": 75}
RELATED = (2, 5)

_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*|\d+")
_FACT = re.compile(r"\{\{.*?\}\}")
_SAME_IN_BOTH = ("handoff", "related", "owner", "audience", "risk")


def lint(root: Path, *, production: bool = False, today: datetime.date | None = None) -> tuple[Library, list[Problem]]:
    """The library of a folder and everything to be mended in it, in order of file and line.

    `production` adds the rule `sample-fact`. Raises KnowledgeError when there is no folder or facts.toml is broken.
    """
    library, problems = read_library(root)
    for article in library:
        for rule in _RULES:
            problems.extend(rule(article, library, today or datetime.date.today()))
        problems.extend(lint_wording.check(article, shown_path(article, library)))
    problems.extend(_languages(library))
    if not library.articles and not problems:
        problems.append(Problem(root.name, 1, "no-articles", "expected <category>/<id>.zh.md or <id>.en.md files"))
    problems.extend(lint_questions.check(library))
    problems.extend(read_replies(root / REPLIES_FILE, library.facts)[1])
    if production:
        problems.extend(_samples(library))
    return library, sorted(problems)


def counts(library: Library) -> dict[str, Any]:
    """Articles, files and questions per category and language, background questions per language."""
    files = Counter(article.language for article in library)
    questions = Counter[str]()
    categories: dict[str, dict[str, int]] = {}
    for article in library:
        questions[article.language] += len(article.questions)
        row = categories.setdefault(article.category, {"articles": 0})
        row[article.language] = row.get(article.language, 0) + 1
        row[f"questions_{article.language}"] = row.get(f"questions_{article.language}", 0) + len(article.questions)
    for category, row in categories.items():
        row["articles"] = len({article.id for article in library if article.category == category})
    return {
        "articles": len(library),
        "files": dict(sorted(files.items())),
        "questions": dict(sorted(questions.items())),
        "background": {language: len(library.background.get(language, ())) for language in LANGUAGES},
        "labelled": {language: len(library.labelled.get(language, ())) for language in LANGUAGES},
        "facts": len(library.facts.values),
        "sample_facts": sum(fact.sample for fact in library.facts.values.values()),
        "categories": dict(sorted(categories.items())),
    }


def shown_path(article: Article, library: Library) -> str:
    """The article's file as problems name it."""
    return article.path.relative_to(library.root).as_posix()


def _at(article: Article, library: Library, key: str, rule: str, message: str) -> Problem:
    return Problem(shown_path(article, library), article.line(key), rule, message)


def _length(text: str, language: Language) -> int:
    return len(_HAN.findall(text)) if language == "zh" else len(_WORD.findall(text))


def _few_questions(article: Article, library: Library, today: datetime.date) -> Iterator[Problem]:
    least = (MINIMUM_SMALLTALK if article.category == SMALLTALK else MINIMUM_QUESTIONS)[article.language]
    if len(article.questions) < least:
        message = f"{len(article.questions)} questions, at least {least} wanted: write how customers say it"
        yield _at(article, library, "questions", "few-questions", message)


def _related(article: Article, library: Library, today: datetime.date) -> Iterator[Problem]:
    low, high = RELATED
    if not low <= len(article.related) <= high:
        yield _at(article, library, "related", "related", f"{len(article.related)} related ids, {low} to {high} wanted")
    known = set(library.ids)
    for number, other in enumerate(article.related):
        if other not in known or other == article.id:
            what = "is the article itself" if other == article.id else "is no article"
            yield _at(article, library, f"related.{number}", "dead-related", f"{other!r} {what}")
        elif other in article.related[:number]:
            yield _at(article, library, f"related.{number}", "dead-related", f"{other!r} stands here twice")


def _place(article: Article, library: Library, today: datetime.date) -> Iterator[Problem]:
    if article.path.parent == library.root:
        message = "lies beside the categories: move it into the folder of one, such as payment"
        yield Problem(shown_path(article, library), 1, "no-category", message)


def _keeping(article: Article, library: Library, today: datetime.date) -> Iterator[Problem]:
    if not article.owner:
        yield _at(article, library, "owner", "no-owner", "owner is missing: the team that answers for the article")
    if article.review_by is None:
        yield _at(article, library, "review_by", "no-review", "review_by is missing: the day of its next reading")
    elif article.review_by < today:
        message = f"was to be read again by {article.review_by}; read it, mend it, set a new day"
        yield _at(article, library, "review_by", "overdue-review", message)


def _body(article: Article, library: Library, today: datetime.date) -> Iterator[Problem]:
    if not article.source.strip():
        yield _at(article, library, "body", "empty-body", "no answer: write it below the front matter")
        return
    lead, _ = sections(_FACT.sub("X", article.source))
    low, high = ANSWER_LENGTH[article.language]
    low = 4 if article.category == SMALLTALK else low
    unit = "Chinese characters" if article.language == "zh" else "words"
    long = _length(to_text(lead), article.language)
    if not low <= long <= high:
        message = f"the answer before the first heading has {long} {unit}, {low} to {high} wanted"
        yield _at(article, library, "body", "answer-length", message)
    first = to_text(lead.split("\n\n")[0])
    if re.match(r"\s*(?:[-*#|>]|\d+\.)", lead) or _length(first, article.language) > FIRST_PARAGRAPH[article.language]:
        most = FIRST_PARAGRAPH[article.language]
        message = f"start with the answer or what to do, as a paragraph of at most {most} {unit}; details later"
        yield _at(article, library, "body", "answer-first", message)


def _front_texts(article: Article) -> Iterator[tuple[str, str]]:
    """What customers see or say above the body, each with its key."""
    yield "title", article.title
    yield "description", article.description
    for number, question in enumerate(article.questions):
        yield f"questions.{number}", question


def _privacy(article: Article, library: Library, today: datetime.date) -> Iterator[Problem]:
    for key, text in _front_texts(article):
        if find(text):
            yield _at(article, library, key, "personal-data", f"reads as {mask(text)!r}")
    for number, line in enumerate(_FACT.sub("", article.source).split("\n")):
        if find(line):
            where = article.line("body") + number
            yield Problem(shown_path(article, library), where, "personal-data", f"reads as {mask(line).strip()!r}")


def _facts_outside(article: Article, library: Library, today: datetime.date) -> Iterator[Problem]:
    for key, text in _front_texts(article):
        if "{{" in text:
            message = "facts are put into the answer only: customers would see the braces; say it without the figure"
            yield _at(article, library, key, "fact-outside-body", message)


_RULES: tuple[Callable[[Article, Library, datetime.date], Iterator[Problem]], ...] = (
    _place,
    _few_questions,
    _related,
    _keeping,
    _body,
    _privacy,
    _facts_outside,
)


def _languages(library: Library) -> Iterator[Problem]:
    """Both languages exist and say the same; a folder in one language only is one-language on purpose."""
    present = {article.language for article in library}
    for article_id in library.ids:
        found = library.languages(article_id)
        first = library.get(article_id, found[0])
        assert first is not None
        for language in present.difference(found):
            if any(library.root.rglob(f"{glob.escape(article_id)}.{language}.md")):
                continue  # it is there, and its own problem says why it cannot be read
            message = f"{article_id}.{language}.md is missing: every article in both languages"
            yield _at(first, library, "title", "missing-language", message)
        if len(found) < 2:
            continue
        other = library.get(article_id, found[1])
        assert other is not None
        for key in _SAME_IN_BOTH:
            if getattr(first, key) != getattr(other, key):
                message = f"{key} differs from {shown_path(first, library)}"
                yield _at(other, library, key, "languages-differ", message)
        here, there = (len(sections(article.source)[1]) for article in (first, other))
        if here != there:
            less, more = (first, other) if here < there else (other, first)
            message = f"{min(here, there)} sections (##) where {shown_path(more, library)} has {max(here, there)}"
            yield _at(less, library, "body", "missing-section", message)


def _samples(library: Library) -> Iterator[Problem]:
    for name, fact in library.facts.values.items():
        if fact.sample:
            message = f"{name} is a sample value: put yours and remove sample = true"
            yield Problem(FACTS_FILE, fact.line, "sample-fact", message)
