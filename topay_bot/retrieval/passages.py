"""Passages: the texts of a library that are encoded, one row each, and which article each belongs to."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from topay_bot.knowledge.article import LANGUAGES
from topay_bot.knowledge.library import Library
from topay_bot.knowledge.rendering import sections, to_text
from topay_bot.retrieval.heads import NO_ARTICLE
from topay_bot.text import Language, normalise


class PassageKind(StrEnum):
    """What part of an article a passage is; BACKGROUND is a question that no article answers.

    LABELLED is a customer's question with the articles that answer it (see knowledge/labelled.py).
    """

    QUESTION = "question"
    LABELLED = "labelled"
    TITLE = "title"
    SECTION = "section"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class Passage:
    """One encoded text. `article` is None for a background question; `text` is normalised.

    `also` are further articles that answer a labelled question.
    """

    article: str | None
    language: Language
    kind: PassageKind
    text: str
    also: tuple[str, ...] = ()


def passages_of(library: Library, max_chars: int) -> list[Passage]:
    """All passages, articles in order of id, background last; empty and repeated texts of an article once.

    A labelled question stands with the first of its articles; one without any is a background question.
    """
    found: dict[tuple[str | None, str], Passage] = {}

    def add(article: str | None, language: Language, kind: PassageKind, text: str, also: tuple[str, ...] = ()) -> None:
        if text:
            found.setdefault((article, text), Passage(article, language, kind, text, also))

    labelled: dict[str | None, list[tuple[Language, str, tuple[str, ...]]]] = {}
    for language, asked in library.labelled.items():
        for one, text in zip(asked, _normalised(tuple(one.text for one in asked), max_chars), strict=True):
            labelled.setdefault(next(iter(one.articles), None), []).append((language, text, one.articles[1:]))
    for _, versions in itertools.groupby(sorted(library, key=lambda a: (a.id, a.language)), key=lambda a: a.id):
        for article in versions:
            for kind, text in _texts(article.questions, article.title, article.body, max_chars):
                add(article.id, article.language, kind, text)
        for language, text, also in labelled.get(article.id, ()):
            add(article.id, language, PassageKind.LABELLED, text, also)
    for language, questions in library.background.items():
        for text in _normalised(questions, max_chars):
            add(None, language, PassageKind.BACKGROUND, text)
    for language, text, _ in labelled.get(None, ()):
        add(None, language, PassageKind.BACKGROUND, text)
    return list(found.values())


# Kept for whoever reads the same articles again and again, as a server does that watches them being written.
@functools.lru_cache(maxsize=1024)
def _texts(questions: tuple[str, ...], title: str, body: str, max_chars: int) -> tuple[tuple[PassageKind, str], ...]:
    """The passages of one article in one language, normalised."""
    lead, rest = sections(body)
    bodies = (lead, *(f"{heading}\n{text}" for heading, text in rest))
    found = [(PassageKind.QUESTION, question) for question in questions]
    found += [(PassageKind.TITLE, title), *((PassageKind.SECTION, to_text(part)) for part in bodies)]
    return tuple((kind, normalise(text, max_chars)) for kind, text in found)


@functools.lru_cache(maxsize=8)
def _normalised(texts: tuple[str, ...], max_chars: int) -> tuple[str, ...]:
    return tuple(normalise(text, max_chars) for text in texts)


def shelve(passages: Sequence[Passage]) -> dict[Language, list[int]]:
    """Which passages stand on each language's shelf, as positions in order.

    A language has a shelf when some article has it. On it stand its own passages, and all those of articles
    that lack the language.
    """
    having: dict[Language, set[str]] = {}
    for passage in passages:
        if passage.article is not None and passage.kind is not PassageKind.LABELLED:
            having.setdefault(passage.language, set()).add(passage.article)
    return {
        language: [
            place
            for place, p in enumerate(passages)
            if p.language == language
            or (p.article is not None and p.kind is not PassageKind.LABELLED and p.article not in articles)
        ]
        for language, articles in sorted(having.items(), key=lambda item: LANGUAGES.index(item[0]))
    }


def sections_among(passages: Sequence[Passage]) -> npt.NDArray[np.bool_]:
    """Which passages are sections of an article's body, bool (passages,)."""
    return np.array([passage.kind is PassageKind.SECTION for passage in passages], dtype=np.bool_)


@dataclass(frozen=True)
class Rows:
    """Where each article's passages lie among the rows: contiguous, in order of article number."""

    articles: tuple[str, ...]  # article number -> id
    labels: npt.NDArray[np.int64]  # row -> article number, or NO_ARTICLE
    also: tuple[tuple[int, int], ...]  # (row, article number) of further articles that answer a labelled question
    starts: npt.NDArray[np.int64]  # article number -> first row
    ends: npt.NDArray[np.int64]  # article number -> row after its last

    @classmethod
    def of(cls, passages: Sequence[Passage]) -> Rows:
        """Number the articles of passages in the order `passages_of` gives."""
        articles = tuple(dict.fromkeys(p.article for p in passages if p.article is not None))
        number = {article: i for i, article in enumerate(articles)}
        labels = np.array([NO_ARTICLE if p.article is None else number[p.article] for p in passages], dtype=np.int64)
        known = labels[labels != NO_ARTICLE]
        counts = np.bincount(known, minlength=len(articles))
        ends = np.cumsum(counts)
        also = tuple((row, number[a]) for row, p in enumerate(passages) for a in p.also if a in number)
        return cls(articles, labels, also, ends - counts, ends)

    @property
    def targets(self) -> npt.NDArray[np.float32]:
        """What heads learn to say, float32 (rows, articles): 1 where the article answers the row, else 0."""
        found = np.zeros((len(self.labels), len(self.articles)), dtype=np.float32)
        known = np.flatnonzero(self.labels != NO_ARTICLE)
        found[known, self.labels[known]] = 1
        for row, article in self.also:
            found[row, article] = 1
        return found

    @cached_property
    def places(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """The rows of each article side by side (articles, most rows), and which of these places are its own."""
        counts = self.ends - self.starts
        across = np.arange(int(counts.max(initial=1)))
        inside = across < counts[:, None]
        return np.where(inside, self.starts[:, None] + across, 0), inside

    @property
    def background(self) -> slice:
        """The rows of the background questions."""
        return slice(int(self.ends[-1]) if len(self.ends) else 0, len(self.labels))
