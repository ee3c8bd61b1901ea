"""What articles did for customers, read from the messages by the index on the article that each answer shows."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from topay_bot.chat.usage import AnsweredQuestion, ArticleUse
from topay_bot.storage.tables import feedback, messages

_asked, _reply = messages.alias("asked"), messages.alias("reply")


class SqlUse:
    """See chat.usage.UseStore."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def article_uses(self, articles: Sequence[str], since: datetime.datetime) -> Mapping[str, ArticleUse]:
        """See UseStore."""
        with self._engine.connect() as connection:
            answered = {row.article: row.answers for row in connection.execute(answers(articles, since))}
            rated = {row.article: row for row in connection.execute(ratings(articles, since))}
        return {article: _use(answered.get(article, 0), rated.get(article)) for article in {*answered, *rated}}

    def answered_questions(self, article: str, limit: int, helpful: bool | None = None) -> Sequence[AnsweredQuestion]:
        """See UseStore."""
        if not article.isprintable():  # it comes from a URL: see rows.could_be_id
            return []
        with self._engine.connect() as connection:
            return [_answered(row) for row in connection.execute(questions(article, limit, helpful))]


def answers(articles: Sequence[str], since: datetime.datetime) -> sa.Select[Any]:
    """How many answers each article gave; found in the index alone."""
    return (
        sa.select(messages.c.article, sa.func.count().label("answers"))
        .where(messages.c.article.in_(articles), messages.c.created_at >= since)
        .group_by(messages.c.article)
    )


def ratings(articles: Sequence[str], since: datetime.datetime) -> sa.Select[Any]:
    """What customers said since then of each article's answers; found in the index alone."""
    return (
        sa.select(
            feedback.c.article,
            sa.func.sum(sa.case((feedback.c.helpful, 1), else_=0)).label("helpful"),
            sa.func.sum(sa.case((feedback.c.helpful, 0), else_=1)).label("unhelpful"),
        )
        .where(feedback.c.article.in_(articles), feedback.c.created_at >= since)
        .group_by(feedback.c.article)
    )


def questions(article: str, limit: int, helpful: bool | None) -> sa.Select[Any]:
    """The newest answers of an article with the customer's message, by the index."""
    told = _reply.c.payload
    wanted = (
        sa.select(
            _asked.c.conversation_id,
            _asked.c.created_at,
            _asked.c.text,
            told["language"].as_string().label("language"),
            told["confidence"].as_float().label("confidence"),
            told["candidates"].as_json().label("candidates"),
            feedback.c.helpful,
        )
        .select_from(_reply)
        .join(_asked, (_asked.c.conversation_id == _reply.c.conversation_id) & (_asked.c.seq == _reply.c.turn_seq))
        .where(_reply.c.article == article)
    )
    if helpful is None:
        wanted = wanted.outerjoin(feedback, feedback.c.message_id == _reply.c.id)
    else:
        wanted = wanted.join(feedback, feedback.c.message_id == _reply.c.id).where(feedback.c.helpful.is_(helpful))
    return wanted.order_by(_reply.c.created_at.desc(), _reply.c.conversation_id, _reply.c.seq.desc()).limit(limit)


def _use(answered: int, rated: Any) -> ArticleUse:
    return ArticleUse(answered) if rated is None else ArticleUse(answered, rated.helpful, rated.unhelpful)


def _answered(row: Any) -> AnsweredQuestion:
    candidates = row.candidates or []
    tapped = len(candidates) == 1 and candidates[0][1] == 1  # see PastQuestion.tapped
    return AnsweredQuestion(
        row.conversation_id, row.created_at, row.text, row.language, row.confidence, row.helpful, tapped
    )
