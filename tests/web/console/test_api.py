"""The agents' API over a real index and a real database: what the console does, and what nobody may."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from tests.web.conftest import MakeClient
from tests.web.desk import PASSWORD, AgentAt, add_agent, agents_of
from tests.web.talk import REFUND, STOLEN, Talk, authors, is_problem
from topay_bot.desk.agents import Role
from topay_bot.web.console import schemas

ROUTES = [
    ("GET", "session"),
    ("DELETE", "session"),
    ("PUT", "presence"),
    ("GET", "agents"),
    ("GET", "conversations"),
    ("GET", "conversations/x"),
    ("GET", "labels"),
    ("POST", "labels/x/reviewed"),
    ("GET", "conversations/x/suggestions"),
    *(
        ("POST", f"conversations/x/{what}")
        for what in ("claim", "give-back", "resolve", "reopen", "transfer", "messages", "notes", "labels")
    ),
]
BODIES = {
    "presence": {"status": "online"},
    "transfer": {"queue": "refund-zh"},
    "messages": {"text": "hi", "client_id": "1"},
    "notes": {"text": "hi"},
    "labels": {"message": "x", "article": "bind-card"},
}


@pytest.fixture(scope="module")
def li(client: TestClient) -> AgentAt:
    return AgentAt(client)


@pytest.fixture(scope="module")
def mei(client: TestClient) -> AgentAt:
    return AgentAt(client)


@pytest.fixture
def waiting(talk: Talk) -> Talk:
    talk.say(STOLEN)
    return talk


class TestConversations:
    def test_the_whole_way_through_the_desk(self, client: TestClient, li: AgentAt) -> None:
        talk = Talk(client)
        reference = talk.say(STOLEN)["handoff"]["reference"]
        (summary,) = li.listed(q=reference)["items"]
        assert (summary["reference"], summary["priority"], summary["queue"]) == (reference, "urgent", "security-zh")
        assert (summary["article"], summary["article_title"]) == ("account-stolen", "账户被盗")
        assert summary["waiting_seconds"] >= 0
        assert li.do("claim", talk.id)["agent"] == {"id": li.id, "name": li.name}
        li.say(talk.id, "您好，我来处理。", article="account-stolen")
        assert talk.read()["agent"] == {"name": li.name}
        assert li.read(talk.id)["waiting_since"] is None
        assert li.do("resolve", talk.id)["state"] == "resolved"
        assert authors(talk.say(REFUND)) == ["customer", "bot"]
        assert li.do("reopen", talk.id)["reference"] == reference
        assert li.do("give-back", talk.id)["state"] == "pending"
        told = [message.get("kind") for message in talk.read()["messages"] if message["author"] in ("agent", "system")]
        assert told == ["handoff", "joined", "reply", "resolved", "reopened", "returned"]

    def test_two_agents_and_one_conversation(self, li: AgentAt, mei: AgentAt, waiting: Talk) -> None:
        li.do("claim", waiting.id)
        body = is_problem(mei.post(f"conversations/{waiting.id}/claim"), 409, "conversation-taken")
        assert body["agent"] == {"name": li.name}
        is_problem(mei.try_say(waiting.id, "hi"), 409, "conversation-taken")
        li.do("transfer", waiting.id, agent=mei.id, note="已核对身份")
        read = mei.read(waiting.id)
        assert read["agent"] == {"id": mei.id, "name": mei.name}
        assert [(note["text"], note["agent"]["name"]) for note in read["notes"]] == [("已核对身份", li.name)]
        assert read["messages"][-1]["agent"] == {"id": li.id, "name": li.name}
        mei.do("resolve", waiting.id)
        is_problem(li.post(f"conversations/{waiting.id}/claim"), 409, "conversation-not-open")

    def test_what_the_bot_thought_is_for_the_desk_alone(self, li: AgentAt, waiting: Talk) -> None:
        bot = li.read(waiting.id)["messages"][1]
        article, title, confidence = bot["candidates"][0]
        assert (article, title, bot["best"]) == ("account-stolen", "账户被盗", "account-stolen")
        assert 0 < confidence <= 1
        li.say(waiting.id, "在的")
        li.do("transfer", waiting.id, queue="refund-zh")
        hidden = {"candidates", "best", "by", "to", "memory"}
        assert all(not hidden & set(message) for message in waiting.read()["messages"])
        assert all(li.id not in str(message) for message in waiting.read()["messages"])

    def test_labels_and_suggestions(self, client: TestClient, li: AgentAt) -> None:
        talk = Talk(client)
        bot = talk.say(REFUND)["messages"][1]
        talk.ask_person()
        path = f"conversations/{talk.id}/labels"
        given = li.post(path, {"message": bot["id"], "article": "refund-request"})
        assert given.status_code == 200
        schemas.LabelGiven.model_validate(given.json())
        (label,) = li.read(talk.id)["labels"]
        assert label == given.json()
        assert (label["article_title"], label["message"]) == ("怎么申请退款", talk.read()["messages"][0]["id"])
        is_problem(li.post(path, {"message": bot["id"], "article": "nothing"}), 422, "bad-message")
        is_problem(li.post(path, {"message": "nothing", "article": "bind-card"}), 404, "message-not-found")
        editor = AgentAt(client, None, Role.EDITOR)
        (one,) = [one for one in editor.get("labels").json() if one["message"] == label["message"]]
        schemas.LabelledGiven.model_validate(one)
        assert (one["text"], one["article"], one["reviewed"]) == (REFUND, "refund-request", False)
        assert editor.post(f"labels/{one['id']}/reviewed").status_code == 204
        assert one["id"] in {other["id"] for other in editor.get("labels", reviewed=True).json()}
        is_problem(editor.post("labels/nothing/reviewed"), 404, "message-not-found")
        is_problem(li.get("labels"), 403, "not-allowed")
        found = li.suggestions(talk.id)
        assert found[0]["article"] == "refund-how-long"
        assert 1 < len(found) <= 5
        assert "<li>" in found[0]["html"]
        talk.say("好的，我等着")  # no question: the one before it counts
        assert li.suggestions(talk.id) == found

    def test_a_note_sent_twice_is_one(self, li: AgentAt, waiting: Talk) -> None:
        body = {"text": "老客户", "client_id": "n1"}
        first, second = (li.post(f"conversations/{waiting.id}/notes", body) for _ in range(2))
        assert (first.status_code, first.json()) == (201, second.json())
        assert len(li.read(waiting.id)["notes"]) == 1
        assert "老客户" not in str(waiting.read())

    def test_lists_are_paged_and_bounded(self, client: TestClient, li: AgentAt) -> None:
        made = {Talk(client).ask_person()["handoff"]["reference"] for _ in range(5)}
        seen: list[str] = []
        page = li.listed(limit=2)
        while True:
            assert len(page["items"]) <= 2
            seen += [one["reference"] for one in page["items"]]
            if page["cursor"] is None:
                break
            page = li.listed(limit=2, cursor=page["cursor"])
        assert made <= set(seen)
        assert len(set(seen)) == len(seen) == page["counts"]["waiting"]
        now = datetime.datetime.now(datetime.UTC)
        hour = datetime.timedelta(hours=1)
        assert li.listed("all", since=(now + hour).isoformat())["items"] == []
        assert li.listed("all", until=(now - hour).isoformat())["items"] == []
        for wrong in ({"limit": 0}, {"limit": 201}, {"view": "x"}, {"since": "yesterday"}, {"since": "2026-01-01"},
                      {"q": "x" * 201}):  # fmt: skip
            is_problem(li.get("conversations", **wrong), 422, "invalid-request")
        is_problem(li.get("conversations", cursor="[1]"), 422, "bad-message")

    @pytest.mark.parametrize("unknown", ["nothing", "a%00b", "%F0%9F%98%80"])
    def test_unknown_conversations(self, li: AgentAt, unknown: str) -> None:
        is_problem(li.get(f"conversations/{unknown}"), 404, "conversation-not-found")
        is_problem(li.post(f"conversations/{unknown}/claim"), 404, "conversation-not-found")

    def test_a_conversation_that_was_never_handed_over(self, li: AgentAt, talk: Talk) -> None:
        talk.say(REFUND)
        is_problem(li.get(f"conversations/{talk.id}"), 404, "conversation-not-found")
        is_problem(li.try_say(talk.id, "hi"), 404, "conversation-not-found")


class TestSigningIn:
    def sign(self, client: TestClient, name: str, password: str = PASSWORD, **headers: str) -> Any:
        body = {"name": name, "password": password}
        return TestClient(client.app).post("/v1/desk/session", json=body, headers=headers)

    def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(self, client: TestClient) -> None:
        name = add_agent(client)
        cookie = self.sign(client, name).headers["set-cookie"]
        assert cookie.startswith("topay_session=")
        for part in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"):
            assert part in cookie
        assert "Secure" not in cookie
        secure = TestClient(client.app, base_url="https://desk.example")
        signed = secure.post("/v1/desk/session", json={"name": name, "password": PASSWORD})
        assert "Secure" in signed.headers["set-cookie"]
        assert signed.headers["cache-control"] == "no-store"

    def test_refusals_do_not_tell_what_was_wrong(self, client: TestClient) -> None:
        name = add_agent(client)
        wrong = is_problem(self.sign(client, name, "wrong wrong wrong"), 401, "sign-in-refused")
        assert is_problem(self.sign(client, f"nobody {name}"), 401, "sign-in-refused") == wrong
        agents_of(client).sign_in.set_disabled(name)
        assert is_problem(self.sign(client, name), 401, "sign-in-refused") == wrong

    def test_guessing_is_slowed(self, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
        name = add_agent(client)
        now = datetime.datetime.now(datetime.UTC)  # and it stays: a busy machine takes a second for a password
        monkeypatch.setattr(agents_of(client).sign_in, "_now", lambda: now)
        for _ in range(5):
            is_problem(self.sign(client, name, "wrong wrong wrong"), 401, "sign-in-refused")
        slowed = self.sign(client, name)
        is_problem(slowed, 429, "slow-down")
        assert slowed.headers["retry-after"] == "1"

    def test_another_site_signs_nobody_in(self, client: TestClient) -> None:
        refused = self.sign(client, add_agent(client), **{"Sec-Fetch-Site": "cross-site"})
        is_problem(refused, 403, "csrf")
        assert "set-cookie" not in refused.headers

    def test_signing_out(self, client: TestClient) -> None:
        agent = AgentAt(client)
        stolen = dict(agent.client.cookies)
        assert agent.post("session", method="DELETE").status_code == 204
        is_problem(agent.get("session"), 401, "sign-in-needed")
        thief = TestClient(client.app, cookies=stolen)
        is_problem(thief.get("/v1/desk/session"), 401, "sign-in-needed")

    def test_presence_and_colleagues(self, client: TestClient, li: AgentAt) -> None:
        agent = AgentAt(client)
        AgentAt(client, None, Role.EDITOR)

        def presence() -> dict[str, str]:
            found = li.get("agents").json()
            TypeAdapter(list[schemas.ColleagueGiven]).validate_python(found)
            assert not {one["name"] for one in found} & {a.name for a in agents_of(client).sign_in.agents()
                                                        if not a.may(Role.AGENT)}  # fmt: skip
            return {one["id"]: one["presence"] for one in found}

        assert presence()[agent.id] == "online"
        assert agent.post("presence", {"status": "away"}, "PUT").json() == {"status": "away"}
        assert presence()[agent.id] == "away"
        is_problem(agent.post("presence", {"status": "gone"}, "PUT"), 422, "invalid-request")


class TestWhoMayDoWhat:
    @pytest.mark.parametrize(("method", "path"), ROUTES)
    def test_nobody_without_a_session(self, client: TestClient, method: str, path: str) -> None:
        body = BODIES.get(path.rpartition("/")[2])
        for cookies in ({}, {"topay_session": "wrong"}, {"topay_session": ""}):
            stranger = TestClient(client.app, cookies=cookies)
            response = stranger.request(method, f"/v1/desk/{path}", json=body, headers={"X-CSRF-Token": "x"})
            is_problem(response, 401, "sign-in-needed")

    @pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route[0] != "GET"])
    def test_nothing_changes_without_the_sessions_token(
        self, li: AgentAt, mei: AgentAt, method: str, path: str
    ) -> None:
        body = BODIES.get(path.rpartition("/")[2])
        for headers in ({}, {"X-CSRF-Token": ""}, mei.headers):
            response = li.client.request(method, f"/v1/desk/{path}", json=body, headers=headers)
            is_problem(response, 403, "csrf")
        assert li.get("session").status_code == 200

    def test_editors_see_no_conversations(self, client: TestClient) -> None:
        editor = AgentAt(client, None, Role.EDITOR)
        for method, path in ROUTES:
            if path != "session" and not path.startswith("labels"):
                response = editor.post(path, BODIES.get(path.rpartition("/")[2]), method)
                is_problem(response, 403, "not-allowed")

    def test_a_customers_token_opens_nothing_here(self, client: TestClient, waiting: Talk) -> None:
        for headers in (waiting.headers, {"X-Conversation-Token": waiting.token}):
            is_problem(client.get(f"/v1/desk/conversations/{waiting.id}", headers=headers), 401, "sign-in-needed")


def test_without_an_index_people_go_on(make_client: MakeClient, tmp_path: Any) -> None:
    client = make_client(index=tmp_path / "nowhere")
    li, talk = AgentAt(client), Talk(client)
    talk.ask_person()
    (summary,) = li.listed()["items"]
    assert (summary["queue"], summary["article_title"]) == ("general-zh", None)
    li.say(talk.id, "您好")
    li.do("resolve", talk.id)
    is_problem(li.get(f"conversations/{talk.id}/suggestions"), 503, "artefact")
