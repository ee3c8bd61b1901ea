"""A message read with the conversation before it: follow-ups, "not that", and failures in a row.

A text that cannot stand alone is decided twice, alone and with the question before it, and a small rule chooses; a
text that stands alone is decided once. See docs/decisions.md. Nothing is remembered here: what a conversation has
said comes in as `Past` and goes out as `Reading`, for whoever stores messages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from topay_bot.answering.answerer import Answerer
from topay_bot.answering.policy import (
    NOTHING_HEARD,
    Answer,
    Candidate,
    Clarification,
    Decision,
    Handoff,
    Policy,
    Priority,
    Reason,
    Referral,
)
from topay_bot.knowledge.article import HandoffPolicy
from topay_bot.text import Language, detect_language, normalise

PATIENCE = 2  # failures in a row after which a person is offered plainly
_SHORT_ZH, _SHORT_EN = 14, 7  # characters, words: longer texts without a cue say what they are about
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LEANING = re.compile(
    r"^(?:那|如果|要是|万一|可是|但是?|不过|然后|它|这|加了|存了|交了)|[呢?？]$|它|这个|那个|"
    r"^(?:and|but|then|so|what (?:about|if)|how (?:about|long|much|many)|if|when|where|is|does|do|can|will|or)\b|"
    r"\b(?:it|that|this|one|them|those|there)\b"
)
_NEW_TOPIC = re.compile(
    r"^(?:另外|对了|还有(?:个|一个|[,，])|顺便|换个(?:问题|话题)|再问)|"
    r"^(?:also|by the way|btw|another (?:question|thing)|separately|different question|one more thing)\b"
)
_NOT_THAT = (
    r"(?:还是|都|也)?(?:不|不是|不对|错了)|一个都不是|答非所问|换一个|还有别的吗?|其他的|没有我要的|没答对|误会了|"
    r"[你您]?(?:答|理解|弄|搞)错了|[你您]?(?:还是|根本|完全)?[没不听]+懂(?:我(?:的意思)?)?|"
    r"我?[都也]?不是(?:要|问|想问|说)?[这那](?:个|些|样的?)?(?:意思)?|"
    r"我(?:要|问|想问|说|指)的(?:根本)?不是[这那][个些]?(?:意思)?|"
    r"no|nope|nah|sorry|neither|wrong(?: one| answer)?|something else|(?:the |an)?other (?:one|thing)|"
    r"not (?:it|really)|"
    r"(?:(?:that|it|this)(?:'s| is) |(?:these|those) are |still )?(?:not |wrong|none)"
    r"(?: ?(?:that|this|these|those|it|one|of|them|the above|what i (?:meant?|asked|wanted?)))*|"
    r"you(?:'ve)? (?:misunderstood|misunderstand|don'?t understand|got (?:it|me|that) wrong)(?: me| my question)?"
)
_REJECTION = re.compile(rf"(?:(?:{_NOT_THAT})[啊呀呢吧了啦,，.。!！?？ ]*)+")
# Of an article that a follow-up alone does not bring up at all: how far its words alone may mislead.
_UNHEARD = 0.02
_DOUBTS = frozenset({Reason.NEGATED, Reason.OTHER_PLATFORM, Reason.AMOUNTS})
_FINAL = frozenset({Reason.ASKED, Reason.URGENT, Reason.FOREIGN, Reason.UNREADABLE})


@dataclass(frozen=True, slots=True)
class Past:
    """What the next message may lean on."""

    question: str = ""  # masked, the last one that stood alone; empty at the beginning
    article: str | None = None  # the last one that answered, small talk aside
    shown: tuple[str, ...] = ()  # articles shown since that question
    candidates: tuple[Candidate, ...] = ()  # of the last question, best first
    failures: int = 0  # in a row, up to now
    rejected: int = 1  # what `failures` becomes if this message says "not that"


@dataclass(frozen=True, slots=True)
class Reading:
    """A decision, and what the next message needs of it."""

    decision: Decision
    question: str  # this and the next two: see Past
    article: str | None
    shown: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    failures: int


def read(answerer: Answerer, text: str, language: Language | None, past: Past) -> Reading:
    """The decision on a message in its conversation."""
    plain = normalise(text)
    if past.candidates and len(plain) <= 40 and _REJECTION.fullmatch(plain):
        return _next_ones(answerer, language or detect_language(plain), past)
    decision, found = answerer.explain(text, language)
    policy = answerer.policies[found.shelf]
    question = text
    if past.question and _may_lean(plain, decision, policy):
        joined = _weigh(decision, answerer.decide(f"{past.question} {text}", decision.language), policy)
        if _prefer_joined(decision, joined, past, policy):
            decision, question = joined, past.question
    shown = tuple(c.article for c in decision.choices) if isinstance(decision, Clarification) else ()
    article = None
    if isinstance(decision, Answer):
        shown, article = (decision.article,), decision.article
    if decision.reason in _FINAL - {Reason.URGENT} or _is_small_talk(decision, policy):
        question, article = past.question, past.article  # no topic of its own: the one before goes on
    failed = isinstance(decision, Handoff) and decision.referral.offered
    failures = past.failures + failed
    if failures >= PATIENCE and not isinstance(decision, Answer) and decision.reason not in _FINAL:
        decision = _stuck(decision)
    return Reading(decision, question, article, shown, decision.candidates, failures)


def _next_ones(answerer: Answerer, language: Language, past: Past) -> Reading:
    """The candidates not yet shown, given that those shown are wrong: by Bayes' rule the others share what is left."""
    policy = next(iter(answerer.policies.values()))
    gone = sum(c.confidence for c in past.candidates if c.article in past.shown)
    left = tuple(
        Candidate(c.article, round(c.confidence / max(1 - gone, c.confidence, 1e-9), 6))
        for c in past.candidates
        if c.article not in past.shown
    )[: policy.max_choices]
    common = (language, left[0].confidence if left else 0.0)
    decision: Decision = Clarification(Reason.OTHERS, *common, left, left)
    if not left or past.rejected >= PATIENCE:
        decision = _stuck(Handoff(Reason.STUCK, *common, left, _STUCK))
    shown = (*past.shown, *(c.article for c in left))
    return Reading(decision, past.question, None, shown, past.candidates, past.rejected)


