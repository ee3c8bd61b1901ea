"""The widget on other sites' pages: its script, what the script asks first, and the chat page inside its frame.

Only sites on the list `widget_sites` get further than the script: the others' browsers may not read what /widget/boot
answers, and may not frame /widget. docs/widget.md tells site owners how to use it.
"""

from __future__ import annotations

import functools
import gzip
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from fastapi.templating import Jinja2Templates

from topay_bot.edition import Edition
from topay_bot.errors import TopayError
from topay_bot.settings import Settings
from topay_bot.web.customer.pages import chat_context, contacts, page_language
from topay_bot.web.customer.suggest import warm
from topay_bot.web.problems import problem
from topay_bot.web.security import framed_by
from topay_bot.web.widget.texts import WIDGET_TEXTS

_STATIC = Path(__file__).parent.parent / "static"
_SCRIPTS = {"widget.js": "widget.js", "panel.js": "widget/panel.js", "style.js": "widget/style.js"}
# A page of a shop need not ask for the script again within five minutes, and never waits for a newer one.
_SCRIPT_CACHE = "public, max-age=300, stale-while-revalidate=86400"

router = APIRouter(include_in_schema=False)
_templates = Jinja2Templates(Path(__file__).parent.parent / "templates")


@router.get("/widget.js")
async def widget_script(request: Request) -> Response:
    """The script behind the one tag; any site may load it."""
    return _script(request, "widget.js")


@router.get("/widget/{name}.js")
async def widget_module(request: Request, name: str) -> Response:
    """What the script loads once it may show something."""
    return _script(request, f"{name}.js")


def _script(request: Request, name: str) -> Response:
    if name not in _SCRIPTS:
        return problem(404, "not-found", f"there is no script {name!r}")
    file = _STATIC / _SCRIPTS[name]
    plain, packed = _read(file, file.stat().st_mtime_ns)
    headers = {
        "Cache-Control": _SCRIPT_CACHE,
        "Vary": "Accept-Encoding",
        # Modules need it, and pages that load scripts with `crossorigin` or under a Cross-Origin-Embedder-Policy.
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, headers=headers | {"Content-Encoding": "gzip"}, media_type="text/javascript")
    return Response(plain, headers=headers, media_type="text/javascript")


@functools.lru_cache(maxsize=8)
def _read(file: Path, changed: int) -> tuple[bytes, bytes]:
    script = file.read_bytes()
    return script, gzip.compress(script, 9)


@router.get("/widget/boot")
async def boot(request: Request, site: str = "", lang: str | None = None) -> Response:
    """What a launcher shows. That a site on the list gets it at all tells the script that it may show one."""
    settings: Settings = request.app.state.desk.settings
    if site not in settings.widget_sites:
        detail = f"the site {site[:200]!r} is not on the list; add its origin to the setting 'widget_sites'"
        return problem(403, "site-not-listed", detail)
    language = page_language(lang, request.headers.get("accept-language", ""))
    edition = _edition(request)
    told = {
        "language": language,
        "texts": WIDGET_TEXTS[language],
        "contacts": contacts(edition, language) if edition else {},
    }
    headers = {
        "Access-Control-Allow-Origin": site,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "no-store",  # whether the server answers is half of what it says
        "Vary": "Origin, Accept-Language",
    }
    return JSONResponse(told, headers=headers)


@router.get("/widget")
async def widget_page(request: Request, lang: str | None = None) -> Response:
    """The chat page inside the widget's frame."""
    settings: Settings = request.app.state.desk.settings
    language = page_language(lang, request.headers.get("accept-language", ""))
    warm(request.app)
    context: dict[str, Any] = chat_context(_edition(request), language)
    context |= {"max_chars": settings.max_message_chars, "sites": settings.widget_sites}
    headers = {
        "Content-Security-Policy": framed_by(settings.widget_sites),
        # So that the frame may stand on pages under a Cross-Origin-Embedder-Policy; all it loads is from here.
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language",
    }
    return _templates.TemplateResponse(request, "chat.html", context, headers=headers)


def _edition(request: Request) -> Edition | None:
    try:
        edition: Edition = request.app.state.desk.edition()
    except TopayError:
        return None  # people can be asked for without an index too
    return edition
