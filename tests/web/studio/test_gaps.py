"""The gaps pages over a real history, and a real knowledge folder in a git repository."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from httpx import Response
from starlette.testclient import TestClient

from tests.history import write_history
from tests.waiting import wait_until
from tests.web.conftest import MakeClient
from tests.web.desk import AgentAt
from tests.web.html_rules import faults, page_at, soup_of
from topay_bot.desk.agents import Role
from topay_bot.knowledge.library import read_library
from topay_bot.settings import load_settings
from topay_bot.web.studio.gap_texts import GAP_TEXTS, MISS_TEXTS


@dataclass
class Studio:
    """An editor at the gaps pages."""

    client: TestClient
    csrf: str
    knowledge: Path

    def page(self, path: str = "") -> BeautifulSoup:
        found = page_at(self.client, f"/studio/gaps{path}?lang=en")
        assert faults(found) == []
        return found

    def post(self, path: str, **fields: str) -> Response:
        data = {"csrf": self.csrf, **fields}
        return self.client.post(f"/studio/gaps{path}?lang=en", data=data, follow_redirects=False)

    def gap(self) -> str:
        """The id of the gap about charities."""
        (link,) = [one for one in self.page().select(".gaps tbody th a") if "慈善" in one.get_text()]
        return str(link["href"]).rpartition("/")[2]

    def ticked(self, gap: str) -> dict[str, str]:
        boxes = self.page(f"/{gap}").select(".wordings input[checked]")
        return {str(box["name"]): "1" for box in boxes}

    def status(self) -> str:
        return _git(self.knowledge, "status", "--porcelain", "--branch").strip()


@pytest.fixture(scope="module")
def studio(missed_root: Path, make_client: MakeClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    root = tmp_path_factory.mktemp("gaps")
    knowledge = root / "knowledge"
    shutil.copytree(missed_root / "knowledge", knowledge)
    _git(knowledge, "init", "--quiet", "--initial-branch=main")
    _git(knowledge, "add", ".")
    _git(knowledge, "-c", "user.name=X", "-c", "user.email=x@localhost", "commit", "--quiet", "-m", "Begin.")
    settings = {"index": missed_root / "index", "data": root / "data"}
    write_history(load_settings(**settings))
    client = make_client(**settings, knowledge=knowledge)
    at = AgentAt(client, "Mei", Role.EDITOR)
    there = Studio(at.client, at.headers["X-CSRF-Token"], knowledge)
    assert "A new list is being made" in there.page().get_text()  # by a process of its own, with the command
    wait_until(lambda: bool(there.page().select(".gaps")))
    yield there


def test_texts_are_complete() -> None:
    assert GAP_TEXTS["zh"].keys() == GAP_TEXTS["en"].keys()
    for key, text in GAP_TEXTS["zh"].items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", GAP_TEXTS["en"][key])), key
    assert MISS_TEXTS["zh"].keys() == MISS_TEXTS["en"].keys()


def test_the_list_tells_what_matters_of_each_gap(studio: Studio) -> None:
    cells = [cell.get_text(" ", strip=True) for cell in studio.page().select(".gaps tbody tr:first-child > *")]
    assert "慈善" in cells[0]
    assert cells[1:4] == ["4", "3", "0 → 4"]
    assert "not answered" in cells[5] or "none taken" in cells[5]
    assert "questions asked in vain" in studio.page().get_text()


def test_one_gap_shows_all_wordings_and_offers_those_without_masks(studio: Studio) -> None:
    page = studio.page(f"/{studio.gap()}")
    assert len(page.select(".wordings li")) == 4
    (masked,) = page.select(".wordings input[disabled]")
    assert "[phone]" in masked.parent.get_text()  # type: ignore[union-attr]
    assert len(page.select(".wordings input[checked]")) == 3
    assert len(page.select(".by-day rect")) == 28


def test_questions_join_an_article_as_a_patch_that_applies(studio: Studio, tmp_path: Path) -> None:
    gap = studio.gap()
    ticked = studio.ticked(gap)
    left_out, *_ = ticked
    fields = {"what": "join", "article": "refund-request", **{name: "1" for name in ticked if name != left_out}}
    shown = studio.post(f"/{gap}/change", **fields)
    page = soup_of(shown.text)
    assert faults(page) == []
    assert len(page.select(".diff .added")) == 2
    patch = studio.post(f"/{gap}/change", **fields, **{"as": "patch"})
    assert "refund-request.patch" in patch.headers["content-disposition"]
    copy = tmp_path / "knowledge"
    shutil.copytree(studio.knowledge, copy)
    subprocess.run(["patch", "-p1"], cwd=copy, input=patch.text, text=True, check=True, stdout=subprocess.PIPE)
    library, problems = read_library(copy)
    article = library.get("refund-request", "zh")
    assert article is not None
    assert len([text for text in article.questions if "慈善" in text]) == 2
    assert problems == read_library(studio.knowledge)[1]
    assert studio.status() == "## main"


def test_questions_join_an_article_on_a_branch_of_their_own(studio: Studio) -> None:
    gap = studio.gap()
    fields = {"what": "join", "article": "refund-request", "as": "branch", "branch": "gap/x", **studio.ticked(gap)}
    done = studio.post(f"/{gap}/change", **fields)
    page = soup_of(done.text)
    assert (done.status_code, faults(page)) == (200, [])
    assert "Committed on the branch gap/x" in page.get_text()
    assert studio.status() == "## main"
    assert _git(studio.knowledge, "log", "-1", "--format=%an", "gap/x").strip() == "Mei"
    drafted = fields | {"what": "draft", "new_id": "payment-charity", "branch": "gap/y"}
    page = soup_of(studio.post(f"/{gap}/change", **drafted).text)
    assert [one.get_text() for one in page.select(".steps code")] == [
        "payment/payment-charity.en.md",
        "payment/payment-charity.zh.md",
    ]
    assert "draft: true" in _git(studio.knowledge, "show", "gap/y:payment/payment-charity.zh.md")
    again = studio.post(f"/{gap}/change", **fields)
    assert (again.status_code, "take the change as a patch" in again.text) == (422, True)


def test_a_new_article_is_drafted_into_the_folder_when_the_editor_asks(studio: Studio) -> None:
    gap = studio.gap()
    fields = {"what": "draft", "new_id": "payment-charity", "category": "", **studio.ticked(gap)}
    assert len(soup_of(studio.post(f"/{gap}/change", **fields).text).select(".diff .added")) > 20
    assert studio.status() == "## main"
    done = studio.post(f"/{gap}/change", **fields, **{"as": "folder"})
    assert "payment/payment-charity.zh.md" in done.text
    article = read_library(studio.knowledge)[0].get("payment-charity", "zh")
    assert article is not None
    assert article.draft
    assert len(article.questions) == 3
    shutil.rmtree(studio.knowledge / "payment")
    _git(studio.knowledge, "checkout", "--quiet", "--", ".")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"what": "join", "article": "nothing"}, "no article 'nothing'"),
        ({"what": "draft", "new_id": "../x"}, "cannot be an id"),
        ({"what": "draft", "new_id": "x", "category": "../up"}, "cannot be a category"),
        ({"what": "draft", "new_id": "bind-card"}, "is there already"),
        ({"what": "join", "article": "refund-request", "as": "folder"}, "as a patch or on a branch"),
        ({"what": "join", "article": "refund-request", "as": "branch", "branch": "a..b"}, "not a valid branch name"),
        ({"what": "join", "article": "refund-request", "as": "branch", "branch": "--all"}, "not a valid branch name"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_changes(studio: Studio, fields: dict[str, str], said: str) -> None:
    gap = studio.gap()
    told = studio.post(f"/{gap}/change", **fields, **studio.ticked(gap))
    page = soup_of(told.text)
    assert (told.status_code, faults(page)) == (422, [])
    assert said in page.select(".failed")[0].get_text()
    assert studio.status() == "## main"


def test_a_gap_is_dismissed_and_listed_again(studio: Studio) -> None:
    gap = studio.gap()
    assert studio.post(f"/{gap}/dismiss").headers["location"] == "../../../studio/gaps"
    assert "慈善" not in studio.page().get_text()
    aside = page_at(studio.client, "/studio/gaps?dismissed=1&lang=en")
    assert faults(aside) == []
    assert gap in str(aside.select(".gaps a"))
    assert "dismissed by Mei" in studio.page(f"/{gap}").get_text()
    studio.post(f"/{gap}/restore")
    assert studio.gap() == gap


def test_a_gap_that_is_no_more_is_told(studio: Studio) -> None:
    for response in (studio.client.get("/studio/gaps/g-none?lang=en"), studio.post("/g-none/dismiss")):
        page = soup_of(response.text)
        assert (response.status_code, faults(page)) == (404, [])
        assert "no longer listed" in page.get_text()


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout
