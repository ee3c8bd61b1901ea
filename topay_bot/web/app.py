"""The web application: routes, errors and headers put together, and the server that runs it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import metadata
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from topay_bot.bootstrap import open_desk
from topay_bot.settings import Settings
from topay_bot.web import api, pages, problems
from topay_bot.web.desk import Desk
from topay_bot.web.security import BodyLimit, SecurityHeaders

_log = logging.getLogger("topay_bot")


def create_app(settings: Settings) -> FastAPI:
    """The application for these settings. Without an index it starts, and says so at /readyz."""
    parts = open_desk(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        parts.edition.start()
        yield
        parts.edition.close()
        parts.store.close()

    app = FastAPI(
        title="topay-bot",
        version=metadata.version("topay-bot"),
        description="Answers from a curated knowledge base, or a person. Errors are RFC 9457 problem documents.",
        lifespan=lifespan,
    )
    app.state.desk = Desk(settings, parts.chat, parts.edition)
    # A character takes at most 12 bytes in JSON (two escaped halves), the other fields little.
    app.add_middleware(BodyLimit, max_bytes=16 * 1024 + 12 * settings.max_message_chars)
    app.add_middleware(problems.Unexpected)
    app.add_middleware(SecurityHeaders)  # outermost: errors carry the headers too
    problems.install(app)
    for router in (api.router, api.watch, pages.router):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    return app


def run(settings: Settings) -> None:
    """Serve until stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # storage.migrate says in one line what was done
    app = create_app(settings)
    desk: Desk = app.state.desk
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    _log.info("chat page at http://%s:%d/ (build %s)", shown, settings.port, desk.build_id or "none: see /readyz")
    # Addresses of customers and the texts in URLs are no business of a log.
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning", access_log=False)
