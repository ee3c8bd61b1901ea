"""Ask: what the desk decides on a question, and everything that led to it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request, Response
from markupsafe import Markup

from topay_bot.answering.context import Past, Reading, read
from topay_bot.builds.replay import Outcome, outcome
from topay_bot.chat.drafting import names_language
from topay_bot.chat.memory import memory_of, recall
from topay_bot.chat.model import Author, Message
from topay_bot.edition import Edition
from topay_bot.explanation import Explanation, ShelfView, explain
from topay_bot.knowledge.rendering import answer_html
from topay_bot.privacy import mask
from topay_bot.retrieval import evidence
from topay_bot.retrieval.matching import common_parts
from topay_bot.web.studio.ask_texts import ASK_TEXTS, FEATURE_TEXTS, KIND_TEXTS, REASON_TEXTS
from topay_bot.web.studio.frame import Editor, Section, go_to, language_of, show, studio_router
from topay_bot.web.studio.titles import Titles

_MOST_LINES = 10  # of the conversation before

router = studio_router()
SECTION = Section("ask", {"zh": "试问", "en": "Ask"}, router)


@dataclass(frozen=True, slots=True)
class _Try:
    """What came of a question: `alone` explains it read by itself, `said` is what a customer gets after the lines."""

    alone: Explanation
    said: Outcome
    said_reason: str
    in_context: bool  # whether the conversation before changed anything
    lines: tuple[tuple[str, Outcome], ...]  # what was said before, and what each came to

    @property
    def decided(self) -> ShelfView:
        """The shelf that the decision on the question alone rests on."""
        return next(shelf for shelf in self.alone.shelves if shelf.decided)

    @property
    def band(self) -> str:
        """Where the confidence lies."""
        if self.alone.confidence >= self.decided.answer_threshold:
            return "above"
        return "between" if self.alone.confidence >= self.decided.clarify_threshold else "below"


@router.get("/ask")
def ask_page(request: Request, who: Editor, q: str = "", before: str = "") -> Response:
    """The box, and what came of what stands in it. A secret in it is taken out of the address before anything else."""
    desk = request.app.state.desk
    edition: Edition = desk.edition()
    limit = desk.settings.max_message_chars
    question, earlier = q.strip()[:limit], before.strip()[: _MOST_LINES * limit]
    if (mask(question), mask(earlier)) != (question, earlier):
        return go_to(request, f"studio/ask?{urlencode({'q': mask(question), 'before': mask(earlier)})}")
    lines = [line.strip() for line in earlier.splitlines() if line.strip()][-_MOST_LINES:]
    tried = _try(edition, question, lines) if question else None
    language = language_of(request)
    shown = edition.library.get(tried.said.articles[0], tried.alone.language) if tried and tried.said.articles else None
    answer = shown if tried and tried.said.kind == "answer" else None
    return show(
        request,
        who,
        "ask.html",
        ASK_TEXTS,
        question=question,
        before=earlier,
        tried=tried,
        build=edition.id,
        answer=answer,
        answer_html=Markup(answer_html(answer.body)) if answer else "",  # made safe by nh3 in there
        titles=Titles(edition, language),
        features=FEATURE_TEXTS[language],
        feature_names=evidence.NAMES,
        kinds=KIND_TEXTS[language],
        reasons=REASON_TEXTS[language],
        common_parts=common_parts,
    )


def _try(edition: Edition, question: str, lines: Sequence[str]) -> _Try:
    past, language = Past(), None
    earlier: list[tuple[str, Outcome]] = []
    for line in lines:
        reading = read(edition.answerer, line, language, past)
        past, language = _after(reading), reading.decision.language
        earlier.append((line, outcome(reading.decision)))
    wished = None if names_language(question) else language
    alone = explain(edition, question, wished)
    reading = read(edition.answerer, question, wished, past)
    said = outcome(reading.decision)
    by_itself = outcome(edition.answerer.decide(question, wished))
    reason = reading.decision.reason.value
    changed = (said.kind, said.articles, reason) != (by_itself.kind, by_itself.articles, alone.reason)
    return _Try(alone, said, reason, changed, tuple(earlier))


def _after(reading: Reading) -> Past:
    """What a conversation remembers of the bot's message, by the way it does."""
    decision = outcome(reading.decision)
    payload = {"kind": decision.kind, "reason": reading.decision.reason.value, "memory": memory_of(reading)}
    return recall([Message("", "", 1, Author.BOT, "", payload, datetime.datetime.now(datetime.UTC))])
