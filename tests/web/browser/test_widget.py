"""The widget on the demonstration shop, which is another site than the desk, as real shops are.

This Chromium gives the frame of another site no storage at all unless its owner allows it: in most tests the page
around keeps the conversation. Where it is allowed (`lasting`) the frame has storage of its own. That browsers keep it
apart for each site is not seen here: Playwright switches that off.
"""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.privacy_cases import MASKED, SURVIVES
from tests.waiting import wait_until
from tests.web.browser.axe import violations
from tests.web.browser.conftest import CHROMIUM, Server
from tests.web.browser.shop import Visit
from tests.web.browser.test_chat_page import expect
from tests.web.live import Agent
from tests.web.sample import write_knowledge
from topay_bot.bootstrap.database import open_agents
from topay_bot.builds.making import make_build
from topay_bot.identity import identifier_hash
from topay_bot.privacy import find, mask
from topay_bot.settings import load_settings
from topay_bot.web.customer.texts import PAGE_TEXTS
from topay_bot.web.widget.texts import WIDGET_TEXTS

ZH, EN = PAGE_TEXTS["zh"], PAGE_TEXTS["en"]
WIDGET_ZH, WIDGET_EN = WIDGET_TEXTS["zh"], WIDGET_TEXTS["en"]
REFUND = "退款几天能到"
PHONE, EMAIL = "400-123-0000", "help@topay.example"
_PATIENCE_MS = 20_000  # for a busy machine; what is there sooner is not waited for
# Near enough to something, sure of nothing: the first of these that the bot asks back about is taken.
VAGUE = ("退款问题", "绑卡和限额", "怎么办", "卡", "钱", "提高", "什么时候", "I want", "account", "card")


class Desk(Server):
    """A desk and its shop. `shop` is where a browser finds it as another site."""

    def __init__(self, index: Path, data: Path, site: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.shop_port: int = free.getsockname()[1]
        super().__init__(index, data, "--demo", "--demo-port", str(self.shop_port))
        self.shop = f"http://localhost:{self.shop_port}"
        (data / "topay.toml").write_text(f'widget_sites = ["{site}"]\n', encoding="utf-8")


class Site:
    """A site on the list whose only page is whatever a test wants: `show` gives its address."""

    def __init__(self) -> None:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                for name, value in site.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(site.body.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.body, self.headers = "", dict[str, str]()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def show(self, body: str, **headers: str) -> str:
        self.body, self.headers = body, {name.replace("_", "-"): value for name, value in headers.items()}
        return f"{self.url}/"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    found = Site()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture(scope="module")
def make_desk(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Desk]]:
    root = tmp_path_factory.mktemp("shop")
    write_knowledge(root / "knowledge")
    facts = f'[contact]\nphone = "{PHONE}"\nemail = "{EMAIL}"\n'
    (root / "knowledge" / "facts.toml").write_text(facts, encoding="utf-8")
    make_build(load_settings(knowledge=root / "knowledge", index=root / "index"))
    with ExitStack() as stack:

        def make() -> Desk:
            desk = Desk(root / "index", tmp_path_factory.mktemp("data"), site.url)
            stack.callback(desk.kill)
            desk.start()
            wait_until(lambda: _suggests(desk))  # made in the background with the first request
            return desk

        yield make


def _suggests(desk: Desk) -> bool:
    found: list[Any] = httpx.get(f"{desk.url}/v1/suggest", params={"q": "退款"}).json()["suggestions"]
    return bool(found)


@pytest.fixture(scope="module")
def desk(make_desk: Callable[[], Desk]) -> Desk:
    return make_desk()


VisitShop = Callable[..., Visit]


@pytest.fixture
def visit(browser: Any, desk: Desk) -> Iterator[VisitShop]:
    """Opens a page of the shop in a new browser profile, or beside `tab` in the same one; nothing may complain."""
    from playwright.sync_api import expect

    expect.set_options(timeout=_PATIENCE_MS)
    contexts: list[Any] = []
    visits: list[Visit] = []

    def open_(path: str = "/?lang=zh", *, shop: str = desk.shop, tab: Visit | None = None, **options: Any) -> Visit:
        if tab is None:
            options = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **options}
            contexts.append(browser.new_context(**options))
            contexts[-1].set_default_timeout(_PATIENCE_MS)
        found = Visit(contexts[-1].new_page() if tab is None else tab.page.context.new_page(), shop)
        visits.append(found)
        found.open(path)
        return found

    yield open_
    for context in contexts:
        context.close()
    assert [complaint for one in visits for complaint in one.complaints] == []


