"""Fits a shelf on its passages, and says what it would have found for questions that it had not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from topay_bot.retrieval.encoder import Vectors
from topay_bot.retrieval.heads import Floats, Heads, kernel
from topay_bot.retrieval.lexical import LexicalFeatures
from topay_bot.retrieval.passages import Passage, PassageKind, Rows
from topay_bot.retrieval.shelf import Mix, Shelf, blend
from topay_bot.retrieval.trials import Fitted, Labelled, Trials, background_trials, labelled_trials, own_trials

_DENSE_SHARES = (0.25, 0.5, 0.75)
_WIDTHS = (1.0, 2.5)
_NOISES = (0.1,)  # 0.03 to 1 differ by less than half a point
_TUNING_ROWS = 1500  # rows on which a mix is chosen: enough to tell mixes apart, a second of time
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
    likeness = (lexical_rows @ lexical_rows.T).toarray()
    dense = vectors @ vectors.T
    factors = np.array([_NOISE_FACTOR[p.kind] for p in passages], dtype=np.float32)
    asked = _asked(passages)
    if mix is None:
        mix = _choose_mix(likeness, dense, rows, factors, asked, seed)
    gram = kernel(blend(likeness, dense, mix), mix.width)
    heads = Heads.fit(gram, rows.targets, factors * np.float32(mix.noise))
    shelf = Shelf(lexical, passages, lexical_rows, vectors, heads.weights, mix)
    np.fill_diagonal(likeness, -1)  # a question must not find itself
    np.fill_diagonal(dense, -1)
    fitted = Fitted(heads, shelf, likeness, dense)
    enough = sum(bool(articles) for articles in labelled.articles) >= ENOUGH_LABELLED
    parts = [labelled_trials(fitted, labelled)] if enough else [own_trials(fitted, asked)]
    return Learned(shelf, Trials.joined([*parts, background_trials(fitted)]), enough)


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


def _choose_mix(
    likeness: Floats, dense: Floats, rows: Rows, factors: Floats, asked: npt.NDArray[np.bool_], seed: int
) -> Mix:
    """The mix with the best leave-one-out accuracy, on whole articles drawn up to `_TUNING_ROWS` rows."""
    order = np.random.default_rng(seed).permutation(len(rows.articles))
    counts = (rows.ends - rows.starts)[order]
    drawn = order[: max(2, int(np.searchsorted(np.cumsum(counts), _TUNING_ROWS)))]
    keep = np.flatnonzero(np.isin(rows.labels, drawn))
    drawn = np.sort(drawn)
    labels = np.searchsorted(drawn, rows.labels[keep])
    targets = rows.targets[np.ix_(keep, drawn)]
    part = np.ix_(keep, keep)
    likeness, dense = likeness[part], dense[part]
    asked = asked[keep]
    best: tuple[float, Mix] | None = None
    for share in _DENSE_SHARES:
        for width in _WIDTHS:
            for noise in _NOISES:
                mix = Mix(share, width, noise)
                gram = kernel(blend(likeness, dense, mix), width)
                heads = Heads.fit(gram, targets, factors[keep] * np.float32(noise))
                scores = heads.leave_one_out()
                accuracy = float((scores.argmax(axis=1) == labels)[asked].mean()) if asked.any() else 0.0
                if best is None or accuracy > best[0] + 1e-9:
                    best = accuracy, mix
    assert best is not None
    return best[1]
