"""Questions that customers asked in vain, as the store keeps them; the learning loop begins with them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum

from topay_bot.text import Language


class Miss(StrEnum):
    """How a question was missed."""

    UNANSWERED = "unanswered"  # nothing was likely enough, and a person was offered
    UNCHOSEN = "unchosen"  # none of the choices was tapped
    UNHELPFUL = "unhelpful"  # the customer said that the answer did not help
    CORRECTED = "corrected"  # an agent said which article is right, and the bot had given another or none


@dataclass(frozen=True, slots=True)
class Missed:
    """One question asked in vain."""

    customer: str  # the proven id, or where there is none the conversation, which stands for its customer
    at: datetime.datetime
    text: str  # masked
    language: Language
    miss: Miss
    shown: str | None = None  # the article that was given
    right: str | None = None  # the article that an agent called right
