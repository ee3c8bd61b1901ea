"""A page as a test watches it."""

from __future__ import annotations

import re
from typing import Any

_TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`));
"""
# What the browser itself writes when a server is away, for tests where it is.
_AWAY = re.compile(
    r"Failed to load resource: net::ERR_|Failed to load resource: the server responded with a status of|"
    r"WebSocket connection to .* failed"
)
# Also written by the browser: a page was left, or its conversation ended, while its socket was still connecting.
_LEFT = re.compile(r"WebSocket connection to .* failed: WebSocket is closed before the connection is established")


class Page:
    """`complaints` collects errors on its console, uncaught errors and violations of its policy."""

    def __init__(self, page: Any, url: str) -> None:
        self.page, self.url = page, url
        self.complaints: list[str] = []
        self.server_may_fail = False
        page.add_init_script(_TELL_VIOLATIONS)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))

    def _said(self, message: Any) -> None:
        expected = _LEFT.search(message.text) or (self.server_may_fail and _AWAY.search(message.text))
        if message.type in ("error", "warning") and not expected:
            self.complaints.append(f"{message.type}: {message.text}")

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def overflow(self) -> int:
        """Pixels by which the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))

    def faint(self) -> list[str]:
        """Texts in view with a contrast below 4.5:1 (WCAG 2.2, 1.4.3) against the ground they stand on."""
        found: list[str] = self.page.evaluate(_FAINT)
        return found


_FAINT = """() => {
    const channels = (colour) => colour.match(/[0-9.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b]
        .map((value) => value / 255)
        .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
        .reduce((sum, value, place) => sum + value * [0.2126, 0.7152, 0.0722][place], 0);
    const ground = (element) => {
        for (let one = element; one; one = one.parentElement) {
            const colour = channels(getComputedStyle(one).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const faint = [];
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        const seen = element.checkVisibility() && !element.closest("script, noscript, .unseen");
        if (!seen || !texts.currentNode.data.trim()) continue;
        const [one, other] = [light(channels(getComputedStyle(element).color)), light(ground(element))];
        const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        if (contrast < 4.5) faint.push(`${contrast.toFixed(2)} ${texts.currentNode.data.trim().slice(0, 30)}`);
    }
    return faint;
}"""
