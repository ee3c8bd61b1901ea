"""Couriers over a real outbox, to a real receiver: down, slow, killed in the middle, never there."""

from __future__ import annotations

import datetime
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.desk.outbox_rows import AT, add, notification, row
from tests.desk.receiver import SECRET, Receiver
from tests.waiting import wait_until
from topay_bot.desk.outbox import Courier, Delivery, DeliveryFailed, backoff_seconds
from topay_bot.desk.webhooks import WebhookChannel
from topay_bot.storage.database import open_engine
from topay_bot.storage.outbox_store import SqlOutbox

LEASE = datetime.timedelta(minutes=1)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = AT

    def __call__(self) -> datetime.datetime:
        return self.now


class Gate:
    """A channel that fails as it is told to."""

    def __init__(self, *failures: DeliveryFailed) -> None:
        self.failures = list(failures)
        self.sent: list[Delivery] = []

    def send(self, delivery: Delivery) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(delivery)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'desk.sqlite3'}"


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    opened = open_engine(url)
    yield opened
    opened.dispose()


def test_a_failure_is_put_off_further_each_time(engine: sa.Engine) -> None:
    clock, gate = Clock(), Gate(DeliveryFailed("one"), DeliveryFailed("two"))
    courier = Courier(
        "gate", gate, SqlOutbox(engine), tries=5, pause_seconds=lambda attempts: 10.0 * attempts, now=clock
    )
    wanted = notification("gate")
    add(engine, wanted)
    assert not Courier("other", gate, SqlOutbox(engine), tries=5, now=clock).deliver_one()
    for seconds, failure in ((0, "one"), (10, "two")):
        clock.now += datetime.timedelta(seconds=seconds)
        assert courier.deliver_one()
        assert not courier.deliver_one()
        assert row(engine, wanted.id).failure == failure
    clock.now += datetime.timedelta(seconds=20)
    assert courier.deliver_one()
    assert [(one.id, one.attempts) for one in gate.sent] == [(wanted.id, 3)]
    assert row(engine, wanted.id).delivered_at == clock.now


@pytest.mark.parametrize(("final", "tries"), [(False, 3), (True, 1)])
def test_it_is_given_up_where_everyone_can_see(
    engine: sa.Engine, caplog: pytest.LogCaptureFixture, final: bool, tries: int
) -> None:
    gate = Gate(*(DeliveryFailed("answered with 500", final) for _ in range(9)))
    store, wanted = SqlOutbox(engine), notification("gate")
    courier = Courier("gate", gate, store, tries=3, pause_seconds=lambda attempts: 0.0)
    add(engine, wanted)
    with caplog.at_level(logging.ERROR):
        while courier.deliver_one():
            pass
    assert len(gate.failures) == 9 - tries
    assert store.backlog().failed == 1
    assert row(engine, wanted.id).failure == "answered with 500"
    assert f"gate: {wanted.id} given up after {tries} tries: answered with 500" in caplog.text


def test_pauses_double_up_to_an_hour_and_vary() -> None:
    for attempts, longest in ((1, 10), (2, 20), (5, 160), (10, 3600), (1000, 3600)):
        pauses = [backoff_seconds(attempts) for _ in range(50)]
        assert longest / 2 <= min(pauses) < max(pauses) <= longest
    assert sum(backoff_seconds(attempts) for attempts in range(1, 20)) > 6 * 3600


def test_a_receiver_that_is_down_gets_it_once_it_is_up(engine: sa.Engine) -> None:
    receiver = Receiver()
    with receiver.running():
        pass  # its port is known now, and nobody is there
    courier = Courier(
        "hook", WebhookChannel(receiver.url, [SECRET]), SqlOutbox(engine), tries=1000, pause_seconds=lambda n: 0.05
    )
    wanted = [notification("hook") for _ in range(3)]
    add(engine, *wanted)
    background = courier.background(every_seconds=0.02)
    background.start()
    wait_until(lambda: all(row(engine, one.id).failure == "no answer: ConnectError" for one in wanted))
    with receiver.running():
        wait_until(lambda: all(row(engine, one.id).delivered_at for one in wanted))
    background.close()
    assert sorted(number for number, _ in receiver.taken) == sorted(one.id for one in wanted)


def test_several_couriers_send_each_row_once(engine: sa.Engine, url: str) -> None:
    other = open_engine(url)
    wanted = [notification("hook") for _ in range(20)]
    add(engine, *wanted)
    with Receiver().running() as receiver:
        couriers = [
            Courier("hook", WebhookChannel(receiver.url, [SECRET]), SqlOutbox(one), tries=3).background(0.02)
            for one in (engine, other, engine, other)
        ]
        for courier in couriers:
            courier.start()
        wait_until(lambda: all(row(engine, one.id).delivered_at for one in wanted))
        for courier in couriers:
            courier.close()
        assert sorted(number for number, _ in receiver.taken) == sorted(one.id for one in wanted)
    other.dispose()


DELIVER = """
import datetime, sys
from topay_bot.desk.outbox import Courier
from topay_bot.desk.webhooks import WebhookChannel
from topay_bot.storage.database import open_engine
from topay_bot.storage.outbox_store import SqlOutbox
channel = WebhookChannel(sys.argv[2], [sys.argv[3]])
store, lease = SqlOutbox(open_engine(sys.argv[1])), datetime.timedelta(seconds=2)
Courier("hook", channel, store, tries=3, lease=lease).deliver_one()
"""


def test_a_worker_killed_while_sending_leaves_the_row_to_the_next(engine: sa.Engine, url: str) -> None:
    wanted = notification("hook")
    add(engine, wanted)
    hold = threading.Event()
    with Receiver(hold=hold).running() as receiver:
        process = subprocess.Popen([sys.executable, "-c", DELIVER, url, receiver.url, SECRET])
        assert receiver.came.wait(60)
        process.send_signal(signal.SIGKILL)
        process.wait()
        hold.set()
        courier = Courier("hook", WebhookChannel(receiver.url, [SECRET]), SqlOutbox(engine), tries=3)
        wait_until(courier.deliver_one)  # once the lease is over
        assert [number for number, _ in receiver.taken] == [wanted.id] * 2  # at least once, with one id
    assert row(engine, wanted.id).delivered_at is not None
