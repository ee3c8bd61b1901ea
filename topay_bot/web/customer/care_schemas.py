"""The bodies of care.py, as OpenAPI publishes them. A test holds real responses against them."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from topay_bot.chat.model import CaseKind, CaseState
from topay_bot.chat.voice import MAX_COMMENT, MAX_CONTACT
from topay_bot.web.customer.schemas import ExchangeGiven


class NewCase(BaseModel):
    """A complaint or a suggestion. The same `client_id` again changes nothing and gives the same result."""

    kind: CaseKind
    text: str
    client_id: str = Field(description="Made by the client, new for each case.", examples=["6c1f-2"])
    contact: str | None = Field(None, max_length=MAX_CONTACT, description="Where an answer reaches the customer.")


class NewContact(BaseModel):
    """Where the customer can be reached, and a message."""

    contact: str = Field(max_length=MAX_CONTACT, examples=["138 0000 0000"])
    client_id: str
    text: str | None = None


class NewRating(BaseModel):
    """How it went."""

    stars: int = Field(ge=1, le=5)
    comment: str | None = Field(None, max_length=MAX_COMMENT)
    about: Literal["agent", "bot"] | None = Field(None, description="By default who had the conversation last.")


class CaseChange(BaseModel):
    """How far a case is; `answer` goes with the state answered, and with no other."""

    state: CaseState
    answer: str | None = None


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FiledGiven(ExchangeGiven):
    """The messages that tell of it, and its reference."""

    reference: str


class CaseGiven(_Given):
    """How far a case is, for whoever knows its reference; nothing that the customer wrote."""

    reference: str
    kind: CaseKind
    state: CaseState
    received_at: datetime.datetime
    updated_at: datetime.datetime
    answer: str | None


class RatingGiven(_Given):
    """What was kept."""

    stars: int
    about: Literal["agent", "bot"]


class WaitingGiven(_Given):
    """What a waiting customer can be told."""

    position: int | None = Field(description="1 for the first; null when a person has the conversation, or none is to.")
    estimate_seconds: int | None = Field(description="Null while too little is known.")
    open: bool = Field(description="Whether the desk is open by its hours.")
    opens_at: datetime.datetime | None
    agents_online: int


class ListedCaseGiven(CaseGiven):
    """A case as people at the desk see it."""

    conversation: str
    text: str
    language: str
    agent: str | None = Field(description="The name of who changed it last.")


class ListedRatingGiven(_Given):
    """A rating as supervisors see it."""

    id: str
    conversation: str
    about: Literal["agent", "bot"]
    agent: str | None = Field(description="The name of the agent it is about.")
    stars: int
    comment: str | None
    created_at: datetime.datetime
    followed_up_at: datetime.datetime | None
    followed_up_by: str | None


class ContactGiven(_Given):
    """Where a customer can be reached, as given."""

    contact: str
    created_at: datetime.datetime
