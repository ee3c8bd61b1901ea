"""The agents' console as a test uses it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.web.browser.axe import violations
from tests.web.browser.page import Page
from topay_bot.bootstrap.database import open_agents
from topay_bot.desk.agents import Role
from topay_bot.settings import load_settings

PASSWORD = "correct horse battery"


def add_agents(data: Path, *names: str, roles: tuple[Role, ...] = (Role.AGENT,)) -> None:
    """Agents of the server whose data lie here, all with PASSWORD."""
    sign_in = open_agents(load_settings(data=data))
    for name in names:
        sign_in.add(name, PASSWORD, roles, ("zh", "en"))


class DeskPage(Page):
    """One console. `signed_in` makes a session by the API, which is quicker than by the form."""

    def __init__(self, page: Any, url: str) -> None:
        super().__init__(page, url)
        self.rows = page.locator("#rows .row")
        self.log = page.locator("#log")
        self.input = page.locator("#input")
        self.toasts = page.locator("#toasts")
        self.suggestions = page.locator("#suggestions .suggestion")
        self.title = page.locator("#thread-title")
        self.banner = page.locator("#banner")

    def signed_in(self, name: str) -> None:
        signed = self.page.request.post(f"{self.url}/v1/desk/session", data={"name": name, "password": PASSWORD})
        assert signed.ok, signed.text()

    def view(self, name: str) -> Any:
        return self.page.locator(f"[data-view={name}]")

    def row(self, conversation: str) -> Any:
        return self.page.locator(f"#rows .row:has(a[href='#{conversation}'])")

    def take(self, conversation: str) -> None:
        """Open a conversation and take it."""
        self.open(f"/desk#{conversation}")
        self.page.locator("#claim").click()
        self.page.locator("#claim").wait_for(state="hidden")

    def say(self, text: str) -> None:
        """Reply, and wait until the server has it."""
        self.input.fill(text)
        self.input.press("Enter")
        self.log.locator(".from-agent .bubble", has_text=re.compile(re.escape(text))).wait_for()

    def looks_right(self) -> None:
        """Nothing sticks out, nothing is faint, and axe finds no violation."""
        assert self.overflow() <= 0
        assert not self.faint(), self.faint()
        assert not (told := violations(self.page)), told
