"""The coverage map, drawn over a kept gaps list."""

from __future__ import annotations

import datetime
import time

import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from tests.learning.gaps import findings, gap
from tests.web.conftest import MakeClient
from tests.web.desk import AgentAt
from tests.web.html_rules import faults, page_at
from topay_bot.desk.agents import Role
from topay_bot.desk.reviewing import Dismissal
from topay_bot.web.studio.coverage import HEIGHT, WIDTH
from topay_bot.web.studio.coverage_texts import COVERAGE_TEXTS

CHARITY = gap("donate to a charity", "how do I give to charity", "charity donations", id_="g-charity")
PETS = gap("insure my cat", "cat insurance", "insurance for a dog", id_="g-pets")


@pytest.fixture(scope="module")
def studio(make_client: MakeClient) -> TestClient:
    client = make_client()
    app = client.app
    build = app.state.desk.edition().id  # type: ignore[attr-defined]
    store = app.state.learning.gaps  # type: ignore[attr-defined]
    now = datetime.datetime.now(datetime.UTC)
    editor = AgentAt(client, None, Role.EDITOR)
    store.end_list(now, findings(CHARITY, PETS, build=build).to_json())
    store.dismiss(Dismissal("d", PETS.question, "en", PETS.wordings, PETS.customers, editor.id, now))
    return editor.client


@pytest.fixture(scope="module")
def page(studio: TestClient) -> BeautifulSoup:
    deadline = time.monotonic() + 60
    while (found := page_at(studio, "/studio/map?lang=en")).select("[data-working]"):
        assert faults(found) == []
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return found


def test_texts_are_complete() -> None:
    assert COVERAGE_TEXTS["zh"].keys() == COVERAGE_TEXTS["en"].keys()


def test_articles_and_gaps_are_links_with_names(page: BeautifulSoup) -> None:
    assert faults(page) == []
    spots = {str(link["href"]): link.select("title")[0].get_text() for link in page.select("svg a")}
    assert spots["../studio/articles/bind-card"] == "Article: Add a bank card"
    assert spots["../studio/gaps/g-charity"] == "Asked in vain: donate to a charity, 1 customers"
    assert len(spots) == 10
    assert len(page.select("svg .dot")) == 3  # what was dismissed is not drawn
    assert page.select('svg a.gap[href="../studio/gaps/g-charity"] text')[0].get_text() == "donate to a charity"


def test_the_table_says_the_same(page: BeautifulSoup) -> None:
    (row,) = page.select("#table ~ .table-frame tbody tr")
    assert row.select("th a")[0]["href"] == "../studio/gaps/g-charity"
    assert len(row.select("td:last-child a")) == 3


def test_everything_is_inside_the_picture_and_names_do_not_cover_one_another(page: BeautifulSoup) -> None:
    boxes = []
    for circle in page.select("svg circle"):
        assert 0 <= float(str(circle["cx"])) <= WIDTH and 0 <= float(str(circle["cy"])) <= HEIGHT
    for text in page.select("svg text"):
        x, y = float(str(text["x"])), float(str(text["y"]))
        boxes.append((x, y - 10, x + 7 * len(text.get_text()), y))
    assert len(boxes) >= 5
    for place, one in enumerate(boxes):
        for other in boxes[:place]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_links_lead_somewhere(studio: TestClient, page: BeautifulSoup) -> None:
    for address in ("articles/bind-card", "gaps/g-charity"):
        assert studio.get(f"/studio/{address}").status_code == 200
