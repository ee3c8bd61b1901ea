"""Keeps insights for a moment: a page and its pictures are counted once, and so is a reload."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from topay_bot.learning.insights import DayRange, Insights, InsightStore

KEPT_SECONDS = 60.0
_MOST = 8  # ranges


class RecentInsights:
    """See InsightStore; what it gives is at most a minute old."""

    def __init__(self, store: InsightStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self._lock = threading.Lock()  # held while counting: one range at a time, and each only once
        self._kept: dict[DayRange, tuple[float, Insights]] = {}

    def insights(self, days: DayRange, category_of: Callable[[str], str | None]) -> Insights:
        """See InsightStore."""
        if (kept := self._fresh().get(days)) is not None:  # nobody waits for what is there while others are counted
            return kept[1]
        with self._lock:
            found = self._fresh()
            if days not in found:
                newest = list(found.items())[1 - _MOST :]
                found = {**dict(newest), days: (self._clock(), self._store.insights(days, category_of))}
            self._kept = found
            return found[days][1]

    def _fresh(self) -> dict[DayRange, tuple[float, Insights]]:
        now = self._clock()
        return {key: kept for key, kept in self._kept.items() if now - kept[0] < KEPT_SECONDS}
