"""What agents do in the console, with customers on the chat page beside it: real browsers, a real server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.waiting import wait_until
from tests.web.browser.conftest import ROOT, OpenChat, Server
from tests.web.browser.console import PASSWORD, DeskPage, add_agents
from topay_bot.chat.service import ChatService
from topay_bot.desk.agents import Role
from topay_bot.edition import Edition
from topay_bot.errors import ArtefactError
from topay_bot.settings import load_settings
from topay_bot.storage.sql_store import SqlStore
from topay_bot.web.console.texts import DESK_TEXTS

ZH, EN = DESK_TEXTS["zh"], DESK_TEXTS["en"]
LI, HANNAH, EDITOR, OPERATOR = "李雷", "Hannah Moore", "王芳", "赵敏"
UNKNOWN = "红烧肉怎么做才好吃"
URGENT = "账号被盗了，有人在转我的钱"


def _no_edition() -> Edition:
    raise ArtefactError("none is needed to ask for a person")


def expect(thing: Any) -> Any:
    from playwright.sync_api import expect as playwright_expect

    return playwright_expect(thing)


@pytest.fixture(scope="module")
def server(knowledge_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the project's saved replies and four people."""
    data = tmp_path_factory.mktemp("data")
    (data / "topay.toml").write_text(f"replies = '{ROOT / 'knowledge' / 'replies.toml'}'\n", encoding="utf-8")
    server = Server(knowledge_index, data)
    try:
        server.start()
        add_agents(data, LI, HANNAH)
        add_agents(data, EDITOR, roles=(Role.EDITOR,))
        add_agents(data, OPERATOR, roles=(Role.OPERATOR,))
        yield server
    finally:
        server.kill()


OpenDesk = Callable[..., DeskPage]


@pytest.fixture
def open_desk(browser: Any, server: Server) -> Iterator[OpenDesk]:
    """Opens the console in a new profile, signed in. In the end the page must have had nothing to complain about."""
    opened: list[tuple[Any, DeskPage]] = []

    def open_(
        name: str | None = LI,
        path: str = "/desk",
        *,
        width: int = 1280,
        height: int = 800,
        **more: Any,
    ) -> DeskPage:
        options = {"locale": "zh-CN", "reduced_motion": "reduce", **more}
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(10_000)
        desk = DeskPage(context.new_page(), server.url)
        opened.append((context, desk))
        if name is not None:
            desk.signed_in(name)
        desk.open(path)
        if name not in (None, EDITOR):
            expect(desk.page.locator("#who")).to_have_text(name)  # the page's script has begun
        return desk

    yield open_
    for context, desk in opened:
        context.close()
        assert desk.complaints == []


