"""The API under /v1 over a real index and a real database: what a customer's client does."""

from __future__ import annotations

import datetime
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import MakeClient
from tests.web.talk import REFUND, STOLEN, Talk, authors, is_problem, store_of, stored_bytes
from topay_bot.chat.drafting import new_id
from topay_bot.chat.model import Author, Draft, State, Turn
from topay_bot.web.customer.schemas import ReplyGiven

# Near enough to something, sure of nothing: the first of these that the bot asks back about is taken.
VAGUE = [
    "今天天气怎么样",
    "怎么办",
    "卡",
    "钱",
    "提高",
    "什么时候",
    "merchant settlement",
    "money",
    "I want",
    "account",
    "card",
]


class TestAsk:
    def ask(self, client: TestClient, text: str, **more: Any) -> dict[str, Any]:
        response = client.post("/v1/ask", json={"text": text, **more})
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        ReplyGiven.model_validate(body)
        return body

    def test_an_answer(self, client: TestClient) -> None:
        body = self.ask(client, REFUND)
        assert (body["decision"], body["reason"], body["language"]) == ("answer", "confident", "zh")
        assert body["answer"]["article"] == "refund-how-long"
        assert body["answer"]["related"] == [{"article": "refund-request", "title": "怎么申请退款"}]
        assert "400-123-0000" in body["answer"]["text"]
        assert "<li>" in body["answer"]["html"]
        assert "<script" not in body["answer"]["html"]
        assert (body["choices"], body["handoff"]) == ([], None)
        assert body["build"] == client.get("/readyz").json()["build"]

    def test_the_language_may_be_asked_for(self, client: TestClient) -> None:
        body = self.ask(client, REFUND, lang="en")
        assert (body["language"], body["answer"]["title"]) == ("en", "How long a refund takes")

    def test_an_article_in_one_language_answers_in_the_other(self, client: TestClient) -> None:
        body = self.ask(client, "商户结算周期", lang="en")
        assert (body["language"], body["answer"]["language"]) == ("en", "zh")

    def test_urgent_answers_and_brings_a_person(self, client: TestClient) -> None:
        body = self.ask(client, STOLEN)
        assert (body["decision"], body["answer"]["article"]) == ("answer", "account-stolen")
        assert body["handoff"] == {"reason": "urgent", "priority": "urgent", "offered": False}

    def test_a_wish_for_a_person(self, client: TestClient) -> None:
        body = self.ask(client, "I want to talk to a human")
        assert (body["decision"], body["answer"]) == ("handoff", None)
        assert (body["handoff"]["reason"], body["handoff"]["offered"]) == ("asked", False)

    def test_choices(self, client: TestClient) -> None:
        bodies = [self.ask(client, text) for text in VAGUE]
        body = next(body for body in bodies if body["decision"] == "clarify")
        assert 1 <= len(body["choices"]) <= 4
        assert body["answer"] is None

    @pytest.mark.parametrize("text", ["", "  \n", "👋🎉", "\x00", "。。。"])
    def test_nothing_readable(self, client: TestClient, text: str) -> None:
        body = self.ask(client, text)
        assert (body["decision"], body["reason"], body["confidence"]) == ("handoff", "unreadable", 0)

    def test_the_same_text_gives_the_same_result(self, client: TestClient) -> None:
        for text in (REFUND, STOLEN, "今天天气怎么样", "😀", "how to link a card"):
            assert self.ask(client, text) == self.ask(client, text)

    def test_too_long_is_refused(self, client: TestClient) -> None:
        is_problem(client.post("/v1/ask", json={"text": "长" * 4001}), 422, "bad-message")


