"""The nouns of a conversation."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from topay_bot.text import Language


class State(StrEnum):
    """Who owns a conversation: the bot, a person, or nobody any more."""

    PENDING = "pending"
    OPEN = "open"
    RESOLVED = "resolved"


class Author(StrEnum):
    """Who wrote a message. `agent` is a human, always; `system` says what happened."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a conversation is: its state, and while it is open the id of the agent who took it, if one did."""

    state: State
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One customer's conversation. Only the hash of its token is kept."""

    id: str
    token_hash: str
    state: State
    language: Language
    created_at: datetime.datetime
    last_seq: int = 0
    agent: str | None = None  # the id of the agent who has it; none unless it is open
    agent_name: str | None = None
    owned_since: datetime.datetime | None = None
    waiting_since: datetime.datetime | None = None  # the first thing said to a person that none has answered
    customer: str | None = None  # their id at the site around the widget, which proved it; for agents only

    @property
    def owner(self) -> Owner:
        """Whose it is."""
        return Owner(self.state, self.agent)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message about to be stored; its text is masked already."""

    id: str
    author: Author
    text: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message. `seq` counts up from 1 within its conversation, without gaps."""

    id: str
    conversation: str
    seq: int
    author: Author
    text: str
    payload: Mapping[str, Any]
    created_at: datetime.datetime
    helpful: bool | None = None  # feedback on it


@dataclass(frozen=True, slots=True)
class Handoff:
    """That a person is to take over; `reference` is what the customer can quote."""

    id: str
    conversation: str
    reference: str
    reason: str
    priority: str
    article: str | None  # what the bot thought it is about
    language: Language
    created_at: datetime.datetime
    queue: str = ""  # "<category>-<language>", as "payment-zh"; the category is "general" without an article
    due_at: datetime.datetime | None = None  # when its priority rises unless a person has answered; None: never
    claimed_at: datetime.datetime | None = None
    claimed_by: str | None = None  # the id of the agent who took it last
    closed_at: datetime.datetime | None = None  # when it was resolved or given back to the bot


class CaseKind(StrEnum):
    """What a customer wants on record."""

    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"


class CaseState(StrEnum):
    """How far a case is, in this order."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Case:
    """A complaint or a suggestion on record; whoever knows `reference` may ask how far it is."""

    reference: str
    conversation: str
    kind: CaseKind
    text: str  # masked
    language: Language
    received_at: datetime.datetime
    updated_at: datetime.datetime
    state: CaseState = CaseState.RECEIVED
    answer: str | None = None


class Event(StrEnum):
    """What people away from the console are told of."""

    HANDOFF = "handoff"
    URGENT = "urgent"
    COMPLAINT = "complaint"
    LONG_WAIT = "long_wait"


@dataclass(frozen=True, slots=True)
class Notification:
    """A row of the outbox: one event for one channel, stored with what it tells of and delivered later."""

    id: str
    event: Event
    channel: str
    payload: Mapping[str, Any]  # nothing that the customer wrote


@dataclass(frozen=True, slots=True)
class Turn:
    """What one transaction adds: messages in order, a hand-off, its notifications, and the state it leads to.

    A `case` filed while a person has the conversation makes that hand-off one for a complaint. `contact` is where the
    customer can be reached; it is kept as given.
    """

    messages: tuple[Draft, ...]
    state: State
    handoff: Handoff | None = None
    language: Language | None = None
    notifications: tuple[Notification, ...] = ()
    case: Case | None = None
    contact: str | None = None
