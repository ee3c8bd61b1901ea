"""The chat page as a test uses it."""

from __future__ import annotations

from typing import Any

import httpx

from tests.web.browser.page import Page


class Chat(Page):
    """One chat page."""

    def __init__(self, page: Any, url: str) -> None:
        super().__init__(page, url)
        self.input = page.locator("#input")
        self.log = page.locator("#log")
        self.customer = page.locator("#log .from-customer .bubble")
        self.cards = page.locator("#log .card")
        self.handoffs = page.locator("#log .handoff")
        self.person_button = page.locator(".top [data-person]")
        self.state = page.locator("#state")

    def say(self, text: str) -> None:
        """Type a message, send it and wait until it is answered or taken."""
        before = self.log.locator(".message").count()
        self.input.fill(text)
        self.input.press("Enter")
        self.log.locator(".message").nth(before).wait_for()

    @property
    def kept(self) -> dict[str, Any]:
        """What the browser keeps of the conversation."""
        found: dict[str, Any] = self.page.evaluate("JSON.parse(localStorage.getItem('topay.conversation'))")
        return found

    def stored(self) -> dict[str, Any]:
        """The conversation as the server has it."""
        kept = self.kept
        headers = {"Authorization": f"Bearer {kept['token']}"}
        found: dict[str, Any] = httpx.get(f"{self.url}/v1/conversations/{kept['id']}/messages", headers=headers).json()
        return found

    def shown(self) -> list[str]:
        """The ids of the messages shown, in order."""
        ids: list[str] = self.log.locator(".message").evaluate_all("all => all.map(one => one.dataset.id)")
        return ids

    def wider_than_their_place(self) -> list[str]:
        """Parts of the conversation that stick out of it."""
        found: list[str] = self.page.evaluate(
            """() => {
                const { left, right } = document.getElementById("stream").getBoundingClientRect();
                return [...document.querySelectorAll("#stream *")]
                    .filter((one) => !one.closest(".unseen, .table-frame"))
                    .filter((one) => { const box = one.getBoundingClientRect();
                        return box.width && (box.left < left - 1 || box.right > right + 1); })
                    .map((one) => one.className || one.tagName);
            }"""
        )
        return found
