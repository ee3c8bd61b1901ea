"""Live events as a client receives them, on a real server in a thread of the test."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.waiting import wait_until
from topay_bot.desk.agents import Role
from topay_bot.desk.signing import SignIn
from topay_bot.web.events.sockets import MAX_FRAME_BYTES, CuttingProtocol

Frame = dict[str, Any]
PASSWORD = "correct horse battery"
_numbers = itertools.count(1)
_PATIENCE_SECONDS = 20


class LiveServer:
    """Uvicorn with an application, in a thread. `with` starts and stops it."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(
            uvicorn.Config(app, ws=CuttingProtocol, ws_max_size=MAX_FRAME_BYTES, log_level="warning", access_log=False)
        )
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve([self._socket])

    def call(self, function: Callable[[], object]) -> None:
        """Call a function on the server's event loop."""
        self._loop.call_soon_threadsafe(function)

    def websockets(self) -> int:
        """Connections that are WebSockets, as the server sees them."""
        return sum(isinstance(one, CuttingProtocol) for one in list(self._server.server_state.connections))

    def __enter__(self) -> LiveServer:
        self._thread.start()
        wait_until(lambda: self._server.started)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(_PATIENCE_SECONDS)
        assert not self._thread.is_alive()


class Customer:
    """A conversation over HTTP and its live events. `seqs` and `texts` are what came as messages, in order."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=_PATIENCE_SECONDS)
        given = self.http.post("/v1/conversations").json()
        self.id, self.token = given["id"], given["token"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    @property
    def path(self) -> str:
        return f"/v1/conversations/{self.id}"

    def say(self, text: str, client_id: str) -> dict[str, Any]:
        response = self.http.post(f"{self.path}/messages", json={"text": text, "client_id": client_id})
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    def ask_person(self) -> dict[str, Any]:
        body: dict[str, Any] = self.http.post(f"{self.path}/handoff").json()
        return body

    def stored(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            after = found[-1]["seq"] if found else 0
            more = self.http.get(f"{self.path}/messages", params={"after": after}).json()["messages"]
            if not more:
                return found
            found += more

    @contextmanager
    def connect(self, after: int = 0, token: str | None = None) -> Iterator[Line]:
        with connect(f"{self.events}?after={after}", compression=None) as connection:
            line = Line(connection)
            line.send({"token": self.token if token is None else token})
            yield line

    @property
    def events(self) -> str:
        return f"{self.url.replace('http', 'ws', 1)}{self.path}/events"

    def close(self) -> None:
        self.http.close()


class Agent:
    """An agent who is signed in."""

    def __init__(self, url: str, sign_in: SignIn, *roles: Role) -> None:
        self.url = url
        self.name = f"Li {next(_numbers)}"
        sign_in.add(self.name, PASSWORD, roles or (Role.AGENT,), ("zh", "en"))
        self.http = httpx.Client(base_url=url, timeout=_PATIENCE_SECONDS)
        signed = self.http.post("/v1/desk/session", json={"name": self.name, "password": PASSWORD})
        assert signed.status_code == 200, signed.text
        self.id = signed.json()["agent"]["id"]
        self.cookie = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        self.http.headers["X-CSRF-Token"] = signed.json()["csrf"]

    def do(self, what: str, conversation: str, **body: Any) -> dict[str, Any]:
        """claim, messages, notes, give-back, resolve ..."""
        response = self.http.post(f"/v1/desk/conversations/{conversation}/{what}", json=body or None)
        assert response.is_success, response.text
        found: dict[str, Any] = response.json()
        return found

    def say(self, conversation: str, text: str) -> dict[str, Any]:
        return self.do("messages", conversation, text=text, client_id=f"a{next(_numbers)}")

    @contextmanager
    def connect(self, *, cookie: str | None = None, origin: str | None = None) -> Iterator[Line]:
        headers = {"Cookie": self.cookie if cookie is None else cookie}
        origin = self.url if origin is None else origin
        with connect(
            f"{self.url.replace('http', 'ws', 1)}/v1/desk/events",
            origin=Origin(origin) if origin else None,
            additional_headers=headers,
            compression=None,
        ) as connection:
            yield Line(connection)

    def close(self) -> None:
        self.http.close()


class Line:
    """One WebSocket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def send(self, frame: object) -> None:
        self.connection.send(json.dumps(frame))

    def next(self, kind: str | None = None, timeout: float = _PATIENCE_SECONDS) -> Frame:
        """The next frame, of that kind."""
        while True:
            frame: Frame = json.loads(self.connection.recv(timeout))
            if kind is None or frame["type"] == kind:
                return frame

    def messages(self, last: int) -> list[dict[str, Any]]:
        """The messages up to the one with that seq."""
        found = [self.next("message")["message"]]
        while found[-1]["seq"] < last:
            found.append(self.next("message")["message"])
        return found

    def closed(self) -> tuple[int, str]:
        """The code and the reason with which the server closes."""
        try:
            while True:
                self.connection.recv(_PATIENCE_SECONDS)
        except ConnectionClosed as closed:
            assert closed.rcvd is not None, closed
            return closed.rcvd.code, closed.rcvd.reason


class Follower(threading.Thread):
    """Follows a conversation as the chat page does: comes back after each break, and resumes behind the last seq."""

    def __init__(self, customer: Customer) -> None:
        super().__init__(daemon=True)
        self._customer = customer
        self._done = threading.Event()
        self.messages: list[dict[str, Any]] = []
        self.breaks = 0
        self.state: str | None = None
        self.start()

    @property
    def seqs(self) -> list[int]:
        return [message["seq"] for message in self.messages]

    def run(self) -> None:
        while not self._done.is_set():
            try:
                with self._customer.connect(self.seqs[-1] if self.messages else 0) as line:
                    self._read(line)
            except (OSError, WebSocketException, EOFError):
                self.breaks += 1
                time.sleep(0.05)  # as little as makes sense: nobody else comes back to this server

    def _read(self, line: Line) -> None:
        while not self._done.is_set():
            try:
                frame = line.next(timeout=0.2)
            except TimeoutError:
                continue
            if frame["type"] == "message":
                self.messages.append(frame["message"])
            elif frame["type"] == "state":
                self.state = frame["state"]

    def stop(self) -> None:
        self._done.set()
        self.join(_PATIENCE_SECONDS)
        assert not self.is_alive()
