"""What is said about waiting, from known figures."""

from __future__ import annotations

import pytest

from topay_bot.answering.policy import Priority
from topay_bot.desk.waiting import estimate_seconds, raised


@pytest.mark.parametrize(
    ("position", "handling", "agents", "expected"),
    [
        (1, [60.0, 120.0, 180.0], 1, 120),
        (4, [60.0, 120.0, 180.0], 2, 240),
        (1, [60.0, 120.0], 1, None),  # two tell too little
        (1, [60.0] * 20, 0, None),  # nobody is there
    ],
)
def test_the_estimate(position: int, handling: list[float], agents: int, expected: int | None) -> None:
    assert estimate_seconds(position, handling, agents) == expected


def test_priorities_rise_one_step_and_no_further_than_urgent() -> None:
    assert [raised(one) for one in ("low", "normal", "high", "urgent")] == [
        Priority.NORMAL, Priority.HIGH, Priority.URGENT, Priority.URGENT,
    ]  # fmt: skip