# -- The first visit, and a conversation


def test_nothing_is_loaded_before_the_page_is_done(visit: VisitShop, desk: Desk) -> None:
    tab = visit("about:blank", shop="")
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url) if str(desk.port) in request.url else None)
    tab.page.add_init_script(
        "window.addEventListener('load', () => { window.atLoad = performance.getEntriesByType('resource').length; });"
        "window.addEventListener('topay:ready', (event) => { window.told = event.detail; });"
    )
    tab.page.goto(f"{desk.shop}/?lang=en")
    expect(tab.launcher).to_be_visible()
    names = tab.page.evaluate("performance.getEntriesByType('resource').slice(0, window.atLoad).map((one) => one.name)")
    assert [name for name in names if str(desk.port) in name] == [f"{desk.url}/widget.js"]
    assert [url.split("?")[0].removeprefix(desk.url) for url in asked] == [
        "/widget.js",
        "/widget/boot",
        "/widget/panel.js",
        "/widget/style.js",
    ]
    wait_until(lambda: tab.page.evaluate("window.told") == {"language": "en"})


def test_a_first_visit(visit: VisitShop) -> None:
    tab = visit()
    expect(tab.launcher).to_have_accessible_name(WIDGET_ZH["launcher"])
    expect(tab.launcher).to_have_attribute("aria-expanded", "false")
    expect(tab.panel).to_be_hidden()
    tab.open_chat()
    expect(tab.panel).to_be_visible()
    expect(tab.input).to_be_focused()
    expect(tab.chat.locator("html")).to_have_attribute("lang", "zh-CN")
    tab.say(REFUND)
    expect(tab.cards.locator(".card-title")).to_have_text(["退款多久到账"])
    tab.log.locator("[data-helpful=true]").click()
    expect(tab.log.locator(".rating-result")).to_have_text(ZH["thanks"])
    tab.page.keyboard.press("Escape")
    expect(tab.panel).to_be_hidden()
    expect(tab.launcher).to_be_focused()


def test_suggestions_while_typing(visit: VisitShop) -> None:
    tab = visit()
    tab.open_chat()
    tab.input.press_sequentially("tuikuan")
    expect(tab.suggestions.first).to_contain_text("退款")
    expect(tab.chat.locator("#suggested")).to_contain_text(re.compile(r"\d"))
    tab.input.press("ArrowDown")
    expect(tab.suggestions.first).to_have_attribute("aria-selected", "true")
    expect(tab.input).to_have_attribute("aria-activedescendant", "suggestion-0")
    tab.input.press("Escape")
    expect(tab.suggestions).to_have_count(0)
    expect(tab.panel).to_be_visible()  # the first Escape was the list's
    tab.input.fill("怎么申请")
    with tab.page.expect_request(re.compile("/messages$")) as sent:
        tab.suggestions.first.click()
    assert sent.value.post_data_json["choice"] == "refund-request"
    expect(tab.cards.locator(".card-title")).to_have_text(["怎么申请退款"])
    expect(tab.input).to_have_value("")
    expect(tab.input).to_be_focused()


def test_what_may_be_secret_is_not_even_looked_up(visit: VisitShop) -> None:
    tab = visit()
    tab.open_chat()
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url) if "/v1/suggest" in request.url else None)
    tab.input.fill("密码是abc123")
    tab.input.fill("订单 20240501")
    tab.input.fill("退款")
    expect(tab.suggestions.first).to_be_visible()
    assert len(asked) == 1
    assert "abc123" not in tab.page.evaluate("JSON.stringify([{ ...sessionStorage }, { ...localStorage }])")


