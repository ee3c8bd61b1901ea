"""The demonstration shop as a test visits it, with the widget on its pages."""

from __future__ import annotations

import re
from typing import Any

from tests.web.browser.page import Page


class Visit(Page):
    """One tab in the shop. Parts of the widget are found through the shadow root and the frame."""

    def __init__(self, page: Any, shop: str) -> None:
        super().__init__(page, shop)
        self.launcher = page.locator("topay-widget .launcher")
        self.panel = page.locator("topay-widget .panel")
        self.badge = page.locator("topay-widget .badge")
        self.notice = page.locator("topay-widget .notice")
        self.chat = page.frame_locator("topay-widget iframe")
        self.input = self.chat.locator("#input")
        self.log = self.chat.locator("#log")
        self.cards = self.chat.locator("#log .card")
        self.customer = self.chat.locator("#log .from-customer .bubble")
        self.suggestions = self.chat.locator(".suggestion")

    def open_chat(self) -> None:
        self.launcher.click()
        self.ready()

    def ready(self) -> None:
        """Wait until the chat takes what is typed: the script has given the input its height then."""
        self.chat.locator("#input[style*=height]").wait_for()

    def say(self, text: str) -> None:
        """Send a message and wait until it is answered or taken."""
        before = self.log.locator(".message").count()
        self.input.fill(text)
        self.input.press("Enter")
        self.log.locator(".message").nth(before).wait_for()

    def call(self, method: str, *arguments: object) -> None:
        """Call the widget as a page does."""
        self.page.evaluate("([method, rest]) => window.$topay.push([method, ...rest])", [method, list(arguments)])

    @property
    def frame(self) -> Any:
        """The chat's frame, for what only scripts can tell."""
        return next(frame for frame in self.page.frames if re.search("/widget[?]", frame.url))

    def kept(self) -> dict[str, str]:
        """What is kept across tabs, by the frame itself or, where its storage is blocked, by the page around it."""
        found: dict[str, str] = self.page.evaluate("({ ...localStorage })")
        prefix = "topay.kept."
        by_page = {key.removeprefix(prefix): value for key, value in found.items() if key.startswith(prefix)}
        own = "(() => { try { return { ...localStorage }; } catch { return {}; } })()"
        return by_page | self.frame.evaluate(own)
