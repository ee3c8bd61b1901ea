"""The desk's stores on real databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.chat.contract import conversation, draft
from tests.desk.contract import AT, DeskContract, handoff
from topay_bot.chat.model import Event, Notification, State, Turn
from topay_bot.chat.store import StateChanged
from topay_bot.desk.service import DeskStores
from topay_bot.storage.agent_store import SqlAgentStore
from topay_bot.storage.desk_store import SqlDeskStore
from topay_bot.storage.sql_store import SqlStore
from topay_bot.storage.tables import conversations, outbox


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('desk') / 'desk.sqlite3'}"
    else:
        url = str(request.getfixturevalue("postgres")())
    opened = SqlStore(url)
    yield opened
    opened.close()


class TestContract(DeskContract):
    @pytest.fixture
    def stores(self, store: SqlStore) -> DeskStores:
        return DeskStores(store, SqlDeskStore(store.engine), SqlAgentStore(store.engine))


def rows(store: SqlStore, table: sa.Table) -> int:
    with store.engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_notifications_are_stored_with_their_turn_or_not_at_all(store: SqlStore) -> None:
    talk = conversation()
    store.create(talk)
    before = rows(store, outbox)
    told = tuple(Notification(f"{talk.id}{n}", Event.URGENT, f"c{n}", {"reference": "H"}) for n in range(2))
    turn = Turn((draft(),), State.OPEN, handoff(talk.id), None, told)
    with pytest.raises(StateChanged):
        store.append(talk.id, State.RESOLVED, turn, AT)
    assert rows(store, outbox) == before
    store.append(talk.id, State.PENDING, turn, AT)
    with store.engine.connect() as connection:
        kept = connection.execute(sa.select(outbox).where(outbox.c.id.startswith(talk.id))).all()
    assert {(row.event, row.channel, row.attempts, row.next_try_at, row.delivered_at) for row in kept} == {
        ("urgent", "c0", 0, AT, None), ("urgent", "c1", 0, AT, None),
    }  # fmt: skip


def test_the_database_itself_lets_no_agent_have_what_the_bot_has(store: SqlStore) -> None:
    talk = conversation()
    store.create(talk)
    agents = SqlAgentStore(store.engine)
    new = next(iter(agents.agents()), None)
    assert new is not None
    with pytest.raises(sa.exc.IntegrityError), store.engine.begin() as connection:
        connection.execute(sa.update(conversations).where(conversations.c.id == talk.id).values(agent_id=new.id))
