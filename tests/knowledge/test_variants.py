"""Questions added to files: only what is meant changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from topay_bot.errors import KnowledgeError
from topay_bot.knowledge.article import parse_text
from topay_bot.knowledge.variants import join, unified_diff, with_questions

PATH = Path("refund/refund-x.en.md")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "questions:\n  - one\n  - two  # note\ntags: [a]\n",
            "questions:\n  - one\n  - two  # note\n  - new\ntags: [a]\n",
        ),
        ("questions:\n- one\n", "questions:\n- one\n- new\n"),
        ("questions: []  # how they say it\ntags: [a]\n", "questions:  # how they say it\n  - new\ntags: [a]\n"),
        ("questions: [one, two]\n", "questions:\n  - one\n  - two\n  - new\n"),
        ("questions: [one,\n  two]\n", "questions:\n  - one\n  - two\n  - new\n"),
        (
            "questions:\n  - >-\n    one\n    two\ntags: [a]\n",
            "questions:\n  - >-\n    one\n    two\n  - new\ntags: [a]\n",
        ),
        ("tags: [a]\n", "tags: [a]\nquestions:\n  - new\n"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_questions_stand_after_those_that_are_there(before: str, after: str, end: str) -> None:
    def file(front: str) -> str:
        return f"---\ntitle: X\n{front}---\n\nBody - text\n".replace("\n", end)

    assert with_questions(file(before), PATH, ["new"]) == file(after)


def test_any_question_is_written_so_that_it_is_read_again() -> None:
    questions = ["yes", "- a: b # c", "'quoted'", "12", "积分怎么用？"]
    made = with_questions("---\ntitle: X\nquestions: []\n---\nBody", PATH, questions)
    found, problems = parse_text(made, PATH, "x")
    assert (found and list(found.questions), problems) == (questions, [])


def test_an_unusual_form_is_refused_rather_than_broken() -> None:
    with pytest.raises(KnowledgeError, match="unusual form"):
        with_questions("---\ntitle: X\nquestions: &q [one]\n---\nBody", PATH, ["new"])
    with pytest.raises(KnowledgeError, match="mend these first"):
        with_questions("---\nquestions: [one]\n---\nBody", PATH, ["new"])


def test_joining_knows_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "refund").mkdir()
    file = tmp_path / "refund" / "refund-x.en.md"
    file.write_text("---\ntitle: X\nquestions:\n  - How long?\n---\nBody", encoding="utf-8")
    (tmp_path / "facts.toml").touch()
    contents = join(tmp_path, "refund-x", {"en": ["how long?", "When", "when", "so  when"], "zh": ["几时"]})
    assert contents[file].splitlines()[3:6] == ["  - How long?", "  - When", "  - so when"]
    assert "+  - When\n" in unified_diff(tmp_path, contents)
    with pytest.raises(KnowledgeError, match="nothing to add"):
        join(tmp_path, "refund-x", {"en": ["HOW LONG?"]})
    with pytest.raises(KnowledgeError, match="no article"):
        join(tmp_path, "refund-y", {})
