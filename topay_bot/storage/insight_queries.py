"""What insights count, as SQL. Decisions of a range of days are read from the index on them alone."""

from __future__ import annotations

import datetime
from typing import Any

import sqlalchemy as sa

from topay_bot.chat.voice import BOT
from topay_bot.learning.insights import DEFLECTION_HOURS, DayRange
from topay_bot.storage.tables import UtcDateTime, feedback, handoffs, messages, ratings

_ASKED = ("answer", "clarify", "offer")  # decisions on what was asked, not on a wish for a person
_ANSWER = "answer"
_times = sa.func.count().label("times")
_DECIDED = messages.c.decision.is_not(None)


def within(column: sa.ColumnElement[Any], days: DayRange) -> sa.ColumnElement[bool]:
    """Whether a time is in the range."""
    return sa.and_(column >= days.since, column < days.until)


def _calendar(days: DayRange) -> sa.CTE:
    """The days with their bounds: no two databases know the same of time zones."""
    bounds = [days.begin(day) for day in days.days] + [days.until]
    columns = (sa.column("day", sa.Integer), sa.column("since", UtcDateTime), sa.column("until", UtcDateTime))
    rows = [(number, bounds[number], bounds[number + 1]) for number in range(days.length)]
    return sa.values(*columns, name="bounds").data(rows).cte("calendar")


def decisions(days: DayRange) -> sa.Select[Any]:
    """How many decisions there were by day (its number in the range), language, build, kind, and tapped or not."""
    calendar = _calendar(days)
    of = (calendar.c.day, messages.c.language, messages.c.build, messages.c.decision, messages.c.tapped)
    on_day = sa.and_(messages.c.created_at >= calendar.c.since, messages.c.created_at < calendar.c.until)
    return sa.select(*of, _times).select_from(calendar).join(messages, on_day).where(_DECIDED).group_by(*of)


def helpfulness(days: DayRange) -> sa.Select[Any]:
    """Ratings of answers by day, language, build, and helpful or not."""
    calendar = _calendar(days)
    of = (calendar.c.day, messages.c.language, messages.c.build, feedback.c.helpful)
    on_day = sa.and_(feedback.c.created_at >= calendar.c.since, feedback.c.created_at < calendar.c.until)
    return (
        sa.select(*of, _times)
        .select_from(calendar)
        .join(feedback, on_day)
        .join(messages, messages.c.id == feedback.c.message_id)
        .where(feedback.c.article.is_not(None))
        .group_by(*of)
    )


def conversations(days: DayRange) -> sa.Select[int, int]:
    """Conversations with a decision, and those with an answer."""
    answered = sa.case((messages.c.decision == _ANSWER, messages.c.conversation_id))
    return sa.select(
        sa.func.count(messages.c.conversation_id.distinct()).label("asked"),
        sa.func.count(answered.distinct()).label("answered"),
    ).where(_DECIDED, within(messages.c.created_at, days))


def handed_over(days: DayRange) -> sa.Select[Any]:
    """Hand-offs until 24 hours after the range, each with what the bot did in the range in its conversation."""
    answered = sa.func.max(sa.case((messages.c.decision == _ANSWER, messages.c.created_at)), type_=UtcDateTime)
    late = days.until + datetime.timedelta(hours=DEFLECTION_HOURS)
    in_talk = sa.and_(
        messages.c.conversation_id == handoffs.c.conversation_id, _DECIDED, within(messages.c.created_at, days)
    )
    return (
        sa.select(
            handoffs.c.conversation_id,
            handoffs.c.created_at,
            handoffs.c.claimed_at,
            sa.func.count(messages.c.decision).label("decisions"),
            answered.label("answered_at"),
        )
        .outerjoin(messages, in_talk)
        .where(handoffs.c.created_at >= days.since, handoffs.c.created_at < late)
        .group_by(handoffs.c.id)
    )


def reasons(days: DayRange) -> sa.Select[Any]:
    """Conversations handed over, by reason."""
    times = sa.func.count(handoffs.c.conversation_id.distinct()).label("times")
    return sa.select(handoffs.c.reason, times).where(within(handoffs.c.created_at, days)).group_by(handoffs.c.reason)


def queues(days: DayRange) -> sa.Select[Any]:
    """Hand-offs by queue."""
    return sa.select(handoffs.c.queue, _times).where(within(handoffs.c.created_at, days)).group_by(handoffs.c.queue)


def stars(days: DayRange) -> sa.Select[Any]:
    """Ratings by stars, of the bot and of people."""
    of_bot = (ratings.c.part == BOT).label("of_bot")
    of = (of_bot, ratings.c.stars)
    return sa.select(*of, _times).where(within(ratings.c.created_at, days)).group_by(*of)


def answers(days: DayRange) -> sa.Select[Any]:
    """How often each article was shown."""
    return (
        sa.select(messages.c.article, _times)
        .where(_DECIDED, messages.c.decision == _ANSWER, within(messages.c.created_at, days))
        .group_by(messages.c.article)
    )


def opinions(days: DayRange) -> sa.Select[Any]:
    """Ratings of each article's answers."""
    return (
        sa.select(feedback.c.article, feedback.c.helpful, _times)
        .where(feedback.c.article.is_not(None), within(feedback.c.created_at, days))
        .group_by(feedback.c.article, feedback.c.helpful)
    )


def wordings(days: DayRange, limit: int) -> sa.Select[Any]:
    """The newest questions as customers wrote them, the newest first."""
    asked, reply = messages.alias("asked"), messages.alias("reply")
    return (
        sa.select(asked.c.text, reply.c.language)
        .select_from(reply)
        .join(asked, (asked.c.conversation_id == reply.c.conversation_id) & (asked.c.seq == reply.c.turn_seq))
        .where(
            reply.c.decision.is_not(None),
            reply.c.decision.in_(_ASKED),
            reply.c.tapped.is_(False),
            within(reply.c.created_at, days),
        )
        .order_by(reply.c.created_at.desc())
        .limit(limit)
    )
