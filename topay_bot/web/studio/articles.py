"""The studio's first page, every article with what it did and needs, and the page of one article."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from markupsafe import Markup

from topay_bot.chat.usage import ArticleUse
from topay_bot.edition import Edition
from topay_bot.knowledge.article import LANGUAGES, Article, Problem
from topay_bot.knowledge.lint import shown_path
from topay_bot.knowledge.rendering import answer_html
from topay_bot.text import Language
from topay_bot.web.studio.article_texts import ARTICLE_TEXTS, LIST_TEXTS
from topay_bot.web.studio.folder import Knowledge
from topay_bot.web.studio.frame import Editor, Section, language_of, show, studio_router, told
from topay_bot.web.studio.overview import ORDERS, Need, rows_of, select, totals
from topay_bot.web.studio.parts import Parts

DAYS = 28  # four of each weekday
_ASKED = 20  # questions on an article's page

router = studio_router()
SECTION = Section("", {"zh": "文章", "en": "Articles"}, router)


@router.get("")
def overview(
    request: Request,
    who: Editor,
    parts: Parts,
    category: str = "",
    need: str = "",
    words: str = "",
    order: str = "answered",
) -> Response:
    """Every article."""
    edition: Edition = request.app.state.desk.edition()
    knowledge = parts.folder(edition)
    uses = parts.usage.article_uses(knowledge.library.ids, since())
    rows = rows_of(knowledge, edition.library.ids, uses, datetime.date.today())
    language = language_of(request)
    readable = {shown_path(one, knowledge.library) for one in knowledge.library} if knowledge.from_folder else set()
    return show(
        request,
        who,
        "articles.html",
        LIST_TEXTS,
        knowledge=knowledge,
        build=edition.id,
        rows=select(rows, language, category=category, need=need, words=words, order=order),
        totals=totals(rows),
        chosen={"category": category, "need": need, "words": words, "order": order if order in ORDERS else "title"},
        orders=ORDERS,
        needs=tuple(Need),
        broken=[one for file, found in knowledge.problems.items() if file not in readable for one in found],
        days=DAYS,
    )


@dataclass(frozen=True, slots=True)
class _File:
    """An article in one language: as it is written, and as customers see it."""

    article: Article
    file: str
    lines: Sequence[tuple[int, str, Sequence[Problem]]]  # number, text, what is wrong there
    problems: Sequence[Problem]
    html: Markup
    changed: bool  # it differs from the build that answers
    built: bool


@router.get("/articles/{article_id}")
def article_page(request: Request, who: Editor, parts: Parts, article_id: str, rated: str = "") -> Response:
    """One article in both languages."""
    edition: Edition = request.app.state.desk.edition()
    knowledge = parts.folder(edition)
    if knowledge.library.get(article_id, "zh") is None:  # removed from the folder, and still in the build
        knowledge = Knowledge(edition.library, from_folder=False)
    files = {
        language: _file(article, knowledge, edition)
        for language in LANGUAGES
        if (article := knowledge.library.get(article_id, language)) is not None and article.language == language
    }
    if not files:
        return told(request, "not_found", 404)
    language = language_of(request)
    first = files.get(language) or next(iter(files.values()))
    helpful = {"yes": True, "no": False}.get(rated)
    return show(
        request,
        who,
        "article.html",
        ARTICLE_TEXTS,
        article=first.article,
        files=files,
        languages=sorted(LANGUAGES, key=lambda one: one != language),
        knowledge=knowledge,
        use=parts.usage.article_uses([article_id], since()).get(article_id, ArticleUse()),
        asked=parts.usage.answered_questions(article_id, _ASKED, helpful),
        rated=rated if helpful is not None else "",
        zone=ZoneInfo(request.app.state.desk.settings.time_zone),
        days=DAYS,
    )


def since() -> datetime.datetime:
    """From when on answers are counted."""
    return datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=DAYS)


def _file(article: Article, knowledge: Knowledge, edition: Edition) -> _File:
    file = shown_path(article, knowledge.library) if knowledge.from_folder else ""
    problems = knowledge.problems_of(file) if file else ()
    try:
        text = article.path.read_text(encoding="utf-8-sig") if file else article.body  # all that a build keeps
    except (OSError, UnicodeDecodeError):  # it may have gone meanwhile
        text = article.source
    lines = [
        (number, line, [problem for problem in problems if problem.line == number])
        for number, line in enumerate(text.splitlines(), 1)
    ]
    published = _exactly(edition, article.id, article.language)
    changed = published is not None and _said(published) != _said(article)
    html = Markup(answer_html(article.body))  # made safe by nh3 in there
    return _File(article, file, lines, problems, html, changed, published is not None)


def _exactly(edition: Edition, article_id: str, language: Language) -> Article | None:
    found = edition.library.get(article_id, language)
    return found if found is not None and found.language == language else None


def _said(article: Article) -> tuple[Any, ...]:
    """What of an article matters to a customer."""
    return (article.title, article.body.strip(), article.questions, article.handoff, article.related)