def test_a_secret_is_hidden_before_it_leaves_the_browser(visit: VisitShop) -> None:
    tab = visit("/?lang=en")
    tab.open_chat()
    sent: list[str] = []
    tab.page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    text = "my card 4111 1111 1111 1111 was refused, my password is hunter2"
    tab.input.fill(text)
    tab.input.press("Enter")
    dialog = tab.chat.get_by_role("dialog")
    expect(dialog).to_contain_text(EN["guard_title"].replace("{what}", f"{EN['secret_card']}, {EN['secret_password']}"))
    expect(dialog.get_by_role("button", name=EN["guard_send"])).to_be_focused()
    tab.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(tab.panel).to_be_visible()  # that Escape was the dialog's
    expect(tab.input).to_have_value(text)
    tab.input.press("Enter")
    dialog.get_by_role("button", name=EN["guard_send"]).click()
    expect(tab.customer).to_have_text(["my card [card] was refused, my password is [password]"])
    assert not [body for body in sent if "4111" in body or "hunter2" in body]


def test_a_choice(visit: VisitShop, desk: Desk) -> None:
    vague = next((text for text in VAGUE if desk.decision(text)["decision"] == "clarify"), None)
    assert vague, f"none of {VAGUE} is asked back about; give another"
    tab = visit()
    tab.open_chat()
    tab.say(vague)
    choice = tab.log.locator(".choices button").first
    title = choice.inner_text().strip()
    choice.click()
    expect(tab.cards.locator(".card-title")).to_contain_text([title])


def test_a_person_answers_while_the_panel_is_closed(visit: VisitShop, desk: Desk) -> None:
    tab = visit()
    tab.open_chat()
    tab.chat.locator(".top [data-person]").click()
    expect(tab.log.locator(".handoff")).to_have_count(1)
    tab.chat.locator("#frame-close").click()
    expect(tab.launcher).to_be_focused()
    expect(tab.badge).to_be_hidden()
    agent = Agent(desk.url, open_agents(load_settings(data=desk.data)))
    try:
        conversation = json.loads(tab.kept()["topay.conversation"])["id"]
        agent.say(conversation, "您好，我来帮您看看。")
        expect(tab.badge).to_be_visible()
        expect(tab.launcher).to_have_accessible_name(re.compile(WIDGET_ZH["unread"].replace("{n}", r"\d")))
        tab.page.goto(f"{desk.shop}/order?lang=zh")  # it is news on the next page too, without a click
        expect(tab.badge).to_be_visible()
        tab.open_chat()
        expect(tab.log.locator(".from-agent .bubble")).to_have_text(["您好，我来帮您看看。"])
        expect(tab.badge).to_be_hidden()
        tab.say("谢谢")
        tab.page.reload()
        expect(tab.log.locator(".from-agent")).to_have_count(1)
        expect(tab.badge).to_be_hidden()
    finally:
        agent.close()


# -- Across pages, tabs, and times without a server


def test_a_conversation_goes_along_from_page_to_page(visit: VisitShop, desk: Desk) -> None:
    tab = visit()
    tab.open_chat()
    tab.say(REFUND)
    tab.input.fill("还没写完")
    for path in ("/checkout?lang=zh", "/order?lang=zh"):
        tab.page.goto(desk.shop + path)
        expect(tab.panel).to_be_visible()  # it was open, so it is again
        expect(tab.cards).to_have_count(1)
        expect(tab.input).to_have_value("还没写完")
        assert tab.page.evaluate("document.activeElement === document.body")  # and takes no focus by itself
    tab.page.reload()
    expect(tab.cards).to_have_count(1)
    assert tab.page.evaluate("history.length") == 4  # about:blank and three pages: the frame adds nothing
    tab.call("close")
    tab.page.reload()
    expect(tab.launcher).to_be_visible()
    expect(tab.panel).to_be_hidden()


def test_a_second_tab_has_the_same_conversation(visit: VisitShop) -> None:
    tab = visit()
    tab.open_chat()
    tab.say(REFUND)
    other = visit("/order?lang=zh", tab=tab)
    other.open_chat()
    expect(other.cards).to_have_count(1)
    other.say("你们好，怎么绑定银行卡")
    expect(tab.customer).to_have_text([REFUND, "你们好，怎么绑定银行卡"])


