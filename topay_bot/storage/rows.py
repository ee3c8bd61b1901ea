"""Rows of the tables to the values of chat.model and back, shared by the stores on one database."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from topay_bot.answering.policy import Reason
from topay_bot.chat.model import (
    Author,
    Case,
    CaseKind,
    CaseState,
    Conversation,
    Draft,
    Handoff,
    Message,
    Notification,
    State,
    Turn,
)
from topay_bot.storage.tables import agents, cases, contacts, conversations, feedback, handoffs, messages, outbox

DECISIONS = ("answer", "clarify", "offer", "handoff")  # kinds of drafting.bot_message
MESSAGES = sa.select(messages, feedback.c.helpful).outerjoin(feedback, feedback.c.message_id == messages.c.id)
CONVERSATIONS = sa.select(conversations, agents.c.name.label("agent_name")).outerjoin(
    agents, agents.c.id == conversations.c.agent_id
)


def could_be_id(text: str) -> bool:
    """Ids come from URLs, and databases refuse some characters (NUL, halves of pairs) with an error of their own."""
    return text.isascii() and text.isprintable()


def conversation(row: Any) -> Conversation:
    """Of a row of CONVERSATIONS."""
    return Conversation(
        row.id,
        row.token_hash,
        State(row.state),
        row.language,
        row.created_at,
        row.last_seq,
        row.agent_id,
        row.agent_name,
        row.owned_since,
        row.waiting_since,
        row.customer,
    )


def message(row: Any) -> Message:
    """Of a row of MESSAGES."""
    return Message(
        row.id, row.conversation_id, row.seq, Author(row.author), row.text, row.payload, row.created_at, row.helpful
    )


def turn(connection: sa.Connection, conversation_id: str, client_id: str) -> list[Message]:
    """The messages stored with the one of that client id."""
    start = (
        sa.select(messages.c.turn_seq)
        .where(messages.c.conversation_id == conversation_id, messages.c.client_id == client_id)
        .scalar_subquery()
    )
    wanted = MESSAGES.where(messages.c.conversation_id == conversation_id, messages.c.turn_seq == start)
    return [message(row) for row in connection.execute(wanted.order_by(messages.c.seq))]


def add_messages(
    connection: sa.Connection, conversation_id: str, drafts: Sequence[Draft], last_seq: int, at: datetime.datetime
) -> list[Message]:
    """Store the messages of a turn; `last_seq` is the conversation's with them counted in, its row locked."""
    if not drafts:
        return []
    first = last_seq - len(drafts) + 1
    values = [
        {
            "id": draft.id,
            "conversation_id": conversation_id,
            "seq": first + place,
            "turn_seq": first,
            "author": draft.author,
            "text": draft.text,
            "payload": dict(draft.payload),
            "client_id": draft.client_id,
            "created_at": at,
            "article": _answer_of(draft),
            **_decision_of(draft),
        }
        for place, draft in enumerate(drafts)
    ]
    connection.execute(sa.insert(messages), values)
    return [
        Message(draft.id, conversation_id, first + place, draft.author, draft.text, draft.payload, at)
        for place, draft in enumerate(drafts)
    ]


def _answer_of(draft: Draft) -> str | None:
    """The article that an answer of the bot shows."""
    if draft.author is not Author.BOT or draft.payload.get("kind") != "answer":
        return None
    return str(draft.payload["article"])


def _decision_of(draft: Draft) -> dict[str, Any]:
    """What the bot decided, in columns of their own; None in each for any other message."""
    told = draft.payload
    if draft.author is not Author.BOT or told.get("kind") not in DECISIONS:
        return dict.fromkeys(("decision", "tapped", "language", "build"))
    found = told.get("candidates", [])
    tapped = len(found) == 1 and found[0][1] == 1  # see PastQuestion.tapped
    return {
        "decision": told["kind"],
        "tapped": tapped,
        "language": told.get("language"),
        "build": told.get("build"),
    }


def newest_handoff(connection: sa.Connection, conversation_id: str) -> Handoff | None:
    """The newest hand-off of a conversation."""
    newest = sa.select(handoffs).join(conversations, conversations.c.handoff_id == handoffs.c.id)
    row = connection.execute(newest.where(conversations.c.id == conversation_id)).first()
    return None if row is None else handoff(row)


