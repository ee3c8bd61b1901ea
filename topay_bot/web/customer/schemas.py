"""The bodies of requests and responses, as OpenAPI publishes them. A test holds real responses against them."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from topay_bot.answering.policy import Priority, Reason
from topay_bot.chat.model import Author, CaseKind, CaseState, State
from topay_bot.text import Language
from topay_bot.web.problems import MEDIA_TYPE


class Question(BaseModel):
    """A question outside of any conversation."""

    text: str = Field(examples=["退款几天能到"])
    lang: Language | None = Field(None, description="Language of the answer; detected by default.")


class IdentityClaimed(BaseModel):
    """Who the customer is, as the site around the widget says."""

    id: str = Field(description="The customer's id on that site.")
    identifier_hash: str = Field(description="HMAC-SHA256 of the id under `widget_secret`, in hexadecimal.")


class NewConversation(BaseModel):
    """How a conversation begins."""

    lang: Language = Field("zh", description="Language of the page; each answer follows the customer's own.")
    customer: IdentityClaimed | None = Field(
        None, description="Refused unless it proves who the customer is; agents are then shown the id."
    )


class NewMessage(BaseModel):
    """A customer's message. The same `client_id` again changes nothing and gives the same result."""

    text: str
    client_id: str = Field(description="Made by the client, new for each message.", examples=["6c1f-1"])
    choice: str | None = Field(None, description="The article of a choice that the customer tapped.")


class Opinion(BaseModel):
    """Whether an answer helped."""

    helpful: bool


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Title(_Given):
    """An article by its title."""

    article: str
    title: str


class LikelyTitle(Title):
    """One "did you mean", with the probability that it is the right one."""

    confidence: float = Field(ge=0, le=1)


class AnswerGiven(Title):
    """An article as it is shown; `language` is the article's own."""

    html: str
    text: str
    language: Language
    related: list[Title]


class ReferralGiven(_Given):
    """That a person should come in; `offered` when the customer is asked first."""

    reason: Reason
    priority: Priority
    offered: bool


class ReplyGiven(_Given):
    """The decision on one question."""

    decision: Literal["answer", "clarify", "handoff"]
    confidence: float = Field(ge=0, le=1, description="Of the best candidate, whatever the decision.")
    reason: Reason
    language: Language
    answer: AnswerGiven | None
    choices: list[LikelyTitle]
    handoff: ReferralGiven | None
    build: str


class ConversationGiven(_Given):
    """A new conversation; the token is shown only here."""

    id: str
    token: str


class HandoffGiven(_Given):
    """A person takes over; the customer can quote `reference`."""

    reference: str
    reason: Reason
    priority: Priority
    created_at: datetime.datetime


class CaseStep(_Given):
    """What a message tells of a complaint or suggestion."""

    kind: CaseKind
    state: CaseState


class MessageGiven(_Given):
    """A message. Which of the optional fields it has follows from its `kind`; a customer's message has none."""

    id: str
    seq: int = Field(ge=1, description="Counts up from 1 within the conversation, without gaps.")
    author: Author
    text: str
    created_at: datetime.datetime
    helpful: bool | None = Field(description="The customer's feedback on it.")
    kind: (
        Literal["answer", "clarify", "offer", "handoff", "masked"]
        | Literal["reply", "joined", "transferred", "returned", "resolved", "reopened"]  # of a person at the desk
        | Literal["case", "contact"]  # a complaint or suggestion, and where the customer can be reached
        | None
    ) = None
    agent: str | None = Field(None, description="The name of the person who wrote it, or of whom it tells.")
    reason: Reason | None = None
    language: Language | None = None
    confidence: float | None = None
    build: str | None = None
    article: str | None = None
    title: str | None = None
    html: str | None = None
    answer_language: Language | None = None
    note: str | None = Field(None, description="Says that the article is in the other language.")
    related: list[Title] | None = None
    choices: list[Title] | None = None
    reference: str | None = None
    away: bool | None = Field(None, description="With a hand-off: nobody is there, so offer to leave a contact.")
    form: CaseKind | None = Field(None, description="The form that goes with the answer.")
    case: CaseStep | None = None


class AgentGiven(_Given):
    """The person who has the conversation."""

    name: str


class ExchangeGiven(_Given):
    """Messages, and who owns the conversation now."""

    state: State
    messages: list[MessageGiven]
    agent: AgentGiven | None = Field(description="Who has it, once a person took it.")
    handoff: HandoffGiven | None = Field(description="While a person owns the conversation.")


class OpinionGiven(_Given):
    """The opinion that was kept."""

    message: str
    helpful: bool


class SuggestionGiven(_Given):
    """A question to tap on."""

    article: str
    text: str
    language: Language


class SuggestionsGiven(_Given):
    """What may be about to be asked, the likeliest first."""

    suggestions: list[SuggestionGiven]


class IdentityGiven(_Given):
    """A name under which a browser may keep this customer's conversation."""

    scope: str


_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "code", "detail")},
        "status": {"type": "integer"},
        "fields": {"type": "array", "items": {"type": "object"}},
    },
}
# For the router: each error is a problem document; `code` is listed in docs/errors.md.
PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"description": said, "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}
    for code, said in (("4XX", "The request cannot be carried out."), ("5XX", "The server cannot carry it out now."))
}