def test_the_server_away_and_back(visit: VisitShop, make_desk: Callable[[], Desk]) -> None:
    desk = make_desk()
    tab = visit(shop=desk.shop)
    tab.open_chat()
    tab.say(REFUND)
    tab.server_may_fail = True
    desk.kill()
    tab.input.fill("怎么绑定银行卡")
    tab.input.press("Enter")
    away = tab.chat.locator("#notice")
    expect(away).to_contain_text(ZH["offline"])
    expect(away.locator(f"a[href='tel:{PHONE}']")).to_be_visible()
    expect(away.locator(f"a[href='mailto:{EMAIL}']")).to_be_visible()
    expect(tab.chat.locator(".unsent .delivery")).to_contain_text(ZH["waiting"])
    desk.start()
    expect(tab.cards).to_have_count(2, timeout=30_000)  # the next try comes within 11 seconds
    expect(tab.customer).to_have_text([REFUND, "怎么绑定银行卡"])


def test_where_the_chat_does_not_open_telephone_and_email_remain(visit: VisitShop) -> None:
    tab = visit()
    tab.server_may_fail = True
    expect(tab.launcher).to_be_visible()
    tab.page.route("**/widget?*", lambda route: route.abort())
    tab.launcher.focus()
    tab.page.keyboard.press("Enter")
    expect(tab.notice).to_contain_text(WIDGET_ZH["away"])
    expect(tab.notice.locator(f"a[href='tel:{PHONE}']")).to_be_visible()
    expect(tab.notice.locator(f"a[href='mailto:{EMAIL}']")).to_be_visible()
    assert violations(tab.page.main_frame) == []
    retry = tab.notice.get_by_role("button", name=WIDGET_ZH["retry"])
    expect(retry).to_be_focused()
    tab.page.unroute("**/widget?*")
    tab.page.keyboard.press("Enter")
    tab.ready()
    expect(tab.input).to_be_focused()


def test_nothing_is_shown_when_the_server_does_not_answer(visit: VisitShop, desk: Desk) -> None:
    for blocked in ("**/widget.js", "**/widget/boot*", "**/widget/panel.js"):
        tab = visit("about:blank", shop="")
        tab.server_may_fail = True
        with tab.page.expect_event("requestfailed"):
            tab.page.route(blocked, lambda route: route.abort())
            tab.page.goto(f"{desk.shop}/checkout?lang=zh")
        tab.page.evaluate("new Promise((done) => requestIdleCallback(done))")
        assert tab.page.locator("topay-widget").count() == 0
        tab.page.get_by_role("button", name="问问客服").click()  # the shop's own button breaks nothing


# -- Who the customer is


SIGN_IN, SIGN_OUT = "登录（示例用户）", "退出登录"


def test_a_signed_in_customer_has_a_conversation_of_their_own(visit: VisitShop) -> None:
    tab = visit()
    tab.page.get_by_role("button", name=SIGN_IN).click()
    tab.open_chat()
    with tab.page.expect_request("**/v1/conversations") as begun:
        tab.say(REFUND)
    assert begun.value.post_data_json["customer"]["id"] == "customer-1024"  # so that agents see who asks
    assert [key for key in tab.kept() if re.fullmatch("topay.conversation@[0-9a-f]{32}", key)]
    tab.page.reload()
    expect(tab.cards).to_have_count(1)
    # Somebody else at the same browser: signed out, with a wrong signature, or as another customer.
    tab.call("close")
    tab.page.get_by_role("button", name=SIGN_OUT).click()
    tab.open_chat()
    expect(tab.cards).to_have_count(0)
    tab.server_may_fail = True  # the browser notes the refusal on the console
    tab.call("setUser", "customer-1024", {"identifier_hash": identifier_hash("another secret", "customer-1024")})
    expect(tab.chat.locator("#unproven")).to_have_text(ZH["unproven"])
    tab.ready()
    expect(tab.cards).to_have_count(0)
    tab.say("怎么绑定银行卡")  # help there is nevertheless, but nothing of it is kept
    expect(tab.cards).to_have_count(1)
    tab.page.reload()
    tab.ready()
    expect(tab.cards).to_have_count(0)
    tab.call("close")
    tab.page.get_by_role("button", name=SIGN_IN).click()
    tab.open_chat()
    expect(tab.cards.locator(".card-title")).to_have_text(["退款多久到账"])


