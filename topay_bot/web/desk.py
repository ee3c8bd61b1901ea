"""What the routes share: the current edition, the chat service, and the counters."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from topay_bot.chat.service import ChatService
from topay_bot.edition import Edition
from topay_bot.errors import ArtefactError
from topay_bot.settings import Settings


class Desk:
    """One server's parts. `edition` gives the edition that answers now, or raises ArtefactError."""

    def __init__(self, settings: Settings, chat: ChatService, edition: Callable[[], Edition]) -> None:
        self.settings = settings
        self.chat = chat
        self.edition = edition
        self.metrics = Metrics()
        if self.build_id is not None:
            self.metrics.build.labels(self.build_id).set(1)

    @property
    def build_id(self) -> str | None:
        """The build in use, or None."""
        try:
            return self.edition().id
        except ArtefactError:
            return None


class Metrics:
    """Counters for Prometheus; each server has its own registry."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.decisions = Counter(
            "topay_decisions", "Decisions on questions.", ["decision", "reason", "language"], registry=self.registry
        )
        self.seconds = Histogram(
            "topay_decision_seconds",
            "Time from a question to its decision, storing included where it is stored.",
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1),
            registry=self.registry,
        )
        self.handoffs = Counter(
            "topay_handoffs", "Conversations handed to a person.", ["reason", "priority"], registry=self.registry
        )
        self.feedback = Counter("topay_feedback", "Feedback on answers.", ["helpful"], registry=self.registry)
        self.build = Gauge("topay_build_info", "The build in use.", ["build"], registry=self.registry)
