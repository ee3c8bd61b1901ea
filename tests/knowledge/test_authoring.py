import datetime
from pathlib import Path

import pytest

from tests.samples import copy_knowledge
from topay_bot.errors import KnowledgeError
from topay_bot.knowledge.authoring import move, new, retire
from topay_bot.knowledge.library import load_library

TODAY = datetime.date(2026, 11, 25)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = copy_knowledge(tmp_path / "knowledge")
    (root / "calibration.zh.jsonl").write_text(
        '{"text": "多久到", "articles": ["refund-how-long", "refund-status"]}\n'
        '{"text": "几天到", "articles": ["refund-how-long"]}\n'
        '{"text": "别的",  "articles": []}\n',
        encoding="utf-8",
    )
    return root


def _related(root: Path) -> dict[tuple[str, str], tuple[str, ...]]:
    return {(article.id, article.language): article.related for article in load_library(root)}


def _contents(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def test_a_new_article_is_a_pair_of_drafts_that_can_be_read(root: Path) -> None:
    done = new(root, "refund-gift-card", today=TODAY)
    assert [path.relative_to(root).as_posix() for path in done.written] == [
        "refund/refund-gift-card.zh.md",
        "refund/refund-gift-card.en.md",
    ]
    library = load_library(root)
    for language in ("zh", "en"):
        article = library.get("refund-gift-card", language)  # type: ignore[arg-type]  # a language
        assert article is not None
        assert article.draft
        assert article.review_by == datetime.date(2027, 11, 25)
    assert "refund-gift-card" not in library.published(TODAY).ids


@pytest.mark.parametrize(
    ("article", "category", "says"),
    [
        ("refund-status", None, "is there already"),
        ("../x", None, "cannot be an id"),
        ("gift-card", None, "name one with --category"),
    ],
)
def test_what_cannot_be_new(root: Path, article: str, category: str | None, says: str) -> None:
    before = _contents(root)
    with pytest.raises(KnowledgeError, match=says):
        new(root, article, category)
    assert _contents(root) == before


def test_a_category_of_its_own(root: Path) -> None:
    assert new(root, "gift-card", "shop", TODAY).written[0].parent.name == "shop"


def test_whatever_refers_to_a_moved_article_follows(root: Path) -> None:
    before, related = _contents(root), _related(root)
    assert ("refund-status", "zh") in related
    move(root, "refund-how-long", "refund-arrival")
    after = _contents(root)
    assert after["refund/refund-arrival.zh.md"] == before["refund/refund-how-long.zh.md"]
    assert "refund/refund-how-long.zh.md" not in after
    expected = {
        (one if one != "refund-how-long" else "refund-arrival", language): tuple(
            "refund-arrival" if other == "refund-how-long" else other for other in others
        )
        for (one, language), others in related.items()
    }
    assert _related(root) == expected
    assert expected != related
    assert after["calibration.zh.jsonl"].splitlines() == [
        '{"text": "多久到", "articles": ["refund-arrival", "refund-status"]}',
        '{"text": "几天到", "articles": ["refund-arrival"]}',
        '{"text": "别的",  "articles": []}',  # untouched, its two spaces too
    ]


def test_moving_to_another_category_changes_no_reference(root: Path) -> None:
    before = _contents(root)
    done = move(root, "refund-how-long", "refund-how-long", "payment")
    assert [path.parent.name for path in done.written] == ["payment", "payment"]
    after = _contents(root)
    assert after.pop("payment/refund-how-long.zh.md") == before.pop("refund/refund-how-long.zh.md")
    assert after.pop("payment/refund-how-long.en.md") == before.pop("refund/refund-how-long.en.md")
    assert after == before


def test_a_retired_article_leaves_no_reference(root: Path) -> None:
    retire(root, "refund-how-long")
    assert not any("refund-how-long" in text for text in _contents(root).values())
    assert len(load_library(root).labelled["zh"]) == 2


def test_another_takes_its_place_and_stands_nowhere_twice(root: Path) -> None:
    retire(root, "refund-how-long", "refund-status")
    for (article, _), related in _related(root).items():
        assert "refund-how-long" not in related
        assert article not in related
        assert len(set(related)) == len(related)
    assert [question.articles for question in load_library(root).labelled["zh"]] == [
        ("refund-status",),
        ("refund-status",),
        (),
    ]


def test_lists_one_a_line_and_comments_are_kept_apart(root: Path) -> None:
    file = root / "account" / "a.zh.md"
    file.write_text(
        "---\ntitle: A\nrelated:\n  - refund-status\n  - refund-how-long\n# mine\nquestions: [a]\n---\nA.\n",
        encoding="utf-8",
    )
    move(root, "refund-how-long", "refund-arrival")
    assert file.read_text(encoding="utf-8") == (
        "---\ntitle: A\nrelated: [refund-status, refund-arrival]\n# mine\nquestions: [a]\n---\nA.\n"
    )


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda root: move(root, "nothing", "x"), "no article 'nothing'"),
        (lambda root: move(root, "refund-status", "refund-how-long"), "is there already"),
        (lambda root: move(root, "refund-status", "a/b"), "cannot be an id"),
        (lambda root: retire(root, "nothing"), "no article 'nothing'"),
        (lambda root: retire(root, "refund-status", "nothing"), "is no other article"),
        (lambda root: retire(root, "refund-status", "refund-status"), "is no other article"),
    ],
)
def test_what_cannot_be_done_changes_nothing(root: Path, act, says: str) -> None:  # type: ignore[no-untyped-def]
    before = _contents(root)
    with pytest.raises(KnowledgeError, match=says):
        act(root)
    assert _contents(root) == before


def test_an_unreadable_file_may_hide_a_reference(root: Path) -> None:
    next(root.glob("*/account-close.en.md")).write_text("broken", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="mend these first"):
        move(root, "refund-how-long", "refund-arrival")
