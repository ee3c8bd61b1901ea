"""Times as people say them to customers."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from topay_bot.text import Language

_WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def spoken_day(at: datetime.datetime, zone: ZoneInfo, language: Language) -> str:
    """A day: 11月25日, 25 November."""
    day = at.astimezone(zone)
    return f"{day.month}月{day.day}日" if language == "zh" else f"{day.day} {_MONTHS[day.month - 1]}"


def spoken_return(at: datetime.datetime, now: datetime.datetime, zone: ZoneInfo, language: Language) -> str:
    """When people are back: today, tomorrow, or a day by its name, with the time and its zone."""
    local = at.astimezone(zone)
    clock = f"{local:%H:%M}"
    days = (local.date() - now.astimezone(zone).date()).days
    if language == "zh":
        near = {0: "今天", 1: "明天"}.get(days)
        day = near or f"{spoken_day(at, zone, language)}（{_WEEKDAYS[language][local.weekday()]}）"
        return f"{day} {clock}（{_zone(local, language)}）"
    near = {0: "today", 1: "tomorrow"}.get(days)
    day = near or f"on {_WEEKDAYS[language][local.weekday()]} {spoken_day(at, zone, language)}"
    return f"{day} at {clock} ({_zone(local, language)})"


def _zone(local: datetime.datetime, language: Language) -> str:
    """Zones by their distance from UTC, which everyone can reckon with; the one that customers know by its name."""
    if str(local.tzinfo) == "Asia/Shanghai":
        return "北京时间" if language == "zh" else "Beijing time"
    minutes = round((local.utcoffset() or datetime.timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")
