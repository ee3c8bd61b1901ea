"""The web application: routes, errors and headers put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import metadata
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from topay_bot.bootstrap import open_desk
from topay_bot.settings import Settings
from topay_bot.web import api, pages, problems
from topay_bot.web.desk import Desk
from topay_bot.web.security import BodyLimit, SecurityHeaders


def create_app(settings: Settings, *, shared: Path | None = None) -> FastAPI:
    """The application for these settings. Without an index it starts, and says so at /readyz.

    `shared` is the folder in which several workers count together (see metrics.py).
    """
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
    app.state.desk = Desk(settings, parts.chat, parts.edition, shared)
    # A character takes at most 12 bytes in JSON (two escaped halves), the other fields little.
    app.add_middleware(BodyLimit, max_bytes=16 * 1024 + 12 * settings.max_message_chars)
    app.add_middleware(problems.Unexpected)
    app.add_middleware(SecurityHeaders)  # outermost: errors carry the headers too
    problems.install(app)
    for router in (api.router, api.watch, pages.router):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    return app
