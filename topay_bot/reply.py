"""What a decision becomes for whoever asked: the article's text, choices by title, and the wording around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from topay_bot.answering.policy import Answer, Clarification, Decision, Handoff, Referral
from topay_bot.edition import Edition
from topay_bot.knowledge.rendering import answer_html, to_text
from topay_bot.text import Language


@dataclass(frozen=True, slots=True)
class AnswerText:
    """An article as it is shown. `language` is the article's: it may differ from the customer's."""

    article: str
    title: str
    html: str
    text: str
    language: Language
    related: tuple[tuple[str, str], ...]  # id, title


@dataclass(frozen=True, slots=True)
class Choice:
    """One "did you mean"."""

    article: str
    title: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Reply:
    """A decision with its texts."""

    decision: str  # answer, clarify or handoff
    confidence: float
    reason: str
    language: Language
    answer: AnswerText | None
    choices: tuple[Choice, ...]
    handoff: Referral | None
    build: str


def stateless_reply(edition: Edition, question: str, language: Language | None = None) -> Reply:
    """The reply to one question without a conversation around it."""
    return reply_for(edition, edition.answerer.decide(question, language))


def reply_for(edition: Edition, decision: Decision) -> Reply:
    """The texts of a decision, in the customer's language where the article has it."""
    answer: AnswerText | None = None
    choices: tuple[Choice, ...] = ()
    referral: Referral | None = None
    if isinstance(decision, Answer):
        kind, referral = "answer", decision.referral
        answer = answer_text(edition, decision.article, decision.language)
    elif isinstance(decision, Clarification):
        kind = "clarify"
        choices = tuple(
            Choice(c.article, edition.article(c.article, decision.language)[0].title, c.confidence)
            for c in decision.choices
        )
    else:
        assert isinstance(decision, Handoff)
        kind, referral = "handoff", decision.referral
    return Reply(kind, decision.confidence, decision.reason, decision.language, answer, choices, referral, edition.id)


def answer_text(edition: Edition, article_id: str, language: Language) -> AnswerText:
    """An article as the chat shows it."""
    article, _ = edition.article(article_id, language)
    body = article.body or article.title
    related = tuple(
        (other, found.title) for other in article.related if (found := edition.library.get(other, language))
    )
    return AnswerText(article.id, article.title, answer_html(body), to_text(body), article.language, related)


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """The body of `POST /v1/ask` and of `topay-bot ask --format json`."""
    answer, handoff = reply.answer, reply.handoff
    return {
        "decision": reply.decision,
        "confidence": reply.confidence,
        "reason": str(reply.reason),
        "language": reply.language,
        "answer": None
        if answer is None
        else {
            "article": answer.article,
            "title": answer.title,
            "html": answer.html,
            "text": answer.text,
            "language": answer.language,
            "related": [{"article": article, "title": title} for article, title in answer.related],
        },
        "choices": [{"article": c.article, "title": c.title, "confidence": c.confidence} for c in reply.choices],
        "handoff": None
        if handoff is None
        else {"reason": str(handoff.reason), "priority": str(handoff.priority), "offered": handoff.offered},
        "build": reply.build,
    }
