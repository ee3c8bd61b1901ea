"""What articles did for customers, as the store keeps it; for editors."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from topay_bot.text import Language


@dataclass(frozen=True, slots=True)
class ArticleUse:
    """How often an article was shown as the answer since some day, and what customers thought of those answers."""

    answered: int = 0
    helpful: int = 0
    unhelpful: int = 0

    @property
    def rated(self) -> int:
        """Answers of which a customer said whether they helped."""
        return self.helpful + self.unhelpful

    @property
    def helpful_rate(self) -> float | None:
        """Share of the rated answers that helped, 0 to 1; None when none was rated."""
        return self.helpful / self.rated if self.rated else None


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """What a customer asked and an article answered. `helpful` is None when the customer did not say."""

    conversation: str
    at: datetime.datetime
    text: str  # masked
    language: Language  # of the reply
    confidence: float
    helpful: bool | None
    tapped: bool  # chosen among titles; what was written is the title then


class UseStore(Protocol):
    """Reads it. Every call is a few statements, however long the history."""

    def article_uses(self, articles: Sequence[str], since: datetime.datetime) -> Mapping[str, ArticleUse]:
        """Of these articles what they did since then; one that answered nothing is left out."""

    def answered_questions(self, article: str, limit: int, helpful: bool | None = None) -> Sequence[AnsweredQuestion]:
        """What an article answered last, newest first; with `helpful`, what customers said did help, or did not."""
