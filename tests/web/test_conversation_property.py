"""Whatever customers, retries and agents do in whatever order: a conversation stays whole."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test
from starlette.testclient import TestClient

from tests.web.conftest import MakeClient
from tests.web.talk import Talk
from topay_bot.chat.drafting import new_id
from topay_bot.chat.model import Author, Draft, State, Turn
from topay_bot.storage.sql_store import SqlStore

TEXTS = [
    "退款几天能到",
    "我的钱被别人转走了",
    "我要投诉",
    "转人工",
    "今天天气怎么样",
    "👋",
    "my card is 4111111111111111",
]


class Conversation(RuleBasedStateMachine):
    client: ClassVar[TestClient]
    sent = Bundle("sent")  # (client id, text, what the first call gave)

    def __init__(self) -> None:
        super().__init__()
        self.talk = Talk(self.client)
        self.store: SqlStore = self.client.app.state.desk.chat._store  # type: ignore[attr-defined]
        self.state = "pending"
        self.client_ids: list[str] = []
        self.notices = 0

    @rule(target=sent, text=st.sampled_from(TEXTS))
    def say(self, text: str) -> Any:
        client_id = f"c{len(self.client_ids)}"
        exchange = self.talk.say(text, client_id)
        self.client_ids.append(client_id)
        authors = [message["author"] for message in exchange["messages"]]
        assert authors[0] == "customer"
        if self.state == "open":
            assert exchange["state"] == "open"
            assert "bot" not in authors
        else:
            assert authors.count("bot") == 1
        self.now(exchange)
        return (client_id, text, exchange["messages"])

    @rule(message=sent)
    def retry(self, message: tuple[str, str, Any]) -> None:
        client_id, text, before = message
        again = self.talk.say(text, client_id)
        assert again["messages"] == before
        assert again["state"] == self.state

    @rule(target=sent)
    def ask_person(self) -> Any:
        before = self.state
        exchange = self.talk.ask_person()
        assert exchange["state"] == "open"
        assert len(exchange["messages"]) == (before != "open")
        self.now(exchange)
        return multiple()

    @rule()
    def resolve(self) -> None:
        if self.state == "open":
            bye = Turn((Draft(new_id(), Author.AGENT, "再见"),), State.RESOLVED)
            self.store.append(self.talk.id, State.OPEN, bye, datetime.datetime.now(datetime.UTC))
            self.state = "resolved"

    def now(self, exchange: dict[str, Any]) -> None:
        self.notices += sum(m.get("kind") == "handoff" and m["author"] == "system" for m in exchange["messages"])
        self.state = exchange["state"]

    @invariant()
    def whole(self) -> None:
        kept = self.talk.read()
        messages = kept["messages"]
        assert kept["state"] == self.state
        assert [m["seq"] for m in messages] == list(range(1, len(messages) + 1))
        assert sum(m["author"] == "customer" for m in messages) == len(self.client_ids)
        owner = "bot"
        references = []
        for message in messages:
            assert not (owner == "person" and message["author"] == "bot")
            if message["author"] == "system" and message["kind"] == "handoff":
                assert owner == "bot", "a second hand-off while one is open"
                owner = "person"
                references.append(message["reference"])
            elif message["author"] == "agent":
                owner = "bot"
        assert (self.state == "open") == (owner == "person")
        assert len(set(references)) == len(references) == self.notices
        assert (kept["handoff"] or {}).get("reference") == (references[-1] if self.state == "open" else None)


def test_a_conversation_stays_whole(make_client: MakeClient) -> None:
    Conversation.client = make_client()
    slow = settings(
        max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    run_state_machine_as_test(Conversation, settings=slow)
