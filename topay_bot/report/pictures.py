"""The report's pictures, drawn by matplotlib (extra `report`) without a display.

Texts in pictures are ASCII: not every machine has a font for Chinese. What they mean the page says in both languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from topay_bot.errors import ReportError
from topay_bot.report.content import Source

CURVE = "risk-coverage.png"
RELIABILITY = "reliability.png"
# Okabe and Ito (2008): told apart by colour-blind readers too; markers for prints without colour.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKERS = "os^Dv<>"


def draw(sources: Sequence[Source], folder: Path) -> list[Path]:
    """Write both pictures; none without judged questions. Raises ReportError when matplotlib is missing."""
    figure_class = _figure_class()
    with_data = [source for source in sources if source.measures["questions"]]
    if not with_data:
        return []
    curve, reliability = (
        figure_class(figsize=(7, 4.5), layout="constrained"),
        figure_class(figsize=(5, 5), layout="constrained"),
    )
    _curves(curve.subplots(), with_data)
    _reliabilities(reliability.subplots(), with_data)
    written = []
    for picture, name in ((curve, CURVE), (reliability, RELIABILITY)):
        # Without the date and version the same data give the same file.
        picture.savefig(folder / name, dpi=144, metadata={"Software": None})
        written.append(folder / name)
    return written


def label(source: Source, number: int) -> str:
    """The name of a source in a picture: its own, or a number where a font might lack its characters."""
    return source.name if source.name.isascii() and source.name else f"cases {number}"


def _curves(axes: Any, sources: Sequence[Source]) -> None:
    lowest = 1.0
    for number, source in enumerate(sources):
        points = source.measures["risk_coverage"]
        colour = _COLOURS[number % len(_COLOURS)]
        coverage, precision = [p["coverage"] for p in points], [p["precision"] for p in points]
        axes.plot(coverage, precision, color=colour, label=label(source, number + 1))
        in_force = [p for p in points if p["threshold"] >= source.measures["answer_threshold"]]
        if in_force:
            marker = _MARKERS[number % len(_MARKERS)]
            axes.plot([in_force[-1]["coverage"]], [in_force[-1]["precision"]], marker, color=colour)
        lowest = min([lowest, *(p for c, p in zip(coverage, precision, strict=True) if c > 0.02)])
    axes.set(xlabel="coverage of known questions", ylabel="answered precision", xlim=(0, 1.01))
    axes.set_ylim(max(0.0, lowest - 0.03), 1.01)
    axes.grid(alpha=0.3)
    axes.legend(loc="lower left")


def _reliabilities(axes: Any, sources: Sequence[Source]) -> None:
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=1, linestyle="--")
    for number, source in enumerate(sources):
        bins = source.measures["reliability"]
        axes.plot(
            [one["confidence"] for one in bins],
            [one["right"] for one in bins],
            marker=_MARKERS[number % len(_MARKERS)],
            color=_COLOURS[number % len(_COLOURS)],
            label=f"{label(source, number + 1)} (error {source.measures['calibration_error']:.3f})",
        )
    axes.set(xlabel="confidence", ylabel="share of right ones", xlim=(0, 1.02), ylim=(0, 1.02), aspect="equal")
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left")


def _figure_class() -> Any:
    """matplotlib's Figure: without pyplot it needs no backend and no display, and keeps no global state."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ReportError(
            "the report's pictures need matplotlib, which is not installed; pip install 'topay-bot[report]'"
        ) from None
    return Figure
