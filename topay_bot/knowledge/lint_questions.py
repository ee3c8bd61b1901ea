"""Lint rules that compare questions with one another: doubled ones, misplaced ones, answered background."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from topay_bot.knowledge.article import LANGUAGES, Article, Problem
from topay_bot.knowledge.library import Library, background_file
from topay_bot.text import Language, normalise, words

# Dice overlap of letter pairs, particles and spaces apart: above it two questions differ by a letter or two.
SAME = 0.93
# ... and the shorter has at least this share of the other's letters ("bye", "bye bye").
SAME_LENGTH = 0.75
# A question is misplaced when the three nearest questions of another article are this near on average ...
MISPLACED = 0.4
# ... that many times as near as the nearest of its own article, title included ...
MISPLACED_TIMES = 2.5
# ... and its own article's text holds less than this share of what its words weigh.
COVERED = 0.2
# Measured on the shipped knowledge (10,000 questions): 6 flagged, and a fifth of the questions put into another
# article at random found. Looser figures flag four sound questions for each one found.

# Pairs below this cosine are no candidates for being the same.
_CANDIDATE = 0.6
_ROWS = 512  # rows of a similarity matrix held at once
_SMALLTALK = "smalltalk"  # one-word questions, each a variant of the next, on purpose
_PARTICLES = frozenset({*"吗呢啊吧呀么嘛了的请", "a", "an", "the", "please", "pls"})
_NOT = re.compile(r"n't\b|\b(?:not?|never|without|cannot)\b|没|不|别|未|无|非")
_OR_NOT = re.compile(r"(.)不\1")  # 是不是, 能不能

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Wording:
    """A question as it is compared with others."""

    text: str  # normalised

    @cached_property
    def letters(self) -> str:
        """What it says, particles and spaces left out."""
        said = "".join(word for word in words(_long(self.text)) if word not in _PARTICLES)
        return "".join(filter(str.isalnum, said))

    @cached_property
    def pairs(self) -> frozenset[str]:
        """Neighbouring letters."""
        return frozenset(a + b for a, b in zip(self.letters, self.letters[1:], strict=False)) or frozenset(
            {self.letters}
        )

    @cached_property
    def negative(self) -> bool:
        """Whether it denies something."""
        return _NOT.search(_OR_NOT.sub("", self.text)) is not None


@dataclass(frozen=True)
class _Question(Wording):
    article: Article
    number: int


def alike(one: Wording, other: Wording) -> bool:
    """Whether two questions differ by no more than a letter or two, so that one of them teaches nothing."""
    short, long = sorted((len(one.letters), len(other.letters)))
    if short < SAME_LENGTH * long or one.negative != other.negative:
        return False
    return 2 * len(one.pairs & other.pairs) > SAME * (len(one.pairs) + len(other.pairs))


def check(library: Library) -> Iterator[Problem]:
    """Problems among all questions of a library, each language by itself."""
    for language in LANGUAGES:
        articles = [article for article in library if article.language == language]
        asked = [
            _Question(text, article, number)
            for article in articles
            for number, question in enumerate(article.questions)
            if (text := normalise(question))
        ]
        if any(_features(question.text) for question in asked):
            yield from _check_language(library, language, articles, asked)


def _check_language(
    library: Library, language: Language, articles: Sequence[Article], asked: Sequence[_Question]
) -> Iterator[Problem]:
    background = [normalise(line) for line in library.background.get(language, ())]
    titles = [normalise(article.title) for article in articles]
    vectoriser = TfidfVectorizer(analyzer=_features, sublinear_tf=True, dtype=np.float32)
    rows = vectoriser.fit_transform([*(question.text for question in asked), *titles, *background])
    ours = rows[: len(asked) + len(titles)]
    strays = _Strays(library, articles, asked, ours, vectoriser)
    for start in range(0, len(asked), _ROWS):
        likeness: Matrix = (rows[start : min(start + _ROWS, len(asked))] @ ours.T).toarray()
        yield from _same(library, asked, start, likeness)
        yield from strays.among(start, likeness)
    yield from _answered(library, language, asked, rows[: len(asked)], rows[len(asked) + len(titles) :])


def _features(text: str) -> list[str]:
    """Words, and of Chinese words the characters too: cutting differs with what stands around a word."""
    found: list[str] = []
    for word in words(_long(text)):
        found.append(word)
        if len(word) > 1 and not word.isascii():
            found.extend(word)
    return found


def _long(text: str) -> str:
    """Contractions written out: "hasn't" and "has not" are one."""
    return text.replace("n't", " not").replace("'s ", " is ") if "'" in text else text


def _same(library: Library, asked: Sequence[_Question], start: int, likeness: Matrix) -> Iterator[Problem]:
    told: set[int] = set()
    for row, there in np.argwhere(likeness[:, : len(asked)] > _CANDIDATE).tolist():
        here = start + row
        if there >= here or here in told or not alike(asked[here], asked[there]):
            continue
        one, other = asked[here], asked[there]
        if one.article.id != other.article.id:
            message = f"{one.text!r} stands in {other.article.id} too, as {other.text!r}: leave it in one"
        elif one.article.category == _SMALLTALK:
            continue
        else:
            message = f"nearly the same as {other.text!r} above: remove it or say it in other words"
        told.add(here)
        yield _say(library, one, "same-question", message)


def _answered(
    library: Library, language: Language, asked: Sequence[_Question], ours: Any, theirs: Any
) -> Iterator[Problem]:
    background = library.background.get(language, ())
    file = library.root / background_file(language)
    near = (theirs @ ours.T).tocoo()
    told: set[int] = set()
    for place in np.flatnonzero(near.data > _CANDIDATE):
        row, question = int(near.row[place]), asked[int(near.col[place])]
        if row in told or not alike(Wording(normalise(background[row])), question):
            continue
        told.add(row)
        lines = file.read_text(encoding="utf-8-sig").splitlines()
        number = next((number for number, text in enumerate(lines, 1) if text.strip() == background[row]), 1)
        message = f"{background[row]!r} is answered by {question.article.id} ({question.text!r}): remove it from one"
        yield Problem(file.name, number, "answered-background", message)


class _Strays:
    """Finds the questions that speak the words of another article and none of their own."""

    def __init__(
        self,
        library: Library,
        articles: Sequence[Article],
        asked: Sequence[_Question],
        rows: Any,
        vectoriser: TfidfVectorizer,
    ) -> None:
        """`rows` are the unit vectors of the questions, then of the articles' titles."""
        self.library, self.articles, self.asked = library, articles, asked
        place = {article.id: index for index, article in enumerate(articles)}
        self.own = np.array([place[question.article.id] for question in asked])
        self.members = [
            np.append(np.flatnonzero(self.own == index), len(asked) + index) for index in range(len(articles))
        ]
        self.smalltalk = np.array([article.category == _SMALLTALK for article in articles])
        texts = vectoriser.transform([normalise(f"{a.title}\n{a.body}", 100_000) for a in articles])
        weights = rows[: len(asked)].multiply(rows[: len(asked)]).tocsr()  # of a unit row they add up to 1
        shares = (weights @ (texts > 0).astype(np.float32).T).toarray()
        self.covered = shares[np.arange(len(asked)), self.own]

    def among(self, start: int, likeness: Matrix) -> Iterator[Problem]:
        """Problems of the questions from `start` on; `likeness` is float32 (questions, all questions and titles)."""
        here = np.arange(start, start + len(likeness))
        row = here - start
        likeness[row, here] = 0
        own = self.own[here]
        top = np.stack([_mean_of_top(likeness[:, columns]) for columns in self.members], axis=1)
        top[:, self.smalltalk] = 0
        top[row, own] = 0
        value = top.max(axis=1)
        for found in np.flatnonzero((value > MISPLACED) & (self.covered[here] < COVERED) & ~self.smalltalk[own]):
            mine = float(likeness[found, self.members[own[found]]].max())
            if value[found] <= MISPLACED_TIMES * mine:
                continue
            index = int(top[found].argmax())
            columns = self.members[index][:-1]
            like = self.asked[int(columns[likeness[found, columns].argmax()])]
            question = self.asked[start + int(found)]
            message = (
                f"{question.text!r} is nearer to {self.articles[index].id} ({like.text!r}) than to anything here: "
                "move it, or use its words in this article's answer"
            )
            yield _say(self.library, question, "misplaced-question", message)


def _mean_of_top(likeness: Matrix, count: int = 3) -> Matrix:
    """Mean of the `count` greatest values of each row; 0 when there are fewer: too few to tell."""
    if likeness.shape[1] < count:
        return np.zeros(len(likeness), np.float32)
    greatest: Matrix = np.partition(likeness, -count, axis=1)[:, -count:].mean(axis=1)
    return greatest


def _say(library: Library, question: _Question, rule: str, message: str) -> Problem:
    file = question.article.path.relative_to(library.root).as_posix()
    return Problem(file, question.article.line(f"questions.{question.number}"), rule, message)
