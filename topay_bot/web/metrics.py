"""Counters and the state of builds for Prometheus, right for one process and for several behind one port.

Any worker may be asked for /metrics, and it answers for all. Counters and histograms are added up by
prometheus_client's own multiprocess mode: files of numbers in a shared folder. That mode knows no collector that is
read when it is asked and keeps every label for ever, so the builds are told another way: each worker keeps a small
file of its own in that folder (see Roster). A label for each worker instead would leave the adding up to every query,
and a scrape reaches only one of the workers behind a port.
"""

from __future__ import annotations

import fcntl
import json
import secrets
from collections import Counter as Tally
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from topay_bot.builds.live import Status
from topay_bot.desk.outbox import Backlog


@dataclass(frozen=True, slots=True)
class WorkerState:
    """What one worker tells of its builds. Of a dead one only the counts still mean something."""

    build: str | None
    swaps: int
    failures: int
    behind: bool
    alive: bool = True

    @classmethod
    def of(cls, status: Status) -> WorkerState:
        """The state of a live worker."""
        return cls(status.build, status.swaps, status.failures, status.failure is not None)


class Roster:
    """The workers' states in a folder that they share, one file each, replaced as a whole at every change.

    A worker holds a lock beside its file. The system takes the lock back from a process that dies, so nobody has to
    notice a death, and the dead one's counts remain: what was counted once is never taken back.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = secrets.token_hex(8)  # process ids come back
        self._lock = (folder / f"{self._name}.lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def tell(self, status: Status) -> None:
        """Write down the state of this worker."""
        part = self._folder / f"{self._name}.part"
        part.write_text(json.dumps(asdict(WorkerState.of(status))), encoding="utf-8")
        part.replace(self._folder / f"{self._name}.json")

    def __call__(self) -> list[WorkerState]:
        """The states of all workers that ever were."""
        states = []
        for file in sorted(self._folder.glob("*.json")):
            told = json.loads(file.read_text(encoding="utf-8"))
            states.append(WorkerState(**told | {"alive": _held(file.with_suffix(".lock"))}))
        return states


def _held(lock: Path) -> bool:
    with lock.open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


class _Builds(Collector):
    """The builds as Prometheus sees them, read when it asks: a swap leaves no label of an old build behind."""

    def __init__(self, workers: Callable[[], Sequence[WorkerState]]) -> None:
        self._workers = workers

    def collect(self) -> Iterator[Metric]:
        """See Collector."""
        states = self._workers()
        alive = [state for state in states if state.alive]
        info = GaugeMetricFamily("topay_build_info", "Workers that answer from the build.", labels=["build"])
        for build, number in sorted(Tally(state.build for state in alive if state.build is not None).items()):
            info.add_metric([build], number)
        yield info
        yield GaugeMetricFamily("topay_workers", "Worker processes that serve.", value=len(alive))
        swaps, failures = sum(state.swaps for state in states), sum(state.failures for state in states)
        yield CounterMetricFamily("topay_build_swaps", "Builds taken up in place of another.", value=swaps)
        yield CounterMetricFamily("topay_build_failures", "Attempts to take up a build that failed.", value=failures)
        yield GaugeMetricFamily(
            "topay_build_behind",
            "Workers that cannot take up the build that CURRENT names.",
            value=sum(state.behind for state in alive),
        )


class OutboxBacklog(Collector):
    """The notifications that are not delivered; the database has them for all workers."""

    def __init__(self, backlog: Callable[[], Backlog]) -> None:
        self._backlog = backlog

    def collect(self) -> Iterator[Metric]:
        """See Collector."""
        found = self._backlog()
        yield GaugeMetricFamily("topay_outbox_pending", "Notifications still to be delivered.", value=found.pending)
        yield GaugeMetricFamily("topay_outbox_failed", "Notifications given up.", value=found.failed)

    def describe(self) -> list[Metric]:
        """Nothing: the database is not asked before somebody asks us."""
        return []


class Metrics:
    """What is counted. `shared` is the folder of several workers; without one each server counts for itself.

    With it, the environment must have named the folder as PROMETHEUS_MULTIPROC_DIR before prometheus_client was
    imported.
    """

    def __init__(self, workers: Callable[[], Sequence[WorkerState]], shared: Path | None = None) -> None:
        registry = CollectorRegistry()
        self.decisions = Counter(
            "topay_decisions", "Decisions on questions.", ["decision", "reason", "language"], registry=registry
        )
        self.seconds = Histogram(
            "topay_decision_seconds",
            "Time from a question to its decision, storing included where it is stored.",
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1),
            registry=registry,
        )
        self.handoffs = Counter(
            "topay_handoffs", "Conversations handed to a person.", ["reason", "priority"], registry=registry
        )
        self.feedback = Counter("topay_feedback", "Feedback on answers.", ["helpful"], registry=registry)
        self.help_feedback = Counter(
            "topay_help_feedback", "Feedback on pages of the help centre.", ["article", "helpful"], registry=registry
        )
        self.live_opened = Counter("topay_live_opened", "WebSockets that were opened.", ["by"], registry=registry)
        self.live_cut = Counter("topay_live_cut", "WebSockets cut off from a slow reader.", ["by"], registry=registry)
        if shared is not None:
            registry = CollectorRegistry()  # of all workers together, in place of this one's own
            MultiProcessCollector(registry, str(shared))  # type: ignore[no-untyped-call]
        registry.register(_Builds(workers))
        self.registry = registry  # what is shown
