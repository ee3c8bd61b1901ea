"""The studio in a real browser: an article with its lint, a question explained, what a new build would change."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.web.browser.axe import violations
from tests.web.browser.conftest import Server
from tests.web.browser.console import PASSWORD, add_agents
from tests.web.browser.page import Page
from tests.web.sample import write_knowledge
from topay_bot.bootstrap.serving import open_desk
from topay_bot.builds.making import make_build
from topay_bot.desk.agents import Role
from topay_bot.settings import load_settings

LIMITS = "一天最多能转多少钱"


@dataclass(frozen=True)
class Place:
    url: str
    article: Path  # that the editor is at work on


@pytest.fixture(scope="module")
def place(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A small desk with a history, an unpublished build that lost an article, and a mistake in the folder."""
    root = tmp_path_factory.mktemp("studio")
    knowledge, index, data = root / "knowledge", root / "index", root / "data"
    write_knowledge(knowledge)
    make_build(load_settings(knowledge=knowledge, index=index))
    kept = root / "kept"
    shutil.copytree(knowledge, kept)
    for file in knowledge.rglob("transfer-limits.*.md"):
        file.unlink()
    make_build(load_settings(knowledge=knowledge, index=index), publish=False)
    shutil.rmtree(knowledge)
    kept.rename(knowledge)
    article = knowledge / "payment" / "bind-card.zh.md"
    article.write_text(
        article.read_text("utf-8").replace("handoff: never", "handoff: never\nrelated: [nowhere]"), "utf-8"
    )
    parts = open_desk(load_settings(index=index, data=data))
    try:
        for text in (LIMITS, "退款几天能到"):
            conversation, token = parts.chat.start("zh")
            parts.chat.post(conversation.id, token, text, "m1")
    finally:
        parts.store.close()
    add_agents(data, "Mei", roles=(Role.EDITOR,))
    server = Server(index, data, "--knowledge", str(knowledge))
    server.start()
    yield Place(server.url, article)
    server.kill()


@pytest.fixture
def open_page(browser: Any, place: Place) -> Iterator[Callable[..., Page]]:
    """Opens a page of the studio as an editor; in the end no page had anything to complain about."""
    opened: list[tuple[Any, Page]] = []

    def open_(path: str, width: int = 1280, scheme: str = "light", locale: str = "zh-CN") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, locale=locale)
        page = Page(context.new_page(), place.url)
        opened.append((context, page))
        signed = page.page.request.post(f"{place.url}/v1/desk/session", data={"name": "Mei", "password": PASSWORD})
        assert signed.ok, signed.text()
        page.open(path)
        return page

    yield open_
    for context, page in opened:
        context.close()
        assert page.complaints == []


def test_who_is_not_signed_in_comes_back_after_signing_in(browser: Any, place: Place) -> None:
    page = browser.new_page(locale="en-GB")
    page.goto(f"{place.url}/studio/ask")
    page.get_by_label("Name").fill("Mei")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/studio/ask")
    page.get_by_role("heading", name="Ask", exact=True).wait_for()
    page.close()


def test_a_mistake_is_shown_in_its_line_beside_the_preview(open_page: Callable[..., Page], place: Place) -> None:
    page = open_page("/studio?words=绑定").page
    page.get_by_role("link", name="绑定银行卡").click()
    line = page.locator(".wrong", has_text="related: [nowhere]")
    line.get_by_text("dead-related").wait_for()  # once lint, in its own process, is done: the page looks by itself
    page.locator(".lint a", has_text="第").first.click()
    assert page.url.rpartition("#")[2].startswith("zh-")
    assert "400-123-0000" in page.locator(".preview .bubble").first.inner_text()
    assert violations(page) == []


def test_a_question_is_explained_and_leads_to_its_article(open_page: Callable[..., Page]) -> None:
    page = open_page("/studio/ask").page
    page.get_by_label("顾客会怎么问").fill("支付密码忘了怎么办")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="顾客会看到").wait_for()
    page.get_by_text("把握从哪里来").click()
    assert page.locator(".clues tbody tr").first.is_visible()
    assert page.locator("mark").first.inner_text()
    assert violations(page) == []
    page.locator(".decision a").click()
    page.get_by_role("heading", name="重置支付密码", level=1).wait_for()


def test_what_a_new_build_would_change_is_listed_side_by_side(open_page: Callable[..., Page]) -> None:
    page = open_page("/studio/changes").page
    page.locator(".summary").wait_for(timeout=60_000)  # the page looks again by itself until the comparison is done
    row = page.locator(".differences tbody tr", has_text=LIMITS)
    before, after = row.locator("td").all()
    assert before.get_by_role("link", name="转账限额").count() == 1
    assert after.get_by_role("link", name="转账限额").count() == 0
    assert violations(page) == []


@pytest.mark.parametrize(
    "path", ["/studio", "/studio/articles/bind-card", "/studio/ask?q=退款", "/studio/changes", "/studio/map"]
)
@pytest.mark.parametrize(("width", "scheme", "locale"), [(360, "dark", "en-GB"), (1280, "light", "zh-CN")])
def test_pages_fit_and_are_legible(
    open_page: Callable[..., Page], path: str, width: int, scheme: str, locale: str
) -> None:
    page = open_page(path, width, scheme, locale)
    assert page.overflow() <= 0
    assert violations(page.page) == []
