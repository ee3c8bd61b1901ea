"""SqlGlances on real databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chat.contract import AT, conversation, handoff, turn
from topay_bot.chat.changes import Glance
from topay_bot.chat.model import Conversation, State
from topay_bot.storage.glances import SqlGlances
from topay_bot.storage.sql_store import SqlStore


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('glances') / 'desk.sqlite3'}"
    else:
        url = str(request.getfixturevalue("postgres")())
    store = SqlStore(url)
    yield store
    store.close()


def _new(store: SqlStore) -> Conversation:
    new = conversation()
    store.create(new)
    return new


def test_a_glance_shows_the_newest_handoff(store: SqlStore) -> None:
    one, other = _new(store), _new(store)
    older, newer = handoff(one.id), handoff(one.id)  # by what was stored last, not by clocks
    store.append(one.id, State.PENDING, turn(state=State.OPEN, handoff=older), AT)
    store.append(one.id, State.OPEN, turn(state=State.OPEN, handoff=newer), AT)
    glances = SqlGlances(store.engine)
    found = {glance.conversation: glance for glance in glances.glances({one.id, other.id, "gone"}, open_too=False)}
    assert found == {
        one.id: Glance(one.id, 4, State.OPEN, None, newer.id, newer.priority),
        other.id: Glance(other.id, 0, State.PENDING, None, None, None),
    }


def test_those_of_a_person_are_seen_unasked(store: SqlStore) -> None:
    opened, pending = _new(store), _new(store)
    store.append(opened.id, State.PENDING, turn(state=State.OPEN, handoff=handoff(opened.id)), AT)
    glances = SqlGlances(store.engine)
    found = [glance.conversation for glance in glances.glances((), open_too=True)]
    assert opened.id in found
    assert pending.id not in found
    together = [glance.conversation for glance in glances.glances({opened.id, pending.id}, open_too=True)]
    assert sorted(together) == sorted({*found, pending.id})
    assert glances.glances((), open_too=False) == []


def test_there_may_be_thousands(store: SqlStore) -> None:
    asked = [_new(store).id for _ in range(20)]
    found = SqlGlances(store.engine).glances([*asked, *(f"gone{number}" for number in range(1200))], open_too=False)
    assert sorted(glance.conversation for glance in found) == sorted(asked)
