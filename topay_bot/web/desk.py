"""What the routes share: the current edition, the chat service, and the counters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from topay_bot.builds.live import EditionSource
from topay_bot.chat.service import ChatService
from topay_bot.identity import scope_of
from topay_bot.settings import Settings
from topay_bot.web.metrics import Metrics, Roster, WorkerState


class Desk:
    """One server's parts. `edition` gives the edition that answers now, or raises ArtefactError.

    `shared` is the folder in which several workers count together.
    """

    def __init__(
        self, settings: Settings, chat: ChatService, edition: EditionSource, shared: Path | None = None
    ) -> None:
        self.settings = settings
        self.chat = chat
        self.edition = edition
        if shared is None:
            self.metrics = Metrics(lambda: [WorkerState.of(edition.status)])
        else:
            roster = Roster(shared)
            edition.on_change(roster.tell)
            self.metrics = Metrics(roster, shared)

    @property
    def build_id(self) -> str | None:
        """The build in use, or None."""
        return self.edition.status.build

    def scope_of(self, customer: str, identifier_hash: str) -> str:
        """See identity.scope_of: raises IdentityRefused unless the customer is proven."""
        secret = self.settings.widget_secret
        return scope_of(None if secret is None else secret.get_secret_value(), customer, identifier_hash)

    def readiness(self) -> dict[str, Any]:
        """What /readyz tells of the build; raises ArtefactError without one. Reasons, with paths, stay in the log."""
        told: dict[str, Any] = {"status": "ready", "build": self.edition().id}
        failure = self.edition.status.failure
        return told if failure is None else told | {"failed": {"build": failure.build, "code": failure.code}}
