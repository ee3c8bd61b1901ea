from __future__ import annotations

import dataclasses

import pytest

from tests.desk.outbox_rows import handoff
from topay_bot.answering.policy import Priority, Reason
from topay_bot.chat.model import Event
from topay_bot.chat.notifying import Notifier, event_of

CHANNELS = {Event.HANDOFF: ("mail",), Event.URGENT: ("mail", "webhook-1"), Event.LONG_WAIT: ("webhook-1",)}


@pytest.mark.parametrize(
    ("reason", "priority", "event"),
    [
        (Reason.ASKED, Priority.NORMAL, Event.HANDOFF),
        (Reason.LOW_CONFIDENCE, Priority.HIGH, Event.HANDOFF),
        (Reason.COMPLAINT, Priority.HIGH, Event.COMPLAINT),
        (Reason.COMPLAINT, Priority.URGENT, Event.URGENT),
        (Reason.URGENT, Priority.URGENT, Event.URGENT),
    ],
)
def test_what_a_hand_off_is_told_as(reason: Reason, priority: Priority, event: Event) -> None:
    assert event_of(handoff(reason, priority)) is event


def test_each_channel_that_wants_it_gets_a_row_of_its_own() -> None:
    told = Notifier(CHANNELS).about(handoff(Reason.URGENT, Priority.URGENT))
    assert [(one.event, one.channel) for one in told] == [(Event.URGENT, "mail"), (Event.URGENT, "webhook-1")]
    assert told[0].id != told[1].id
    assert [one.channel for one in Notifier(CHANNELS).about(handoff(), Event.LONG_WAIT)] == ["webhook-1"]
    assert Notifier(CHANNELS).about(handoff(Reason.COMPLAINT)) == ()
    assert Notifier().about(handoff(Reason.URGENT, Priority.URGENT)) == ()


def test_a_row_says_where_and_how_urgent_and_nothing_that_the_customer_wrote() -> None:
    asked = dataclasses.replace(handoff(), article="refund-how-long")
    (told,) = Notifier(CHANNELS, "https://desk.example/").about(asked)
    assert set(told.payload) == {"type", "timestamp", "data"}
    assert set(told.payload["data"]) == {
        "reference", "reason", "priority", "queue", "language", "waiting_since", "link",
    }  # fmt: skip
    assert told.payload["data"]["link"] == "https://desk.example/desk#H-7K3M-9QXT"
    (without,) = Notifier(CHANNELS).about(asked)
    assert "link" not in without.payload["data"]
