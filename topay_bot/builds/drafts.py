"""Answers from the knowledge folder while it is being written: `topay-bot serve --watch`.

A thread looks at the folder; what was saved is rebuilt into a draft edition, which answers from then on in place of
the published one. The draft is this process's alone: CURRENT, and with it every other server, stays as it is. What
cannot be built leaves the edition before answering, and says file and line. Lint follows once the draft answers, in a
process of its own that is ended when something else is saved meanwhile.

A look is a stat(2) of every file, 1.4 ms for the 316 files of the project's knowledge. Like live.py this works on
network drives, in container mounts and for every editor program, where inotify and its like tell nothing or too much;
a larger folder is looked at less often, so that looking takes a tenth of one core at most.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from topay_bot.builds.live import EditionSource, Status, prove
from topay_bot.edition import Edition
from topay_bot.errors import ArtefactError, KnowledgeError, TopayError
from topay_bot.subcommand import Subcommands

_log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 0.15
# Programs save in several steps, and "save all" writes many files: they are taken together once nothing changes from
# one look to the next, or after this long in a folder that never rests.
_GATHER_AT_MOST_SECONDS = 2.0
_LOOKING_SHARE = 0.1  # of one core, at most
_KINDS = frozenset({".md", ".toml", ".txt", ".jsonl"})
_SHOWN = 50  # lines of a report, on the terminal

Snapshot = Mapping[str, tuple[int, int, int]]
# An edition of what lies in the folder. The first argument is the edition that answers now, whose parts may be taken
# over. Raises TopayError when the folder cannot be used as it is.
Rebuild = Callable[[Edition | None, Path], Edition]
# What lint finds in the folder, a line each; None when the second argument said that it is wanted no more.
Check = Callable[[Path, Callable[[], bool]], tuple[str, ...] | None]


class Phase(StrEnum):
    """What the watch is doing."""

    UPDATING = "updating"  # something was saved and is being rebuilt
    CHECKING = "checking"  # the edition answers, lint is still reading
    RESTING = "resting"  # waiting for the next change


@dataclass(frozen=True, slots=True)
class Draft:
    """Where the watch stands. `errors` are why what was saved last cannot answer, `advice` is what lint found."""

    phase: Phase = Phase.UPDATING
    changed: tuple[str, ...] = ()  # files of the last change, relative to the folder
    seconds: float = 0.0  # that the last rebuild took
    errors: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


class DraftEdition:
    """The edition of what lies in a knowledge folder; until there is one, and when nothing differs, the published one.

    An EditionSource like the `live` edition it stands before.
    """

    def __init__(
        self,
        live: EditionSource,
        knowledge: Path,
        rebuild: Rebuild,
        check: Check,
        *,
        look_every_seconds: float = LOOK_EVERY_SECONDS,
    ) -> None:
        self._live = live
        self._knowledge = knowledge
        self._rebuild = rebuild
        self._check = check
        self._look_every = look_every_seconds
        self._edition: Edition | None = None
        self._draft = Draft()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self) -> Edition:
        """The edition to answer from. Raises ArtefactError while there is none."""
        return self._edition or self._live()

    @property
    def status(self) -> Status:
        """What answers now."""
        status = self._live.status
        return status if self._edition is None else replace(status, build=self._edition.id)

    @property
    def draft(self) -> Draft:
        """Where the watch stands."""
        return self._draft

    @property
    def published(self) -> bool:
        """Whether what answers is what is published."""
        return self._edition is None or self._edition.id == self._live.status.build

    def on_change(self, tell: Callable[[Status], None]) -> None:
        """See EditionSource; drafts are not told."""
        self._live.on_change(tell)

    def start(self) -> None:
        """Watch in a thread of its own until `close`. What lies in the folder already is built at once."""
        self._live.start()
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="drafts", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop watching; what is loaded goes on answering."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._live.close()

    def _watch(self) -> None:
        seen: Snapshot | None = None
        pause = self._look_every
        while not self._stop.wait(pause):
            start = time.perf_counter()
            found = snapshot(self._knowledge)
            pause = max(self._look_every, (time.perf_counter() - start) / _LOOKING_SHARE)
            if found == seen:
                continue
            found = self._settled(found, pause)
            changed = () if seen is None else _differing(seen, found)
            seen = found
            if self._update(changed):
                self._lint(lambda seen=seen: self._stop.is_set() or snapshot(self._knowledge) != seen)  # type: ignore[misc]

    def _settled(self, found: Snapshot, pause: float) -> Snapshot:
        """The folder once two looks find the same."""
        end = time.monotonic() + _GATHER_AT_MOST_SECONDS
        while time.monotonic() < end and not self._stop.wait(pause):
            before, found = found, snapshot(self._knowledge)
            if before == found:
                break
        return found

    def _update(self, changed: tuple[str, ...]) -> bool:
        """Rebuild, and let the draft answer. Whether there is something to lint."""
        self._draft = replace(self._draft, phase=Phase.UPDATING, changed=changed)
        start = time.perf_counter()
        try:
            before = self._before()
            edition = self._rebuild(before, self._knowledge)
            prove(edition)
        except Exception as error:  # the edition before goes on answering, whatever is wrong with what was saved
            self._fail(error, changed)
            return False
        seconds = time.perf_counter() - start
        # The very same need not be in memory twice.
        self._edition = before if before is not None and before.id == edition.id else edition
        self._draft = Draft(Phase.CHECKING, changed, round(seconds, 2))
        _log.info("%s", self._told(before, edition, seconds, changed))
        return True

    def _before(self) -> Edition | None:
        try:
            return self()
        except ArtefactError:
            return None

    def _fail(self, error: Exception, changed: tuple[str, ...]) -> None:
        if isinstance(error, TopayError):
            lines = error.problems if isinstance(error, KnowledgeError) else ()
            errors = lines or (str(error),)
            _log.error("%scannot be used yet, what was before goes on answering:\n%s", _names(changed), _shown(errors))
        else:
            errors = ("something unforeseen; the terminal has it",)
            _log.error("%scannot be built, what was before goes on answering", _names(changed), exc_info=error)
        self._draft = Draft(Phase.RESTING, changed, 0.0, errors)

    def _told(self, before: Edition | None, edition: Edition, seconds: float, changed: tuple[str, ...]) -> str:
        if before is not None and before.id == edition.id:
            if changed:
                return f"{_names(changed)}nothing changes for customers (a `draft: true` or a date may keep it back)"
            return f"what lies in {self._knowledge} is build {edition.id}, which answers already; save a file to go on"
        return f"{_names(changed)}draft {edition.id} answers after {seconds:.1f} s; not published"

    def _lint(self, unwanted: Callable[[], bool]) -> None:
        advice: tuple[str, ...] | None
        try:
            advice = self._check(self._knowledge, unwanted)
        except Exception as error:
            _log.error("lint did not end well", exc_info=error)
            advice = ()
        if advice is None:
            return  # what was saved meanwhile is taken up first
        self._draft = replace(self._draft, phase=Phase.RESTING, advice=advice)
        if advice:
            _log.warning("lint, %d to mend:\n%s", len(advice), _shown(advice))
        else:
            _log.info("lint: nothing to mend")


def snapshot(root: Path) -> Snapshot:
    """Every file of the folder that a build or lint reads, with what changes whenever it is written."""
    found: dict[str, tuple[int, int, int]] = {}
    folders = [str(root)]
    while folders:
        # Folders and files may vanish while they are looked at.
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                with contextlib.suppress(OSError):
                    if entry.is_dir():
                        folders.append(entry.path)
                    elif os.path.splitext(entry.name)[1] in _KINDS:  # noqa: PTH122  # a Path for each would cost more
                        stat = entry.stat()
                        shown = entry.path[len(str(root)) + 1 :]
                        found[shown] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return found


def lint_apart(knowledge: Path, unwanted: Callable[[], bool]) -> tuple[str, ...] | None:
    """See Check. In a process of its own: it takes seconds of computing, which answers and rebuilds need."""
    ended = Subcommands().run(["lint", str(knowledge.absolute()), "--format", "json"], unwanted=unwanted)
    if ended is None:
        return None
    if not ended.output.strip():
        return (ended.said,)
    return tuple("{file}:{line}: {rule}: {message}".format(**one) for one in json.loads(ended.output)["problems"])


def _differing(one: Snapshot, other: Snapshot) -> tuple[str, ...]:
    return tuple(sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name)))


def _names(changed: tuple[str, ...]) -> str:
    more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
    return f"{', '.join(changed[:3])}{more}: " if changed else ""


def _shown(lines: tuple[str, ...]) -> str:
    more = f"\n  ... and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return "\n".join(f"  {line}" for line in lines[:_SHOWN]) + more
