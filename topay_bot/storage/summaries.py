"""The lists of conversations that agents see, as SQL: two statements a list, whatever its length.

A conversation stands in a list with its newest hand-off. What is open is found by the index on `handoffs.closed_at`:
a list of what waits touches the rows that wait, not the years before.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from topay_bot.answering.policy import Priority
from topay_bot.chat.model import Author, State
from topay_bot.desk.model import LastWords, Query, Summary, View
from topay_bot.storage import rows
from topay_bot.storage.tables import UtcDateTime, agents, conversations, handoffs, messages

# What the bot and the system say is long, and known to the desk.
_SPOKEN = (Author.CUSTOMER, Author.AGENT)
_last_id = (
    sa.select(messages.c.id)
    .where(messages.c.conversation_id == conversations.c.id, messages.c.author.in_(_SPOKEN))
    .order_by(messages.c.seq.desc())
    .limit(1)
    .scalar_subquery()
)
_customer_messages = (
    sa.select(sa.func.count())
    .where(messages.c.conversation_id == conversations.c.id, messages.c.author == Author.CUSTOMER)
    .scalar_subquery()
)
_RANK = sa.case(
    {priority.value: rank for rank, priority in enumerate(Priority)}, value=handoffs.c.priority, else_=len(Priority)
)
# Who has been answered, comes after those who wait.
_ANSWERED = sa.case((conversations.c.waiting_since.is_(None), 1), else_=0)
_BEGAN = sa.func.coalesce(conversations.c.waiting_since, handoffs.c.created_at, type_=UtcDateTime)
# Of what is over: when it was closed; it is the newest first.
_ENDED = sa.func.coalesce(handoffs.c.closed_at, handoffs.c.created_at, type_=UtcDateTime)
_PRESSING = (_ANSWERED, _RANK, _BEGAN, conversations.c.id)
_OPEN = handoffs.c.closed_at.is_(None)
_UNCLAIMED = conversations.c.agent_id.is_(None)

SUMMARIES = (
    sa.select(
        handoffs,
        conversations.c.state,
        conversations.c.language.label("spoken"),
        conversations.c.agent_id,
        conversations.c.owned_since,
        conversations.c.waiting_since,
        conversations.c.last_seq,
        conversations.c.customer,
        agents.c.name.label("agent_name"),
        _last_id.label("last_id"),
        _customer_messages.label("customer_messages"),
        _ANSWERED.label("answered"),
        _RANK.label("rank"),
        _BEGAN.label("began"),
        _ENDED.label("ended"),
    )
    .select_from(handoffs)
    .join(conversations, conversations.c.handoff_id == handoffs.c.id)
    .outerjoin(agents, agents.c.id == conversations.c.agent_id)
)


def select(query: Query) -> sa.Select[Any]:
    """The rows of a page of a list, and one more where there is another page."""
    wanted = SUMMARIES
    match query.view:
        case View.WAITING:
            wanted = wanted.where(_OPEN, _UNCLAIMED)
        case View.MINE:
            wanted = wanted.where(_OPEN, conversations.c.agent_id == query.agent)
        case View.OPEN:
            wanted = wanted.where(_OPEN)
        case View.RESOLVED:
            wanted = wanted.where(conversations.c.state == State.RESOLVED)
    if query.text:
        wanted = wanted.where(_matches(query.text))
    if query.since is not None:
        wanted = wanted.where(handoffs.c.created_at >= query.since)
    if query.until is not None:
        wanted = wanted.where(handoffs.c.created_at < query.until)
    if _newest_first(query):
        if query.cursor:
            ended, last_id = _read(query.cursor, str, str)
            last = sa.tuple_(sa.literal(_time(ended), UtcDateTime), sa.literal(last_id))
            wanted = wanted.where(sa.tuple_(_ENDED, conversations.c.id) < last)
        order: tuple[Any, ...] = (_ENDED.desc(), conversations.c.id.desc())
    else:
        if query.cursor:
            answered, rank, began, last_id = _read(query.cursor, int, int, str, str)
            last = sa.tuple_(
                sa.literal(answered), sa.literal(rank), sa.literal(_time(began), UtcDateTime), sa.literal(last_id)
            )
            wanted = wanted.where(sa.tuple_(*_PRESSING) > last)
        order = _PRESSING
    return wanted.order_by(*order).limit(query.limit + 1)


def cursor_after(row: Any, query: Query) -> str:
    """Where the page that ends with this row ended."""
    if _newest_first(query):
        return json.dumps([row.ended.isoformat(), row.conversation_id])
    return json.dumps([row.answered, row.rank, row.began.isoformat(), row.conversation_id])


def counts(agent_id: str) -> sa.Select[Any]:
    """Counts of what is open, in one row."""

    def number(*conditions: sa.ColumnElement[bool]) -> Any:
        return sa.func.sum(sa.case((sa.and_(*conditions), 1), else_=0))

    return (
        sa.select(
            number(_UNCLAIMED).label("waiting"),
            number(conversations.c.agent_id == agent_id).label("mine"),
            sa.func.count().label("open"),
            number(_UNCLAIMED, handoffs.c.priority == Priority.URGENT).label("urgent"),
        )
        .select_from(handoffs)
        .join(conversations, conversations.c.handoff_id == handoffs.c.id)
        .where(_OPEN)
    )


def position(conversation_id: str) -> sa.Select[Any]:
    """The place of a waiting conversation among those that wait, counted from 1."""
    order = sa.func.row_number().over(order_by=_PRESSING).label("place")
    places = (
        sa.select(conversations.c.id, order)
        .select_from(handoffs)
        .join(conversations, conversations.c.handoff_id == handoffs.c.id)
        .where(_OPEN, _UNCLAIMED)
        .subquery()
    )
    return sa.select(places.c.place).where(places.c.id == conversation_id)


def read(connection: sa.Connection, found: Sequence[Any]) -> list[Summary]:
    """Of rows of SUMMARIES, with what was said last: looked up for these rows alone."""
    ids = [row.last_id for row in found if row.last_id is not None]
    columns = (messages.c.id, messages.c.seq, messages.c.author, messages.c.text, messages.c.created_at)
    wanted = sa.select(*columns).where(messages.c.id.in_(ids))
    said = {
        row.id: LastWords(row.seq, Author(row.author), row.text, row.created_at) for row in connection.execute(wanted)
    }
    return [_summary(row, said.get(row.last_id)) for row in found]


def _summary(row: Any, last: LastWords | None) -> Summary:
    return Summary(
        row.conversation_id,
        State(row.state),
        row.spoken,
        rows.handoff(row),
        None if row.agent_id is None else (row.agent_id, row.agent_name),
        row.owned_since,
        row.waiting_since,
        row.last_seq,
        last,
        row.customer_messages,
        row.customer,
    )


def _newest_first(query: Query) -> bool:
    return query.view in (View.RESOLVED, View.ALL)


def _matches(text: str) -> sa.ColumnElement[bool]:
    """It is this customer's, any of its hand-offs has this reference, or one of its messages these words."""
    reference = handoffs.alias("referred")
    said = messages.alias("said")
    return sa.or_(
        conversations.c.customer == text,
        sa.exists().where(
            reference.c.conversation_id == conversations.c.id,
            reference.c.reference.startswith(text.upper(), autoescape=True),
        ),
        sa.exists().where(
            said.c.conversation_id == conversations.c.id,
            said.c.author.in_(_SPOKEN),
            said.c.text.icontains(text, autoescape=True),
        ),
    )


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def _read(cursor: str, *kinds: type) -> list[Any]:
    """The parts of a cursor. Raises ValueError when it is none of this kind of list."""
    found = json.loads(cursor)
    if not isinstance(found, list) or [type(part) for part in found] != list(kinds):
        raise ValueError(cursor)
    return found
