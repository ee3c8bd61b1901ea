"""`serve --watch` from end to end: a real folder, real builds, and the page's own question about the draft."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.waiting import wait_until
from tests.web.conftest import MakeClient
from tests.web.sample import write_knowledge
from topay_bot.builds.making import make_build
from topay_bot.retrieval.index import BuildStore
from topay_bot.settings import Settings, load_settings
from topay_bot.web.app import create_app

QUESTION = {"text": "退款几天能到"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("preview")
    write_knowledge(root / "knowledge")
    make_build(load_settings(knowledge=root / "knowledge", index=root / "index", encoder="fitted"))
    return root


@pytest.fixture
def settings(made: Path, tmp_path: Path) -> Settings:
    shutil.copytree(made, tmp_path / "root")
    root = tmp_path / "root"
    return load_settings(knowledge=root / "knowledge", index=root / "index", data=root / "data", encoder="fitted")


@pytest.fixture
def client(settings: Settings, tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(settings, drafts=tmp_path / "drafts")) as client:
        wait_until(lambda: _watch(client)["phase"] == "resting")
        yield client


def _watch(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/v1/watch").json()
    return found


def _answer(client: TestClient) -> str:
    return str(client.post("/v1/ask", json=QUESTION).json()["answer"]["text"])


def test_an_editor_saves_breaks_and_mends(client: TestClient, settings: Settings) -> None:
    store = BuildStore(settings.index)
    published = store.current()
    told = _watch(client)
    assert (told["build"], told["published"], told["errors"]) == (published, True, [])
    assert told["advice"]  # the sample has fewer questions than lint wants

    file = settings.knowledge / "refund" / "refund-how-long.zh.md"
    before = file.read_text(encoding="utf-8")
    file.write_text(before + "\n周末顺延。\n", encoding="utf-8")
    wait_until(lambda: "周末顺延" in _answer(client))
    told = _watch(client)
    assert (told["published"], told["changed"]) == (False, ["refund/refund-how-long.zh.md"])
    assert told["build"] == client.get("/readyz").json()["build"] != published
    assert store.current() == published
    assert store.builds() == [published]

    (settings.knowledge / "facts.toml").write_text('[contact]\nphone = "400-999-0000"\n', encoding="utf-8")
    wait_until(lambda: "400-999-0000" in _answer(client))

    file.write_text(before.replace("title: ", "title: [", 1), encoding="utf-8")
    wait_until(lambda: bool(_watch(client)["errors"]))
    assert _watch(client)["errors"][0].startswith("refund/refund-how-long.zh.md:3: front-matter: ")
    assert "周末顺延" in _answer(client)

    file.write_text(before, encoding="utf-8")
    wait_until(lambda: "周末顺延" not in _answer(client))
    assert _watch(client)["errors"] == []

    # What the editor sees is what an operator publishes.
    make_build(settings)
    wait_until(lambda: _watch(client)["published"])


def test_without_an_index_the_folder_answers_all_the_same(settings: Settings, tmp_path: Path) -> None:
    shutil.rmtree(settings.index)
    with TestClient(create_app(settings, drafts=tmp_path / "drafts")) as client:
        wait_until(lambda: client.post("/v1/ask", json=QUESTION).status_code == 200)
        assert not _watch(client)["published"]
        assert client.get("/readyz").status_code == 200


def test_customers_never_see_any_of_it(make_client: MakeClient, client: TestClient) -> None:
    customers = make_client()
    assert customers.get("/v1/watch").status_code == 404
    assert "preview" not in customers.get("/").text
    for language, title in (("zh", "编辑预览"), ("en", "Editor's preview")):
        assert title in client.get("/", params={"lang": language}).text.replace("&#39;", "'")
