"""The outbox on SQLAlchemy, for SQLite and PostgreSQL alike."""

from __future__ import annotations

import datetime
from typing import Any

import sqlalchemy as sa

from topay_bot.chat.model import Event
from topay_bot.desk.outbox import Backlog, Delivery
from topay_bot.storage.tables import outbox

KEPT = datetime.timedelta(days=30)  # a row after its delivery
_URGENT_FIRST = sa.case((outbox.c.event == Event.URGENT, 0), else_=1)


class SqlOutbox:
    """See desk.outbox.OutboxStore."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def take(self, channel: str, now: datetime.datetime, lease: datetime.timedelta) -> Delivery | None:
        """See OutboxStore."""
        is_due = (outbox.c.channel == channel, outbox.c.next_try_at <= now)
        due = sa.select(outbox.c.id).where(*is_due).order_by(_URGENT_FIRST, outbox.c.next_try_at).limit(1)
        with self._engine.connect() as connection:
            if connection.scalar(due) is None:  # nearly always: no lock is taken for it
                return None
        # PostgreSQL passes over rows that others are about to lease; in SQLite one writes at a time.
        chosen = due.with_for_update(skip_locked=True).scalar_subquery()
        leased: dict[str, Any] = {"next_try_at": now + lease, "attempts": outbox.c.attempts + 1}
        taking = sa.update(outbox).where(outbox.c.id == chosen, *is_due).values(leased).returning(outbox)
        with self._engine.begin() as connection:
            row = connection.execute(taking).first()
        return None if row is None else Delivery(row.id, row.event, row.payload, row.attempts, row.created_at)

    def delivered(self, delivery: Delivery, at: datetime.datetime) -> None:
        """See OutboxStore."""
        # Whoever holds the lease now: it arrived.
        self._set(sa.true(), delivery, delivered_at=at, next_try_at=None, failure=None)

    def failed(self, delivery: Delivery, failure: str, next_try_at: datetime.datetime | None) -> None:
        """See OutboxStore."""
        self._set(outbox.c.attempts == delivery.attempts, delivery, failure=failure, next_try_at=next_try_at)

    def backlog(self) -> Backlog:
        """See OutboxStore."""
        pending, failed = outbox.c.next_try_at.is_not(None), outbox.c.next_try_at.is_(None)
        counts = sa.select(sa.func.count().filter(pending), sa.func.count().filter(failed)).where(
            outbox.c.delivered_at.is_(None)
        )
        with self._engine.connect() as connection:
            return Backlog(*connection.execute(counts).one())

    def clear(self) -> int:
        """Remove what was delivered long ago; gives how many rows."""
        before = datetime.datetime.now(datetime.UTC) - KEPT
        with self._engine.begin() as connection:
            return connection.execute(sa.delete(outbox).where(outbox.c.delivered_at < before)).rowcount

    def _set(self, holds: sa.ColumnElement[bool], delivery: Delivery, **values: Any) -> None:
        still = (outbox.c.id == delivery.id, outbox.c.delivered_at.is_(None), holds)
        with self._engine.begin() as connection:
            connection.execute(sa.update(outbox).where(*still).values(values))