class Customer:
    """A customer over the API, for tests where only the console matters."""

    def __init__(self, server: Server, language: str = "zh") -> None:
        self._url = f"{server.url}/v1/conversations"
        started = httpx.post(self._url, json={"lang": language}).json()
        self.id: str = started["id"]
        self._headers = {"Authorization": f"Bearer {started['token']}"}
        self._said = 0

    def _call(self, method: str, what: str, body: Any = None) -> dict[str, Any]:
        response = httpx.request(method, f"{self._url}/{self.id}/{what}", json=body, headers=self._headers, timeout=20)
        found: dict[str, Any] = response.raise_for_status().json()
        return found

    def say(self, text: str) -> dict[str, Any]:
        self._said += 1
        return self._call("POST", "messages", {"text": text, "client_id": str(self._said)})

    def asks_person(self) -> str:
        """The reference of the hand-off."""
        reference: str = self._call("POST", "handoff")["handoff"]["reference"]
        return reference

    def complains(self, text: str) -> str:
        """The reference of the case."""
        filed = self._call("POST", "case", {"kind": "complaint", "text": text, "client_id": "case-1"})
        reference: str = filed["reference"]
        return reference

    def rates(self, stars: int, comment: str) -> None:
        self._call("POST", "rating", {"stars": stars, "comment": comment, "about": "bot"})

    def read(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call("GET", "messages")["messages"]
        return found


@pytest.fixture
def waiting(server: Server) -> Callable[..., Customer]:
    """Customers who wait for a person, each after one question."""

    def make(text: str = UNKNOWN, language: str = "zh") -> Customer:
        customer = Customer(server, language)
        customer.say(text)
        customer.asks_person()
        return customer

    return make


def test_signing_in_and_out(open_desk: OpenDesk) -> None:
    desk = open_desk(None)
    desk.server_may_fail = True  # a refused password is an error to the browser
    page = desk.page
    page.get_by_label(ZH["name"], exact=True).fill(LI)
    page.get_by_label(ZH["password"], exact=True).fill("wrong horse battery")
    page.get_by_role("button", name=ZH["sign_in"]).click()
    expect(page.locator("#said")).to_have_text(ZH["refused"])
    page.get_by_label(ZH["password"], exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#who")).to_have_text(LI)
    page.get_by_role("button", name=ZH["sign_out"]).click()
    expect(page.locator("#said")).to_have_text(ZH["signed_out"])
    desk.open("/desk")
    expect(page.locator("#form")).to_be_visible()


def test_an_editor_has_no_conversations(open_desk: OpenDesk) -> None:
    desk = open_desk(EDITOR)
    expect(desk.page.locator(".blank-title")).to_have_text(ZH["not_allowed"])


def test_from_question_to_resolved(open_chat: OpenChat, open_desk: OpenDesk) -> None:
    desk = open_desk()
    expect(desk.view("waiting")).to_have_attribute("aria-current", "true")
    expect(desk.page.locator("#empty")).to_have_text(ZH["empty_waiting"])
    chat = open_chat()
    chat.say(UNKNOWN)
    chat.person_button.click()
    expect(chat.handoffs).to_have_count(1)
    # The new one is heard of without a reload, and opened by the keyboard.
    expect(desk.rows).to_have_count(1)
    expect(desk.page).to_have_title(re.compile(r"^\(1\) "))
    expect(desk.rows.locator("time")).to_have_text(re.compile(r"^\d+:\d\d$"))
    press = desk.page.keyboard.press
    press("j")
    press("Enter")
    expect(desk.log.locator(".from-customer .bubble")).to_have_text([UNKNOWN])
    press("c")
    expect(desk.input).to_be_focused()
    expect(desk.view("mine").locator(".count")).to_have_text("1")
    # What the bot thought, and which article was right.
    thoughts = desk.log.locator(".thoughts")
    thoughts.locator("summary").click()
    expect(thoughts.locator(".percent").first).to_have_text(re.compile(r"^\d+%$"))
    thoughts.locator(".right").first.click()
    expect(thoughts.locator(".right").first).to_have_attribute("aria-pressed", "true")
    expect(desk.log.locator(".labelled")).to_contain_text(LI)
    # A note, which only agents see.
    press("Escape")
    press("n")
    desk.input.fill("客户可能在开玩笑")
    desk.input.press("Enter")
    expect(desk.log.locator(".note .bubble")).to_have_text(["客户可能在开玩笑"])
    # Chat both ways, with a suggested article.
    desk.say("您好，我来帮您")
    reply = chat.log.locator(".from-agent .bubble")
    expect(reply).to_have_text(["您好，我来帮您"])
    chat.input.fill("退款几天能到")
    chat.input.press("Enter")
    expect(desk.log.locator(".from-customer .bubble")).to_have_text([UNKNOWN, "退款几天能到"])
    expect(desk.suggestions.first).to_contain_text("退款")
    press("Escape")

    def inserted() -> bool:
        if not desk.input.input_value():
            press("1")  # inserts nothing while the suggestions are still those for the message before
        return desk.input.input_value() != ""

    wait_until(inserted)
    text = desk.input.input_value()
    assert len(text) > 40
    desk.input.press("Enter")
    expect(reply).to_have_count(2)
    sent = chat.stored()["messages"]
    assert [m["text"] for m in sent if m["author"] == "agent"] == ["您好，我来帮您", text.strip()]
    assert "开玩笑" not in str(sent)
    # Resolved, taken back, and resolved for good: the bot answers again.
    desk.page.locator("#resolve").click()
    expect(desk.page.locator("#reopen")).to_be_visible()
    expect(desk.input).to_be_hidden()
    desk.toasts.get_by_role("button", name=ZH["undo"]).click()
    expect(desk.input).to_be_visible()
    press("Escape")
    press("e")
    expect(desk.page.locator("#reopen")).to_be_visible()
    desk.view("resolved").click()
    expect(desk.row(chat.kept["id"])).to_be_visible()
    expect(desk.page).to_have_title(re.compile(r"^" + ZH["title"]))
    chat.say("退款几天能到账")
    assert chat.stored()["state"] == "pending"


def test_what_is_urgent_comes_first(open_desk: OpenDesk, waiting: Callable[..., Customer], server: Server) -> None:
    earlier = waiting()
    desk = open_desk()
    expect(desk.row(earlier.id)).to_be_visible()
    urgent = Customer(server)
    assert urgent.say(URGENT)["state"] == "open"
    expect(desk.row(urgent.id)).to_contain_text(ZH["priority_urgent"])
    order = desk.rows.locator("a").evaluate_all("all => all.map(one => one.hash.slice(1))")
    assert order.index(urgent.id) < order.index(earlier.id)
    expect(desk.toasts).to_contain_text("账")
    expect(desk.page).to_have_title(re.compile(r"^❗"))
    desk.page.locator("#next").click()
    expect(desk.page).to_have_url(re.compile(f"#{re.escape(urgent.id)}$"))
    expect(desk.page.locator("#resolve")).to_be_visible()
    expect(desk.input).to_be_enabled()


def test_of_two_agents_one_gets_it_and_the_other_is_told(open_desk: OpenDesk, waiting: Callable[..., Customer]) -> None:
    customer = waiting()
    path = f"/desk#{customer.id}"
    li, hannah = open_desk(LI, path), open_desk(HANNAH, path, locale="en-GB")
    hannah.server_may_fail = True  # the refusal is an error to the browser
    held: list[Any] = []
    hannah.page.route(re.compile("/claim$"), lambda route: held.append(route))
    with hannah.page.expect_request(re.compile("/claim$")):
        hannah.page.locator("#claim").click()
    li.take(customer.id)
    held[0].continue_()
    expect(hannah.toasts).to_contain_text(EN["taken"].replace("{name}", LI))
    expect(hannah.page.locator("#standing")).to_contain_text(EN["owned_by_other"].replace("{name}", LI))
    expect(hannah.input).to_be_hidden()
    # The other one can still leave a note.
    hannah.page.keyboard.press("n")
    hannah.input.fill("I know this customer")
    hannah.input.press("Enter")
    expect(li.log.locator(".note .bubble")).to_have_text(["I know this customer"])
    # And gets it by a transfer.
    li.page.locator("#transfer").click()
    expect(li.page.locator("#transfer-to option:checked")).to_contain_text(HANNAH)
    li.page.locator("#transfer-note").fill("交给你了")
    li.page.get_by_role("dialog").get_by_role("button", name=ZH["transfer"], exact=True).click()
    expect(li.page.locator("#standing")).to_contain_text(HANNAH)
    expect(hannah.view("mine").locator(".count")).to_have_text("1")
    hannah.page.keyboard.press("r")
    hannah.say("Hello, I take over")


def test_search_by_reference_and_words(open_desk: OpenDesk, server: Server) -> None:
    customer = Customer(server)
    customer.say("我想找一双蓝色的雨靴")
    reference = customer.asks_person()
    desk = open_desk()
    expect(desk.row(customer.id)).to_be_visible()
    for words in (reference, "蓝色的雨靴"):
        desk.page.keyboard.press("/")
        desk.page.locator("#words").fill(words)
        expect(desk.page.locator("#found")).to_be_visible()
        expect(desk.rows).to_have_count(1)
        expect(desk.row(customer.id)).to_be_visible()
        desk.page.locator("#words").press("Escape")
        expect(desk.page.locator("#found")).to_be_hidden()
        expect(desk.page.locator("#words")).to_have_value("")
    desk.page.locator("#dates-open").click()
    desk.page.locator("#until").fill("2001-01-01")
    expect(desk.page.locator("#empty")).to_have_text(ZH["empty_found"])
    # The link in a notification names the reference.
    desk.open(f"/desk#{reference}")
    expect(desk.page).to_have_url(re.compile(f"#{re.escape(customer.id)}$"))


def test_drafts_and_saved_replies(open_desk: OpenDesk, waiting: Callable[..., Customer]) -> None:
    one, other = waiting(), waiting("where is my refund, it has been five days", "en")
    desk = open_desk()
    desk.take(one.id)
    desk.input.fill("还没写完")
    desk.open(f"/desk#{other.id}")
    expect(desk.input).to_have_value("")
    expect(desk.log.locator(".from-customer")).to_contain_text(["five days"])
    desk.input.press("/")
    picker = desk.page.get_by_role("dialog", name=ZH["replies"])
    expect(picker.get_by_role("option").first).to_contain_text("Hello, this is {agent}")  # the customer's language
    picker.get_by_role("combobox").fill("one moment")
    picker.get_by_role("combobox").press("Enter")
    expect(desk.input).to_have_value(re.compile("^I'm checking this"))
    desk.page.locator("#replies-open").click()
    picker.get_by_role("combobox").fill("goodbye")
    expect(picker.get_by_role("option")).to_have_count(1)
    picker.get_by_role("option").click()
    expect(desk.input).to_have_value(re.compile(r"H-[0-9A-Z]{4}-[0-9A-Z]{4} finds this conversation"))
    desk.page.reload()
    expect(desk.input).to_have_value(re.compile("^I'm checking this"))
    desk.view("open").click()
    expect(desk.row(one.id)).to_contain_text(ZH["draft"])
    desk.row(one.id).locator("a").click()
    expect(desk.input).to_have_value("还没写完")
    # A draft is not lost by resolving: it is asked about.
    desk.page.locator("#resolve").click()
    dialog = desk.page.get_by_role("dialog", name=ZH["resolve_draft_title"])
    dialog.get_by_role("button", name=ZH["cancel"]).click()
    desk.input.press("Enter")
    expect(desk.log.locator(".from-agent .bubble")).to_have_text(["还没写完"])
    assert [m["text"] for m in one.read() if m["author"] == "agent"] == ["还没写完"]


def test_shortcuts_have_a_sheet_and_can_be_turned_off(open_desk: OpenDesk, waiting: Callable[..., Customer]) -> None:
    waiting()
    desk = open_desk()
    press = desk.page.keyboard.press
    press("m")
    expect(desk.view("mine")).to_have_attribute("aria-current", "true")
    press("?")
    sheet = desk.page.get_by_role("dialog", name=ZH["keys_title"])
    sheet.get_by_label(ZH["keys_on"]).uncheck()
    press("Escape")
    expect(sheet).to_be_hidden()
    press("w")
    expect(desk.view("mine")).to_have_attribute("aria-current", "true")
    desk.page.reload()
    expect(desk.rows).not_to_have_count(0)
    press("m")
    expect(desk.view("waiting")).to_have_attribute("aria-current", "true")


def test_a_session_that_ended_keeps_the_draft(open_desk: OpenDesk, waiting: Callable[..., Customer]) -> None:
    customer = waiting()
    desk = open_desk()
    desk.server_may_fail = True
    desk.take(customer.id)
    desk.input.fill("写到一半")
    desk.page.context.clear_cookies()
    desk.view("open").click()
    page = desk.page
    expect(page.locator("#said")).to_have_text(ZH["session_over"])
    page.get_by_label(ZH["name"], exact=True).fill(LI)
    page.get_by_label(ZH["password"], exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(desk.input).to_have_value("写到一半")


def test_two_hundred_waiting_stay_fluent(open_desk: OpenDesk, server: Server) -> None:
    store = SqlStore(load_settings(data=server.data).database())
    chat = ChatService(store, _no_edition, max_message_chars=4000)
    for _ in range(200):
        conversation, token = chat.start("zh")
        chat.request_person(conversation.id, token)
    store.close()
    desk = open_desk()
    more = desk.page.locator("#more")
    expect(desk.rows).not_to_have_count(0)
    while (before := desk.rows.count()) < 200:
        more.click()
        expect(desk.rows).not_to_have_count(before)
    # Only what changed is drawn: the rows of before are the very same elements after an arrival.
    desk.page.evaluate("document.querySelectorAll('#rows .row').forEach((row) => (row.kept = true))")
    newest = Customer(server)
    newest.say(URGENT)
    expect(desk.row(newest.id)).to_be_visible()
    kept = desk.rows.evaluate_all("rows => rows.filter((row) => row.kept).length")
    assert kept >= 199
    # A step through the list takes a frame or two, not a visible pause.
    desk.page.keyboard.press("j")
    taken = desk.page.evaluate(_TIME_OF_STEPS)
    assert taken < 100, f"{taken:.0f} ms for a step through 200 rows"


# Milliseconds for one step, of twenty, each drawn.
_TIME_OF_STEPS = """async () => {
    const begin = performance.now();
    for (let step = 0; step < 20; step++) {
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
        await new Promise(requestAnimationFrame);
    }
    return (performance.now() - begin) / 20;
}"""


@pytest.mark.parametrize(
    ("lang", "scheme", "width", "height"),
    [("zh", "light", 360, 740), ("en", "dark", 768, 900), ("en", "light", 1280, 800), ("zh", "dark", 1280, 800)],
)
def test_sizes_schemes_and_accessibility(
    open_desk: OpenDesk, waiting: Callable[..., Customer], lang: str, scheme: str, width: int, height: int
) -> None:
    customer = waiting("退款几天能到账")
    size = {"width": width, "height": height, "color_scheme": scheme, "locale": "zh-CN" if lang == "zh" else "en-GB"}
    gate = open_desk(None, **size)
    gate.looks_right()
    desk = open_desk(LI, **size)
    expect(desk.rows).not_to_have_count(0)
    desk.looks_right()
    desk.take(customer.id)
    desk.page.locator(".thoughts summary").first.click()
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("n")
    desk.input.fill("备注 / a note")
    desk.input.press("Enter")
    desk.log.locator(".note").wait_for()
    desk.looks_right()
    for part in ("#input", "#send", "#resolve"):
        expect(desk.page.locator(part)).to_be_in_viewport(ratio=1)
    if width < 1160:
        desk.page.locator("#suggestions-open").click()
    expect(desk.suggestions.first).to_be_in_viewport()
    desk.looks_right()
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("?")
    desk.looks_right()
    desk.page.keyboard.press("Escape")
    desk.page.locator("#replies-open").click()
    expect(desk.page.locator("#picker-list .option").first).to_be_visible()
    desk.looks_right()
    desk.page.keyboard.press("Escape")
    if width < 700:
        desk.page.locator("#back").click()
        expect(desk.page.locator("#words")).to_be_visible()


def test_cases_and_low_ratings_are_counted_until_they_are_followed_up(open_desk: OpenDesk, server: Server) -> None:
    customer = Customer(server)
    reference = customer.complains("退款拖了两周没有人管")
    customer.rates(1, "没有解决")
    agent = open_desk()
    expect(agent.page.locator("#follow-ups")).to_have_text("1")  # ratings are for operators
    desk = open_desk(OPERATOR)
    expect(desk.page.locator("#follow-ups")).to_have_text("2")
    desk.page.get_by_role("link", name=ZH["supervise"]).click()
    expect(desk.page.locator("#cases")).to_contain_text(reference)
    desk.open(f"/desk#{reference}")
    expect(desk.page).to_have_url(re.compile(f"#{re.escape(customer.id)}$"))


def test_a_server_that_goes_away_gets_the_reply_once(
    open_desk: OpenDesk, server: Server, waiting: Callable[..., Customer]
) -> None:
    customer = waiting()
    desk = open_desk()
    desk.take(customer.id)
    desk.server_may_fail = True
    server.kill()
    desk.input.fill("我在查，请稍等")
    desk.input.press("Enter")
    unsent = desk.page.locator("#unsent .message")
    expect(unsent).to_contain_text([ZH["unsent"]])
    expect(desk.banner).to_contain_text(ZH["not_connected"])
    desk.page.keyboard.type("第二句")
    with desk.page.expect_websocket():  # while the server is away: once it is back the page may be quicker than we are
        desk.banner.get_by_role("button", name=ZH["try_now"]).click()
    server.start()
    expect(desk.log.locator(".from-agent .bubble")).to_have_text(["我在查，请稍等"], timeout=30_000)
    expect(unsent).to_have_count(0)
    expect(desk.banner).to_be_hidden()
    expect(desk.input).to_have_value("第二句")
    assert [m["text"] for m in customer.read() if m["author"] == "agent"] == ["我在查，请稍等"]
