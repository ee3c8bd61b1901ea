from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.desk.receiver import SECRET
from topay_bot.chat.model import Event
from topay_bot.desk.attendance import Attendance
from topay_bot.desk.channels import couriers_of, notifier_of
from topay_bot.desk.webhooks import channel_name
from topay_bot.hours import read_hours
from topay_bot.settings import load_settings
from topay_bot.storage.database import open_engine
from topay_bot.storage.outbox_store import SqlOutbox

MAIL: dict[str, Any] = {"mail_to": ["a@b.example"], "mail_from": "c@b.example", "smtp_host": "127.0.0.1"}
URLS = ["https://one.example/key", "https://two.example/key"]
HOOKS: dict[str, Any] = {"webhook_urls": URLS, "webhook_secrets": [SECRET]}


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_by_default_nobody_is_told() -> None:
    assert set(notifier_of(load_settings()).channels.values()) == {()}


def test_who_is_told_of_what() -> None:
    settings = load_settings(**MAIL, **HOOKS, mail_events=["urgent"], webhook_events=["urgent", "long_wait"])
    one, two = (channel_name(url) for url in URLS)
    assert notifier_of(settings).channels == {
        Event.HANDOFF: (),
        Event.URGENT: ("mail", one, two),
        Event.COMPLAINT: (),
        Event.LONG_WAIT: (one, two),
    }


def test_each_channel_has_its_courier(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    store = SqlOutbox(engine)
    assert couriers_of(load_settings(), store) == []
    assert len(couriers_of(load_settings(**MAIL, **HOOKS), store)) == 3
    engine.dispose()


@pytest.mark.parametrize(("hour", "online", "away"), [(10, 1, False), (10, 0, True), (20, 1, True)])
def test_attendance_is_hours_and_people(hour: int, online: int, away: bool) -> None:
    hours = read_hours("Mo-Su 09:00-18:00")
    now = datetime.datetime(2026, 11, 25, hour, tzinfo=datetime.UTC)
    there = Attendance(hours, lambda: online, now=lambda: now)()
    assert (there.away, there.agents_online, there.open) == (away, online, hour == 10)
    assert there.opens_at == (None if hour == 10 else datetime.datetime(2026, 11, 26, 9, tzinfo=datetime.UTC))
