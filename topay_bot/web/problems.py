"""Errors over HTTP: RFC 9457 problem documents with a stable `code`. The only place that knows status codes."""

from __future__ import annotations

import logging
import math
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from topay_bot.errors import (
    AgentNotFound,
    ArtefactError,
    BadMessage,
    CaseNotFound,
    ConversationBusy,
    ConversationNotFound,
    ConversationNotOpen,
    ConversationTaken,
    CsrfRefused,
    IdentityRefused,
    MessageNotFound,
    NotAllowed,
    RatingNotFound,
    SignInNeeded,
    SignInRefused,
    SlowDown,
    TokenRefused,
    TopayError,
)

MEDIA_TYPE = "application/problem+json"
_STATUS: dict[type[TopayError], int] = {
    BadMessage: 422,
    ConversationNotFound: 404,
    MessageNotFound: 404,
    CaseNotFound: 404,
    TokenRefused: 401,
    IdentityRefused: 403,
    SignInNeeded: 401,
    SignInRefused: 401,
    SlowDown: 429,
    CsrfRefused: 403,
    NotAllowed: 403,
    ConversationTaken: 409,
    ConversationNotOpen: 409,
    AgentNotFound: 404,
    RatingNotFound: 404,
    ConversationBusy: 503,
    ArtefactError: 503,
    TopayError: 500,
}
_log = logging.getLogger(__name__)


def problem(status: int, code: str, detail: str, **more: Any) -> JSONResponse:
    """A problem document. `code` is stable and documented in docs/errors.md."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code, "detail": detail}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse({**body, **more}, status, headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Turn every error of the app into a problem document."""

    @app.exception_handler(TopayError)
    async def ours(request: Request, error: TopayError) -> JSONResponse:
        status = next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
        if isinstance(error, ConversationTaken):
            return problem(status, error.code, str(error), agent={"name": error.agent})
        response = problem(status, error.code, str(error))
        if isinstance(error, SlowDown):
            response.headers["Retry-After"] = str(math.ceil(error.retry_after_seconds))
        return response

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        # The input itself is left out: it may hold what must not be written to a log.
        fields = [{"at": ".".join(str(part) for part in e["loc"]), "problem": e["msg"]} for e in error.errors()]
        detail = "; ".join(f"{field['at']}: {field['problem']}" for field in fields)
        return problem(422, "invalid-request", f"the request is not as expected: {detail}", fields=fields)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        code = {404: "not-found", 405: "method-not-allowed", 400: "invalid-request"}.get(error.status_code, "http")
        response = problem(error.status_code, code, str(error.detail))
        response.headers.update(error.headers or {})  # such as Allow
        return response


class Unexpected:
    """ASGI middleware: an error that nobody foresaw becomes a problem document, and a traceback in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            if scope["type"] != "http" or begun:
                raise
            _log.exception("unexpected error on %s %s", scope["method"], scope["path"])
            detail = "something went wrong on the server; the same request may be sent again"
            await problem(500, "internal", detail)(scope, receive, send)
