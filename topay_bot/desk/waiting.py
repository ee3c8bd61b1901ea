"""How long a customer will wait: said only where something is known, and never better than it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from topay_bot.answering.policy import Priority

# A list of what waits is ordered by priority, then by who has waited longest.
_RAISED = {
    Priority.LOW: Priority.NORMAL,
    Priority.NORMAL: Priority.HIGH,
    Priority.HIGH: Priority.URGENT,
    Priority.URGENT: Priority.URGENT,
}
LAST_HANDLED = 20  # conversations that tell how long one takes
_ENOUGH = 3  # fewer tell nothing


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a waiting customer can be told. `position` counts from 1; None once an agent has the conversation."""

    position: int | None
    estimate_seconds: int | None
    agents_online: int


def raised(priority: str) -> Priority:
    """The priority of what has waited too long: one step up."""
    return _RAISED[Priority(priority)]


def estimate_seconds(position: int, handling_seconds: Sequence[float], agents_online: int) -> int | None:
    """Expected seconds until an agent takes the conversation at `position`; None when too little is known.

    While c agents are busy with conversations of h seconds on average, one of them becomes free every h / c seconds
    (the departure rate of a queue M/M/c), and the one at place p waits for p of these.
    """
    if agents_online < 1 or len(handling_seconds) < _ENOUGH:
        return None
    return round(position * fmean(handling_seconds) / agents_online)
