"""Trials: questions asked of heads that had not seen them, from which confidence is learned.

Two kinds. Where a knowledge base brings labelled questions of customers (see knowledge/labelled.py), those are
asked: they are what traffic looks like. Otherwise the build's own questions are asked, each left out; editors
write them to differ from one another, so they are harder than traffic and the bot is more careful than it need be.
Both are asked a second time as if their article did not exist: then nothing can be right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from topay_bot.retrieval import evidence
from topay_bot.retrieval.encoder import Vectors
from topay_bot.retrieval.evidence import Signals
from topay_bot.retrieval.heads import NO_ARTICLE, Floats, Heads, kernel
from topay_bot.retrieval.passages import Rows
from topay_bot.retrieval.shelf import Shelf, blend

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
# Below any real score: an article held out is never chosen before another.
_HELD_OUT = -1.0


@dataclass(frozen=True)
class Labelled:
    """Labelled questions of customers that some article answers.

    `texts` are normalised and stand on the shelf too; `asked` is how the retriever reads each (see
    retriever.reading), `vectors` (m, dimension) are those of `asked`, `articles` the ids that are right.
    """

    texts: tuple[str, ...]
    asked: tuple[str, ...]
    vectors: Vectors
    articles: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Trials:
    """What was found for questions that the heads had not seen.

    `features` (m, candidates, len(evidence.NAMES)), `right` bool (m, candidates): whether that candidate is a right
    article, `unknown` bool (m): nothing could have been right, `background` bool (m): because no article is about
    it, not because its article was held out, `question` int (m): the same number for the same question. For the
    report: `texts`, ids of the articles that would have been right (`truth`) and of the candidates (`candidates`).
    """

    features: Floats
    right: Bools
    unknown: Bools
    background: Bools
    question: Ints
    texts: tuple[str, ...] = ()
    truth: tuple[tuple[str, ...], ...] = ()
    candidates: tuple[tuple[str, ...], ...] = ()

    def ordered(self, order: Ints) -> Trials:
        """The same with the candidates in another order (m, candidates)."""
        return replace(
            self,
            features=np.take_along_axis(self.features, order[:, :, None], axis=1),
            right=np.take_along_axis(self.right, order, axis=1),
            candidates=tuple(
                tuple(found[place] for place in places)
                for found, places in zip(self.candidates, order.tolist(), strict=True)
            ),
        )

    @classmethod
    def joined(cls, parts: Sequence[Trials]) -> Trials:
        """All of them; questions of different parts are different."""
        starts = np.cumsum([0, *(int(part.question.max(initial=-1)) + 1 for part in parts)])
        return cls(
            np.concatenate([part.features for part in parts]),
            np.concatenate([part.right for part in parts]),
            np.concatenate([part.unknown for part in parts]),
            np.concatenate([part.background for part in parts]),
            np.concatenate([part.question + start for part, start in zip(parts, starts, strict=False)]),
            *_told(parts),
        )


@dataclass(frozen=True)
class Fitted:
    """A fitted shelf with what its trials need. Similarities among rows (rows, rows) have -1 on the diagonal."""

    heads: Heads
    shelf: Shelf
    lexical: Floats
    dense: Floats
    mentioned: Floats  # what articles mention of each row beside that row itself, (rows, articles)

    @property
    def rows(self) -> Rows:
        """Where the articles lie."""
        return self.shelf.rows

    @cached_property
    def features_known(self) -> _Known:
        """Which lexical features are known, with any one article held out."""
        return _Known(self.shelf.lexical_rows, self.rows)


def own_trials(fitted: Fitted, asked: Bools) -> Trials:
    """Each row marked in `asked` left out alone, and once more with its whole article."""
    rows, known = fitted.rows, fitted.features_known
    every = np.flatnonzero(asked)
    out = fitted.heads.leave_one_out()
    parts = [_trial(fitted, every, out[every], known.beside_row[every], rows.labels[every])]
    for article, block in _blocks(rows):
        questions = block[asked[block]]
        if len(questions):
            heads = fitted.heads.leave_out(block)[asked[block]]
            parts.append(_trial(fitted, questions, heads, known.beside_article[questions], None, [article]))
    return _numbered(parts)


def background_trials(fitted: Fitted) -> Trials:
    """Each background question left out alone."""
    every = np.arange(len(fitted.rows.labels))[fitted.rows.background]
    share = fitted.features_known.beside_row[every]
    found = _trial(fitted, every, fitted.heads.leave_one_out()[every], share, None)
    return replace(found, background=np.ones(len(every), dtype=bool), question=np.arange(len(every)))


def labelled_trials(fitted: Fitted, labelled: Labelled) -> Trials:
    """Each labelled question left out, and once more with its articles held out."""
    rows, heads, mix = fitted.rows, fitted.heads, fitted.shelf.mix
    number = {article: place for place, article in enumerate(rows.articles)}
    own = _own_rows(fitted.shelf, labelled.texts)
    encoded, share = fitted.shelf.lexical.encode_known(labelled.asked)
    mentioned = fitted.shelf.mentions.beside(encoded, own)
    lexical = np.asarray((encoded @ fitted.shelf.postings.by_feature).toarray(), dtype=np.float32)
    dense = fitted.shelf.likeness(labelled.vectors, lexical)
    likeness = kernel(blend(lexical, dense, mix), mix.width)
    alone = likeness @ heads.weights
    for question, mine in enumerate(own):
        if len(mine):
            alone[question] -= heads.seen_in(likeness[[question]], mine)[0]
            lexical[question, mine] = dense[question, mine] = -1  # a question must not find itself
    beside_own = fitted.features_known.share_beside(encoded, own) * share
    usage = fitted.shelf.usage.beside(encoded, own)
    signals = Signals(alone, mentioned, lexical, dense, beside_own, evidence.lengths(labelled.asked), usage)
    truth = [[number[article] for article in articles if article in number] for articles in labelled.articles]
    groups: dict[tuple[int, ...], list[int]] = {}
    for question, right in enumerate(truth):
        groups.setdefault(tuple(sorted(right)), []).append(question)
    parts: list[Trials] = []
    for answers, members in groups.items():
        asked = np.array(members)
        parts.append(_asked(fitted, labelled, asked, signals[asked], answers))
        if len(answers) == len(rows.articles):
            continue
        block = np.concatenate([np.arange(rows.starts[article], rows.ends[article]) for article in answers])
        without = likeness[asked] @ heads.weights - heads.seen_in(likeness[asked], block)
        left = fitted.features_known.share(encoded[asked], answers) * share[asked]
        unused = fitted.shelf.usage.beside(encoded[asked], [own[question] for question in members], answers)
        held_out = _held_out(replace(signals[asked], heads=without, known=left, usage=unused), answers, rows)
        parts.append(_asked(fitted, labelled, asked, held_out, None))
    return _numbered(parts)


def _asked(fitted: Fitted, labelled: Labelled, asked: Ints, signals: Signals, right: Sequence[int] | None) -> Trials:
    """Trials of questions that share their right articles; None: those are held out."""
    rows = fitted.rows
    found, chosen = _found(fitted, signals)
    is_right = np.isin(chosen, list(right or ()))
    no = np.zeros(len(asked), dtype=bool)
    truth = tuple(rows.articles[article] for article in right or ())
    texts = tuple(labelled.texts[question] for question in asked)
    names = _names(rows, chosen)
    return Trials(found, is_right, np.full(len(asked), right is None), no, asked, texts, (truth,) * len(asked), names)


def _found(fitted: Fitted, signals: Signals) -> tuple[Floats, Ints]:
    """The evidence (m, candidates, len(evidence.NAMES)) of the best candidates, and their numbers."""
    scores = signals.scores(fitted.shelf.mix.mentions)
    chosen = evidence.candidates(scores)
    return evidence.gather(signals, scores, chosen, fitted.rows), chosen


def _held_out(signals: Signals, articles: Sequence[int], rows: Rows) -> Signals:
    """The same without what these articles say: they are never chosen before another, and their passages not seen."""
    signals.heads[:, list(articles)] = _HELD_OUT
    signals.mentioned[:, list(articles)] = 0
    for article in articles:
        block = slice(rows.starts[article], rows.ends[article])
        signals.lexical[:, block] = signals.dense[:, block] = -1
    return signals


def _own_rows(shelf: Shelf, texts: Sequence[str]) -> list[Ints]:
    """The rows that hold each of these texts."""
    found: dict[str, list[int]] = {}
    for row, passage in enumerate(shelf.passages):
        found.setdefault(passage.text, []).append(row)
    return [np.array(found.get(text, []), dtype=np.int64) for text in texts]


def _trial(
    fitted: Fitted, which: Ints, heads: Floats, share: Floats, truth: Ints | None, held_out: Sequence[int] = ()
) -> Trials:
    """Trials of rows of the shelf itself; without a truth nothing can be right."""
    texts = tuple(fitted.shelf.passages[row].text for row in which)
    legs = fitted.lexical[which], fitted.dense[which]
    usage = fitted.shelf.usage.beside(fitted.shelf.lexical_rows[which], list(which[:, None]), held_out)
    signals = Signals(heads, fitted.mentioned[which], *legs, share, evidence.lengths(texts), usage)
    found, chosen = _found(fitted, _held_out(signals, held_out, fitted.rows))
    right = np.zeros(chosen.shape, dtype=bool) if truth is None else chosen == truth[:, None]
    unknown = np.full(len(which), truth is None)
    true = tuple((fitted.rows.articles[article],) for article in truth) if truth is not None else ((),) * len(which)
    names = _names(fitted.rows, chosen)
    return Trials(found, right, unknown, np.zeros(len(which), dtype=bool), which, texts, true, names)


def _names(rows: Rows, chosen: Ints) -> tuple[tuple[str, ...], ...]:
    """Ids of the candidates."""
    return tuple(tuple(rows.articles[article] for article in found) for found in chosen.tolist())


def _told(
    parts: Sequence[Trials],
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]:
    """Texts, truth and candidates of all parts."""
    return (
        tuple(text for part in parts for text in part.texts),
        tuple(articles for part in parts for articles in part.truth),
        tuple(articles for part in parts for articles in part.candidates),
    )


def _numbered(parts: Sequence[Trials]) -> Trials:
    """Parts that speak of the same questions under the same numbers."""
    return Trials(
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.unknown for part in parts]),
        np.concatenate([part.background for part in parts]),
        np.concatenate([part.question for part in parts]),
        *_told(parts),
    )


def _blocks(rows: Rows) -> Iterator[tuple[int, Ints]]:
    """Each article with its rows; none when there is only one, which nothing could stand in for."""
    if len(rows.articles) > 1:
        for article, (start, end) in enumerate(zip(rows.starts, rows.ends, strict=True)):
            yield article, np.arange(start, end)


class _Known:
    """Shares of a question's lexical weight that lie on features known without itself or without its article."""

    def __init__(self, matrix: sp.csr_matrix, rows: Rows) -> None:
        self._matrix = matrix
        in_rows = self._in_rows = np.bincount(matrix.indices, minlength=matrix.shape[1])
        row_of = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        # Background rows are each a group of their own.
        group = np.where(rows.labels == NO_ARTICLE, len(rows.articles) + np.arange(len(rows.labels)), rows.labels)
        count = int(group.max(initial=0)) + 1
        columns, groups = np.divmod(np.unique(matrix.indices.astype(np.int64) * count + group[row_of]), count)
        self._groups = np.bincount(columns, minlength=matrix.shape[1])
        by_group = columns[np.argsort(groups, kind="stable")]
        ends = np.cumsum(np.bincount(groups, minlength=count))
        self._columns_of = np.split(by_group, ends)[: len(rows.articles)]
        self.beside_row = _share(matrix, in_rows > 1)
        self.beside_article = _share(matrix, self._groups > 1)

    def share_beside(self, matrix: sp.csr_matrix, own: Sequence[Ints]) -> Floats:
        """The share for questions (m, features), each with some rows left out."""
        if not len(own):
            return np.zeros(0, dtype=np.float32)
        ends = np.cumsum([0, *map(len, own)])
        chosen = sp.csr_matrix(
            (np.ones(ends[-1], dtype=np.float32), np.concatenate(own), ends), (len(own), self._matrix.shape[0])
        )
        present = sp.csr_matrix(
            (np.ones(self._matrix.nnz, dtype=np.float32), self._matrix.indices, self._matrix.indptr), self._matrix.shape
        )
        among = sp.csr_matrix(chosen @ present)  # how many of the rows left out have a feature
        among.data = (among.data >= self._in_rows[among.indices]).astype(np.float32)  # 1 where no other row has it
        squares = sp.csr_matrix(matrix.multiply(matrix))
        total = np.maximum(np.asarray(squares.sum(axis=1)).ravel(), 1e-9)
        lost = np.asarray(squares.multiply(among).sum(axis=1)).ravel()
        share: Floats = (1 - lost / total).astype(np.float32)
        return share

    def share(self, matrix: sp.csr_matrix, held_out: Sequence[int]) -> Floats:
        """The share for questions (m, features) with some articles held out."""
        groups = self._groups.copy()
        for article in held_out:
            groups[self._columns_of[article]] -= 1
        return _share(matrix, groups > 0)


def _share(matrix: sp.csr_matrix, known: Bools) -> Floats:
    squares = sp.csr_matrix(matrix.multiply(matrix))
    total = np.maximum(np.asarray(squares.sum(axis=1)).ravel(), 1e-9)
    share: Floats = (np.asarray(squares @ known.astype(np.float32)).ravel() / total).astype(np.float32)
    return share
