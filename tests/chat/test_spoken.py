from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest

from topay_bot.chat.availability import Availability, away_notice
from topay_bot.chat.spoken import spoken_day, spoken_return
from topay_bot.text import Language

SHANGHAI, BERLIN, KOLKATA = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")
NOW = datetime.datetime(2026, 11, 25, 20, 30, tzinfo=SHANGHAI)  # a Wednesday


@pytest.mark.parametrize(
    ("at", "zh", "en"),
    [
        ("2026-11-25T22:00", "今天 22:00（北京时间）", "today at 22:00 (Beijing time)"),
        ("2026-11-26T09:00", "明天 09:00（北京时间）", "tomorrow at 09:00 (Beijing time)"),
        ("2026-11-30T09:05", "11月30日（周一） 09:05（北京时间）", "on Monday 30 November at 09:05 (Beijing time)"),
        ("2027-01-02T09:00", "1月2日（周六） 09:00（北京时间）", "on Saturday 2 January at 09:00 (Beijing time)"),
    ],
)
def test_when_people_are_back(at: str, zh: str, en: str) -> None:
    moment = datetime.datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
    assert spoken_return(moment, NOW, SHANGHAI, "zh") == zh
    assert spoken_return(moment.astimezone(datetime.UTC), NOW, SHANGHAI, "en") == en


@pytest.mark.parametrize(("zone", "said"), [(BERLIN, "UTC+1"), (KOLKATA, "UTC+5:30"), (ZoneInfo("UTC"), "UTC+0")])
def test_other_zones_are_told_by_their_distance(zone: ZoneInfo, said: str) -> None:
    assert f"({said})" in spoken_return(NOW, NOW, zone, "en")
    assert "UTC-5" in spoken_return(NOW, NOW, ZoneInfo("America/New_York"), "en")


def test_a_day_is_the_one_of_the_zone() -> None:
    at = datetime.datetime(2026, 11, 25, 20, tzinfo=datetime.UTC)
    assert (spoken_day(at, SHANGHAI, "zh"), spoken_day(at, BERLIN, "en")) == ("11月26日", "25 November")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_notice_has_reason_time_reference_and_telephone(language: Language) -> None:
    opens = NOW + datetime.timedelta(hours=13)
    closed = Availability(NOW, SHANGHAI, False, opens, 2)
    told = away_notice(closed, language, reference="H-7K3M-9QXT", phone="400-000-0000")
    for part in ("09:30", "H-7K3M-9QXT", "400-000-0000"):
        assert part in told
    assert closed.away
    assert closed.waiting_begins == opens
    never = away_notice(Availability(NOW, SHANGHAI, False, None), language, reference="H-7K3M-9QXT", phone=None)
    assert "400" not in never
    nobody = Availability(NOW, SHANGHAI, agents_online=0)
    assert nobody.away
    assert nobody.waiting_begins == NOW
    assert away_notice(nobody, language, reference="R", phone=None) != never
    for there in (Availability(NOW, SHANGHAI), Availability(NOW, SHANGHAI, agents_online=1)):
        assert not there.away
