"""The list of articles and the page of one, over a folder that an editor is at work in."""

from __future__ import annotations

import datetime
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from tests.web.conftest import MakeClient
from tests.web.desk import AgentAt
from tests.web.html_rules import faults, page_at
from tests.web.talk import Talk
from topay_bot.desk.agents import Role
from topay_bot.web.studio.article_texts import ARTICLE_TEXTS, LIST_TEXTS
from topay_bot.web.studio.overview import ORDERS, Need, State


@pytest.fixture(scope="module")
def folder(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As the build, but for what is spoiled here."""
    folder = tmp_path_factory.mktemp("work") / "knowledge"
    shutil.copytree(sample / "knowledge", folder)
    _change(folder / "payment" / "bind-card.zh.md", "handoff: never", "handoff: never\nreview_by: 2026-01-02")
    _change(folder / "payment" / "transfer-limits.en.md", "{{ facts.contact.phone }}", "our hotline")
    _change(folder / "refund" / "refund-request.zh.md", "handoff: never", "handoff: never\nrelated: [nowhere]")
    _change(folder / "service" / "complaint.zh.md", "---\n", "---\ndraft: true\n")
    _change(folder / "service" / "complaint.en.md", "---\n", "---\ndraft: true\n")
    (folder / "refund" / "broken.zh.md").write_text("---\ntitle: [\n---\n", encoding="utf-8")
    new = (folder / "account" / "reset-payment-password.zh.md").read_text(encoding="utf-8")
    (folder / "account" / "fresh.zh.md").write_text(new.replace("重置支付密码", "新写的", 1), encoding="utf-8")
    return folder


def _change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def studio(make_client: MakeClient, folder: Path) -> Iterator[TestClient]:
    client = make_client(knowledge=folder)
    talk = Talk(client)
    talk.say("退款多久到账")
    talk.say("退款几天能到")
    (said,) = [one for one in talk.say("一天最多能转多少钱")["messages"] if one["author"] == "bot"]
    assert talk.rate(said["id"], False).status_code == 200
    found = AgentAt(client, None, Role.EDITOR).client
    deadline = time.monotonic() + 60
    while page_at(found, "/studio").select("[data-working]"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield found


def _rows(page: BeautifulSoup) -> dict[str, list[str]]:
    """Cells by article id, in order."""
    found = {}
    for row in page.select(".articles tbody tr"):
        link = row.select("th a")[0]
        found[str(link["href"]).rsplit("/", 1)[-1]] = [cell.get_text(" ", strip=True) for cell in row.select("th, td")]
    return found


def test_texts_are_complete() -> None:
    assert LIST_TEXTS["zh"].keys() == LIST_TEXTS["en"].keys()
    assert ARTICLE_TEXTS["zh"].keys() == ARTICLE_TEXTS["en"].keys()
    wanted = {f"need_{need}" for need in Need} | {f"state_{state}" for state in State}
    assert wanted | {f"order_{order}" for order in ORDERS} <= LIST_TEXTS["en"].keys()


def test_the_list_tells_what_each_did_and_needs(studio: TestClient) -> None:
    page = page_at(studio, "/studio?lang=en")
    assert faults(page) == []
    rows = _rows(page)
    assert list(rows)[:2] == ["refund-how-long", "transfer-limits"]  # answered most
    assert rows["refund-how-long"][1:3] == ["2", "–"]
    assert rows["transfer-limits"][1:3] == ["1", "0% of 1 rated"]
    assert rows["transfer-limits"][3] == "Both Facts differ between the two"
    assert rows["bind-card"][5] == "2026-01-02 overdue"
    assert rows["refund-request"][3] == "Both"
    assert "Draft" in rows["complaint"][0]
    assert "Not in the build yet" in rows["fresh"][0]
    assert rows["fresh"][3] == "Chinese only"
    assert int(rows["refund-request"][7]) > 0
    assert rows["fresh"][6] == datetime.date.today().isoformat()
    broken = page.select("#files ~ ul li")
    assert len(broken) == 1 and "refund/broken.zh.md:2" in broken[0].get_text()
    cards = {
        card.select(".card-name")[0].get_text(): card.get_text(" ", strip=True) for card in page.select(".cards a")
    }
    assert cards["All"] == "All 3 10 articles · Helpful 0%"
    assert cards["Refunds"] == "Refunds 2 2 articles · Helpful –"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("category=refund&order=title", ["refund-request", "refund-how-long"]),
        ("need=facts_differ", ["transfer-limits"]),
        ("need=overdue", ["bind-card"]),
        ("need=hidden&order=title", ["complaint", "fresh"]),
        ("words=PASSWORD", ["reset-payment-password"]),
        ("words=bind-card", ["bind-card"]),
        ("words=限额", ["transfer-limits"]),
        ("need=one_language&order=title", ["fresh", "merchant-settlement"]),
        ("words=nothing+like+it", []),
    ],
)
def test_rows_are_chosen(studio: TestClient, query: str, wanted: list[str]) -> None:
    page = page_at(studio, f"/studio?lang=en&{query}")
    assert sorted(_rows(page)) == sorted(wanted)
    assert faults(page) == []


@pytest.mark.parametrize("order", [*ORDERS, "nonsense", ""])
def test_every_order_shows_every_row(studio: TestClient, order: str) -> None:
    assert len(_rows(page_at(studio, f"/studio?lang=en&order={order}"))) == 10


def test_orders(studio: TestClient) -> None:
    def first(order: str) -> str:
        return next(iter(_rows(page_at(studio, f"/studio?lang=en&order={order}"))))

    assert first("review") == "bind-card"
    assert first("helpful") == "transfer-limits"
    assert first("title") == "bind-card"  # Add a bank card


def test_an_article_stands_beside_what_customers_see(studio: TestClient) -> None:
    page = page_at(studio, "/studio/articles/refund-request?lang=en")
    assert faults(page) == []
    assert [heading.get_text() for heading in page.select("h1")] == ["Ask for a refund"]
    (line,) = [one for one in page.select("#file-zh ~ .beside .wrong") if "dead-related" in one.get_text()]
    assert line.select("code")[0].get_text() == "related: [nowhere]"
    assert page.select(f'.lint a[href="#{line["id"]}"]')
    bubble = page.select("#file-en ~ .beside .bubble")[0]
    assert "400-123-0000" in bubble.get_text()  # the fact, filled in
    assert "<script>" in bubble.get_text() and not bubble.select("script")
    assert "differs from the build" in page.get_text()
    assert page.select('.asked-as a[href^="../../studio/ask?q="]')


def test_what_an_article_answered(studio: TestClient) -> None:
    page = page_at(studio, "/studio/articles/refund-how-long?lang=en")
    asked = [row.get_text() for row in page.select("#asked ~ .table-frame tbody th")]
    assert asked == ["退款几天能到", "退款多久到账"]
    none = page_at(studio, "/studio/articles/refund-how-long?rated=no&lang=en")
    assert not none.select("#asked ~ .table-frame") and "Nothing yet" in none.get_text()
    bad = page_at(studio, "/studio/articles/transfer-limits?rated=no&lang=en")
    assert [row.get_text() for row in bad.select("#asked ~ .table-frame tbody th")] == ["一天最多能转多少钱"]
    assert faults(bad) == []


def test_an_article_in_one_language(studio: TestClient) -> None:
    page = page_at(studio, "/studio/articles/fresh?lang=en")
    assert "no English version" in page.get_text() and "not in the build" in page.get_text()
    assert faults(page) == []


def test_an_article_that_is_gone_from_the_folder_is_shown_as_customers_still_get_it(
    make_client: MakeClient, sample: Path, tmp_path: Path
) -> None:
    shutil.copytree(sample / "knowledge", tmp_path / "knowledge")
    for file in (tmp_path / "knowledge").rglob("bind-card.*.md"):
        file.unlink()
    editor = AgentAt(make_client(knowledge=tmp_path / "knowledge"), None, Role.EDITOR).client
    assert "Add a bank card" in page_at(editor, "/studio/articles/bind-card?lang=en").get_text()


def test_no_article_is_no_page(studio: TestClient) -> None:
    for unknown in ("nothing", "%00", "..%2F..%2Fetc"):
        assert studio.get(f"/studio/articles/{unknown}").status_code == 404


def test_without_a_folder_the_build_is_shown(make_client: MakeClient, tmp_path: Path) -> None:
    client = make_client(knowledge=tmp_path / "nowhere")
    editor = AgentAt(client, None, Role.EDITOR).client
    page = page_at(editor, "/studio?lang=en")
    assert faults(page) == []
    assert "no knowledge folder" in page.get_text()
    assert len(_rows(page)) == 9
    page = page_at(editor, "/studio/articles/bind-card?lang=en")
    assert faults(page) == [] and page.select(".source-lines li")


def test_a_folder_with_broken_facts_is_told(make_client: MakeClient, sample: Path, tmp_path: Path) -> None:
    shutil.copytree(sample / "knowledge", tmp_path / "knowledge")
    (tmp_path / "knowledge" / "facts.toml").write_text("[contact\n", encoding="utf-8")
    editor = AgentAt(make_client(knowledge=tmp_path / "knowledge"), None, Role.EDITOR).client
    page = page_at(editor, "/studio?lang=en")
    assert "facts.toml" in page.get_text() and len(_rows(page)) == 9
