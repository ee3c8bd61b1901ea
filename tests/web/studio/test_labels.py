"""The page on which editors check what agents called right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from tests.history import REFUND, write_history
from tests.web.conftest import MakeClient
from tests.web.desk import AgentAt
from tests.web.html_rules import faults, page_at
from topay_bot.desk.agents import Role
from topay_bot.settings import load_settings
from topay_bot.web.studio.labels import LABEL_TEXTS


@pytest.fixture
def at(missed_root: Path, make_client: MakeClient, tmp_path: Path) -> AgentAt:
    settings = {"index": missed_root / "index", "data": tmp_path}
    write_history(load_settings(**settings))
    return AgentAt(make_client(**settings), "Mei", Role.EDITOR)


def test_texts_are_complete() -> None:
    assert LABEL_TEXTS["zh"].keys() == LABEL_TEXTS["en"].keys()


def test_a_label_is_accepted_and_exported_then_rejected(at: AgentAt) -> None:
    page = _page(at.client)
    (label,) = page.select(".label")
    assert label.select_one("h2").get_text() == REFUND  # type: ignore[union-attr]
    said, right = [one.get_text(" ", strip=True) for one in label.select("dd")]
    assert said == "Answered How long a refund takes" or "How long a refund takes" in said
    assert right.startswith("Ask for a refund Lin, 20")
    _judge(at, label, "accepted")
    assert not _page(at.client).select(".label")
    (accepted,) = _page(at.client, "accepted").select(".label")
    assert "checked by Mei" in accepted.get_text()
    cases = [json.loads(line) for line in at.client.get("/studio/labels/cases.jsonl").text.splitlines()]
    assert [(case["text"], case["articles"]) for case in cases] == [(REFUND, ["refund-request"])]
    _judge(at, accepted, "rejected", shown="accepted")
    assert at.client.get("/studio/labels/cases.jsonl").text == ""
    assert _page(at.client, "rejected").select(".label")


def _page(client: TestClient, verdict: str = "") -> BeautifulSoup:
    found = page_at(client, f"/studio/labels?lang=en&verdict={verdict}")
    assert faults(found) == []
    return found


def _judge(at: AgentAt, label: BeautifulSoup, verdict: str, shown: str = "pending") -> None:
    form = label.select("form")[0]
    path = str(form["action"]).removeprefix("../")
    data = {"csrf": at.headers["X-CSRF-Token"], "verdict": verdict, "shown": shown}
    done = at.client.post(f"/{path}", data=data, follow_redirects=False)
    assert done.status_code == 303
    assert done.headers["location"].endswith("studio/labels" + ("" if shown == "pending" else f"?verdict={shown}"))
