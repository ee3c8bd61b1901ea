"""The process that makes a server's gaps list; that it does make one, the studio's tests see."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.waiting import wait_until
from topay_bot.errors import TopayError
from topay_bot.learning.apart import GapsApart
from topay_bot.settings import load_settings
from topay_bot.storage.database import open_engine


def test_what_goes_wrong_is_told_in_its_words(tmp_path: Path) -> None:
    with pytest.raises(TopayError, match="no database at"):
        GapsApart(load_settings(index=tmp_path, data=tmp_path / "none"))()


def test_closing_ends_it_and_begins_no_other(missed_root: Path, tmp_path: Path) -> None:
    settings = load_settings(index=missed_root / "index", data=tmp_path)
    open_engine(settings.database()).dispose()
    apart, told = GapsApart(settings), []

    def make() -> None:
        try:
            apart()
        except TopayError as error:
            told.append(str(error))

    thread = threading.Thread(target=make)
    thread.start()
    wait_until(lambda: apart.running)
    apart.close()
    thread.join(20)
    assert told == ["the server is closing"]
    with pytest.raises(TopayError, match="closing"):
        apart()
