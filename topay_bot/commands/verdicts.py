"""What the gate found, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from topay_bot.builds.judging import Change, Comparison
from topay_bot.builds.publishing import Gate
from topay_bot.text import Language

_ROWS = 40  # of what got worse, on a terminal; JSON has all


def gate_json(gate: Gate, overruled: bool, why: str | None) -> dict[str, Any]:
    """The gate in one document: `passed`, `objections`, the figures, and every question that got worse."""
    found = gate.comparison
    return {
        "passed": not gate.objections,
        "overruled": overruled,
        "why": (why or "") if overruled else "",
        "against": gate.against,
        "objections": list(gate.objections),
        "figures": gate.figures,
        "figures_before": found.before if found else {},
        "better": found.better if found else 0,
        "worse": [_change(change) for change in found.worse] if found else [],
    }


def gate_lines(gate: Gate) -> Iterator[str]:
    """The gate as a table: the figures of both builds, then what got worse, question by question."""
    found = gate.comparison
    if found is not None:
        yield from _figures(found, str(gate.against))
        yield ""
        yield f"{len(found.worse)} questions got worse, {found.better} better"
        yield from _worse(found)
    elif gate.figures:
        yield "no current build to compare with; figures of the new one:"
        yield from figure_lines(gate.figures)
    for objection in gate.objections:
        yield f"objection: {objection}"


def figure_lines(figures: Mapping[Language, Mapping[str, float]]) -> Iterator[str]:
    """Figures on judging questions, a line for each language."""
    for language, values in figures.items():
        shares = (f"{name} {value:.1%}" for name, value in values.items() if name != "cases")
        yield f"{language}: {', '.join(shares)} of {values['cases']:.0f} questions"


def _figures(found: Comparison, against: str) -> Iterator[str]:
    width = max(len(against), len("new build"))
    for language, new in found.after.items():
        old = found.before[language]
        names = [name for name in new if name != "cases"]
        yield f"{language}, {new['cases']:.0f} questions".ljust(width + 4) + "  ".join(name.rjust(10) for name in names)
        for label, values in ((against, old), ("new build", new)):
            cells = (f"{values[name]:.1%}".rjust(max(10, len(name))) for name in names)
            yield f"    {label}".ljust(width + 4) + "  ".join(cells)


def _worse(found: Comparison) -> Iterator[str]:
    shown = found.worse[:_ROWS]
    rows = [("", "before", "now", "question (right)")]
    rows += [
        (c.language, str(c.before), str(c.after), f"{c.question} ({', '.join(c.expected) or 'none'})") for c in shown
    ]
    # The question comes last: Chinese characters are twice as wide, and nothing has to line up behind them.
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    if shown:
        for row in rows:
            yield "  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]))
    if len(found.worse) > _ROWS:
        yield f"... and {len(found.worse) - _ROWS} more; --format json has all"


def _change(change: Change) -> dict[str, Any]:
    raw = asdict(change)
    for side in ("before", "after"):
        raw[side]["verdict"] = str(getattr(change, side).verdict)
    return raw
