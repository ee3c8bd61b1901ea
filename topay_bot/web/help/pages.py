"""The help centre over HTTP: every published article as a page that needs no JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import parse_qs, quote, urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import PlainTextResponse

from topay_bot.errors import ArtefactError
from topay_bot.privacy import KINDS, mask
from topay_bot.text import Language
from topay_bot.web.customer.pages import page_language
from topay_bot.web.help.discovery import robots, sitemap
from topay_bot.web.help.search import search
from topay_bot.web.help.site import HelpSite, Page
from topay_bot.web.problems import problem

# Asked for again each time (the tag makes it cheap): what is published shows at once.
_FRESH = {"Cache-Control": "no-cache"}
_UNKEPT = {"Cache-Control": "private, no-store"}  # what somebody searched for is nobody else's business
_MARKED = re.compile(rf"\[(?:{'|'.join(KINDS)})\]")
_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")

router = APIRouter(include_in_schema=False)
_Route = Callable[..., Any]


def _page(path: str) -> Callable[[_Route], _Route]:
    """A route that is read, by browsers and by crawlers that ask for the headers only."""
    return router.api_route(path, methods=["GET", "HEAD"], response_model=None)


def _site(request: Request) -> HelpSite:
    site: HelpSite = request.app.state.help
    return site


Site = Annotated[HelpSite, Depends(_site)]


@_page("/help")
async def entrance(request: Request, lang: str | None = None) -> Response:
    """To the first page in the language asked for, or the browser's."""
    language = page_language(lang, request.headers.get("accept-language", ""))
    return RedirectResponse(f"help/{language}", 302, {**_FRESH, "Vary": "Accept-Language"})


@_page("/help/{language}")
async def home(request: Request, site: Site, language: str) -> Response:
    """Categories and the questions most asked."""
    return _shown(request, site, language, site.home)


@_page("/help/{language}/search")
async def find(request: Request, site: Site, language: str, q: str = "") -> Response:
    """The articles nearest to a query. A secret in it is taken out of the address before anything else."""
    # What cannot be printed is no HTML (a NUL), or turns the page's letters around (an override of direction).
    printable = "".join(char if char.isprintable() else " " for char in q[: 2 * site.max_query_chars])
    query = " ".join(printable.split())[: site.max_query_chars]
    if (masked := mask(query)) != query:
        return RedirectResponse(f"search?{urlencode({'q': masked})}", 303, _UNKEPT)

    def make(language: Language) -> bytes:
        results = search(site.centre, site.edition.answerer, query, language) if query else None
        return site.results(query, _MARKED.search(query) is not None, results, language)

    return _shown(request, site, language, make)


@_page("/help/{language}/category/{category}")
async def browse(request: Request, site: Site, language: str, category: str) -> Response:
    """Every article of a category."""
    return _shown(request, site, language, lambda known: site.category(category, known))


@_page("/help/{language}/{article}")
async def read(request: Request, site: Site, language: str, article: str, rated: str = "") -> Response:
    """An article."""
    opinion = rated if rated in ("yes", "no") else ""
    return _shown(request, site, language, lambda known: site.article(article, known, opinion))


@router.post("/help/{language}/{article}/feedback")
async def feedback(request: Request, site: Site, language: str, article: str) -> Response:
    """Count whether an article helped, and show it again with thanks."""
    fields = parse_qs((await request.body()).decode("utf-8", "replace"))
    helpful = fields.get("helpful", [""])[0]
    # Browsers say from where a form was sent; another site's has no say in what readers think.
    if helpful not in ("yes", "no") or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return problem(422, "invalid-request", "expected helpful=yes or helpful=no, sent by the article's own page")
    if language not in ("zh", "en") or article not in site.centre:
        return _lost(request, site)
    request.app.state.desk.metrics.help_feedback.labels(article, str(helpful == "yes").lower()).inc()
    return RedirectResponse(f"../{quote(article, safe='')}?rated={helpful}#helpful", 303, _UNKEPT)


@_page("/help/{rest:path}")
async def lost(request: Request, site: Site, rest: str) -> Response:
    """Nothing is there; with a slash too many, one step up is."""
    if not rest:
        return RedirectResponse("../help", 308)
    if rest.endswith("/") and "//" not in request.url.path:
        return RedirectResponse(f"../{quote(rest.rstrip('/').rpartition('/')[2], safe='')}", 308)
    return _lost(request, site)


@_page("/sitemap.xml")
async def site_map(request: Request, site: Site) -> Response:
    """Every page, for search engines."""
    base = _base(request, site)
    if base is None:
        return problem(400, "invalid-request", "the Host header is no host name; set public_url or mend the proxy")
    return _cached(request, Page.of(sitemap(site.centre, base)), "application/xml")


@_page("/robots.txt")
async def robots_txt(request: Request, site: Site) -> Response:
    """What search engines may read."""
    base = _base(request, site)
    return PlainTextResponse(robots(base), headers=_FRESH) if base else problem(400, "invalid-request", "no host name")


def _shown(
    request: Request, site: HelpSite, language: str, make: Callable[[Language], Page | bytes | None]
) -> Response:
    """What `make` makes: a page to be kept, one for this reader only, or None where there is none."""
    if language not in ("zh", "en"):
        return _lost(request, site)
    known: Language = "zh" if language == "zh" else "en"
    try:
        made = make(known)
    except ArtefactError:
        return _away(request, site, known)
    if made is None:
        return _lost(request, site)
    if isinstance(made, bytes):
        return HTMLResponse(made, headers=_UNKEPT)
    return _cached(request, made, "text/html; charset=utf-8")


def _cached(request: Request, page: Page, media_type: str) -> Response:
    """The page, or word that it is still the one that the browser has (RFC 9110, 13.1.2)."""
    headers = {"Cache-Control": "no-cache", "ETag": page.etag}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if page.etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(page.body, headers=headers, media_type=media_type)


def _lost(request: Request, site: HelpSite) -> Response:
    language = _language(request)
    try:
        body = site.lost(language, _depth(request))
    except ArtefactError:
        return _away(request, site, language)
    return HTMLResponse(body, 404, {**_FRESH, "Vary": "Accept-Language"})


def _away(request: Request, site: HelpSite, language: Language) -> Response:
    return HTMLResponse(site.away(language, _depth(request)), 503, {**_UNKEPT, "Retry-After": "60"})


def _language(request: Request) -> Language:
    """As the address says, else as the browser prefers."""
    named = request.url.path.split("/")[2:3]
    return page_language(named[0] if named else None, request.headers.get("accept-language", ""))


def _depth(request: Request) -> int:
    """How many folders of the address that was asked for lie below the root, as the browser counts them."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    return raw.count(b"/") - 1


def _base(request: Request, site: HelpSite) -> str | None:
    """The address of the site: as the operator named it, else as the request did, if that can be a host at all."""
    host = request.headers.get("host", "")
    return site.public or (f"{request.url.scheme}://{host}" if _HOST.fullmatch(host) else None)
