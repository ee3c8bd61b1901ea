"""What was asked in vain, read from real databases that a real desk wrote."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from tests.history import CHARITY, NUMBER, REFUND, History
from topay_bot.chat.missed import Miss
from topay_bot.errors import SettingsError
from topay_bot.storage.missed import missed_questions

YESTERDAY = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)


def test_questions_asked_in_vain_and_how(history: History) -> None:
    found = missed_questions(history.url, YESTERDAY, 100)
    assert [one.miss for one in found[-2:]] == [Miss.UNHELPFUL, Miss.CORRECTED]
    assert [(one.text, one.shown) for one in found[-2:]] == [(REFUND, "refund-how-long")] * 2
    assert found[-1].right == "refund-request"
    assert {one.miss for one in found[:-2]} <= {Miss.UNANSWERED, Miss.UNCHOSEN}
    assert [one.text for one in found[:3]] == list(CHARITY[:3])
    assert NUMBER not in found[3].text
    assert [one.customer == "c-1" for one in found[:4]] == [True, True, False, False]
    assert found[2].customer != found[3].customer
    assert len(found) == 6
    assert missed_questions(history.url, YESTERDAY, 1) == found[-1:]
    assert missed_questions(history.url, YESTERDAY + datetime.timedelta(days=2), 9) == []


def test_a_database_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite3").touch()
    with pytest.raises(SettingsError, match="cannot be read"):
        missed_questions(f"sqlite:///{tmp_path / 'empty.sqlite3'}", YESTERDAY, 1)
