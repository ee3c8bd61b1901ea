"""What every response and request must obey: security headers, and a bound on what is read."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from topay_bot.web.problems import problem

_DRAINED = 8 * 1024 * 1024  # of a body too large: whoever is still sending reads no answer
_POLICY = "Content-Security-Policy"
_FRAMED_BY_NOBODY = "frame-ancestors 'none'"
_HEADERS = {
    # No inline script or style anywhere: what an article could smuggle in would not run either.
    _POLICY: (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; {_FRAMED_BY_NOBODY}"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# FastAPI's documentation pages load their scripts from elsewhere; they are for developers, without customer data.
_WITHOUT_POLICY = ("/docs", "/redoc")
_PRIVATE = "/v1/"  # conversations and tokens: not to be kept by a browser or a proxy


def framed_by(sites: Sequence[str]) -> str:
    """The policy of a page that pages of these origins may show in a frame; without any, nobody may."""
    return _HEADERS[_POLICY].replace(_FRAMED_BY_NOBODY, " ".join(("frame-ancestors", *(sites or ("'none'",)))))


class SecurityHeaders:
    """ASGI middleware that adds the headers above."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if scope["path"].startswith("/static/"):
                    # Asked for again each time (an ETag makes it cheap): old and new modules never mix.
                    headers.setdefault("Cache-Control", "no-cache")
                for name, value in _HEADERS.items():
                    if name != _POLICY or scope["path"] not in _WITHOUT_POLICY:
                        headers.setdefault(name, value)
                if scope["path"].startswith(_PRIVATE):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, with_headers)


class BodyLimit:
    """ASGI middleware that refuses a request body beyond `max_bytes`, announced or not."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http" or scope["method"] not in ("POST", "PUT", "PATCH"):
            await self._app(scope, receive, send)
            return
        body = bytearray()
        size = 0
        more = True
        while more and size <= _DRAINED:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            more = message.get("more_body", False)
            size += len(message.get("body", b""))
            if size <= self._max_bytes:
                body += message.get("body", b"")
        if size > self._max_bytes:
            detail = f"the request has over {self._max_bytes} bytes; shorten the message"
            await problem(413, "too-large", detail)(scope, receive, send)
            return
        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self._app(scope, replay, send)
