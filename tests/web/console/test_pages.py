"""The console's pages as the server sends them, and the saved replies."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import MakeClient
from tests.web.desk import AgentAt
from topay_bot.web.console.texts import DESK_TEXTS

WEB = Path(__file__).parents[3] / "topay_bot" / "web"
REPLY = '[greeting]\ntitle = {{ zh = "问候", en = "Greeting" }}\ntext = {{ zh = "{zh}", en = "Hello, {{agent}}" }}\n'


def test_without_a_session_one_signs_in(client: TestClient) -> None:
    sent = TestClient(client.app).get("/desk?lang=en", follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (303, "desk/sign-in?lang=en")
    page = TestClient(client.app).get("/desk", headers={"Accept-Language": "en"})
    assert page.url.path == "/desk/sign-in"
    assert DESK_TEXTS["en"]["sign_in_title"] in page.text


def test_the_language_is_the_one_asked_for_then_the_remembered_one(client: TestClient) -> None:
    browser = TestClient(client.app, headers={"Accept-Language": "zh-CN"})
    assert '<html lang="zh-CN">' in browser.get("/desk/sign-in").text
    assert '<html lang="en">' in browser.get("/desk/sign-in?lang=en").text
    assert '<html lang="en">' in browser.get("/desk/sign-in").text
    assert '<html lang="zh-CN">' in browser.get("/desk/sign-in?lang=zh").text
    assert '<html lang="zh-CN">' in browser.get("/desk/sign-in?lang=fr").text


def test_the_console_is_kept_nowhere_and_holds_no_script(client: TestClient) -> None:
    page = AgentAt(client).client.get("/desk")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "built-in" not in page.text  # a text named as a method of dict
    assert not re.search(r"<script(?![^>]*(?:src=|application/json))|\sstyle=|\son\w+=", page.text)


def test_both_languages_have_every_text_that_is_used() -> None:
    assert set(DESK_TEXTS["zh"]) == set(DESK_TEXTS["en"])
    sources = [path.read_text(encoding="utf-8") for path in (WEB / "static" / "desk").glob("*.js")]
    used = {name for source in sources for name in re.findall(r'\bsay\(\s*"(\w+)"', source)}
    for template in ("desk.html", "sign_in.html"):
        used |= set(re.findall(r"texts\.(\w+)", (WEB / "templates" / template).read_text(encoding="utf-8")))
    assert len(used) > 100
    assert used <= set(DESK_TEXTS["zh"])


def test_no_text_of_the_console_is_left_over() -> None:
    sources = [*(WEB / "static" / "desk").glob("*.js"), *WEB.glob("templates/*.html"), WEB / "console" / "pages.py"]
    whole = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    by_value = ("reason_", "priority_", "state_", "language_", "empty_", "key_")  # their ends are values
    left = {name for name in DESK_TEXTS["zh"] if not name.startswith(by_value) and not re.search(rf"\b{name}\b", whole)}
    assert left == set()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_saved_replies_come_in_the_language_asked_for(client: TestClient, language: str) -> None:
    found = AgentAt(client).get("replies", lang=language).json()
    greeting = next(reply for reply in found if reply["id"] == "greeting")
    assert greeting["title"] == {"zh": "问候", "en": "Greeting"}[language]
    assert "{agent}" in greeting["text"]


def test_saved_replies_are_for_agents(client: TestClient) -> None:
    refused = TestClient(client.app).get("/v1/desk/replies")
    assert (refused.status_code, refused.json()["code"]) == (401, "sign-in-needed")


def test_a_changed_file_is_read_again_and_a_broken_one_is_not(
    make_client: MakeClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "replies.toml"
    agent = AgentAt(make_client(replies=file))
    assert agent.get("replies").json() == []
    for moment, (text, expected) in enumerate([(REPLY.format(zh="您好"), "您好"), ("[greeting", "您好")]):
        file.write_text(text, encoding="utf-8")
        os.utime(file, ns=(moment + 1, moment + 1))  # the two writes may fall into one tick of the clock
        assert [reply["text"] for reply in agent.get("replies").json()] == [expected]
    assert "replies.toml:1: saved-reply: cannot be read" in caplog.text
    file.unlink()
    assert agent.get("replies").json() == []
