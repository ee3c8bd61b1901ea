"""Results as people read them on a terminal: percentages, one table a question."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from topay_bot.evaluation import Alarm, Figures, Part
from topay_bot.explanation import Explanation, ShelfView

_PART_COLUMNS = ("cases", "in scope", "top1", "top3", "answered", "precision", "rejected")


def figures_lines(build: str, figures: Figures) -> Iterator[str]:
    """What `eval` says: the figures of the whole, then of each language and kind, then what must not be missed."""
    yield f"build                {build}"
    yield f"cases                {figures.cases}, {figures.in_scope} in scope"
    for name in ("top1", "top3", "mrr", "coverage", "answered_precision", "oos_rejected", "oos_auroc"):
        yield f"{name:20} {getattr(figures, name):.3f}"
    yield f"calibration_error    {figures.calibration_error:.3f}"
    yield f"latency_ms           p50 {figures.latency_ms['p50']:.2f}, p99 {figures.latency_ms['p99']:.2f}"
    for label, parts in (("language", figures.by_language), ("kind", figures.by_kind)):
        if parts:
            yield ""
            yield from table([label, *_PART_COLUMNS], [[name, *_part(part)] for name, part in parts.items()])
    alarms = [(name, alarm) for name, alarm in (("wishes", figures.wishes), ("urgent", figures.urgent)) if alarm.cases]
    if alarms:
        yield ""
        yield from table(
            ["must be heard", "cases", "recall", "others", "false alarms"],
            [[name, *_alarm(alarm)] for name, alarm in alarms],
        )
    if figures.decisions:
        yield ""
        decisions = sorted({decision for counts in figures.decisions.values() for decision in counts})
        rows = [[expect, *(str(n.get(d, 0)) for d in decisions)] for expect, n in figures.decisions.items()]
        yield from table(["expected", *decisions], rows)


def explanation_lines(told: Explanation) -> Iterator[str]:
    """What `eval --explain` says: the decision and why, then each shelf with its legs and candidates."""
    yield f"question     {told.asked}"
    if told.normalised != told.asked:
        yield f"read as      {told.normalised or '(nothing)'}"
    shown = told.article or ", ".join(told.choices)
    what = f"{told.decision} {shown}" if shown else told.decision
    yield f"decision     {what} ({told.reason}, confidence {told.confidence:.3f})"
    if told.referral is not None:
        offered = "is offered" if told.referral.offered else "comes in"
        yield f"person       {offered} ({told.referral.reason}, priority {told.referral.priority})"
    for sentence in told.because:
        yield f"because      {sentence}"
    if told.right:
        yield f"right (*)    {', '.join(told.right)}"
    for shelf in told.shelves:
        yield ""
        yield from _shelf_lines(shelf)


def _shelf_lines(shelf: ShelfView) -> Iterator[str]:
    decided = "" if shelf.decided else ", not the one that decided"
    yield (
        f"Shelf {shelf.language}{decided}: answer_threshold {shelf.answer_threshold:.3f}, "
        f"clarify_threshold {shelf.clarify_threshold:.3f}"
    )
    if not shelf.candidates:
        yield "  nothing was found"
    for place, one in enumerate(shelf.candidates, 1):
        mark = "*" if one.right else " "
        yield f" {mark}{place}. {one.article}  confidence {one.confidence:.3f}  {one.title}"
        yield f"      {pairs(one.features)}"
        yield f"      nearest: {_short(one.passage)}"
    for leg in shelf.legs:
        rank = f", the right article is number {leg.right_rank}" if leg.right_rank else ""
        yield f"  {leg.name} alone{rank}:"
        rows = [[f"{'*' if hit.right else ' '}{hit.article}", f"{hit.similarity:.3f}"] for hit in leg.hits]
        for line, hit in zip(list(table(["", ""], rows))[1:], leg.hits, strict=True):
            yield f"   {line}  {_short(hit.passage)}"


def _short(text: str, most: int = 60) -> str:
    """One line of a passage."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Aligned columns: the first to the left, the others to the right; a Chinese character takes two places."""
    widths = [max(map(width, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        first, *others = row
        cells = [first + " " * (widths[0] - width(first))]
        cells += [" " * (wide - width(cell)) + cell for wide, cell in zip(widths[1:], others, strict=True)]
        yield "  ".join(cells).rstrip()


def width(text: str) -> int:
    """Places that a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def percent(share: float | None) -> str:
    """A share for people; a dash where there was nothing to share."""
    return "-" if share is None else f"{share:.1%}"


def pairs(values: Mapping[str, float]) -> str:
    """Named numbers in one line."""
    return "  ".join(f"{name} {value:.3f}" for name, value in values.items())


def _part(part: Part) -> list[str]:
    shares = (part.top1, part.top3, part.coverage, part.answered_precision, part.oos_rejected)
    return [str(part.cases), str(part.in_scope), *map(percent, shares)]


def _alarm(alarm: Alarm) -> list[str]:
    return [str(alarm.cases), percent(alarm.recall), str(alarm.others), percent(alarm.false_alarms)]
