"""Live events of the desk, over real sockets: agents and customers on one server."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from tests.waiting import wait_until
from tests.web.live import Agent, Customer, LiveServer
from topay_bot.desk.agents import Role
from topay_bot.settings import load_settings
from topay_bot.web.app import create_app
from topay_bot.web.console import realtime
from topay_bot.web.events.hub import Hub
from topay_bot.web.events.sockets import Patience

STOLEN = "我的钱被别人转走了"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def server(sample: Path, data: Path) -> Iterator[LiveServer]:
    with LiveServer(create_app(load_settings(index=sample / "index", data=data))) as running:
        yield running


@pytest.fixture(autouse=True)
def no_complaints(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def customer(server: LiveServer, stack: ExitStack) -> Customer:
    customer = Customer(server.url)
    stack.callback(customer.close)
    return customer


@pytest.fixture
def new_agent(server: LiveServer, stack: ExitStack) -> Callable[..., Agent]:
    def make(*roles: Role) -> Agent:
        agent = Agent(server.url, server.app.state.agents.sign_in, *roles)
        stack.callback(agent.close)
        return agent

    return make


class TestWhatAgentsHear:
    def test_of_a_handoff_and_what_follows(self, customer: Customer, new_agent: Callable[..., Agent]) -> None:
        li, wang = new_agent(), new_agent()
        with li.connect() as mine, wang.connect() as others:
            for line in (mine, others):
                assert line.next() == {"type": "ready"}
            customer.say(STOLEN, "a")
            for line in (mine, others):
                frame = line.next("changed")
                assert frame == {
                    "type": "changed",
                    "conversation": customer.id,
                    "reason": "handoff",
                    "seq": 3,
                    "state": "open",
                    "agent": None,
                    "priority": "urgent",
                }
            li.do("claim", customer.id)
            frame = others.next("changed")
            assert (frame["reason"], frame["agent"]) == ("state", li.id)
            customer.say("还在吗", "b")
            frame = others.next("changed")
            assert (frame["reason"], frame["seq"]) == ("message", 5)
            li.do("notes", customer.id, text="请看第二条")
            assert others.next("changed")["reason"] == "note"
            li.do("resolve", customer.id)
            frame = others.next("changed")
            assert (frame["reason"], frame["state"]) == ("state", "resolved")

    def test_of_no_conversation_that_is_the_bots(self, customer: Customer, new_agent: Callable[..., Agent]) -> None:
        with new_agent().connect() as line:
            line.next("ready")
            customer.say("退款几天能到", "a")
            asked = customer.ask_person()
            frame = line.next("changed")
            assert (frame["reason"], frame["seq"]) == ("handoff", asked["messages"][-1]["seq"])

    def test_of_what_another_process_stores(
        self, customer: Customer, new_agent: Callable[..., Agent], sample: Path, data: Path
    ) -> None:
        settings = load_settings(index=sample / "index", data=data)
        with LiveServer(create_app(settings)) as elsewhere, new_agent().connect() as line:
            line.next("ready")
            customer.url = elsewhere.url
            customer.http.base_url = elsewhere.url
            customer.ask_person()
            assert line.next("changed")["reason"] == "handoff"

    def test_who_is_there(self, new_agent: Callable[..., Agent]) -> None:
        li, wang = new_agent(), new_agent()
        with li.connect() as line:
            line.next("ready")
            for status in ("away", "online"):
                wang.http.put("/v1/desk/presence", json={"status": status})
                frame = line.next("presence")
                while (frame["agent"], frame["status"]) != (wang.id, status):
                    frame = line.next("presence")


class TestSignsBetweenCustomerAndAgent:
    def test_typing_is_shown_to_the_other_side(self, customer: Customer, new_agent: Callable[..., Agent]) -> None:
        customer.ask_person()
        li, wang = new_agent(), new_agent()
        with customer.connect() as theirs, li.connect() as mine, wang.connect() as others:
            theirs.next("state")
            for line in (mine, others):
                line.next("ready")
                line.send({"type": "watch", "conversation": customer.id})
                assert line.next("customer") == {"type": "customer", "conversation": customer.id, "online": True}
            theirs.send({"type": "typing"})
            expected = {"type": "typing", "conversation": customer.id, "author": "customer"}
            assert mine.next("typing") == others.next("typing") == expected
            li.do("claim", customer.id)
            wait_until(lambda: mine.next("changed")["agent"] == li.id)
            others.send({"type": "typing", "conversation": customer.id})  # not theirs to answer
            mine.send({"type": "seen", "conversation": customer.id, "seq": 1})
            theirs.next("seen")
            mine.send({"type": "typing", "conversation": customer.id})
            assert theirs.next("typing") == {"type": "typing", "author": "agent"}

    def test_how_far_a_message_got(self, customer: Customer, new_agent: Callable[..., Agent]) -> None:
        customer.ask_person()
        with customer.connect() as theirs:
            theirs.next("state")
            with new_agent().connect() as desk:
                assert theirs.next("delivered") == {"type": "delivered", "seq": 1}
                desk.send({"type": "watch", "conversation": customer.id})
                seq = customer.say("还在吗", "a")["messages"][0]["seq"]
                assert theirs.next("delivered") == {"type": "delivered", "seq": seq}
                desk.send({"type": "seen", "conversation": customer.id, "seq": seq})
                assert theirs.next("seen") == {"type": "seen", "seq": seq}
                theirs.send({"type": "seen", "seq": 99})  # no further than there is
                assert desk.next("seen") == {"type": "seen", "conversation": customer.id, "seq": seq}
        with customer.connect(after=seq) as again:
            marks = [again.next("delivered"), again.next("seen")]
        assert [mark["seq"] for mark in marks] == [seq, seq]

    def test_whether_the_customer_is_there(self, customer: Customer, new_agent: Callable[..., Agent]) -> None:
        customer.ask_person()
        with new_agent().connect() as desk:
            desk.send({"type": "watch", "conversation": customer.id})
            assert not desk.next("customer")["online"]
            with customer.connect(), customer.connect():
                assert desk.next("customer")["online"]
            assert not desk.next("customer")["online"]

    def test_the_customer_hears_who_came_and_that_they_went(
        self, customer: Customer, new_agent: Callable[..., Agent]
    ) -> None:
        customer.ask_person()
        li = new_agent()
        with customer.connect() as line:
            assert line.next("state")["agent"] is None
            said = li.say(customer.id, "您好")["messages"][-1]
            message = line.next("message")["message"]
            while message["author"] != "agent":
                message = line.next("message")["message"]
            assert (message["id"], message["agent"]) == (said["id"], li.name)
            assert line.next("state")["agent"] == {"name": li.name}
            li.do("notes", customer.id, text="只给同事看")
            li.do("give-back", customer.id)
            assert line.next("state")["state"] == "pending"
        assert "只给同事看" not in str(customer.stored())


class TestWhoIsRefused:
    def test_whoever_is_not_signed_in(self, new_agent: Callable[..., Agent]) -> None:
        for cookie in ("", "topay_session=wrong"):
            with new_agent().connect(cookie=cookie) as line:
                assert line.closed() == (4401, "sign-in-needed")

    def test_whoever_may_not_see_conversations(self, new_agent: Callable[..., Agent]) -> None:
        with new_agent(Role.EDITOR).connect() as line:
            assert line.closed() == (4403, "not-allowed")

    @pytest.mark.parametrize("origin", ["", "https://evil.example", "null", "http://127.0.0.1:1", "x"])
    def test_a_page_of_another_site(self, new_agent: Callable[..., Agent], origin: str) -> None:
        with pytest.raises(InvalidStatus, match="403"), new_agent().connect(origin=origin):
            pass

    def test_whose_session_ends(
        self, server: LiveServer, new_agent: Callable[..., Agent], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(realtime, "_CHECK_EVERY_SECONDS", 0.05)
        hub: Hub = server.app.state.hub
        hub.patience = Patience(ping_seconds=0.05)
        li = new_agent()
        with li.connect() as line:
            line.next("ping")
            server.app.state.agents.sign_in.set_disabled(li.name)
            assert line.closed() == (4401, "sign-in-needed")
        hub.patience = Patience()


def test_a_console_that_does_not_read_is_told_to_load_everything(
    customer: Customer, server: LiveServer, new_agent: Callable[..., Agent]
) -> None:
    """The mailbox holds one frame a conversation and no more than its bound."""
    hub: Hub = server.app.state.hub
    with new_agent().connect() as line:
        line.next("ready")
        (desk,) = hub.lines.desks

        def overflow() -> None:
            for number in range(2000):
                desk.mailbox.put(("changed", str(number)), {"type": "changed", "conversation": str(number), "seq": 1})

        server.call(overflow)
        assert line.next("changed") == {"type": "changed", "conversation": None, "reason": "many"}
        customer.ask_person()
        assert line.next("changed")["conversation"] == customer.id
