"""Commands in processes of their own, by real ones."""

import os
import threading
from pathlib import Path

import pytest

from tests.samples import copy_knowledge
from tests.waiting import wait_until
from topay_bot.subcommand import Ended, Subcommands


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_knowledge(tmp_path_factory.mktemp("subcommand") / "knowledge", ("refund-how-long",))


def test_its_output_and_what_it_said_are_given(knowledge: Path, tmp_path: Path) -> None:
    ended = Subcommands().run(["lint", str(knowledge), "--format", "json"])
    assert ended is not None
    assert ended.output.startswith(b"{")
    assert ended.said == ""
    failed = Subcommands().run(["lint", str(tmp_path / "none")])
    assert failed is not None
    assert failed.status == 1
    assert "no knowledge folder" in failed.said


def test_lines_that_were_taken_are_not_said(tmp_path: Path) -> None:
    heard: list[str] = []
    ended = Subcommands().run(["lint", str(tmp_path / "none")], took=lambda line: heard.append(line) or True)
    assert ended is not None
    assert ended.said == ""
    assert "no knowledge folder" in "".join(heard)


def test_it_has_its_environment_and_the_lowest_priority() -> None:
    ended: list[Ended | None] = []
    subcommands = Subcommands()
    work = ["build", "--knowledge", "/dev/null/none"]
    thread = threading.Thread(target=lambda: ended.append(subcommands.run(work, {"TOPAY_PORT": "many"})))
    priority: list[int] = []
    thread.start()
    wait_until(lambda: subcommands.running)
    (process,) = subcommands._running
    wait_until(lambda: process.poll() is not None or priority.append(_priority(process.pid)) or priority[-1] == 19)
    thread.join()
    assert priority[-1] == 19
    assert ended[0] is not None
    assert "many" in ended[0].said


def _priority(pid: int) -> int:
    try:
        return os.getpriority(os.PRIO_PROCESS, pid)
    except ProcessLookupError:
        return 19


def test_what_nobody_wants_any_more_is_ended(knowledge: Path) -> None:
    assert Subcommands().run(["lint", str(knowledge)], unwanted=lambda: True) is None


def test_closing_ends_what_is_going_on_and_begins_nothing_more(knowledge: Path) -> None:
    subcommands, ended = Subcommands(), []
    threads = [
        threading.Thread(target=lambda: ended.append(subcommands.run(["lint", str(knowledge)]))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(subcommands._running) == 2)
    subcommands.close()
    for thread in threads:
        thread.join(20)
    assert ended == [None, None]
    assert not subcommands.running
    assert subcommands.run(["lint", str(knowledge)]) is None
