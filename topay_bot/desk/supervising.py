"""What supervisors look after: complaints and suggestions until they are answered, and customers who were let down."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from zoneinfo import ZoneInfo

from topay_bot.chat.cases import CaseStore, Fact, case_payload, progress
from topay_bot.chat.checking import checked_text
from topay_bot.chat.drafting import new_id
from topay_bot.chat.model import Author, Case, CaseState, Draft
from topay_bot.chat.voice import Rating
from topay_bot.desk.agents import Agent
from topay_bot.errors import BadMessage, CaseNotFound, ConversationBusy, RatingNotFound
from topay_bot.privacy import mask

LOW_STARS = 2  # and below: somebody should talk to the customer
MAX_LISTED = 200
_ATTEMPTS = 5  # of a change against changes by others


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a customer can be reached, as they gave it."""

    contact: str
    created_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case, and the name of the agent who changed it last."""

    case: Case
    agent_name: str | None


@dataclass(frozen=True, slots=True)
class ListedRating:
    """A rating with the name of the agent it is about, and who followed it up."""

    rating: Rating
    agent_name: str | None
    followed_up_at: datetime.datetime | None
    followed_up_by: str | None


class SupervisorStore(CaseStore, Protocol):
    """Keeps cases, contacts and ratings. Every method is one transaction."""

    def cases(self, state: CaseState | None, limit: int) -> Sequence[ListedCase]:
        """The newest first; of one state, or all."""

    def set_case(self, before: Case, after: Case, agent_id: str, notice: Draft) -> bool:
        """Change a case and tell the customer in the conversation, unless another changed the case meanwhile."""

    def contacts(self, conversation_id: str) -> Sequence[Contact]:
        """What the customer left, in order."""

    def ratings(self, most_stars: int, with_followed_up: bool, limit: int) -> Sequence[ListedRating]:
        """The newest first."""

    def follow_up(self, rating_id: str, agent_id: str, at: datetime.datetime) -> ListedRating | None:
        """Mark a rating as followed up, once; None when there is no such rating."""


class Supervising:
    """Rules over the store; `fact` gives facts of the knowledge, `changed` is told the ids of changed conversations."""

    def __init__(
        self,
        store: SupervisorStore,
        fact: Fact,
        zone: ZoneInfo,
        *,
        max_message_chars: int,
        changed: Callable[[str], None] = lambda conversation_id: None,
        now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    ) -> None:
        self._store = store
        self._fact = fact
        self._zone = zone
        self._max_message_chars = max_message_chars
        self._changed = changed
        self._now = now

    def cases(self, state: CaseState | None = None) -> Sequence[ListedCase]:
        """The newest cases."""
        return self._store.cases(state, MAX_LISTED)

    def set_case(self, agent: Agent, reference: str, state: CaseState, answer: str | None = None) -> Case:
        """How far a case is. It is answered with an answer only, and never goes back to "received".

        The customer is told in the conversation, and whenever they ask for it by its reference.
        """
        text = mask(checked_text(answer, self._max_message_chars)) if answer and answer.strip() else None
        if state is CaseState.RECEIVED:
            raise BadMessage("a case is received once; set it to in_progress or answered")
        if (state is CaseState.ANSWERED) != (text is not None):
            raise BadMessage("an answer goes with the state answered, and with no other")
        for _ in range(_ATTEMPTS):
            before = self._store.case(reference)
            if before is None:
                raise CaseNotFound(f"no complaint or suggestion {reference!r}")
            if (before.state, before.answer) == (state, text):
                return before
            after = replace(before, state=state, answer=text, updated_at=self._now())
            words = progress(after, after.language, self._zone, self._fact)
            payload = {"kind": "case", "reference": after.reference, "case": case_payload(after)}
            if self._store.set_case(before, after, agent.id, Draft(new_id(), Author.SYSTEM, words, payload)):
                self._changed(after.conversation)
                return after
        raise ConversationBusy(f"others changed case {reference!r} meanwhile; send the same again")

    def contacts(self, conversation_id: str) -> Sequence[Contact]:
        """Where the customer of a conversation can be reached."""
        return self._store.contacts(conversation_id)

    def ratings(self, *, low: bool = True, with_followed_up: bool = False) -> Sequence[ListedRating]:
        """The newest ratings; `low` ones are those that somebody should follow up."""
        return self._store.ratings(LOW_STARS if low else 5, with_followed_up, MAX_LISTED)

    def follow_up(self, agent: Agent, rating_id: str) -> ListedRating:
        """Somebody talked to the customer. The first to say so is kept."""
        found = self._store.follow_up(rating_id, agent.id, self._now())
        if found is None:
            raise RatingNotFound(f"no rating {rating_id!r}; GET /v1/desk/ratings lists them")
        return found
