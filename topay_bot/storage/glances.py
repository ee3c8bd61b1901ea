"""Glances at conversations for what is shown live: one light query, whatever process wrote."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from topay_bot.chat.changes import Glance
from topay_bot.chat.model import State
from topay_bot.storage.tables import conversations, handoffs

_IDS_AT_ONCE = 500  # in one query: SQLite before 3.32 took at most 999 parameters

_GLANCES = sa.select(
    conversations.c.id,
    conversations.c.last_seq,
    conversations.c.state,
    conversations.c.agent_id,
    conversations.c.handoff_id,
    handoffs.c.priority,
).select_from(conversations.outerjoin(handoffs, handoffs.c.id == conversations.c.handoff_id))


class SqlGlances:
    """See chat.changes.Glances."""

    def __init__(self, engine: sa.Engine) -> None:
        """`engine` is one of storage.database.open_engine."""
        self._engine = engine

    def glances(self, conversation_ids: Collection[str], *, open_too: bool) -> Sequence[Glance]:
        """See Glances."""
        ids = sorted(conversation_ids)
        wanted: list[sa.ColumnElement[bool]] = [
            conversations.c.id.in_(ids[start : start + _IDS_AT_ONCE]) for start in range(0, len(ids), _IDS_AT_ONCE)
        ]
        if open_too:
            wanted.append(conversations.c.state == State.OPEN)
        found: dict[str, Glance] = {}
        with self._engine.connect() as connection:
            for condition in wanted:
                for row in connection.execute(_GLANCES.where(condition)):
                    found[row.id] = _glance(row)
        return list(found.values())


def _glance(row: Any) -> Glance:
    return Glance(row.id, row.last_seq, State(row.state), row.agent_id, row.handoff_id, row.priority)
