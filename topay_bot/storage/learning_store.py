"""The gaps list, dismissals, and verdicts on labels, on SQLAlchemy."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from topay_bot.chat.model import Author
from topay_bot.desk.reviewing import Dismissal, GapList, LabelledReply, Verdict
from topay_bot.storage import rows
from topay_bot.storage.tables import agents, dismissals, gap_lists, labels, messages, verdicts

_THE_LIST = 1
_judge = agents.alias("judge")


def valid_verdict() -> Any:
    """The condition that a row of `verdicts` is of the label as it is now."""
    return sa.and_(verdicts.c.label_id == labels.c.id, verdicts.c.given_at >= labels.c.created_at)


class SqlLearningStore:
    """See desk.reviewing.GapStore and LabelStore."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def gap_list(self) -> GapList:
        """See GapStore."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(gap_lists).where(gap_lists.c.id == _THE_LIST)).first()
        return GapList(None, None, None, None) if row is None else _gap_list(row)

    def begin_list(self, at: datetime.datetime, abandoned: datetime.datetime) -> bool:
        """See GapStore."""
        idle = sa.or_(gap_lists.c.begun_at.is_(None), gap_lists.c.begun_at <= abandoned)
        row = rows.insert_or_update(self._engine, gap_lists, {"id": _THE_LIST}, {"begun_at": at}, {}, only_where=idle)
        with self._engine.begin() as connection:
            return connection.execute(row).rowcount == 1

    def end_list(self, at: datetime.datetime, found: Mapping[str, Any] | None, failure: str | None = None) -> None:
        """See GapStore."""
        values: dict[str, Any] = {"begun_at": None, "failure": failure}
        if found is not None:
            values |= {"made_at": at, "found": dict(found)}
        row = rows.insert_or_update(self._engine, gap_lists, {"id": _THE_LIST}, values, {})
        with self._engine.begin() as connection:
            connection.execute(row)

    def dismiss(self, dismissal: Dismissal) -> None:
        """See GapStore."""
        row = sa.insert(dismissals).values(
            id=dismissal.id,
            question=dismissal.question,
            language=dismissal.language,
            wordings=sorted(dismissal.wordings),
            customers=dismissal.customers,
            dismissed_by=dismissal.by,
            dismissed_at=dismissal.at,
        )
        with self._engine.begin() as connection:
            connection.execute(row)

    def dismissals(self) -> Sequence[Dismissal]:
        """See GapStore."""
        wanted = sa.select(dismissals).where(dismissals.c.restored_at.is_(None))
        with self._engine.connect() as connection:
            found = connection.execute(wanted.order_by(dismissals.c.dismissed_at.desc(), dismissals.c.id))
            return [_dismissal(row) for row in found]

    def restore(self, dismissal_id: str, by: str, at: datetime.datetime) -> bool:
        """See GapStore."""
        if not rows.could_be_id(dismissal_id):
            return False
        there = (dismissals.c.id == dismissal_id, dismissals.c.restored_at.is_(None))
        with self._engine.begin() as connection:
            done = connection.execute(sa.update(dismissals).where(*there).values(restored_by=by, restored_at=at))
        return done.rowcount == 1

    def labelled_replies(self, verdict: Verdict | None, limit: int) -> Sequence[LabelledReply]:
        """See LabelStore."""
        wanted = _labelled().where(_has(verdict)).order_by(labels.c.created_at.desc(), labels.c.id).limit(limit)
        with self._engine.connect() as connection:
            return [_labelled_reply(row) for row in connection.execute(wanted)]

    def judge(self, label_id: str, verdict: Verdict, agent_id: str, at: datetime.datetime) -> bool:
        """See LabelStore."""
        if not rows.could_be_id(label_id):
            return False
        values = {"accepted": verdict is Verdict.ACCEPTED, "agent_id": agent_id, "given_at": at}
        kept = rows.insert_or_update(self._engine, verdicts, {"label_id": label_id}, values, {})
        seen = sa.update(labels).where(labels.c.id == label_id).values(reviewed=True)
        with self._engine.begin() as connection:
            if connection.execute(seen).rowcount == 0:
                return False
            connection.execute(kept)
        return True


def _gap_list(row: Any) -> GapList:
    return GapList(row.found, row.made_at, row.begun_at, row.failure)


def _dismissal(row: Any) -> Dismissal:
    return Dismissal(
        row.id,
        row.question,
        row.language,
        frozenset(row.wordings),
        row.customers,
        row.dismissed_by,
        row.dismissed_at,
    )


def _labelled() -> sa.Select[Any]:
    """Labels with the question, the bot's first reply to it, and what an editor made of it."""
    asked, reply = messages.alias("asked"), messages.alias("reply")
    first = (
        sa.select(sa.func.min(messages.c.seq))
        .where(messages.c.conversation_id == asked.c.conversation_id, messages.c.turn_seq == asked.c.turn_seq)
        .where(messages.c.author == Author.BOT)
        .correlate(asked)
        .scalar_subquery()
    )
    return (
        sa.select(
            labels,
            asked.c.conversation_id,
            asked.c.text,
            agents.c.name.label("agent_name"),
            reply.c.payload["kind"].as_string().label("kind"),
            reply.c.payload["language"].as_string().label("language"),
            reply.c.payload["article"].as_string().label("shown"),
            reply.c.payload["choices"].as_json().label("choices"),
            verdicts.c.accepted,
            _judge.c.name.label("judge_name"),
        )
        .join(asked, asked.c.id == labels.c.message_id)
        .join(agents, agents.c.id == labels.c.agent_id)
        .join(reply, (reply.c.conversation_id == asked.c.conversation_id) & (reply.c.seq == first))
        .outerjoin(verdicts, valid_verdict())
        .outerjoin(_judge, _judge.c.id == verdicts.c.agent_id)
    )


def _has(verdict: Verdict | None) -> Any:
    if verdict is None:
        return labels.c.reviewed.is_(False)
    if verdict is Verdict.REJECTED:
        return sa.and_(labels.c.reviewed, verdicts.c.accepted.is_(False))
    # Labels that were reviewed before there were verdicts were agreed with.
    return sa.and_(labels.c.reviewed, sa.func.coalesce(verdicts.c.accepted, sa.true()))


def _labelled_reply(row: Any) -> LabelledReply:
    verdict = None
    if row.reviewed:
        verdict = Verdict.REJECTED if row.accepted is False else Verdict.ACCEPTED
    shown = [row.shown] if row.shown else [choice["article"] for choice in row.choices or ()]
    return LabelledReply(
        row.id,
        row.conversation_id,
        row.text,
        row.language,
        row.kind,
        tuple(shown),
        row.article,
        row.agent_name,
        row.created_at,
        verdict,
        row.judge_name if verdict else None,
    )
