"""The help centre as browsers and crawlers meet it."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from tests.waiting import wait_until
from tests.web.conftest import MakeClient
from tests.web.html_rules import faults, page_at, soup_of, structured_data
from tests.web.sample import write_knowledge
from topay_bot.bootstrap.editions import open_edition
from topay_bot.builds.making import make_build
from topay_bot.knowledge.rendering import sections, to_html
from topay_bot.retrieval.index import BuildStore
from topay_bot.settings import load_settings
from topay_bot.web.app import create_app
from topay_bot.web.customer.texts import PAGE_TEXTS
from topay_bot.web.help.texts import HELP_TEXTS

ZH, EN = HELP_TEXTS["zh"], HELP_TEXTS["en"]
BASE = "http://testserver"
PUBLIC = "https://pay.example/support"
NAMESPACES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def _link(page: BeautifulSoup, rel: str, hreflang: str | None = None) -> str:
    (found,) = [
        link["href"] for link in page.find_all("link", rel=rel) if hreflang is None or link.get("hreflang") == hreflang
    ]
    return str(found)


def _sitemap(client: TestClient) -> dict[str, dict[str, str]]:
    """Addresses with those of their other languages."""
    root = ET.fromstring(client.get("/sitemap.xml").content)
    return {
        url.findtext("s:loc", "", NAMESPACES): {
            link.attrib["hreflang"]: link.attrib["href"] for link in url.findall("x:link", NAMESPACES)
        }
        for url in root.findall("s:url", NAMESPACES)
    }


@pytest.fixture(scope="module")
def crawled(client: TestClient) -> dict[str, BeautifulSoup]:
    """Every page that links lead to, by path."""
    found: dict[str, BeautifulSoup] = {}
    waiting = ["/help/zh", "/help/en", "/help/zh/search?q=退款", "/help/en/search?q=weather"]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = page = page_at(client, path)
        for link in page.select("a[href], link[href], img[src], use[href]"):
            target = urlsplit(urljoin(BASE + path, str(link.get("href") or link.get("src"))))
            if target.scheme not in ("http", "https") or target.netloc != "testserver":
                continue
            if target.path.startswith("/help") and "search" not in target.path:
                waiting.append(target.path)
            else:
                assert client.get(target._replace(fragment="").geturl()).status_code == 200, (path, link)
    return found


def test_every_page_is_valid_and_every_link_leads_somewhere(crawled: dict[str, BeautifulSoup]) -> None:
    assert {path: found for path, page in crawled.items() if (found := faults(page))} == {}
    assert len(crawled) > 2 * 8


def test_no_page_runs_a_script(client: TestClient, crawled: dict[str, BeautifulSoup]) -> None:
    for page in crawled.values():
        assert not page.select("script:not([type='application/ld+json'])")
    assert "script-src 'self'" in client.get("/help/zh").headers["content-security-policy"]


def test_titles_and_descriptions_tell_pages_apart(crawled: dict[str, BeautifulSoup]) -> None:
    own = {path: page for path, page in crawled.items() if "merchant" not in path}
    for told in ([page.title.string for page in own.values() if page.title], list(own)):
        assert len(set(told)) == len(own)
    for path, page in own.items():
        if "search" not in path:
            title = page.title.string if page.title else None
            assert page.select_one('meta[property="og:title"]')["content"] == title  # type: ignore[index]


def test_the_site_map_lists_every_page_with_its_languages(
    client: TestClient, crawled: dict[str, BeautifulSoup]
) -> None:
    listed = _sitemap(client)
    canonical = {
        urljoin(BASE + path, _link(page, "canonical")) for path, page in crawled.items() if "search" not in path
    }
    assert set(listed) == canonical
    for address, versions in listed.items():
        assert client.get(address).status_code == 200
        page = crawled[urlsplit(address).path]
        told = {
            str(link["hreflang"]): urljoin(address, str(link["href"]))
            for link in page.find_all("link", rel="alternate")
        }
        assert told == versions
        assert all(listed[other] == versions for other in versions.values())
        assert address in versions.values() or not versions
    assert listed[f"{BASE}/help/zh/merchant-settlement"] == {}
    assert f"{BASE}/help/en/merchant-settlement" not in listed


def test_addresses_are_those_that_the_operator_named(make_client: MakeClient) -> None:
    client = make_client(public_url=PUBLIC + "/")
    page = page_at(client, "/help/en/refund-request")
    assert _link(page, "canonical") == f"{PUBLIC}/help/en/refund-request"
    assert _link(page, "alternate", "zh-CN") == f"{PUBLIC}/help/zh/refund-request"
    assert page.select_one('meta[property="og:url"]')["content"] == f"{PUBLIC}/help/en/refund-request"  # type: ignore[index]
    trail = structured_data(page)[1]
    assert trail["@type"] == "BreadcrumbList"
    assert [step["item"] for step in trail["itemListElement"]] == [
        f"{PUBLIC}/help/en",
        f"{PUBLIC}/help/en/category/refund",
        f"{PUBLIC}/help/en/refund-request",
    ]
    assert all(address.startswith(f"{PUBLIC}/help/") for address in _sitemap(client))
    robots = client.get("/robots.txt").text
    assert f"Sitemap: {PUBLIC}/sitemap.xml" in robots
    assert "Disallow: /support/help/zh/search" in robots
    # Whatever a request says of the host.
    assert client.get("/sitemap.xml", headers={"Host": "evil.example"}).text.count("evil") == 0


def test_a_forged_host_gets_into_nopage_at(client: TestClient) -> None:
    pages = [client.get("/help/zh/refund-request", headers={"Host": host}) for host in ("evil.example", "testserver")]
    assert pages[0].content == pages[1].content
    for path in ("/sitemap.xml", "/robots.txt"):
        refused = client.get(path, headers={"Host": "evil.example/<x>"})
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid-request")
    assert client.get("/robots.txt", headers={"Host": "[::1]:8000"}).status_code == 200


def test_structured_data_says_what_the_page_says(sample: Path, crawled: dict[str, BeautifulSoup]) -> None:
    library = open_edition(load_settings(index=sample / "index")).library
    seen = 0
    for path, page in crawled.items():
        faq = [data for data in structured_data(page) if data["@type"] == "FAQPage"]
        article = library.get(path.split("/")[-1], "en" if path.startswith("/help/en") else "zh")
        if article is None:
            assert faq == []
            continue
        ((data,), seen) = faq, seen + 1
        (question,) = data["mainEntity"]
        lead, parts = sections(article.body)
        assert question["@type"] == "Question"
        assert question["name"] == article.title
        assert question["acceptedAnswer"]["text"] == to_html(lead) + "".join(
            f"<h2>{heading}</h2>{to_html(body)}" for heading, body in parts
        )
        told = BeautifulSoup(question["acceptedAnswer"]["text"], "html.parser").get_text(" ", strip=True)
        (body,) = page.select(".body")
        assert body.get_text(" ", strip=True) == told
        assert data["inLanguage"] == ("zh-CN" if article.language == "zh" else "en")
    assert seen == 2 * 8


def test_a_script_in_an_article_stays_text(client: TestClient) -> None:
    text = client.get("/help/zh/refund-request").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert text.count("</script>") == len(soup_of(text).find_all("script"))


def test_the_first_page_shows_categories_and_most_asked(client: TestClient) -> None:
    page = page_at(client, "/help/en")
    names = [link.get_text() for link in page.select(".topics a")]
    assert names[:3] == ["Payments", "Refunds", "Account"]
    assert [link.get_text() for link in page.select(".titles a")][:2] == ["Add a bank card", "How long a refund takes"]
    assert page.select_one("a[href='tel:400-123-0000']") is not None
    assert page.select_one(f"a[href='../?lang=en']:-soup-contains('{EN['ask']}')") is not None


def test_an_article_has_its_way_back_and_relatives(client: TestClient) -> None:
    page = page_at(client, "/help/zh/refund-how-long")
    assert [link.get_text() for link in page.select(".trail a")] == [ZH["suffix"], "退款"]
    assert [link.get_text() for link in page.select(".side a")] == ["怎么申请退款"]
    assert page.select(".person-box") == []


@pytest.mark.parametrize(("article", "kind"), [("account-stolen", "urgent"), ("complaint", "always")])
def test_where_a_person_is_needed_the_page_says_how_to_reach_one(client: TestClient, article: str, kind: str) -> None:
    for language, texts in HELP_TEXTS.items():
        box = page_at(client, f"/help/{language}/{article}").select_one(".person-box")
        assert box is not None
        assert texts[kind] in box.get_text()
        assert [link["href"] for link in box.find_all("a")] == [f"../../?lang={language}", "tel:400-123-0000"]


def test_what_only_makes_sense_in_a_conversation_has_nopage_at(client: TestClient) -> None:
    page_at(client, "/help/zh/service-human-agent", 404)
    assert "service-human-agent" not in client.get("/sitemap.xml").text


# Languages


@pytest.mark.parametrize(
    ("accepted", "asked", "language"),
    [("en-GB,en", "", "en"), ("zh-TW", "", "zh"), ("fr", "", "zh"), ("zh", "en", "en"), ("en", "xx", "en")],
)
def test_the_entrance_leads_to_the_readers_language(
    client: TestClient, accepted: str, asked: str, language: str
) -> None:
    moved = client.get("/help", params={"lang": asked}, headers={"Accept-Language": accepted}, follow_redirects=False)
    assert moved.status_code == 302
    assert urljoin(f"{BASE}/help", moved.headers["location"]) == f"{BASE}/help/{language}"
    assert moved.headers["vary"] == "Accept-Language"


def test_the_switch_leads_to_the_very_same_page(crawled: dict[str, BeautifulSoup]) -> None:
    for path, page in crawled.items():
        if "search" not in path:
            (switch,) = page.select(".switch")
            other = "en" if path.startswith("/help/zh") else "zh"
            assert urljoin(BASE + path, str(switch["href"])) == BASE + re.sub("^/help/..", f"/help/{other}", path)
            assert page.html is not None
            assert switch["lang"] != page.html["lang"]


def test_an_article_in_the_other_language_only_says_so(client: TestClient) -> None:
    page = page_at(client, "/help/en/merchant-settlement")
    assert page.find("p", class_="note", string=EN["only"]) is not None
    assert page.select_one("article")["lang"] == "zh-CN"  # type: ignore[index]
    assert page.select_one("article .note")["lang"] == "en"  # type: ignore[index]
    assert urljoin(f"{BASE}/help/en/x", _link(page, "canonical")) == f"{BASE}/help/zh/merchant-settlement"
    assert page.find_all("link", rel="alternate") == []
    listed = page_at(client, "/help/en/category/merchant").select_one(".summaries li")
    assert listed is not None
    assert listed.a is not None
    assert listed.a["lang"] == "zh-CN"
    assert EN["badge"] in listed.get_text()
    assert page_at(client, "/help/zh/merchant-settlement").select(".note") == []


# Pages that are not there


@pytest.mark.parametrize(
    "path",
    [
        "/help/zh/nothing",
        "/help/xx",
        "/help/zh/category/nothing",
        "/help/en/a/b/c",
        "/help/en/%3Cscript%3E",
        "/help//zh",
    ],
)
def test_a_page_that_is_not_there_helps_on_in_both_languages(client: TestClient, path: str) -> None:
    response = client.get(path, headers={"Accept-Language": "en" if "xx" in path else "zh"})
    assert response.status_code == 404
    page = soup_of(response.text)
    assert faults(page) == []
    assert {heading.get_text() for heading in page.find_all(["h1", "h2"])} > {ZH["lost"], EN["lost"]}
    assert page.html is not None
    assert page.html["lang"] == ("en" if "/en" in path or "xx" in path else "zh-CN")
    for link in page.select("form[role=search], a[href], link[href]"):
        target = urljoin(BASE + path, str(link.get("href") or link.get("action")))
        if target.startswith("http"):
            assert client.get(target.split("#")[0]).status_code in (
                200,
                404 if target.split("#")[0] == BASE + path else 200,
            )


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/help/", "/help"),
        ("/help/zh/", "/help/zh"),
        ("/help/en/refund-request/", "/help/en/refund-request"),
        ("/help/en/category/refund/", "/help/en/category/refund"),
    ],
)
def test_a_slash_too_many_leads_to_thepage_at(client: TestClient, path: str, target: str) -> None:
    moved = client.get(path, follow_redirects=False)
    assert moved.status_code == 308
    assert urljoin(BASE + path, moved.headers["location"]) == BASE + target


def test_without_an_index_the_page_says_so(make_client: MakeClient, tmp_path: Path) -> None:
    client = make_client(index=tmp_path / "none")
    for path in ("/help/zh", "/help/en/refund-request", "/help/en/search?q=refund", "/help/zh/a/b"):
        response = client.get(path)
        assert response.status_code == 503
        assert response.headers["retry-after"] == "60"
        texts = EN if "/en" in path else ZH
        page = soup_of(response.text)
        assert page.find("h1", string=texts["away"]) is not None
        assert faults(page) == []
    assert client.get("/sitemap.xml").status_code == 503


# Keeping


def test_a_page_is_sent_once_until_it_changes(client: TestClient) -> None:
    for path in ("/help/zh", "/help/en/category/refund", "/help/en/refund-request", "/sitemap.xml"):
        first = client.get(path)
        assert first.headers["cache-control"] == "no-cache"
        for known in (first.headers["etag"], f"W/{first.headers['etag']}", f'"x", {first.headers["etag"]}', "*"):
            again = client.get(path, headers={"If-None-Match": known})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == first.headers["etag"]
        assert client.get(path, headers={"If-None-Match": '"x"'}).status_code == 200


def test_crawlers_may_ask_for_the_headers_only(client: TestClient) -> None:
    for path in ("/help/zh", "/help/en/refund-request", "/help/en/search?q=refund", "/sitemap.xml", "/robots.txt"):
        assert client.head(path).status_code == 200, path
    assert client.head("/help/zh/nothing").status_code == 404


@pytest.fixture
def published_twice(sample: Path, tmp_path: Path) -> Iterator[tuple[TestClient, BuildStore, str]]:
    """A client of the sample, and a second build in which one title is another."""
    shutil.copytree(sample / "index", tmp_path / "index")
    write_knowledge(tmp_path / "knowledge")
    file = tmp_path / "knowledge" / "refund" / "refund-request.zh.md"
    file.write_text(
        file.read_text(encoding="utf-8").replace("title: 怎么申请退款", "title: 退款这样申请"), encoding="utf-8"
    )
    settings = load_settings(
        knowledge=tmp_path / "knowledge", index=tmp_path / "index", data=tmp_path, encoder="fitted"
    )
    build = make_build(settings, publish=False).build
    with TestClient(create_app(settings)) as client:
        yield client, BuildStore(tmp_path / "index"), build


def test_what_is_published_shows_at_once(published_twice: tuple[TestClient, BuildStore, str]) -> None:
    client, store, build = published_twice
    paths = ("/help/zh/refund-request", "/help/zh/category/refund", "/help/zh/transfer-limits")
    tags = {path: client.get(path).headers["etag"] for path in paths}
    store.publish(build)
    wait_until(lambda: client.get("/readyz").json()["build"] == build)
    again: dict[str, Any] = {path: client.get(path, headers={"If-None-Match": tags[path]}) for path in paths}
    assert [again[path].status_code for path in paths] == [200, 200, 304]
    assert soup_of(again[paths[0]].text).find("h1", string="退款这样申请") is not None
    assert "退款这样申请" in again[paths[1]].text


# Whether it helped


def _opinions(client: TestClient) -> list[str]:
    return [line for line in client.get("/metrics").text.splitlines() if line.startswith("topay_help_feedback_total")]


def test_an_opinion_is_counted_and_thanked_for(make_client: MakeClient) -> None:
    client = make_client()
    form = page_at(client, "/help/zh/refund-request").select_one(".rating form")
    assert form is not None
    address = urljoin(f"{BASE}/help/zh/refund-request", str(form["action"]))
    for choice, more in (("yes", None), ("no", ZH["sorry"])):
        moved = client.post(address, data={"helpful": choice}, follow_redirects=False)
        assert moved.status_code == 303
        target = urljoin(address, moved.headers["location"])
        assert target == f"{BASE}/help/zh/refund-request?rated={choice}#helpful"
        page = page_at(client, target)
        rating = page.select_one("#helpful")
        assert rating is not None
        assert PAGE_TEXTS["zh"]["thanks"] in rating.get_text()
        assert more is None or more in rating.get_text()
        assert rating.form is None
        assert faults(page) == []
        assert urljoin(target, _link(page, "canonical")) == f"{BASE}/help/zh/refund-request"
    assert _opinions(client) == [
        'topay_help_feedback_total{article="refund-request",helpful="true"} 1.0',
        'topay_help_feedback_total{article="refund-request",helpful="false"} 1.0',
    ]


def test_an_opinion_that_is_none_is_not_counted(make_client: MakeClient) -> None:
    client = make_client()
    address = "/help/zh/refund-request/feedback"
    assert client.post(address, data={"helpful": "perhaps"}).status_code == 422
    assert client.post(address).status_code == 422
    assert client.post(address, data={"helpful": "yes"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 422
    assert client.post("/help/zh/nothing/feedback", data={"helpful": "yes"}).status_code == 404
    assert client.post("/help/xx/refund-request/feedback", data={"helpful": "yes"}).status_code == 404
    assert _opinions(client) == []
