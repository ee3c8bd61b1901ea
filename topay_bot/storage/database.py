"""Opens the conversations' database, SQLite or PostgreSQL, and brings it to the present schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry

from topay_bot.errors import SettingsError
from topay_bot.storage.migrate import upgrade
from topay_bot.storage.turns import take_turns

_BUSY_SECONDS = 10  # how long a SQLite writer waits for another


def open_engine(url: str) -> sa.Engine:
    """The database at that SQLAlchemy URL, migrated. Raises SettingsError when it cannot be used."""
    parsed = _parsed(url)
    try:
        engine = _engine(parsed)
        upgrade(engine)
    except (sa.exc.SQLAlchemyError, ImportError, OSError) as error:
        shown = parsed.render_as_string(hide_password=True)
        raise SettingsError(
            f"the database {shown} cannot be opened: {str(error).splitlines()[0]}; check the settings "
            "'data' and 'database_url', and that the database's driver is installed"
        ) from error
    return engine


def open_to_read(url: str) -> sa.Engine:
    """The database as it is: nothing is made, migrated or written. Raises SettingsError when it is not there."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        raise SettingsError(f"no database at {parsed.database}; check the settings 'data' and 'database_url'")
    engine = _engine(parsed)
    if parsed.get_backend_name() == "sqlite":
        sa.event.listen(engine, "connect", _forbid_writing)
    return engine.execution_options(postgresql_readonly=True)


def _parsed(url: str) -> sa.URL:
    try:
        return sa.make_url(url)
    except sa.exc.ArgumentError:
        raise SettingsError("setting 'database_url' is no SQLAlchemy URL; expected dialect://...") from None


def _forbid_writing(connection: Any, record: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA query_only=ON").close()


def _engine(url: sa.URL) -> sa.Engine:
    # Parameters stay out of errors, and so out of logs: they are what customers wrote.
    if url.get_backend_name() == "postgresql":
        return sa.create_engine(url, hide_parameters=True, pool_pre_ping=True)
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        raise SettingsError(
            f"setting 'database_url' is {url.render_as_string(hide_password=True)!r}; "
            "expected postgresql://... or sqlite:///FILE"
        )
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, hide_parameters=True)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    take_turns(engine, _BUSY_SECONDS)
    return engine


def _prepare_sqlite(connection: Any, record: ConnectionPoolEntry) -> None:
    # Transactions are begun by us (see _begin_sqlite), not by the driver at the first write.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_SECONDS * 1000}")  # first: the next one may have to wait as well
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # a message that was acknowledged survives a power cut
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads before it writes must ask for IMMEDIATE, or SQLite refuses its write when another came
    # between. Those of this module begin with their write: they wait for their turn there.
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
