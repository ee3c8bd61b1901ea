"""The insights page in a real browser: a chosen range, pictures that are shown, and what axe says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.insight_history import write_small_history
from tests.web.browser.axe import violations
from tests.web.browser.conftest import Server
from tests.web.browser.console import PASSWORD, add_agents
from tests.web.browser.page import Page
from topay_bot.desk.agents import Role
from topay_bot.settings import load_settings
from topay_bot.storage.sql_store import SqlStore


@pytest.fixture(scope="module")
def history(make_server: Callable[[], Server]) -> Server:
    server = make_server()
    store = SqlStore(load_settings(data=server.data).database())
    write_small_history(store)
    store.close()
    add_agents(server.data, "Mei", roles=(Role.EDITOR,))
    return server


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("zh", 360, "dark"), ("en", 1280, "light")], ids=["phone", "desk"]
)
def test_a_chosen_range(browser: Any, history: Server, language: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = Page(context.new_page(), history.url)
    signed = page.page.request.post(f"{history.url}/v1/desk/session", data={"name": "Mei", "password": PASSWORD})
    assert signed.ok
    page.open(f"/studio/insights?lang={language}")
    page.page.locator("[name=since]").fill("2026-11-02")
    page.page.locator("[name=until]").fill("2026-11-08")
    page.page.locator(".range button").click()
    page.page.wait_for_url("**/insights?since=2026-11-02&until=2026-11-08")
    assert page.page.locator(".summary td").first.inner_text() == "7"
    pictures = page.page.locator(".picture img")
    assert pictures.count() == 3
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        picture.evaluate("one => one.decode()")
        assert picture.evaluate("one => one.naturalWidth") > 400
    page.page.locator("details summary").click()
    assert page.page.locator(".days tbody tr").count() == 7
    assert page.overflow() <= 0
    assert not page.faint(), page.faint()
    assert violations(page.page) == []
    with page.page.expect_download() as download:
        page.page.locator(".headline a").first.click()
    assert download.value.suggested_filename == "summary-2026-11-02-2026-11-08.csv"
    assert page.complaints == []
    context.close()
