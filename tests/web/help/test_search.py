"""Search in the help centre, as a browser meets it."""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from tests.web.html_rules import faults, page_at, soup_of
from topay_bot.bootstrap.editions import open_edition
from topay_bot.retrieval.evidence import CANDIDATES
from topay_bot.settings import load_settings
from topay_bot.web.help.texts import HELP_TEXTS

ZH, EN = HELP_TEXTS["zh"], HELP_TEXTS["en"]
BASE = "http://testserver"


def _titles(page: BeautifulSoup) -> list[str]:
    return [link.get_text() for link in page.select(".summaries h2 a")]


@pytest.mark.parametrize(
    ("language", "query", "title"),
    [
        ("zh", "退款几天能到", "退款多久到账"),
        ("en", "how long does a refund take", "How long a refund takes"),
        ("en", "退款几天能到", "How long a refund takes"),
        ("zh", "transfer limit", "转账限额"),
        ("zh", "怎么 reset 我的 payment password", "重置支付密码"),
    ],
)
def test_search_finds_in_either_language(client: TestClient, language: str, query: str, title: str) -> None:
    response = client.get(f"/help/{language}/search", params={"q": query})
    page = soup_of(response.text)
    assert _titles(page)[0] == title
    assert faults(page) == []
    assert page.select_one("input[name=q]")["value"] == query  # type: ignore[index]
    assert page.select_one("meta[name=robots][content=noindex]") is not None
    assert response.headers["cache-control"] == "private, no-store"


def test_results_stand_in_the_retrievers_order(client: TestClient, sample: Path) -> None:
    edition = open_edition(load_settings(index=sample / "index"))
    (found,) = edition.answerer.retriever.search("退款", 10)
    wanted = [edition.article(hit.article, "zh")[0].title for hit in found.hits if hit.article != "service-human-agent"]
    titles = _titles(page_at(client, "/help/zh/search?q=退款"))
    assert titles == wanted[: len(titles)]
    assert len(titles) >= CANDIDATES


def test_a_search_without_a_good_match_says_so(client: TestClient) -> None:
    page = page_at(client, "/help/zh/search?q=今天天气怎么样")
    assert page.select_one(f".note:-soup-contains('{ZH['distant'].split('，')[0]}')") is not None
    assert _titles(page)
    assert ZH["found"].split(" ")[0] not in page.get_text()


@pytest.mark.parametrize("query", ["qwertyuiop", "？？？", "8", "😀"])
def test_a_search_that_finds_nothing_says_so_and_goes_on(client: TestClient, query: str) -> None:
    page = soup_of(client.get("/help/en/search", params={"q": query}).text)
    assert page.find("h2", string=EN["none"]) is not None
    assert _titles(page) == []
    assert len(page.select(".side a")) > 3
    assert page.select_one("#ask-title") is not None
    assert faults(page) == []


@pytest.mark.parametrize("query", ["", "   "])
def test_a_search_for_nothing_asks(client: TestClient, query: str) -> None:
    page = soup_of(client.get("/help/zh/search", params={"q": query}).text)
    assert page.find("h2", string=ZH["none"]) is None
    assert page.find("h1", string=ZH["search_title"]) is not None


def test_a_wish_for_a_person_is_heard(client: TestClient) -> None:
    page = page_at(client, "/help/zh/search?q=转人工")
    assert len(page.select(".person-box")) == 1
    assert _titles(page) == []
    assert page.find("h2", string=ZH["none"]) is None
    assert page_at(client, "/help/zh/search?q=退款几天能到").select(".person-box") == []


def test_a_query_is_shown_as_text(client: TestClient) -> None:
    query = '"><script>alert(1)</script>'
    response = client.get("/help/en/search", params={"q": query})
    page = soup_of(response.text)
    assert "<script>alert" not in response.text
    assert query in page.select_one("h1").get_text()  # type: ignore[union-attr]
    switch = client.get(urljoin(BASE + "/help/en/search", str(page.select_one(".switch")["href"])))  # type: ignore[index]
    assert soup_of(switch.text).select_one("input[name=q]")["value"] == query  # type: ignore[index]


def test_what_cannot_be_printed_is_left_out_of_a_query(client: TestClient) -> None:
    response = client.get("/help/zh/search", params={"q": "退款\0\u202e\uffff  几天\r\n到账\x1b"})
    page = soup_of(response.text)
    assert page.select_one("input[name=q]")["value"] == "退款 几天 到账"  # type: ignore[index]


def test_a_long_query_is_cut_to_what_is_read(client: TestClient) -> None:
    page = soup_of(client.get("/help/zh/search", params={"q": "退款" * 2000}).text)
    assert len(str(page.select_one("input[name=q]")["value"])) == 1000  # type: ignore[index]


def test_a_secret_leaves_the_address_and_is_never_logged(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "topay_bot")
    query = "退款 卡号 6222 0212 3456 7894"
    moved = client.get("/help/zh/search", params={"q": query}, follow_redirects=False)
    assert moved.status_code == 303
    assert "6222" not in moved.headers["location"]
    page = soup_of(client.get("/help/zh/search", params={"q": query}).text)
    assert page.select_one("input[name=q]")["value"] == "退款 卡号 [card]"  # type: ignore[index]
    assert page.find("p", string=ZH["masked"]) is not None
    assert "6222" not in page.get_text()
    assert "6222" not in caplog.text
    assert "退款" not in caplog.text
