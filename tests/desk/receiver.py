"""A real HTTP server that takes webhooks and verifies their signatures."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER_SECRET = "whsec_" + "c2VjcmV0IG51bWJlciB0d28gb2YgdHdv"


@dataclass
class Receiver:
    """What arrived: (id, body) of each request whose signature is good. `answers` are the statuses of the next ones."""

    secret: str = SECRET
    port: int = 0
    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    hold: threading.Event | None = None  # an answer waits for it
    came: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?key=hidden"

    @contextmanager
    def running(self) -> Iterator[Receiver]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                try:
                    Webhook(receiver.secret).verify(body, dict(self.headers))
                except WebhookVerificationError as error:
                    receiver.refused.append(str(error))
                    self.answer(401)
                    return
                receiver.taken.append((self.headers["webhook-id"], json.loads(body)))
                receiver.came.set()
                if receiver.hold is not None:
                    receiver.hold.wait(30)
                self.answer(receiver.answers.pop(0) if receiver.answers else 204)

            def answer(self, status: int) -> None:
                self.send_response(status)
                if status in (301, 302, 307):
                    self.send_header("Location", receiver.url)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            if self.hold is not None:
                self.hold.set()
            server.shutdown()
            thread.join()
            server.server_close()