def handoff(row: Any) -> Handoff:
    """Of a row of `handoffs`."""
    return Handoff(
        row.id,
        row.conversation_id,
        row.reference,
        row.reason,
        row.priority,
        row.article,
        row.language,
        row.created_at,
        row.queue,
        row.due_at,
        row.claimed_at,
        row.claimed_by,
        row.closed_at,
    )


def handoff_values(handoff: Handoff) -> dict[str, Any]:
    """A row of `handoffs`."""
    return {
        "id": handoff.id,
        "conversation_id": handoff.conversation,
        "reference": handoff.reference,
        "reason": handoff.reason,
        "priority": handoff.priority,
        "article": handoff.article,
        "language": handoff.language,
        "created_at": handoff.created_at,
        "queue": handoff.queue,
        "due_at": handoff.due_at,
        "claimed_at": handoff.claimed_at,
        "claimed_by": handoff.claimed_by,
        "closed_at": handoff.closed_at,
    }


def close_handoffs(connection: sa.Connection, conversation_id: str, at: datetime.datetime) -> None:
    """No person is to come for this conversation any more."""
    still_open = (handoffs.c.conversation_id == conversation_id, handoffs.c.closed_at.is_(None))
    connection.execute(sa.update(handoffs).where(*still_open).values(closed_at=at, due_at=None))


def add_notifications(connection: sa.Connection, wanted: Sequence[Notification], at: datetime.datetime) -> None:
    """Put rows into the outbox, to be delivered from now on."""
    if not wanted:
        return
    values = [
        {
            "id": one.id,
            "event": one.event,
            "channel": one.channel,
            "payload": dict(one.payload),
            "created_at": at,
            "next_try_at": at,
            "attempts": 0,
        }
        for one in wanted
    ]
    connection.execute(sa.insert(outbox), values)


def add_voice(connection: sa.Connection, conversation_id: str, turn: Turn, at: datetime.datetime) -> None:
    """Keep what a turn puts on record: a complaint or suggestion, and where the customer can be reached."""
    if turn.case is not None:
        connection.execute(sa.insert(cases).values(**case_values(turn.case)))
        if turn.handoff is None and turn.case.kind == CaseKind.COMPLAINT:
            still_open = (handoffs.c.conversation_id == conversation_id, handoffs.c.closed_at.is_(None))
            connection.execute(sa.update(handoffs).where(*still_open).values(reason=Reason.COMPLAINT))
    if turn.contact is not None:
        connection.execute(
            sa.insert(contacts).values(
                id=secrets.token_urlsafe(12), conversation_id=conversation_id, contact=turn.contact, created_at=at
            )
        )


def case_values(case: Case) -> dict[str, Any]:
    """A row of `cases`."""
    return {
        "reference": case.reference,
        "conversation_id": case.conversation,
        "kind": case.kind,
        "text": case.text,
        "language": case.language,
        "state": case.state,
        "received_at": case.received_at,
        "updated_at": case.updated_at,
        "answer": case.answer,
    }


def case(row: Any) -> Case:
    """Of a row of `cases`."""
    return Case(
        row.reference,
        row.conversation_id,
        CaseKind(row.kind),
        row.text,
        row.language,
        row.received_at,
        row.updated_at,
        CaseState(row.state),
        row.answer,
    )


def insert_or_update(
    engine: sa.Engine,
    table: sa.Table,
    key: dict[str, Any],
    values: dict[str, Any],
    only_new: dict[str, Any],
    *,
    only_where: sa.ColumnElement[bool] | None = None,
) -> sa.Insert:
    """One row by its unique key, whether it is there or not. Both databases have this, in the same words.

    One that is there is changed `only_where` that holds of it.
    """
    insert = postgresql.insert(table) if engine.dialect.name == "postgresql" else sqlite.insert(table)
    return insert.values(**key, **values, **only_new).on_conflict_do_update(
        index_elements=[table.c[name] for name in key], set_=values, where=only_where
    )
