"""Insights: how the desk does over a range of days, as tables, as files and in pictures."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request, Response

from topay_bot.bootstrap.serving import LearningParts
from topay_bot.edition import Edition
from topay_bot.learning.insight_tables import Names, as_csv, shown, tables
from topay_bot.learning.insight_texts import COLUMN_TEXTS, HANDOFF_REASONS, TABLE_ABOUT, TABLE_TEXTS
from topay_bot.learning.insights import MOST_DAYS, NEWEST_QUESTIONS, DayRange, Insights, last_days
from topay_bot.report.trends import Bars, can_draw, svg
from topay_bot.text import Language
from topay_bot.web.studio.frame import Editor, Section, category, language_of, show, studio_router, told
from topay_bot.web.studio.insight_texts import INSIGHT_TEXTS
from topay_bot.web.studio.titles import Titles

PRESETS = (7, 28, 90)
_USUAL = 28
_ROWS = 20  # of a table on the page; the file has all
_OUTCOMES = ("answered", "clarified", "offered", "handed")
_UNKEPT = {"Cache-Control": "no-store"}
# Looked at by itself a picture needs its own styles; nothing else may run or load in it.
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"

router = studio_router()
SECTION = Section("insights", {"zh": "数据", "en": "Insights"}, router)


@router.get("/insights")
def insights_page(request: Request, who: Editor) -> Response:
    """The tables of a range, with pictures where matplotlib is installed."""
    days, given = _days(request)
    found, edition = _found(request, days), _edition(request)
    language = language_of(request)
    known = set(edition.library.ids)
    made = tables(found, names_of(edition, language))
    asked = {"since": days.first.isoformat(), "until": days.last.isoformat()}
    return show(
        request,
        who,
        "insights.html",
        INSIGHT_TEXTS,
        status=422 if given is None else 200,
        tables=made,
        names=TABLE_TEXTS[language],
        abouts=TABLE_ABOUT[language],
        columns=COLUMN_TEXTS[language],
        cell=lambda one: shown(one, language),
        days=days,
        found=found,
        refused=given is None,
        preset=given,
        presets=PRESETS,
        most_days=MOST_DAYS,
        rows=_ROWS,
        newest=NEWEST_QUESTIONS,
        query=urlencode(asked),
        picture_query=urlencode({**asked, "lang": language}),
        pictures=_pictures(found) if can_draw() else (),
        drawn=can_draw(),
        links={
            "articles": [one.article if one.article in known else None for one in found.articles],
            "falling": [one.now.article if one.now.article in known else None for one in found.falling],
        },
    )


@router.get("/insights/{name}.csv")
def insights_csv(request: Request, who: Editor, name: str) -> Response:
    """One table as a file."""
    days, _ = _days(request)
    language = language_of(request)
    table = tables(_found(request, days), names_of(_edition(request), language)).get(name)
    if table is None:
        return told(request, "not_found", 404)
    file = f"{name}-{days.first}-{days.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"', **_UNKEPT}
    return Response(as_csv(table, language), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/insights/{name}.svg")
def insights_picture(request: Request, who: Editor, name: str) -> Response:
    """One picture."""
    days, _ = _days(request)
    found = _found(request, days)
    if not can_draw() or name not in _pictures(found):
        return told(request, "not_found", 404)
    bars = _PICTURES[name](found, language_of(request))
    headers = {"Content-Security-Policy": _PICTURE_POLICY, **_UNKEPT}
    return Response(svg(bars), media_type="image/svg+xml", headers=headers)


def _days(request: Request) -> tuple[DayRange, int | None]:
    """The range that is asked for, and its preset: 0 where the days are given, None where they are no range."""
    zone = ZoneInfo(request.app.state.desk.settings.time_zone)
    now = datetime.datetime.now(datetime.UTC)
    asked = request.query_params
    if asked.get("since") or asked.get("until"):
        try:
            first, last = (datetime.date.fromisoformat(asked.get(name, "")) for name in ("since", "until"))
            return DayRange(first, last, zone), 0
        except (ValueError, OverflowError):
            return last_days(_USUAL, zone, now), None
    preset = next((count for count in PRESETS if asked.get("days") == str(count)), _USUAL)
    return last_days(preset, zone, now), preset


def _found(request: Request, days: DayRange) -> Insights:
    learning: LearningParts = request.app.state.learning
    return learning.insights.insights(days, categories_of(_edition(request)))


def _edition(request: Request) -> Edition:
    edition: Edition = request.app.state.desk.edition()
    return edition


def names_of(edition: Edition, language: Language) -> Names:
    """What the edition's articles are called, and their categories."""
    titles, known, texts = Titles(edition, language), set(edition.library.ids), INSIGHT_TEXTS[language]

    def title(article: str) -> str:
        return titles(article) if article in known else f"{article} {texts['gone']}"

    return Names(language, title, lambda name: _category(name, language))


def categories_of(edition: Edition) -> Callable[[str], str | None]:
    """Tells an article's category."""
    found = {article.id: article.category for article in edition.library}
    return found.get


def _category(name: str, language: Language) -> str:
    return INSIGHT_TEXTS[language]["general"] if name == "general" else category(name, language)


# -- Pictures


def _pictures(found: Insights) -> list[str]:
    """Those that would show something."""
    there = {"days": found.total.questions, "handoffs": len(found.handoffs), "categories": len(found.by_category)}
    return [name for name, much in there.items() if much]


def _day_bars(found: Insights, language: Language) -> Bars:
    texts = INSIGHT_TEXTS[language]
    series = {texts[key]: [getattr(one, key) for one in found.by_day.values()] for key in _OUTCOMES}
    return Bars([f"{day:%m-%d}" for day in found.by_day], series, upright=True)


def _handoff_bars(found: Insights, language: Language) -> Bars:
    names = HANDOFF_REASONS[language]
    series = {COLUMN_TEXTS[language]["conversations"]: list(found.handoffs.values())}
    return Bars([names.get(reason, reason) for reason in found.handoffs], series)


def _category_bars(found: Insights, language: Language) -> Bars:
    series = {COLUMN_TEXTS[language]["shown"]: [one.answers for one in found.by_category.values()]}
    return Bars([_category(name, language) for name in found.by_category], series)


_PICTURES: dict[str, Callable[[Insights, Language], Bars]] = {
    "days": _day_bars,
    "handoffs": _handoff_bars,
    "categories": _category_bars,
}
