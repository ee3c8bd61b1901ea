"""Reads what the bot was asked, and writes nothing."""

from __future__ import annotations

import datetime
import itertools

import sqlalchemy as sa

from topay_bot.chat.model import Author
from topay_bot.chat.past import PastQuestion
from topay_bot.errors import SettingsError
from topay_bot.storage.database import open_to_read
from topay_bot.storage.tables import messages

_AT_A_TIME = 500  # rows


def past_questions(url: str, since: datetime.datetime, limit: int) -> list[PastQuestion]:
    """The newest questions that customers wrote and the bot decided on, oldest first, at most `limit`.

    A question is the first message of the turn in which the bot replied. Raises SettingsError when the database at
    that SQLAlchemy URL is not there or cannot be read.
    """
    asked, reply = messages.alias("asked"), messages.alias("reply")
    wanted = (
        sa.select(asked.c.conversation_id, asked.c.seq, asked.c.created_at, asked.c.text, reply.c.payload)
        .join(asked, (asked.c.conversation_id == reply.c.conversation_id) & (asked.c.seq == reply.c.turn_seq))
        .where(reply.c.author == Author.BOT, asked.c.author == Author.CUSTOMER, reply.c.created_at >= since)
        .order_by(reply.c.created_at.desc(), reply.c.conversation_id, reply.c.seq.desc())
    )
    engine = open_to_read(url)
    try:
        with engine.connect() as connection, connection.execution_options(yield_per=_AT_A_TIME).execute(wanted) as rows:
            questions = (PastQuestion(*row) for row in rows)
            written = (question for question in questions if not question.tapped)
            return list(itertools.islice(written, limit))[::-1]
    except sa.exc.SQLAlchemyError as error:
        shown = engine.url.render_as_string(hide_password=True)
        raise SettingsError(f"the database {shown} cannot be read: {str(error).splitlines()[0]}") from error
    finally:
        engine.dispose()
