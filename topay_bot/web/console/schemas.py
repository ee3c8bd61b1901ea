"""The bodies of the agents' API, as OpenAPI publishes them. A test holds real responses against them."""

from __future__ import annotations

import datetime

from pydantic import BaseModel, ConfigDict, Field

from topay_bot.answering.policy import Priority, Reason
from topay_bot.chat.model import Author, State
from topay_bot.desk.agents import Presence, Role
from topay_bot.text import Language


class Credentials(BaseModel):
    """Who signs in."""

    name: str
    password: str


class NewPresence(BaseModel):
    """Whether the agent takes new conversations."""

    status: Presence


class NewReply(BaseModel):
    """An agent's message. The same `client_id` again changes nothing and gives the same result."""

    text: str
    client_id: str = Field(description="Made by the client, new for each message, at most 80 characters.")
    article: str | None = Field(None, max_length=200, description="The article that the text was taken from.")


class NewNote(BaseModel):
    """What other agents should know. The same `client_id` again adds nothing."""

    text: str
    client_id: str | None = None


class NewTransfer(BaseModel):
    """To an agent by id, or to a queue; one of the two."""

    agent: str | None = None
    queue: str | None = Field(None, examples=["payment-zh"])
    note: str = ""


class NewLabel(BaseModel):
    """Which article was the right one for a customer's message, or for what the bot answered."""

    message: str
    article: str


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AgentGiven(_Given):
    """The agent who is signed in."""

    id: str
    name: str
    roles: list[Role]
    languages: list[Language]
    presence: Presence


class SessionGiven(_Given):
    """A session; `csrf` goes into the header X-CSRF-Token of every call that changes something."""

    agent: AgentGiven
    csrf: str


class ColleagueGiven(_Given):
    """An agent to whom a conversation can be passed; online only while the console is there."""

    id: str
    name: str
    languages: list[Language]
    presence: Presence


class OwnerGiven(_Given):
    """The agent who has a conversation."""

    id: str
    name: str


class LastWordsGiven(_Given):
    """The last thing that the customer or an agent said."""

    seq: int
    author: Author
    text: str
    created_at: datetime.datetime


class SummaryGiven(_Given):
    """A conversation in a list, with its newest hand-off."""

    id: str
    state: State
    reference: str
    reason: Reason
    priority: Priority
    queue: str
    category: str
    language: Language
    article: str | None = Field(description="What the bot thought it is about.")
    article_title: str | None
    agent: OwnerGiven | None
    created_at: datetime.datetime = Field(description="When it was handed to people.")
    claimed_at: datetime.datetime | None
    closed_at: datetime.datetime | None
    waiting_since: datetime.datetime | None = Field(description="The first word that no person has answered.")
    waiting_seconds: float | None
    due_at: datetime.datetime | None = Field(description="When its priority rises.")
    last_seq: int
    last_message: LastWordsGiven | None
    customer_messages: int
    customer: str | None = Field(description="Their id at the site around the widget, which proved it.")


class CountsGiven(_Given):
    """How many conversations there are now; `urgent` counts the waiting ones."""

    waiting: int
    mine: int
    open: int
    urgent: int


class PageGiven(_Given):
    """A part of a list; `cursor` leads to the next one."""

    items: list[SummaryGiven]
    counts: CountsGiven
    cursor: str | None


class NoteGiven(_Given):
    """What agents tell one another."""

    id: str
    after_seq: int
    agent: OwnerGiven
    text: str
    created_at: datetime.datetime


class LabelGiven(_Given):
    """Which article an agent said was the right one for a customer's message."""

    message: str
    article: str
    article_title: str | None
    agent: OwnerGiven
    created_at: datetime.datetime


class LabelledGiven(LabelGiven):
    """A label with the question it is for."""

    id: str
    text: str
    language: Language
    reviewed: bool


class DeskMessageGiven(BaseModel):
    """A message with all that the desk keeps about it, which varies with its kind."""

    model_config = ConfigDict(extra="allow")

    id: str
    seq: int
    author: Author
    text: str
    created_at: datetime.datetime
    helpful: bool | None
    agent: OwnerGiven | None = Field(None, description="Who wrote it, or did what it tells of.")
    candidates: list[tuple[str, str | None, float]] | None = Field(
        None, description="What the bot thought: article, title, probability that it is the right one."
    )
    best: str | None = None


class TranscriptGiven(SummaryGiven):
    """A whole conversation, the newest thousand messages of it."""

    messages: list[DeskMessageGiven]
    notes: list[NoteGiven]
    labels: list[LabelGiven]


class OutcomeGiven(_Given):
    """The messages that a call added, and whose the conversation is now."""

    messages: list[DeskMessageGiven]
    state: State
    agent: OwnerGiven | None


class SuggestedArticleGiven(_Given):
    """An article that may answer the customer's latest question."""

    article: str
    title: str
    confidence: float = Field(ge=0, le=1)
    text: str
    html: str
