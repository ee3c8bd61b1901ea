"""The frame of the studio, the editors' pages under /studio: who may come in, the language, navigation, forms.

To add a page:

1. Write a module beside this one with `router = studio_router()`, routes such as `@router.get("/gaps")`, the page's
   words for both languages, and `SECTION = Section("gaps", {"zh": "待补", "en": "Gaps"}, router)`.
2. Name its SECTION in sections.py, where it shall stand in the navigation. Nothing else has to know of it.
3. Let the template begin with `{% extends "studio/base.html" %}` and fill the blocks `title` and `main`.

A route is a plain `def`, which runs in a thread, so that what it computes or reads holds up no customer. It takes
`request` and `who: Editor`, and ends with `return show(request, who, "gaps.html", TEXTS, found=...)`. A template has
`texts` (the frame's and the page's), `language`, `csrf`, `base` (in front of every link: `{{ base }}studio/gaps`), the
macros of studio/macros.html, and the filters `number`, `percent`, `day`, `moment` and `category`.

A form is `method="post"` and holds `<input type="hidden" name="csrf" value="{{ csrf }}">`; its route takes
`form: Form`, which has checked that, and ends with `return go_to(request, "studio/gaps")`. The tests of a page are
those of tests/web/studio/test_frame.py, which go over every section.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from topay_bot.desk.agents import Role
from topay_bot.desk.signing import SignedIn, check_csrf
from topay_bot.errors import ArtefactError, CsrfRefused, NotAllowed, SignInNeeded
from topay_bot.text import Language
from topay_bot.web.console.pages import SESSION_COOKIE, chosen_language, remember_language
from topay_bot.web.customer.texts import CATEGORY_NAMES
from topay_bot.web.studio.texts import CATEGORIES, FRAME_TEXTS

_UNKEPT = {"Cache-Control": "no-store"}
_ROLES = (Role.EDITOR, Role.OPERATOR)
Texts = Mapping[Language, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Section:
    """A place in the navigation and the routes behind it. `path` is what follows `studio/`, empty for the first."""

    path: str
    names: Mapping[Language, str]
    router: APIRouter

    @property
    def address(self) -> str:
        """Below `base`."""
        return f"studio/{self.path}" if self.path else "studio"


class _StudioRoute(APIRoute):
    """What a person is not allowed, or what is not there now, is told as a page and not as a problem document."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except SignInNeeded:
                return RedirectResponse(f"{base_of(request)}desk/sign-in?to={_here(request)}", 303, _UNKEPT)
            except NotAllowed:
                return told(request, "not_allowed", 403)
            except CsrfRefused:
                return told(request, "stale_form", 403)
            except ArtefactError:
                return told(request, "no_build", 503)

        return handled


def studio_router() -> APIRouter:
    """The router of a section; its paths follow /studio."""
    return APIRouter(prefix="/studio", route_class=_StudioRoute, include_in_schema=False)


def _editor(request: Request) -> SignedIn:
    who: SignedIn = request.app.state.agents.sign_in.of_token(request.cookies.get(SESSION_COOKIE))
    if not who.agent.may(*_ROLES):
        raise NotAllowed(f"the studio needs the role {' or '.join(_ROLES)}")
    return who


Editor = Annotated[SignedIn, Depends(_editor)]


async def _form(request: Request, who: Editor) -> Mapping[str, str]:
    fields = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    form = {name: values[-1] for name, values in fields.items()}
    check_csrf(who, form.pop("csrf", None))
    return form


# The fields of a form that was sent from a page of this session; of one that stands twice, the last.
Form = Annotated[Mapping[str, str], Depends(_form)]


def base_of(request: Request) -> str:
    """From the page back to where the application begins: links stay relative, for a proxy that adds a prefix."""
    path: str = request.scope["path"]
    return "../" * (path.count("/") - 1)


def go_to(request: Request, address: str) -> Response:
    """To another page once a form is dealt with; `address` is below `base`."""
    return RedirectResponse(f"{base_of(request)}{address}", 303, _UNKEPT)


def language_of(request: Request) -> Language:
    """The language that the editor chose, just now or the last time, or the browser's."""
    return chosen_language(request, request.query_params.get("lang"))


def show(
    request: Request, who: SignedIn, template: str, texts: Texts, *, status: int = 200, **context: Any
) -> Response:
    """A page for an editor. `texts` are the page's own words, added to those of the frame."""
    shown = {"csrf": who.csrf, "who": who.agent.name, "sections": _navigation(request)}
    return _page(request, template, texts, status, shown | context)


def told(request: Request, what: str, status: int) -> Response:
    """A page that says why there is nothing else; `what` names two texts of FRAME_TEXTS."""
    return _page(request, "told.html", {"zh": {}, "en": {}}, status, {"sections": (), "what": what})


def _page(request: Request, template: str, texts: Texts, status: int, context: Mapping[str, Any]) -> Response:
    language = language_of(request)
    other: Language = "en" if language == "zh" else "zh"
    query = dict(request.query_params) | {"lang": other}
    frame = {
        "language": language,
        "other_language": other,
        "html_language": "zh-CN" if language == "zh" else "en",
        "texts": {**FRAME_TEXTS[language], **texts[language]},
        "base": base_of(request),
        "switch": f"?{urlencode(query)}",
    }
    body = _templates.get_template(f"studio/{template}").render({**frame, **context})
    response = HTMLResponse(body, status, {**_UNKEPT, "Vary": "Accept-Language, Cookie"})
    remember_language(response, request.query_params.get("lang"))
    return response


def _navigation(request: Request) -> list[dict[str, Any]]:
    language, here = language_of(request), _here(request)
    sections: tuple[Section, ...] = request.app.state.studio_sections
    inside = [one for one in sections if here == one.address or here.startswith(f"{one.address}/")]
    current = max(inside, key=lambda one: len(one.address), default=None)
    return [
        {"name": one.names[language], "address": one.address, "current": one is current, "exact": here == one.address}
        for one in sections
    ]


def _here(request: Request) -> str:
    path: str = request.scope["path"]
    return path.removeprefix("/")


# -- Figures and days, as templates show them


def percent(share: float | None) -> str:
    """0.256 -> 26%; a dash where there is nothing to divide by."""
    return "–" if share is None else f"{100 * share:.0f}%"


def number(value: float) -> str:
    """1234 -> 1,234; what is no whole number with one place."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def day(when: datetime.date | None) -> str:
    """2026-11-25, or a dash."""
    return "–" if when is None else when.isoformat()[:10]


def moment(when: datetime.datetime, zone: datetime.tzinfo) -> str:
    """A time in the desk's zone, to the minute."""
    return when.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def category(name: str, language: Language) -> str:
    """What a category is called."""
    return CATEGORIES[language].get(name) or CATEGORY_NAMES[language].get(name, name)


def _environment() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for one in (percent, number, day, moment, category):
        templates.filters[one.__name__] = one
    return templates


_templates = _environment()