def test_without_a_signature_nobody_is_believed(visit: VisitShop) -> None:
    tab = visit()
    tab.open_chat()
    tab.say(REFUND)
    tab.server_may_fail = True
    for proof in (None, {}, {"identifier_hash": "0" * 64}):
        tab.page.reload()
        expect(tab.cards).to_have_count(1)
        with tab.page.expect_event("framenavigated"):
            tab.call("setUser", "customer-1024", proof)
        expect(tab.chat.locator("#unproven")).to_be_visible()
        expect(tab.cards).to_have_count(0)


def test_what_was_said_before_signing_in_goes_along_in_that_tab_only(visit: VisitShop) -> None:
    tab = visit()
    tab.open_chat()
    tab.say(REFUND)
    other = visit(tab=tab)  # another person may have come to this browser
    other.page.get_by_role("button", name=SIGN_IN).click()
    other.open_chat()
    expect(other.cards).to_have_count(0)
    tab.page.reload()  # signed in here too now, by the same cookie
    expect(tab.cards).to_have_count(1)


def test_reset_forgets(visit: VisitShop) -> None:
    tab = visit()
    tab.open_chat()
    tab.say(REFUND)
    tab.call("reset")
    expect(tab.panel).to_be_hidden()
    wait_until(lambda: tab.page.evaluate("localStorage.getItem('topay.forget')") is None)
    assert "topay.conversation" not in tab.kept()
    tab.open_chat()
    expect(tab.cards).to_have_count(0)


# -- Sites, and what they do


def test_a_site_that_is_not_on_the_list_shows_nothing(visit: VisitShop, desk: Desk, site: Site) -> None:
    tab = visit("about:blank", shop="")
    tab.server_may_fail = True
    stranger = f"http://shop.localhost:{desk.shop_port}"
    with tab.page.expect_event("requestfailed", lambda request: "/widget/boot" in request.url):
        tab.page.goto(f"{stranger}/?lang=zh")
    tab.page.evaluate("new Promise((done) => requestIdleCallback(done))")
    assert tab.page.locator("topay-widget").count() == 0
    assert all("blocked by CORS policy" in complaint for complaint in tab.complaints), tab.complaints
    # Nor can it put the chat into a frame of its own.
    tab.complaints.clear()
    address = site.show(f"<!doctype html><title>x</title><iframe src='{desk.url}/widget?lang=zh'></iframe>")
    with tab.page.expect_console_message(lambda said: "frame-ancestors" in said.text):
        tab.page.goto(address.replace("localhost", "stranger.localhost"))
    tab.complaints.clear()


HOSTILE = """<!doctype html><html><head><meta charset="utf-8"><title>shop</title>
<style>
* { all: unset !important; display: inline !important; visibility: hidden !important; position: static !important;
    font: 3px cursive !important; color: yellow !important; opacity: 0.1 !important; transform: rotate(9deg) !important;
    pointer-events: none !important; width: 1px !important; z-index: -1 !important; }
iframe, button, aside, div { display: none !important; }
topay-widget { display: none !important; transform: scale(0) !important; pointer-events: none !important; }
body { transform: translateZ(0) !important; filter: blur(9px) !important; overflow: hidden !important; }
html { font-size: 2px !important; }
#cover { position: fixed !important; inset: 0 !important; z-index: 2147483000 !important; display: block !important; }
</style>
<script>
// What libraries of former times did to built-in objects, and what pages do to names.
Array.prototype.toJSON = function () { return "[broken]"; };
Array.prototype.each = Array.prototype.remove = function () {};
Array.from = (any) => { throw new Error("Array.from is the page's"); };
Object.prototype.inherited = function () {};
Element.prototype.remove = Element.prototype.remove; Element.prototype.hide = function () {};
String.prototype.strip = function () { return this; };
window.$ = window.jQuery = () => { throw new Error("$ is the page's"); };
window.define = () => { throw new Error("define is the page's"); }; window.define.amd = {};
window.module = window.exports = {};
window.name = "open"; var open = () => { throw new Error("open is the page's"); };
var status = "x"; var root = 1, panel = 2;
window.topaySettings = { locale: "zh-Hans-CN" };
window.$topay = [["open"], ["nonsense"]];
</script>
<script async src="DESK/widget.js"></script></head>
<body><div id="cover">cover</div></body></html>"""


