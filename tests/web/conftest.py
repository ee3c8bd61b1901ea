"""A small real index, and the application over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.web.sample import write_knowledge
from tests.web.talk import Talk
from topay_bot.builds.making import make_build
from topay_bot.settings import load_settings
from topay_bot.web.app import create_app

MakeClient = Callable[..., TestClient]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `knowledge` and its built `index`."""
    root = tmp_path_factory.mktemp("sample")
    write_knowledge(root / "knowledge")
    make_build(load_settings(knowledge=root / "knowledge", index=root / "index"))
    return root


@pytest.fixture(scope="module")
def make_client(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeClient]:
    """Clients of applications of their own, each with an empty database unless `data` is given."""
    with ExitStack() as stack:

        def make(**settings: Any) -> TestClient:
            folders = {"index": sample / "index", "knowledge": sample / "knowledge"}
            settings = {**folders, "data": tmp_path_factory.mktemp("data"), **settings}
            return stack.enter_context(TestClient(create_app(load_settings(**settings))))

        yield make


@pytest.fixture(scope="module")
def client(make_client: MakeClient) -> TestClient:
    return make_client()


@pytest.fixture
def talk(client: TestClient) -> Talk:
    return Talk(client)
