"""The help centre in a real browser: without JavaScript, on small screens, by keyboard, and judged by axe."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.web.browser.axe import violations
from tests.web.browser.conftest import Server
from tests.web.browser.test_chat_page import expect
from tests.web.html_rules import faults, soup_of
from topay_bot.web.customer.texts import PAGE_TEXTS
from topay_bot.web.help.texts import HELP_TEXTS

ZH, EN = HELP_TEXTS["zh"], HELP_TEXTS["en"]
QUERIES = {"zh": ("换手机号", "今天天气怎么样"), "en": ("change phone number", "what is the weather today")}
OpenHelp = Callable[..., Any]


def _paths(language: str) -> dict[str, str]:
    """One page of each kind."""
    found, distant = (quote(query) for query in QUERIES[language])
    start = f"/help/{language}"
    return {
        "home": start,
        "category": f"{start}/category/technical",
        "article": f"{start}/refund-how-long",
        "urgent": f"{start}/security-account-stolen",
        "rated": f"{start}/refund-how-long?rated=no",
        "results": f"{start}/search?q={found}",
        "distant": f"{start}/search?q={distant}",
        "none": f"{start}/search?q=qwertyuiop",
        "lost": f"{start}/nothing",
    }


@pytest.fixture
def open_help(browser: Any, server: Server) -> Iterator[OpenHelp]:
    """Opens a page in a new browser profile. In the end no page must have had anything to complain about."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def open_(path: str, *, width: int = 1280, height: int = 800, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        # The browser itself notes a 404; a test asks for one on purpose.
        page.on("console", lambda said: None if "status of 404" in said.text else complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(server.url + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def test_everything_works_without_javascript(open_help: OpenHelp, server: Server) -> None:
    page = open_help("/help", locale="zh-CN", java_script_enabled=False)
    expect(page.locator("h1")).to_have_text(ZH["heading"])
    expect(page).to_have_url(f"{server.url}/help/zh")
    page.get_by_role("link", name="退款", exact=True).click()
    expect(page.locator("h1")).to_have_text("退款")
    page.get_by_role("link", name="退款多久到账").click()
    expect(page.locator("h1")).to_have_text("退款多久到账")
    expect(page.locator(".body ol li").first).to_be_visible()
    page.get_by_role("link", name=ZH["switch"]).click()
    expect(page).to_have_url(f"{server.url}/help/en/refund-how-long")
    expect(page.locator("h1")).to_have_text("How long a refund takes")
    page.get_by_role("button", name=PAGE_TEXTS["en"]["yes"]).click()
    expect(page.locator("#helpful")).to_contain_text(PAGE_TEXTS["en"]["thanks"])
    expect(page.locator("#helpful")).to_be_in_viewport()
    related = page.locator(".side a").first
    title = related.inner_text()
    related.click()
    expect(page.locator("h1")).to_have_text(title)
    search = page.get_by_role("searchbox", name=EN["search_label"])
    search.fill("forgot my payment password")
    search.press("Enter")
    first = page.locator(".summaries a").first
    expect(first).to_contain_text("payment password")
    expect(page.get_by_role("searchbox")).to_have_value("forgot my payment password")
    first.click()
    page.get_by_role("link", name=EN["suffix"], exact=True).click()
    expect(page.locator("h1")).to_have_text(EN["heading"])
    page.get_by_role("link", name=EN["ask"]).click()
    expect(page).to_have_url(f"{server.url}/?lang=en")


def test_a_search_for_a_secret_leaves_none_in_the_address(open_help: OpenHelp) -> None:
    page = open_help("/help/zh")
    page.get_by_role("searchbox").fill("退款 卡号 6222 0212 3456 7894")
    page.get_by_role("button", name=ZH["search"], exact=True).click()
    expect(page.locator(".note").first).to_have_text(ZH["masked"])
    expect(page.get_by_role("searchbox")).to_have_value("退款 卡号 [card]")
    assert "6222" not in page.url
    page.go_back()
    expect(page.locator("h1")).to_have_text(ZH["heading"])


def test_the_browser_takes_structured_data_for_data(open_help: OpenHelp) -> None:
    page = open_help("/help/en/refund-how-long")
    data = json.loads(page.locator('script[type="application/ld+json"]').text_content())
    assert data["mainEntity"][0]["name"] == page.locator("h1").inner_text()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_axe_finds_nothing(open_help: OpenHelp, language: str, width: int, scheme: str) -> None:
    page = open_help(f"/help/{language}", width=width, color_scheme=scheme)
    found = {}
    for name, path in _paths(language).items():
        page.goto(re.sub("/help/.*", "", page.url) + path)
        found[name] = violations(page, also=["target-size"])
    assert {name: told for name, told in found.items() if told} == {}


_TOO_WIDE = """() => [...document.querySelectorAll("body *")]
    .filter((one) => !one.closest(".unseen, .table-frame, svg") && !one.matches(".skip"))
    .filter((one) => { const box = one.getBoundingClientRect();
        return box.width && (box.left < -1 || box.right > document.documentElement.clientWidth + 1); })
    .map((one) => `${one.tagName} ${one.className}`)"""


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("width", "scale"), [(320, 1), (640, 2), (768, 1), (1280, 1)], ids=["phone", "zoom-200", "tablet", "desk"]
)
def test_nothing_sticks_out(open_help: OpenHelp, language: str, width: int, scale: int) -> None:
    page = open_help(f"/help/{language}", width=width, device_scale_factor=scale)
    for path in _paths(language).values():
        page.goto(re.sub("/help/.*", "", page.url) + path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert page.evaluate(_TOO_WIDE) == [], path


def test_the_header_stays_in_one_line(open_help: OpenHelp) -> None:
    for language in ("zh", "en"):
        page = open_help(f"/help/{language}/refund-how-long")
        for width in (320, 360, 390, 768, 1280):
            page.set_viewport_size({"width": width, "height": 700})
            boxes = [page.locator(f".top {one}").bounding_box() for one in (".brand", ".switch", ".chat")]
            assert len({round(box["y"] + box["height"] / 2) for box in boxes}) == 1, (width, language)


def test_real_pages_are_valid(server: Server) -> None:
    addresses = re.findall("<loc>(.*?)</loc>", httpx.get(f"{server.url}/sitemap.xml").text)
    assert len(addresses) > 300
    found = {url: faults(soup_of(httpx.get(url).text)) for url in addresses[::11]}
    assert {url: told for url, told in found.items() if told} == {}


_FOCUSED = """() => {
    const one = document.activeElement;
    const shown = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const field = one.closest(".search");
    return shown(getComputedStyle(one)) || shown(getComputedStyle(one, "::after"))
        || (field !== null && getComputedStyle(field).boxShadow !== "none");
}"""


def test_the_keyboard_is_enough(open_help: OpenHelp) -> None:
    page = open_help("/help/en")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()
    assert page.evaluate(_FOCUSED)
    page.keyboard.type("how do I close my account")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("close my account")
    page.wait_for_load_state()
    first = page.locator(".summaries a").first
    for _ in range(20):
        page.keyboard.press("Tab")
        assert page.evaluate(_FOCUSED), page.evaluate("document.activeElement.outerHTML")
        if first.evaluate("one => one === document.activeElement"):
            break
    title = first.inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(title)
    page.wait_for_load_state()
    yes = page.get_by_role("button", name=PAGE_TEXTS["en"]["yes"])
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate(_FOCUSED), page.evaluate("document.activeElement.outerHTML")
        if yes.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Space")
    expect(page.locator("#helpful")).to_contain_text(PAGE_TEXTS["en"]["thanks"])


def test_on_paper_there_is_the_article_alone(open_help: OpenHelp) -> None:
    page = open_help("/help/zh/security-account-stolen")
    page.emulate_media(media="print", color_scheme="dark")
    for gone in (".search", ".trail", ".side", ".rating", ".ask", ".ways"):
        expect(page.locator(gone).first).to_be_hidden()
    for there in ("h1", ".person-box", ".body", ".contact"):
        expect(page.locator(there)).to_be_visible()
    for part in ("body", "article", ".person-box", ".person-box p", ".body", ".bottom"):
        colours = page.locator(part).first.evaluate(
            "one => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]"
        )
        assert colours[0] == "rgb(0, 0, 0)", part
        assert colours[1] in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"), part


def test_the_chat_page_leads_to_the_help_centre(open_help: OpenHelp, server: Server) -> None:
    page = open_help("/?lang=zh", java_script_enabled=False)
    page.get_by_role("link", name=PAGE_TEXTS["zh"]["help_centre_value"]).first.click()
    expect(page).to_have_url(f"{server.url}/help/zh")
