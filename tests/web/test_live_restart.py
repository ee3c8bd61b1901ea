"""Live events across the end of the server: told to go, or killed in the middle of a conversation."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.waiting import wait_until
from tests.web.browser.conftest import Server
from tests.web.live import Agent, Customer, Follower
from topay_bot.bootstrap.database import open_agents
from topay_bot.settings import load_settings


@pytest.fixture
def server(sample: Path, tmp_path: Path) -> Iterator[Server]:
    server = Server(sample / "index", tmp_path)
    server.start()
    yield server
    server.kill()


def test_a_server_that_is_told_to_go_says_so(server: Server) -> None:
    customer = Customer(server.url)
    with customer.connect() as line, customer.connect() as other:
        line.next("state")
        other.next("state")
        begin = time.monotonic()
        assert server.terminate() in (0, -signal.SIGTERM)
        assert time.monotonic() - begin < 10
        assert line.closed()[0] == other.closed()[0] == 1012
    assert "Traceback" not in (server.data / "log").read_text(encoding="utf-8")
    customer.close()


def test_a_server_killed_in_mid_conversation_loses_and_doubles_nothing(server: Server) -> None:
    customer = Customer(server.url)
    customer.ask_person()
    followers = [Follower(customer) for _ in range(2)]
    said: list[str] = []

    def write() -> None:
        """Says one thing after the other, each again and again until it was taken, as the chat page does."""
        for number in range(60):
            while True:
                try:
                    customer.say(f"第{number}句", f"k{number}")
                    break
                except httpx.TransportError:
                    time.sleep(0.05)
            said.append(f"第{number}句")

    writer = threading.Thread(target=write)
    writer.start()
    dice = random.Random(7)
    for round_ in range(1, 3):
        wait_until(lambda enough=round_ * 20: len(said) >= enough)
        time.sleep(dice.random() / 20)  # anywhere between two steps of a request
        server.kill()
        server.start()
    writer.join()
    stored = customer.stored()
    assert [message["text"] for message in stored[1:]] == said == [f"第{number}句" for number in range(60)]
    for follower in followers:
        wait_until(lambda follower=follower: len(follower.messages) >= len(stored))
        follower.stop()
        assert follower.messages == stored
        assert follower.breaks >= 2
        assert follower.state == "open"
    customer.close()


def test_what_happens_at_one_worker_is_heard_at_another(sample: Path, tmp_path: Path) -> None:
    server = Server(sample / "index", tmp_path, "--workers", "2")
    with ExitStack() as stack:
        stack.callback(server.terminate)
        server.start()
        customer = Customer(server.url)
        customer.ask_person()
        followers = [Follower(customer) for _ in range(8)]  # the system spreads them over the workers
        for number in range(10):
            with httpx.Client(base_url=server.url, headers=customer.http.headers, timeout=20) as another:
                body = {"text": f"第{number}句", "client_id": f"k{number}"}
                assert another.post(f"{customer.path}/messages", json=body).status_code == 200
        stored = customer.stored()
        assert len(stored) == 11
        for follower in followers:
            wait_until(lambda follower=follower: len(follower.messages) >= len(stored))
            follower.stop()
            assert (follower.messages, follower.breaks) == (stored, 0)

        agent = Agent(server.url, open_agents(load_settings(data=tmp_path)))
        desks = [stack.enter_context(agent.connect()) for _ in range(6)]
        theirs = [stack.enter_context(customer.connect(after=11)) for _ in range(6)]
        for line in theirs:
            assert line.next("delivered")["seq"] == 11
        for line in desks:
            line.next("ready")
            line.send({"type": "watch", "conversation": customer.id})
            while not line.next("customer")["online"]:
                pass
        theirs[0].send({"type": "typing"})
        theirs[0].send({"type": "seen", "seq": 11})
        for line in desks:
            assert line.next("typing")["author"] == "customer"
            assert line.next("seen")["seq"] == 11
        desks[0].send({"type": "typing", "conversation": customer.id})
        desks[0].send({"type": "seen", "conversation": customer.id, "seq": 11})
        for line in theirs:
            assert line.next("typing")["author"] == "agent"
            assert line.next("seen")["seq"] == 11
        customer.close()
        agent.close()
