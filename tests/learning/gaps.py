"""Gaps made up for tests."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from topay_bot.learning.findings import Findings, Gap, Variant

NOW = datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


def gap(*texts: str, arrivals: Sequence[datetime.datetime] = (NOW - HOUR,), id_: str = "g-1") -> Gap:
    """A gap of these wordings, each asked once."""
    return Gap(
        id=id_,
        question=texts[0],
        language="en",
        count=len(texts),
        customers=len(arrivals),
        weight=1.0,
        last_days=len(texts),
        days_before=0,
        misses={"unanswered": len(texts)},
        nearest=None,
        confidence=0.0,
        right=None,
        variants=[Variant(text, "en", 1) for text in texts],
        arrivals=list(arrivals),
    )


def findings(*gaps: Gap, build: str = "b1") -> Findings:
    """What a list holds."""
    return Findings(build, sum(one.count for one in gaps), 0, 0, 0, list(gaps))
