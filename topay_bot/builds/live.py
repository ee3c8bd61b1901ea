"""The edition that a server answers from, kept abreast of `index/CURRENT` while it runs.

A thread looks at `CURRENT` four times a second and takes up whatever build it names: loads it, asks it a question,
and only then lets it answer. A request keeps the edition that it began with; the old one is freed when the last of
them is done. A build that cannot be taken up leaves the old one answering.

A look is one stat(2), some microseconds. It works wherever the folder lies (network drives, container mounts and
overlays, where inotify tells nothing), needs no library, and every worker process does it for itself.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from topay_bot.edition import Edition
from topay_bot.errors import ArtefactError, TopayError
from topay_bot.knowledge.article import LANGUAGES
from topay_bot.retrieval.index import CURRENT, Build, BuildStore

_log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 0.25
# A failure may pass: a network drive that is away, memory that was short. Rarely, since each try costs a load.
AGAIN_AFTER_SECONDS = 30.0

_Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Failure:
    """A build that CURRENT names and that cannot be taken up. `reason` holds paths: it is for the log."""

    build: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Status:
    """What answers now, and how taking up builds went since the start."""

    build: str | None = None
    swaps: int = 0
    failures: int = 0  # attempts
    failure: Failure | None = None  # while CURRENT names a build that does not answer


class EditionSource(Protocol):
    """What a server takes its edition from."""

    def __call__(self) -> Edition:
        """The edition to answer from. Raises ArtefactError while there is none."""

    @property
    def status(self) -> Status:
        """What answers now."""

    def on_change(self, tell: Callable[[Status], None]) -> None:
        """Tell the status now and whenever it changes."""

    def start(self) -> None:
        """Keep abreast until `close`."""

    def close(self) -> None:
        """Stop; what is loaded goes on answering."""


class LiveEdition:
    """Gives the edition that answers now; called by any thread. `load` makes one of a verified build.

    The second argument of `load` is the edition before, whose parts may be shared.
    """

    def __init__(
        self,
        store: BuildStore,
        load: Callable[[Build, Edition | None], Edition],
        *,
        look_every_seconds: float = LOOK_EVERY_SECONDS,
        again_after_seconds: float = AGAIN_AFTER_SECONDS,
    ) -> None:
        self._store = store
        self._load = load
        self._look_every = look_every_seconds
        self._again_after = again_after_seconds
        self._edition: Edition | None = None
        self._status = Status()
        self._tell: Callable[[Status], None] = lambda status: None
        self._seen: _Stamp | None = None
        self._again_at = 0.0
        self._looking = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self) -> Edition:
        """The edition to answer from. Raises ArtefactError while there is none."""
        edition = self._edition
        if edition is None:
            # Customers may read this: the reason, with its paths, is for the log alone.
            raise ArtefactError("no index is loaded, the log says why; the server takes one up when it is there")
        return edition

    @property
    def status(self) -> Status:
        """What answers now, and how taking up builds went."""
        return self._status

    def on_change(self, tell: Callable[[Status], None]) -> None:
        """Tell the status now and whenever it changes."""
        with self._looking:
            self._tell = tell
            tell(self._status)

    def _note(self, status: Status) -> None:
        if status != self._status:
            self._status = status
            self._tell(status)

    def start(self) -> None:
        """Watch in a thread of its own until `close`."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="live-edition", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop watching; what is loaded goes on answering."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(self._look_every):
            self.look()

    def look(self) -> None:
        """Take up the build that CURRENT names now, if it is another one. Raises nothing."""
        with self._looking:
            while self._due(stamp := _stamp(self._store.root / CURRENT)):
                self._seen = stamp
                try:
                    self._take_up(self._store.current())
                except Exception as error:  # the old edition goes on answering, whatever is wrong with the new one
                    # Published anew meanwhile: the build that failed may have been removed, and is wanted no more.
                    if _stamp(self._store.root / CURRENT) == stamp:
                        self._note_failure(error)
                        return

    def _due(self, stamp: _Stamp | None) -> bool:
        failed = self._status.failure is not None
        return stamp != self._seen or (failed and time.monotonic() >= self._again_at)

    def _take_up(self, build: str | None) -> None:
        before = self._edition
        if build is None or (before is not None and before.id == build):
            self._note(replace(self._status, failure=None))
            return
        start = time.perf_counter()
        edition = self._load(self._store.open(build), before)
        prove(edition)
        self._edition = edition
        swaps = self._status.swaps + (before is not None)
        self._note(Status(build, swaps, self._status.failures))
        _log.info(
            "build %s answers now%s; taken up in %.2f s",
            build,
            f" in place of {before.id}" if before else "",
            time.perf_counter() - start,
        )

    def _note_failure(self, error: Exception) -> None:
        self._again_at = time.monotonic() + self._again_after
        build: str | None = None
        with contextlib.suppress(ArtefactError):
            build = self._store.current()
        code = error.code if isinstance(error, TopayError) else "internal"
        failure = Failure(build or "?", code, str(error))
        if failure != self._status.failure:
            unforeseen = None if isinstance(error, TopayError) else error
            if self._edition is None:
                _log.error("build %s cannot be taken up: %s", failure.build, error, exc_info=unforeseen)
            else:
                message = "build %s cannot be taken up, %s goes on answering: %s"
                _log.error(message, failure.build, self._edition.id, error, exc_info=unforeseen)
        self._note(replace(self._status, failures=self._status.failures + 1, failure=failure))


def _stamp(file: Path) -> _Stamp | None:
    """Changes whenever the file is replaced; None while it is not there."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def prove(edition: Edition) -> None:
    """Ask one question in each language: a build that cannot decide raises here, not before a customer.

    It also does what would otherwise be done for the first customer, such as reading pages of the index from disk.
    """
    for language in LANGUAGES:
        title = next((article.title for article in edition.library if article.language == language), None)
        if title is not None:
            edition.answerer.decide(title, language)
