"""Which gaps are set aside, and when they come back."""

from __future__ import annotations

import pytest

from tests.learning.gaps import HOUR, NOW, findings, gap
from topay_bot.learning.dismissing import dismissal_of, has_grown, is_of, sort
from topay_bot.learning.findings import Findings, is_masked


@pytest.mark.parametrize(
    ("now", "same"),
    [
        (["Pay by watch!", "watch payments"], True),
        (["watch payments", "pay with my watch"], True),  # half of them
        (["watch payments", "pay with my watch", "smart watch"], True),  # half of the fewer
        (["a watch"], False),
    ],
)
def test_a_gap_is_known_by_its_wordings(now: list[str], same: bool) -> None:
    dismissal = dismissal_of(gap("pay by watch", "watch payments"), "Mei", NOW)
    assert is_of(dismissal, gap(*now, id_="g-2")) is same


@pytest.mark.parametrize(("before", "since", "back"), [(3, 4, False), (3, 5, True), (9, 8, False), (9, 9, True)])
def test_it_comes_back_when_as_many_customers_again_asked(before: int, since: int, back: bool) -> None:
    dismissal = dismissal_of(gap("watch", arrivals=[NOW - HOUR] * before), "Mei", NOW)
    grown = gap("watch", arrivals=[NOW - HOUR] * before + [NOW + HOUR] * since)
    assert has_grown(dismissal, grown) is back
    other = gap("bus", id_="g-2")
    there = sort([grown, other], [dismissal])
    assert list(there.open) == ([grown, other] if back else [other])
    assert list(there.dismissed) == ([] if back else [(grown, dismissal)])
    assert there.back == ({"g-1": dismissal} if back else {})


def test_the_newest_dismissal_counts() -> None:
    one = gap("watch", arrivals=[NOW - HOUR, *[NOW + HOUR] * 5])
    old, new = dismissal_of(gap("watch"), "Mei", NOW), dismissal_of(one, "Lin", NOW + 2 * HOUR)
    assert sort([one], [old]).open
    assert sort([one], [old, new]).dismissed == [(one, new)]


def test_what_was_found_is_written_and_read_again() -> None:
    found = findings(gap("pay by watch", "watch"), gap("bus", id_="g-2"))
    assert Findings.from_json(found.to_json()) == found
    assert found.gap("g-2") == found.gaps[1]
    assert found.gap("g-3") is None


def test_masked_wordings_go_into_no_article() -> None:
    assert is_masked("call [phone]")
    assert not is_masked("call [me]")
    assert gap("call [phone]", "call me", "call us").questions(1) == {"en": ["call me"]}
