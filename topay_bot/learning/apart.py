"""Makes the gaps list in a process of its own, with the lowest priority: see listing.py."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any

from topay_bot.errors import TopayError
from topay_bot.settings import Settings

_LAST_PRIORITY = 19


class GapsApart:
    """Calls `topay-bot gaps` with a server's settings. `close` ends what is going on."""

    def __init__(self, settings: Settings) -> None:
        self._command = [
            *(sys.executable, "-m", "topay_bot", "gaps", "--all", "--limit", "1000000", "--format", "json"),
            *("--index", str(settings.index.absolute()), "--knowledge", str(settings.knowledge.absolute())),
        ]
        # In the environment, which others on the machine cannot read: the URL may hold a password.
        self._environment = {"TOPAY_DATABASE_URL": settings.database(), "OMP_NUM_THREADS": "1"}
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def __call__(self) -> Mapping[str, Any]:
        """See GapListing. Raises TopayError with its words."""
        with self._lock:
            if self._closed:
                raise TopayError("the server is closing")
            process = self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, **self._environment},
            )
        with process:
            with contextlib.suppress(OSError):  # it may have ended already
                os.setpriority(os.PRIO_PROCESS, process.pid, _LAST_PRIORITY)
            out, errors = process.communicate()
        if process.returncode:
            told = errors.decode(errors="replace").strip()
            raise TopayError(told or f"topay-bot gaps ended with {process.returncode}")
        found: dict[str, Any] = json.loads(out)
        return found

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def close(self) -> None:
        """End the process, if one is running, and begin no other."""
        with self._lock:
            self._closed = True
            if self._process is not None and self._process.poll() is None:
                self._process.kill()
