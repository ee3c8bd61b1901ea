"""A hand-off cannot be lost: a server killed at any moment of it leaves none or a complete one."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from tests.waiting import wait_until
from tests.web.talk import STOLEN
from topay_bot.chat.model import Author, Event, State
from topay_bot.storage.sql_store import SqlStore
from topay_bot.storage.tables import conversations, handoffs, outbox

KILLS = 30
CUSTOMERS = 3  # at once, so that each kill meets several moments of a hand-off

# Servers as they are, but begun from a process that has imported all that they need: a third of a second each in place
# of three.
NURSERY = """
import importlib, os, pkgutil, signal, sys
import topay_bot
from topay_bot.settings import load_settings
for module in pkgutil.walk_packages(topay_bot.__path__, "topay_bot."):
    if module.name.split(".")[1] in ("web", "storage", "chat", "desk", "bootstrap"):
        importlib.import_module(module.name) if "migrations" not in module.name else None
import alembic.command, alembic.ddl.sqlite, onnxruntime, sqlalchemy.dialects.sqlite, tokenizers
import topay_bot.retrieval.bundled, topay_bot.text
topay_bot.text.words("退款"), topay_bot.text.sounds("退款")  # load their dictionaries
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
settings = load_settings(
    index=sys.argv[1], data=sys.argv[2], mail_to=["desk@topay.example"], mail_from="bot@topay.example",
    smtp_host="127.0.0.1", smtp_port=1,
)
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        topay_bot.web.server.run(settings.model_copy(update={"port": int(line)}))
        os._exit(0)
    print(child, flush=True)
"""


class Nursery:
    """Starts servers on one index and one database."""

    def __init__(self, index: Path, data: Path) -> None:
        self.log = data.with_suffix(".log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-c", NURSERY, str(index), str(data)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, cwd=Path(__file__).parents[2],
            env={key: value for key, value in os.environ.items() if not key.startswith("TOPAY_")},
        )  # fmt: skip
        assert self._line() == "ready"

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    @contextlib.contextmanager
    def server(self) -> Iterator[tuple[str, int]]:
        """The address and the process of a server that answers; killed at the end."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        assert self.process.stdin is not None
        print(port, file=self.process.stdin, flush=True)
        process, url = int(self._line()), f"http://127.0.0.1:{port}"
        try:
            wait_until(lambda: _answers(url))
            yield url, process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()
        self.log.close()


# Reading the certificates that nobody needs here takes longer than a hand-off.
_look = httpx.Client(verify=False, timeout=30, limits=httpx.Limits(max_keepalive_connections=0))


def _answers(url: str) -> bool:
    try:
        return _look.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


@dataclass
class Customer:
    """Somebody whose account was stolen; `told` is the answer, if one came."""

    id: str
    headers: dict[str, str]
    told: dict[str, Any] | None = field(default=None)

    @classmethod
    def at(cls, url: str) -> Customer:
        started = _look.post(f"{url}/v1/conversations").json()
        return cls(started["id"], {"Authorization": f"Bearer {started['token']}"})

    def cry(self, client: httpx.Client) -> None:
        with contextlib.suppress(httpx.TransportError):
            path = f"/v1/conversations/{self.id}/messages"
            response = client.post(path, json={"text": STOLEN, "client_id": "1"}, headers=self.headers)
            assert response.status_code == 200, response.text
            self.told = response.json()


@pytest.fixture
def nursery(sample: Path, tmp_path: Path) -> Iterator[Nursery]:
    nursery = Nursery(sample / "index", tmp_path / "data")
    yield nursery
    nursery.close()


def test_thirty_kills_in_the_midst_of_handing_over(nursery: Nursery, tmp_path: Path) -> None:
    dice = random.Random(11)
    with nursery.server() as (url, _):
        whole_seconds = _cry_together(url, None)[1]
    customers: list[Customer] = []
    for _ in range(KILLS):
        with nursery.server() as (url, process):
            cried, _ = _cry_together(url, lambda process=process: _kill(process, dice.uniform(0, whole_seconds)))
            customers += cried

    store = SqlStore(f"sqlite:///{tmp_path / 'data' / 'topay.sqlite3'}")
    left = [_left_behind(store, customer) for customer in customers]
    assert all(complete for complete, customer in zip(left, customers, strict=True) if customer.told)
    assert not all(customer.told for customer in customers), "no kill came in the midst"

    # Whoever got no answer sends the same again, is told, and is handed over once.
    with nursery.server() as (url, _), httpx.Client(base_url=url, verify=False, timeout=30) as client:
        for customer in customers:
            before = customer.told
            customer.cry(client)
            assert customer.told is not None
            assert before is None or before["messages"] == customer.told["messages"]
            reference = customer.told["handoff"]["reference"]
            assert reference in customer.told["messages"][-1]["text"]
            assert _left_behind(store, customer)
    store.close()


def _cry_together(url: str, meanwhile: Any) -> tuple[list[Customer], float]:
    """Customers who write at once, and how long it took; `meanwhile` is called as soon as they begin."""
    customers = [Customer.at(url) for _ in range(CUSTOMERS)]
    barrier = threading.Barrier(CUSTOMERS + 1)

    def write(customer: Customer) -> None:
        with httpx.Client(base_url=url, verify=False, timeout=30) as client:
            barrier.wait()
            customer.cry(client)

    threads = [threading.Thread(target=write, args=(customer,)) for customer in customers]
    for thread in threads:
        thread.start()
    barrier.wait()
    begin = time.perf_counter()
    if meanwhile is not None:
        meanwhile()
    for thread in threads:
        thread.join()
    return customers, time.perf_counter() - begin


def _kill(process: int, after_seconds: float) -> None:
    time.sleep(after_seconds)
    os.kill(process, signal.SIGKILL)


def _left_behind(store: SqlStore, customer: Customer) -> bool:
    """Whether the hand-off is complete; fails when there is a part of one."""
    with store.engine.connect() as connection:
        conversation = connection.execute(sa.select(conversations).where(conversations.c.id == customer.id)).one()
        found = connection.execute(sa.select(handoffs).where(handoffs.c.conversation_id == customer.id)).all()
        told = [row for row in connection.execute(sa.select(outbox)) if row.payload["data"]["reference"] in
                {handoff.reference for handoff in found}]  # fmt: skip
    log = store.messages(customer.id, 0, 99)
    assert [message.seq for message in log] == list(range(1, conversation.last_seq + 1))
    if not found:
        assert (log, conversation.state, conversation.handoff_id, conversation.waiting_since) == (
            [], State.PENDING, None, None,
        )  # fmt: skip
        return False
    (handoff,) = found
    assert [message.author for message in log] == [Author.CUSTOMER, Author.BOT, Author.SYSTEM]
    assert handoff.reference in log[-1].text
    assert (conversation.state, conversation.handoff_id) == (State.OPEN, handoff.id)
    assert conversation.waiting_since is not None
    assert (handoff.reason, handoff.priority, handoff.queue) == ("urgent", "urgent", "security-zh")
    assert handoff.due_at > handoff.created_at
    assert [(row.event, row.channel) for row in told] == [(Event.URGENT, "mail")]
    return True
