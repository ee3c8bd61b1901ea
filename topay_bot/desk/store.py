"""What the desk needs of a store. One contract suite, tests/desk/contract.py, holds every implementation."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Protocol

from topay_bot.chat.model import Handoff, Message, Notification, Owner
from topay_bot.desk.agents import Agent, Presence, Session
from topay_bot.desk.model import Change, Counts, Label, LabelledQuestion, Note, Page, Query, Summary


class AgentStore(Protocol):
    """Keeps agents and their sessions. Every method is one transaction."""

    def add_agent(self, agent: Agent, password_hash: str) -> bool:
        """Keep a new agent; False when the name is taken."""

    def agents(self) -> Sequence[Agent]:
        """All of them by name, the disabled too."""

    def agent(self, agent_id: str) -> Agent | None:
        """The agent, or None."""

    def credentials(self, name: str) -> tuple[Agent, str] | None:
        """The agent of that name with the hash of the password, or None."""

    def set_password(self, agent_id: str, password_hash: str) -> None:
        """Another password; every session of the agent ends."""

    def set_disabled(self, agent_id: str, disabled: bool) -> None:
        """Whether the agent may not sign in; every session of the agent ends."""

    def set_presence(self, agent_id: str, presence: Presence) -> None:
        """Whether the agent takes new conversations."""

    def online(self, seen_since: datetime.datetime) -> Sequence[Agent]:
        """Agents who take new conversations and whose console was heard of since then."""

    def open_session(self, session: Session) -> None:
        """Keep a sign-in; those that are over are forgotten."""

    def session(self, token_hash: str, now: datetime.datetime) -> tuple[Session, Agent] | None:
        """The session and its agent; None when it is unknown or over, or the agent disabled."""

    def touch_session(self, token_hash: str, at: datetime.datetime) -> None:
        """The console was heard of."""

    def close_session(self, token_hash: str) -> None:
        """Forget a sign-in."""

    def try_sign_in(
        self, name_hash: str, at: datetime.datetime, pause: Callable[[int], datetime.timedelta]
    ) -> datetime.datetime | None:
        """Count a try as failed, before it is judged, and give None; or give when the next one may be made.

        `pause` is how long none may be made after so many failures. A try made too soon is not counted.
        """

    def forgive(self, name_hash: str) -> None:
        """A sign-in succeeded: forget the failures before it."""


class DeskStore(Protocol):
    """Conversations as agents see them. Every method is one transaction, safe from several threads and processes."""

    def record(self, conversation_id: str, expected: Owner, change: Change, at: datetime.datetime) -> Sequence[Message]:
        """Carry out a change, all of it or nothing, while the conversation is still the expected owner's.

        When a message with the same client id is there already, nothing is done and the stored turn is given.
        Raises StateChanged when another owner was found.
        """

    def summary(self, conversation_id: str) -> Summary | None:
        """A conversation with its newest hand-off; None when there is none."""

    def find(self, query: Query) -> Page:
        """Those who wait, the most pressing first; what is over, the newest first."""

    def counts(self, agent_id: str) -> Counts:
        """How many there are now."""

    def add_note(self, note: Note) -> Note:
        """Keep a note, and give it; one of the same id that is there already stays, and is given instead."""

    def notes(self, conversation_id: str) -> Sequence[Note]:
        """The notes on a conversation, in order."""

    def set_label(self, label: Label) -> None:
        """Keep a label; a second one for the same message replaces the first."""

    def labels(self, conversation_id: str) -> Sequence[Label]:
        """The labels of a conversation's messages."""

    def labelled(self, reviewed: bool, limit: int) -> Sequence[LabelledQuestion]:
        """Labels that an editor has reviewed, or has not, the newest first."""

    def review(self, label_id: str) -> bool:
        """An editor agrees with a label; False when there is none of this id."""

    def overdue(self, now: datetime.datetime) -> Sequence[Handoff]:
        """Open hand-offs whose timer has run out."""

    def raise_priority(
        self,
        handoff: Handoff,
        priority: str,
        due_at: datetime.datetime | None,
        notifications: Sequence[Notification],
        at: datetime.datetime,
    ) -> bool:
        """Another priority, a new timer and who is told of it; False when the timer is no longer the hand-off's."""

    def position(self, conversation_id: str) -> int | None:
        """The place of a waiting conversation in its order, 1 for the first; None when it does not wait."""

    def handling_seconds(self, last: int) -> Sequence[float]:
        """How long agents had each of the last hand-offs that were closed, from taking it to closing it."""
