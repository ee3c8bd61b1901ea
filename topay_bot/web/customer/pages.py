"""The pages that people see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.templating import Jinja2Templates

from topay_bot.builds.drafts import DraftEdition
from topay_bot.chat.cases import escalation
from topay_bot.chat.wording import say
from topay_bot.edition import Edition
from topay_bot.errors import TopayError
from topay_bot.text import Language
from topay_bot.web.customer.care_texts import CARE_TEXTS
from topay_bot.web.customer.preview_texts import PREVIEW_TEXTS
from topay_bot.web.customer.texts import CATEGORY_NAMES, HOT_FIRST, PAGE_TEXTS

_HOT_PER_CATEGORY = 6
CONTACTS = ("phone", "email", "hours")

router = APIRouter(include_in_schema=False)
_templates = Jinja2Templates(Path(__file__).parent.parent / "templates")


@router.get("/")
async def chat_page(request: Request, lang: str | None = None) -> Response:
    """The chat page, in the language asked for, or the browser's."""
    language = page_language(lang, request.headers.get("accept-language", ""))
    desk = request.app.state.desk
    try:
        edition: Edition | None = desk.edition()
    except TopayError:
        edition = None  # the page still says that it is away, and keeps what the customer writes
    context = chat_context(edition, language) | {"max_chars": desk.settings.max_message_chars}
    context["preview"] = PREVIEW_TEXTS[language] if isinstance(desk.edition, DraftEdition) else None
    # One address in two languages, and new with each build: to be asked for again each time.
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}
    return _templates.TemplateResponse(request, "chat.html", context, headers=headers)


def page_language(wished: str | None, accepted: str) -> Language:
    """`zh` or `en`: what is asked for, else what the browser prefers, else Chinese."""
    if wished in ("zh", "en"):
        return wished  # type: ignore[return-value]  # narrowed by the test above, which mypy does not follow
    for part in accepted.lower().split(","):
        name = part.split(";")[0].strip()
        if name.startswith("zh"):
            return "zh"
        if name.startswith("en"):
            return "en"
    return "zh"


def chat_context(edition: Edition | None, language: Language) -> dict[str, Any]:
    """What the chat page shows before the first question."""
    return {
        "language": language,
        "other_language": "en" if language == "zh" else "zh",
        "html_language": "zh-CN" if language == "zh" else "en",
        "texts": PAGE_TEXTS[language] | CARE_TEXTS[language],
        "greeting": say("greeting", language),
        "hot": _hot_questions(edition, language) if edition else [],
        "contacts": contacts(edition, language) if edition else {},
        "escalation": escalation(language, edition.library.facts.value) if edition else "",
    }


def contacts(edition: Edition, language: Language) -> dict[str, str]:
    """The contact channels that the knowledge base names in its facts."""
    found = {name: edition.library.facts.value(f"contact.{name}", language) for name in CONTACTS}
    return {name: value for name, value in found.items() if value}


def _hot_questions(edition: Edition, language: Language) -> list[dict[str, Any]]:
    """A few titles of each category to begin with, in the order of CATEGORY_NAMES and HOT_FIRST."""
    by_category: dict[str, list[dict[str, str]]] = {}
    for article in edition.library:
        if article.language == language and article.category != "smalltalk":
            by_category.setdefault(article.category, []).append({"article": article.id, "title": article.title})
    for name, questions in by_category.items():
        wanted = {article: place for place, article in enumerate(HOT_FIRST.get(name, ()))}
        questions.sort(key=lambda question: wanted.get(question["article"], len(wanted)))
    order = [*CATEGORY_NAMES[language], *sorted(by_category)]
    return [
        {
            "id": name,
            "name": CATEGORY_NAMES[language].get(name, name),
            "questions": by_category[name][:_HOT_PER_CATEGORY],
        }
        for name in dict.fromkeys(order)
        if name in by_category
    ]
