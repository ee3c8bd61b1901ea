"""The gaps list of a server: made apart and kept in the store, so that a page shows it at once.

It is made when somebody looks, not by the clock: where nobody does, it costs nothing. Making it takes seconds of
computing, so it has a process of its own, with the lowest priority; in a thread it would hold up answers to customers.
"""

from __future__ import annotations

import datetime
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from topay_bot.desk.reviewing import GapStore
from topay_bot.errors import TopayError
from topay_bot.learning.findings import Findings

FRESH = datetime.timedelta(hours=1)
_ABANDONED = datetime.timedelta(minutes=10)  # work that was begun and never ended: its server was killed
_LONGEST_END_SECONDS = 5.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listed:
    """What a page shows. `found` is None before the first list is made."""

    found: Findings | None
    made_at: datetime.datetime | None
    working: bool  # on a newer one
    failure: str | None  # why the last try gave none


class GapListing:
    """Gives the last list, and has a new one made where it is old."""

    def __init__(
        self,
        store: GapStore,
        make: Callable[[], Mapping[str, Any]],
        stop: Callable[[], None] = lambda: None,
        now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    ) -> None:
        """`make` gives what Findings.to_json gives; it is called in a thread, and may raise TopayError. `stop`
        ends such a call.
        """
        self._store = store
        self._make = make
        self._stop = stop
        self._now = now
        self._worker: threading.Thread | None = None
        self._closing = False

    def listed(self, build: str | None, *, again: bool = False) -> Listed:
        """The last list. A new one is begun if it is older than FRESH, of another build, or wanted `again`.

        After a failure only `again` begins one: else each look would fail anew.
        """
        kept = self._store.gap_list()
        found = _read(kept.found)
        now = self._now()
        fresh = found is not None and kept.made_at is not None and kept.made_at > now - FRESH and found.build == build
        idle = kept.begun_at is None or kept.begun_at <= now - _ABANDONED
        wanted = again or not (fresh or kept.failure)
        if wanted and build is not None and idle and self._store.begin_list(now, now - _ABANDONED):
            self._worker = threading.Thread(target=self._work, name="gaps list", daemon=True)
            self._worker.start()
            return Listed(found, kept.made_at, working=True, failure=None)
        return Listed(found, kept.made_at, not idle, kept.failure if idle else None)

    def last(self) -> Findings | None:
        """What was found last."""
        return _read(self._store.gap_list().found)

    def close(self) -> None:
        """End what is going on, so that the next server begins it anew. The store has to be open still."""
        self._closing = True
        self._stop()
        if self._worker is not None:
            self._worker.join(_LONGEST_END_SECONDS)

    def _work(self) -> None:
        found, failure = None, None
        try:
            found = self._make()
        except TopayError as error:
            failure = str(error)
        except Exception:
            _log.exception("the gaps list could not be made")
            failure = "the server's log tells why"
        self._store.end_list(self._now(), found, None if self._closing else failure)


def _read(raw: Mapping[str, Any] | None) -> Findings | None:
    if raw is None:
        return None
    try:
        return Findings.from_json(raw)
    except (KeyError, TypeError):  # written by another version: made anew
        return None
