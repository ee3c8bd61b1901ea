"""Teaches the listeners what a wish for a person and an emergency sound like: `python -m training.listen`.

From sayings written for it (`tests/answering/data`; every tenth line is left to the tests) and from the questions of
the knowledge base, where every question that no article of the kind answers is a counterexample. Prints what
five-fold cross-validation says. The judging questions take no part.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from topay_bot.answering.listener import FOLDER, Listener, readings
from topay_bot.answering.wishes import wishes_person
from topay_bot.knowledge.article import HandoffPolicy
from topay_bot.knowledge.library import Library, load_library
from topay_bot.settings import load_settings
from topay_bot.text import normalise

SAYINGS = Path("tests/answering/data")
HELD_BACK = 10  # every tenth line of a file of sayings is for the tests
_SEED = 0
_STRENGTH = 10.0  # C of the regression: 30 remembers more and generalises less
_LEAST = 3  # texts in which an n-gram stands
_KEPT = 12_000  # n-grams that weigh most; all 90,000 tell no more
# What a text counts: the knowledge base has ten questions on other things for each saying, and none of them is near.
_SAYING, _OTHER_SAYING, _QUESTION = 1.0, 0.1, 0.3


@dataclass(frozen=True)
class Lesson:
    """What one listener learns: files of sayings that are and are not of the kind, and which questions are."""

    name: str
    yes: str
    no: str
    others: tuple[str, ...]
    is_kind: Callable[[frozenset[str], Library], bool | None]  # of a question's articles; None: not told


@dataclass(frozen=True)
class Texts:
    """The texts of a lesson with what they are and count."""

    texts: list[str]
    right: npt.NDArray[np.bool_]
    weight: npt.NDArray[np.float64]
    group: npt.NDArray[np.int64]  # 0 sayings of the kind, 1 near misses, 2 others, 3 questions of the kind, 4 not


def sayings(name: str, held_back: bool) -> list[str]:
    """The lines of a file of sayings, in both languages: those for the tests or those to learn from."""
    return [
        normalise(line)
        for language in ("zh", "en")
        for number, line in enumerate((SAYINGS / f"{name}.{language}.txt").read_text("utf-8").splitlines())
        if (number % HELD_BACK == 0) is held_back
    ]


def _wish(articles: frozenset[str], library: Library) -> bool | None:
    human = load_settings().human_article
    return True if articles == {human} else None if human in articles else False


def _emergency(articles: frozenset[str], library: Library) -> bool | None:
    urgent = {article.id for article in library if article.handoff is HandoffPolicy.URGENT}
    return bool(articles) if articles <= urgent else None if articles & urgent else False


LESSONS = (
    Lesson("wish", "wishes", "wishes-near", ("urgent", "calm"), _wish),
    Lesson("alarm", "urgent", "calm", ("wishes", "wishes-near"), _emergency),
)


def _questions(library: Library) -> Iterator[tuple[str, frozenset[str]]]:
    """Every question of the knowledge base with the articles that answer it."""
    for article in library:
        for question in article.questions:
            yield normalise(question), frozenset({article.id})
    for language, labelled in library.labelled.items():
        for asked in labelled:
            yield normalise(asked.text), frozenset(asked.articles)
        for text in library.background.get(language, ()):
            yield normalise(text), frozenset()


def texts_of(lesson: Lesson, library: Library) -> Texts:
    """All texts of a lesson."""
    rows = [(text, True, _SAYING, 0) for text in sayings(lesson.yes, False)]
    rows += [(text, False, _SAYING, 1) for text in sayings(lesson.no, False)]
    rows += [(text, False, _OTHER_SAYING, 2) for name in lesson.others for text in sayings(name, False)]
    for text, articles in _questions(library):
        kind = lesson.is_kind(articles, library)
        # Who asks for the manager is answered by an article of its own, and wishes for a person all the same.
        if kind is None or (lesson.name == "wish" and not kind and wishes_person(text)):
            continue
        rows.append((text, kind, _SAYING if kind else _QUESTION, 3 if kind else 4))
    texts, right, weight, group = zip(*rows, strict=True)
    return Texts(list(texts), np.array(right), np.array(weight), np.array(group))


def matrix(texts: list[str]) -> tuple[sp.csr_matrix, list[str]]:
    """N-grams of texts (texts, n-grams), every reading of length 1, and what the columns are."""
    heard = [readings(text) for text in texts]
    count: dict[str, int] = {}
    for reading in (reading for three in heard for reading in three):
        for ngram in reading:
            count[ngram] = count.get(ngram, 0) + 1
    columns = sorted(ngram for ngram, times in count.items() if times >= _LEAST)
    place = {ngram: column for column, ngram in enumerate(columns)}
    rows, cols, values = [], [], []
    for row, three in enumerate(heard):
        for reading in three:
            length = 1 / math.sqrt(max(len(reading), 1))
            for ngram in reading & place.keys():
                rows.append(row)
                cols.append(place[ngram])
                values.append(length)
    return sp.csr_matrix((values, (rows, cols)), shape=(len(texts), len(columns))), columns


def fit(
    x: sp.csr_matrix, right: npt.NDArray[np.bool_], weight: npt.NDArray[np.float64]
) -> tuple[LogisticRegression, npt.NDArray[np.int64]]:
    """The regression on the columns that weigh most, and which those are."""
    whole = LogisticRegression(C=_STRENGTH, max_iter=500).fit(x, right, sample_weight=weight)
    weighs = np.abs(whole.coef_[0]) * np.sqrt(np.asarray(x.power(2).sum(axis=0)).ravel())
    kept = np.sort(np.argsort(-weighs, kind="stable")[:_KEPT])
    return LogisticRegression(C=_STRENGTH, max_iter=500).fit(x[:, kept], right, sample_weight=weight), kept


def main() -> None:
    """Learns every lesson, and prints how well it is heard in texts that were not learned from."""
    parser = argparse.ArgumentParser(prog="python -m training.listen", description=__doc__)
    parser.add_argument("--knowledge", type=Path, default=Path("knowledge"))
    parser.add_argument("--out", type=Path, default=FOLDER)
    options = parser.parse_args()
    library = load_library(options.knowledge)
    for lesson in LESSONS:
        told = texts_of(lesson, library)
        x, columns = matrix(told.texts)
        log_odds = np.zeros(len(told.texts))
        folds = StratifiedKFold(5, shuffle=True, random_state=_SEED).split(x, told.group)
        for seen, unseen in folds:
            model, kept = fit(x[seen], told.right[seen], told.weight[seen])
            log_odds[unseen] = model.decision_function(x[unseen][:, kept])
        print(f"{lesson.name}: {len(told.texts)} texts, {len(columns)} n-grams")
        for limit in (0.0, -1.0, math.log(1 / 5), -2.5, -3.0):
            shares = [f"{(log_odds[told.group == group] >= limit).mean():7.1%}" for group in range(5)]
            print(
                f"  log-odds {limit:5.2f}: of the kind {shares[0]}, near misses {shares[1]}, others {shares[2]}, "
                f"questions of the kind {shares[3]}, other questions {shares[4]}"
            )
        model, kept = fit(x, told.right, told.weight)
        weights = {columns[column]: float(weight) for column, weight in zip(kept, model.coef_[0], strict=True)}
        Listener(weights, float(model.intercept_[0])).save(options.out / f"{lesson.name}.tsv")


if __name__ == "__main__":
    main()
