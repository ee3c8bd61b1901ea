"""The conversation store on SQLAlchemy, for SQLite and PostgreSQL alike."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import ConnectionPoolEntry

from topay_bot.chat.model import Author, Conversation, Handoff, Message, State, Turn
from topay_bot.chat.store import StateChanged
from topay_bot.errors import SettingsError
from topay_bot.storage.migrate import upgrade
from topay_bot.storage.tables import conversations, feedback, handoffs, messages

_BUSY_SECONDS = 10  # how long a SQLite writer waits for another


class SqlStore:
    """See chat.store.ConversationStore."""

    def __init__(self, url: str) -> None:
        """Open the database at that SQLAlchemy URL and migrate it. Raises SettingsError when it cannot be used."""
        try:
            parsed = sa.make_url(url)
        except sa.exc.ArgumentError:
            raise SettingsError("setting 'database_url' is no SQLAlchemy URL; expected dialect://...") from None
        try:
            self._engine = _engine(parsed)
            upgrade(self._engine)
        except (sa.exc.SQLAlchemyError, ImportError, OSError) as error:
            shown = parsed.render_as_string(hide_password=True)
            raise SettingsError(
                f"the database {shown} cannot be opened: {str(error).splitlines()[0]}; check the settings "
                "'data' and 'database_url', and that the database's driver is installed"
            ) from error

    def create(self, conversation: Conversation) -> None:
        """See ConversationStore."""
        with self._engine.begin() as connection:
            connection.execute(
                sa.insert(conversations).values(
                    id=conversation.id,
                    token_hash=conversation.token_hash,
                    state=conversation.state,
                    language=conversation.language,
                    created_at=conversation.created_at,
                    last_seq=conversation.last_seq,
                )
            )

    def conversation(self, conversation_id: str) -> Conversation | None:
        """See ConversationStore."""
        if not _could_be_id(conversation_id):
            return None
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(conversations).where(conversations.c.id == conversation_id)).first()
        if row is None:
            return None
        return Conversation(row.id, row.token_hash, State(row.state), row.language, row.created_at, row.last_seq)

    def append(self, conversation_id: str, expected: State, turn: Turn, at: datetime.datetime) -> Sequence[Message]:
        """See ConversationStore."""
        client_id = next((draft.client_id for draft in turn.messages if draft.client_id), None)
        with self._engine.begin() as connection:
            # The row's lock, taken first, orders all writers of one conversation.
            changed = connection.execute(
                sa.update(conversations)
                .where(conversations.c.id == conversation_id, conversations.c.state == expected)
                .values(
                    state=turn.state,
                    last_seq=conversations.c.last_seq + len(turn.messages),
                    **({"language": turn.language} if turn.language else {}),
                )
                .returning(conversations.c.last_seq)
            ).first()
            before = _turn(connection, conversation_id, client_id) if client_id else []
            if before:
                connection.rollback()
                return before
            if changed is None:
                raise StateChanged(f"conversation {conversation_id!r} is no longer {expected}")
            first = changed.last_seq - len(turn.messages) + 1
            rows = [
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
                }
                for place, draft in enumerate(turn.messages)
            ]
            connection.execute(sa.insert(messages), rows)
            if turn.handoff is not None:
                connection.execute(sa.insert(handoffs).values(**_handoff_values(turn.handoff)))
        return [
            Message(row["id"], conversation_id, row["seq"], draft.author, draft.text, draft.payload, at)
            for row, draft in zip(rows, turn.messages, strict=True)
        ]

    def turn_of(self, conversation_id: str, client_id: str) -> Sequence[Message]:
        """See ConversationStore."""
        with self._engine.connect() as connection:
            return _turn(connection, conversation_id, client_id)

    def messages(self, conversation_id: str, after: int, limit: int) -> Sequence[Message]:
        """See ConversationStore."""
        wanted = _with_feedback().where(messages.c.conversation_id == conversation_id, messages.c.seq > after)
        with self._engine.connect() as connection:
            return [_message(row) for row in connection.execute(wanted.order_by(messages.c.seq).limit(limit))]

    def message(self, message_id: str) -> Message | None:
        """See ConversationStore."""
        if not _could_be_id(message_id):
            return None
        with self._engine.connect() as connection:
            row = connection.execute(_with_feedback().where(messages.c.id == message_id)).first()
        return None if row is None else _message(row)

    def handoff(self, conversation_id: str) -> Handoff | None:
        """See ConversationStore."""
        newest = sa.select(handoffs).where(handoffs.c.conversation_id == conversation_id)
        with self._engine.connect() as connection:
            row = connection.execute(newest.order_by(handoffs.c.created_at.desc()).limit(1)).first()
        if row is None:
            return None
        return Handoff(
            row.id,
            row.conversation_id,
            row.reference,
            row.reason,
            row.priority,
            row.article,
            row.language,
            row.created_at,
        )

    def set_feedback(self, message_id: str, helpful: bool, at: datetime.datetime) -> None:
        """See ConversationStore."""
        values = {"helpful": helpful, "created_at": at}
        # Both databases have this upsert, in the same words.
        postgres = self._engine.dialect.name == "postgresql"
        insert = postgresql.insert(feedback) if postgres else sqlite.insert(feedback)
        upsert = insert.values(message_id=message_id, **values).on_conflict_do_update(
            index_elements=[feedback.c.message_id], set_=values
        )
        with self._engine.begin() as connection:
            connection.execute(upsert)

    def close(self) -> None:
        """See ConversationStore."""
        self._engine.dispose()


def _engine(url: sa.URL) -> sa.Engine:
    # Parameters stay out of errors, and so out of logs: they are what customers wrote.
    if url.get_backend_name() == "postgresql":
        return sa.create_engine(url, hide_parameters=True, pool_pre_ping=True)
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        raise SettingsError(
            f"setting 'database_url' is {url.render_as_string(hide_password=True)!r}; "
            "expected postgresql://... or sqlite:///FILE"
        )
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, hide_parameters=True)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: ConnectionPoolEntry) -> None:
    # Transactions are begun by us (see _begin_sqlite), not by the driver at the first write.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_SECONDS * 1000}")  # first: the next one may have to wait as well
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # a message that was acknowledged survives a power cut
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads before it writes must ask for IMMEDIATE, or SQLite refuses its write when another came
    # between. Those of this module begin with their write: they wait for their turn there.
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def _could_be_id(text: str) -> bool:
    """Ids come from URLs, and databases refuse some characters (NUL, halves of pairs) with an error of their own."""
    return text.isascii() and text.isprintable()


def _with_feedback() -> sa.Select[Any]:
    return sa.select(messages, feedback.c.helpful).outerjoin(feedback, feedback.c.message_id == messages.c.id)


def _turn(connection: sa.Connection, conversation_id: str, client_id: str) -> list[Message]:
    start = (
        sa.select(messages.c.turn_seq)
        .where(messages.c.conversation_id == conversation_id, messages.c.client_id == client_id)
        .scalar_subquery()
    )
    wanted = _with_feedback().where(messages.c.conversation_id == conversation_id, messages.c.turn_seq == start)
    return [_message(row) for row in connection.execute(wanted.order_by(messages.c.seq))]


def _message(row: Any) -> Message:
    return Message(
        row.id, row.conversation_id, row.seq, Author(row.author), row.text, row.payload, row.created_at, row.helpful
    )


def _handoff_values(handoff: Handoff) -> dict[str, Any]:
    return {
        "id": handoff.id,
        "conversation_id": handoff.conversation,
        "reference": handoff.reference,
        "reason": handoff.reason,
        "priority": handoff.priority,
        "article": handoff.article,
        "language": handoff.language,
        "created_at": handoff.created_at,
    }
