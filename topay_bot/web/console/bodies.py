"""The JSON of what agents see. schemas.py publishes its shape."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from topay_bot.chat.model import Message
from topay_bot.desk.agents import Agent, Presence
from topay_bot.desk.model import Counts, Label, LabelledQuestion, LastWords, Note, Summary
from topay_bot.desk.reading import DeskReader, Suggestion
from topay_bot.desk.service import Outcome
from topay_bot.desk.signing import SignedIn

# What the bot remembers for itself.
_FOR_THE_BOT = frozenset({"memory"})
Titles = Callable[[str | None], str | None]  # of articles, by id


def session_body(who: SignedIn) -> dict[str, Any]:
    """Who is signed in."""
    agent = who.agent
    return {"agent": colleague_body(agent, agent.presence) | {"roles": sorted(agent.roles)}, "csrf": who.csrf}


def colleague_body(agent: Agent, presence: Presence) -> dict[str, Any]:
    """An agent as others see them."""
    return {"id": agent.id, "name": agent.name, "languages": list(agent.languages), "presence": str(presence)}


def summary_body(summary: Summary, titles: Titles, now: datetime.datetime) -> dict[str, Any]:
    """A conversation in a list."""
    handoff, since = summary.handoff, summary.waiting_since
    return {
        "id": summary.id,
        "state": str(summary.state),
        "reference": handoff.reference,
        "reason": handoff.reason,
        "priority": handoff.priority,
        "queue": handoff.queue,
        "category": handoff.queue.rpartition("-")[0],
        "language": summary.language,
        "article": handoff.article,
        "article_title": titles(handoff.article),
        "agent": owner_body(summary),
        "created_at": handoff.created_at.isoformat(),
        "claimed_at": _time(handoff.claimed_at),
        "closed_at": _time(handoff.closed_at),
        "waiting_since": _time(since),
        "waiting_seconds": None if since is None else max(0.0, (now - since).total_seconds()),
        "due_at": _time(handoff.due_at),
        "last_seq": summary.last_seq,
        "last_message": None if summary.last_message is None else _last_words(summary.last_message),
        "customer_messages": summary.customer_messages,
        "customer": summary.customer,
    }


def owner_body(summary: Summary) -> dict[str, Any] | None:
    """The agent who has a conversation."""
    return None if summary.agent is None else {"id": summary.agent[0], "name": summary.agent[1]}


def counts_body(counts: Counts) -> dict[str, int]:
    """How many conversations there are."""
    return {"waiting": counts.waiting, "mine": counts.mine, "open": counts.open, "urgent": counts.urgent}


def message_body(message: Message, titles: Titles) -> dict[str, Any]:
    """A message with all that the desk keeps about it."""
    body: dict[str, Any] = {
        "id": message.id,
        "seq": message.seq,
        "author": str(message.author),
        "text": message.text,
        "created_at": message.created_at.isoformat(),
        "helpful": message.helpful,
        **{key: value for key, value in message.payload.items() if key not in _FOR_THE_BOT},
    }
    if "by" in body:
        body["agent"] = body.pop("by")
    if "candidates" in body:
        body["candidates"] = [[article, titles(article), sure] for article, sure in body["candidates"]]
    return body


def outcome_body(outcome: Outcome, titles: Titles) -> dict[str, Any]:
    """The messages that a call added."""
    summary = outcome.summary
    return {
        "messages": [message_body(message, titles) for message in outcome.messages],
        "state": str(summary.state),
        "agent": owner_body(summary),
    }


def note_body(note: Note) -> dict[str, Any]:
    """A note."""
    return {
        "id": note.id,
        "after_seq": note.after_seq,
        "agent": {"id": note.agent, "name": note.agent_name},
        "text": note.text,
        "created_at": note.created_at.isoformat(),
    }


def label_body(label: Label, titles: Titles) -> dict[str, Any]:
    """A label."""
    return {
        "message": label.message,
        "article": label.article,
        "article_title": titles(label.article),
        "agent": {"id": label.agent, "name": label.agent_name},
        "created_at": label.created_at.isoformat(),
    }


def labelled_body(found: LabelledQuestion, reader: DeskReader) -> dict[str, Any]:
    """A label with its question."""
    label = label_body(found.label, lambda article: reader.title(article, found.language))
    return label | {
        "id": found.label.id,
        "text": found.text,
        "language": found.language,
        "reviewed": found.label.reviewed,
    }


def suggestion_body(suggestion: Suggestion) -> dict[str, Any]:
    """An article that may answer."""
    answer = suggestion.answer
    return {
        "article": answer.article,
        "title": answer.title,
        "confidence": round(suggestion.confidence, 4),
        "text": answer.text,
        "html": answer.html,
    }


def titles_of(reader: DeskReader, summary: Summary) -> Titles:
    """Articles' titles in a conversation's language."""
    return lambda article: reader.title(article, summary.language)


def _last_words(last: LastWords) -> dict[str, Any]:
    return {
        "seq": last.seq,
        "author": str(last.author),
        "text": last.text,
        "created_at": last.created_at.isoformat(),
    }


def _time(at: datetime.datetime | None) -> str | None:
    return None if at is None else at.isoformat()
