"""Complaints and their progress, hours without people, and ratings, as a customer meets them in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.web.browser.chat import Chat
from tests.web.browser.conftest import OpenChat, Server
from tests.web.browser.console import PASSWORD, add_agents
from topay_bot.desk.agents import Role
from topay_bot.web.customer.care_texts import CARE_TEXTS

ZH, EN = CARE_TEXTS["zh"], CARE_TEXTS["en"]
REFERENCE = re.compile(r"C-[0-9A-Z]{4}-[0-9A-Z]{4}")
COMPLAINT = "昨天退款被拒，客服态度很差，我要书面答复。"


def expect(thing: Any) -> Any:
    from playwright.sync_api import expect as playwright_expect

    return playwright_expect(thing)


class Supervisor:
    """An operator over the API."""

    def __init__(self, server: Server, name: str) -> None:
        add_agents(server.data, name, roles=(Role.AGENT, Role.OPERATOR))
        self.client = httpx.Client(base_url=f"{server.url}/v1/desk/", timeout=30)
        signed = self.client.post("session", json={"name": name, "password": PASSWORD}).raise_for_status().json()
        self.client.headers["X-CSRF-Token"] = signed["csrf"]

    def get(self, path: str) -> Any:
        return self.client.get(path).raise_for_status().json()

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(path, json=body).raise_for_status().json()


@pytest.fixture(scope="module")
def supervisor(server: Server) -> Iterator[Supervisor]:
    found = Supervisor(server, "Grace")
    yield found
    found.client.close()


@pytest.fixture(scope="module")
def closed_server(knowledge_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose desk is open for one minute a week."""
    data = tmp_path_factory.mktemp("closed")
    (data / "topay.toml").write_text('opening_hours = "Mo 09:00-09:01"\n', encoding="utf-8")
    server = Server(knowledge_index, data)
    server.start()
    yield server
    server.kill()


def looks_right(chat: Chat) -> None:
    assert chat.overflow() == 0
    assert chat.wider_than_their_place() == []
    assert chat.faint() == []


def file_complaint(chat: Chat) -> str:
    """Write the complaint in the form; its reference."""
    form = chat.page.locator("dialog#case")
    form.locator("button[type=submit]").click()
    expect(form.locator(".form-missing")).to_be_visible()
    form.locator("textarea").fill(COMPLAINT)
    form.locator("input").fill("138 0013 8000")
    form.locator("button[type=submit]").click()
    expect(form).to_be_hidden()
    return str(chat.log.locator(".record .reference").first.inner_text())


@pytest.mark.parametrize(("width", "locale"), [(360, "en-US"), (1280, "zh-CN")])
def test_a_complaint_and_its_progress(
    open_chat: OpenChat, server: Server, supervisor: Supervisor, width: int, locale: str
) -> None:
    texts = ZH if locale == "zh-CN" else EN
    chat = open_chat(width=width, locale=locale)
    if width < 1000:
        chat.page.locator("#help-open").click()
    expect(chat.page.locator(".help .escalation")).to_contain_text("400-000-0000")
    chat.page.locator(".help [data-case=complaint]").click()
    expect(chat.page.locator("dialog#case .escalation")).to_contain_text("400-000-0000")
    reference = file_complaint(chat)
    assert REFERENCE.fullmatch(reference)
    expect(chat.log.locator(".record h3")).to_have_text(texts["complaint_done"])
    expect(chat.state).to_contain_text(reference)
    looks_right(chat)

    other = open_chat(width=width, locale=locale)
    other.say(f"我的投诉处理到哪了 {reference}")
    expect(other.log.locator(".record [aria-current=step]")).to_have_text(texts["state_received"])
    supervisor.post(f"cases/{reference}", state="answered", answer="已退款，并向您致歉。")
    # The first page is told at once, and the second when it asks beside the conversation.
    expect(chat.log.locator(".record").last).to_contain_text("已退款，并向您致歉。")
    if width < 1000:
        other.page.locator("#help-open").click()
    other.page.locator("#progress-reference").fill(reference.lower())
    other.page.locator("#progress button").click()
    expect(other.page.locator("#progress-result")).to_contain_text("已退款，并向您致歉。")
    looks_right(other)
    other.server_may_fail = True
    other.page.locator("#progress-reference").fill("C-2222-2222")
    other.page.locator("#progress button").click()
    expect(other.page.locator("#progress-result")).to_have_text(texts["progress_unknown"])


def test_the_bot_hears_a_complaint_and_offers_the_form(open_chat: OpenChat, supervisor: Supervisor) -> None:
    chat = open_chat()
    chat.say("我要投诉你们")
    chat.log.locator(".handoff [data-case=complaint]").click()
    reference = file_complaint(chat)
    listed = {one["reference"]: one for one in supervisor.get("cases")}
    assert listed[reference]["text"] == COMPLAINT
    contacts = supervisor.get(f"conversations/{listed[reference]['conversation']}/contacts")
    assert [one["contact"] for one in contacts] == ["138 0013 8000"]


