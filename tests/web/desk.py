"""One agent at the desk over the API, as the console holds it."""

from __future__ import annotations

import itertools
from typing import Any

from pydantic import TypeAdapter
from starlette.testclient import TestClient

from topay_bot.bootstrap.serving import AgentsParts
from topay_bot.desk.agents import Role
from topay_bot.web.console import schemas

PASSWORD = "correct horse battery"
_names = itertools.count(1)
_keys = itertools.count(1)


def agents_of(client: TestClient) -> AgentsParts:
    parts: AgentsParts = client.app.state.agents  # type: ignore[attr-defined]
    return parts


def add_agent(client: TestClient, name: str | None = None, *roles: Role) -> str:
    """The name of a new agent, whose password is PASSWORD."""
    name = name or f"Agent {next(_names)}"
    return agents_of(client).sign_in.add(name, PASSWORD, roles or (Role.AGENT,), ("zh", "en")).name


class AgentAt:
    """Has cookies of its own; every body that comes back is held against the published schema."""

    def __init__(self, client: TestClient, name: str | None = None, *roles: Role) -> None:
        self.client = TestClient(client.app)
        self.name = add_agent(client, name, *roles)
        signed = self.client.post("/v1/desk/session", json={"name": self.name, "password": PASSWORD})
        assert signed.status_code == 200, signed.text
        body = signed.json()
        schemas.SessionGiven.model_validate(body)
        self.id: str = body["agent"]["id"]
        self.headers = {"X-CSRF-Token": body["csrf"]}

    def post(self, path: str, body: Any = None, method: str = "POST") -> Any:
        return self.client.request(method, f"/v1/desk/{path}", json=body, headers=self.headers)

    def get(self, path: str, **params: Any) -> Any:
        return self.client.get(f"/v1/desk/{path}", params=params)

    def listed(self, view: str = "waiting", **params: Any) -> dict[str, Any]:
        return _held(self.get("conversations", view=view, **params), schemas.PageGiven)

    def read(self, conversation: str) -> dict[str, Any]:
        return _held(self.get(f"conversations/{conversation}"), schemas.TranscriptGiven)

    def do(self, what: str, conversation: str, **body: Any) -> dict[str, Any]:
        """claim, give-back, resolve, reopen or transfer."""
        return _held(self.post(f"conversations/{conversation}/{what}", body or None), schemas.SummaryGiven)

    def say(self, conversation: str, text: str, client_id: str | None = None, **more: Any) -> dict[str, Any]:
        return _held(self.try_say(conversation, text, client_id, **more), schemas.OutcomeGiven)

    def try_say(self, conversation: str, text: str, client_id: str | None = None, **more: Any) -> Any:
        body = {"text": text, "client_id": client_id or f"a{next(_keys)}", **more}
        return self.post(f"conversations/{conversation}/messages", body)

    def suggestions(self, conversation: str) -> list[dict[str, Any]]:
        response = self.get(f"conversations/{conversation}/suggestions")
        assert response.status_code == 200, response.text
        body: list[dict[str, Any]] = response.json()
        TypeAdapter(list[schemas.SuggestedArticleGiven]).validate_python(body)
        return body


def _held(response: Any, schema: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    schema.model_validate(body)
    return body
