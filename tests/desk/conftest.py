"""The desk over a small library and a new SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk.parts import Parts
from tests.web.sample import write_knowledge
from topay_bot.knowledge.library import Library, load_library
from topay_bot.storage.sql_store import SqlStore


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    root = tmp_path_factory.mktemp("knowledge")
    write_knowledge(root)
    return load_library(root)


@pytest.fixture
def parts(library: Library, tmp_path: Path) -> Iterator[Parts]:
    store = SqlStore(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    yield Parts(store, library)
    store.close()
