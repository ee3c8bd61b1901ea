"""What an editor sees on the chat page under `serve --watch`."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.browser.conftest import OpenChat
from tests.web.browser.test_chat_page import expect
from tests.web.sample import write_knowledge
from tests.web.test_server import Server
from topay_bot.builds.making import make_build
from topay_bot.settings import load_settings
from topay_bot.web.customer.preview_texts import PREVIEW_TEXTS

ZH, EN = PREVIEW_TEXTS["zh"], PREVIEW_TEXTS["en"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_knowledge(tmp_path / "knowledge")
    make_build(load_settings(knowledge=tmp_path / "knowledge", index=tmp_path / "index", encoder="fitted"))
    (tmp_path / "topay.toml").write_text('encoder = "fitted"\n')
    return tmp_path


@pytest.fixture
def server(root: Path) -> Iterator[Server]:
    server = Server(root / "index", root / "data", "--watch", "--knowledge", str(root / "knowledge"))
    yield server
    server.stop(signal.SIGTERM)


def test_the_preview_follows_what_is_saved(open_chat: OpenChat, server: Server, root: Path) -> None:
    chat = open_chat(at=server)
    preview = chat.page.locator("#preview")
    expect(preview).to_contain_text(ZH["published"])
    file = root / "knowledge" / "refund" / "refund-how-long.zh.md"
    before = file.read_text(encoding="utf-8")
    file.write_text(before + "\n周末顺延。\n", encoding="utf-8")
    expect(preview).to_contain_text("尚未发布", timeout=60_000)
    expect(preview).to_contain_text("refund/refund-how-long.zh.md，用时", timeout=60_000)
    chat.say("退款几天能到")
    expect(chat.cards.last).to_contain_text("周末顺延")

    file.write_text(before.replace("title: ", "title: [", 1), encoding="utf-8")
    expect(preview).to_contain_text(ZH["errors"], timeout=60_000)
    expect(preview.locator("li").first).to_contain_text("refund/refund-how-long.zh.md:3: front-matter")
    phone = open_chat("/?lang=en", at=server, width=360, height=720)
    expect(phone.page.locator("#preview")).to_contain_text(EN["errors"])
    for page in (chat, phone):
        assert page.overflow() <= 0
        assert page.faint() == []

    file.write_text(before, encoding="utf-8")
    expect(preview).to_contain_text(ZH["published"], timeout=60_000)
    assert not (root / "data").exists()  # what an editor tries is kept apart, and forgotten
