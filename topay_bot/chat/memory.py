"""What a conversation remembers, from its stored messages alone: a restarted server and other workers know the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from topay_bot.answering.context import Past, Reading
from topay_bot.answering.policy import Candidate
from topay_bot.chat.model import Author, Message


def memory_of(reading: Reading) -> dict[str, Any]:
    """What the bot's message keeps under `memory`; its texts are masked already."""
    return {
        "question": reading.question,
        "topic": reading.topic,
        "shown": list(reading.shown),
        "candidates": [[c.article, c.confidence] for c in reading.candidates],
        "failures": reading.failures,
    }


def recall(history: Sequence[Message]) -> Past:
    """The past that the last message of the bot keeps; none after a person had the conversation."""
    last = next((message for message in reversed(history) if message.author is not Author.CUSTOMER), None)
    if last is None or last.author is not Author.BOT or "memory" not in last.payload:
        return Past()
    payload, memory = last.payload, last.payload["memory"]
    before = int(memory["failures"])
    failed = payload["kind"] == "offer" or payload["reason"] == "others"
    # An answer that nobody complained of ends the row of failures.
    unhelpful = before + 1 if last.helpful is False else 0
    answered = payload["kind"] == "answer"
    return Past(
        question=memory["question"],
        topic=memory["topic"],
        shown=tuple(memory["shown"]),
        candidates=tuple(Candidate(article, confidence) for article, confidence in memory["candidates"]),
        failures=unhelpful if answered and not failed else before,
        rejected=before + 1,
    )
