"""The pictures of insights as SVG, drawn by matplotlib (extra `report`) without a display.

Texts stay texts, in the reader's own font, so that Chinese needs none here; matplotlib, which has no Chinese letters
to measure, lays out stand-ins of the same width. What is neither bar nor line takes the colour that the reader's light
or dark scheme asks for.
"""

from __future__ import annotations

import io
import threading
import unicodedata
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.util import find_spec
from typing import Any

# Told apart by colour-blind readers by lightness too; each has 3:1 against the light and the dark ground.
_COLOURS = ("#2f7be0", "#c27803", "#8a63d2", "#d1495b")
_INK = "#123456"  # stands in for the colour of texts and axes, and is found nowhere else
_SCHEMES = (
    "<style>svg{color:#56627a}@media (prefers-color-scheme:dark){svg{color:#a6b2c6}}"
    "text{font-family:system-ui,sans-serif!important}</style>"
)
_WIDTH = 8.0  # inches; the page makes it as wide as it has room
_LINE_HEIGHT = 0.34
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "topay",
    "text.color": _INK,
    "axes.edgecolor": _INK,
}
_lock = threading.Lock()  # matplotlib's settings are the whole process's


@dataclass(frozen=True, slots=True)
class Bars:
    """A picture of bars: one group a label, stacked in the order of the `series`, which are named by their keys.

    `upright` is for many labels in order, such as days; else the bars lie, and long labels have room.
    """

    labels: Sequence[str]
    series: Mapping[str, Sequence[float]]
    upright: bool = False


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def svg(bars: Bars) -> bytes:
    """The picture. The same data give the same bytes."""
    import matplotlib
    from matplotlib.figure import Figure

    words = _StandIns()
    with _lock, warnings.catch_warnings(), matplotlib.rc_context(_SETTINGS):
        height = 3.2 if bars.upright else 0.9 + _LINE_HEIGHT * max(2, len(bars.labels))
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        axes = figure.subplots()
        (_upright if bars.upright else _lying)(axes, bars, words)
        for name in ("top", "right"):
            axes.spines[name].set_visible(False)
        axes.tick_params(colors=_INK, labelcolor=_INK)
        if len(bars.series) > 1:
            figure.legend(loc="outside upper left", ncols=len(bars.series), frameon=False)
        out = io.StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = words.put_back(out.getvalue().replace(_INK, "currentColor"))
    return text.replace("<defs>", f"{_SCHEMES}<defs>", 1).encode()


def _upright(axes: Any, bars: Bars, words: _StandIns) -> None:
    places = range(len(bars.labels))
    floor = [0.0] * len(bars.labels)
    for colour, (name, values) in zip(_COLOURS, bars.series.items(), strict=False):
        axes.bar(places, values, bottom=floor, width=0.8, color=colour, label=words.stand_in(name))
        floor = [low + value for low, value in zip(floor, values, strict=True)]
    step = -(-len(bars.labels) // 8)  # as many labels as stand side by side
    axes.set_xticks(places[::step], [words.stand_in(label) for label in bars.labels[::step]])
    axes.set_xlim(-0.6, len(bars.labels) - 0.4)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="y", alpha=0.25, color=_INK)
    axes.set_axisbelow(True)


def _lying(axes: Any, bars: Bars, words: _StandIns) -> None:
    places = range(len(bars.labels))
    floor = [0.0] * len(bars.labels)
    for colour, (name, values) in zip(_COLOURS, bars.series.items(), strict=False):
        axes.barh(places, values, left=floor, height=0.66, color=colour, label=words.stand_in(name))
        floor = [low + value for low, value in zip(floor, values, strict=True)]
    axes.set_yticks(places, [words.stand_in(label) for label in bars.labels])
    axes.invert_yaxis()
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="x", alpha=0.25, color=_INK)
    axes.set_axisbelow(True)


class _StandIns:
    """Words in Latin letters that are about as wide as the text whose place they hold."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def stand_in(self, text: str) -> str:
        wide = sum(1.9 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
        word = f"@{len(self._texts):02}".ljust(round(wide), "e") + "@"
        self._texts[word] = text
        return word

    def put_back(self, drawn: str) -> str:
        for word, text in self._texts.items():
            drawn = drawn.replace(word, escape(text))
        return drawn
