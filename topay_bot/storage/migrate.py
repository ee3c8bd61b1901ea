"""Brings a database to the present schema, by the migrations in migrations/versions, in order."""

from __future__ import annotations

import logging
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext

# An arbitrary number: PostgreSQL's advisory lock under which one worker migrates while others wait.
_LOCK = 7_160_411
_log = logging.getLogger(__name__)


def upgrade(engine: sa.Engine) -> None:
    """Apply what is missing, all of it or nothing. Several processes may call it at once: they take turns.

    On SQLite the engine must begin its transactions with the execution option `sqlite_begin` (see sql_store).
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        before = _revision(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        after = _revision(connection)
    if before != after:
        _log.info("the database was brought from revision %s to %s", before or "none", after)


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
