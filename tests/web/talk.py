"""One conversation over the API, as a client holds it."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from topay_bot.settings import load_settings
from topay_bot.storage.sql_store import SqlStore
from topay_bot.web.customer.schemas import ExchangeGiven
from topay_bot.web.desk import Desk

REFUND = "退款几天能到"
STOLEN = "我的钱被别人转走了"

_keys = itertools.count(1)


class Talk:
    """Every body that comes back is held against the published schema."""

    def __init__(self, client: TestClient, lang: str = "zh") -> None:
        self.client = client
        started = client.post("/v1/conversations", json={"lang": lang}).json()
        self.id, self.token = started["id"], started["token"]
        self.path = f"/v1/conversations/{self.id}"
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def post(self, text: str, client_id: str | None = None, **more: Any) -> Any:
        body = {"text": text, "client_id": client_id or f"k{next(_keys)}", **more}
        return self.client.post(f"{self.path}/messages", json=body, headers=self.headers)

    def say(self, text: str, client_id: str | None = None, **more: Any) -> dict[str, Any]:
        return _body(self.post(text, client_id, **more))

    def read(self, after: int = 0) -> dict[str, Any]:
        return _body(self.client.get(f"{self.path}/messages", params={"after": after}, headers=self.headers))

    def ask_person(self) -> dict[str, Any]:
        return _body(self.client.post(f"{self.path}/handoff", headers=self.headers))

    def rate(self, message: str, helpful: object) -> Any:
        return self.client.post(f"/v1/messages/{message}/feedback", json={"helpful": helpful}, headers=self.headers)


def _body(response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    ExchangeGiven.model_validate(body)
    return body


def authors(exchange: dict[str, Any]) -> list[str]:
    return [message["author"] for message in exchange["messages"]]


def is_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    body: dict[str, Any] = response.json()
    assert (body["status"], body["code"]) == (status, code), body
    assert body["title"]
    assert body["detail"]
    return body


def desk_of(client: TestClient) -> Desk:
    desk: Desk = client.app.state.desk  # type: ignore[attr-defined]
    return desk


def store_of(client: TestClient) -> SqlStore:
    store = desk_of(client).chat._store
    assert isinstance(store, SqlStore)
    return store


def stored_bytes(data: Path) -> bytes:
    files = [file for file in data.rglob("*") if file.is_file()]
    assert Path(load_settings(data=data).database().removeprefix("sqlite:///")) in files
    return b"".join(file.read_bytes() for file in files)
