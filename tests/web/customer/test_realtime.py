"""Live events of a conversation, over real sockets."""

from __future__ import annotations

import itertools
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.waiting import wait_until
from tests.web.live import Customer, Follower, LiveServer
from topay_bot.chat.drafting import new_id
from topay_bot.chat.model import Author, Draft, State, Turn
from topay_bot.settings import load_settings
from topay_bot.storage.sql_store import SqlStore
from topay_bot.web.app import create_app
from topay_bot.web.events.hub import Hub
from topay_bot.web.events.sockets import CuttingProtocol, Patience

REFUND = "退款几天能到"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def server(sample: Path, data: Path) -> Iterator[LiveServer]:
    with LiveServer(create_app(load_settings(index=sample / "index", data=data))) as running:
        yield running


@pytest.fixture(autouse=True)
def no_complaints(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The server runs in this process: what it logs as an error fails the test."""
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.fixture
def new_customer(server: LiveServer) -> Iterator[Callable[[], Customer]]:
    with ExitStack() as stack:

        def make() -> Customer:
            customer = Customer(server.url)
            stack.callback(customer.close)
            return customer

        yield make


@pytest.fixture
def customer(new_customer: Callable[[], Customer]) -> Customer:
    return new_customer()


@pytest.fixture
def patience(server: LiveServer) -> Iterator[Callable[..., None]]:
    """Changes the server's patience during a test."""
    hub: Hub = server.app.state.hub

    def change(**seconds: float) -> None:
        hub.patience = Patience(**seconds)

    yield change
    hub.patience = Patience()


class TestWhatComes:
    def test_what_was_said_then_the_state_then_what_is_said(self, customer: Customer) -> None:
        said = customer.say(REFUND, "a")
        with customer.connect() as line:
            assert [line.next() for _ in said["messages"]] == [
                {"type": "message", "message": message} for message in said["messages"]
            ]
            assert line.next() == {"type": "state", "state": "pending", "agent": None, "handoff": None}
            asked = customer.ask_person()
            assert line.next() == {"type": "message", "message": asked["messages"][0]}
            assert line.next() == {"type": "state", "state": "open", "agent": None, "handoff": asked["handoff"]}
            said = customer.say("还在吗", "b")
            assert line.next() == {"type": "message", "message": said["messages"][0]}

    def test_resuming_gives_what_came_meanwhile_and_no_more(self, customer: Customer) -> None:
        with customer.connect() as line:
            line.next("state")
            seen = [message["seq"] for message in customer.say(REFUND, "a")["messages"]]
            assert [message["seq"] for message in line.messages(seen[-1])] == seen
        missed = [message["seq"] for message in customer.say("怎么绑定银行卡", "b")["messages"]]
        with customer.connect(after=seen[-1]) as line:
            assert [message["seq"] for message in line.messages(missed[-1])] == missed
            assert line.next()["type"] == "state"
        with customer.connect(after=missed[-1]) as line:
            assert line.next()["type"] == "state"
        with customer.connect(after=2**31 - 1) as line:
            assert line.next()["type"] == "state"

    def test_two_sockets_of_one_conversation_hear_the_same(self, customer: Customer) -> None:
        with customer.connect() as one, customer.connect() as other:
            for line in (one, other):
                line.next("state")
            last = customer.say(REFUND, "a")["messages"][-1]["seq"]
            assert one.messages(last) == other.messages(last) == customer.stored()

    def test_nothing_of_another_conversation_is_heard(self, new_customer: Callable[[], Customer]) -> None:
        mine, other = new_customer(), new_customer()
        with mine.connect() as line:
            line.next("state")
            other.say(REFUND, "a")
            last = mine.say(REFUND, "a")["messages"][-1]
            assert line.messages(last["seq"])[-1]["id"] == last["id"]

    def test_a_repeated_message_comes_once(self, customer: Customer) -> None:
        with customer.connect() as line:
            for _ in range(3):
                last = customer.say(REFUND, "same")["messages"][-1]["seq"]
            last = customer.say(REFUND, "next")["messages"][-1]["seq"]
            assert [message["seq"] for message in line.messages(last)] == list(range(1, last + 1))

    def test_silence_is_filled_with_pings(self, customer: Customer, patience: Callable[..., None]) -> None:
        patience(ping_seconds=0.05)
        with customer.connect() as line:
            line.next("state")
            assert [line.next() for _ in range(3)] == [{"type": "ping"}] * 3

    def test_what_another_process_stores_comes_too(self, customer: Customer, data: Path) -> None:
        """Another worker knows nothing of this one's sockets: only the database tells."""
        customer.ask_person()
        elsewhere = SqlStore(load_settings(data=data).database())
        try:
            with customer.connect() as line:
                line.next("state")
                told = Draft(new_id(), Author.AGENT, "您好，我来帮您")
                at = elsewhere.message(customer.stored()[0]["id"]).created_at  # type: ignore[union-attr]
                elsewhere.append(customer.id, State.OPEN, Turn((told,), State.RESOLVED), at)
                assert line.next("message")["message"]["text"] == told.text
                assert line.next()["state"] == "resolved"
        finally:
            elsewhere.close()

    def test_who_writes_while_others_come_and_go_loses_nothing(self, customer: Customer) -> None:
        customer.ask_person()
        followers = [Follower(customer) for _ in range(3)]
        numbers = itertools.count()

        def write() -> None:
            for _ in range(15):
                customer.say("还在吗", f"n{next(numbers)}")

        def come_and_go() -> None:
            for _ in range(20):
                with customer.connect() as line:
                    line.next("message")

        threads = [threading.Thread(target=job) for job in (write, write, come_and_go)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stored = customer.stored()
        for follower in followers:
            wait_until(lambda follower=follower: len(follower.messages) >= len(stored))
            follower.stop()
            assert follower.messages == stored
        assert [message["seq"] for message in stored] == list(range(1, 32))


class TestWhoIsRefused:
    def test_a_wrong_token(self, customer: Customer, new_customer: Callable[[], Customer]) -> None:
        customer.say(REFUND, "a")
        for token in ("", "wrong", new_customer().token):
            with customer.connect(token=token) as line:
                assert line.closed() == (4401, "token-refused")

    def test_a_conversation_that_is_not_there(self, customer: Customer) -> None:
        customer.id = "gone"
        with customer.connect() as line:
            assert line.closed() == (4404, "conversation-not-found")

    @pytest.mark.parametrize("first", ["", "token", "[]", '{"token": 1}', "{}", "[" * 5000, b"\x00\xff"])
    def test_a_first_frame_without_a_token(self, customer: Customer, first: str | bytes) -> None:
        with connect(customer.events) as connection:
            connection.send(first)
            with pytest.raises(ConnectionClosed) as closed:
                connection.recv(10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4400

    def test_a_frame_that_is_too_big(self, customer: Customer) -> None:
        with customer.connect() as line:
            line.next("state")
            line.send({"type": "x" * 20_000})
            assert line.closed()[0] == 1009

    def test_whoever_says_nothing(self, customer: Customer, patience: Callable[..., None]) -> None:
        patience(first_frame_seconds=0.1)
        with connect(customer.events) as connection, pytest.raises(ConnectionClosed) as closed:
            connection.recv(10)
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4408, "no-token")

    def test_whoever_says_too_much(self, customer: Customer) -> None:
        with customer.connect() as line:
            with suppress(ConnectionClosed):  # it may be closed before the last one is out
                for _ in range(60):
                    line.send({"type": "typing"})
            assert line.closed() == (4429, "too-many-frames")

    def test_frames_that_mean_nothing_are_passed_over(self, customer: Customer) -> None:
        with customer.connect() as line:
            line.next("state")
            for frame in ({}, {"type": None}, {"type": "seen"}, {"type": "seen", "seq": "1"}, {"type": "later"}):
                line.send(frame)
            customer.ask_person()
            assert line.next()["type"] == "message"

    @pytest.mark.parametrize("after", ["-1", "x", str(2**31)])
    def test_a_place_that_cannot_be(self, customer: Customer, after: str) -> None:
        with pytest.raises(InvalidStatus, match="403"), connect(f"{customer.events}?after={after}"):
            pass


def test_a_reader_that_does_not_read_is_cut_off_and_resumes(
    customer: Customer,
    server: LiveServer,
    data: Path,
    patience: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """More than the buffers of both sides hold is waiting; nothing of it is kept for the socket meanwhile."""
    customer.ask_person()
    store = SqlStore(load_settings(data=data).database())
    at = store.messages(customer.id, 0, 1)[0].created_at
    number, text = 900, "长" * 4000
    for _ in range(number // 100):
        drafts = tuple(Draft(new_id(), Author.AGENT, text) for _ in range(100))
        store.append(customer.id, State.OPEN, Turn(drafts, State.OPEN), at)
    store.close()
    patience(send_seconds=0.2)
    monkeypatch.setattr(CuttingProtocol, "_LINGER_SECONDS", 0.1)
    hub: Hub = server.app.state.hub
    metrics = server.app.state.desk.metrics.registry
    before = metrics.get_sample_value("topay_live_cut_total", {"by": "customer"}) or 0
    stuck = _handshake(customer)
    wait_until(lambda: metrics.get_sample_value("topay_live_cut_total", {"by": "customer"}) == before + 1)
    assert hub.lines.count() == (0, 0)
    wait_until(lambda: server.websockets() == 0)  # though the other side still holds on
    stuck.close()
    with customer.connect(after=1) as line:
        seqs = [message["seq"] for message in line.messages(number + 1)]
    assert seqs == list(range(2, number + 2))


def _handshake(customer: Customer) -> socket.socket:
    """Opens the events and reads nothing of them."""
    host, port = customer.url.removeprefix("http://").split(":")
    stuck = socket.socket()
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stuck.connect((host, int(port)))
    stuck.sendall(
        f"GET {customer.path}/events HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    assert stuck.recv(12) == b"HTTP/1.1 101"
    token = json.dumps({"token": customer.token}).encode()
    # A masked text frame (RFC 6455, 5.2), its mask zero.
    stuck.sendall(bytes([0x81, 0x80 | len(token)]) + bytes(4) + token)
    return stuck


def test_a_database_that_is_away_for_a_while(
    server: LiveServer, customer: Customer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What others store meanwhile is told once the database can be looked at again; the log has it once."""
    hub: Hub = server.app.state.hub
    glances, failed = hub._glances.glances, []

    def away(*arguments: object, **options: object) -> object:
        failed.append(1)
        raise OSError("the database is away")

    with customer.connect() as line:
        line.next("state")
        monkeypatch.setattr(hub._glances, "glances", away)
        monkeypatch.setattr(
            server.app.state.desk.chat, "_changed", lambda conversation: None
        )  # as another process would
        customer.ask_person()
        wait_until(lambda: len(failed) > 1)
        monkeypatch.setattr(hub._glances, "glances", glances)
        assert line.next()["type"] == "message"
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == [
        "the database cannot be looked at; live events wait until it can"
    ]
    caplog.clear()


def test_an_error_that_nobody_foresaw(
    server: LiveServer, customer: Customer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*arguments: object) -> object:
        raise OSError("the database is away")

    with customer.connect() as line:
        line.next("state")
        monkeypatch.setattr(server.app.state.desk.chat, "messages", broken)
        customer.say(REFUND, "a")
        assert line.closed() == (1011, "internal")
    monkeypatch.undo()
    with customer.connect() as line:
        assert line.messages(2)[-1]["author"] == "bot"
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == [
        "unexpected error on a WebSocket"
    ]
    caplog.clear()
