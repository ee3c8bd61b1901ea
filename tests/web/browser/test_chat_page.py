"""What a customer does on the chat page, in a real browser on a real server."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.web.browser.chat import Chat
from tests.web.browser.conftest import OpenChat, Server
from topay_bot.chat.model import Author, Draft, State, Turn
from topay_bot.storage.sql_store import SqlStore
from topay_bot.web.customer.care_texts import CARE_TEXTS
from topay_bot.web.customer.texts import PAGE_TEXTS

ZH, EN = PAGE_TEXTS["zh"], PAGE_TEXTS["en"]
REFERENCE = re.compile(r"H-[0-9A-Z]{4}-[0-9A-Z]{4}")
# What the bands of confidence hold moves with the knowledge: of each list, the first that fits is asked. What is asked
# back has nothing to do with refunds: behind an answer on them, that topic would decide it.
CANDIDATES = {
    "answer zh": ["退款几天能到", "退款多久到账", "忘记支付密码怎么办", "怎么绑定银行卡"],
    "answer en": ["how long does a refund take", "how do I reset my payment password", "how do I add a bank card"],
    "clarify zh": ["密码", "银行卡", "手机号", "注销账户 余额", "限额", "提现怎么还没到"],
    "handoff zh": ["今天天气怎么样", "帮我写一首关于秋天的诗", "红烧肉怎么做"],
}
URGENT = "账号被盗了怎么办"


@pytest.fixture(scope="module")
def questions(server: Server) -> dict[str, str]:
    """One question for each decision."""
    found = {}
    for wish, candidates in CANDIDATES.items():
        kind = wish.split()[0]
        fitting = (question for question in candidates if server.decision(question)["decision"] == kind)
        found[wish] = next(fitting, "")
        assert found[wish], f"none of {candidates} leads to {wish!r}; give another"
    return found


def expect(thing: Any) -> Any:
    from playwright.sync_api import expect as playwright_expect

    return playwright_expect(thing)


def test_a_question_is_answered_by_an_article(open_chat: OpenChat, questions: dict[str, str]) -> None:
    chat = open_chat()
    expect(chat.page.locator("html")).to_have_attribute("lang", "zh-CN")
    chat.say(questions["answer zh"])
    expect(chat.customer).to_have_text([questions["answer zh"]])
    stored = chat.stored()["messages"][1]
    expect(chat.cards.locator(".card-title")).to_have_text([stored["title"]])
    expect(chat.log).to_have_attribute("aria-live", "polite")
    expect(chat.cards.locator(".body li").first).to_be_visible()
    folded = chat.cards.locator("details").first
    expect(folded).not_to_have_attribute("open", "")
    folded.locator("summary").click()
    expect(folded.locator(":scope > :not(summary)").first).to_be_visible()
    related = chat.log.locator(".related .question")
    expect(related).to_have_text([item["title"] for item in stored["related"]])
    related.first.click()
    expect(chat.cards.nth(1).locator(".card-title")).to_have_text(stored["related"][0]["title"])


def test_small_talk_is_said_and_not_rated(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.say("你好")
    expect(chat.log.locator(".from-bot .bubble")).to_be_visible()
    expect(chat.log.locator(".rating")).to_have_count(0)


def test_a_choice_leads_to_its_answer(open_chat: OpenChat, questions: dict[str, str]) -> None:
    chat = open_chat()
    chat.say(questions["clarify zh"])
    choice = chat.log.locator(".choices button").first
    title = choice.inner_text().strip()
    with chat.page.expect_request(re.compile("/messages$")) as sent:
        choice.click()
    assert sent.value.post_data_json["choice"] == choice.get_attribute("data-article")
    expect(chat.customer).to_have_text([questions["clarify zh"], title])
    expect(chat.cards.locator(".card-title")).to_contain_text([title])
    assert chat.stored()["messages"][-1]["article"] == choice.get_attribute("data-article")


def test_the_questions_to_begin_with_are_tabs(open_chat: OpenChat) -> None:
    chat = open_chat()
    tabs = chat.page.get_by_role("tab")
    tabs.first.focus()
    chat.page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
    expect(tabs.first).to_have_attribute("tabindex", "-1")
    question = chat.page.get_by_role("tabpanel").locator("button:visible").first
    title = question.inner_text().strip()
    chat.page.keyboard.press("Tab")
    expect(question).to_be_focused()
    chat.page.keyboard.press("Enter")
    expect(chat.cards.locator(".card-title")).to_contain_text([title])


def test_feedback_is_kept_and_can_change(open_chat: OpenChat, questions: dict[str, str]) -> None:
    chat = open_chat()
    chat.say(questions["answer zh"])
    yes, no = chat.log.locator("[data-helpful=true]"), chat.log.locator("[data-helpful=false]")
    yes.click()
    expect(chat.log.locator(".rating-result")).to_have_text(ZH["thanks"])
    no.click()
    expect(chat.log.locator(".rating-result")).to_contain_text(ZH["sorry"])
    expect(chat.log.locator(".rating-result button")).to_have_text(ZH["person"])
    assert chat.stored()["messages"][1]["helpful"] is False
    chat.page.reload()
    expect(no).to_have_attribute("aria-pressed", "true")
    expect(yes).to_have_attribute("aria-pressed", "false")


def test_what_nothing_answers_leads_to_a_person(open_chat: OpenChat, questions: dict[str, str]) -> None:
    chat = open_chat()
    chat.say(questions["handoff zh"])
    expect(chat.state).not_to_contain_text(ZH["with_person"])
    chat.log.locator(".from-bot").get_by_role("button", name=ZH["person"]).click()
    expect(chat.handoffs).to_have_count(1)
    reference = chat.stored()["handoff"]["reference"]
    assert REFERENCE.fullmatch(reference)
    expect(chat.handoffs.locator(".reference")).to_have_text(reference)
    nobody = CARE_TEXTS["zh"]["wait_nobody"]  # is signed in
    expect(chat.state).to_contain_text(f"{nobody}{ZH['reference']} {reference}")
    telephone = chat.handoffs.locator("a")
    expect(telephone).to_have_attribute("href", f"tel:{telephone.inner_text()}")


def test_an_emergency_is_answered_and_handed_off(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.say(URGENT)
    expect(chat.cards).to_have_class(re.compile("urgent"))
    expect(chat.handoffs).to_contain_text(ZH["urgent"])
    expect(chat.state).to_contain_text(REFERENCE)


def test_the_button_for_a_person_hands_off_once(open_chat: OpenChat) -> None:
    chat = open_chat(width=360, height=640)
    chat.person_button.click()
    expect(chat.handoffs).to_have_count(1)
    expect(chat.state).to_contain_text(REFERENCE)
    chat.person_button.click()
    expect(chat.handoffs).to_be_focused()
    chat.say("我的订单号是 20260101")
    assert [message["author"] for message in chat.stored()["messages"]] == ["system", "customer"]
    expect(chat.handoffs).to_have_count(1)


def test_a_person_writes_and_is_seen(open_chat: OpenChat, server: Server) -> None:
    chat = open_chat()
    chat.person_button.click()
    expect(chat.handoffs).to_have_count(1)
    store = SqlStore(f"sqlite:///{server.data / 'topay.sqlite3'}")
    try:
        said = Draft("from-a-person", Author.AGENT, "您好，我是小林。\n我来帮您。")
        store.append(chat.kept["id"], State.OPEN, Turn((said,), State.OPEN), datetime.datetime.now(datetime.UTC))
    finally:
        store.close()
    message = chat.log.locator(".from-agent")
    expect(message.locator(".bubble")).to_have_text("您好，我是小林。\n我来帮您。", use_inner_text=True)
    expect(message.locator(".name")).to_have_text(ZH["agent"])


def test_the_keyboard_is_enough(open_chat: OpenChat, questions: dict[str, str]) -> None:
    chat = open_chat()
    press = chat.page.keyboard.press
    press("Tab")
    expect(chat.page.locator(".skip")).to_be_focused()
    press("Enter")
    expect(chat.input).to_be_focused()
    chat.page.keyboard.type(questions["answer zh"])
    press("Enter")
    expect(chat.cards).to_have_count(1)
    expect(chat.input).to_be_focused()
    yes = chat.log.locator("[data-helpful=true]")
    for _ in range(40):
        press("Shift+Tab")
        if yes.evaluate("one => one === document.activeElement"):
            break
    outline = yes.evaluate("one => getComputedStyle(one).outlineStyle")
    assert outline == "solid", "the focus cannot be seen"
    press("Enter")
    expect(yes).to_have_attribute("aria-pressed", "true")


def test_enter_sends_but_not_while_composing(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.input.focus()
    chat.page.keyboard.type("第一行")
    chat.page.keyboard.press("Shift+Enter")
    chat.page.keyboard.type("第二行")
    expect(chat.input).to_have_value("第一行\n第二行")
    composing = {"key": "Enter", "bubbles": True, "cancelable": True}
    for event in ({**composing, "isComposing": True}, {**composing, "keyCode": 229}):
        chat.input.evaluate("(one, event) => one.dispatchEvent(new KeyboardEvent('keydown', event))", event)
    expect(chat.input).to_have_value("第一行\n第二行")
    chat.page.keyboard.press("Enter")
    expect(chat.customer).to_have_text(["第一行\n第二行"], use_inner_text=True)
    chat.page.keyboard.press("Enter")
    expect(chat.input).to_have_value("")
    assert [m["text"] for m in chat.stored()["messages"] if m["author"] == "customer"] == ["第一行\n第二行"]


def test_a_reload_keeps_conversation_and_draft(open_chat: OpenChat, questions: dict[str, str]) -> None:
    chat = open_chat()
    chat.say(questions["answer zh"])
    chat.say(questions["handoff zh"])
    chat.person_button.click()
    expect(chat.handoffs).to_have_count(1)
    before = chat.shown()
    expect(chat.state).to_contain_text(CARE_TEXTS["zh"]["wait_nobody"])
    state = chat.state.inner_text()
    chat.input.fill("还没写完")
    chat.page.reload()
    expect(chat.handoffs).to_have_count(1)
    assert chat.shown() == before == [message["id"] for message in chat.stored()["messages"]]
    expect(chat.state).to_have_text(re.compile(r"\s*".join(map(re.escape, state.split()))))
    expect(chat.input).to_have_value("还没写完")


def test_two_tabs_share_a_conversation(open_chat: OpenChat, questions: dict[str, str]) -> None:
    chat = open_chat()
    chat.say(questions["answer zh"])
    other = Chat(chat.page.context.new_page(), chat.url)
    other.open("/")
    expect(other.cards).to_have_count(1)
    other.say(questions["handoff zh"])
    chat.say(questions["clarify zh"])
    expect(chat.log.locator(".choices")).to_have_count(1)
    assert chat.shown() == [message["id"] for message in chat.stored()["messages"]]
    expect(other.log.locator(".choices")).to_have_count(1)
    assert chat.complaints == other.complaints == []


def test_a_server_that_goes_away_gets_the_message_once(
    open_chat: OpenChat, make_server: Callable[[], Server], questions: dict[str, str]
) -> None:
    server = make_server()
    chat = open_chat(at=server)
    chat.say("你好")
    chat.server_may_fail = True
    server.kill()
    chat.input.fill(questions["answer zh"])
    chat.input.press("Enter")
    waiting = chat.page.locator(".unsent .message")
    expect(chat.page.locator("#notice")).to_contain_text(ZH["offline"])
    expect(waiting).to_contain_text([ZH["waiting"]])
    expect(waiting.locator(".bubble")).to_have_text(questions["answer zh"])
    server.start()
    expect(chat.cards).to_have_count(1, timeout=30_000)  # the next try comes within 11 seconds
    expect(waiting).to_have_count(0)
    expect(chat.page.locator("#notice")).to_be_empty()
    stored = chat.stored()["messages"]
    assert [m["text"] for m in stored if m["author"] == "customer"] == ["你好", questions["answer zh"]]
    assert chat.shown() == [message["id"] for message in stored]


def test_an_answer_lost_on_its_way_is_not_asked_twice(open_chat: OpenChat, questions: dict[str, str]) -> None:
    chat = open_chat()
    chat.server_may_fail = True
    sent: list[str] = []

    def lose_the_first(route: Any) -> None:
        sent.append(route.request.post_data_json["client_id"])
        if len(sent) == 1:
            route.fetch()  # the server has it, but the browser does not learn that
            route.abort()
        else:
            route.continue_()

    chat.page.route(re.compile("/messages$"), lose_the_first)
    chat.say(questions["answer zh"])
    expect(chat.cards).to_have_count(1)
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert [m["author"] for m in chat.stored()["messages"]] == ["customer", "bot"]


def test_what_was_taken_unnoticed_is_shown_once_after_a_reload(open_chat: OpenChat, questions: dict[str, str]) -> None:
    chat = open_chat()
    chat.say("你好")
    chat.server_may_fail = True

    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    chat.page.route(re.compile("/messages$"), lose)
    chat.input.fill(questions["answer zh"])
    chat.input.press("Enter")
    expect(chat.page.locator(".unsent .message")).to_contain_text([ZH["waiting"]])
    chat.page.unroute(re.compile("/messages$"))
    with chat.page.expect_response(re.compile("/messages$")):  # the message that was left, sent once more
        chat.page.reload()
    expect(chat.page.locator(".unsent .message")).to_have_count(0)
    assert chat.shown() == [message["id"] for message in chat.stored()["messages"]]
    assert len(chat.shown()) == 4


def test_what_is_unsent_survives_a_reload(open_chat: OpenChat, questions: dict[str, str]) -> None:
    chat = open_chat()
    chat.server_may_fail = True
    chat.page.route("**/v1/**", lambda route: route.abort())
    chat.input.fill(questions["answer zh"])
    chat.input.press("Enter")
    expect(chat.page.locator(".unsent .message")).to_contain_text([ZH["waiting"]])
    chat.page.reload()
    expect(chat.page.locator(".unsent .bubble")).to_have_text(questions["answer zh"])
    chat.page.unroute("**/v1/**")
    chat.page.get_by_role("button", name=ZH["retry"]).click()
    expect(chat.cards).to_have_count(1)
    expect(chat.customer).to_have_text([questions["answer zh"]])


def test_a_refused_message_can_be_changed(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.server_may_fail = True
    refusal = {"status": 422, "code": "bad-message", "detail": "no"}
    chat.page.route(re.compile("/messages$"), lambda route: route.fulfill(status=422, json=refusal))
    chat.input.fill("不被接受的话")
    chat.input.press("Enter")
    refused = chat.page.locator(".unsent .refused")
    expect(refused).to_contain_text(ZH["failed"])
    refused.get_by_role("button", name=ZH["edit"]).click()
    expect(chat.input).to_have_value("不被接受的话")
    expect(chat.input).to_be_focused()
    expect(refused).to_have_count(0)


def test_a_lost_conversation_begins_anew(open_chat: OpenChat, questions: dict[str, str]) -> None:
    chat = open_chat()
    chat.say("你好")
    chat.server_may_fail = True
    chat.page.evaluate("""() => { const kept = JSON.parse(localStorage.getItem("topay.conversation"));
        localStorage.setItem("topay.conversation", JSON.stringify({ ...kept, id: "gone" })); }""")
    chat.page.reload()
    chat.say(questions["answer zh"])
    expect(chat.customer).to_have_text([questions["answer zh"]])
    expect(chat.cards).to_have_count(1)


def test_a_long_message_is_sent_whole(open_chat: OpenChat) -> None:
    chat = open_chat(width=360, height=640)
    text = "https://example.com/" + "很长" * 1850
    chat.input.focus()
    chat.page.keyboard.insert_text(text)
    expect(chat.page.locator("#left")).to_have_text(ZH["left"].replace("{n}", str(4000 - len(text))))
    assert chat.input.bounding_box()["height"] < 320
    chat.input.press("Enter")
    expect(chat.customer).to_have_text([text])
    assert chat.stored()["messages"][0]["text"] == text
    assert chat.wider_than_their_place() == []
    assert chat.overflow() <= 0
    chat.page.keyboard.insert_text("字" * 4100)
    assert len(chat.input.input_value()) == 4000


def test_what_the_customer_types_is_text(open_chat: OpenChat) -> None:
    chat = open_chat()
    text = "<img src=x onerror=\"document.title='owned'\"><b>退款</b> {{ 7*7 }} &amp; <script>alert(1)</script>"
    chat.say(text)
    expect(chat.customer).to_have_text([text])
    expect(chat.customer.locator("*")).to_have_count(0)
    expect(chat.page).to_have_title(ZH["title"])
    chat.page.reload()
    expect(chat.customer).to_have_text([text])
    expect(chat.customer.locator("*")).to_have_count(0)


def test_a_card_number_is_shown_as_it_was_stored(open_chat: OpenChat) -> None:
    chat = open_chat()
    with chat.page.expect_request(re.compile("/messages$")) as sent:
        chat.input.fill("我的卡号是 4111 1111 1111 1111，退款几天能到")
        chat.input.press("Enter")
        chat.page.get_by_role("dialog").get_by_role("button", name=ZH["guard_send"]).click()
    assert "4111" not in sent.value.post_data  # hidden before it leaves the browser
    expect(chat.customer).not_to_contain_text("4111 1111 1111 1111")
    expect(chat.customer).to_have_text([chat.stored()["messages"][0]["text"]])


def test_the_english_page(open_chat: OpenChat, questions: dict[str, str]) -> None:
    chat = open_chat(locale="en-GB")
    expect(chat.page.locator("html")).to_have_attribute("lang", "en")
    expect(chat.person_button).to_have_text(EN["person"])
    chat.say(questions["answer en"])
    expect(chat.log.locator(".from-bot")).not_to_have_attribute("lang", re.compile("."))
    assert chat.stored()["messages"][1]["answer_language"] == "en"
    chat.say(questions["answer zh"])
    expect(chat.log.locator(".from-bot").nth(1)).to_have_attribute("lang", "zh-CN")
    chat.page.get_by_role("link", name=EN["switch"]).click()
    expect(chat.page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(chat.cards).to_have_count(2)
    expect(chat.log.locator(".from-bot").first).to_have_attribute("lang", "en")


def test_a_new_conversation_is_confirmed_while_a_person_has_the_old_one(
    open_chat: OpenChat, questions: dict[str, str]
) -> None:
    chat = open_chat()
    restart = chat.page.locator("#restart")
    expect(restart).to_be_hidden()
    chat.say(questions["answer zh"])
    restart.click()
    expect(chat.cards).to_have_count(0)
    chat.person_button.click()
    expect(chat.handoffs).to_have_count(1)
    old = chat.kept["id"]
    restart.click()
    dialog = chat.page.get_by_role("dialog")
    dialog.get_by_role("button", name=ZH["cancel"]).click()
    expect(chat.handoffs).to_have_count(1)
    restart.click()
    dialog.get_by_role("button", name=ZH["restart"]).click()
    expect(chat.handoffs).to_have_count(0)
    expect(chat.state).to_contain_text(ZH["status_bot"])
    chat.say(questions["answer zh"])
    expect(chat.cards).to_have_count(1)
    assert chat.kept["id"] != old


def test_the_ways_to_reach_us_are_one_step_away(open_chat: OpenChat) -> None:
    wide = open_chat().page
    for page in (wide, open_chat(width=360, height=640).page):
        if page is not wide:
            opener = page.get_by_role("button", name=ZH["contact_open"])
            opener.click()
            expect(opener).to_have_attribute("aria-expanded", "true")
        panel = page.locator("#help")
        expect(panel.locator("a[href^='tel:']")).to_be_visible()
        expect(panel.locator("a[href^='mailto:']")).to_be_visible()
        expect(panel).to_contain_text(ZH["hours"])
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    expect(opener).to_be_focused()


def test_without_javascript_telephone_and_email_remain(open_chat: OpenChat) -> None:
    page = open_chat(java_script_enabled=False, width=360, height=640).page
    # Playwright does not see into noscript by a locator's visibility alone: its place on the page tells.
    note = page.locator(".noscript")
    expect(note).to_contain_text(ZH["noscript"])
    expect(note.locator("a[href^='tel:']")).to_be_in_viewport()
    expect(note.locator("a[href^='mailto:']")).to_be_in_viewport()


@pytest.mark.parametrize(
    ("lang", "scheme", "width", "height"),
    [
        ("zh", "light", 360, 640),
        ("en", "dark", 360, 640),
        ("en", "light", 320, 568),
        ("zh", "dark", 640, 400),  # a window of 1280 x 800 at a zoom of 200 %
        ("zh", "light", 1280, 800),
        ("en", "dark", 1280, 800),
    ],
)
def test_sizes_and_schemes(
    open_chat: OpenChat, questions: dict[str, str], lang: str, scheme: str, width: int, height: int
) -> None:
    chat = open_chat(f"/?lang={lang}", width=width, height=height, color_scheme=scheme)
    assert chat.overflow() <= 0
    chat.say(questions["answer zh"])
    chat.say(questions["clarify zh"])
    chat.log.locator("[data-helpful=false]").first.click()
    chat.say(questions["handoff zh"])
    chat.say(URGENT)
    expect(chat.handoffs).to_have_count(1)
    assert chat.overflow() <= 0
    assert chat.wider_than_their_place() == []
    assert chat.faint() == []
    for part in (chat.person_button, chat.input, chat.page.locator("#send"), chat.page.locator("#restart")):
        expect(part).to_be_in_viewport(ratio=1)
    assert chat.page.locator("#stream").bounding_box()["height"] > 0.35 * height
