"""Delivery of what the outbox holds: at least once, by back-off, and visibly given up when it cannot be.

Rows are stored in the transaction of what they tell of, so none is lost. Each channel has a thread in each server
process; a row is leased before it is sent, so that two of them do not send it at once. Whoever is killed while sending
leaves the lease, and after it the row is sent again: a receiver may get it twice, with the same id.
"""

from __future__ import annotations

import datetime
import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from topay_bot.desk.background import Background

_log = logging.getLogger(__name__)

LEASE = datetime.timedelta(minutes=3)  # longer than any sending takes: see the time-outs in mail.py and webhooks.py
_FIRST_PAUSE_SECONDS = 10.0
_LONGEST_PAUSE_SECONDS = 3600.0


class DeliveryFailed(Exception):
    """It was not delivered. The message is kept in the outbox: it names no address, secret or customer.

    `final`: the receiver wants no more tries.
    """

    def __init__(self, message: str, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the outbox, leased for one attempt; `attempts` counts this one."""

    id: str
    event: str
    payload: Mapping[str, Any]
    attempts: int
    created_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the outbox holds that is not delivered: still to be tried, and given up."""

    pending: int
    failed: int


class Channel(Protocol):
    """A way out of the house."""

    def send(self, delivery: Delivery) -> None:
        """Deliver it, or raise DeliveryFailed."""


class OutboxStore(Protocol):
    """Keeps the outbox. Every method is one transaction, safe to call from several threads and processes."""

    def take(self, channel: str, now: datetime.datetime, lease: datetime.timedelta) -> Delivery | None:
        """Lease the most urgent row of a channel that is due, for one attempt; None when none is."""

    def delivered(self, delivery: Delivery, at: datetime.datetime) -> None:
        """It arrived."""

    def failed(self, delivery: Delivery, failure: str, next_try_at: datetime.datetime | None) -> None:
        """It did not; None gives it up. Changes nothing when the lease ran out and another took the row."""

    def backlog(self) -> Backlog:
        """How much is not delivered."""


class Courier:
    """Delivers the rows of one channel."""

    def __init__(
        self,
        name: str,
        channel: Channel,
        store: OutboxStore,
        *,
        tries: int,
        lease: datetime.timedelta = LEASE,
        pause_seconds: Callable[[int], float] | None = None,
        now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    ) -> None:
        self._name = name
        self._channel = channel
        self._store = store
        self._tries = tries
        self._lease = lease
        self._pause_seconds = pause_seconds or backoff_seconds
        self._now = now

    def background(self, every_seconds: float = 1.0) -> Background:
        """This courier as a thread."""
        return Background(f"delivery of {self._name}", self.deliver_one, every_seconds)

    def deliver_one(self) -> bool:
        """Try one row that is due; whether there was one."""
        delivery = self._store.take(self._name, self._now(), self._lease)
        if delivery is None:
            return False
        try:
            self._channel.send(delivery)
        except DeliveryFailed as failure:
            self._put_off(delivery, failure)
        else:
            self._store.delivered(delivery, self._now())
        return True

    def _put_off(self, delivery: Delivery, failure: DeliveryFailed) -> None:
        if failure.final or delivery.attempts >= self._tries:
            _log.error("%s: %s given up after %d tries: %s", self._name, delivery.id, delivery.attempts, failure)
            self._store.failed(delivery, str(failure), None)
            return
        pause = datetime.timedelta(seconds=self._pause_seconds(delivery.attempts))
        _log.warning("%s: %s not delivered (try %d): %s", self._name, delivery.id, delivery.attempts, failure)
        self._store.failed(delivery, str(failure), self._now() + pause)


def backoff_seconds(attempts: int) -> float:
    """The pause after so many attempts: twice as long each time, up to an hour, and half of it by chance.

    The chance ("equal jitter", Brooker, Exponential Backoff And Jitter, 2015) keeps rows that failed together from
    coming back together.
    """
    pause = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2.0 ** min(attempts - 1, 30))
    return pause * random.uniform(0.5, 1.0)
