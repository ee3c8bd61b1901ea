from pathlib import Path

import numpy as np
import pytest

from tests.samples import copy_knowledge
from topay_bot.builds.making import make_build
from topay_bot.errors import ArtefactError
from topay_bot.retrieval import saving
from topay_bot.retrieval.index import BuildStore
from topay_bot.retrieval.saving import load_shelves
from topay_bot.settings import load_settings


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("saving")
    settings = load_settings(
        knowledge=copy_knowledge(root / "knowledge", ("refund-how-long", "account-close")),
        index=root / "index",
        encoder="fitted",
    )
    make_build(settings)
    return BuildStore(settings.index).open().folder


def test_a_shelf_is_loaded_when_it_is_first_looked_at_and_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    load = saving._load_shelf
    monkeypatch.setattr(saving, "_load_shelf", lambda place: loaded.append(place.name) or load(place))
    shelves = load_shelves(folder)
    assert list(shelves) == ["zh", "en"]
    assert "en" in shelves
    assert "fr" not in shelves
    assert loaded == []
    assert shelves["en"] is shelves["en"]
    assert loaded == ["en"]


def test_what_is_large_is_mapped(folder: Path) -> None:
    shelf = load_shelves(folder)["zh"]
    mapped = Path("/proc/self/maps").read_text(encoding="utf-8")
    for name in ("heads.npy", "lexical-rows.npy", "mentions-rows.npy"):
        assert f"{folder}/zh/{name}" in mapped
    assert shelf.vectors.flags.aligned and shelf.weights.flags.aligned  # else each product copies them
    assert len(shelf.vectors) == len(shelf.weights) == len(shelf.passages)
    assert np.linalg.norm(shelf.vectors, axis=1).max() == pytest.approx(1, abs=1e-5)


def test_a_shelf_that_went_away_says_what_to_do(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "retriever.json").write_bytes((folder / "retriever.json").read_bytes())
    with pytest.raises(ArtefactError, match=r"the zh part of .* cannot be read .*scripts/rebuild-index"):
        load_shelves(tmp_path)["zh"]
