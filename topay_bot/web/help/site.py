"""The pages of the help centre as HTML, made once for each build and day and kept until either changes."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from topay_bot.edition import Edition
from topay_bot.text import Language
from topay_bot.web.customer.pages import CONTACTS, contacts
from topay_bot.web.customer.texts import PAGE_TEXTS
from topay_bot.web.desk import Desk
from topay_bot.web.help.content import HelpCentre, Reading
from topay_bot.web.help.discovery import (
    HTML_LANGUAGES,
    article_path,
    breadcrumb_list,
    category_path,
    faq_page,
    home_path,
)
from topay_bot.web.help.search import Results
from topay_bot.web.help.texts import CATEGORY_ABOUT, CATEGORY_ICONS, HELP_TEXTS

_TABLE = "<table>"  # as nh3 leaves it: without attributes


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is sent, and the tag by which a browser asks whether it is still the same."""

    body: bytes
    etag: str

    @classmethod
    def of(cls, body: bytes) -> Page:
        """The tag is a digest: a new build, new templates or a new telephone number change it, a restart does not."""
        return cls(body, f'"{hashlib.sha256(body).hexdigest()[:24]}"')


class HelpSite:
    """The help centre of one server."""

    def __init__(self, desk: Desk) -> None:
        public = desk.settings.public_url
        self._desk = desk
        self._public = public.rstrip("/") if public else None
        self._edition: Edition | None = None
        self._centre: HelpCentre | None = None
        self._made: dict[tuple[str, ...], Page] = {}
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {
            "article_path": article_path,
            "category_path": category_path,
            "home_path": home_path,
            "html_languages": HTML_LANGUAGES,
            "locales": {"zh": "zh_CN", "en": "en_GB"},
            "icons": CATEGORY_ICONS,
        }
        self._templates.policies["json.dumps_kwargs"] = {"ensure_ascii": False}

    @property
    def public(self) -> str | None:
        """The address of the whole site without a slash at the end, where the operator named it."""
        return self._public

    @property
    def max_query_chars(self) -> int:
        """The longest query taken into account."""
        return self._desk.settings.max_question_chars

    @property
    def edition(self) -> Edition:
        """The edition that answers now. Raises ArtefactError when there is none."""
        return self._desk.edition()

    @property
    def centre(self) -> HelpCentre:
        """What may be read now. Raises ArtefactError when there is no build."""
        edition, today = self.edition, datetime.date.today()
        if self._centre is None or self._edition is not edition or self._centre.today != today:
            # The article on human service says that a colleague is joining the conversation: here is none.
            left_out = (self._desk.settings.human_article,)
            self._edition, self._centre, self._made = edition, HelpCentre(edition.library, today, left_out), {}
        return self._centre

    def home(self, language: Language) -> Page:
        """The first page."""
        centre = self.centre
        return self._kept(
            ("home", language),
            lambda: self._render(
                "home.html",
                language,
                {each: home_path(each) for each in HTML_LANGUAGES},
                most_asked=centre.most_asked(language),
                categories=centre.categories(language),
            ),
        )

    def category(self, name: str, language: Language) -> Page | None:
        """The page of a category, None for an unknown one."""
        category = self.centre.category(name, language)
        if category is None:
            return None
        return self._kept(
            ("category", name, language),
            lambda: self._render(
                "category.html",
                language,
                {each: category_path(name, each) for each in HTML_LANGUAGES},
                category=category,
                categories=self.centre.categories(language),
                data=self._trail([(category.name, category_path(name, language))], language),
            ),
        )

    def article(self, article_id: str, language: Language, rated: str = "") -> Page | None:
        """The page of an article, None for one that is not shown. `rated`: `yes` or `no`, just said by the reader."""
        centre = self.centre
        if article_id not in centre:
            return None

        def make() -> bytes:
            reading = centre.read(article_id, language)
            assert reading is not None
            category = centre.category(reading.entry.category, language)
            assert category is not None
            trail = [
                (category.name, category_path(category.id, language)),
                (reading.entry.title, article_path(article_id, language)),
            ]
            return self._render(
                "article.html",
                language,
                {each: article_path(article_id, each) for each in reading.languages},
                reading=_framed(reading, HELP_TEXTS[language]["table"]),
                category=category,
                rated=rated,
                data=[faq_page(reading), *self._trail(trail, language)],
            )

        return self._kept(("article", article_id, language, rated), make)

    def results(self, query: str, masked: bool, results: Results | None, language: Language) -> bytes:
        """The page of a search; before one was made, `results` is None."""
        return self._render(
            "search.html",
            language,
            {each: f"{home_path(each)}/search" for each in HTML_LANGUAGES},
            query=query,
            masked=masked,
            results=results,
            most_asked=self.centre.most_asked(language),
        )

    def lost(self, language: Language, depth: int) -> bytes:
        """What stands where there is no page, in both languages. `depth`: folders of the address that was asked for."""
        other: Language = "en" if language == "zh" else "zh"
        return self._render(
            "lost.html",
            language,
            {each: home_path(each) for each in HTML_LANGUAGES},
            depth,
            other=HELP_TEXTS[other],
            most_asked=self.centre.most_asked(language),
        )

    def away(self, language: Language, depth: int) -> bytes:
        """What stands there while no build can be read."""
        return self._render("away.html", language, {each: home_path(each) for each in HTML_LANGUAGES}, depth)

    def _kept(self, key: tuple[str, ...], make: Callable[[], bytes]) -> Page:
        if key not in self._made:
            self._made[key] = Page.of(make())
        return self._made[key]

    def _trail(self, steps: Sequence[tuple[str, str]], language: Language) -> list[dict[str, Any]]:
        """Breadcrumbs for search engines, which take absolute addresses only."""
        if self._public is None:
            return []
        whole = [(HELP_TEXTS[language]["site"], home_path(language)), *steps]
        return [breadcrumb_list([(name, f"{self._public}/{path}") for name, path in whole])]

    def _render(
        self, template: str, language: Language, versions: dict[Language, str], depth: int | None = None, **more: Any
    ) -> bytes:
        """A template filled in. `versions`: the page's path in each language that it has.

        Every link is relative, by as many folders as the page lies deep, so that a proxy may serve the site under
        any path.
        """
        own = versions.get(language) or next(iter(versions.values()))
        root = "../" * (own.count("/") if depth is None else depth)
        edition = self._edition
        other = "en" if language == "zh" else "zh"
        context = {
            "language": language,
            "switch": "/".join(["help", other, *own.split("/")[2:]]),
            "other_language": other,
            "root": root,
            "absolute": self._public + "/" if self._public else root,
            "public": self._public is not None,
            "own": own,
            "versions": versions,
            "texts": PAGE_TEXTS[language] | HELP_TEXTS[language],
            "about": CATEGORY_ABOUT[language],
            "contacts": dict.fromkeys(CONTACTS, "") | (contacts(edition, language) if edition else {}),
            "max_chars": self.max_query_chars,
            "data": [],
            "query": "",
        }
        return self._templates.get_template(f"help/{template}").render(context | more).encode()


def _framed(reading: Reading, label: str) -> dict[str, Any]:
    """An article for its template: a wide table scrolls within a frame that the keyboard reaches too."""
    frame = f'<div class="table-frame" role="group" aria-label="{label}" tabindex="0"><table>'

    def framed(html: str) -> str:
        return html.replace(_TABLE, frame).replace("</table>", "</table></div>")

    return {
        "entry": reading.entry,
        "lead": framed(reading.lead),
        "parts": [(heading, framed(html)) for heading, html in reading.parts],
        "related": reading.related,
        "handoff": reading.handoff,
    }
