"""The outbox on real databases."""

from __future__ import annotations

import datetime
import secrets
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.desk.outbox_rows import AT, add, notification, row
from topay_bot.chat.model import Event
from topay_bot.desk.outbox import Backlog
from topay_bot.storage.database import open_engine
from topay_bot.storage.outbox_store import SqlOutbox

LEASE = datetime.timedelta(minutes=1)
MOMENT = datetime.timedelta(seconds=1)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('outbox') / 'desk.sqlite3'}"
    return str(request.getfixturevalue("postgres")())


@pytest.fixture(scope="module")
def engine(url: str) -> Iterator[sa.Engine]:
    opened = open_engine(url)
    yield opened
    opened.dispose()


@pytest.fixture
def store(engine: sa.Engine) -> SqlOutbox:
    return SqlOutbox(engine)


@pytest.fixture
def channel() -> str:
    return f"webhook-{secrets.token_hex(4)}"


def test_a_row_is_leased_for_one_attempt(engine: sa.Engine, store: SqlOutbox, channel: str) -> None:
    wanted = notification(channel)
    add(engine, wanted)
    assert store.take(channel, AT - MOMENT, LEASE) is None
    assert store.take("mail", AT, LEASE) is None
    taken = store.take(channel, AT, LEASE)
    assert taken is not None
    assert (taken.id, taken.event, taken.attempts, taken.created_at) == (wanted.id, "handoff", 1, AT)
    assert taken.payload == wanted.payload
    assert store.take(channel, AT + LEASE - MOMENT, LEASE) is None
    again = store.take(channel, AT + LEASE, LEASE)
    assert again is not None
    assert (again.id, again.attempts) == (wanted.id, 2)


def test_what_is_delivered_never_comes_again(engine: sa.Engine, store: SqlOutbox, channel: str) -> None:
    add(engine, notification(channel))
    taken = store.take(channel, AT, LEASE)
    assert taken is not None
    store.delivered(taken, AT)
    store.failed(taken, "too late", AT)
    assert store.take(channel, AT + datetime.timedelta(days=99), LEASE) is None
    stored = row(engine, taken.id)
    assert (stored.delivered_at, stored.next_try_at, stored.failure) == (AT, None, None)


def test_a_failure_of_a_lease_that_ran_out_changes_nothing(engine: sa.Engine, store: SqlOutbox, channel: str) -> None:
    add(engine, notification(channel))
    slow, fast = store.take(channel, AT, LEASE), store.take(channel, AT + LEASE, LEASE)
    assert slow is not None
    assert fast is not None
    store.failed(slow, "late", None)
    assert row(engine, slow.id).failure is None
    store.failed(fast, "in time", AT + LEASE * 2)
    assert row(engine, slow.id).failure == "in time"
    store.delivered(slow, AT + LEASE * 3)  # it arrived after all
    assert row(engine, slow.id).delivered_at is not None


def test_the_backlog_counts_what_waits_and_what_was_given_up(engine: sa.Engine, store: SqlOutbox, channel: str) -> None:
    before = store.backlog()
    add(engine, *(notification(channel) for _ in range(3)))
    first, second = store.take(channel, AT, LEASE), store.take(channel, AT, LEASE)
    assert first is not None
    assert second is not None
    store.delivered(first, AT)
    store.failed(second, "answered with 500", None)
    assert store.backlog() == Backlog(before.pending + 1, before.failed + 1)


def test_urgent_ones_go_first(engine: sa.Engine, store: SqlOutbox, channel: str) -> None:
    add(engine, notification(channel), notification(channel, Event.LONG_WAIT))
    add(engine, notification(channel, Event.URGENT), at=AT + MOMENT)
    events = [taken.event for _ in range(3) if (taken := store.take(channel, AT + MOMENT, LEASE))]
    assert events[0] == "urgent"
    assert sorted(events[1:]) == ["handoff", "long_wait"]


def test_of_many_takers_each_row_has_one(engine: sa.Engine, url: str, channel: str) -> None:
    """Two stores, as in two processes, two threads on each."""
    wanted = [notification(channel) for _ in range(40)]
    add(engine, *wanted)
    other = open_engine(url)
    taken: list[str] = []
    errors: list[Exception] = []

    def work(store: SqlOutbox) -> None:
        try:
            while len(taken) < len(wanted):
                if found := store.take(channel, AT, LEASE):
                    taken.append(found.id)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(SqlOutbox(one),)) for one in (engine, other) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.dispose()
    assert errors == []
    assert sorted(taken) == sorted(one.id for one in wanted)
