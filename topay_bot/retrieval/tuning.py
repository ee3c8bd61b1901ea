"""Tunes an encoder on the questions of a knowledge base, and keeps the result only if it is better.

Better is decided on held-out questions: they are dealt into folds, and each fold is asked of an encoder that was
tuned, and of heads that were fitted, on the other folds only. What is written at last was tuned on all of them.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

from topay_bot.errors import BuildError, EncoderError
from topay_bot.knowledge.library import Library
from topay_bot.retrieval.bundled import TRANSFORMER
from topay_bot.retrieval.contrast import Ints, Recipe, fine_tune
from topay_bot.retrieval.encoder import BUNDLED, FITTED, Encoder, Vectors
from topay_bot.retrieval.learning import ENOUGH_LABELLED, learn
from topay_bot.retrieval.passages import Passage, PassageKind, passages_of, shelve
from topay_bot.retrieval.sentence import SentenceTransformerEncoder, open_model
from topay_bot.retrieval.trials import Labelled
from topay_bot.text import Language

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

REPORT = "tuning.json"  # beside the weights: where they come from, and what was measured
LEAST_QUESTIONS = 3  # of an article in a language; with fewer none is ever held out
LEAST_ARTICLES = 2
_LEARNED_FROM = (PassageKind.QUESTION, PassageKind.TITLE)
NEVER = -1  # the fold of a passage that is never held out
# One-sided: how often luck alone may look like a gain.
_DOUBT = 0.05


@dataclass(frozen=True, slots=True)
class Comparison:
    """Held-out questions before and after tuning. Shares are of questions whose first article is right.

    `nearest` is the article of the nearest passage by the encoder alone, `heads` what a build would find.
    """

    questions: int
    nearest_before: float
    nearest_after: float
    heads_before: float
    heads_after: float
    gained: int  # the heads were wrong before, right after
    lost: int  # the other way round

    @property
    def is_gain(self) -> bool:
        """Whether luck alone would rarely turn so many to the better."""
        return _by_luck(self.gained, self.lost) <= _DOUBT

    @property
    def is_loss(self) -> bool:
        """Whether luck alone would rarely turn so many to the worse."""
        return _by_luck(self.lost, self.gained) <= _DOUBT


@dataclass(frozen=True, slots=True)
class Tuning:
    """What a tuning measured; `out` is None when nothing was written, because it was not better."""

    base: str
    out: Path | None
    content_hash: str | None  # of what was written
    overall: Comparison
    languages: Mapping[Language, Comparison]
    unproven: tuple[Language, ...]  # too few labelled questions: a build would measure itself on tuned ones


def steps(folds: int, recipe: Recipe) -> int:
    """How often `progress` is called at most: once for every epoch and every fold that is measured."""
    return (folds + 1) * recipe.runs * recipe.epochs + folds + 1


def tune(
    library: Library,
    base: str,
    out: Path,
    *,
    folds: int,
    seed: int,
    max_chars: int,
    recipe: Recipe = Recipe(),  # noqa: B008  # frozen
    progress: Callable[[str], None] = lambda what: None,
) -> Tuning:
    """Tune the encoder called `base` on a library and write it to the folder `out` if it is better.

    Raises BuildError when there is too little to learn from or `out` is taken, EncoderError when there is no model.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BuildError(f"{out} is there already; name a folder that is new or empty")
    passages = passages_of(library, max_chars)
    fold_of = deal(passages, folds, seed)
    model = _open_base(base)
    before = SentenceTransformerEncoder(base, model)
    texts = [passage.text for passage in passages]
    untuned = _Vectors.of(before, texts)
    progress("measured before")
    outcome = _Outcome(passages, fold_of, seed)
    for fold in range(folds):
        told = _told(progress, f"fold {fold + 1} of {folds}")
        tuned = fine_tune(model, *_examples(passages, fold_of != fold), recipe, seed, told)
        outcome.measure(fold, untuned, _Vectors.of(SentenceTransformerEncoder(base, tuned), texts))
        told("measured")
    overall, languages = outcome.compare()
    unproven = tuple(
        language
        for language in languages
        if sum(bool(question.articles) for question in library.labelled.get(language, ())) < ENOUGH_LABELLED
    )
    if not overall.is_gain or any(found.is_loss for found in languages.values()):
        return Tuning(before.id, None, None, overall, languages, unproven)
    every = np.ones(len(passages), dtype=bool)
    final = fine_tune(model, *_examples(passages, every), recipe, seed, _told(progress, "all questions"))
    content_hash = SentenceTransformerEncoder(base, final).content_hash
    report = {
        "base": {"id": before.id, "hash": before.content_hash},
        "hash": content_hash,
        "knowledge": library.hash,
        "recipe": asdict(recipe) | {"folds": folds, "seed": seed},
        "overall": asdict(overall),
        "languages": {language: asdict(found) for language, found in languages.items()},
        "version": metadata.version("topay-bot"),
    }
    _write(final, report, out)
    return Tuning(before.id, out, content_hash, overall, languages, unproven)


def deal(passages: Sequence[Passage], folds: int, seed: int) -> Ints:
    """The fold in which each passage is held out, or NEVER: the questions of an article in a language, evenly dealt.

    An article with fewer than LEAST_QUESTIONS of them keeps them all for learning.
    """
    groups: dict[tuple[str, Language], list[int]] = {}
    for place, passage in enumerate(passages):
        if passage.kind is PassageKind.QUESTION and passage.article is not None:
            groups.setdefault((passage.article, passage.language), []).append(place)
    large = {key: places for key, places in groups.items() if len(places) >= LEAST_QUESTIONS}
    articles = len({article for article, _ in large})
    if articles < LEAST_ARTICLES:
        raise BuildError(
            f"too little to tune on: {articles} articles with at least {LEAST_QUESTIONS} questions in one language, "
            f"expected {LEAST_ARTICLES} or more; write more questions"
        )
    random = np.random.default_rng(seed)
    fold_of = np.full(len(passages), NEVER, dtype=np.int64)
    for places in large.values():
        fold_of[random.permutation(places)] = (random.integers(folds) + np.arange(len(places))) % folds
    return fold_of


