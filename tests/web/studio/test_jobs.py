"""Work in a process of its own, by real commands."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.sample import write_knowledge
from topay_bot.web.studio.jobs import Job, Jobs


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    made = Jobs(tmp_path / "studio")
    yield made
    made.close()


def done(jobs: Jobs, *command: str, key: str = "1", **options: object) -> Job:
    deadline = time.monotonic() + 60
    while (job := jobs.get("try", [key], command, {}, **options)).working:  # type: ignore[arg-type]
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return job


def test_what_a_command_gives_is_kept(jobs: Jobs, tmp_path: Path) -> None:
    write_knowledge(tmp_path / "knowledge")
    lint = ("lint", str(tmp_path / "knowledge"), "--format", "json")
    assert jobs.get("try", ["1"], lint, {}, fine=(0, 1)).working
    first = done(jobs, *lint, fine=(0, 1))
    assert first.result["articles"] == 9
    (tmp_path / "knowledge" / "payment" / "bind-card.zh.md").unlink()
    (tmp_path / "knowledge" / "payment" / "bind-card.en.md").unlink()
    assert done(jobs, *lint, fine=(0, 1)) == first  # under the same key
    assert Jobs(tmp_path / "studio").get("try", ["1"], lint, {}) == first  # another worker
    assert done(jobs, *lint, key="2", fine=(0, 1)).result["articles"] == 8
    assert not list((tmp_path / "studio").glob("*.working"))


def test_a_failure_is_told_and_tried_again_when_wanted(jobs: Jobs, tmp_path: Path) -> None:
    lint = ("lint", str(tmp_path / "knowledge"), "--format", "json")
    failed = done(jobs, *lint)
    assert failed.result is None and failed.failure is not None and "no knowledge folder" in failed.failure
    write_knowledge(tmp_path / "knowledge")
    assert done(jobs, *lint, fine=(0, 1)) == failed
    assert jobs.get("try", ["1"], lint, {}, fine=(0, 1), again=True).working
    assert done(jobs, *lint, fine=(0, 1)).result["articles"] == 9


def test_only_the_latest_are_kept(jobs: Jobs, tmp_path: Path) -> None:
    for number in range(10):
        (tmp_path / "studio").mkdir(exist_ok=True)
        old = tmp_path / "studio" / f"try-{number}.json"
        old.write_text("{}")
        os.utime(old, (number, number))
    done(jobs, "lint", str(tmp_path / "nowhere"))
    left = {file.name for file in (tmp_path / "studio").glob("*.json")}
    assert len(left) == 8 and "try-0.json" not in left and "try-9.json" in left


def test_work_of_a_server_that_was_killed_is_begun_again(jobs: Jobs, tmp_path: Path) -> None:
    other = Jobs(tmp_path / "studio")
    other.close()  # begins nothing
    assert other.get("try", ["1"], ["lint"], {}).working
    write_knowledge(tmp_path / "knowledge")
    lint = ("lint", str(tmp_path / "knowledge"), "--format", "json")
    jobs.get("try", ["1"], lint, {}, fine=(0, 1))
    (mark,) = (tmp_path / "studio").glob("*.working")
    done(jobs, *lint, fine=(0, 1))
    for file in (tmp_path / "studio").glob("*.json"):
        file.unlink()
    mark.touch()  # as a killed server leaves it
    assert jobs.get("try", ["1"], lint, {}, fine=(0, 1)).working
    assert len(list((tmp_path / "studio").glob("*"))) == 1  # nothing was begun: another may be at it
    os.utime(mark, (1, 1))
    assert done(jobs, *lint, fine=(0, 1)).result["articles"] == 9


def test_closing_ends_what_is_going_on(jobs: Jobs, tmp_path: Path) -> None:
    jobs.get("try", ["1"], ["lint", str(tmp_path)], {})
    jobs.close()
    deadline = time.monotonic() + 20
    while list((tmp_path / "studio").glob("*.working")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not list((tmp_path / "studio").glob("*.json"))
