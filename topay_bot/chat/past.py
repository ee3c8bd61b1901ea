"""What the bot was asked and what it made of it, as the store keeps it; for replays and figures."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from topay_bot.text import Language


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """A customer's message that the bot decided on, and the payload of its reply (see drafting.bot_message)."""

    conversation: str
    seq: int  # of the customer's message
    at: datetime.datetime
    text: str  # masked
    payload: Mapping[str, Any]

    @property
    def language(self) -> Language:
        """The language in which the bot replied."""
        return self.payload["language"]  # type: ignore[no-any-return]

    @property
    def tapped(self) -> bool:
        """Whether the customer tapped an article rather than wrote: no build had to find it then."""
        candidates = self.payload.get("candidates", [])
        return len(candidates) == 1 and candidates[0][1] == 1
