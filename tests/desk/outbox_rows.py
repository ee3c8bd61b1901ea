"""Rows for the outbox of a real database."""

from __future__ import annotations

import datetime
import itertools
from typing import Any

import sqlalchemy as sa

from topay_bot.answering.policy import Priority, Reason
from topay_bot.chat.model import Event, Handoff, Notification
from topay_bot.chat.notifying import Notifier
from topay_bot.storage import rows
from topay_bot.storage.tables import outbox

AT = datetime.datetime(2026, 11, 25, 10, 0, tzinfo=datetime.UTC)
_count = itertools.count(1)


def handoff(reason: Reason = Reason.ASKED, priority: Priority = Priority.NORMAL) -> Handoff:
    number = next(_count)
    return Handoff(f"h{number}", f"c{number}", "H-7K3M-9QXT", reason, priority, None, "zh", AT, "general-zh")


def notification(channel: str, event: Event = Event.HANDOFF) -> Notification:
    (made,) = Notifier({event: (channel,)}, "https://desk.example").about(handoff(), event)
    return made


def add(engine: sa.Engine, *wanted: Notification, at: datetime.datetime = AT) -> None:
    with engine.begin() as connection:
        rows.add_notifications(connection, wanted, at)


def row(engine: sa.Engine, notification_id: str) -> Any:
    with engine.connect() as connection:
        return connection.execute(sa.select(outbox).where(outbox.c.id == notification_id)).one()
