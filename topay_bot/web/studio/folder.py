"""The knowledge folder as it lies beside the server: drafts included, with what lint says of it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from topay_bot.builds.drafts import Snapshot, snapshot
from topay_bot.edition import Edition
from topay_bot.errors import KnowledgeError
from topay_bot.knowledge.article import Problem
from topay_bot.knowledge.library import Library, read_library
from topay_bot.settings import Settings
from topay_bot.web.studio.jobs import Job, Jobs


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What editors see: the folder's articles, or where it cannot be read those of the build that answers.

    `problems` are those of each file, by its path in the folder; all of them once `lint` is done.
    """

    library: Library
    from_folder: bool
    problems: Mapping[str, Sequence[Problem]] = field(default_factory=dict)
    lint: Job = field(default_factory=Job)
    failure: str | None = None  # why the folder cannot be read

    def problems_of(self, file: str) -> Sequence[Problem]:
        """Of one file, in order of line."""
        return self.problems.get(file, ())


class KnowledgeFolder:
    """Reads the folder when something in it changed, and has it linted apart: that takes seconds of computing."""

    def __init__(self, settings: Settings, jobs: Jobs) -> None:
        self._root = settings.knowledge
        self._jobs = jobs
        self._lock = threading.Lock()
        self._seen: Snapshot | None = None
        self._read: tuple[Library, list[Problem]] | KnowledgeError | None = None

    def __call__(self, edition: Edition) -> Knowledge:
        """The folder as it is now; `edition` stands in for a folder that is not there or cannot be used."""
        with self._lock:
            seen = snapshot(self._root)
            if self._read is None or seen != self._seen:
                try:
                    self._read = read_library(self._root)
                except KnowledgeError as error:
                    self._read = error
                self._seen = seen
            read = self._read
        if isinstance(read, KnowledgeError):
            there = self._root.is_dir()
            return Knowledge(edition.library, from_folder=False, failure=str(read) if there else None)
        library, problems = read
        digest = hashlib.sha256(repr(sorted(seen.items())).encode()).hexdigest()
        command = ("lint", str(self._root.absolute()), "--format", "json")
        lint = self._jobs.get("lint", (str(self._root.absolute()), digest), command, {}, fine=(0, 1))
        if lint.result is not None:
            problems = [Problem(**one) for one in lint.result["problems"]]
        return Knowledge(library, True, _by_file(problems), lint)


def _by_file(problems: Sequence[Problem]) -> Mapping[str, Sequence[Problem]]:
    found: dict[str, list[Problem]] = {}
    for problem in sorted(problems):
        found.setdefault(problem.file, []).append(problem)
    return found
