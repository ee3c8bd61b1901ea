"""A message read with the conversation before it: follow-ups, "not that", and failures in a row.

A text that cannot stand alone is weighed with the topic before it (followup.py); one that stands alone is not. See
docs/decisions.md. Nothing is remembered here: what a conversation has said comes in as `Past` and goes out as
`Reading`, for whoever stores messages.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from topay_bot.answering import topics
from topay_bot.answering.answerer import Answerer
from topay_bot.answering.corrections import corrected, is_rejection
from topay_bot.answering.followup import FollowUp, Nearness, is_bare, nearness, weigh
from topay_bot.answering.policy import (
    Answer,
    Candidate,
    Clarification,
    Decision,
    Handoff,
    Heard,
    Policy,
    Priority,
    Reason,
    Referral,
)
from topay_bot.knowledge.article import HandoffPolicy
from topay_bot.retrieval.retriever import Retrieval
from topay_bot.text import Language, detect_language

_LONG = 60  # characters of a question before; behind a longer one a follow-up is not heard
PATIENCE = 2  # failures in a row after which a person is offered plainly
_SHORT_ZH, _SHORT_EN = 14, 7  # characters, words: longer texts without a cue say what they are about
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LEANING = re.compile(
    r"^(?:那|如果|要是|万一|可是|但是?|不过|然后|它|这|加了|存了|交了)|呢[?？]?$|它|这个|那个|"
    r"^(?:and|but|then|so|what (?:about|if)|how (?:about|long|much|many)|if|when|where|is|does|do|can|will|or)\b|"
    r"^(?:to|for|from|with|in|on|at|by|via|only|just|same|even|he|she|they|also (?:for|with|to|in|on|at)|any|which)\b|"
    r"\b(?:it|that|this|one|them|those|there)\b"
)
_NEW_TOPIC = re.compile(
    r"^(?:另外|对了|还有(?:个|一个|[,，])|顺便|换个(?:问题|话题)|再问)|"
    r"^(?:also(?! (?:for|with|to|in|on|at)\b)|"
    r"by the way|btw|another (?:question|thing)|separately|different question|one more thing)\b"
)
# An article of the topic is shown when it is likelier than not, and the topic is sure enough: which of two of its
# articles tells of a fee matters less than that a fee is told.
_LIKELIER = 0.5
# From this confidence in the topic it answers. At 0.6 three more of a hundred follow-ups are, four of ten wrongly; at
# 0.8 three fewer (docs/decisions.md).
_TOPIC_SURE = 0.7
_DOUBTS = frozenset({Reason.NEGATED, Reason.OTHER_PLATFORM, Reason.AMOUNTS})
_UNREAD = frozenset({Reason.FOREIGN, Reason.UNREADABLE})
_FINAL = frozenset({Reason.ASKED, Reason.URGENT}) | _UNREAD


@dataclass(frozen=True, slots=True)
class Past:
    """What the next message may lean on."""

    question: str = ""  # masked, the last one that something answers; empty at the beginning
    topic: str | None = None  # the article that it is about, most likely
    shown: tuple[str, ...] = ()  # articles shown since that question
    candidates: tuple[Candidate, ...] = ()  # of the last question, best first
    failures: int = 0  # in a row, up to now
    rejected: int = 1  # what `failures` becomes if this message says "not that"


@dataclass(frozen=True, slots=True)
class Reading:
    """A decision, and what the next message needs of it."""

    decision: Decision
    question: str  # this and the next two: see Past
    topic: str | None
    shown: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    failures: int


def read(answerer: Answerer, text: str, language: Language | None, past: Past) -> Reading:
    """The decision on a message in its conversation."""
    plain = answerer.question(text)
    if past.candidates and is_rejection(plain):
        return _next_ones(answerer, language or detect_language(plain), past)
    decision, found = answerer.explain(text, language)
    corrects = False
    # What is meant instead is the question, unless the whole text clearly is a wish or an emergency.
    final = is_final(answerer, decision, found)
    if past.candidates and not final and (meant := corrected(plain)) is not None:
        text, plain, corrects = meant, meant, True
        decision, found = answerer.explain(text, language)
        final = is_final(answerer, decision, found)
    policy = answerer.policies[found.shelf]
    # "退款" after "退款多久到账" asks what else there is about refunds, not the same once more.
    repeats = topics.is_bare(plain) and plain in answerer.question(past.question)
    topical = past.topic is not None and _answers(answerer, policy, past.topic)
    leans = topical and not repeats and not final and may_lean(plain, decision, policy, corrects)
    question, keeps_topic = text, False
    if leans:
        assert past.topic is not None
        asked = follow_up(answerer, found, decision, past.topic, corrects)
        decision, keeps_topic = _with_topic(policy, asked, decision, answerer.heard(found))
        if keeps_topic and not is_bare(plain) and len(past.question) <= _LONG:
            question = f"{past.question} {text}"
            keeps_topic = False
    topic = decision.candidates[0].article if decision.candidates else None
    shown = tuple(c.article for c in decision.choices) if isinstance(decision, Clarification) else ()
    if isinstance(decision, Answer):
        shown, topic = (decision.article,), decision.article
    failed = isinstance(decision, Handoff) and decision.referral.offered
    if keeps_topic or (failed and leans) or _has_no_topic(decision, policy):
        question, topic = past.question, past.topic
    elif failed:
        question, topic = "", None  # nothing answers it: what follows cannot lean on it
    failures = past.failures + failed
    if failed and failures >= PATIENCE and decision.reason not in _FINAL:
        decision = _stuck(decision)
    return Reading(decision, question, topic, shown, decision.candidates, failures)


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
    return Reading(decision, past.question, past.topic, shown, past.candidates, past.rejected)


_STUCK = Referral(Reason.STUCK, Priority.NORMAL, offered=True)


def _stuck(decision: Decision) -> Handoff:
    priority = decision.referral.priority if isinstance(decision, Handoff) else Priority.NORMAL
    referral = replace(_STUCK, priority=priority)
    return Handoff(Reason.STUCK, decision.language, decision.confidence, decision.candidates, referral)


def is_final(answerer: Answerer, alone: Decision, found: Retrieval) -> bool:
    """Whether a decision on a text stands whatever came before: nothing to be read, or clearly a wish or an emergency.

    Alone one chance in nine makes a wish and one in five an emergency. Behind a topic that a text surely goes on with
    ("with a case on" after paying by NFC) it takes one in three; what names nothing is no emergency by itself.
    """
    if alone.reason in _UNREAD:
        return True
    if alone.reason not in _FINAL or (alone.reason is Reason.URGENT and is_bare(found.question)):
        return False
    return answerer.policies[found.shelf].leaves_no_doubt(alone, answerer.heard(found))


def may_lean(text: str, alone: Decision, policy: Policy, corrects: bool = False) -> bool:
    """Whether a text could be a follow-up: short or with a cue, and no small talk."""
    if _NEW_TOPIC.search(text) or _is_small_talk(alone, policy):
        return False
    if corrects or _LEANING.search(text):
        return True
    return len(text) <= _SHORT_ZH if _HAN.search(text) else len(text.split()) <= _SHORT_EN


def _answers(answerer: Answerer, policy: Policy, article: str) -> bool:
    """Whether an article is still there and has not expired."""
    return article in policy.rules and policy.rules[article].answers_on(answerer.today())


def _has_no_topic(decision: Decision, policy: Policy) -> bool:
    """Whether the topic before goes on after it: small talk, a wish, what cannot be read."""
    return decision.reason in _FINAL - {Reason.URGENT} or _is_small_talk(decision, policy)


def _is_small_talk(decision: Decision, policy: Policy) -> bool:
    return isinstance(decision, Answer) and policy.rules[decision.article].handoff is HandoffPolicy.NEVER


def follow_up(answerer: Answerer, found: Retrieval, alone: Decision, topic: str, corrects: bool) -> FollowUp:
    """What is known of a text, searched and decided alone, that may lean on a topic."""
    rules, text, today = answerer.policies[found.shelf].rules, found.question, answerer.today()
    heard = {c.article: c.confidence for c in alone.candidates}
    compared = answerer.compare(found, topic)
    related = [article for article, one in rules.items() if topic in one.related]
    near = {
        article: nearness(topic, article, rules)
        for article in [topic, *heard, *compared.best, *sorted(rules[topic].related), *related]
        if article in rules and rules[article].answers_on(today)
    }
    cued, chinese = _LEANING.search(text) is not None, found.shelf == "zh"
    return FollowUp(near, heard, compared, is_bare(text), corrects, cued, chinese)


def _with_topic(policy: Policy, asked: FollowUp, alone: Decision, heard: Heard) -> tuple[Decision, bool]:
    """The decision on a text that may lean on the topic before it, and whether it stays there."""
    candidates = weigh(asked)
    if asked.near[candidates[0].article] is Nearness.FAR:
        return alone, False
    doubt = alone.reason if alone.reason in _DOUBTS else None
    candidates = _trusting_topic(candidates, asked.near, policy)
    sure = min(policy.thresholds.answer_threshold, _TOPIC_SURE)
    eager = replace(policy, thresholds=replace(policy.thresholds, answer_threshold=sure))
    decision = eager.decide(alone.language, candidates, replace(heard, wish=-math.inf), lambda: doubt)
    bare_alarm = asked.bare and alone.reason is Reason.URGENT
    if alone.reason in _FINAL and not bare_alarm and not isinstance(decision, Answer):
        return alone, False  # a wish or an emergency is not likely, but nor is the topic
    return decision, True


def _trusting_topic(
    candidates: tuple[Candidate, ...], near: Mapping[str, Nearness], policy: Policy
) -> tuple[Candidate, ...]:
    """Candidates, the first with the confidence of its whole topic where it is at the topic and likelier than not."""
    best = candidates[0]
    if best.confidence < _LIKELIER or policy.is_urgent(best):
        return candidates
    topic = sum(c.confidence for c in candidates if near[c.article] > Nearness.FAR)
    left = max(0.0, 1 - topic)
    others = (Candidate(c.article, round(min(c.confidence, left), 6)) for c in candidates[1:])
    return (Candidate(best.article, round(min(topic, 1.0), 6)), *others)
