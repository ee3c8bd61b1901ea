"""How like a follow-up is to every article of a shelf, and what articles score behind the title of its topic.

A search tells of the best few articles and what they would answer. Whoever reads a follow-up must know of one article
in particular, and whether one of its sections tells what is asked: "where's the customer number" after a question on
bills.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from topay_bot.retrieval.evidence import CANDIDATES, Signals
from topay_bot.retrieval.shelf import Floats, Shelf

_LEADERS = 3  # an article is compared with the third best: the first ones may be right as well
_KIN = 5  # dense and lexical likeness to questions, then to sections; what the article mentions
KIN = 2 * _KIN  # of the text alone, then of the text behind the title


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the articles of a shelf have to do with a text.

    `scores` (articles) are those of the text behind the title; `kinship` (articles, KIN) tells how much more like
    the text an article is than the third best, about -1 to 1; `strangeness` (2), dense and lexical, how much more like
    a question that nothing answers the text is than like any article's.
    """

    articles: tuple[str, ...]
    scores: Floats
    kinship: Floats
    strangeness: Floats

    def score(self, article: str) -> float:
        """The score of one article; 0 of one that the shelf lacks."""
        return float(self.scores[self.articles.index(article)]) if article in self.articles else 0.0

    def kin(self, article: str) -> Floats:
        """The kinship of one article (KIN); nothing of one that the shelf lacks."""
        if article not in self.articles:
            return np.zeros(KIN, dtype=np.float32)
        found: Floats = self.kinship[self.articles.index(article)]
        return found

    @property
    def best(self) -> tuple[str, ...]:
        """The articles with the best scores, as many as a search gives, best first."""
        return tuple(self.articles[place] for place in np.argsort(-self.scores, kind="stable")[:CANDIDATES])


def compare(shelf: Shelf, text: Signals, titled: Signals) -> Comparison:
    """Compare a text, alone and behind a title, with the articles of a shelf, by the signals of both there."""
    end = shelf.rows.background.start
    legs = np.concatenate([text.dense, text.lexical])
    ours, nobodys = legs[:, :end], legs[:, end:]
    strangeness = nobodys.max(axis=1) - ours.max(axis=1) if nobodys.shape[1] else np.zeros(2, dtype=np.float32)
    kinship = np.concatenate([_kinship(shelf, text), _kinship(shelf, titled)])
    return Comparison(shelf.rows.articles, titled.heads[0], kinship.T, strangeness)


def _kinship(shelf: Shelf, signals: Signals) -> Floats:
    """How much more like a text each article is than the third best, (_KIN, articles)."""
    end = shelf.rows.background.start
    legs = np.concatenate([signals.dense, signals.lexical])[:, :end]
    apart = [np.where(part, legs, 0) for part in (~shelf.is_section[:end], shelf.is_section[:end])]
    nearest = np.maximum.reduceat(np.concatenate(apart), shelf.rows.starts, axis=1)
    likeness = np.concatenate([nearest, signals.mentioned])
    leaders = min(_LEADERS, likeness.shape[1])
    found: Floats = likeness - np.partition(likeness, -leaders, axis=1)[:, -leaders, None]
    return found
