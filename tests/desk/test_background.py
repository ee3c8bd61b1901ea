from __future__ import annotations

import logging
import threading

import pytest

from tests.waiting import wait_until
from topay_bot.desk.background import Background


def test_it_goes_on_at_once_while_there_is_more() -> None:
    left = [3, 2, 1]
    work = Background("work", lambda: bool(left and left.pop()), every_seconds=3600)
    work.start()
    wait_until(lambda: not left)
    work.close()


def test_an_error_is_told_once_and_does_not_end_it(caplog: pytest.LogCaptureFixture) -> None:
    looks: list[int] = []

    def look() -> bool:
        looks.append(1)
        if len(looks) < 5:
            raise OSError("the database is away")
        return False

    with caplog.at_level(logging.ERROR):
        work = Background("work", look, every_seconds=0.001)
        work.start()
        wait_until(lambda: len(looks) > 6)
        work.close()
    assert caplog.text.count("work failed (OSError)") == 1


def test_closing_does_not_wait_for_a_look_that_hangs() -> None:
    begun, free = threading.Event(), threading.Event()

    def look() -> bool:
        begun.set()
        return free.wait(60)

    work = Background("work", look)
    work.start()
    assert begun.wait(10)
    work.close(timeout_seconds=0.01)
    free.set()
    Background("never started", look).close()
