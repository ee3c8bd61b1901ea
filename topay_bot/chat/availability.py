"""Whether a person can come now, and how a customer is told honestly when none can."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from topay_bot.chat.spoken import spoken_return
from topay_bot.chat.wording import say
from topay_bot.text import Language


@dataclass(frozen=True, slots=True)
class Availability:
    """The desk at one moment.

    `opens_at` is set while it is closed, if it opens at all. `agents_online` is None when that is not known.
    """

    now: datetime.datetime
    zone: ZoneInfo
    open: bool = True
    opens_at: datetime.datetime | None = None
    agents_online: int | None = None

    @property
    def away(self) -> bool:
        """Nobody can come now."""
        return not self.open or self.agents_online == 0

    @property
    def waiting_begins(self) -> datetime.datetime:
        """From when on a customer waits in vain: nobody promised to be there before the desk opens."""
        return self.now if self.open or self.opens_at is None else self.opens_at


def away_notice(there: Availability, language: Language, *, reference: str, phone: str | None) -> str:
    """What a customer is told who wants a person when nobody is there: when, the reference, and what they can do."""
    if there.open:
        when = say("nobody_online", language)
    elif there.opens_at is None:
        when = say("closed", language)
    else:
        when = say("closed_until", language, when=spoken_return(there.opens_at, there.now, there.zone, language))
    sentences = [when, say("leave_contact", language), say("reference_away", language, reference=reference)]
    if phone:
        sentences.append(say("call_away", language, phone=phone))
    return ("" if language == "zh" else " ").join(sentences)
