"""Fits what speaks for an article in a follow-up (answering/followup.py): `python -m training.follow`.

On the conversations in `tests/answering/data/dialogues.*.txt`, and on changes of topic: short labelled questions asked
after one of those conversations' first questions, some answered by no article. Half of the labelled questions are
asked, of a build that learned from the other half. Prints the weights to be written into followup.py, and what
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
from topay_bot.answering.context import may_lean
from topay_bot.answering.followup import Floats, chances, is_bare, nearness, outcomes
from topay_bot.bootstrap import open_edition
from topay_bot.building import make_build
from topay_bot.knowledge.labelled import labelled_file
from topay_bot.settings import load_settings
from topay_bot.text import normalise

CONVERSATIONS = Path("tests/answering/data")
_SEED = 1
_WIDTH = 14  # features of an outcome
_SHRINK = 1.0  # of the square of the weights: 500 follow-ups bear 14 weights, but not freely
# A follow-up counts more than a change of topic, of which there are three times as many.
_COUNTS = {"follow-up": 2.0, "new topic": 0.7, "no article": 0.5}


@dataclass(frozen=True)
class Asked:
    """A text asked after a question whose topic is an article, and the articles that answer it."""

    kind: str
    question: str
    topic: str
    text: str
    articles: tuple[str, ...]


@dataclass(frozen=True)
class Outcomes:
    """Features of every outcome, and which of them are right."""

    kind: str
    features: Floats
    right: Floats


def conversations(language: str) -> Iterator[list[tuple[str, tuple[str, ...]]]]:
    """The written conversations: turns of a text and the articles that answer it."""
    for line in (CONVERSATIONS / f"dialogues.{language}.txt").read_text("utf-8").splitlines():
        turns = (turn.rpartition(" = ") for turn in line.split(" > "))
        yield [(text, tuple(articles.split(","))) for text, _, articles in turns]


def _halve(knowledge: Path, language: str, rng: random.Random) -> list[tuple[str, tuple[str, ...]]]:
    """Take half of the labelled questions out of a knowledge folder."""
    file = knowledge / labelled_file("zh" if language == "zh" else "en")
    lines = [line for line in file.read_text("utf-8").splitlines() if line.strip()]
    rng.shuffle(lines)
    kept, out = lines[: len(lines) // 2], lines[len(lines) // 2 :]
    file.write_text("\n".join(kept) + "\n", "utf-8")
    return [(row["text"], tuple(row["articles"])) for row in map(json.loads, out)]


def _asked(answerer: Answerer, held: Sequence[tuple[str, tuple[str, ...]]], language: str) -> Iterator[Asked]:
    written = list(conversations(language))
    for (question, (topic, *_)), *turns in written:
        for text, articles in turns:
            if not articles[0].startswith("smalltalk"):
                yield Asked("follow-up", question, topic, text, articles)
    rng = random.Random(_SEED)
    for text, articles in held:
        decision, found = answerer.explain(text)
        if may_lean(normalise(text), decision, answerer.policies[found.shelf]):
            question, (topic, *_) = rng.choice(written)[0]
            yield Asked("new topic" if articles else "no article", question, topic, text, articles)


def _outcomes(answerer: Answerer, asked: Asked) -> Outcomes:
    alone, joined = (
        {c.article: c.confidence for c in answerer.decide(text).candidates}
        for text in (asked.text, f"{asked.question} {asked.text}")
    )
    rules = next(iter(answerer.policies.values())).rules
    near = {article: nearness(asked.topic, article, rules) for article in [asked.topic, *alone, *joined]}
    right = np.array([article in asked.articles for article in near] + [not asked.articles], dtype=float)
    if not right.any():
        right[-1] = 1  # retrieval does not offer the right one
    return Outcomes(asked.kind, outcomes(alone, joined, near, is_bare(normalise(asked.text))), right)


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

    start = np.zeros(_WIDTH)
    start[:2] = 1.0, 0.5
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x)


def main() -> None:
    """Builds, asks, fits and prints."""
    told: list[Outcomes] = []
    fold: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        knowledge = Path(folder) / "knowledge"
        shutil.copytree("knowledge", knowledge)
        rng = random.Random(_SEED)
        held = {language: _halve(knowledge, language, rng) for language in ("zh", "en")}
        settings = load_settings(knowledge=knowledge, index=Path(folder) / "index")
        make_build(settings)
        answerer = open_edition(settings).answerer
        for language, questions in held.items():
            for asked in _asked(answerer, questions, language):
                told.append(_outcomes(answerer, asked))
                key = asked.question if asked.kind == "follow-up" else asked.text
                fold.append(zlib.crc32(key.encode()) % 5)
    right: dict[str, list[bool]] = {}
    for number in range(5):
        weights = fit([one for one, of in zip(told, fold, strict=True) if of != number])
        for one in (one for one, of in zip(told, fold, strict=True) if of == number):
            right.setdefault(one.kind, []).append(bool(one.right[int(np.argmax(chances(one.features, weights)))]))
    for kind, cases in right.items():
        print(f"{kind}: {len(cases)}, likeliest outcome right in {sum(cases) / len(cases):.1%}")
    weights = fit(told)
    for name, part in (("_SPEAKS", weights[:5]), ("_SPEAKS_BARE", weights[5:10]), ("_NONE", weights[10:])):
        print(f"{name} = np.array({[round(float(weight), 2) for weight in part]})")


if __name__ == "__main__":
    main()