@pytest.mark.parametrize("width", [360, 1280])
def test_out_of_hours(open_chat: OpenChat, closed_server: Server, width: int) -> None:
    chat = open_chat(at=closed_server, width=width)
    chat.person_button.click()
    notice = chat.log.locator(".handoff")
    expect(notice).to_contain_text(re.compile(r"09:00（北京时间）"))
    expect(notice.locator("h3")).to_have_text(ZH["handoff_away"])
    expect(chat.state).to_contain_text(ZH["wait_closed"])
    looks_right(chat)
    form = notice.locator(".leave-contact")
    form.locator("button").click()
    expect(form.locator(".form-missing")).to_have_text(ZH["contact_missing"])
    form.locator("input").fill("me@example.com")
    form.locator("textarea").fill("请明天上午联系我")
    form.locator("button").click()
    reference = chat.stored()["handoff"]["reference"]
    expect(chat.log.locator("[data-kind=contact].from-system")).to_contain_text(reference)
    expect(chat.customer.last).to_have_text("请明天上午联系我")
    expect(form).to_have_count(0)
    chat.page.reload()
    expect(chat.log.locator("[data-kind=contact].from-system")).to_be_visible()
    expect(form).to_have_count(0)


def test_a_person_is_rated_once_they_are_done(open_chat: OpenChat, supervisor: Supervisor) -> None:
    chat = open_chat()
    chat.person_button.click()
    chat.log.locator(".handoff").wait_for()
    talk = chat.kept["id"]
    expect(chat.log.locator(".leave-contact")).to_have_count(0)  # somebody is there
    supervisor.post(f"conversations/{talk}/messages", text="您好，已为您处理。", client_id="a")
    supervisor.post(f"conversations/{talk}/resolve")
    stars = chat.log.locator(".stars[data-about=agent]")
    stars.locator(".star").nth(1).click()
    expect(stars.locator(".stars-result")).to_have_text(ZH["rate_sorry"])
    stars.locator("textarea").fill("等了很久")
    stars.locator(".stars-more button").click()
    expect(stars.locator("textarea")).to_have_count(0)
    looks_right(chat)
    (low,) = [one for one in supervisor.get("ratings") if one["conversation"] == talk]
    assert (low["stars"], low["comment"], low["agent"]) == (2, "等了很久", "Grace")
    chat.page.reload()
    expect(stars.locator(".star.lit")).to_have_count(2)


def test_the_bot_is_rated_when_the_customer_is_done(open_chat: OpenChat, open_answer: Callable[[Chat], None]) -> None:
    chat = open_chat()
    open_answer(chat)
    card = chat.page.locator(".stars[data-about=bot]")
    expect(card).to_have_count(0)
    chat.say("谢谢")
    card.locator(".star").nth(4).click()
    expect(card.locator(".stars-result")).to_have_text(ZH["rate_thanks"])
    looks_right(chat)
    chat.say("再见")
    expect(card).to_have_count(0)  # asked once

    other = open_chat()
    other.page.clock.install()
    open_answer(other)
    other.cards.locator("[data-helpful=true]").first.click()
    other.log.locator(".rating-result").first.get_by_text("谢谢").wait_for()
    card = other.page.locator(".stars[data-about=bot]")
    expect(card).to_have_count(0)
    other.page.clock.fast_forward(21_000)
    card.locator(".stars-close").click()
    other.say("谢谢")
    expect(card).to_have_count(0)


@pytest.fixture(scope="module")
def open_answer(server: Server) -> Callable[[Chat], None]:
    """Asks something that is answered by an article."""
    candidates = ["退款几天能到", "退款多久到账", "忘记支付密码怎么办", "怎么绑定银行卡"]
    question = next(one for one in candidates if server.decision(one)["decision"] == "answer")

    def ask(chat: Chat) -> None:
        chat.say(question)
        chat.cards.first.wait_for()

    return ask


def test_a_supervisor_answers_and_follows_up(open_chat: OpenChat, server: Server, supervisor: Supervisor) -> None:
    chat = open_chat()
    chat.page.locator(".help [data-case=complaint]").click()
    reference = file_complaint(chat)
    token = {"Authorization": f"Bearer {chat.kept['token']}"}
    rated = httpx.post(f"{server.url}/v1/conversations/{chat.kept['id']}/rating", json={"stars": 1}, headers=token)
    rated.raise_for_status()

    page = open_chat("/desk/sign-in").page
    page.request.post(f"{server.url}/v1/desk/session", data={"name": "Grace", "password": PASSWORD})
    page.goto(f"{server.url}/desk")
    page.get_by_role("link", name="投诉与评价").click()
    paper = page.locator(f"[data-reference={reference}]")
    paper.locator("textarea").fill("已为您重新办理退款。")
    paper.locator("form button").click()
    expect(chat.log.locator(".record").last).to_contain_text("已为您重新办理退款。")
    expect(paper).to_have_count(0)  # no longer among those received

    (low,) = [one["id"] for one in supervisor.get("ratings") if one["conversation"] == chat.kept["id"]]
    listed = page.locator(f"[data-rating='{low}']")
    listed.get_by_role("button").click()
    expect(listed).to_have_count(0)
    assert low not in {one["id"] for one in supervisor.get("ratings")}
