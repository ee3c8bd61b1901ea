"""What another build would decide otherwise, over a real history and two real builds."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from tests.web.conftest import MakeClient
from tests.web.desk import AgentAt
from tests.web.html_rules import faults, page_at
from tests.web.talk import Talk
from topay_bot.builds.making import make_build
from topay_bot.desk.agents import Role
from topay_bot.retrieval.index import BuildStore
from topay_bot.settings import load_settings
from topay_bot.web.studio.changes_texts import CHANGES_TEXTS

LIMITS = "一天最多能转多少钱"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Path:
    """The sample's build, and one that has lost the article on limits."""
    root = tmp_path_factory.mktemp("changes")
    shutil.copytree(sample / "index", root / "index")
    shutil.copytree(sample / "knowledge", root / "knowledge")
    for file in (root / "knowledge").rglob("transfer-limits.*.md"):
        file.unlink()
    make_build(load_settings(knowledge=root / "knowledge", index=root / "index"), publish=False)
    return root / "index"


@pytest.fixture(scope="module")
def studio(make_client: MakeClient, index: Path) -> TestClient:
    client = make_client(index=index)
    for text in (LIMITS, "退款几天能到", LIMITS, "转人工"):
        Talk(client).say(text)
    return AgentAt(client, None, Role.EDITOR).client


def _done(studio: TestClient, path: str) -> BeautifulSoup:
    deadline = time.monotonic() + 60
    while (page := page_at(studio, path)).select("[data-working]"):
        assert faults(page) == []
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return page


def test_texts_are_complete() -> None:
    assert CHANGES_TEXTS["zh"].keys() == CHANGES_TEXTS["en"].keys()


def test_what_would_come_out_otherwise_stands_side_by_side(studio: TestClient, index: Path) -> None:
    page = _done(studio, "/studio/changes?lang=en")  # the newer build is chosen by itself
    assert faults(page) == []
    current, newer = BuildStore(index).current(), BuildStore(index).builds()[-1]
    assert [option["value"] for option in page.select("option[selected]")] == [newer]
    assert f"({current})" in page.select(".filters label")[0].get_text()
    assert page.select(".summary")[0].get_text().startswith("Of 4 questions ")
    rows = {
        row.select("th")[0].get_text(" ", strip=True): row.select("td") for row in page.select(".differences tbody tr")
    }
    before, after = rows[f"{LIMITS} 2 times"]
    assert before.select("a")[0].get_text() == "Transfer limits"
    assert before.select(".kind.answer") and not after.select(".kind.answer")
    chips = page.select("nav.choose a")
    assert len(chips) >= 2
    only = _done(studio, "/studio/changes" + str(chips[1]["href"]).partition("#")[0] + "&lang=en")
    assert only.select("nav.choose [aria-current]")[0].get_text() == chips[1].get_text()
    assert 1 <= len(only.select(".differences tbody tr")) <= len(rows)


def test_no_such_build_is_no_page(studio: TestClient, index: Path) -> None:
    for build in ("nothing", "../index", str(BuildStore(index).current())):
        assert studio.get("/studio/changes", params={"build": build}).status_code == 404


def test_with_one_build_there_is_nothing_to_compare(editor: TestClient) -> None:
    page = page_at(editor, "/studio/changes?lang=en")
    assert faults(page) == []
    assert "--no-publish" in page.get_text() and not page.select("form")


def test_a_comparison_that_failed_is_told_and_can_be_tried_again(
    make_client: MakeClient, index: Path, tmp_path: Path
) -> None:
    shutil.copytree(index, tmp_path / "index")
    newer = BuildStore(tmp_path / "index").builds()[-1]
    library = tmp_path / "index" / newer / "library.json"
    whole = library.read_bytes()
    library.write_bytes(whole + b" ")
    client = make_client(index=tmp_path / "index")
    at = AgentAt(client, None, Role.EDITOR)
    Talk(client).say(LIMITS)
    page = _done(at.client, f"/studio/changes?build={newer}&lang=en")
    assert "library.json" in page.select("[role=alert]")[0].get_text()
    library.write_bytes(whole)
    sent = {"build": newer, "csrf": at.headers["X-CSRF-Token"]}
    assert at.client.post("/studio/changes", data=sent).status_code == 200
    assert _done(at.client, f"/studio/changes?build={newer}&lang=en").select(".summary")
