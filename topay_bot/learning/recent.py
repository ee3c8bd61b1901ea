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
        self._lock = threading.Lock()  # held while counting: who asks for the same meanwhile waits for it
        self._kept: dict[DayRange, tuple[float, Insights]] = {}

    def insights(self, days: DayRange, category_of: Callable[[str], str | None]) -> Insights:
        """See InsightStore."""
        with self._lock:
            now = self._clock()
            self._kept = {key: kept for key, kept in self._kept.items() if now - kept[0] < KEPT_SECONDS}
            if days in self._kept:
                return self._kept[days][1]
            found = self._store.insights(days, category_of)
            while len(self._kept) >= _MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[days] = (now, found)
            return found