class TestConversation:
    def test_start(self, client: TestClient) -> None:
        for request in ({}, {"json": {"lang": "en"}}, {"json": None}):
            response = client.post("/v1/conversations", **request)
            assert response.status_code == 201
            assert set(response.json()) == {"id", "token"}
        is_problem(client.post("/v1/conversations", json={"lang": "fr"}), 422, "invalid-request")

    def test_an_answer_and_feedback_on_it(self, talk: Talk) -> None:
        exchange = talk.say(REFUND)
        assert (exchange["state"], exchange["handoff"], authors(exchange)) == ("pending", None, ["customer", "bot"])
        answer = exchange["messages"][1]
        assert (answer["kind"], answer["article"], answer["helpful"]) == ("answer", "refund-how-long", None)
        assert talk.read() == exchange
        for helpful in (True, False):
            given = talk.rate(answer["id"], helpful)
            assert (given.status_code, given.json()) == (200, {"message": answer["id"], "helpful": helpful})
            assert talk.read(after=1)["messages"][0]["helpful"] is helpful

    def test_feedback_is_for_answers(self, talk: Talk) -> None:
        said = talk.say(REFUND)["messages"]
        is_problem(talk.rate(said[0]["id"], True), 422, "bad-message")
        is_problem(talk.rate(said[1]["id"], "perhaps"), 422, "invalid-request")
        is_problem(talk.rate("nothing", True), 404, "message-not-found")
        is_problem(talk.rate("a%00b", True), 404, "message-not-found")

    def test_what_the_desk_keeps_is_not_shown(self, talk: Talk) -> None:
        for message in talk.say(STOLEN)["messages"]:
            assert not {"candidates", "best", "priority", "client_id", "token_hash"} & set(message)

    def test_a_choice_is_answered(self, client: TestClient, talk: Talk) -> None:
        def decision(text: str) -> str:
            return str(client.post("/v1/ask", json={"text": text}).json()["decision"])

        # Found outside the conversation: what is taken for urgent would hand it over.
        asked = talk.say(next(text for text in VAGUE if decision(text) == "clarify"))["messages"][1]
        assert asked["kind"] == "clarify"
        assert asked["choices"]
        answer = talk.say("绑定银行卡", choice="bind-card")["messages"][1]
        assert (answer["kind"], answer["reason"], answer["article"]) == ("answer", "chosen", "bind-card")
        unknown = talk.say(REFUND, choice="no-such-article")["messages"][1]
        assert unknown["article"] == "refund-how-long"

    def test_an_article_in_the_other_language_says_so(self, client: TestClient) -> None:
        answer = Talk(client, "en").say("settlement", choice="merchant-settlement")["messages"][1]
        assert answer["answer_language"] == "zh"
        assert answer["text"].startswith(answer["note"])
        assert "Chinese" in answer["note"]

    def test_reading_goes_on_after_a_seq(self, talk: Talk) -> None:
        talk.say(REFUND)
        talk.say("怎么绑定银行卡")
        assert [message["seq"] for message in talk.read(2)["messages"]] == [3, 4]
        assert talk.read(4)["messages"] == []
        assert talk.read(10**30)["messages"] == []
        bad = talk.client.get(f"{talk.path}/messages?after=-1", headers=talk.headers)
        is_problem(bad, 422, "invalid-request")

    def test_long_conversations_come_in_pages(self, talk: Talk) -> None:
        talk.ask_person()
        for number in range(201):
            talk.say(f"第 {number} 句")
        first = talk.read()["messages"]
        assert len(first) == 200
        assert [m["seq"] for m in talk.read(first[-1]["seq"])["messages"]] == [201, 202]

    @pytest.mark.parametrize(("lang", "expected"), [("zh", "zh"), ("en", "en")])
    def test_what_has_no_language_is_answered_in_the_conversations(
        self, client: TestClient, lang: str, expected: str
    ) -> None:
        for text in ("👋", "123456", "4111 1111 1111 1111", "???"):
            message = Talk(client, lang).say(text)["messages"][-1]
            assert message["language"] == expected, text

    def test_each_answer_follows_the_customers_language(self, talk: Talk) -> None:
        assert talk.say("how long does a refund take")["messages"][1]["title"] == "How long a refund takes"
        assert talk.say(REFUND)["messages"][1]["title"] == "退款多久到账"


