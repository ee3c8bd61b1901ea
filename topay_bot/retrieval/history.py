"""What was done with the builds: a journal `index/history.jsonl`, one line for each event, only ever appended to.

The journal tells; `CURRENT` decides. A process killed between the two leaves a build current that the journal does
not name, and everything here allows for that.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from topay_bot.text import Language

HISTORY = "history.jsonl"


class Event(StrEnum):
    """What happened to a build."""

    BUILT = "built"  # and not published, as was asked
    PUBLISHED = "published"
    REFUSED = "refused"  # by the gate; it stays on disk
    ROLLED_BACK = "rolled-back"  # it is current again


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. `figures` are those of the judging questions, by language."""

    event: Event
    build: str
    previous: str | None  # the current build before
    time: str  # ISO 8601, UTC
    figures: Mapping[Language, Mapping[str, float]] = field(default_factory=dict)
    objections: tuple[str, ...] = ()  # of the gate: why it refused, or what was overruled
    why: str = ""  # in the words of whoever overruled the gate


def now() -> str:
    """The time of an event."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


class History:
    """The journal of one folder of builds. Whoever appends holds the lock of the folder."""

    def __init__(self, root: Path) -> None:
        self._file = root / HISTORY

    def append(self, entry: Entry) -> None:
        """Add a line, on the disk when this returns. A half line that a killed process left is closed first."""
        line = json.dumps(asdict(entry), ensure_ascii=False).encode() + b"\n"
        with self._file.open("ab+") as file:
            if file.tell() and not _ends_in_newline(file):
                line = b"\n" + line
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def __iter__(self) -> Iterator[Entry]:
        """All events, oldest first; lines that cannot be read are passed over."""
        try:
            lines = self._file.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        for line in lines:
            try:
                raw = json.loads(line)
                yield Entry(**{**raw, "event": Event(raw["event"]), "objections": tuple(raw["objections"])})
            except (ValueError, KeyError, TypeError):
                continue

    def way_back(self, current: str | None) -> list[str]:
        """The builds that were current before this one, the last first, each once: where rolling back leads.

        Rolling back twice goes back two builds, not to and fro: what was rolled back from is no way back.
        """
        trail: list[str] = []
        for entry in self:
            if entry.event is Event.ROLLED_BACK and entry.build in trail:
                while trail[-1] != entry.build:
                    trail.pop()
            elif entry.event in (Event.PUBLISHED, Event.ROLLED_BACK):
                trail += [build for build in (entry.previous, entry.build) if build is not None]
        return [build for build in dict.fromkeys(reversed(trail)) if build != current]


def _ends_in_newline(file: Any) -> bool:
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) == b"\n")
