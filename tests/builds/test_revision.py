"""An edition revised after edits answers as a build of the same folder does, in a fraction of its time."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.samples import copy_knowledge
from topay_bot.builds import revision
from topay_bot.builds.making import make_build
from topay_bot.builds.revision import Reviser
from topay_bot.edition import Edition, open_edition
from topay_bot.errors import BuildError, KnowledgeError
from topay_bot.retrieval.index import BuildStore
from topay_bot.settings import Settings, load_settings

ARTICLE = """---
title: 斑马线付款
questions:
  - 斑马线付款是什么
  - 怎么开通斑马线付款
  - 斑马线付款收费吗
---
在首页点“斑马线付款”即可开通，不收费。
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("built")
    make_build(_settings(copy_knowledge(root / "knowledge")))
    return root


@pytest.fixture
def settings(built: Path, tmp_path: Path) -> Settings:
    shutil.copytree(built, tmp_path / "copy")
    return _settings(tmp_path / "copy" / "knowledge")


def _settings(knowledge: Path) -> Settings:
    return load_settings(knowledge=knowledge, index=knowledge.parent / "index", encoder="bundled")


def _open(settings: Settings) -> Edition:
    return open_edition(BuildStore(settings.index), None, max_choices=4, human_article="service-human-agent")


def _found(edition: Edition, question: str) -> str:
    return edition.answerer.decide(question).candidates[0].article


def test_an_untouched_folder_is_the_edition_itself(settings: Settings) -> None:
    edition = _open(settings)
    assert Reviser(settings, edition)(settings.knowledge) is edition


def test_what_is_written_is_found_and_is_the_build_that_will_be(settings: Settings) -> None:
    edition = _open(settings)
    revise = Reviser(settings, edition)
    (settings.knowledge / "refund" / "payment-zebra.zh.md").write_text(ARTICLE, encoding="utf-8")
    revised = revise(settings.knowledge)
    assert revised is not None
    assert _found(revised, "怎么开通斑马线付款") == "payment-zebra"
    assert revised.article("payment-zebra", "zh")[0].title == "斑马线付款"
    assert _found(edition, "怎么开通斑马线付款") != "payment-zebra"  # whoever holds it has what it was
    assert revised.id == make_build(settings).build
    assert revised.manifest["knowledge"] == BuildStore(settings.index).open().manifest["knowledge"]


def test_a_change_of_the_answer_alone_shows_at_once_and_can_be_taken_back(settings: Settings) -> None:
    edition = _open(settings)
    revise = Reviser(settings, edition)
    file = next(settings.knowledge.rglob("refund-how-long.zh.md"))
    before = file.read_text(encoding="utf-8")
    file.write_text(before + "\n\n## 斑马\n\n斑马的退款也一样。\n", encoding="utf-8")
    revised = revise(settings.knowledge)
    assert revised is not None
    assert "斑马" in revised.article("refund-how-long", "zh")[0].body
    file.write_text(before, encoding="utf-8")
    back = revise(settings.knowledge)
    assert back is not None
    assert back.id == edition.id
    assert _found(back, "退款几天能到账") == "refund-how-long"


def test_a_folder_that_cannot_be_used_leaves_the_reviser_usable(settings: Settings) -> None:
    revise = Reviser(settings, _open(settings))
    broken = settings.knowledge / "refund" / "payment-zebra.zh.md"
    broken.write_text("no front matter", encoding="utf-8")
    with pytest.raises(KnowledgeError):
        revise(settings.knowledge)
    broken.write_text(ARTICLE, encoding="utf-8")
    assert revise(settings.knowledge) is not None
    for file in settings.knowledge.rglob("*.md"):
        file.unlink()
    with pytest.raises((BuildError, KnowledgeError)):
        revise(settings.knowledge)


def test_a_change_of_much_asks_for_a_build(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    revise = Reviser(settings, _open(settings))
    monkeypatch.setattr(revision, "_MOST_CHANGED", 3)
    (settings.knowledge / "refund" / "payment-zebra.zh.md").write_text(ARTICLE, encoding="utf-8")
    assert revise(settings.knowledge) is None
