"""Agents and their sessions on SQLAlchemy."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from topay_bot.desk.agents import Agent, Presence, Role, Session
from topay_bot.storage.rows import could_be_id
from topay_bot.storage.tables import agents, sessions, sign_in_failures

# A name that failed and was then left alone is forgotten.
_FORGET_FAILURES_AFTER = datetime.timedelta(hours=1)


class SqlAgentStore:
    """See desk.store.AgentStore."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add_agent(self, agent: Agent, password_hash: str) -> bool:
        """See AgentStore."""
        values = {
            "id": agent.id,
            "name": agent.name,
            "password_hash": password_hash,
            "roles": sorted(agent.roles),
            "languages": list(agent.languages),
            "disabled": agent.disabled,
            "presence": agent.presence,
            "created_at": agent.created_at,
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(agents).values(**values))
        except sa.exc.IntegrityError:
            return False
        return True

    def agents(self) -> Sequence[Agent]:
        """See AgentStore."""
        with self._engine.connect() as connection:
            return [_agent(row) for row in connection.execute(sa.select(agents).order_by(agents.c.name))]

    def agent(self, agent_id: str) -> Agent | None:
        """See AgentStore."""
        if not could_be_id(agent_id):
            return None
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(agents).where(agents.c.id == agent_id)).first()
        return None if row is None else _agent(row)

    def credentials(self, name: str) -> tuple[Agent, str] | None:
        """See AgentStore."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(agents).where(agents.c.name == name)).first()
        return None if row is None else (_agent(row), row.password_hash)

    def set_password(self, agent_id: str, password_hash: str) -> None:
        """See AgentStore."""
        self._update(agent_id, True, password_hash=password_hash)

    def set_disabled(self, agent_id: str, disabled: bool) -> None:
        """See AgentStore."""
        self._update(agent_id, True, disabled=disabled, presence=Presence.AWAY)

    def set_presence(self, agent_id: str, presence: Presence) -> None:
        """See AgentStore."""
        self._update(agent_id, False, presence=presence)

    def _update(self, agent_id: str, end_sessions: bool, **values: Any) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.update(agents).where(agents.c.id == agent_id).values(**values))
            if end_sessions:
                connection.execute(sa.delete(sessions).where(sessions.c.agent_id == agent_id))

    def online(self, seen_since: datetime.datetime) -> Sequence[Agent]:
        """See AgentStore."""
        heard = sa.exists().where(sessions.c.agent_id == agents.c.id, sessions.c.seen_at >= seen_since)
        wanted = sa.select(agents).where(agents.c.presence == Presence.ONLINE, agents.c.disabled.is_(False), heard)
        with self._engine.connect() as connection:
            return [_agent(row) for row in connection.execute(wanted.order_by(agents.c.name))]

    def open_session(self, session: Session) -> None:
        """See AgentStore."""
        values = {
            "token_hash": session.token_hash,
            "agent_id": session.agent,
            "csrf": session.csrf,
            "created_at": session.created_at,
            "seen_at": session.seen_at,
            "expires_at": session.expires_at,
        }
        with self._engine.begin() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.expires_at <= session.created_at))
            connection.execute(sa.insert(sessions).values(**values))

    def session(self, token_hash: str, now: datetime.datetime) -> tuple[Session, Agent] | None:
        """See AgentStore."""
        wanted = (
            sa.select(agents, sessions)
            .join(sessions, sessions.c.agent_id == agents.c.id)
            .where(sessions.c.token_hash == token_hash, sessions.c.expires_at > now, agents.c.disabled.is_(False))
            .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
        )
        with self._engine.connect() as connection:
            row = connection.execute(wanted).first()
        if row is None:
            return None
        found = Session(
            row.sessions_token_hash,
            row.sessions_agent_id,
            row.sessions_csrf,
            row.sessions_created_at,
            row.sessions_expires_at,
            row.sessions_seen_at,
        )
        agent = Agent(
            row.agents_id,
            row.agents_name,
            frozenset(map(Role, row.agents_roles)),
            tuple(row.agents_languages),
            row.agents_created_at,
            row.agents_disabled,
            Presence(row.agents_presence),
        )
        return found, agent

    def touch_session(self, token_hash: str, at: datetime.datetime) -> None:
        """See AgentStore."""
        with self._engine.begin() as connection:
            connection.execute(sa.update(sessions).where(sessions.c.token_hash == token_hash).values(seen_at=at))

    def close_session(self, token_hash: str) -> None:
        """See AgentStore."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.token_hash == token_hash))

    def try_sign_in(
        self, name_hash: str, at: datetime.datetime, pause: Callable[[int], datetime.timedelta]
    ) -> datetime.datetime | None:
        """See AgentStore."""
        insert = postgresql.insert if self._engine.dialect.name == "postgresql" else sqlite.insert
        count = insert(sign_in_failures).values(name_hash=name_hash, failures=1, last_at=at)
        count = count.on_conflict_do_update(
            index_elements=[sign_in_failures.c.name_hash],
            set_={"failures": sign_in_failures.c.failures + 1, "last_at": at},
        )
        this = sa.select(sign_in_failures).where(sign_in_failures.c.name_hash == name_hash).with_for_update()
        old = sign_in_failures.c.last_at < at - _FORGET_FAILURES_AFTER
        with self._engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
            connection.execute(sa.delete(sign_in_failures).where(old))
            before = connection.execute(this).first()
            if before is not None and (free_at := before.last_at + pause(before.failures)) > at:
                return free_at  # type: ignore[no-any-return]  # a row's columns have no types
            connection.execute(count)
        return None

    def forgive(self, name_hash: str) -> None:
        """See AgentStore."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(sign_in_failures).where(sign_in_failures.c.name_hash == name_hash))


def _agent(row: Any) -> Agent:
    return Agent(
        row.id,
        row.name,
        frozenset(map(Role, row.roles)),
        tuple(row.languages),
        row.created_at,
        row.disabled,
        Presence(row.presence),
    )
