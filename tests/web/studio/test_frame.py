"""What holds for every page of the studio."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from starlette.testclient import TestClient

from tests.web.conftest import MakeClient
from tests.web.desk import AgentAt
from tests.web.html_rules import faults, page_at, soup_of
from topay_bot.desk.agents import Role
from topay_bot.web.studio.frame import Editor, Form, go_to, studio_router
from topay_bot.web.studio.sections import SECTIONS

PATHS = [f"/{section.address}" for section in SECTIONS]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_obeys_the_rules(editor: TestClient, path: str, language: str) -> None:
    page = page_at(editor, f"{path}?lang={language}")
    assert faults(page) == []
    assert page.html is not None and str(page.html["lang"]).startswith(language)
    current = page.select(".sections [aria-current=page]")
    assert [link.get_text() for link in current] == [
        section.names["en" if language == "en" else "zh"] for section in SECTIONS if f"/{section.address}" == path
    ]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_for_editors_and_operators_alone(make_client: MakeClient, client: TestClient, path: str) -> None:
    nobody = client.get(path, follow_redirects=False)
    assert nobody.status_code == 303
    where = nobody.headers["location"].removeprefix("../" * (path.count("/") - 1))
    assert where == f"desk/sign-in?to={path.removeprefix('/')}"

    refused = AgentAt(client, None, Role.AGENT).client.get(f"{path}?lang=en")
    assert refused.status_code == 403
    page = soup_of(refused.text)
    assert faults(page) == [] and "editor" in page.get_text() and not page.select(".sections")

    assert AgentAt(client, None, Role.OPERATOR).client.get(path).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_kept_nowhere_and_runs_nothing_of_its_own(editor: TestClient, path: str) -> None:
    response = editor.get(path)
    assert response.headers["cache-control"] == "no-store"
    policy = response.headers["content-security-policy"]
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.address)
def test_routes_run_in_threads(section: Any) -> None:
    """What they compute or read must hold up no customer."""
    import inspect

    for route in section.router.routes:
        assert not inspect.iscoroutinefunction(route.endpoint), route.path


def test_the_language_is_remembered(editor: TestClient) -> None:
    editor.get(f"{PATHS[0]}?lang=en")
    page = page_at(editor, PATHS[0])
    assert page.html is not None and page.html["lang"] == "en"
    assert page.select_one("a[hreflang=zh]")


def test_the_switch_keeps_what_was_asked(editor: TestClient) -> None:
    page = page_at(editor, "/studio/ask?q=refund&lang=en")
    (switch,) = page.select("a[hreflang=zh]")
    assert switch["href"] == "?q=refund&lang=zh"


def test_a_form_needs_the_token_of_its_session(client: TestClient) -> None:
    router = studio_router()

    @router.post("/try")
    def try_(request: Request, who: Editor, form: Form) -> Response:
        return go_to(request, f"studio/ask?q={form['q']}")

    app = FastAPI()
    app.include_router(router)
    app.state.agents, app.state.desk = client.app.state.agents, client.app.state.desk  # type: ignore[attr-defined]
    at = AgentAt(client, None, Role.EDITOR)
    page = TestClient(app, cookies=dict(at.client.cookies))
    good = page.post("/studio/try", data={"csrf": at.headers["X-CSRF-Token"], "q": "1"}, follow_redirects=False)
    assert (good.status_code, good.headers["location"]) == (303, "../studio/ask?q=1")
    for data in ({"q": "1"}, {"csrf": "", "q": "1"}, {"csrf": "another", "q": "1"}):
        refused = page.post("/studio/try?lang=en", data=data, follow_redirects=False)
        assert refused.status_code == 403 and "out of date" in refused.text


def test_without_an_index_it_says_so(make_client: MakeClient, tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = make_client(index=tmp_path_factory.mktemp("empty"))
    response = AgentAt(empty, None, Role.EDITOR).client.get("/studio/ask?lang=en")
    assert response.status_code == 503 and "topay-bot build" in response.text
