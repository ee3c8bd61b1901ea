"""The JSON of what the chat holds, the same in responses and in live events. schemas.py publishes its shape."""

from __future__ import annotations

from typing import Any

from topay_bot.chat.model import Handoff, Message
from topay_bot.chat.service import Exchange

# What the desk keeps about a decision but a customer has no use for.
_FOR_THE_DESK = frozenset({"candidates", "best", "priority", "memory", "by", "to"})


def exchange_body(exchange: Exchange) -> dict[str, Any]:
    """What a call on a conversation gives."""
    return {
        "state": str(exchange.state),
        "messages": [message_body(message) for message in exchange.messages],
        "agent": agent_body(exchange),
        "handoff": None if exchange.handoff is None else handoff_body(exchange.handoff),
    }


def agent_body(exchange: Exchange) -> dict[str, Any] | None:
    """The agent who has the conversation, as its customer may know them."""
    return None if exchange.agent is None else {"name": exchange.agent}


def message_body(message: Message) -> dict[str, Any]:
    """A message as its customer may see it."""
    return {
        "id": message.id,
        "seq": message.seq,
        "author": str(message.author),
        "text": message.text,
        "created_at": message.created_at.isoformat(),
        "helpful": message.helpful,
        **{key: value for key, value in message.payload.items() if key not in _FOR_THE_DESK},
    }


def handoff_body(handoff: Handoff) -> dict[str, Any]:
    """A hand-off as its customer may see it."""
    return {
        "reference": handoff.reference,
        "reason": handoff.reason,
        "priority": handoff.priority,
        "created_at": handoff.created_at.isoformat(),
    }
