"""Who hears of changes, and what a change is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from topay_bot.chat.changes import Changes, Glance, Reason, reason_of
from topay_bot.chat.model import State

OPEN = Glance("c", 3, State.OPEN, None, "h1", "normal")


def test_all_who_listen_hear_until_they_stop() -> None:
    changes, heard = Changes(), []
    stop = changes.listen(lambda one: heard.append(("first", one)))
    changes.listen(lambda one: heard.append(("second", one)))
    changes.publish("a")
    stop()
    stop()
    changes.publish("b")
    assert heard == [("first", "a"), ("second", "a"), ("second", "b")]


@pytest.mark.parametrize(
    ("before", "now", "reason"),
    [
        (None, OPEN, Reason.HANDOFF),
        (replace(OPEN, state=State.PENDING), OPEN, Reason.HANDOFF),
        (OPEN, replace(OPEN, handoff="h2", seq=9), Reason.HANDOFF),
        (OPEN, replace(OPEN, agent="li", seq=4), Reason.STATE),
        (OPEN, replace(OPEN, priority="high"), Reason.STATE),
        (OPEN, replace(OPEN, state=State.RESOLVED, seq=4), Reason.STATE),
        (None, replace(OPEN, state=State.RESOLVED), Reason.STATE),
        (OPEN, replace(OPEN, seq=4), Reason.MESSAGE),
        (OPEN, OPEN, Reason.NOTE),
    ],
)
def test_the_weightiest_of_what_changed_is_told(before: Glance | None, now: Glance, reason: Reason) -> None:
    assert reason_of(before, now) is reason
