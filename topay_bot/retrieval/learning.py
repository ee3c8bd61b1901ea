"""Fits a shelf on its passages, and says what it would have found for questions that it had not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from topay_bot.retrieval import evidence
from topay_bot.retrieval.encoder import Vectors
from topay_bot.retrieval.heads import NO_ARTICLE, Floats, Heads, kernel
from topay_bot.retrieval.lexical import LexicalFeatures
from topay_bot.retrieval.passages import Passage, PassageKind, Rows
from topay_bot.retrieval.shelf import Mix, Shelf, blend

_DENSE_SHARES = (0.25, 0.5, 0.75)
_WIDTHS = (1.0, 2.5)
_NOISES = (0.1,)  # 0.03 to 1 differ by less than half a point
_TUNING_ROWS = 1500  # rows on which a mix is chosen: enough to tell mixes apart, a second of time
# A section speaks about the topic but is no question: weaker evidence. A title nearly is one.
_NOISE_FACTOR = {
    PassageKind.QUESTION: 1.0,
    PassageKind.TITLE: 1.0,
    PassageKind.SECTION: 6.0,
    PassageKind.BACKGROUND: 1.0,
}


@dataclass(frozen=True)
class Trials:
    """Cross-validated finds: each question of the build asked of heads that had not seen it.

    `features` (m, candidates, len(evidence.NAMES)), `right` bool (m, candidates): whether that candidate is the
    question's own article, `unknown` bool (m): nothing could have been right. A question occurs once as known
    (itself left out) and once as unknown (its whole article left out); a background question as unknown only.
    """

    features: Floats
    right: npt.NDArray[np.bool_]
    unknown: npt.NDArray[np.bool_]
    background: npt.NDArray[np.bool_]
    rows: npt.NDArray[np.int64]  # which passage was asked


@dataclass(frozen=True)
class Learned:
    """A fitted shelf with its trials."""

    shelf: Shelf
    trials: Trials


def learn(passages: Sequence[Passage], vectors: Vectors, *, mix: Mix | None, seed: int) -> Learned:
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
    heads = Heads.fit(gram, rows.labels, len(rows.articles), factors * np.float32(mix.noise))
    shelf = Shelf(lexical, passages, lexical_rows, vectors, heads.weights, mix)
    trials = _trials(heads, likeness, dense, rows, asked, _known_shares(lexical_rows, rows))
    return Learned(shelf, trials)


def _asked(passages: Sequence[Passage]) -> npt.NDArray[np.bool_]:
    """Which passages are questions to try the heads with; an article without any is tried with its title."""
    with_questions = {p.article for p in passages if p.kind is PassageKind.QUESTION}
    return np.array(
        [
            p.kind is PassageKind.QUESTION or (p.kind is PassageKind.TITLE and p.article not in with_questions)
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
    labels = np.searchsorted(np.sort(drawn), rows.labels[keep])
    part = np.ix_(keep, keep)
    likeness, dense = likeness[part], dense[part]
    asked = asked[keep]
    best: tuple[float, Mix] | None = None
    for share in _DENSE_SHARES:
        for width in _WIDTHS:
            for noise in _NOISES:
                mix = Mix(share, width, noise)
                gram = kernel(blend(likeness, dense, mix), width)
                heads = Heads.fit(gram, labels, len(drawn), factors[keep] * np.float32(noise))
                scores = heads.leave_one_out()
                accuracy = float((scores.argmax(axis=1) == labels)[asked].mean()) if asked.any() else 0.0
                if best is None or accuracy > best[0] + 1e-9:
                    best = accuracy, mix
    assert best is not None
    return best[1]


def _known_shares(matrix: sp.csr_matrix, rows: Rows) -> tuple[Floats, Floats]:
    """Share of each row's weight on features that other rows have, and that other articles' rows have."""
    squares = matrix.multiply(matrix).tocsr()
    total = np.maximum(np.asarray(squares.sum(axis=1)).ravel(), 1e-9)
    in_rows = np.bincount(matrix.indices, minlength=matrix.shape[1])
    row_of = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    # Background rows are each a group of their own.
    group = np.where(rows.labels == NO_ARTICLE, len(rows.articles) + np.arange(len(rows.labels)), rows.labels)[row_of]
    pairs = np.unique(np.stack([matrix.indices.astype(np.int64), group]), axis=1)
    in_groups = np.bincount(pairs[0], minlength=matrix.shape[1])
    by_rows = np.asarray(squares @ (in_rows > 1).astype(np.float32)).ravel() / total
    by_groups = np.asarray(squares @ (in_groups > 1).astype(np.float32)).ravel() / total
    return by_rows.astype(np.float32), by_groups.astype(np.float32)


def _trials(
    heads: Heads,
    likeness: Floats,
    dense: Floats,
    rows: Rows,
    asked: npt.NDArray[np.bool_],
    known: tuple[Floats, Floats],
) -> Trials:
    np.fill_diagonal(likeness, -1)  # a question must not find itself
    np.fill_diagonal(dense, -1)
    parts: list[tuple[Floats, npt.NDArray[np.bool_], bool, bool, npt.NDArray[np.int64]]] = []
    out = heads.leave_one_out()

    def add(which: npt.NDArray[np.int64], scores: Floats, share: Floats, unknown: bool, background: bool) -> None:
        chosen = evidence.candidates(scores)
        found = evidence.gather(scores, chosen, likeness[which], dense[which], share[which], rows)
        right = (chosen == rows.labels[which][:, None]) & (not unknown)
        parts.append((found, right, unknown, background, which))

    every = np.flatnonzero(asked)
    if len(every):
        add(every, out[every], known[0], False, False)
    for article in range(len(rows.articles)) if len(rows.articles) > 1 else ():
        block = np.arange(rows.starts[article], rows.ends[article])
        scores = heads.leave_out(block)
        scores[:, article] = -1  # below any real score: never chosen before another
        questions = asked[block]
        if questions.any():
            add(block[questions], scores[questions], known[1], True, False)
    background = np.arange(len(rows.labels))[rows.background]
    if len(background):
        add(background, out[background], known[0], True, True)
    return Trials(
        np.concatenate([p[0] for p in parts]),
        np.concatenate([p[1] for p in parts]),
        np.concatenate([np.full(len(p[4]), p[2]) for p in parts]),
        np.concatenate([np.full(len(p[4]), p[3]) for p in parts]),
        np.concatenate([p[4] for p in parts]),
    )
