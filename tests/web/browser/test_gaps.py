"""The learning loop in a real browser, over a copy of the real knowledge in a git repository."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import wait_until
from tests.web.browser.axe import violations
from tests.web.browser.conftest import ROOT, Server
from tests.web.browser.console import PASSWORD, add_agents
from tests.web.browser.page import Page
from topay_bot.bootstrap.serving import open_desk
from topay_bot.desk.agents import Role
from topay_bot.settings import load_settings

CHARITY = ("怎么给慈善机构捐款", "慈善捐款去哪里捐", "想给慈善机构捐一笔款", "慈善捐款有没有证书")


@dataclass
class Place:
    """A server with a short history, and the folder of articles that its editors work on."""

    url: str
    knowledge: Path

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=self.knowledge, capture_output=True, text=True, check=True
        ).stdout


@pytest.fixture(scope="module")
def place(knowledge_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    data, knowledge = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("editors") / "knowledge"
    shutil.copytree(ROOT / "knowledge", knowledge)
    place = Place("", knowledge)
    place.git("init", "--quiet", "--initial-branch=main")
    place.git("add", ".")
    place.git("-c", "user.name=X", "-c", "user.email=x@localhost", "commit", "--quiet", "-m", "Begin.")
    parts = open_desk(load_settings(index=knowledge_index, data=data))
    try:
        for text in CHARITY:
            conversation, token = parts.chat.start("zh")
            parts.chat.post(conversation.id, token, text, "m1")
    finally:
        parts.store.close()
    add_agents(data, "Mei", roles=(Role.EDITOR,))
    server = Server(knowledge_index, data, "--knowledge", str(knowledge))
    server.start()
    place.url = server.url
    yield place
    server.kill()


@pytest.fixture
def studio(browser: Any, place: Place) -> Iterator[Page]:
    """The page of the gap about charities, as an editor opens it from the list."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", accept_downloads=True)
    page = Page(context.new_page(), place.url)
    page.page.request.post(f"{place.url}/v1/desk/session", data={"name": "Mei", "password": PASSWORD})
    page.open("/studio/gaps")

    def listed() -> bool:
        if not page.page.get_by_role("link", name="慈善").count():
            page.page.reload()  # another process is making the list
        return bool(page.page.get_by_role("link", name="慈善").count())

    wait_until(listed)
    assert violations(page.page) == []
    page.page.get_by_role("link", name="慈善").click()
    assert violations(page.page) == []
    yield page
    context.close()
    assert page.complaints == []


def test_a_gap_becomes_the_draft_of_an_article(studio: Page, place: Place) -> None:
    studio.page.get_by_label("新文章的 id").fill("payment-charity")
    studio.page.get_by_role("button", name="查看改动").first.click()
    assert violations(studio.page) == []
    assert place.git("status", "--porcelain") == ""  # nothing yet
    studio.page.get_by_role("button", name="写进知识库文件夹").click()
    assert violations(studio.page) == []
    assert place.git("status", "--porcelain", "--untracked-files=all").split() == [
        *("??", "payment/payment-charity.en.md"),
        *("??", "payment/payment-charity.zh.md"),
    ]
    written = (place.knowledge / "payment" / "payment-charity.zh.md").read_text(encoding="utf-8")
    assert "draft: true" in written
    assert sum(text in written for text in CHARITY) >= 3
    place.git("clean", "--quiet", "--force")


def test_questions_join_an_article_as_a_patch_and_lint_passes(studio: Page, place: Place, tmp_path: Path) -> None:
    copy = _copy_and_change(studio, place, tmp_path)
    with studio.page.expect_download() as download:
        studio.page.get_by_role("button", name="下载补丁").click()
    download.value.save_as(tmp_path / "change.patch")
    subprocess.run(["git", "apply", str(tmp_path / "change.patch")], cwd=copy, check=True)
    _is_joined(place, copy)
    command = [sys.executable, "-m", "topay_bot", "lint", str(copy), "--format", "json"]
    linted = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert json.loads(linted.stdout)["problems"] == []


def test_questions_join_an_article_on_a_branch(studio: Page, place: Place, tmp_path: Path) -> None:
    copy = _copy_and_change(studio, place, tmp_path)
    studio.page.get_by_role("button", name="提交到新分支").click()
    assert violations(studio.page) == []
    subprocess.run(["git", "pull", "--quiet", "origin", "gap/payment-utilities"], cwd=copy, check=True)
    _is_joined(place, copy)


def _copy_and_change(studio: Page, place: Place, tmp_path: Path) -> Path:
    """Have the change shown; a clone of the knowledge to try it on."""
    studio.page.get_by_label("文章 id", exact=True).fill("payment-utilities")
    studio.page.get_by_role("button", name="查看改动").last.click()
    assert violations(studio.page) == []
    copy = tmp_path / "knowledge"
    place.git("clone", "--quiet", ".", str(copy))
    return copy


def _is_joined(place: Place, copy: Path) -> None:
    assert place.git("status", "--porcelain", "--branch").strip() == "## main"
    assert CHARITY[0] in (copy / "payment" / "payment-utilities.zh.md").read_text(encoding="utf-8")
