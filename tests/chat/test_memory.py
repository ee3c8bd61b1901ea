"""What a conversation remembers comes from its stored messages alone."""

from __future__ import annotations

import datetime
import json

from topay_bot.answering.context import Past, Reading
from topay_bot.answering.policy import Answer, Candidate, Reason
from topay_bot.chat.memory import memory_of, recall
from topay_bot.chat.model import Author, Message

NEAR = (Candidate("bind-card", 0.8), Candidate("refund", 0.1))
ANSWER = Answer(Reason.CONFIDENT, "en", 0.8, NEAR, "bind-card", None)
AT = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)


def _message(author: Author, kind: str = "answer", failures: int = 0, helpful: bool | None = None) -> Message:
    reading = Reading(ANSWER, "add a card", "bind-card", ("bind-card",), NEAR, failures)
    payload = {"kind": kind, "reason": "others" if kind == "clarify" else "x", "memory": memory_of(reading)}
    kept = json.loads(json.dumps(payload)) if author is Author.BOT else {}
    return Message("m", "c", 1, author, "", kept, AT, helpful)


def test_what_was_kept_comes_back() -> None:
    past = recall([_message(Author.CUSTOMER), _message(Author.BOT), _message(Author.CUSTOMER)])
    assert past == Past("add a card", "bind-card", ("bind-card",), NEAR, failures=0, rejected=1)


def test_failures_go_on_until_an_answer_that_nobody_complains_of() -> None:
    assert recall([_message(Author.BOT, "offer", 1)]).failures == 1
    assert recall([_message(Author.BOT, "clarify", 1)]).failures == 1
    assert recall([_message(Author.BOT, "answer", 1)]).failures == 0
    assert recall([_message(Author.BOT, "answer", 1, helpful=False)]).failures == 2
    assert recall([_message(Author.BOT, "answer", 0, helpful=True)]).failures == 0


def test_nothing_is_recalled_at_the_beginning_or_after_a_person() -> None:
    assert recall([]) == Past()
    assert recall([_message(Author.BOT), _message(Author.AGENT)]) == Past()
