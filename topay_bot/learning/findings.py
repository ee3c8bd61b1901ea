"""What is found among the questions that were asked in vain: gaps, and how they are written down and read again."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from topay_bot.privacy import KINDS
from topay_bot.text import Language, normalise

TREND_DAYS = 7
_COUNTS = ("build", "asked", "solved", "lone", "left_out")
_SIGNS = re.compile(r"[\s\W_]+")


@dataclass(frozen=True, slots=True)
class Variant:
    """One wording, with how often it was asked in vain."""

    text: str  # masked
    language: Language
    times: int
    fresh: bool = True  # says what none before it in its gap does, a greeting or a letter or two aside


@dataclass(frozen=True, slots=True)
class Gap:
    """A cluster of questions that nothing answers.

    `weight` orders gaps: the customers, times how unlikely it is that the nearest article would have helped, times how
    alike the questions are: what holds together loosely is less likely to be one topic.
    """

    id: str  # of the representative question: it changes with it
    question: str  # the medoid
    language: Language
    count: int
    customers: int
    weight: float
    last_days: int  # how many in the last TREND_DAYS
    days_before: int  # how many in as many days before those
    misses: Mapping[str, int]  # how they were missed
    nearest: str | None
    confidence: float  # of the nearest article, the mean over the questions
    right: str | None  # what agents most often called right
    variants: Sequence[Variant]  # the representative one first, then the most frequent
    arrivals: Sequence[datetime.datetime]  # when each customer first asked it in vain, oldest first

    @property
    def wordings(self) -> frozenset[str]:
        """The keys of its wordings, by which it is known again when its questions have changed a little."""
        return frozenset(wording_key(variant.text) for variant in self.variants)

    def questions(self, most: int, chosen: Collection[str] | None = None) -> dict[Language, list[str]]:
        """Fresh wordings for an article, at most so many in each language; none in which something was masked.

        Where the keys of some are `chosen`, only those, and all of them.
        """
        found: dict[Language, list[str]] = {}
        for variant in self.variants:
            there = found.setdefault(variant.language, [])
            wanted = variant.fresh and len(there) < most if chosen is None else wording_key(variant.text) in chosen
            if wanted and not is_masked(variant.text):
                there.append(variant.text)
        return found

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "arrivals": [at.isoformat() for at in self.arrivals]}


@dataclass(frozen=True, slots=True)
class Findings:
    """What the questions say. `solved` are those that this build would answer, `lone` those that are like no others."""

    build: str  # that was asked
    asked: int
    solved: int
    lone: int
    left_out: int  # older ones beyond what is compared
    gaps: Sequence[Gap]  # what matters most first

    def gap(self, gap_id: str) -> Gap | None:
        """The gap of that id, if there is one now."""
        return next((gap for gap in self.gaps if gap.id == gap_id), None)

    def to_json(self) -> dict[str, Any]:
        """Plain values, which `from_json` reads again."""
        counts = {name: getattr(self, name) for name in _COUNTS}
        return {**counts, "gaps": [gap.to_json() for gap in self.gaps]}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Findings:
        """What `to_json` gave. Raises KeyError or TypeError for what another version wrote."""
        counts = {name: raw[name] for name in _COUNTS}
        return cls(**counts, gaps=[_gap(one) for one in raw["gaps"]])


def is_masked(text: str) -> bool:
    """Whether something of a stored text was masked: then it is no wording for others to read."""
    return any(f"[{kind}]" in text for kind in KINDS)


def plain(text: str) -> str:
    """A question's words: punctuation, emoji and capitals say nothing new."""
    return _SIGNS.sub(" ", normalise(text)).strip()


def wording_key(text: str) -> str:
    """16 hexadecimal digits, the same for the same words."""
    return hashlib.sha256(plain(text).encode()).hexdigest()[:16]


def _gap(raw: Mapping[str, Any]) -> Gap:
    read = {
        "variants": [Variant(**variant) for variant in raw["variants"]],
        "arrivals": [datetime.datetime.fromisoformat(at) for at in raw["arrivals"]],
    }
    return Gap(**{**raw, **read})
