"""The desk under load, in small: the accounts are right, whatever the times."""

from __future__ import annotations

from pathlib import Path

from benchmarks import desk


def test_every_message_is_counted_and_none_is_lost(tmp_path: Path) -> None:
    found = desk.run(tmp_path / "no index", customers=6, agents=2, seconds=1.0, rate=20.0)
    counts = [found[way]["messages"] for way in ("agent to customer", "customer to agent")]
    assert min(counts) > 0
    # Two notices of each conversation come before: that a person was asked for, and that one took it.
    assert found["stored"] == sum(counts) + 2 * 6
    assert (found["lost"], found["doubled"], found["out of order"]) == (0, 0, 0)


def test_an_arrival_may_come_before_the_answer() -> None:
    trips = desk.Trips()
    trips.ended("a")
    trips.begun("a", desk._clock())
    trips.begun("b", desk._clock())
    assert (len(trips.milliseconds), trips.under_way) == (1, 1)
    trips.ended("b")
    trips.ended("b")
    assert (len(trips.milliseconds), trips.under_way) == (2, 0)
