"""The web application: routes, errors and headers put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import metadata
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from topay_bot.bootstrap.serving import open_desk
from topay_bot.settings import Settings
from topay_bot.web import problems
from topay_bot.web.console import api as console_api
from topay_bot.web.console import pages as console_pages
from topay_bot.web.console import realtime as console_realtime
from topay_bot.web.console import replies, supervise
from topay_bot.web.customer import api, care, pages, preview, realtime, suggest
from topay_bot.web.desk import Desk
from topay_bot.web.events.hub import Hub
from topay_bot.web.events.neighbours import Neighbours
from topay_bot.web.help import pages as help_pages
from topay_bot.web.help.site import HelpSite
from topay_bot.web.metrics import OutboxBacklog
from topay_bot.web.security import BodyLimit, SecurityHeaders
from topay_bot.web.studio.parts import StudioParts
from topay_bot.web.studio.sections import SECTIONS
from topay_bot.web.widget import routes as widget


def create_app(settings: Settings, *, shared: Path | None = None, drafts: Path | None = None) -> FastAPI:
    """The application for these settings. Without an index it starts, and says so at /readyz.

    `shared` is the folder in which several workers count together (see metrics.py). With a folder for `drafts` the
    knowledge folder answers as it is written.
    """
    parts = open_desk(settings, drafts)
    hub = Hub(
        parts.changes,
        parts.glances,
        lambda: [agent.id for agent in parts.agents.sign_in.online()],
        Neighbours(shared),
    )

    studio = StudioParts.of(settings, parts.learning.usage)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        parts.edition.start()
        for work in parts.care.background:
            work.start()
        async with hub.running():
            yield
        for work in parts.care.background:
            work.close()
        parts.edition.close()
        parts.learning.listing.close()
        studio.jobs.close()
        parts.store.close()

    app = FastAPI(
        title="topay-bot",
        version=metadata.version("topay-bot"),
        description="Answers from a curated knowledge base, or a person. Errors are RFC 9457 problem documents.",
        lifespan=lifespan,
    )
    app.state.desk = Desk(settings, parts.chat, parts.edition, shared)
    app.state.desk.metrics.registry.register(OutboxBacklog(parts.care.outbox.backlog))
    app.state.agents = parts.agents
    app.state.care = parts.care
    app.state.learning = parts.learning
    app.state.replies = replies.Replies(settings.replies)
    app.state.hub = hub
    app.state.suggesters = suggest.Suggesters()
    app.state.help = HelpSite(app.state.desk)
    app.state.studio_sections = SECTIONS
    app.state.studio = studio
    # A character takes at most 12 bytes in JSON (two escaped halves), the other fields little.
    app.add_middleware(BodyLimit, max_bytes=16 * 1024 + 12 * settings.max_message_chars)
    app.add_middleware(problems.Unexpected)
    app.add_middleware(SecurityHeaders)  # outermost: errors carry the headers too
    problems.install(app)
    for router in (
        api.router,
        api.watch,
        care.customers,
        care.supervisors,
        realtime.router,
        suggest.router,
        pages.router,
        console_api.router,
        console_pages.router,
        console_realtime.router,
        replies.router,
        supervise.router,
        help_pages.router,
        widget.router,
        *(section.router for section in SECTIONS),
    ):
        app.include_router(router)
    if drafts is not None:
        app.include_router(preview.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    return app