def test_a_hostile_page(visit: VisitShop, desk: Desk, site: Site) -> None:
    tab = visit("about:blank", shop="")
    policy = (
        f"default-src 'none'; script-src 'unsafe-inline' {desk.url}; connect-src {desk.url}; frame-src {desk.url}; "
        "style-src 'unsafe-inline'; require-trusted-types-for 'script'"
    )
    tab.page.goto(site.show(HOSTILE.replace("DESK", desk.url), Content_Security_Policy=policy))
    expect(tab.panel).to_be_visible()  # the command that came before the script
    tab.ready()
    tab.say(REFUND)
    expect(tab.cards.locator(".card-title")).to_have_text(["退款多久到账"])
    box = tab.launcher.bounding_box()
    assert (box["height"], 1280 - box["x"] - box["width"], 800 - box["y"] - box["height"]) == (56, 20, 20)
    on_top = "([x, y]) => document.elementFromPoint(x, y).localName"
    assert tab.page.evaluate(on_top, [box["x"] + 20, box["y"] + 20]) == "topay-widget"
    assert tab.launcher.evaluate("(one) => getComputedStyle(one).fontSize") == "16px"
    tab.launcher.click()
    expect(tab.panel).to_be_hidden()
    assert tab.complaints == ["warning: topay: there is no command nonsense"]
    tab.complaints.clear()


def test_a_page_with_a_tag_only_and_settings_in_it(visit: VisitShop, desk: Desk, site: Site) -> None:
    isolated = {"Cross_Origin_Embedder_Policy": "require-corp", "Cross_Origin_Opener_Policy": "same-origin"}
    tab = visit("about:blank", shop="", color_scheme="null")  # not emulated: that would win over the frame's own
    data = "data-locale='en' data-position='left' data-theme='dark'"
    tag = f"<script async crossorigin src='{desk.url}/widget.js' {data}></script>"
    body = f"<!doctype html><html lang='zh'><title>x</title><body><h1>shop</h1>{tag}{tag}</body></html>"
    tab.page.goto(site.show(body, **isolated))
    assert tab.page.evaluate("crossOriginIsolated")
    expect(tab.launcher).to_have_accessible_name(WIDGET_EN["launcher"])
    assert tab.launcher.bounding_box()["x"] == 20
    assert tab.page.locator("topay-widget").count() == 1
    tab.open_chat()
    assert tab.frame.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")


