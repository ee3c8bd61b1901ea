"""Work that goes on beside the requests, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

_log = logging.getLogger(__name__)


class Background:
    """Calls `look` again and again until closed: at once while it returns True, else after a pause.

    An error is logged and does not end it: what could not be done is still there at the next look.
    """

    def __init__(self, name: str, look: Callable[[], bool], every_seconds: float = 1.0) -> None:
        self._look = look
        self._every_seconds = every_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self, timeout_seconds: float = 5.0) -> None:
        """End after the look that is on its way; not waited for longer than that."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)

    def _run(self) -> None:
        failed = False
        while not self._stop.is_set():
            try:
                more = self._look()
                failed = False
            except Exception as error:
                if not failed:  # a database that is away is told of once, not once a second
                    _log.exception("%s failed (%s); it will be tried again", self._thread.name, type(error).__name__)
                failed, more = True, False
            if not more:
                self._stop.wait(self._every_seconds)
