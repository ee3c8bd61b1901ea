"""What the API refuses, hides and reports."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import MakeClient
from tests.web.talk import REFUND, Talk, authors, desk_of, is_problem, stored_bytes
from topay_bot.errors import ConversationBusy, TopayError
from topay_bot.web import problems


@pytest.fixture(scope="module")
def away(make_client: MakeClient, tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A server without an index."""
    return make_client(index=tmp_path_factory.mktemp("empty"))


class TestBadRequests:
    @pytest.mark.parametrize("text", ["", "   \n\t", "\x00\x00", "长" * 4001])
    def test_messages_that_are_refused(self, talk: Talk, text: str) -> None:
        is_problem(talk.post(text), 422, "bad-message")
        assert talk.read()["messages"] == []

    def test_the_longest_message_is_taken(self, talk: Talk) -> None:
        assert talk.say("😀" * 4000)["messages"][0]["text"] == "😀" * 4000

    def test_nul_is_dropped_and_nothing_said_to_be_hidden(self, talk: Talk) -> None:
        exchange = talk.say(" 退款\x00几天能到 ")
        assert exchange["messages"][0]["text"] == REFUND
        assert authors(exchange) == ["customer", "bot"]

    @pytest.mark.parametrize("client_id", ["", "x" * 101, "a\x00b", "a\nb"])
    def test_client_ids_that_are_refused(self, talk: Talk, client_id: str) -> None:
        body = {"text": "hi", "client_id": client_id}
        refused = talk.client.post(f"{talk.path}/messages", json=body, headers=talk.headers)
        is_problem(refused, 422, "bad-message")

    @pytest.mark.parametrize("field", ["text", "client_id"])
    def test_half_a_character(self, client: TestClient, talk: Talk, field: str) -> None:
        sent = json.dumps({"text": "hi", "client_id": "x"} | {field: "\ud83d"})
        headers = talk.headers | {"Content-Type": "application/json"}
        is_problem(client.post(f"{talk.path}/messages", content=sent, headers=headers), 422, "bad-message")
        assert talk.read()["messages"] == []
        asked = client.post("/v1/ask", content='{"text": "\\ud83d"}', headers=headers)
        assert asked.json()["reason"] == "unreadable"

    @pytest.mark.parametrize(
        "body",
        [b'{"text": "\xff\xfe"}', b"\xff", b"{", b"", b"[]", b'"text"', b"[" * 20000, b'{"text": ' + b"9" * 9000 + b"}",
         b'{"text": 5}', b'{"text": null}', b'{"nothing": "else"}'],
    )  # fmt: skip
    def test_bodies_that_are_no_such_thing(self, client: TestClient, talk: Talk, body: bytes) -> None:
        for path in ("/v1/ask", f"{talk.path}/messages"):
            response = client.post(path, content=body, headers=talk.headers | {"Content-Type": "application/json"})
            is_problem(response, response.status_code, "invalid-request")
            assert response.status_code in (400, 422)

    def test_what_was_sent_is_not_repeated_in_the_problem(self, client: TestClient) -> None:
        response = client.post("/v1/ask", json={"text": {"card": "4111111111111111"}, "lang": "4111111111111111"})
        assert "4111" not in response.text
        assert [field["at"] for field in is_problem(response, 422, "invalid-request")["fields"]]

    def test_a_megabyte_is_refused(self, client: TestClient, talk: Talk) -> None:
        is_problem(talk.post("a" * 1_000_000), 413, "too-large")
        is_problem(client.post("/v1/ask", json={"text": "长" * 1_000_000}), 413, "too-large")
        unannounced = client.post("/v1/ask", content=(b"x" * 65536 for _ in range(1000)))
        is_problem(unannounced, 413, "too-large")

    def test_the_bound_follows_the_longest_message(self, make_client: MakeClient) -> None:
        talk = Talk(make_client(max_message_chars=50_000))
        talk.ask_person()
        assert len(talk.say("😀" * 50_000)["messages"][0]["text"]) == 50_000  # 600 KB, each half escaped

    def test_unknown_paths_and_methods(self, client: TestClient) -> None:
        is_problem(client.get("/v1/nothing"), 404, "not-found")
        is_problem(client.get("/static/nothing.js"), 404, "not-found")
        refused = client.get("/v1/ask")
        is_problem(refused, 405, "method-not-allowed")
        assert refused.headers["allow"] == "POST"


