"""Writers of one process on SQLite take turns."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from topay_bot.storage.turns import take_turns


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    """Its own waiting switched off: who comes while another writes would fail at once."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'x.sqlite3'}", connect_args={"timeout": 0})
    take_turns(engine, patience_seconds=20)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
    yield engine
    engine.dispose()


def test_nobody_is_refused_or_waits_for_ever(engine: sa.Engine) -> None:
    failures: list[Exception] = []

    def write() -> None:
        try:
            for number in range(30):
                with engine.begin() as connection:
                    connection.execute(sa.text("INSERT INTO t VALUES (:n)"), {"n": number})
                    connection.execute(sa.text("UPDATE t SET n = n + 1 WHERE n = :n"), {"n": number})
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM t")) == 180


def test_a_turn_ends_with_an_error_too(engine: sa.Engine) -> None:
    with pytest.raises(RuntimeError), engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO t VALUES (1)"))
        raise RuntimeError
    with pytest.raises(sa.exc.OperationalError), engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO nowhere VALUES (1)"))
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO t VALUES (2)"))
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT sum(n) FROM t")) == 2


def test_readers_do_not_wait(engine: sa.Engine) -> None:
    with engine.begin() as writing, engine.connect() as reading:
        writing.execute(sa.text("INSERT INTO t VALUES (1)"))
        assert reading.scalar(sa.text("SELECT count(*) FROM t")) == 0


def test_whoever_waits_too_long_is_left_to_sqlite(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'x.sqlite3'}", connect_args={"timeout": 0})
    take_turns(engine, patience_seconds=0.05)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
    with engine.begin() as one, pytest.raises(sa.exc.OperationalError, match="locked"), engine.begin() as other:
        one.execute(sa.text("INSERT INTO t VALUES (1)"))
        other.execute(sa.text("INSERT INTO t VALUES (2)"))
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO t VALUES (3)"))
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT sum(n) FROM t")) == 4
    engine.dispose()
