"""Fits a shelf on its passages, and says what it would have found for questions that it had not seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from topay_bot.retrieval.condensing import condense, principal_axes
from topay_bot.retrieval.encoder import Vectors
from topay_bot.retrieval.heads import Floats, Heads
from topay_bot.retrieval.lexical import LexicalFeatures, likeness_among
from topay_bot.retrieval.mentions import Mentions
from topay_bot.retrieval.passages import Passage, PassageKind, Rows
from topay_bot.retrieval.ranking import learn_ranking
from topay_bot.retrieval.shelf import Mix, Shelf, kernel_of
from topay_bot.retrieval.trials import Fitted, Labelled, Trials, background_trials, labelled_trials, own_trials

_DENSE_SHARES = (0.25, 0.5, 0.75)
_WIDTHS = (1.0, 2.5)
_MENTIONS = (0.0, 0.25, 0.5, 0.75)
_NOISE = 0.05  # 0.03 to 0.3 differ by less than a point
_TUNING_ROWS = 2000  # of all articles, on which a mix is chosen: enough to tell mixes apart, a second of time
# A section speaks about the topic but is no question: weaker evidence. A title nearly is one.
_NOISE_FACTOR = {
    PassageKind.QUESTION: 1.0,
    PassageKind.LABELLED: 1.0,
    PassageKind.TITLE: 1.0,
    PassageKind.SECTION: 6.0,
    PassageKind.BACKGROUND: 1.0,
}


# With fewer labelled questions the build's own ones say more about its confidence.
ENOUGH_LABELLED = 200


@dataclass(frozen=True)
class Learned:
    """A fitted shelf with its trials."""

    shelf: Shelf
    trials: Trials
    labelled: bool  # the trials are labelled questions, not the build's own


def learn(
    passages: Sequence[Passage],
    vectors: Vectors,
    labelled: Labelled,
    *,
    mix: Mix | None,
    seed: int,
) -> Learned:
    """Fit on passages in the order of `passages_of`, with their vectors; choose the mix unless one is given."""
    rows = Rows.of(passages)
    lexical, lexical_rows = LexicalFeatures.fit_encode([p.text for p in passages])
    likeness = likeness_among(lexical_rows)
    axes = principal_axes(vectors)
    condensed = condense(vectors, axes)
    dense = condensed @ condensed.T
    factors = noise_factors(passages)
    asked = _asked(passages)
    legs = mix or _choose_mix(likeness, dense, rows, factors, asked, seed)
    heads = Heads.fit(kernel_of(likeness, dense, legs), rows.targets, factors * np.float32(legs.noise))
    mentions = Mentions.of(lexical_rows, rows)
    mentioned = mentions.beside(lexical_rows, list(np.arange(len(passages))[:, None]))
    if mix is None:
        mix = replace(legs, mentions=_choose_mentions(heads, mentioned, _like_traffic(passages, asked)))
    shelf = Shelf.of(lexical, passages, mentions, axes, condensed, heads.weights, mix)
    np.fill_diagonal(likeness, -1)  # a question must not find itself
    np.fill_diagonal(dense, -1)
    fitted = Fitted(heads, shelf, likeness, dense, mentioned)
    enough = sum(bool(articles) for articles in labelled.articles) >= ENOUGH_LABELLED
    parts = [labelled_trials(fitted, labelled)] if enough else [own_trials(fitted, asked)]
    trials = Trials.joined([*parts, background_trials(fitted)])
    ranking, order = learn_ranking(trials.features, trials.right, trials.question, seed)
    return Learned(shelf.ranked_by(ranking), trials.ordered(order), enough)


def noise_factors(passages: Sequence[Passage]) -> Floats:
    """How much noisier than a question each passage is as evidence, float32 (passages,)."""
    return np.array([_NOISE_FACTOR[p.kind] for p in passages], dtype=np.float32)


def _asked(passages: Sequence[Passage]) -> npt.NDArray[np.bool_]:
    """Which passages are questions to try the heads with; an article without any is tried with its title."""
    with_questions = {p.article for p in passages if p.kind is PassageKind.QUESTION}
    return np.array(
        [
            p.kind in (PassageKind.QUESTION, PassageKind.LABELLED)
            or (p.kind is PassageKind.TITLE and p.article not in with_questions)
            for p in passages
        ]
    )


def _like_traffic(passages: Sequence[Passage], asked: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Of the passages asked those that customers wrote, where they are enough to tell by."""
    labelled = np.array([p.kind is PassageKind.LABELLED for p in passages])
    return labelled if labelled.sum() >= ENOUGH_LABELLED else asked


def _choose_mix(
    likeness: Floats, dense: Floats, rows: Rows, factors: Floats, asked: npt.NDArray[np.bool_], seed: int
) -> Mix:
    """The mix of the legs with the best leave-one-out accuracy on `_TUNING_ROWS` rows drawn from all.

    Rows of all articles, not all rows of some: among a few articles every mix does well, and the one that does best
    there is not the best among all of them (on our knowledge base it cost 1.7 points of top1).
    """
    if len(asked) > _TUNING_ROWS:
        keep = np.sort(np.random.default_rng(seed).choice(len(asked), _TUNING_ROWS, replace=False))
        part = np.ix_(keep, keep)
        likeness, dense, factors, asked = likeness[part], dense[part], factors[keep], asked[keep]
        targets = rows.targets[keep]
    else:
        targets = rows.targets
    best: tuple[float, Mix] | None = None
    for share in _DENSE_SHARES:
        for width in _WIDTHS:
            mix = Mix(share, width, _NOISE, mentions=0.0)
            scores = Heads.fit(kernel_of(likeness, dense, mix), targets, factors * np.float32(_NOISE)).leave_one_out()
            accuracy = _accuracy(scores, targets, asked)
            if best is None or accuracy > best[0] + 1e-9:
                best = accuracy, mix
    assert best is not None
    return best[1]


def _choose_mentions(heads: Heads, mentioned: Floats, asked: npt.NDArray[np.bool_]) -> float:
    """The least weight of what articles mention, (rows, articles), that is about as good as the best.

    By leave-one-out accuracy, about as good being within a standard error (Breiman and others, 1984): a little is sure
    to help, and more relies on the words of the questions asked.
    """
    alone = heads.leave_one_out()
    found = [_accuracy(alone + np.float32(weight) * mentioned, heads.targets, asked) for weight in _MENTIONS]
    error = math.sqrt(max(found) * (1 - max(found)) / max(1, asked.sum()))
    return next(weight for weight, accuracy in zip(_MENTIONS, found, strict=True) if accuracy >= max(found) - error)


def _accuracy(scores: Floats, targets: Floats, asked: npt.NDArray[np.bool_]) -> float:
    """The share of rows asked whose best article is right; 0 when none is asked."""
    right = np.take_along_axis(targets, scores.argmax(axis=1)[:, None], axis=1)[:, 0]
    return float(right[asked].mean()) if asked.any() else 0.0
