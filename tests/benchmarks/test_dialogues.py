"""Conversations as the benchmark reads and judges them."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.dialogues import dialogues_of, rightly
from topay_bot.answering.policy import Candidate, Clarification, Handoff, Priority, Reason, Referral


def test_written_conversations_become_dialogues(tmp_path: Path) -> None:
    file = tmp_path / "own.en.txt"
    file.write_text(
        "how do I withdraw = withdraw > and the fee? = withdraw,fees > a joke? = - > not that = ?\n", "utf-8"
    )
    (dialogue,) = dialogues_of(file)
    assert (dialogue["lang"], dialogue["kind"]) == ("en", "own")
    assert [turn["expect"] for turn in dialogue["turns"]] == ["answer", "answer", "reject", "next"]
    assert dialogue["turns"][1]["articles"] == ["withdraw", "fees"]
    assert dialogue["turns"][1]["text"] == "and the fee?"


def test_json_lines_are_taken_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "judging.jsonl"
    file.write_text(json.dumps({"lang": "zh", "kind": "ellipsis", "turns": []}) + "\n", "utf-8")
    assert list(dialogues_of(file)) == [{"lang": "zh", "kind": "ellipsis", "turns": []}]


def test_the_next_candidates_or_a_person_are_right_after_not_that() -> None:
    turn = {"expect": "next", "articles": []}
    left = (Candidate("fees", 0.4),)
    person = Referral(Reason.STUCK, Priority.NORMAL, offered=True)
    assert rightly(turn, Clarification(Reason.OTHERS, "en", 0.4, left, left))
    assert rightly(turn, Handoff(Reason.STUCK, "en", 0.0, (), person))
    assert not rightly(turn, Clarification(Reason.AMBIGUOUS, "en", 0.4, left, left))
