from pathlib import Path

import pytest

from topay_bot.retrieval.history import HISTORY, Entry, Event, History


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path)


def _add(history: History, event: Event, build: str, previous: str | None) -> None:
    history.append(Entry(event, build, previous, "2026-11-25T12:00:00+00:00"))


def test_what_was_written_is_read(history: History) -> None:
    entry = Entry(
        Event.PUBLISHED, "b", "a", "2026-11-25T12:00:00+00:00", {"zh": {"top1": 0.9}}, ("zh: fell",), "故意的"
    )
    history.append(entry)
    _add(history, Event.REFUSED, "c", "b")
    assert [found.build for found in history] == ["b", "c"]
    assert next(iter(history)) == entry


def test_a_half_line_of_a_killed_process_costs_that_line_only(history: History, tmp_path: Path) -> None:
    _add(history, Event.PUBLISHED, "a", None)
    with (tmp_path / HISTORY).open("ab") as file:
        file.write(b'{"event": "publi')
    _add(history, Event.PUBLISHED, "b", "a")
    assert [found.build for found in history] == ["a", "b"]


@pytest.mark.parametrize(
    ("events", "current", "way"),
    [
        ("", None, ""),
        ("p:a", "a", ""),
        ("p:a p:b p:c", "c", "ba"),
        ("p:a p:b p:c r:b", "b", "a"),
        ("p:a p:b p:c r:b r:a", "a", ""),
        ("p:a p:b p:c r:b p:d", "d", "ba"),
        ("p:a p:b p:a", "a", "b"),
        ("p:a p:b x:c t:d", "b", "a"),
        ("p:a p:b", "lost", "ba"),  # published, and killed before the journal was written
    ],
)
def test_the_way_back(history: History, events: str, current: str | None, way: str) -> None:
    kinds = {"p": Event.PUBLISHED, "r": Event.ROLLED_BACK, "x": Event.REFUSED, "t": Event.BUILT}
    before: str | None = None
    for event in events.split():
        kind, build = event.split(":")
        _add(history, kinds[kind], build, before)
        before = build if kind in "pr" else before
    assert history.way_back(current) == list(way)


def test_a_build_that_the_journal_missed_is_known_from_the_next_one(history: History) -> None:
    _add(history, Event.PUBLISHED, "a", None)
    _add(history, Event.PUBLISHED, "c", "b")
    assert history.way_back("c") == ["b", "a"]
