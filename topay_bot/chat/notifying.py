"""What people away from the console are told of a hand-off: rows of the outbox, one for each channel.

A row holds what is needed to find the conversation and to judge how urgent it is, and nothing that the customer wrote:
e-mail and webhooks leave the desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from topay_bot.answering.policy import Priority, Reason
from topay_bot.chat.drafting import new_id
from topay_bot.chat.model import Event, Handoff, Notification


@dataclass(frozen=True, slots=True)
class Notifier:
    """`channels` are those that want to hear of an event; `public_url` is this server's address, if it has one."""

    channels: Mapping[Event, tuple[str, ...]] = field(default_factory=dict)
    public_url: str | None = None

    def about(self, handoff: Handoff, event: Event | None = None) -> tuple[Notification, ...]:
        """The rows that tell of a hand-off, as what it is: urgent, a complaint or any other."""
        event = event or event_of(handoff)
        payload = self._payload(handoff, event)
        return tuple(Notification(new_id(), event, channel, payload) for channel in self.channels.get(event, ()))

    def _payload(self, handoff: Handoff, event: Event) -> dict[str, Any]:
        """In the shape that Standard Webhooks recommends: type, timestamp, data."""
        data = {
            "reference": handoff.reference,
            "reason": str(handoff.reason),
            "priority": str(handoff.priority),
            "queue": handoff.queue,
            "language": handoff.language,
            "waiting_since": handoff.created_at.isoformat(),
        }
        if self.public_url is not None:
            data["link"] = f"{self.public_url.rstrip('/')}/desk#{handoff.reference}"
        return {"type": str(event), "timestamp": handoff.created_at.isoformat(), "data": data}


def event_of(handoff: Handoff) -> Event:
    """What a new hand-off is told as. Danger outdoes a complaint."""
    if handoff.priority == Priority.URGENT:
        return Event.URGENT
    return Event.COMPLAINT if handoff.reason == Reason.COMPLAINT else Event.HANDOFF