class TestHandoff:
    def test_urgent_gives_first_steps_and_a_person(self, talk: Talk) -> None:
        exchange = talk.say(STOLEN)
        assert (exchange["state"], authors(exchange)) == ("open", ["customer", "bot", "system"])
        assert exchange["messages"][1]["article"] == "account-stolen"
        handoff = exchange["handoff"]
        assert (handoff["reason"], handoff["priority"]) == ("urgent", "urgent")
        assert re.fullmatch(r"H-[2-9A-Z]{4}-[2-9A-Z]{4}", handoff["reference"])
        notice = exchange["messages"][2]
        assert handoff["reference"] in notice["text"]
        assert "400-123-0000" in notice["text"]
        assert (notice["kind"], notice["reference"]) == ("handoff", handoff["reference"])
        assert talk.read()["handoff"] == handoff

    def test_the_row_has_reason_priority_and_reference(self, client: TestClient, talk: Talk) -> None:
        reference = talk.say("我要投诉")["handoff"]["reference"]
        row = store_of(client).handoff(talk.id)
        assert row is not None
        assert (row.reference, row.reason, row.article) == (reference, "policy", "complaint")
        assert row.priority == "normal"

    def test_asked_for_in_words(self, talk: Talk) -> None:
        exchange = talk.say("转人工")
        assert (exchange["state"], exchange["handoff"]["reason"]) == ("open", "asked")
        assert [m.get("kind") for m in exchange["messages"]] == [None, "handoff", "handoff"]

    def test_asked_for_by_the_button(self, client: TestClient) -> None:
        talk = Talk(client, "en")
        exchange = talk.ask_person()
        assert (exchange["state"], authors(exchange)) == ("open", ["system"])
        assert "colleague" in exchange["messages"][0]["text"]
        again = talk.ask_person()
        assert (again["messages"], again["handoff"]) == ([], exchange["handoff"])

    def test_after_an_unanswered_question_the_reason_is_that(self, talk: Talk) -> None:
        assert talk.say("🎉")["messages"][1]["kind"] == "offer"
        assert talk.ask_person()["handoff"]["reason"] == "low_confidence"

    def test_the_bot_is_silent_once_a_person_owns_it(self, talk: Talk) -> None:
        talk.ask_person()
        for text in (REFUND, STOLEN, "转人工"):
            exchange = talk.say(text)
            assert (exchange["state"], authors(exchange)) == ("open", ["customer"])
        assert authors(talk.say("卡号 4111111111111111")) == ["customer", "system"]  # told what was hidden, still

    def test_a_resolved_conversation_is_the_bots_again(self, client: TestClient, talk: Talk) -> None:
        first = talk.ask_person()["handoff"]
        resolve(client, talk.id)
        assert talk.read()["handoff"] is None
        exchange = talk.say(REFUND)
        assert (exchange["state"], exchange["handoff"], authors(exchange)) == ("pending", None, ["customer", "bot"])
        second = talk.ask_person()["handoff"]
        assert second["reference"] != first["reference"]

    def test_a_resolved_conversation_may_go_to_a_person_directly(self, client: TestClient, talk: Talk) -> None:
        talk.ask_person()
        resolve(client, talk.id)
        assert talk.ask_person()["state"] == "open"


class TestIdempotency:
    @pytest.mark.parametrize("text", [REFUND, STOLEN, "转人工", "我的卡号 4111111111111111"])
    def test_the_same_client_id_changes_nothing(self, talk: Talk, text: str) -> None:
        first = talk.say(text, "same")
        assert talk.say(text, "same") == first
        assert talk.say("something else", "same") == first
        assert talk.read()["messages"] == first["messages"]

    def test_it_is_not_counted_twice(self, make_client: MakeClient) -> None:
        client = make_client()
        talk = Talk(client)
        for _ in range(3):
            talk.say(STOLEN, "same")
            talk.ask_person()
        counted = client.get("/metrics").text
        assert 'topay_decisions_total{decision="answer",language="zh",reason="urgent"} 1.0' in counted
        assert 'topay_handoffs_total{priority="urgent",reason="urgent"} 1.0' in counted

    @pytest.mark.parametrize("text", [REFUND, STOLEN])
    def test_at_once_from_several_threads(self, client: TestClient, talk: Talk, text: str) -> None:
        bodies: list[dict[str, Any]] = []
        barrier = threading.Barrier(6)

        def send() -> None:
            # A client of its own: its own event loop, the same application.
            other = TestClient(client.app)
            barrier.wait()
            sent = {"text": text, "client_id": "same"}
            bodies.append(other.post(f"{talk.path}/messages", json=sent, headers=talk.headers).json())

        at_once(send, 6)
        assert len(bodies) == 6
        assert all(body == bodies[0] for body in bodies)
        assert talk.read()["messages"] == bodies[0]["messages"]

    def test_messages_and_a_handoff_at_once(self, client: TestClient, talk: Talk) -> None:
        """Whoever comes first: one hand-off, no gap, and no word of the bot after it."""
        barrier = threading.Barrier(6)
        statuses: list[int] = []
        numbers = iter(range(6))

        def act() -> None:
            other, number = TestClient(client.app), next(numbers)
            barrier.wait()
            if number % 3 == 0:
                response = other.post(f"{talk.path}/handoff", headers=talk.headers)
            else:
                body = {"text": [REFUND, STOLEN][number % 2], "client_id": f"n{number}"}
                response = other.post(f"{talk.path}/messages", json=body, headers=talk.headers)
            statuses.append(response.status_code)

        at_once(act, 6)
        assert statuses == [200] * 6
        kept = talk.read()["messages"]
        assert [m["seq"] for m in kept] == list(range(1, len(kept) + 1))
        kinds = [m.get("kind") if m["author"] == "system" else m["author"] for m in kept]
        assert kinds.count("handoff") == 1
        assert "bot" not in kinds[kinds.index("handoff") :]
        assert kinds.count("customer") == 4


