"""Workers that tell one another what happened."""

from __future__ import annotations

import asyncio
import logging
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from topay_bot.web.events.neighbours import Neighbours, Word


@pytest.fixture
def folder() -> Iterator[Path]:
    """As short as the server's: a socket's path has at most 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="topay-") as made:
        yield Path(made)


def test_all_others_hear_and_the_teller_does_not(folder: Path) -> None:
    async def scene() -> None:
        one, two, three = (Neighbours(folder) for _ in range(3))
        heard: asyncio.Queue[tuple[str, Word]] = asyncio.Queue()
        with (
            one.listening(lambda word: heard.put_nowait(("one", word))),
            two.listening(lambda word: heard.put_nowait(("two", word))),
            three.listening(lambda word: heard.put_nowait(("three", word))),
        ):
            one.tell("changed", "c1", 7)
            got = [await asyncio.wait_for(heard.get(), 10) for _ in range(2)]
            assert sorted(got) == [("three", ("changed", "c1", 7)), ("two", ("changed", "c1", 7))]
            two.tell("typing", "c2")
            got = [await asyncio.wait_for(heard.get(), 10) for _ in range(2)]
            assert sorted(got) == [("one", ("typing", "c2", 0)), ("three", ("typing", "c2", 0))]
        one.tell("changed", "c1")  # nobody listens any more
        assert list(folder.iterdir()) == []

    asyncio.run(scene())


def test_the_dead_are_cleared_away(folder: Path) -> None:
    async def scene() -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as dead:
            dead.bind(str(folder / "dead.sock"))
        one = Neighbours(folder)
        with one.listening(lambda word: None):
            one.tell("changed", "c1")
            assert not (folder / "dead.sock").exists()

    asyncio.run(scene())


def test_whoever_cannot_be_reached_serves_all_the_same(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        far = folder / ("x" * 120)
        far.mkdir()
        alone = Neighbours(far)
        with alone.listening(lambda word: None):
            alone.tell("changed", "c1")

    with caplog.at_level(logging.WARNING):
        asyncio.run(scene())
    assert "look for it" in caplog.text


def test_a_single_process_is_alone() -> None:
    async def scene() -> None:
        alone = Neighbours()
        with alone.listening(lambda word: None):
            alone.tell("changed", "c1")

    asyncio.run(scene())
