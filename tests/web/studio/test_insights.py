"""The insights page over a small history whose numbers are counted in tests/storage/test_insights.py."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from tests.insight_history import write_small_history
from tests.web.conftest import MakeClient
from tests.web.desk import AgentAt
from tests.web.html_rules import faults, page_at
from topay_bot.answering.policy import Reason
from topay_bot.desk.agents import Role
from topay_bot.learning import insight_texts
from topay_bot.learning.insight_texts import TABLE_TEXTS
from topay_bot.settings import load_settings
from topay_bot.storage.sql_store import SqlStore
from topay_bot.web.studio import insights
from topay_bot.web.studio.insight_texts import INSIGHT_TEXTS

WEEK = "since=2026-11-02&until=2026-11-08"


@pytest.fixture(scope="module")
def editor(make_client: MakeClient, tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    data: Path = tmp_path_factory.mktemp("insights")
    store = SqlStore(load_settings(data=data).database())
    write_small_history(store)
    store.close()
    return AgentAt(make_client(data=data), None, Role.EDITOR).client


def _csv(editor: TestClient, name: str, language: str = "en", days: str = WEEK) -> list[list[str]]:
    response = editor.get(f"/studio/insights/{name}.csv?{days}&lang={language}")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert f"{name}-2026-" in response.headers["content-disposition"]
    assert response.text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(response.text[1:])))


def test_texts_are_complete() -> None:
    for texts in (INSIGHT_TEXTS, *(getattr(insight_texts, name) for name in dir(insight_texts) if name.isupper())):
        assert texts["zh"].keys() == texts["en"].keys()
        for key, text in texts["zh"].items():
            fields = [set(re.findall(r"{\w+}", str(one))) for one in (text, texts["en"][key])]
            assert fields[0] == fields[1], key
    assert insight_texts.HANDOFF_REASONS["en"].keys() <= {reason.value for reason in Reason}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_chosen_range_is_shown(editor: TestClient, language: str) -> None:
    page = page_at(editor, f"/studio/insights?{WEEK}&lang={language}")
    assert faults(page) == []
    values = [cell.get_text(strip=True) for cell in page.select(".summary td")]
    minutes = ["4 分 0 秒", "10 分 0 秒"] if language == "zh" else ["4 min 0 s", "10 min 0 s"]
    assert values == ["7", "7", "57%", "14%", "1", "57%", "43%", "50%", "2", "5.0", "2.0", *minutes, "1"]
    assert len(page.select(".days tbody tr")) == 7
    assert page.select("[name=since]")[0]["value"] == "2026-11-02"
    assert not page.select(".tabs [aria-current]")


def test_presets(editor: TestClient) -> None:
    for path, current in (("", "28"), ("?days=7", "7"), ("?days=90", "90"), ("?days=8", "28")):
        page = page_at(editor, f"/studio/insights{path}{'&' if path else '?'}lang=en")
        (tab,) = page.select(".tabs [aria-current]")
        assert tab.get_text() == f"Last {current} days"


@pytest.mark.parametrize(
    "days",
    ["since=2026-11-08&until=2026-11-02", "since=2026-11-02", "since=x&until=y", "since=0001-01-01&until=9999-12-31"],
)
def test_what_is_no_range_is_told(editor: TestClient, days: str) -> None:
    page = page_at(editor, f"/studio/insights?{days}&lang=en", 422)
    assert faults(page) == []
    assert "at most 366 days" in page.select("[role=alert]")[0].get_text()


@pytest.mark.parametrize("edge", ["since=0001-01-01&until=0001-01-01", "since=9999-12-31&until=9999-12-31"])
def test_the_ends_of_the_calendar_harm_nothing(editor: TestClient, edge: str) -> None:
    assert editor.get(f"/studio/insights?{edge}").status_code == 422


def test_every_table_is_a_file_too(editor: TestClient) -> None:
    page = page_at(editor, f"/studio/insights?{WEEK}&lang=en")
    links = [str(link["href"]) for link in page.select(".headline a")]
    names = [link.partition("insights/")[2].partition(".csv")[0] for link in links]
    assert {*names, "falling"} == TABLE_TEXTS["en"].keys()  # of falling articles there is none
    for link in links:
        assert editor.get(f"/studio/{link.partition('studio/')[2]}").status_code == 200
    assert _csv(editor, "articles") == [
        ["Article", "Shown", "Ratings", "Helpful"],
        ["How long a refund takes", "3", "1", "1"],
        ["Add a bank card", "2", "1", "0"],
    ]
    summary = {row[0]: row[1] for row in _csv(editor, "summary", "zh")}
    assert (summary["回答率"], summary["等待时间（中位数）"]) == ("0.5714", "240")
    assert _csv(editor, "days")[1][:3] == ["2026-11-08", "1", "1"]
    assert _csv(editor, "falling") == [["Article", "Shown before", "Shown", "Helpful before", "Helpful"]]
    assert editor.get("/studio/insights/nothing.csv").status_code == 404


def test_words_are_no_formulas() -> None:
    from topay_bot.learning.insight_tables import Cell, Kind, Table, as_csv

    table = Table("questions", ("question",), [(Cell("=1+1", Kind.TEXT),), (Cell("-5", Kind.TEXT),)])
    assert as_csv(table, "en").splitlines()[1:] == ["'=1+1", "'-5"]


@pytest.mark.parametrize("name", ["days", "handoffs", "categories"])
def test_pictures(editor: TestClient, name: str) -> None:
    page = page_at(editor, f"/studio/insights?{WEEK}&lang=zh")
    (image,) = [one for one in page.select("img") if f"/{name}.svg" in str(one["src"])]
    assert image["alt"]
    response = editor.get(f"/studio/{str(image['src']).partition('studio/')[2]}")
    assert response.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in response.headers["content-security-policy"]
    root = ElementTree.fromstring(response.content)
    words = [text for one in root.iter("{http://www.w3.org/2000/svg}text") if (text := "".join(one.itertext()))]
    assert {"days": "直接转人工", "handoffs": "连续没帮上忙", "categories": "退款"}[name] in words
    assert editor.get(f"/studio/insights/{name}.svg?since=2020-01-01&until=2020-01-02").status_code == 404


def test_without_matplotlib_the_page_says_how_to_get_pictures(
    editor: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insights, "can_draw", lambda: False)
    page = page_at(editor, f"/studio/insights?{WEEK}&lang=en")
    assert faults(page) == []
    assert "pip install 'topay-bot[report]'" in page.get_text()
    assert not page.select(".picture")
    assert editor.get(f"/studio/insights/days.svg?{WEEK}").status_code == 404


@pytest.mark.parametrize("path", ["insights/summary.csv", "insights/days.svg"])
def test_files_are_for_editors_and_operators_alone(make_client: MakeClient, editor: TestClient, path: str) -> None:
    server = TestClient(editor.app)
    assert server.get(f"/studio/{path}?{WEEK}", follow_redirects=False).status_code == 303
    assert AgentAt(server, None, Role.AGENT).client.get(f"/studio/{path}?{WEEK}").status_code == 403
    assert AgentAt(server, None, Role.OPERATOR).client.get(f"/studio/{path}?{WEEK}").status_code == 200
