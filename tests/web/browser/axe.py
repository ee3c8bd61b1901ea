"""What axe-core has to say about a page or a frame."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.requirements import require

# axe runs in one document: what is inside the frame is judged there, in a run of its own.
_RUN = """(also) => axe.run(document, {
    iframes: false,
    resultTypes: ["violations"],
    rules: Object.fromEntries(also.map((rule) => [rule, { enabled: true }])),
}).then((found) =>
    found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`))"""


@functools.cache
def _source() -> str:
    require(find_spec("axe_playwright_python"), "axe-playwright-python", 'pip install -e ".[test]"')
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def violations(frame: Any, also: Sequence[str] = ()) -> list[str]:
    """All that axe objects to, with all its rules, best practices included, and those named that are off by default."""
    if not frame.evaluate("typeof axe !== 'undefined'"):
        frame.evaluate(_source())  # evaluated, not injected as a script: the page's policy stays in force
    found: list[str] = frame.evaluate(_RUN, list(also))
    return found