def _open_base(name: str) -> SentenceTransformer:
    """The model to begin with, on a GPU where there is one."""
    if name == FITTED:
        raise EncoderError("the encoder 'fitted' learns from the knowledge at every build; there is nothing to tune")
    if name == BUNDLED or (Path(name) / TRANSFORMER).is_file():
        raise EncoderError(
            "the bundled encoder is int8 throughout and cannot be tuned; "
            "name a Sentence Transformers model or its folder"
        )
    return open_model(name, device=None)


def _examples(passages: Sequence[Passage], kept: npt.NDArray[np.bool_]) -> tuple[list[str], Ints]:
    """Texts to learn from with their classes: questions and titles, an article being one class in all languages.

    Sections are no questions. Background and labelled questions are left alone: a build measures itself on them, and
    an encoder that had learned from them would make that look easy.
    """
    rows = [
        passage
        for passage, keep in zip(passages, kept, strict=True)
        if keep and passage.article is not None and passage.kind in _LEARNED_FROM
    ]
    _, classes = np.unique([str(passage.article) for passage in rows], return_inverse=True)
    return [passage.text for passage in rows], classes.astype(np.int64)


@dataclass(frozen=True)
class _Vectors:
    """All passages as an encoder puts them into an index, and as it sees them when they are asked."""

    passages: Vectors
    questions: Vectors

    @classmethod
    def of(cls, encoder: Encoder, texts: Sequence[str]) -> _Vectors:
        return cls(encoder.encode(texts, "passage"), encoder.encode(texts, "question"))


class _Outcome:
    """Collects for every held-out question whether it was answered rightly, before and after."""

    def __init__(self, passages: Sequence[Passage], fold_of: Ints, seed: int) -> None:
        self._passages = passages
        self._fold_of = fold_of
        self._seed = seed
        self._right: dict[Language, list[npt.NDArray[np.bool_]]] = {}

    def measure(self, fold: int, before: _Vectors, after: _Vectors) -> None:
        """Ask the questions of a fold of shelves that lack them."""
        for language, places in shelve(self._passages).items():
            known = [place for place in places if self._fold_of[place] != fold]
            asked = [
                place for place in places if self._fold_of[place] == fold and self._passages[place].language == language
            ]
            if asked:
                columns = [column for side in (before, after) for column in self._ask(known, asked, side)]
                self._right.setdefault(language, []).append(np.stack(columns, axis=1))

    def _ask(self, known: list[int], asked: list[int], vectors: _Vectors) -> list[npt.NDArray[np.bool_]]:
        """Whether the nearest passage, and the heads, give the right article, each bool (asked)."""
        passages = [self._passages[place] for place in known]
        expected = np.array([self._passages[place].article for place in asked])
        labelled = Labelled((), (), vectors.questions[:0], ())
        shelf = learn(passages, vectors.passages[known], labelled, mix=None, seed=self._seed).shelf
        found = [shelf.search(self._passages[place].text, vectors.questions[place : place + 1])[0] for place in asked]
        first = np.array([hits[0].article if hits else "" for hits in found])
        articles = np.array([passage.article or "" for passage in passages])
        likeness = vectors.questions[asked] @ vectors.passages[known].T
        likeness[:, articles == ""] = -1  # background questions belong to no article
        return [articles[likeness.argmax(axis=1)] == expected, first == expected]

    def compare(self) -> tuple[Comparison, dict[Language, Comparison]]:
        """All questions together, and those of each language."""
        right = {language: np.concatenate(parts) for language, parts in self._right.items()}
        return _compare(np.concatenate(list(right.values()))), {
            language: _compare(rows) for language, rows in right.items()
        }


def _compare(right: npt.NDArray[np.bool_]) -> Comparison:
    """From bool (questions, 4): nearest before, heads before, nearest after, heads after."""
    shares = [round(float(share), 4) for share in right.mean(axis=0)]
    before, after = right[:, 1], right[:, 3]
    return Comparison(
        len(right),
        nearest_before=shares[0],
        nearest_after=shares[2],
        heads_before=shares[1],
        heads_after=shares[3],
        gained=int((after & ~before).sum()),
        lost=int((before & ~after).sum()),
    )


def _by_luck(more: int, less: int) -> float:
    """How likely `more` or more of the questions that changed would change this way if both ways were as likely.

    The exact sign test, which on paired right and wrong is McNemar's (1947).
    """
    return float(binom.sf(more - 1, more + less, 0.5))


def _told(progress: Callable[[str], None], what: str) -> Callable[[str], None]:
    return lambda more: progress(f"{what}: {more}")


def _write(model: SentenceTransformer, report: Mapping[str, Any], out: Path) -> None:
    """The model's folder with its report, in place only when whole."""
    out.parent.mkdir(parents=True, exist_ok=True)
    hidden = Path(tempfile.mkdtemp(prefix=".tuning-", dir=out.parent))
    try:
        hidden.chmod(0o755)  # mkdtemp gives it to its owner alone
        model.save(str(hidden), create_model_card=False)
        (hidden / REPORT).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        hidden.replace(out)  # over an empty folder too
    except BaseException:
        shutil.rmtree(hidden, ignore_errors=True)
        raise
