"""The demonstration shop: what it serves, and that it asks nothing of anybody else but the desk."""

from __future__ import annotations

import re
import socket

import httpx
import pytest
from starlette.testclient import TestClient

from tests.waiting import wait_until
from tests.web.html_rules import faults, page_at
from topay_bot.errors import SettingsError
from topay_bot.identity import identifier_hash
from topay_bot.settings import load_settings
from topay_bot.web.widget.demo import Shop, create_shop, serving_shop
from topay_bot.web.widget.demo_texts import CUSTOMERS, SHOP_TEXTS

DESK = "https://desk.example"
SECRET = "0123456789abcdef0123456789abcdef"
PAGES = ("/", "/checkout", "/order")


@pytest.fixture
def shop() -> TestClient:
    return TestClient(create_shop(Shop(DESK, SECRET)), follow_redirects=True)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_the_widget_and_nothing_from_elsewhere(shop: TestClient, path: str, lang: str) -> None:
    page = page_at(shop, f"{path}?lang={lang}")
    assert faults(page) == []
    assert page.find("script", src=f"{DESK}/widget.js").has_attr("async")  # type: ignore[union-attr]
    addresses = [tag.get("src") or tag.get("href") for tag in page.find_all(["script", "link", "img", "a", "form"])]
    elsewhere = {str(address) for address in addresses if re.match("https?:", str(address or ""))}
    assert elsewhere == {f"{DESK}/widget.js"}
    assert SHOP_TEXTS[lang]["note"] in page.get_text()  # type: ignore[index]
    for address in addresses:
        if str(address or "").startswith("/"):
            assert shop.get(str(address)).status_code == 200, address


def test_its_policy_is_the_documented_one(shop: TestClient) -> None:
    policy = shop.get("/").headers["content-security-policy"]
    for part in (f"script-src 'self' {DESK};", f"connect-src {DESK};", f"frame-src {DESK};", "style-src 'self';"):
        assert part in policy
    assert "unsafe" not in policy


def test_the_texts_are_the_same_in_both_languages() -> None:
    assert SHOP_TEXTS["zh"].keys() == SHOP_TEXTS["en"].keys()
    assert CUSTOMERS["zh"].keys() == CUSTOMERS["en"].keys()


def test_a_customer_who_signs_in_is_signed(shop: TestClient) -> None:
    assert "setUser" not in shop.get("/widget-settings.js").text
    back = shop.post("/sign-in", data={"customer": "customer-1024", "lang": "zh", "back": "/order"})
    assert back.url.path == "/order"
    assert CUSTOMERS["zh"]["customer-1024"] in back.text
    told = shop.get("/widget-settings.js").text
    assert f'"customer-1024", {{"identifier_hash": "{identifier_hash(SECRET, "customer-1024")}"}}' in told
    shop.post("/sign-in", data={"lang": "zh", "back": "https://elsewhere.example"})
    assert "setUser" not in shop.get("/widget-settings.js").text


def test_a_stranger_cannot_sign_in_nor_be_led_elsewhere(shop: TestClient) -> None:
    back = shop.post("/sign-in", data={"customer": "nobody", "back": "//elsewhere.example"})
    assert back.url.path == "/"
    assert "setUser" not in shop.get("/widget-settings.js").text


def test_it_stands_beside_the_desk_and_is_on_its_list() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = load_settings(widget_sites=["https://shop.example"])
    with serving_shop(settings, port) as (address, with_shop):
        assert with_shop.widget_sites == (
            "https://shop.example",
            f"http://localhost:{port}",
            f"http://127.0.0.1:{port}",
        )
        assert with_shop.widget_secret is not None
        assert address == f"http://localhost:{port}"
        wait_until(lambda: httpx.get(f"http://127.0.0.1:{port}/").status_code == 200)
        with pytest.raises(SettingsError, match="--demo-port"), serving_shop(settings, port):
            pass
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/")