def test_the_language_can_be_changed_from_both_sides(visit: VisitShop) -> None:
    tab = visit()
    tab.open_chat()
    tab.say(REFUND)
    tab.chat.get_by_role("link", name="English").click()
    expect(tab.chat.locator("html")).to_have_attribute("lang", "en")
    expect(tab.launcher).to_have_accessible_name(WIDGET_EN["close"])
    expect(tab.cards).to_have_count(1)
    tab.page.reload()  # the customer's choice holds
    expect(tab.chat.locator("html")).to_have_attribute("lang", "en")
    tab.call("setLocale", "zh")
    expect(tab.chat.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(tab.cards).to_have_count(1)


def test_the_frames_page_is_a_page_of_its_own_too(visit: VisitShop, desk: Desk) -> None:
    tab = visit("/widget?lang=en", shop=desk.url)
    expect(tab.page.locator("#frame-close")).to_be_hidden()
    tab.page.locator("#input[style*=height]").wait_for()
    tab.page.locator("#input").fill(REFUND)
    tab.page.locator("#input").press("Enter")
    expect(tab.page.locator("#log .card")).to_have_count(1)


def test_messages_from_elsewhere_are_not_heard(visit: VisitShop, desk: Desk) -> None:
    tab = visit()
    tab.open_chat()
    tab.page.evaluate("window.postMessage({ topay: 'close' }, '*')")  # the page itself is not the frame
    tab.frame.evaluate("window.postMessage({ topay: 'hello', forget: true }, '*')")  # the frame itself is not the page
    tab.say(REFUND)
    expect(tab.panel).to_be_visible()
    assert "topay.conversation" in tab.kept()


@pytest.fixture
def lasting(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """A window of a profile that lasts, in which other sites' frames have storage."""
    preferences = tmp_path / "Default" / "Preferences"
    preferences.parent.mkdir()
    preferences.write_text('{"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": false}}')
    context = browser.browser_type.launch_persistent_context(
        tmp_path, executable_path=str(CHROMIUM), args=["--no-sandbox"], reduced_motion="reduce"
    )
    context.set_default_timeout(_PATIENCE_MS)
    yield context
    context.close()


def test_a_frame_with_storage_keeps_the_conversation_itself(lasting: Any, desk: Desk) -> None:
    tab = Visit(lasting.pages[0], desk.shop)
    tab.open("/?lang=zh")
    tab.open_chat()
    tab.say(REFUND)
    tab.input.fill("还没写完")
    assert "topay.conversation" in tab.frame.evaluate("({ ...localStorage })")
    assert [key for key in tab.page.evaluate("Object.keys(localStorage)") if "kept" in key] == []
    tab.page.goto(f"{desk.shop}/order?lang=zh")
    expect(tab.cards).to_have_count(1)
    expect(tab.input).to_have_value("还没写完")
    second = Visit(lasting.new_page(), desk.shop)
    second.open("/checkout?lang=zh")
    second.open_chat()
    second.say("怎么绑定银行卡")
    expect(tab.cards).to_have_count(2)
    assert tab.complaints + second.complaints == []


def test_a_frame_without_storage_has_the_page_keep_it(visit: VisitShop) -> None:
    tab = visit()
    tab.open_chat()
    denied = "(() => { try { localStorage; return false; } catch { return true; } })()"
    assert tab.frame.evaluate(denied), "this browser gives the frame storage; block it in this test"
    second = visit(tab=tab)
    second.open_chat()
    tab.say(REFUND)
    expect(second.cards).to_have_count(1)  # of the same conversation, although it was there before it began
    assert "topay.conversation" in tab.kept()


# -- For everybody


def test_a_whole_conversation_by_keyboard(visit: VisitShop) -> None:
    tab = visit()
    expect(tab.launcher).to_be_visible()
    press = tab.page.keyboard.press

    def tab_to(wanted: Any, key: str = "Tab", most: int = 60) -> None:
        for _ in range(most):
            press(key)
            if wanted.count() and wanted.evaluate("(one) => one.getRootNode().activeElement === one"):
                return
        pytest.fail(f"{wanted} is not reached by {key}")

    tab_to(tab.launcher)
    outline = tab.launcher.evaluate("(one) => getComputedStyle(one).outlineStyle")
    assert outline == "solid", "the focus cannot be seen"
    press("Enter")
    expect(tab.input).to_be_focused()
    tab.page.keyboard.type("退款")
    expect(tab.suggestions.first).to_be_visible()
    press("ArrowDown")
    press("Enter")
    expect(tab.cards).to_have_count(1)
    yes = tab.log.locator("[data-helpful=true]")
    tab_to(yes, "Shift+Tab")
    press("Space")
    expect(yes).to_have_attribute("aria-pressed", "true")
    related = tab.log.locator(".related .question").first
    tab_to(related)
    press("Enter")
    expect(tab.cards).to_have_count(2)
    tab_to(tab.input)
    tab.page.keyboard.type("密码是abc123")
    press("Enter")
    expect(tab.chat.get_by_role("dialog")).to_be_visible()
    press("Enter")  # hide and send
    expect(tab.customer.last).to_have_text("密码是[password]")
    person = tab.chat.locator(".top [data-person]")
    tab_to(person, "Shift+Tab")
    press("Enter")
    expect(tab.log.locator(".handoff")).to_have_count(1)
    press("Escape")
    expect(tab.panel).to_be_hidden()
    expect(tab.launcher).to_be_focused()


def test_the_focus_goes_back_to_the_shops_own_button(visit: VisitShop) -> None:
    tab = visit("/checkout?lang=en")
    expect(tab.launcher).to_be_visible()
    own = tab.page.get_by_role("button", name="Ask support")
    own.focus()
    tab.page.keyboard.press("Enter")
    expect(tab.input).to_be_focused()
    tab.page.keyboard.press("Escape")
    expect(own).to_be_focused()


@pytest.mark.parametrize(
    ("lang", "scheme", "width", "height"),
    [
        ("zh", "light", 320, 568),
        ("en", "dark", 320, 568),
        ("en", "light", 640, 400),  # a window of 1280 x 800 at a zoom of 200 %
        ("zh", "dark", 768, 1024),
        ("en", "light", 1280, 800),
    ],
)
def test_sizes_and_schemes(visit: VisitShop, lang: str, scheme: str, width: int, height: int) -> None:
    size = {"width": width, "height": height}
    tab = visit(f"/checkout?lang={lang}", viewport=size, color_scheme=scheme)
    expect(tab.launcher).to_be_in_viewport(ratio=1)
    assert tab.overflow() <= 0
    assert violations(tab.page.main_frame) == []
    tab.open_chat()
    assert violations(tab.frame) == []
    tab.input.fill("退款" if lang == "zh" else "refund")
    expect(tab.suggestions.first).to_be_visible()
    assert violations(tab.frame) == []
    tab.input.press("Enter")
    expect(tab.log.locator(".message").nth(1)).to_be_visible()
    tab.say(REFUND)
    tab.say("我的钱被别人转走了")
    expect(tab.log.locator(".handoff")).to_have_count(1)
    assert violations(tab.frame) == []
    assert violations(tab.page.main_frame) == []
    assert tab.overflow() <= 0
    assert tab.frame.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for part in (tab.input, tab.chat.locator("#send"), tab.chat.locator("#frame-close")):
        expect(part).to_be_in_viewport(ratio=1)
    expect(tab.log).to_have_attribute("role", "log")


@pytest.mark.parametrize(("lang", "scheme"), [("zh", "light"), ("en", "dark")])
def test_axe_finds_nothing_on_the_chat_page(visit: VisitShop, desk: Desk, lang: str, scheme: str) -> None:
    page = visit(f"/?lang={lang}", shop=desk.url, color_scheme=scheme).page
    assert violations(page.main_frame) == []
    page.locator("#input[style*=height]").wait_for()
    page.locator("#input").fill("退款" if lang == "zh" else "refund")
    expect(page.locator(".suggestion").first).to_be_visible()
    assert violations(page.main_frame) == []
    for text in (REFUND, "我的钱被别人转走了", "我的密码是abc123"):
        page.locator("#input").fill(text)
        page.locator("#input").press("Enter")
        expect(page.locator("#log .message, #guard[open]").last).to_be_visible()
    expect(page.locator("#guard")).to_be_visible()
    assert violations(page.main_frame) == []
    page.locator("#guard [value=send]").click()
    expect(page.locator("#log .handoff")).to_have_count(1)
    assert violations(page.main_frame) == []


# -- What the browser takes for a secret

# The server alone masks telephone numbers and e-mail addresses.
KINDS = {"card", "id", "code", "password", "cvv"}
TEXTS = [text for text, _ in MASKED] + SURVIVES
_FIND_ALL = """async (texts) => {
    const { find, mask } = await import("/static/chat/secrets.js");
    const spans = (text) => find(text).map((one) => [one.start, one.stop, one.kind]);
    return texts.map((text) => ({ found: spans(text), masked: mask(text) }));
}"""
_TIME = """async (text) => {
    const { find } = await import("/static/chat/secrets.js");
    const start = performance.now();
    find(text);
    return performance.now() - start;
}"""


def test_browser_and_server_find_the_same_secrets(visit: VisitShop, desk: Desk) -> None:
    told = visit("/", shop=desk.url).page.evaluate(_FIND_ALL, TEXTS)
    for text, browser in zip(TEXTS, told, strict=True):
        assert browser["found"] == [list(one) for one in find(text) if one.kind in KINDS], text
        assert mask(browser["masked"]) == mask(text), text  # nothing is lost by masking before the server does


def test_no_text_keeps_the_browser_busy(visit: VisitShop, desk: Desk) -> None:
    page = visit("/", shop=desk.url).page
    for text in ("1 " * 2000, "密码是still " * 400, "验证码 is " * 500, "a" * 4000, "1234" * 1000 + "是我的"):
        assert page.evaluate(_TIME, text) < 1000, text[:20]  # ms; a pattern that runs away takes minutes
