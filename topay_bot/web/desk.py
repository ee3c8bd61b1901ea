"""What the routes share: the current edition, the chat service, and the counters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from topay_bot.chat.service import ChatService
from topay_bot.live import LiveEdition
from topay_bot.settings import Settings


class Desk:
    """One server's parts. `edition` gives the edition that answers now, or raises ArtefactError."""

    def __init__(self, settings: Settings, chat: ChatService, edition: LiveEdition) -> None:
        self.settings = settings
        self.chat = chat
        self.edition = edition
        self.metrics = Metrics()
        self.metrics.registry.register(_Builds(edition))

    @property
    def build_id(self) -> str | None:
        """The build in use, or None."""
        return self.edition.status.build

    def readiness(self) -> dict[str, Any]:
        """What /readyz tells of the build; raises ArtefactError without one. Reasons, with paths, stay in the log."""
        told: dict[str, Any] = {"status": "ready", "build": self.edition().id}
        failure = self.edition.status.failure
        return told if failure is None else told | {"failed": {"build": failure.build, "code": failure.code}}


class _Builds(Collector):
    """The builds as Prometheus sees them, read when it asks: a swap leaves no label of an old build behind."""

    def __init__(self, edition: LiveEdition) -> None:
        self._edition = edition

    def collect(self) -> Iterator[Metric]:
        status = self._edition.status
        info = GaugeMetricFamily("topay_build_info", "The build in use.", labels=["build"])
        if status.build is not None:
            info.add_metric([status.build], 1)
        yield info
        yield CounterMetricFamily("topay_build_swaps", "Builds taken up in place of another.", value=status.swaps)
        yield CounterMetricFamily(
            "topay_build_failures", "Attempts to take up a build that failed.", value=status.failures
        )
        yield GaugeMetricFamily(
            "topay_build_behind",
            "1 while CURRENT names a build that cannot be taken up.",
            value=float(status.failure is not None),
        )


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
