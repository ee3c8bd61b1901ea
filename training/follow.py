"""Fits what speaks for an article in a follow-up (answering/followup.py): `python -m training.follow`.

On the conversations in `tests/answering/data` (`FILES`), and on changes of topic:
labelled questions asked after one of those topics, some answered by no article. A quarter of the labelled questions
are asked, of a build that learned from the others. Prints the weights to be written into followup.py, and what
five-fold cross-validation says of them. The judging dialogues take no part.
"""

from __future__ import annotations

import json
import random
import shutil
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from topay_bot.answering.answerer import Answerer
from topay_bot.answering.context import follow_up, is_final, may_lean
from topay_bot.answering.corrections import corrected
from topay_bot.answering.followup import WEIGHTS, Floats, chances, outcomes
from topay_bot.bootstrap.editions import open_edition
from topay_bot.builds.making import make_build
from topay_bot.knowledge.labelled import labelled_file
from topay_bot.settings import load_settings

CONVERSATIONS = Path("tests/answering/data")
# `dialogues-clean` takes no part: what is chosen on these is checked on it.
FILES = ("dialogues", "dialogues-more", "dialogues-wide")
_SEED = 1
_FOLDS = 5
_SHRINK = 0.5  # of the square of the weights: 1,500 follow-ups bear 37 weights, but not freely
# So changes of topic are a fifth of what is learned from, about what they are in conversations (docs/decisions.md).
_COUNTS = {"follow-up": 2.0, "new topic": 2.5, "no article": 2.0}
_NOTHING, _NEXT = "-", "?"  # in place of articles: no answer is right; the next candidates are


@dataclass(frozen=True)
class Asked:
    """A text asked after a question whose topic is an article, and the articles that answer it."""

    kind: str
    topic: str
    text: str
    articles: tuple[str, ...]
    fold: str  # texts with the same are held out together


@dataclass(frozen=True)
class Outcomes:
    """Features of every outcome, and which of them are right."""

    kind: str
    features: Floats
    right: Floats
    fold: str


def conversations(language: str, name: str) -> Iterator[list[tuple[str, tuple[str, ...]]]]:
    """The written conversations of a file: turns of a text and the articles that answer it."""
    for line in (CONVERSATIONS / f"{name}.{language}.txt").read_text("utf-8").splitlines():
        turns = (turn.rpartition(" = ") for turn in line.split(" > "))
        yield [(text, tuple(articles.split(","))) for text, _, articles in turns]


def _hold_out(knowledge: Path, language: str, rng: random.Random) -> list[tuple[str, tuple[str, ...]]]:
    """Take a quarter of the labelled questions out of a knowledge folder."""
    file = knowledge / labelled_file("zh" if language == "zh" else "en")
    lines = [line for line in file.read_text("utf-8").splitlines() if line.strip()]
    rng.shuffle(lines)
    out, kept = lines[: len(lines) // 4], lines[len(lines) // 4 :]
    file.write_text("\n".join(kept) + "\n", "utf-8")
    return [(row["text"], tuple(row["articles"])) for row in map(json.loads, out)]


def _asked(held: Sequence[tuple[str, tuple[str, ...]]], language: str) -> Iterator[Asked]:
    topics = []
    for (question, (topic, *_)), *turns in (one for name in FILES for one in conversations(language, name)):
        topics.append(topic)
        for text, articles in turns:
            if articles[0].startswith(("smalltalk", _NEXT)):
                continue
            wanted = tuple(article for article in articles if article != _NOTHING)
            yield Asked("follow-up" if wanted else "no article", topic, text, wanted, question)
            topic = topic if topic in articles or not wanted else wanted[0]
    rng = random.Random(_SEED)
    for text, articles in held:
        yield Asked("new topic" if articles else "no article", rng.choice(topics), text, articles, text)


def _outcomes(answerer: Answerer, asked: Asked) -> Outcomes | None:
    """What is known of a text; None where it does not lean on the topic, whatever the weights."""
    plain = answerer.question(asked.text)
    meant = corrected(plain)
    decision, found = answerer.explain(meant or plain)
    policy = answerer.policies[found.shelf]
    if is_final(answerer, decision, found) or not may_lean(meant or plain, decision, policy, meant is not None):
        return None
    known = follow_up(answerer, found, decision, asked.topic, meant is not None)
    right = np.array([article in asked.articles for article in known.near] + [not asked.articles], dtype=float)
    if not right.any():
        right[-1] = 1  # retrieval does not offer the right one
    return Outcomes(asked.kind, outcomes(known), right, asked.fold)


def fit(seen: Sequence[Outcomes]) -> Floats:
    """The weights under which right outcomes are likeliest."""

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = _SHRINK * float(weights @ weights), 2 * _SHRINK * weights
        for one in seen:
            likely, count = chances(one.features, weights), _COUNTS[one.kind]
            share = float(likely @ one.right) + 1e-9
            total -= count * float(np.log(share))
            slope = slope - count * ((likely * one.right / share - likely) @ one.features)
        return total, slope

    start = np.zeros(sum(map(len, WEIGHTS.values())))
    start[:2] = 1.0, 0.5
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x)


def main() -> None:
    """Builds, asks, fits and prints."""
    told: list[Outcomes] = []
    with tempfile.TemporaryDirectory() as folder:
        knowledge = Path(folder) / "knowledge"
        shutil.copytree("knowledge", knowledge)
        rng = random.Random(_SEED)
        held = {language: _hold_out(knowledge, language, rng) for language in ("zh", "en")}
        settings = load_settings(knowledge=knowledge, index=Path(folder) / "index")
        make_build(settings)
        answerer = open_edition(settings).answerer
        for language, questions in held.items():
            told += [known for asked in _asked(questions, language) if (known := _outcomes(answerer, asked))]
    fold = [zlib.crc32(one.fold.encode()) % _FOLDS for one in told]
    right: dict[str, list[bool]] = {}
    for number in range(_FOLDS):
        weights = fit([one for one, of in zip(told, fold, strict=True) if of != number])
        for one in (one for one, of in zip(told, fold, strict=True) if of == number):
            right.setdefault(one.kind, []).append(bool(one.right[int(np.argmax(chances(one.features, weights)))]))
    for kind, cases in right.items():
        print(f"{kind}: {len(cases)}, likeliest outcome right in {sum(cases) / len(cases):.1%}")
    weights = iter(fit(told))
    for name, old in WEIGHTS.items():
        print(f'"{name}": ({", ".join(f"{next(weights):.2f}" for _ in old)}),')


if __name__ == "__main__":
    main()
