"""Saved replies: what is read, and what an editor is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from topay_bot.knowledge.facts import Fact, Facts, load_facts
from topay_bot.knowledge.replies import PLACES, read_replies
from topay_bot.privacy import find

KNOWLEDGE = Path(__file__).parent.parent.parent / "knowledge"
FACTS = Facts({"contact.phone": Fact("400-1", "+86-400-1", False, 1)})
SOUND = """
[greeting]
title = { zh = "问候", en = "Greeting" }
text.zh = "您好，我是{agent}。"
text.en = "Hello, this is {agent}."

[call]
title = { zh = "请来电", en = "Please call" }
text = { zh = "请拨打 {{ facts.contact.phone }}，报 {reference}。", en = "Call {{ facts.contact.phone }}." }
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "replies.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_replies_come_in_order_with_their_facts(tmp_path: Path) -> None:
    (greeting, call), problems = read_replies(_file(tmp_path, SOUND), FACTS)
    assert problems == []
    assert (greeting.id, greeting.title["en"], greeting.text["zh"]) == ("greeting", "Greeting", "您好，我是{agent}。")
    assert call.text == {"zh": "请拨打 400-1，报 {reference}。", "en": "Call +86-400-1."}


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert read_replies(tmp_path / "replies.toml", FACTS) == ((), [])


@pytest.mark.parametrize(
    ("old", "new", "line", "told", "kept"),
    [
        ("[call]", "[Call us]", 7, "cannot be read", 0),
        ('[call]\ntitle = { zh = "请来电", en = "Please call" }', "[call]", 7, "call has text; expected", 1),
        ("[greeting]", "[Greeting]", 2, "Greeting is no id; expected small letters, digits and hyphens", 1),
        ('text.en = "Hello, this is {agent}."\n', "", 2, "greeting has text {'zh': '您好，我是{agent}。'};", 1),
        ("Hello, this is {agent}.", "  ", 2, "greeting has text.en '  '; expected text", 1),
        ("contact.phone }}.", "contact.fax }}.", 7, "in text.en, which is no fact", 1),
        ("报 {reference}", "报 {number}", 7, "call uses {number} in text.zh; known are {agent} and {reference}", 1),
        ("\n[greeting]", 'hello = "x"\n[greeting]', 1, "hello stands in no table", 2),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, told: str, kept: int
) -> None:
    assert old in SOUND
    sound, (problem,) = read_replies(_file(tmp_path, SOUND.replace(old, new)), FACTS)
    assert (problem.file, problem.line, problem.rule) == ("replies.toml", line, "saved-reply")
    assert told in problem.message
    assert len(sound) == kept


def test_the_shipped_replies_are_sound_and_give_away_nothing() -> None:
    replies, problems = read_replies(KNOWLEDGE / "replies.toml", load_facts(KNOWLEDGE / "facts.toml"))
    assert problems == []
    assert len(replies) >= 20
    for language in ("zh", "en"):
        assert len({reply.title[language] for reply in replies}) == len(replies)
    for reply in replies:
        used = [{place for place in PLACES if place in text} for text in reply.text.values()]
        assert used[0] == used[1], reply.id
        for text in reply.text.values():
            assert len(text) < 700
            assert not [found for found in find(text) if found.kind in ("card", "id", "password")], reply.id
