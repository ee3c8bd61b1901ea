"""What agents see of conversations, and what they do to them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from topay_bot.chat.model import Author, Draft, Handoff, Owner, State
from topay_bot.text import Language


class View(StrEnum):
    """Which conversations a list holds. None shows a conversation that was never handed to a person."""

    WAITING = "waiting"  # nobody has taken it
    MINE = "mine"
    OPEN = "open"  # waiting, or with any agent
    RESOLVED = "resolved"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. `text` is a reference number, a customer's id or words of a message.

    Times bound the hand-off's.
    """

    view: View
    agent: str  # whose "mine" is meant
    text: str = ""
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None
    limit: int = 50
    cursor: str | None = None  # where the page before ended


@dataclass(frozen=True, slots=True)
class LastWords:
    """The last thing that the customer or an agent said."""

    seq: int
    author: Author
    text: str
    created_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation in a list, with its newest hand-off."""

    id: str
    state: State
    language: Language
    handoff: Handoff
    agent: tuple[str, str] | None  # id, name
    owned_since: datetime.datetime | None
    waiting_since: datetime.datetime | None  # None: the last word is a person's
    last_seq: int
    last_message: LastWords | None
    customer_messages: int
    customer: str | None = None  # see chat.model.Conversation


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list; `cursor` leads to the next one."""

    items: Sequence[Summary]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many conversations there are now; `urgent` counts the waiting ones."""

    waiting: int
    mine: int
    open: int
    urgent: int


@dataclass(frozen=True, slots=True)
class Note:
    """What agents tell one another; a customer never sees it."""

    id: str
    conversation: str
    after_seq: int  # the last message when it was written
    agent: str
    agent_name: str
    text: str
    created_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Label:
    """An agent's word on which article was the right one for a customer's message."""

    id: str
    message: str
    article: str
    agent: str
    agent_name: str
    created_at: datetime.datetime
    reviewed: bool = False  # by an editor


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A label with the question it is for, as editors review it."""

    label: Label
    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Change:
    """What an agent does to a conversation, in one transaction: all of it or nothing."""

    owner: Owner  # afterwards
    messages: tuple[Draft, ...] = ()
    note: Note | None = None
    queue: str | None = None  # the hand-off goes to another one
    answered: bool = False  # the customer waits no more
    due_at: datetime.datetime | None = None  # the customer waits for somebody else: a new timer
