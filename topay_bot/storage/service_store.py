"""Cases, contacts and ratings on SQLAlchemy, for SQLite and PostgreSQL alike."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from topay_bot.chat.model import Case, CaseState, Draft, Handoff
from topay_bot.chat.voice import Rating
from topay_bot.desk.supervising import Contact, ListedCase, ListedRating
from topay_bot.storage import rows
from topay_bot.storage.tables import agents, cases, contacts, conversations, ratings

_helper = agents.alias("helper")
_RATINGS = (
    sa.select(ratings, agents.c.name.label("agent_name"), _helper.c.name.label("helper_name"))
    .outerjoin(agents, agents.c.id == ratings.c.agent_id)
    .outerjoin(_helper, _helper.c.id == ratings.c.followed_up_by)
)


class SqlServiceStore:
    """See chat.voice.VoiceStore and desk.supervising.SupervisorStore."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def case(self, reference: str) -> Case | None:
        """See CaseStore."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(cases).where(cases.c.reference == reference)).first()
        return None if row is None else rows.case(row)

    def handoff(self, conversation_id: str) -> Handoff | None:
        """See VoiceStore."""
        with self._engine.connect() as connection:
            return rows.newest_handoff(connection, conversation_id)

    def rate(self, rating: Rating) -> None:
        """See VoiceStore."""
        values: dict[str, Any] = {
            "agent_id": rating.agent,
            "stars": rating.stars,
            "comment": rating.comment,
            "created_at": rating.created_at,
            "followed_up_at": None,
            "followed_up_by": None,
        }
        key = {"conversation_id": rating.conversation, "part": rating.part}
        upsert = rows.insert_or_update(self._engine, ratings, key, values, {"id": rating.id})
        with self._engine.begin() as connection:
            connection.execute(upsert)

    def cases(self, state: CaseState | None, limit: int) -> Sequence[ListedCase]:
        """See SupervisorStore."""
        wanted = sa.select(cases, agents.c.name.label("agent_name")).outerjoin(agents, agents.c.id == cases.c.agent_id)
        if state is not None:
            wanted = wanted.where(cases.c.state == state)
        with self._engine.connect() as connection:
            found = connection.execute(wanted.order_by(cases.c.received_at.desc(), cases.c.reference).limit(limit))
            return [ListedCase(rows.case(row), row.agent_name) for row in found]

    def set_case(self, before: Case, after: Case, agent_id: str, notice: Draft) -> bool:
        """See SupervisorStore."""
        at = after.updated_at
        changed = (
            sa.update(cases)
            .where(cases.c.reference == before.reference, cases.c.updated_at == before.updated_at)
            .where(cases.c.state == before.state)
            .values(state=after.state, answer=after.answer, agent_id=agent_id, updated_at=at)
        )
        # A notice changes nothing about whose the conversation is.
        counted = (
            sa.update(conversations)
            .where(conversations.c.id == before.conversation)
            .values(last_seq=conversations.c.last_seq + 1)
            .returning(conversations.c.last_seq)
        )
        with self._engine.begin() as connection:
            if connection.execute(changed).rowcount == 0:
                return False
            rows.add_messages(connection, before.conversation, [notice], connection.execute(counted).scalar_one(), at)
        return True

    def contacts(self, conversation_id: str) -> Sequence[Contact]:
        """See SupervisorStore."""
        if not rows.could_be_id(conversation_id):
            return []
        wanted = sa.select(contacts).where(contacts.c.conversation_id == conversation_id)
        with self._engine.connect() as connection:
            found = connection.execute(wanted.order_by(contacts.c.created_at))
            return [Contact(row.contact, row.created_at) for row in found]

    def ratings(self, most_stars: int, with_followed_up: bool, limit: int) -> Sequence[ListedRating]:
        """See SupervisorStore."""
        wanted = _RATINGS.where(ratings.c.stars <= most_stars)
        if not with_followed_up:
            wanted = wanted.where(ratings.c.followed_up_at.is_(None))
        with self._engine.connect() as connection:
            found = connection.execute(wanted.order_by(ratings.c.created_at.desc(), ratings.c.id).limit(limit))
            return [_listed(row) for row in found]

    def follow_up(self, rating_id: str, agent_id: str, at: datetime.datetime) -> ListedRating | None:
        """See SupervisorStore."""
        if not rows.could_be_id(rating_id):
            return None
        first = sa.and_(ratings.c.id == rating_id, ratings.c.followed_up_at.is_(None))
        with self._engine.begin() as connection:
            connection.execute(sa.update(ratings).where(first).values(followed_up_at=at, followed_up_by=agent_id))
            row = connection.execute(_RATINGS.where(ratings.c.id == rating_id)).first()
        return None if row is None else _listed(row)


def _listed(row: Any) -> ListedRating:
    rating = Rating(row.id, row.conversation_id, row.part, row.agent_id, row.stars, row.comment, row.created_at)
    return ListedRating(rating, row.agent_name, row.followed_up_at, row.helper_name)
