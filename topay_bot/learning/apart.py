"""Makes the gaps list in a process of its own: see listing.py."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from topay_bot.errors import TopayError
from topay_bot.settings import Settings
from topay_bot.subcommand import Subcommands


class GapsApart:
    """Calls `topay-bot gaps` with a server's settings. `close` ends what is going on."""

    def __init__(self, settings: Settings) -> None:
        self._command = [
            *("gaps", "--all", "--limit", "1000000", "--format", "json"),
            *("--index", str(settings.index.absolute()), "--knowledge", str(settings.knowledge.absolute())),
        ]
        self._environment = {"TOPAY_DATABASE_URL": settings.database()}  # the URL may hold a password
        self._subcommands = Subcommands()

    def __call__(self) -> Mapping[str, Any]:
        """See GapListing. Raises TopayError with its words."""
        ended = self._subcommands.run(self._command, self._environment)
        if ended is None:
            raise TopayError("the server is closing")
        if ended.status:
            raise TopayError(ended.said or f"topay-bot gaps ended with {ended.status}")
        found: dict[str, Any] = json.loads(ended.output)
        return found

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._subcommands.running

    def close(self) -> None:
        """End the process, if one is running, and begin no other."""
        self._subcommands.close()