class TestPrivacy:
    SECRETS = ("4111 1111 1111 1111", "4111111111111111", "Tr0ub4dor", "839201", "13812345678", "li@example.com")

    def test_secrets_are_masked_before_anything_is_stored_or_logged(
        self, make_client: MakeClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        client = make_client(data=tmp_path)
        talk = Talk(client)
        told = "卡号 4111 1111 1111 1111，密码是Tr0ub4dor，验证码 839201，电话 13812345678，邮箱 li@example.com"
        told += "，订单号 88001234"
        first = talk.say(told)
        shown = first["messages"][0]["text"]
        assert "[card]" in shown
        assert "88001234" in shown
        assert [m["kind"] for m in first["messages"] if m["author"] == "system"][:1] == ["masked"]
        talk.ask_person()
        talk.say("my card is 4111111111111111", "again")
        talk.say("my card is 4111111111111111", "again")
        everything = stored_bytes(tmp_path) + caplog.text.encode() + client.get("/metrics").content
        everything += json.dumps(talk.read(), ensure_ascii=False).encode()
        assert b"[card]" in everything
        for secret in self.SECRETS:
            assert secret.encode() not in everything, secret

    def test_an_unforeseen_error_is_logged_without_what_was_said(
        self, make_client: MakeClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        client = make_client()
        break_with(client, RuntimeError("broken inside"))
        response = client.post("/v1/conversations/x/messages", json={"text": "密码是Tr0ub4dor", "client_id": "x"})
        body = is_problem(response, 500, "internal")
        assert "broken inside" not in str(body)
        assert "broken inside" in caplog.text
        assert "Tr0ub4dor" not in caplog.text
        assert response.headers["x-content-type-options"] == "nosniff"


class TestWithoutAnIndex:
    def test_it_lives_and_is_not_ready(self, away: TestClient) -> None:
        assert away.get("/livez").status_code == 200
        is_problem(away.get("/readyz"), 503, "artefact")
        assert away.get("/").status_code == 200

    def test_questions_are_refused_and_nothing_is_stored(self, away: TestClient) -> None:
        is_problem(away.post("/v1/ask", json={"text": REFUND}), 503, "artefact")
        talk = Talk(away)
        is_problem(talk.post(REFUND, "c1"), 503, "artefact")
        assert talk.read()["messages"] == []

    def test_a_person_can_be_asked_for_and_written_to(self, away: TestClient) -> None:
        talk = Talk(away)
        assert talk.ask_person()["state"] == "open"
        assert authors(talk.say(REFUND)) == ["customer"]

    def test_the_servers_paths_are_not_told(self, away: TestClient) -> None:
        index = str(desk_of(away).settings.index)
        assert index not in away.get("/readyz").text

    def test_a_damaged_index_is_none(self, make_client: MakeClient, tmp_path: Path) -> None:
        (tmp_path / "CURRENT").write_text("nothing-here\n")
        is_problem(make_client(index=tmp_path).get("/readyz"), 503, "artefact")


class TestWatching:
    def test_lives_and_is_ready(self, client: TestClient) -> None:
        assert client.get("/livez").json() == {"status": "alive"}
        ready = client.get("/readyz").json()
        assert ready == {"status": "ready", "build": desk_of(client).build_id}

    def test_metrics(self, make_client: MakeClient) -> None:
        client = make_client()
        client.post("/v1/ask", json={"text": REFUND})
        talk = Talk(client)
        answer = talk.say(REFUND)["messages"][1]
        talk.rate(answer["id"], True)
        talk.say("🎉")
        talk.ask_person()
        response = client.get("/metrics")
        assert response.headers["content-type"].startswith("text/plain")
        for line in (
            'topay_decisions_total{decision="answer",language="zh",reason="confident"} 2.0',
            'topay_decisions_total{decision="handoff",language="zh",reason="unreadable"} 1.0',
            'topay_handoffs_total{priority="low",reason="low_confidence"} 1.0',
            'topay_feedback_total{helpful="true"} 1.0',
            "topay_decision_seconds_count 3.0",
            f'topay_build_info{{build="{desk_of(client).build_id}"}} 1.0',
        ):
            assert line in response.text

    def test_security_headers(self, client: TestClient) -> None:
        for path in ("/", "/v1/nothing", "/livez", "/static/nothing", "/docs"):
            headers = client.get(path).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            policy = headers.get("content-security-policy", "")
            assert ("script-src 'self'" in policy and "unsafe" not in policy) == (path != "/docs")
        assert Talk(client).post(REFUND).headers["cache-control"] == "no-store"

    def test_openapi_lists_the_routes_and_the_problems(self, client: TestClient) -> None:
        spec = client.get("/openapi.json").json()
        listed = {(path, method) for path, methods in spec["paths"].items() for method in methods}
        assert listed >= {
            ("/v1/ask", "post"),
            ("/v1/conversations", "post"),
            ("/v1/conversations/{conversation_id}/messages", "post"),
            ("/v1/conversations/{conversation_id}/messages", "get"),
            ("/v1/conversations/{conversation_id}/handoff", "post"),
            ("/v1/messages/{message_id}/feedback", "post"),
            ("/v1/desk/session", "delete"),
            ("/v1/desk/conversations/{conversation_id}/claim", "post"),
        }
        for path, method in listed:
            responses = spec["paths"][path][method]["responses"]
            (code,) = set(responses) - {"4XX", "5XX"}
            assert "application/problem+json" in responses["4XX"]["content"]
            if code == "204":
                continue
            given = responses[code]["content"]["application/json"]["schema"]
            assert given.get("items", given)["$ref"].rpartition("/")[2] in spec["components"]["schemas"]

    def test_every_error_has_a_status(self, client: TestClient, make_client: MakeClient) -> None:
        broken = make_client()
        break_with(broken, ConversationBusy("busy"))
        response = broken.post("/v1/conversations/x/handoff", headers={"Authorization": "Bearer x"})
        is_problem(response, 503, "conversation-busy")
        for kind in everything_below(TopayError):
            assert any(ancestor in problems._STATUS for ancestor in kind.__mro__)


def break_with(client: TestClient, error: Exception) -> None:
    """Let every call on a conversation fail."""

    class Broken:
        def __getattr__(self, name: str) -> Any:
            def fail(*args: Any) -> None:
                raise error

            return fail

    desk_of(client).chat = Broken()  # type: ignore[assignment]


def everything_below(kind: type[TopayError]) -> list[type[TopayError]]:
    return [found for below in kind.__subclasses__() for found in (below, *everything_below(below))]
