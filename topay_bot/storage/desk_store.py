"""Conversations as agents see and change them, on SQLAlchemy."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from topay_bot.chat.model import Handoff, Message, Notification, Owner, State
from topay_bot.chat.store import StateChanged
from topay_bot.desk.model import Change, Counts, Label, LabelledQuestion, Note, Page, Query, Summary
from topay_bot.storage import rows, summaries
from topay_bot.storage.tables import UtcDateTime, agents, conversations, handoffs, labels, messages, notes, verdicts


class SqlDeskStore:
    """See desk.store.DeskStore."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def record(self, conversation_id: str, expected: Owner, change: Change, at: datetime.datetime) -> Sequence[Message]:
        """See DeskStore."""
        client_id = next((draft.client_id for draft in change.messages if draft.client_id), None)
        with self._engine.begin() as connection:
            # The row's lock, taken first, orders all writers of one conversation.
            last_seq = connection.scalar(
                sa.update(conversations)
                .where(
                    conversations.c.id == conversation_id,
                    conversations.c.state == expected.state,
                    conversations.c.agent_id.is_not_distinct_from(expected.agent),
                )
                .values(last_seq=conversations.c.last_seq + len(change.messages), **_conversation(expected, change, at))
                .returning(conversations.c.last_seq)
            )
            before = rows.turn(connection, conversation_id, client_id) if client_id else []
            if before:
                connection.rollback()
                return before
            if last_seq is None:
                raise StateChanged(f"conversation {conversation_id!r} is no longer {expected}")
            stored = rows.add_messages(connection, conversation_id, change.messages, last_seq, at)
            if values := _handoff(expected, change, at):
                newest = sa.select(conversations.c.handoff_id).where(conversations.c.id == conversation_id)
                connection.execute(
                    sa.update(handoffs).where(handoffs.c.id == newest.scalar_subquery()).values(**values)
                )
            if change.note is not None:
                connection.execute(sa.insert(notes).values(**_note_values(change.note)))
        return stored

    def summary(self, conversation_id: str) -> Summary | None:
        """See DeskStore."""
        if not rows.could_be_id(conversation_id):
            return None
        with self._engine.connect() as connection:
            found = connection.execute(summaries.SUMMARIES.where(conversations.c.id == conversation_id)).all()
            return next(iter(summaries.read(connection, found)), None)

    def find(self, query: Query) -> Page:
        """See DeskStore."""
        with self._engine.connect() as connection:
            found = connection.execute(summaries.select(query)).all()
            items = summaries.read(connection, found[: query.limit])
        more = len(found) > query.limit
        return Page(items, summaries.cursor_after(found[query.limit - 1], query) if more else None)

    def counts(self, agent_id: str) -> Counts:
        """See DeskStore."""
        with self._engine.connect() as connection:
            row = connection.execute(summaries.counts(agent_id)).one()
        return Counts(row.waiting or 0, row.mine or 0, row.open, row.urgent or 0)

    def add_note(self, note: Note) -> Note:
        """See DeskStore."""
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(notes).values(**_note_values(note)))
        except sa.exc.IntegrityError:
            before = [one for one in self.notes(note.conversation) if one.id == note.id]
            if not before:
                raise
            return before[0]
        return note

    def notes(self, conversation_id: str) -> Sequence[Note]:
        """See DeskStore."""
        wanted = (
            sa.select(notes, agents.c.name)
            .join(agents, agents.c.id == notes.c.agent_id)
            .where(notes.c.conversation_id == conversation_id)
            .order_by(notes.c.created_at, notes.c.id)
        )
        with self._engine.connect() as connection:
            return [
                Note(row.id, row.conversation_id, row.after_seq, row.agent_id, row.name, row.text, row.created_at)
                for row in connection.execute(wanted)
            ]

    def set_label(self, label: Label) -> None:
        """See DeskStore."""
        values: dict[str, Any] = {
            "article": label.article,
            "agent_id": label.agent,
            "created_at": label.created_at,
            "reviewed": label.reviewed,
        }
        upsert = rows.insert_or_update(self._engine, labels, {"message_id": label.message}, values, {"id": label.id})
        with self._engine.begin() as connection:
            connection.execute(upsert)

    def labels(self, conversation_id: str) -> Sequence[Label]:
        """See DeskStore."""
        wanted = (
            sa.select(labels, agents.c.name)
            .join(messages, messages.c.id == labels.c.message_id)
            .join(agents, agents.c.id == labels.c.agent_id)
            .where(messages.c.conversation_id == conversation_id)
            .order_by(messages.c.seq)
        )
        with self._engine.connect() as connection:
            return [_label(row) for row in connection.execute(wanted)]

    def labelled(self, reviewed: bool, limit: int) -> Sequence[LabelledQuestion]:
        """See DeskStore."""
        wanted = (
            sa.select(labels, agents.c.name, messages.c.text, conversations.c.language)
            .join(messages, messages.c.id == labels.c.message_id)
            .join(conversations, conversations.c.id == messages.c.conversation_id)
            .join(agents, agents.c.id == labels.c.agent_id)
            .where(labels.c.reviewed.is_(reviewed))
            .order_by(labels.c.created_at.desc(), labels.c.id)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [LabelledQuestion(_label(row), row.text, row.language) for row in connection.execute(wanted)]

    def review(self, label_id: str) -> bool:
        """See DeskStore."""
        if not rows.could_be_id(label_id):
            return False
        with self._engine.begin() as connection:
            connection.execute(sa.delete(verdicts).where(verdicts.c.label_id == label_id))
            done = connection.execute(sa.update(labels).where(labels.c.id == label_id).values(reviewed=True))
        return done.rowcount == 1

    def overdue(self, now: datetime.datetime) -> Sequence[Handoff]:
        """See DeskStore."""
        wanted = sa.select(handoffs).where(handoffs.c.due_at <= now, handoffs.c.closed_at.is_(None))
        with self._engine.connect() as connection:
            return [rows.handoff(row) for row in connection.execute(wanted.order_by(handoffs.c.due_at))]

    def raise_priority(
        self,
        handoff: Handoff,
        priority: str,
        due_at: datetime.datetime | None,
        notifications: Sequence[Notification],
        at: datetime.datetime,
    ) -> bool:
        """See DeskStore."""
        raised = (
            sa.update(handoffs)
            .where(handoffs.c.id == handoff.id, handoffs.c.due_at == handoff.due_at, handoffs.c.closed_at.is_(None))
            .values(priority=priority, due_at=due_at)
        )
        with self._engine.begin() as connection:
            if connection.execute(raised).rowcount == 0:
                return False
            rows.add_notifications(connection, notifications, at)
        return True

    def position(self, conversation_id: str) -> int | None:
        """See DeskStore."""
        with self._engine.connect() as connection:
            row = connection.execute(summaries.position(conversation_id)).first()
        return None if row is None else row.place

    def handling_seconds(self, last: int) -> Sequence[float]:
        """See DeskStore."""
        wanted = (
            sa.select(handoffs.c.claimed_at, handoffs.c.closed_at)
            .where(handoffs.c.closed_at.is_not(None), handoffs.c.claimed_at.is_not(None))
            .order_by(handoffs.c.closed_at.desc())
            .limit(last)
        )
        with self._engine.connect() as connection:
            return [(row.closed_at - row.claimed_at).total_seconds() for row in connection.execute(wanted)]


def _conversation(expected: Owner, change: Change, at: datetime.datetime) -> dict[str, Any]:
    owner = change.owner
    values: dict[str, Any] = {"state": owner.state, "agent_id": owner.agent}
    if owner.agent != expected.agent:
        values["owned_since"] = at if owner.agent else None
    if change.answered or owner.state is not State.OPEN:
        values["waiting_since"] = None
    elif change.due_at is not None:
        values["waiting_since"] = sa.func.coalesce(conversations.c.waiting_since, sa.literal(at, UtcDateTime))
    return values


def _handoff(expected: Owner, change: Change, at: datetime.datetime) -> dict[str, Any]:
    owner = change.owner
    if owner.state is not State.OPEN:
        return {"closed_at": at, "due_at": None} if expected.state is State.OPEN else {}
    values: dict[str, Any] = {}
    if expected.state is not State.OPEN:
        values["closed_at"] = None
    if owner.agent != expected.agent:
        values |= {"claimed_by": owner.agent, "claimed_at": at if owner.agent else None}
    if change.answered:
        values["due_at"] = None
    if change.due_at is not None:
        values["due_at"] = change.due_at
    if change.queue is not None:
        values["queue"] = change.queue
    return values


def _label(row: Any) -> Label:
    return Label(row.id, row.message_id, row.article, row.agent_id, row.name, row.created_at, row.reviewed)


def _note_values(note: Note) -> dict[str, Any]:
    return {
        "id": note.id,
        "conversation_id": note.conversation,
        "after_seq": note.after_seq,
        "agent_id": note.agent,
        "text": note.text,
        "created_at": note.created_at,
    }
