"""The sections of the studio, as they stand in the navigation."""

from __future__ import annotations

from topay_bot.web.studio import articles, ask, changes, coverage, gaps, insights, labels
from topay_bot.web.studio.frame import Section

SECTIONS: tuple[Section, ...] = (
    articles.SECTION,
    ask.SECTION,
    changes.SECTION,
    coverage.SECTION,
    gaps.SECTION,
    labels.SECTION,
    insights.SECTION,
)
