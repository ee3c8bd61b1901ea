"""Settings to what is kept in the database, for commands: none of them needs a whole desk."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from topay_bot.desk.signing import SignIn
from topay_bot.settings import Settings

if TYPE_CHECKING:
    from topay_bot.chat.missed import Missed
    from topay_bot.chat.past import PastQuestion
    from topay_bot.learning.insights import DayRange, Insights
    from topay_bot.storage.learning_store import SqlLearningStore


def open_agents(settings: Settings) -> SignIn:
    """The agents of the database, for the command line."""
    from topay_bot.storage.agent_store import SqlAgentStore
    from topay_bot.storage.database import open_engine

    return SignIn(SqlAgentStore(open_engine(settings.database())))


def past_questions(settings: Settings, since: datetime.datetime, limit: int) -> list[PastQuestion]:
    """What customers asked and the bot decided on, for a replay."""
    from topay_bot.storage.past import past_questions as read

    return read(settings.database(), since, limit)


def missed_questions(settings: Settings, since: datetime.datetime, limit: int) -> list[Missed]:
    """What customers asked in vain, for the learning loop."""
    from topay_bot.storage.missed import missed_questions as read

    return read(settings.database(), since, limit)


def read_insights(settings: Settings, days: DayRange, category_of: Callable[[str], str | None]) -> Insights:
    """The numbers of a range of days, for a command. Raises SettingsError when there is no database."""
    from topay_bot.storage.insights import SqlInsights

    with _existing_database(settings) as engine:
        return SqlInsights(engine).insights(days, category_of)


@contextlib.contextmanager
def learning_store(settings: Settings) -> Iterator[SqlLearningStore]:
    """What editors decide of gaps and labels, for a command. Raises SettingsError when there is no database."""
    from topay_bot.storage.learning_store import SqlLearningStore

    with _existing_database(settings) as engine:
        yield SqlLearningStore(engine)


@contextlib.contextmanager
def _existing_database(settings: Settings) -> Iterator[Any]:
    """The engine of the settings' database, which is there already: a wrong folder must not become an empty one."""
    from topay_bot.storage.database import open_engine, open_to_read

    open_to_read(settings.database()).dispose()
    engine = open_engine(settings.database())
    try:
        yield engine
    finally:
        engine.dispose()


def prepare_database(settings: Settings) -> None:
    """Bring the database to the present schema. Raises SettingsError when it cannot be used."""
    from topay_bot.storage.sql_store import SqlStore

    SqlStore(settings.database()).close()
