"""Whether somebody is at the desk: by the opening hours, and by who is signed in."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from topay_bot.chat.availability import Availability
from topay_bot.hours import Hours


class Attendance:
    """Looks afresh at each call; `agents_online` counts those who take conversations now."""

    def __init__(
        self,
        hours: Hours,
        agents_online: Callable[[], int],
        now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    ) -> None:
        self._hours = hours
        self._agents_online = agents_online
        self._now = now

    def __call__(self) -> Availability:
        """The desk as it is now."""
        now = self._now()
        is_open = self._hours.is_open(now)
        opens_at = None if is_open else self._hours.next_opening(now)
        return Availability(now, self._hours.zone, is_open, opens_at, self._agents_online())
