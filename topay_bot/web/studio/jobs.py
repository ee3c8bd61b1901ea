"""Work of seconds that pages show the result of: done by a command in a process of its own, and kept.

What it gives lies in a folder that all workers of a machine share, so that it is made once, under a key that names all
that it depends on: it never gets old, and the latest of each kind are kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from topay_bot.settings import PROGRESS_LINES
from topay_bot.subcommand import Subcommands

_KEPT = 8  # results of a kind
# The process tells of itself at least so often; after longer silence its server was killed.
_HEARTBEAT_SECONDS = 2.0
_ABANDONED_SECONDS = 15.0
_STEP = re.compile(r"(\d+) of (\d+)")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Where a piece of work stands: done when there is a `result`, given up when there is a `failure`."""

    result: Any = None
    failure: str | None = None
    share: float | None = None  # that is done, 0 to 1; None while nobody knows

    @property
    def working(self) -> bool:
        """Whether it is going on, or waits for other work to end."""
        return self.result is None and self.failure is None


class Jobs:
    """Begins work when its result is asked for the first time; one piece at a time, not to fill the machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = threading.Lock()
        self._lock = threading.Lock()  # over what follows
        self._begun: set[Path] = set()
        self._subcommands = Subcommands()
        self._closed = False

    def get(
        self,
        kind: str,
        key: Sequence[str],
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        fine: Sequence[int] = (0,),
        again: bool = False,
    ) -> Job:
        """What the command `topay-bot ...` gives as JSON; it is begun unless that is there, or on its way.

        `fine` are the exit statuses after which the output counts. After a failure only `again` begins anew.
        """
        file = self._folder / f"{kind}-{hashlib.sha256(repr(tuple(key)).encode()).hexdigest()[:24]}.json"
        kept = _read(file)
        if kept is not None and not (again and kept.failure is not None):
            return kept
        with self._lock:
            if file not in self._begun and not self._closed and self._claim(file):
                file.unlink(missing_ok=True)
                self._begun.add(file)
                work = (kind, file, command, environment, fine)
                threading.Thread(target=self._work, args=work, name=f"studio {kind}", daemon=True).start()
        return Job(share=_share(file))

    def close(self) -> None:
        """End what is going on, and begin nothing more."""
        with self._lock:
            self._closed = True
        self._subcommands.close()

    def _claim(self, file: Path) -> bool:
        """Whether the work is this process's: no other worker of the machine is at it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        mark = _mark(file)
        with contextlib.suppress(OSError):
            if time.time() - mark.stat().st_mtime > _ABANDONED_SECONDS:
                mark.unlink()
        try:
            mark.open("x").close()
        except FileExistsError:
            return False
        return True

    def _work(
        self, kind: str, file: Path, command: Sequence[str], environment: Mapping[str, str], fine: Sequence[int]
    ) -> None:
        alive = threading.Event()
        threading.Thread(target=_beat, args=(_mark(file), alive), name=f"studio {kind} beat", daemon=True).start()
        try:
            with self._turn:
                told = self._run(file, command, environment, fine)
            if told is not None:
                _write(file, told)
                self._forget(kind)
        except Exception:
            _log.exception("the work on %s did not end well", kind)
            with contextlib.suppress(OSError):
                _write(file, {"failure": "the server's log tells why"})
        finally:
            alive.set()
            with self._lock:
                self._begun.discard(file)
                _mark(file).unlink(missing_ok=True)

    def _run(
        self, file: Path, command: Sequence[str], environment: Mapping[str, str], fine: Sequence[int]
    ) -> Mapping[str, Any] | None:
        """The result or the failure; None when the server closes."""
        ended = self._subcommands.run(
            command, {**environment, PROGRESS_LINES: "1"}, took=lambda line: _tell(_mark(file), line)
        )
        if ended is None:
            return None
        if ended.status in fine:
            return {"result": json.loads(ended.output)}
        return {"failure": ended.said.rsplit("\n", 1)[-1] or f"it ended with {ended.status}"}

    def _forget(self, kind: str) -> None:
        found = sorted(self._folder.glob(f"{kind}-*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
        for old in found[_KEPT:]:
            old.unlink(missing_ok=True)


def _mark(file: Path) -> Path:
    """Lies beside the result while there is none, and holds how far the work is."""
    return file.with_suffix(".working")


def _beat(mark: Path, ended: threading.Event) -> None:
    while not ended.wait(_HEARTBEAT_SECONDS):
        with contextlib.suppress(OSError):
            os.utime(mark)


def _tell(mark: Path, line: str) -> bool:
    """Keep how far the work is, if that is what a line says."""
    step = _STEP.fullmatch(line.strip())
    if step is None:
        return False
    mark.write_text(str(int(step[1]) / max(1, int(step[2]))))
    return True


def _share(file: Path) -> float | None:
    try:
        return float(_mark(file).read_text())
    except (OSError, ValueError):
        return None


def _read(file: Path) -> Job | None:
    try:
        return Job(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write(file: Path, told: Mapping[str, Any]) -> None:
    """At once, so that nobody reads half of it."""
    draft = file.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    draft.replace(file)
