"""The coverage map: where customers ask in vain, between the articles that there are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request, Response

from topay_bot.bootstrap.serving import LearningParts
from topay_bot.chat.usage import ArticleUse
from topay_bot.edition import Edition
from topay_bot.learning.dismissing import sort
from topay_bot.learning.findings import Gap
from topay_bot.learning.places import Place, middles
from topay_bot.settings import Settings
from topay_bot.web.studio.articles import DAYS, since
from topay_bot.web.studio.coverage_texts import COVERAGE_TEXTS
from topay_bot.web.studio.frame import Editor, Section, language_of, show, studio_router
from topay_bot.web.studio.parts import Parts
from topay_bot.web.studio.titles import Titles

WIDTH, HEIGHT = 1200, 760  # of the picture, in its own units
_MARGIN = 46
_LABEL_HEIGHT = 17
_NEIGHBOURS = 3  # articles beside a gap, in the table

router = studio_router()
SECTION = Section("map", {"zh": "地图", "en": "Map"}, router)


@dataclass(frozen=True, slots=True)
class _Spot:
    """An article or a gap on the picture; `label` is where its name begins, None where there is no room for it."""

    id: str
    x: float
    y: float
    radius: float
    name: str
    label: tuple[float, float] | None


@router.get("/map")
def map_page(request: Request, who: Editor, parts: Parts) -> Response:
    """The picture, and the gaps in it as a table."""
    edition: Edition = request.app.state.desk.edition()
    settings: Settings = request.app.state.desk.settings
    learning: LearningParts = request.app.state.learning
    listed = learning.listing.listed(edition.id)
    still_open = sort(listed.found.gaps if listed.found else (), learning.gaps.dismissals()).open
    command = ("map", "--index", str(settings.index.absolute()), "--format", "json")
    environment = {"TOPAY_DATABASE_URL": settings.database()}
    key = (edition.id, listed.made_at.isoformat() if listed.made_at else "")
    job = parts.jobs.get("map", key, command, environment)
    places = [Place(**one) for one in job.result["places"]] if job.result else []
    uses = parts.usage.article_uses(edition.library.ids, since())
    titles = Titles(edition, language_of(request))
    room = _Room()
    gaps = _gap_spots(places, still_open, room)
    articles = _article_spots(places, uses, titles, room)
    gap_of = {gap.id: gap for gap in still_open}
    return show(
        request,
        who,
        "map.html",
        COVERAGE_TEXTS,
        job=job,
        listed=listed,
        width=WIDTH,
        height=HEIGHT,
        gaps=gaps,
        gap_of=gap_of,
        dots=[(*_at(place.x, place.y), place.gap) for place in places if place.gap in gap_of],
        articles=articles,
        beside={spot.id: _nearest(spot, articles) for spot in gaps},
        days=DAYS,
    )


class _Room:
    """Where names stand already: one is written where no other is."""

    def __init__(self) -> None:
        self._taken: list[tuple[float, float, float, float]] = []

    def place(self, x: float, y: float, radius: float, name: str) -> tuple[float, float] | None:
        """Where the name can begin: right of the point, left of it, below or above; None where there is no room."""
        long = sum(13.8 if char > "\u2e80" else 8.0 for char in name)  # bold, at the size in studio.css
        for left, base in (
            (x + radius + 4, y + 4),
            (x - radius - 4 - long, y + 4),
            (x - long / 2, y + radius + 15),
            (x - long / 2, y - radius - 6),
        ):
            box = (left, base - _LABEL_HEIGHT + 4, left + long, base + 4)
            inside = box[0] >= 4 and box[2] <= WIDTH - 4 and box[1] >= 4 and box[3] <= HEIGHT - 4
            if inside and not any(_overlap(box, other) for other in self._taken):
                self._taken.append(box)
                return round(left, 1), round(base, 1)
        return None


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _at(x: float, y: float) -> tuple[float, float]:
    """On the picture, a place that is 0 to 1 on each axis."""
    return round(_MARGIN + x * (WIDTH - 2 * _MARGIN), 1), round(_MARGIN + y * (HEIGHT - 2 * _MARGIN), 1)


def _gap_spots(places: Sequence[Place], gaps: Sequence[Gap], room: _Room) -> list[_Spot]:
    """What matters most first: its name is written first."""
    middle = middles(places)
    found = []
    for gap in gaps:
        if gap.id in middle:
            x, y = _at(*middle[gap.id])
            radius = round(9 + 5 * math.log2(1 + gap.customers / 3), 1)
            name = gap.question if len(gap.question) <= 28 else gap.question[:27] + "…"
            found.append(_Spot(gap.id, x, y, radius, name, room.place(x, y, radius, name)))
    return found


def _article_spots(places: Sequence[Place], uses: Mapping[str, ArticleUse], titles: Titles, room: _Room) -> list[_Spot]:
    """Those asked most first."""
    found = []
    where = {one.article: _at(one.x, one.y) for one in places if one.article is not None}
    answered = {article: uses.get(article, ArticleUse()).answered for article in where}
    most = max(answered.values(), default=0)
    for article, (x, y) in sorted(where.items(), key=lambda one: -answered[one[0]]):
        radius = round(4 + 10 * math.sqrt(answered[article] / most if most else 0), 1)
        name = titles(article)
        found.append(_Spot(article, x, y, radius, name, room.place(x, y, radius, name)))
    return found


def _nearest(spot: _Spot, articles: Sequence[_Spot]) -> list[_Spot]:
    return sorted(articles, key=lambda one: math.hypot(one.x - spot.x, one.y - spot.y))[:_NEIGHBOURS]
