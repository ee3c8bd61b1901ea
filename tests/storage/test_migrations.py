"""What a database of an older version becomes."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from tests.desk.contract import AT, MINUTE
from topay_bot.chat.model import Owner, State
from topay_bot.desk.model import Query, View
from topay_bot.storage import database
from topay_bot.storage.desk_store import SqlDeskStore
from topay_bot.storage.sql_store import SqlStore

_MIGRATIONS = Path(database.__file__).parent / "migrations"
_TALK = (
    "INSERT INTO conversations (id, token_hash, state, language, created_at, last_seq) "
    "VALUES (:id, 'x', :state, 'zh', :at, 0)"
)
_HANDOFF = (
    "INSERT INTO handoffs (id, conversation_id, reference, reason, priority, article, language, created_at) "
    "VALUES (:id, :talk, :id, 'asked', 'normal', NULL, 'en', :at)"
)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_hand_offs_from_before_the_desk_wait_there(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{tmp_path / 'old.sqlite3'}" if kind == "sqlite" else str(request.getfixturevalue("postgres")())
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        at, later = (AT, AT + MINUTE) if kind == "postgres" else (str(AT)[:26], str(AT + MINUTE)[:26])
        for talk, state in (("waits", "open"), ("over", "resolved"), ("bots", "pending")):
            connection.execute(sa.text(_TALK), {"id": talk, "state": state, "at": at})
        for key, talk, when in (("H-1", "waits", at), ("H-2", "waits", later), ("H-3", "over", at)):
            connection.execute(sa.text(_HANDOFF), {"id": key, "talk": talk, "at": when})
    engine.dispose()

    store = SqlStore(url)
    desk = SqlDeskStore(store.engine)
    (waiting,) = desk.find(Query(View.WAITING, "x")).items
    assert (waiting.id, waiting.handoff.reference, waiting.handoff.queue) == ("waits", "H-2", "general-en")
    assert waiting.waiting_since == AT + MINUTE
    (over,) = desk.find(Query(View.RESOLVED, "x")).items
    assert (over.id, over.handoff.closed_at) == ("over", AT)
    assert desk.counts("x").open == 1
    found = store.conversation("bots")
    assert found is not None
    assert (found.owner, found.waiting_since) == (Owner(State.PENDING), None)
    store.close()
