"""A small shop that has the widget on its pages, to show and to test it: `topay-bot serve --demo`.

It stands at a port of its own, so that browsers treat it as the other site that a real shop is. It does what
docs/widget.md asks of site owners and nothing more: one tag, the documented Content-Security-Policy, and a signature
for the customer who is signed in. Nothing can be bought.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from topay_bot.errors import SettingsError
from topay_bot.identity import identifier_hash
from topay_bot.settings import Settings
from topay_bot.text import Language
from topay_bot.web.customer.pages import page_language
from topay_bot.web.widget.demo_texts import CUSTOMERS, SHOP_TEXTS

_HERE = Path(__file__).parent.parent
_SIGNED_IN = "shop_customer"
_PAGES = {"/": "product", "/checkout": "checkout", "/order": "order"}
_ON_THIS_MACHINE = ("127.0.0.1", "localhost", "0.0.0.0", "::", "::1")
_templates = Jinja2Templates(_HERE / "templates")


@dataclass(frozen=True, slots=True)
class Shop:
    """What the shop knows of the desk: its origin, and the secret that signs customers' ids."""

    desk: str
    secret: str

    def policy(self) -> str:
        """The strictest policy that the widget works under, as docs/widget.md gives it."""
        return (
            f"default-src 'none'; script-src 'self' {self.desk}; connect-src {self.desk}; frame-src {self.desk}; "
            "style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )


def create_shop(shop: Shop) -> Starlette:
    """The shop's application."""
    routes: list[Route | Mount] = [Route(path, _page) for path in _PAGES]
    routes += [
        Route("/sign-in", _sign_in, methods=["POST"]),
        Route("/widget-settings.js", _widget_settings),
        Mount("/static", StaticFiles(directory=_HERE / "static" / "demo")),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(_Policy, policy=shop.policy())])
    app.state.shop = shop
    return app


@contextlib.contextmanager
def serving_shop(settings: Settings, port: int) -> Iterator[tuple[str, Settings]]:
    """The shop on that port, until the block ends. Gives its address, and the settings that its desk needs.

    Raises SettingsError when the port cannot be used.
    """
    local = settings.host in _ON_THIS_MACHINE
    desk = f"http://{'127.0.0.1' if local else settings.host}:{settings.port}"
    # By its name this machine is another site than by its number: the frame of the widget is then a third party's.
    names = ("localhost", "127.0.0.1") if local else (settings.host,)
    origins = tuple(f"http://{name}:{port}" for name in names)
    secret = settings.widget_secret or SecretStr(secrets.token_hex(32))
    app = create_shop(Shop(desk, secret.get_secret_value()))
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listening = socket.create_server((settings.host, port), family=family)
    except OSError as error:
        raise SettingsError(
            f"the demonstration shop cannot use port {port}: {error.strerror}; choose another with --demo-port"
        ) from None
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, args=([listening],), name="demonstration shop", daemon=True)
    thread.start()
    try:
        yield (
            origins[0],
            settings.model_copy(update={"widget_sites": (*settings.widget_sites, *origins), "widget_secret": secret}),
        )
    finally:
        server.should_exit = True
        thread.join(timeout=5)
        listening.close()


async def _page(request: Request) -> Response:
    language = page_language(request.query_params.get("lang"), request.headers.get("accept-language", ""))
    page = _PAGES[request.url.path]
    context: dict[str, Any] = {
        "page": page,
        "language": language,
        "html_language": "zh-CN" if language == "zh" else "en",
        "other_language": "en" if language == "zh" else "zh",
        "texts": SHOP_TEXTS[language],
        "customer": CUSTOMERS[language].get(request.cookies.get(_SIGNED_IN, "")),
        "desk": request.app.state.shop.desk,
    }
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Language, Cookie"}
    return _templates.TemplateResponse(request, f"demo/{page}.html", context, headers=headers)


async def _sign_in(request: Request) -> Response:
    """Sign the sample customer in or out; a real shop would ask for a password first."""
    form = dict(parse_qsl((await request.body()).decode(errors="replace")))
    language: Language = "en" if form.get("lang") == "en" else "zh"
    back = form["back"] if form.get("back") in _PAGES else "/"
    response = RedirectResponse(f"{back}?lang={language}", 303)
    if form.get("customer") in CUSTOMERS[language]:
        response.set_cookie(_SIGNED_IN, form["customer"], httponly=True, samesite="lax")
    else:
        response.delete_cookie(_SIGNED_IN)
    return response


async def _widget_settings(request: Request) -> Response:
    """The script before the widget's tag. A file of its own: the policy allows no script within a page."""
    customer = request.cookies.get(_SIGNED_IN, "")
    lines = ["window.$topay = window.$topay || [];"]
    if customer in CUSTOMERS["zh"]:
        proof = {"identifier_hash": identifier_hash(request.app.state.shop.secret, customer)}
        lines.append(f'$topay.push(["setUser", {json.dumps(customer)}, {json.dumps(proof)}]);')
    return Response("\n".join(lines) + "\n", media_type="text/javascript", headers={"Cache-Control": "no-store"})


class _Policy:
    """ASGI middleware that puts the policy on every response."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self._app = app
        self._header = (b"content-security-policy", policy.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], self._header, (b"x-content-type-options", b"nosniff")]
            await send(message)

        await self._app(scope, receive, with_policy)
