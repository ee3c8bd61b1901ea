"""The conversation store on SQLAlchemy, for SQLite and PostgreSQL alike."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from topay_bot.chat.model import Author, Conversation, Handoff, Message, State, Turn
from topay_bot.chat.store import StateChanged
from topay_bot.storage import rows
from topay_bot.storage.database import open_engine
from topay_bot.storage.tables import UtcDateTime, conversations, feedback, handoffs, messages


class SqlStore:
    """See chat.store.ConversationStore."""

    def __init__(self, url: str) -> None:
        """Open the database at that SQLAlchemy URL and migrate it. Raises SettingsError when it cannot be used."""
        self.engine = open_engine(url)

    def create(self, conversation: Conversation) -> None:
        """See ConversationStore."""
        with self.engine.begin() as connection:
            connection.execute(
                sa.insert(conversations).values(
                    id=conversation.id,
                    token_hash=conversation.token_hash,
                    state=conversation.state,
                    language=conversation.language,
                    created_at=conversation.created_at,
                    last_seq=conversation.last_seq,
                    customer=conversation.customer,
                )
            )

    def conversation(self, conversation_id: str) -> Conversation | None:
        """See ConversationStore."""
        if not rows.could_be_id(conversation_id):
            return None
        with self.engine.connect() as connection:
            row = connection.execute(rows.CONVERSATIONS.where(conversations.c.id == conversation_id)).first()
        return None if row is None else rows.conversation(row)

    def append(self, conversation_id: str, expected: State, turn: Turn, at: datetime.datetime) -> Sequence[Message]:
        """See ConversationStore."""
        client_id = next((draft.client_id for draft in turn.messages if draft.client_id), None)
        with self.engine.begin() as connection:
            # The row's lock, taken first, orders all writers of one conversation.
            last_seq = connection.scalar(
                sa.update(conversations)
                .where(conversations.c.id == conversation_id, conversations.c.state == expected)
                .values(
                    state=turn.state,
                    last_seq=conversations.c.last_seq + len(turn.messages),
                    **({"language": turn.language} if turn.language else {}),
                    **({"handoff_id": turn.handoff.id} if turn.handoff else {}),
                    **_owner_after(turn, at),
                )
                .returning(conversations.c.last_seq)
            )
            before = rows.turn(connection, conversation_id, client_id) if client_id else []
            if before:
                connection.rollback()
                return before
            if last_seq is None:
                raise StateChanged(f"conversation {conversation_id!r} is no longer {expected}")
            stored = rows.add_messages(connection, conversation_id, turn.messages, last_seq, at)
            if expected is State.OPEN and turn.state is not State.OPEN:
                rows.close_handoffs(connection, conversation_id, at)
            if turn.handoff is not None:
                connection.execute(sa.insert(handoffs).values(**rows.handoff_values(turn.handoff)))
            rows.add_notifications(connection, turn.notifications, at)
            rows.add_voice(connection, conversation_id, turn, at)
        return stored

    def turn_of(self, conversation_id: str, client_id: str) -> Sequence[Message]:
        """See ConversationStore."""
        with self.engine.connect() as connection:
            return rows.turn(connection, conversation_id, client_id)

    def messages(self, conversation_id: str, after: int, limit: int) -> Sequence[Message]:
        """See ConversationStore."""
        wanted = rows.MESSAGES.where(messages.c.conversation_id == conversation_id, messages.c.seq > after)
        with self.engine.connect() as connection:
            return [rows.message(row) for row in connection.execute(wanted.order_by(messages.c.seq).limit(limit))]

    def message(self, message_id: str) -> Message | None:
        """See ConversationStore."""
        if not rows.could_be_id(message_id):
            return None
        with self.engine.connect() as connection:
            row = connection.execute(rows.MESSAGES.where(messages.c.id == message_id)).first()
        return None if row is None else rows.message(row)

    def handoff(self, conversation_id: str) -> Handoff | None:
        """See ConversationStore."""
        with self.engine.connect() as connection:
            return rows.newest_handoff(connection, conversation_id)

    def set_feedback(self, message_id: str, helpful: bool, at: datetime.datetime) -> None:
        """See ConversationStore."""
        values = {"helpful": helpful, "created_at": at}
        only_new = {"article": sa.select(messages.c.article).where(messages.c.id == message_id).scalar_subquery()}
        upsert = rows.insert_or_update(self.engine, feedback, {"message_id": message_id}, values, only_new)
        with self.engine.begin() as connection:
            connection.execute(upsert)

    def close(self) -> None:
        """See ConversationStore."""
        self.engine.dispose()


def _owner_after(turn: Turn, at: datetime.datetime) -> dict[str, Any]:
    """A customer's turn leaves an open conversation with its agent; one that is not open has none."""
    if turn.state is not State.OPEN:
        return {"agent_id": None, "owned_since": None, "waiting_since": None}
    if turn.handoff is None and all(draft.author is not Author.CUSTOMER for draft in turn.messages):
        return {}
    return {"waiting_since": sa.func.coalesce(conversations.c.waiting_since, sa.literal(at, UtcDateTime))}
