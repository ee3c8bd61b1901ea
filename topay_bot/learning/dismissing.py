"""Gaps that editors set aside: which they are among those found anew, and when they come back."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from topay_bot.chat.drafting import new_id
from topay_bot.desk.reviewing import Dismissal, GapStore
from topay_bot.learning.findings import Gap

_SHARED = 0.5  # of the fewer wordings: questions that age out, and new ones, leave a gap the same
FEWEST_NEW = 5  # customers: of two who asked as many again soon have


@dataclass(frozen=True, slots=True)
class Sorted:
    """Gaps with what editors said of them."""

    open: Sequence[Gap]
    dismissed: Sequence[tuple[Gap, Dismissal]]
    back: dict[str, Dismissal]  # gap id -> of an open gap that was dismissed and has grown


def dismissal_of(gap: Gap, by: str, at: datetime.datetime) -> Dismissal:
    """A gap set aside as it is now."""
    return Dismissal(new_id(), gap.question, gap.language, gap.wordings, gap.customers, by, at)


def sort(gaps: Sequence[Gap], dismissals: Sequence[Dismissal]) -> Sorted:
    """What is open and what is dismissed, each in the order given; of several dismissals of a gap the newest counts."""
    newest_first = sorted(dismissals, key=lambda one: one.at, reverse=True)
    still_open: list[Gap] = []
    dismissed: list[tuple[Gap, Dismissal]] = []
    back: dict[str, Dismissal] = {}
    for gap in gaps:
        found = next((one for one in newest_first if is_of(one, gap)), None)
        if found is not None and not has_grown(found, gap):
            dismissed.append((gap, found))
            continue
        still_open.append(gap)
        if found is not None:
            back[gap.id] = found
    return Sorted(still_open, dismissed, back)


def bring_back(store: GapStore, gap: Gap, by: str, at: datetime.datetime) -> bool:
    """List a gap again, however often it was dismissed; False when it is not dismissed."""
    done = [store.restore(one.id, by, at) for one in store.dismissals() if is_of(one, gap)]
    return any(done)


def is_of(dismissal: Dismissal, gap: Gap) -> bool:
    """Whether a gap is the one that was set aside: they share half of the wordings of the smaller one."""
    fewer = min(len(dismissal.wordings), len(gap.wordings))
    return len(dismissal.wordings & gap.wordings) >= max(1.0, _SHARED * fewer)


def has_grown(dismissal: Dismissal, gap: Gap) -> bool:
    """Whether since then as many customers asked in vain as before it, and at least FEWEST_NEW."""
    return new_customers(dismissal, gap) >= max(FEWEST_NEW, dismissal.customers)


def new_customers(dismissal: Dismissal, gap: Gap) -> int:
    """How many customers asked for the first time since then."""
    return sum(at > dismissal.at for at in gap.arrivals)
