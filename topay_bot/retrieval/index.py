"""Builds on disk: immutable folders `index/<build>/`, verified on load, the current one named by `index/CURRENT`.

A build is written into a hidden folder and renamed when whole; `CURRENT` is replaced by a rename as well. A
process killed at any moment leaves the current build as it was, and at most a hidden folder that the next
build sweeps away. Whoever changes the folder of builds holds its lock meanwhile, which the system takes back from
a process that dies: what lies there hidden when the lock is had was left by the dead.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from topay_bot.errors import ArtefactError
from topay_bot.retrieval.history import Entry, History

FORMAT = 8
MANIFEST = "manifest.json"
CURRENT = "CURRENT"
_LOCK = ".lock"
_HIDDEN = ".building-"
_AT_FDCWD = -100  # of linux/fcntl.h: paths are taken from the working directory
_RENAME_EXCHANGE = 2  # of linux/fs.h


@dataclass(frozen=True, slots=True)
class Build:
    """One verified build: its id, folder and manifest."""

    id: str
    folder: Path
    manifest: dict[str, Any]


class BuildStore:
    """The folder of builds."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.history = History(root)

    @contextlib.contextmanager
    def write(self, build: str, manifest: dict[str, Any]) -> Iterator[Path]:
        """A folder to write a build's files into; on leaving it is sealed with its manifest and put in place.

        When the block raises, nothing is left behind. A build that is already there is replaced.
        """
        with self._locked():
            self._sweep()
            folder = Path(tempfile.mkdtemp(prefix=_HIDDEN, dir=self.root))
            folder.chmod(0o755)
            try:
                yield folder
                self._put_in_place(folder, build, manifest)
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def _put_in_place(self, folder: Path, build: str, manifest: dict[str, Any]) -> None:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        sums = {path.relative_to(folder).as_posix(): _sha256(path) for path in files}
        whole = {"format": FORMAT, "build": build, **manifest, "files": sums}
        text = json.dumps({**whole, "seal": seal(whole)}, ensure_ascii=False, indent=1)
        (folder / MANIFEST).write_text(text, encoding="utf-8")
        for path in (*files, folder / MANIFEST):
            _sync(path)
        target = self.root / build
        if target.exists():
            _exchange(folder, target)  # the caller removes what was there before
        else:
            folder.rename(target)
        _sync(self.root)

    def publish(self, build: str) -> str | None:
        """Make a build the current one; it is verified first. Gives the build that was current before."""
        self.open(build)
        with self._locked():
            before = self._named()
            handle, name = tempfile.mkstemp(prefix=".CURRENT-", dir=self.root)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(build + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(self.root / CURRENT)
            _sync(self.root)
        return before

    def record(self, entry: Entry) -> None:
        """Write an event into the journal."""
        with self._locked():
            self.history.append(entry)

    def _named(self) -> str | None:
        try:
            return self.current()
        except ArtefactError:
            return None

    def current(self) -> str | None:
        """Id of the current build, or None before the first."""
        try:
            return (self.root / CURRENT).read_text(encoding="utf-8").strip() or None
        except (FileNotFoundError, NotADirectoryError):
            return None
        except UnicodeDecodeError:
            raise ArtefactError(f"{self.root / CURRENT} holds no build's name; run scripts/rebuild-index") from None

    def open(self, build: str | None = None) -> Build:
        """A build, the current one by default, after checking every file against its SHA-256.

        Raises ArtefactError naming the first file that is missing or altered.
        """
        build = build or self.current()
        if build is None:
            raise ArtefactError(f"no index in {self.root}; make one with scripts/rebuild-index or `topay-bot build`")
        folder = self.root / build
        if Path(build).name != build or not folder.is_dir():
            raise ArtefactError(f"no build {build!r} in {self.root}; `topay-bot build` makes one")
        return Build(build, folder, _verified(folder))

    def builds(self) -> list[str]:
        """Ids of the builds on disk, oldest first; not verified."""
        found = [path for path in self.root.glob("*/" + MANIFEST) if not path.parent.name.startswith(".")]
        return [path.parent.name for path in sorted(found, key=lambda path: (path.stat().st_mtime_ns, path))]

    def forget_old(self, keep: int, *, spare: Collection[str] = ()) -> None:
        """Remove the oldest builds beyond `keep`, and what killed builds left; never the current one, nor `spare`."""
        with self._locked():
            self._sweep()
            spared = {self._named(), *spare}
            builds = self.builds()
            free = [build for build in builds if build not in spared]
            for build in free[: max(0, len(builds) - keep)]:
                shutil.rmtree(self.root / build, ignore_errors=True)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock of the folder of builds; another process that changes it is waited for."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / _LOCK).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _sweep(self) -> None:
        """Remove what killed builds left. The caller holds the lock, so nobody is at work on any of it."""
        for path in self.root.glob(f"{_HIDDEN}*"):
            shutil.rmtree(path, ignore_errors=True)
        for path in self.root.glob(".CURRENT-*"):
            path.unlink(missing_ok=True)


def seal(manifest: dict[str, Any]) -> str:
    """SHA-256 over a manifest's own content, without the seal itself."""
    content = {key: value for key, value in manifest.items() if key != "seal"}
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _verified(folder: Path) -> dict[str, Any]:
    again = "make the index again with scripts/rebuild-index"
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        sums = dict(manifest["files"])
        if manifest.pop("seal") != seal(manifest):
            raise ValueError("seal")
    except FileNotFoundError:
        raise ArtefactError(f"{folder / MANIFEST} is missing; {again}") from None
    except (ValueError, KeyError, TypeError):
        raise ArtefactError(f"{folder / MANIFEST} is damaged; {again}") from None
    if manifest.get("format") != FORMAT:
        raise ArtefactError(f"{folder} has format {manifest.get('format')}, this version reads {FORMAT}; {again}")
    for name, expected in sums.items():
        path = folder / name
        if not path.is_file():
            raise ArtefactError(f"{path} is missing; {again}")
        got = _sha256(path)
        if got != expected:
            raise ArtefactError(f"{path} was altered: SHA-256 is {got[:12]}..., expected {expected[:12]}...; {again}")
    return dict(manifest)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _exchange(one: Path, other: Path) -> None:
    """Swap two folders in one step, so that no moment is without either.

    renameat2(2) with RENAME_EXCHANGE; where the system lacks it, three renames with a moment between them.
    """
    swap = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if swap is not None and not swap(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE):
        return
    aside = one.with_name(one.name + "-aside")
    other.rename(aside)
    one.rename(other)
    aside.rename(one)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
