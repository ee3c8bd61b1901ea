"""Places on the coverage map; see mapping.py, which needs more to draw it than a server should load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Place:
    """A point, 0 to 1 on each axis. It is an article, or one wording of a gap."""

    x: float
    y: float
    article: str | None
    gap: str | None


def middles(places: Sequence[Place]) -> dict[str, tuple[float, float]]:
    """Gap -> where its wordings lie: the median, which a lone one far away does not move."""
    found: dict[str, list[tuple[float, float]]] = {}
    for place in places:
        if place.gap is not None:
            found.setdefault(place.gap, []).append((place.x, place.y))
    return {gap: (median(x for x, _ in at), median(y for _, y in at)) for gap, at in found.items()}
