"""A change as a commit on a new branch of the git repository that the knowledge folder is in.

The files, the branch that is checked out and what is staged stay as they are: the commit is made of the last one and
the change, in an index of its own. Whoever reviews it merges it, or not.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from topay_bot.errors import KnowledgeError

_SECONDS = 30  # for one call of git: a repository on a slow disk
_EMAIL = "topay-bot@localhost"
# What would lead git to another repository or index than the folder's.
_LEADING = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A commit that waits for review."""

    branch: str
    commit: str  # its hash


def in_repository(root: Path) -> bool:
    """Whether a folder is in a git repository with at least one commit, so that `propose` can work."""
    try:
        _git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    except KnowledgeError:
        return False
    return True


def propose(root: Path, patch: str, branch: str, message: str, author: str) -> Proposal:
    """Commit a unified diff with paths from `root` on (see variants.unified_diff) on a new branch.

    Raises KnowledgeError when there is no repository, the name is taken or none, or the diff does not fit the last
    commit, as when a file has changes that are not committed.
    """
    head = _git(root, "rev-parse", "--verify", "HEAD^{commit}")
    _git(root, "check-ref-format", "--branch", branch)
    prefix = _git(root, "rev-parse", "--show-prefix")
    with tempfile.TemporaryDirectory(prefix="topay-propose-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        _git(root, "read-tree", head, env=index)
        where = [f"--directory={prefix}"] if prefix else []
        top = Path(_git(root, "rev-parse", "--show-toplevel"))
        _git(top, "apply", "--cached", "--whitespace=nowarn", *where, "-", env=index, given=patch)
        tree = _git(root, "write-tree", env=index)
    name = " ".join(author.replace("<", "").replace(">", "").split()) or "editor"
    people = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", name), ("EMAIL", _EMAIL))
    }
    commit = _git(root, "commit-tree", tree, "-p", head, "-F", "-", env=people, given=message)
    # An empty old value: the branch must not be there yet.
    _git(root, "update-ref", "-m", "topay-bot: propose a change", f"refs/heads/{branch}", commit, "")
    return Proposal(branch, commit)


def _git(folder: Path, *arguments: str, env: dict[str, str] | None = None, given: str | None = None) -> str:
    inherited = {name: value for name, value in os.environ.items() if name not in _LEADING}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            input=None if given is None else given.encode(),
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            timeout=_SECONDS,
            env={**inherited, "LC_ALL": "C", **(env or {})},
            check=False,
        )
    except FileNotFoundError:
        raise KnowledgeError("git is not installed; take the change as a patch instead") from None
    except subprocess.TimeoutExpired:
        raise KnowledgeError(f"git {arguments[0]} took more than {_SECONDS} s; take the change as a patch") from None
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip() or f"it ended with {done.returncode}"
        raise KnowledgeError(f"git {arguments[0]} refused in {folder}: {told}; take the change as a patch instead")
    return done.stdout.decode(errors="replace").strip()
