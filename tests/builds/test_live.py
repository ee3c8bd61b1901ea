import gc
import logging
import shutil
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import wait_until
from topay_bot.builds.live import LiveEdition
from topay_bot.errors import ArtefactError
from topay_bot.retrieval.index import CURRENT, Build, BuildStore


@dataclass(frozen=True, eq=False)
class _Article:
    title: str = "退款"
    language: str = "zh"


@dataclass(eq=False)
class _Edition:
    """As much of an edition as the live one needs; it answers, or raises what it was told to."""

    id: str
    error: Exception | None = None
    library: tuple[_Article, ...] = (_Article(),)
    asked: list[str] = field(default_factory=list)

    @property
    def answerer(self) -> "_Edition":
        return self

    def decide(self, question: str, language: str) -> None:
        if self.error is not None:
            raise self.error
        self.asked.append(question)


class _Loader:
    """Makes editions and keeps none of them."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.before: list[str | None] = []
        self.errors: dict[str, Exception] = {}
        self.on_load: Callable[[str], None] = lambda build: None

    def __call__(self, build: Build, before: Any) -> Any:
        self.loaded.append(build.id)
        self.before.append(before.id if before else None)
        self.on_load(build.id)
        return _Edition(build.id, self.errors.get(build.id))


@pytest.fixture
def store(tmp_path: Path) -> BuildStore:
    store = BuildStore(tmp_path / "index")
    for build in ("one", "two", "three"):
        with store.write(build, {}) as folder:
            (folder / "a.txt").write_text(build)
    return store


@pytest.fixture
def loader() -> _Loader:
    return _Loader()


def _live(store: BuildStore, loader: _Loader, **more: float) -> LiveEdition:
    return LiveEdition(store, loader, look_every_seconds=0.01, **more)


def test_a_build_is_taken_up_once_and_asked_before_it_answers(store: BuildStore, loader: _Loader) -> None:
    store.publish("one")
    live = _live(store, loader)
    live.look()
    live.look()
    assert (live().id, live.status.build, live.status.swaps) == ("one", "one", 0)
    assert live().asked == ["退款"]  # type: ignore[attr-defined]  # a stand-in
    store.publish("two")
    live.look()
    assert (live().id, live.status.swaps) == ("two", 1)
    assert (loader.loaded, loader.before) == (["one", "two"], [None, "one"])


def test_the_same_build_published_again_is_not_loaded_again(store: BuildStore, loader: _Loader) -> None:
    live = _live(store, loader)
    for _ in range(3):
        store.publish("one")
        live.look()
    assert loader.loaded == ["one"]


def test_the_thread_takes_up_what_appears_and_ends_when_told_to(store: BuildStore, loader: _Loader) -> None:
    live = _live(store, loader)
    live.look()
    with pytest.raises(ArtefactError, match="no index is loaded"):
        live()
    live.start()
    store.publish("one")
    wait_until(lambda: live.status.build == "one")
    store.publish("two")
    wait_until(lambda: live.status.build == "two")
    live.close()
    store.publish("three")
    assert live().id == "two"
    assert "live-edition" not in [thread.name for thread in threading.enumerate()]


def test_the_old_edition_is_freed_after_its_last_request(store: BuildStore, loader: _Loader) -> None:
    store.publish("one")
    live = _live(store, loader)
    live.look()
    request = live()
    freed = weakref.ref(request)
    gc.disable()  # it must not take a collection
    try:
        store.publish("two")
        live.look()
        assert freed() is not None
        assert request.id == "one"
        del request
        assert freed() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("error", [None, RuntimeError("broken inside")], ids=["damaged", "cannot decide"])
def test_a_build_that_cannot_be_taken_up_leaves_the_old_one_answering(
    store: BuildStore, loader: _Loader, error: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    store.publish("one")
    live = _live(store, loader)
    live.look()
    store.publish("two")
    if error is None:
        (store.root / "two" / "a.txt").write_text("altered")
    else:
        loader.errors["two"] = error
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            live.look()
    assert live().id == "one"
    assert (live.status.build, live.status.failures) == ("one", 1)
    assert live.status.failure is not None
    assert (live.status.failure.build, live.status.failure.code) == ("two", "internal" if error else "artefact")
    (record,) = caplog.records
    assert "build two cannot be taken up, one goes on answering" in record.getMessage()
    assert ("broken inside" if error else "a.txt was altered") in record.getMessage()

    store.publish("three")
    live.look()
    assert (live().id, live.status.failure, live.status.failures) == ("three", None, 1)


def test_going_back_to_the_build_that_answers_ends_the_failure(store: BuildStore, loader: _Loader) -> None:
    store.publish("one")
    live = _live(store, loader)
    live.look()
    loader.errors["two"] = RuntimeError("broken inside")
    store.publish("two")
    live.look()
    assert live.status.failure is not None
    store.publish("one")
    live.look()
    assert live.status.failure is None
    assert loader.loaded == ["one", "two"]


def test_a_failure_that_passes_is_tried_again(store: BuildStore, loader: _Loader) -> None:
    loader.errors["one"] = MemoryError()
    store.publish("one")
    live = _live(store, loader, again_after_seconds=0.0)
    live.look()
    live.look()
    assert live.status.failures == 2
    loader.errors.clear()
    live.look()
    assert live().id == "one"


def test_a_build_removed_while_it_is_loaded_because_another_was_published(
    store: BuildStore, loader: _Loader, caplog: pytest.LogCaptureFixture
) -> None:
    """What a slow loader meets: the build is gone, and CURRENT names the next one. That is no failure."""
    store.publish("one")
    live = _live(store, loader)

    def overtaken(build: str) -> None:
        if build == "one":
            store.publish("two")
            shutil.rmtree(store.root / "one")
            raise FileNotFoundError(store.root / "one")

    loader.on_load = overtaken
    with caplog.at_level(logging.ERROR):
        live.look()
    assert live().id == "two"
    assert live.status.failures == 0
    assert not caplog.records


def test_nonsense_in_current_and_no_current_at_all_change_nothing(store: BuildStore, loader: _Loader) -> None:
    store.publish("one")
    live = _live(store, loader)
    live.look()
    (store.root / CURRENT).write_bytes(b"\xff\xfe\x00\x00\x00\x00")
    live.look()
    assert live().id == "one"
    assert live.status.failure is not None
    (store.root / CURRENT).unlink()
    live.look()
    assert live().id == "one"
