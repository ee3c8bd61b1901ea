"""What is written into a conversation: the bot's message of a decision, the notices, and the hand-off itself."""

from __future__ import annotations

import datetime
import re
import secrets
from collections.abc import Sequence

from topay_bot.answering.context import Reading
from topay_bot.answering.policy import Decision, Priority, Reason, Referral
from topay_bot.chat.availability import Availability, away_notice
from topay_bot.chat.memory import memory_of
from topay_bot.chat.model import Author, CaseKind, Conversation, Draft, Handoff, Message, State, Turn
from topay_bot.chat.wording import passed_on, say
from topay_bot.reply import Reply
from topay_bot.text import Language

REFERENCE_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is mistaken for another when read aloud
_FAILURES = 2  # of the bot in a row: whoever then wants a person has been failed
_MARK = re.compile(r"\[[a-z]+\]")  # what privacy.mask leaves


def new_id() -> str:
    """An id that cannot be guessed."""
    return secrets.token_urlsafe(12)


def new_reference(kind: str = "H") -> str:
    """A reference number that can be read over the telephone, such as H-7K3M-9QXT (30^8 of each kind).

    H stands for a hand-off, C for a complaint or suggestion.
    """
    signs = [secrets.choice(REFERENCE_SIGNS) for _ in range(8)]
    return f"{kind}-{''.join(signs[:4])}-{''.join(signs[4:])}"


def queue_name(category: str | None, language: Language) -> str:
    """The queue of a hand-off, by what it is about and in which language: "payment-zh", "general-en"."""
    return f"{category or 'general'}-{language}"


def names_language(text: str) -> bool:
    """Whether a masked text shows its language; a number, an emoji or a mark does not."""
    return any(char.isalpha() for char in _MARK.sub("", text))


def best_article(decision: Decision) -> str | None:
    """What the decision is most likely about."""
    return decision.candidates[0].article if decision.candidates else None


def masked_notice(language: Language) -> Draft:
    """Tells the customer that something was hidden."""
    return Draft(new_id(), Author.SYSTEM, say("masked", language), {"kind": "masked"})


def bot_message(reply: Reply, reading: Reading, *, form: CaseKind | None = None, freeze: str | None = None) -> Draft:
    """The bot's message with all that the chat page, the agent and the next message need.

    `form` is to be offered; `freeze` tells how customers freeze their account, where the knowledge says so.
    """
    decision = reading.decision
    offered = reply.handoff is not None and reply.handoff.offered
    payload: dict[str, object] = {
        "kind": "offer" if reply.decision == "handoff" and offered else reply.decision,
        "reason": str(reply.reason),
        "language": reply.language,
        "confidence": round(reply.confidence, 4),
        "build": reply.build,
        "best": best_article(decision),
        "candidates": [[c.article, round(c.confidence, 4)] for c in decision.candidates],
        "memory": memory_of(reading),
    }
    if reply.handoff is not None:
        payload["priority"] = str(reply.handoff.priority)
    if reply.choices:
        payload["choices"] = [{"article": c.article, "title": c.title} for c in reply.choices]
    answer = reply.answer
    if answer is None:
        return Draft(new_id(), Author.BOT, _without_article(reply, freeze), payload)
    payload |= {
        "article": answer.article,
        "title": answer.title,
        "html": answer.html,
        "answer_language": answer.language,
        "related": [{"article": article, "title": title} for article, title in answer.related],
    }
    if form is not None:
        payload["form"] = str(form)
    text = answer.text
    if answer.language != reply.language:
        note = say("other_language", reply.language)
        payload["note"] = note
        text = f"{note}\n{text}"
    return Draft(new_id(), Author.BOT, text, payload)


def _without_article(reply: Reply, freeze: str | None) -> str:
    """What the bot says where it shows no article."""
    if reply.reason != Reason.URGENT:
        return say(reply.reason, reply.language)
    steps = say("urgent_unsure", reply.language)
    return f"{steps}\n{say('urgent_freeze', reply.language, freeze=freeze)}" if freeze else steps


def handoff_turn(
    conversation: Conversation,
    language: Language,
    referral: Referral,
    *,
    after: tuple[Draft, ...] = (),
    article: str | None,
    category: str | None = None,
    phone: str | None,
    at: datetime.datetime,
    due_at: datetime.datetime | None = None,
    there: Availability | None = None,
    numbered: str = "H",
) -> Turn:
    """What changes together when a person is to take over: the messages before, the notice to the customer, the
    hand-off with its queue and timer, and the owner. The notice tells honestly when nobody is `there`.
    `numbered` is the kind of the reference number.
    """
    handoff = Handoff(
        new_id(),
        conversation.id,
        new_reference(numbered),
        referral.reason,
        referral.priority,
        article,
        language,
        at,
        queue_name(category, language),
        due_at,
    )
    away = there is not None and there.away
    if there is not None and away:
        notice = away_notice(there, language, reference=handoff.reference, phone=phone)
    elif phone:
        notice = say("reference", language, reference=handoff.reference, phone=phone)
    else:
        notice = say("reference_plain", language, reference=handoff.reference)
    # The bot's own message says the rest when there is one, but not when that message is an article.
    if not after:
        told = referral.reason if referral.reason in (Reason.COMPLAINT, Reason.REPEATED_FAILURE) else Reason.ASKED
        notice = f"{passed_on(told, language, away)}\n{notice}"
    elif referral.reason in (Reason.URGENT, Reason.POLICY, Reason.COMPLAINT) and not _says_so(after):
        notice = f"{passed_on(referral.reason, language, away)}\n{notice}"
    payload: dict[str, object] = {
        "kind": "handoff",
        "reference": handoff.reference,
        "reason": str(handoff.reason),
        "priority": str(handoff.priority),
    }
    if away:
        payload["away"] = True  # the page offers to leave a contact
    return Turn((*after, Draft(new_id(), Author.SYSTEM, notice, payload)), State.OPEN, handoff, language)


def _says_so(drafts: Sequence[Draft]) -> bool:
    """Whether the bot's message tells that a person comes, as it does where it is no article."""
    return any(draft.author is Author.BOT and draft.payload.get("kind") == "handoff" for draft in drafts)


def referral_after(history: Sequence[Message]) -> tuple[Referral, str | None]:
    """Why a customer wants a person, and about which article, from what the bot said last."""
    said = [message for message in reversed(history) if message.author is Author.BOT]
    payload = said[0].payload if said else {}
    failed = [message.payload.get("kind") == "offer" or message.helpful is False for message in said[:_FAILURES]]
    reason, priority = Reason.ASKED, Priority(payload.get("priority", Priority.NORMAL))
    if payload.get("reason") == Reason.STUCK or (len(failed) == _FAILURES and all(failed)):
        reason = Reason.REPEATED_FAILURE
    elif payload.get("reason") in (Reason.LOW_CONFIDENCE, Reason.UNREADABLE):
        reason = Reason.LOW_CONFIDENCE
    else:
        priority = Priority.NORMAL
    return Referral(reason, priority, offered=False), payload.get("best")
