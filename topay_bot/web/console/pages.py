"""The pages of the agents' console: a shell without any customer's data, which static/desk/ fills in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates

from topay_bot.text import Language
from topay_bot.web.console.texts import DESK_TEXTS
from topay_bot.web.customer.pages import page_language
from topay_bot.web.customer.texts import CATEGORY_NAMES

SESSION_COOKIE = "topay_session"
_LANGUAGE_COOKIE = "topay_desk_language"
_A_YEAR_SECONDS = 365 * 24 * 60 * 60
_GENERAL = "general"  # the queue of what no article is near to

router = APIRouter(include_in_schema=False)
_templates = Jinja2Templates(Path(__file__).parent.parent / "templates")


@router.get("/desk")
async def desk_page(request: Request, lang: str | None = None) -> Response:
    """The console. Whoever has no session at all is sent to sign in; whether one still holds, the API says."""
    if SESSION_COOKIE not in request.cookies:
        query = f"?lang={lang}" if lang in DESK_TEXTS else ""
        # Relative, so that it holds behind a proxy that serves the application below a prefix.
        return RedirectResponse(f"desk/sign-in{query}", 303, headers={"Cache-Control": "no-store"})
    return desk_response(request, "desk.html", lang, base="")


@router.get("/desk/sign-in")
async def sign_in_page(request: Request, lang: str | None = None) -> Response:
    """Where agents sign in."""
    return desk_response(request, "sign_in.html", lang, base="../")


def desk_response(
    request: Request,
    template: str,
    wished: str | None,
    *,
    base: str,
    more: Mapping[Language, Mapping[str, str]] | None = None,
) -> Response:
    """A page in the language asked for, remembered from the last time, or the browser's.

    `more` texts are added to those of the desk.
    """
    language = chosen_language(request, wished)
    settings = request.app.state.desk.settings
    context = desk_context(language) | {"base": base, "max_chars": settings.max_message_chars}
    if more is not None:
        context["texts"] = {**context["texts"], **more[language]}
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Language, Cookie"}
    response = _templates.TemplateResponse(request, template, context, headers=headers)
    remember_language(response, wished)
    return response


def chosen_language(request: Request, wished: str | None) -> Language:
    """The language asked for, that of the last time, or the browser's."""
    remembered = request.cookies.get(_LANGUAGE_COOKIE)
    return page_language(wished if wished in DESK_TEXTS else remembered, request.headers.get("accept-language", ""))


def remember_language(response: Response, wished: str | None) -> None:
    """For the next pages, if a language was asked for."""
    if wished is not None and wished in DESK_TEXTS:
        response.set_cookie(_LANGUAGE_COOKIE, wished, max_age=_A_YEAR_SECONDS, samesite="lax", httponly=True)


def desk_context(language: Language) -> dict[str, Any]:
    """What both pages show before anything is known of the agent."""
    texts = DESK_TEXTS[language]
    return {
        "language": language,
        "other_language": "en" if language == "zh" else "zh",
        "html_language": "zh-CN" if language == "zh" else "en",
        "texts": texts,
        "categories": {_GENERAL: texts["category_general"], **CATEGORY_NAMES[language]},
    }
