"""SqlStore on real databases: the contract, the migrations, and what a killed process leaves behind."""

from __future__ import annotations

import logging
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tests.chat.contract import AT, StoreContract, conversation, handoff, turn
from topay_bot.chat.model import State
from topay_bot.chat.store import ConversationStore
from topay_bot.errors import SettingsError
from topay_bot.storage.sql_store import SqlStore
from topay_bot.storage.tables import metadata

DATABASES = ["sqlite", "postgres"]
Fresh = Callable[[str], str]  # the kind of a database to the URL of a new, empty one


@pytest.fixture
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Fresh:
    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / 'deep' / 'desk.sqlite3'}"
        return str(request.getfixturevalue("postgres")())

    return make


@pytest.fixture(scope="module", params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """One database for the whole contract: ids never meet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('contract') / 'desk.sqlite3'}"
    return str(request.getfixturevalue("postgres")())


class TestContract(StoreContract):
    @pytest.fixture
    def store(self, url: str) -> Iterator[ConversationStore]:
        opened = SqlStore(url)
        yield opened
        opened.close()

    @pytest.fixture
    def again(self, url: str) -> Callable[[], ConversationStore]:
        return lambda: SqlStore(url)


@pytest.mark.parametrize("kind", DATABASES)
def test_migrations_make_the_tables_that_the_code_knows(
    fresh: Fresh, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = fresh(kind)
    caplog.set_level(logging.INFO)
    for _ in range(2):
        SqlStore(url).close()
    assert caplog.text.count("was brought from revision none to") == 1
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


OPEN_AT_ONCE = """
import sys, time
from pathlib import Path
from topay_bot.storage.sql_store import SqlStore
print("ready", flush=True)
while not Path(sys.argv[2]).exists():
    time.sleep(0.001)
for _ in range(5):
    SqlStore(sys.argv[1]).close()
"""


@pytest.mark.parametrize("kind", DATABASES)
def test_processes_may_migrate_at_once(fresh: Fresh, kind: str, tmp_path: Path) -> None:
    url, go = fresh(kind), tmp_path / "go"
    processes = [_python(OPEN_AT_ONCE, url, str(go)) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    go.touch()
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")


APPEND_FOREVER = """
import itertools, sys
from tests.chat.contract import AT, turn
from topay_bot.chat.model import State
from topay_bot.storage.sql_store import SqlStore
store = SqlStore(sys.argv[1])
for number in itertools.count():
    store.append(sys.argv[2], State.PENDING, turn(f"{sys.argv[3]}-{number}"), AT)
    print(f"{sys.argv[3]}-{number}", flush=True)
"""


@pytest.mark.parametrize("kind", DATABASES)
def test_a_killed_writer_loses_nothing_acknowledged_and_leaves_no_half_turn(fresh: Fresh, kind: str) -> None:
    url = fresh(kind)
    store = SqlStore(url)
    talk = conversation()
    store.create(talk)
    acknowledged: list[str] = []
    for run in range(3):
        process = _python(APPEND_FOREVER, url, talk.id, str(run))
        assert process.stdout is not None
        acknowledged.append(process.stdout.readline().strip())
        time.sleep(random.uniform(0.01, 0.15))
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate(timeout=30)
        acknowledged += [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    for client_id in acknowledged:
        assert len(store.turn_of(talk.id, client_id.strip())) == 2, client_id
    kept = store.messages(talk.id, 0, 1_000_000)
    assert [message.seq for message in kept] == list(range(1, len(kept) + 1))
    assert len(kept) % 2 == 0
    after = store.conversation(talk.id)
    assert after is not None
    assert after.last_seq == len(kept)
    store.append(talk.id, State.PENDING, turn(state=State.OPEN, handoff=handoff(talk.id)), AT)  # and goes on
    store.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "no SQLAlchemy URL"),
        ("mysql://root:hunter2@localhost/x", "expected postgresql"),
        ("sqlite://", "sqlite:///FILE"),
        ("sqlite:////proc/nowhere/desk.sqlite3", "cannot be opened"),
        ("postgresql+psycopg://me:hunter2@/x?host=/nowhere", "cannot be opened"),
    ],
)
def test_a_database_that_cannot_be_used_is_a_clear_error(url: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as raised:
        SqlStore(url)
    assert "hunter2" not in str(raised.value)


def test_errors_do_not_show_what_customers_wrote(tmp_path: Path) -> None:
    store = SqlStore(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    with pytest.raises(sa.exc.IntegrityError) as raised:
        twice = conversation()
        store.create(twice)
        store.create(twice)
    assert twice.id not in str(raised.value)
    store.close()


def _python(script: str, *args: str) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", script, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root
    )
