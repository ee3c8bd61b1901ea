"""What the watch of a knowledge folder makes of what is saved; with a real folder, and a rebuild that only reads."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import wait_until
from topay_bot.builds.drafts import DraftEdition, Phase, lint_apart, snapshot
from topay_bot.builds.live import Status
from topay_bot.errors import KnowledgeError


@dataclass(eq=False)
class _Edition:
    """As much of an edition as the watch needs: named after what it was made of."""

    id: str
    library: tuple[Any, ...] = ()


class _Published:
    """The live edition before which drafts stand."""

    status = Status("published")

    def __call__(self) -> Any:
        return _Edition("published")

    def start(self) -> None: ...
    def close(self) -> None: ...
    def on_change(self, tell: Callable[[Status], None]) -> None: ...


class _Rebuild:
    """An edition named after the content of the folder; `wrong` in a file cannot be built."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.error: Exception | None = None

    def __call__(self, before: Any, knowledge: Path) -> Any:
        content = " ".join(file.read_text(encoding="utf-8") for file in sorted(knowledge.rglob("*.md")))
        if self.error is not None:
            raise self.error
        if "wrong" in content:
            raise KnowledgeError("one problem", ["a/b.zh.md:3: front-matter: not valid YAML"])
        self.made.append(content)
        return _Edition(content)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "k" / "a").mkdir(parents=True)
    _write(tmp_path / "k", "published")
    return tmp_path / "k"


@pytest.fixture
def rebuild() -> _Rebuild:
    return _Rebuild()


Watch = Callable[..., DraftEdition]


@pytest.fixture
def watch(folder: Path, rebuild: _Rebuild) -> Iterator[Watch]:
    started: list[DraftEdition] = []

    def start(check: Any = lambda knowledge, unwanted: ()) -> DraftEdition:
        started.append(DraftEdition(_Published(), folder, rebuild, check, look_every_seconds=0.02))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.close()


def _write(folder: Path, text: str, name: str = "b") -> None:
    draft = folder / f"{name}.unsaved"
    draft.write_text(text, encoding="utf-8")
    draft.replace(folder / "a" / f"{name}.zh.md")  # at once: on a busy machine a look fell between emptying and writing


def _rests(drafts: DraftEdition, build: str) -> Callable[[], bool]:
    return lambda: drafts.draft.phase is Phase.RESTING and drafts().id == build


def test_what_is_saved_answers_and_is_not_published(folder: Path, rebuild: _Rebuild, watch: Watch) -> None:
    drafts = watch()
    wait_until(_rests(drafts, "published"))
    assert drafts.published
    _write(folder, "one")
    wait_until(_rests(drafts, "one"))
    assert (drafts.status.build, drafts.published, drafts.draft.changed) == ("one", False, ("a/b.zh.md",))
    _write(folder, "published")
    wait_until(_rests(drafts, "published"))
    assert drafts.published
    (folder / "a" / "b.zh.md").unlink()
    wait_until(_rests(drafts, ""))
    assert rebuild.made == ["published", "one", "published", ""]


def test_what_cannot_be_built_leaves_the_last_draft_answering(
    folder: Path, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    drafts = watch()
    _write(folder, "one")
    wait_until(_rests(drafts, "one"))
    with caplog.at_level(logging.INFO):
        _write(folder, "wrong")
        wait_until(lambda: drafts.draft.errors == ("a/b.zh.md:3: front-matter: not valid YAML",))
        assert drafts().id == "one"
        assert "a/b.zh.md:3: front-matter" in caplog.text
        _write(folder, "two")
        wait_until(_rests(drafts, "two"))
    assert drafts.draft.errors == ()


def test_what_nobody_foresaw_is_told_on_the_terminal_only(
    folder: Path, rebuild: _Rebuild, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    rebuild.error = RuntimeError("/a/path/of/ours")
    drafts = watch()
    wait_until(lambda: bool(drafts.draft.errors))
    assert "/a/path/of/ours" not in drafts.draft.errors[0]
    assert "/a/path/of/ours" in caplog.text
    rebuild.error = None
    _write(folder, "one")
    wait_until(_rests(drafts, "one"))


def test_a_burst_is_one_rebuild(folder: Path, rebuild: _Rebuild, watch: Watch) -> None:
    """Thirty files that are there between two looks, as "save all" leaves them."""
    drafts = watch()
    wait_until(_rests(drafts, "published"))
    for number in range(30):
        _write(folder, "x", f"c{number}")
    everything = " ".join(["published", *["x"] * 30])
    wait_until(_rests(drafts, everything))
    # A look may fall into the middle of the writing, and the next then finds more: never one rebuild for each file.
    assert len(rebuild.made) <= 4


def test_lint_follows_and_is_given_up_when_something_else_is_saved(folder: Path, watch: Watch) -> None:
    begun, given_up = threading.Event(), threading.Event()

    def check(knowledge: Path, unwanted: Callable[[], bool]) -> tuple[str, ...] | None:
        if "one" in (knowledge / "a" / "b.zh.md").read_text(encoding="utf-8"):
            begun.set()
            wait_until(unwanted)
            given_up.set()
            return None
        return ("a/b.zh.md:1: no-owner: owner is missing",)

    drafts = watch(check)
    wait_until(lambda: bool(drafts.draft.advice))
    _write(folder, "one")
    wait_until(begun.is_set)
    assert (drafts().id, drafts.draft.phase, drafts.draft.advice) == ("one", Phase.CHECKING, ())
    _write(folder, "two")
    wait_until(_rests(drafts, "two"))
    assert given_up.is_set()
    assert drafts.draft.advice == ("a/b.zh.md:1: no-owner: owner is missing",)


def test_only_what_a_build_reads_is_looked_at(folder: Path) -> None:
    before = snapshot(folder)
    for name in (".b.zh.md.swp", "b.zh.md~", ".git/config.toml", "4913"):
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("x")
    assert snapshot(folder) == before
    for name in ("facts.toml", "background.zh.txt", "calibration.en.jsonl", "a/new.en.md"):
        (folder / name).write_text("x")
    assert len(snapshot(folder)) == len(before) + 4
    assert snapshot(folder / "nowhere") == {}


def test_lint_in_a_process_of_its_own(folder: Path) -> None:
    _write(folder, "no front matter")
    assert lint_apart(folder, lambda: True) is None
    found = lint_apart(folder, lambda: False)
    assert found is not None
    assert any(line.startswith("a/b.zh.md:1: ") for line in found)
    (folder / "facts.toml").write_text("not = = toml")
    found = lint_apart(folder, lambda: False)
    assert found is not None
    assert "facts.toml" in found[0]