class TestTokens:
    @pytest.mark.parametrize(
        "headers",
        [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}, {"Authorization": "Basic x"},
         {"X-Conversation-Token": "wrong"}, {"Authorization": b"Bearer \xff\xfe"}],
    )  # fmt: skip
    def test_every_call_needs_the_token(self, client: TestClient, talk: Talk, headers: dict[str, Any]) -> None:
        answer = talk.say(REFUND)["messages"][1]
        before = talk.read()
        for response in (
            client.post(f"{talk.path}/messages", json={"text": "hi", "client_id": "x"}, headers=headers),
            client.post(f"{talk.path}/messages", json={"text": "", "client_id": ""}, headers=headers),
            client.get(f"{talk.path}/messages", headers=headers),
            client.post(f"{talk.path}/handoff", headers=headers),
            client.post(f"/v1/messages/{answer['id']}/feedback", json={"helpful": True}, headers=headers),
        ):
            is_problem(response, 401, "token-refused")
            assert response.headers["www-authenticate"] == "Bearer"
        assert talk.read() == before

    def test_another_conversations_token_is_wrong(self, client: TestClient, talk: Talk) -> None:
        other = Talk(client)
        is_problem(client.get(f"{talk.path}/messages", headers=other.headers), 401, "token-refused")
        answer = talk.say(REFUND)["messages"][1]
        is_problem(other.rate(answer["id"], True), 401, "token-refused")

    def test_the_other_header_works_too(self, client: TestClient, talk: Talk) -> None:
        response = client.get(f"{talk.path}/messages", headers={"X-Conversation-Token": talk.token})
        assert response.status_code == 200

    def test_only_its_hash_is_stored(self, make_client: MakeClient, tmp_path: Path) -> None:
        talk = Talk(make_client(data=tmp_path))
        talk.say(REFUND)
        assert talk.token.encode() not in stored_bytes(tmp_path)

    @pytest.mark.parametrize("unknown", ["nothing", "a%00b", "%F0%9F%98%80", "x" * 3000])
    def test_unknown_conversation(self, client: TestClient, unknown: str) -> None:
        path, headers = f"/v1/conversations/{unknown}", {"Authorization": "Bearer x"}
        for response in (
            client.get(f"{path}/messages", headers=headers),
            client.post(f"{path}/messages", json={"text": "hi", "client_id": "x"}, headers=headers),
            client.post(f"{path}/handoff", headers=headers),
        ):
            is_problem(response, 404, "conversation-not-found")


def at_once(act: Any, threads: int) -> None:
    running = [threading.Thread(target=act) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


def resolve(client: TestClient, conversation_id: str) -> None:
    """What an agent does when all is said."""
    bye = Draft(new_id(), Author.AGENT, "已为您处理好。")
    turn = Turn((bye,), State.RESOLVED)
    store_of(client).append(conversation_id, State.OPEN, turn, datetime.datetime.now(datetime.UTC))