_STUCK = Referral(Reason.STUCK, Priority.NORMAL, offered=True)


def _stuck(decision: Decision) -> Handoff:
    priority = decision.referral.priority if isinstance(decision, Handoff) else Priority.NORMAL
    referral = replace(_STUCK, priority=priority)
    return Handoff(Reason.STUCK, decision.language, decision.confidence, decision.candidates, referral)


def _may_lean(text: str, alone: Decision, policy: Policy) -> bool:
    """Whether a text could be a follow-up: short or with a cue, and no small talk, wish or emergency."""
    if alone.reason in _FINAL or _NEW_TOPIC.search(text):
        return False
    if _is_small_talk(alone, policy):
        return False
    short = len(text) <= _SHORT_ZH if _HAN.search(text) else len(text.split()) <= _SHORT_EN
    return short or _LEANING.search(text) is not None


def _is_small_talk(decision: Decision, policy: Policy) -> bool:
    return isinstance(decision, Answer) and policy.rules[decision.article].handoff is HandoffPolicy.NEVER


def _weigh(alone: Decision, joined: Decision, policy: Policy) -> Decision:
    """The joined decision, its candidates weighed by what the text alone speaks for.

    The question before speaks for its own article, whatever follows. So the joined reading counts as the prior and
    the text alone as the evidence: P(a) ~ joined(a) * (alone(a) + _UNHEARD), with all other articles as one more.
    """
    if joined.reason in _FINAL:
        return joined
    heard = {c.article: c.confidence for c in alone.candidates}
    weights = {c.article: c.confidence * (heard.get(c.article, 0.0) + _UNHEARD) for c in joined.candidates}
    others = max(0.0, 1 - sum(c.confidence for c in joined.candidates)) * _UNHEARD
    whole = sum(weights.values()) + others
    weighed = tuple(
        Candidate(article, round(weight / whole, 6))
        for article, weight in sorted(weights.items(), key=lambda item: -item[1])
        if whole > 0
    )
    doubt = joined.reason if joined.reason in _DOUBTS else None
    return policy.decide(joined.language, weighed, NOTHING_HEARD, lambda: doubt)


def _prefer_joined(alone: Decision, joined: Decision, past: Past, policy: Policy) -> bool:
    """Joined, where that stays at the topic and is surer; against an answer, only where that leaves the topic."""
    if joined.reason in _FINAL or not joined.candidates:
        return False
    if past.article is not None and not policy.near(past.article, joined.candidates[0].article):
        return False
    if isinstance(alone, Answer):
        strays = past.article is not None and not policy.near(past.article, alone.article)
        return strays and isinstance(joined, Answer)
    return joined.confidence > alone.confidence
