"""The gaps list of a server: made apart, kept in a real store."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.learning.gaps import HOUR, NOW, findings, gap
from tests.waiting import wait_until
from topay_bot.desk.reviewing import GapList
from topay_bot.errors import KnowledgeError
from topay_bot.learning.listing import FRESH, GapListing
from topay_bot.storage.database import open_engine
from topay_bot.storage.learning_store import SqlLearningStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlLearningStore]:
    engine = open_engine(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    yield SqlLearningStore(engine)
    engine.dispose()


class _Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime.datetime:
        return self.at


def _idle(store: SqlLearningStore) -> None:
    wait_until(lambda: store.gap_list().begun_at is None)


def test_a_list_is_made_when_somebody_looks_and_again_when_it_is_old(store: SqlLearningStore) -> None:
    clock, made = _Clock(), []

    def make() -> Mapping[str, Any]:
        made.append(1)
        return findings(gap("watch"), build=f"b{len(made)}").to_json()

    listing = GapListing(store, make, now=clock)
    assert listing.listed("b1").working
    _idle(store)
    shown = listing.listed("b1")
    assert (shown.found, shown.made_at, shown.working) == (findings(gap("watch")), NOW, False)
    clock.at += FRESH - datetime.timedelta(seconds=1)
    assert not listing.listed("b1").working
    clock.at += HOUR
    assert listing.listed("b1").working  # old, and still shown meanwhile
    _idle(store)
    assert not listing.listed("b2").working
    assert listing.listed("b3").working  # another build answers: some gaps may be closed
    _idle(store)
    assert listing.listed("b3", again=True).working
    _idle(store)
    assert len(made) == 4


def test_only_one_worker_makes_it_and_one_that_died_is_replaced(store: SqlLearningStore) -> None:
    go, made = threading.Event(), []

    def make() -> Mapping[str, Any]:
        made.append(1)
        go.wait(10)
        return findings().to_json()

    clock = _Clock()
    workers = [GapListing(store, make, now=clock) for _ in range(2)]
    assert all(worker.listed("b1").working for worker in workers)
    wait_until(lambda: made == [1])
    assert not store.begin_list(NOW, NOW - HOUR)
    clock.at += HOUR
    assert workers[1].listed("b1").working
    wait_until(lambda: made == [1, 1])
    go.set()
    _idle(store)


@pytest.mark.parametrize(
    ("error", "told"), [(KnowledgeError("mend this"), "mend this"), (ValueError("x"), "the server's log tells why")]
)
def test_a_failure_is_told_and_not_tried_at_every_look(
    store: SqlLearningStore, error: Exception, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> Mapping[str, Any]:
        raise error

    listing = GapListing(store, fail, now=_Clock())
    listing.listed("b1")
    _idle(store)
    shown = listing.listed("b1")
    assert (shown.found, shown.working, shown.failure) == (None, False, told)
    assert listing.listed("b1", again=True).working
    _idle(store)


def test_what_another_version_wrote_is_made_anew(store: SqlLearningStore) -> None:
    store.end_list(NOW, {"gaps": [{"name": "old"}]})
    make: Callable[[], Mapping[str, Any]] = findings().to_json
    assert GapListing(store, make, now=_Clock()).listed("b1").working
    _idle(store)


def test_a_server_that_closes_ends_the_work_and_blames_nobody(store: SqlLearningStore) -> None:
    stopped = threading.Event()

    def make() -> Mapping[str, Any]:
        assert stopped.wait(10)
        raise KnowledgeError("killed")

    listing = GapListing(store, make, stopped.set, _Clock())
    assert listing.listed("b1").working
    listing.close()
    assert store.gap_list() == GapList(None, None, None, None)
