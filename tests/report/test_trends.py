"""Pictures of insights: real SVG by the real library."""

from __future__ import annotations

from xml.etree import ElementTree

from topay_bot.report.trends import Bars, svg

_SVG = "{http://www.w3.org/2000/svg}"
DAYS = Bars([f"11-{day:02}" for day in range(1, 15)], {"答上": [3] * 14, "<b> & 反问": [1] * 14}, upright=True)


def test_texts_are_texts_in_any_language() -> None:
    root = ElementTree.fromstring(svg(DAYS))
    words = {"".join(one.itertext()) for one in root.iter(f"{_SVG}text")}
    assert {"答上", "<b> & 反问", "11-01"} <= words
    assert not any("@" in word for word in words)


def test_a_bar_for_each_value() -> None:
    lying = svg(Bars(["顾客要求", "Urgent"], {"会话": [5, 2]})).decode()
    assert lying.count("fill: #2f7be0") == 2
    upright = svg(DAYS).decode()
    assert (upright.count("fill: #2f7be0"), upright.count("fill: #c27803")) == (15, 15)  # one of each in the legend


def test_ink_follows_the_readers_scheme() -> None:
    drawn = svg(DAYS).decode()
    assert "prefers-color-scheme:dark" in drawn
    assert "currentColor" in drawn
    assert "#000000" not in drawn and "#ffffff" not in drawn


def test_the_same_data_give_the_same_picture() -> None:
    assert svg(DAYS) == svg(DAYS)
