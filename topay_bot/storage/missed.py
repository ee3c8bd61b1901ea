"""Reads the questions that customers asked in vain, and writes nothing."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from topay_bot.answering.policy import Reason
from topay_bot.chat.missed import Miss, Missed
from topay_bot.chat.model import Author
from topay_bot.errors import SettingsError
from topay_bot.storage.database import open_to_read
from topay_bot.storage.learning_store import valid_verdict
from topay_bot.storage.tables import conversations, feedback, labels, messages, verdicts

_AT_A_TIME = 1000  # rows


def missed_questions(url: str, since: datetime.datetime, limit: int) -> list[Missed]:
    """The newest questions since then that were asked in vain, oldest first, at most `limit`.

    Raises SettingsError when the database at that SQLAlchemy URL is not there or cannot be read.
    """
    engine = open_to_read(url)
    try:
        with engine.connect() as connection, _replies(connection, since) as rows:
            talks = itertools.groupby(rows, key=attrgetter("conversation_id"))
            found = [missed for _, talk in talks for missed in _missed(list(talk))]
    except sa.exc.SQLAlchemyError as error:
        shown = engine.url.render_as_string(hide_password=True)
        raise SettingsError(f"the database {shown} cannot be read: {str(error).splitlines()[0]}") from error
    finally:
        engine.dispose()
    found.sort(key=lambda missed: (missed.at, missed.customer))
    return found[-limit:]


def _replies(connection: sa.Connection, since: datetime.datetime) -> sa.CursorResult[Any]:
    """The bot's replies, conversation by conversation, each with the customer's message and what was said of it.

    The payload's parts are taken out by the database: whole, it holds the answer as a page.
    """
    asked, reply = messages.alias("asked"), messages.alias("reply")
    told = reply.c.payload
    wanted = (
        sa.select(
            asked.c.conversation_id,
            sa.func.coalesce(conversations.c.customer, asked.c.conversation_id).label("customer"),
            asked.c.created_at,
            asked.c.text,
            told["kind"].as_string().label("kind"),
            told["reason"].as_string().label("reason"),
            told["language"].as_string().label("language"),
            told["article"].as_string().label("article"),
            told["candidates"].as_json().label("candidates"),
            feedback.c.helpful,
            sa.case((verdicts.c.accepted.is_(False), None), else_=labels.c.article).label("right"),
        )
        .join(asked, (asked.c.conversation_id == reply.c.conversation_id) & (asked.c.seq == reply.c.turn_seq))
        .join(conversations, conversations.c.id == asked.c.conversation_id)
        .outerjoin(feedback, feedback.c.message_id == reply.c.id)
        .outerjoin(labels, labels.c.message_id == asked.c.id)
        .outerjoin(verdicts, valid_verdict())
        .where(reply.c.author == Author.BOT, asked.c.author == Author.CUSTOMER, reply.c.created_at >= since)
        .order_by(reply.c.conversation_id, reply.c.seq)
    )
    return connection.execution_options(yield_per=_AT_A_TIME).execute(wanted)


def _missed(talk: list[Any]) -> Iterator[Missed]:
    """What was missed in one conversation.

    A tap is no question: what came of it is told of the question that the choices were about.
    """
    for at, row in enumerate(talk):
        if _tapped(row):
            continue
        tap = talk[at + 1] if row.kind == "clarify" and at + 1 < len(talk) and _tapped(talk[at + 1]) else None
        said = row if tap is None else tap
        right = row.right or said.right
        miss = _miss(row, said, right)
        if miss is not None:
            yield Missed(row.customer, row.created_at, row.text, row.language, miss, said.article, right)


def _miss(row: Any, said: Any, right: str | None) -> Miss | None:
    if right is not None and right != said.article:
        return Miss.CORRECTED
    if said.helpful is False:
        return Miss.UNHELPFUL
    if row.kind == "clarify" and said is row:
        return Miss.UNCHOSEN
    # Not what no article could answer: other languages, illegible texts, the wish for a person.
    if row.kind == "offer" and row.reason == Reason.LOW_CONFIDENCE:
        return Miss.UNANSWERED
    return None


def _tapped(row: Any) -> bool:
    """See PastQuestion.tapped."""
    return row.candidates is not None and len(row.candidates) == 1 and row.candidates[0][1] == 1
