"""Decisions: from hits with confidence to Answer, Clarification or Handoff."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from topay_bot.answering.calibration import Thresholds
from topay_bot.knowledge.article import HandoffPolicy, Risk
from topay_bot.text import Language


class Reason(StrEnum):
    """Why a decision fell as it did; documented in docs/decisions.md."""

    CONFIDENT = "confident"  # the best article is sure enough
    AMBIGUOUS = "ambiguous"  # not sure enough, but the right one is likely among the choices
    LOW_CONFIDENCE = "low_confidence"  # nothing is likely enough
    UNREADABLE = "unreadable"  # nothing in the text can be read
    FOREIGN = "foreign"  # the text is in a language that we do not speak
    NEGATED = "negated"  # the customer rules out what the best article is about
    OTHER_PLATFORM = "other_platform"  # the customer asks about another company's wallet or bank
    AMOUNTS = "amounts"  # two amounts are compared, which the best article does not speak of
    ASKED = "asked"  # the customer wants a person
    POLICY = "policy"  # the article is one that a person always follows up
    URGENT = "urgent"  # money or an account is in danger
    CHOSEN = "chosen"  # the customer tapped this article among the choices
    COMPLAINT = "complaint"  # the customer complains
    REPEATED_FAILURE = "repeated_failure"  # the bot failed twice in a row, then the customer wanted a person


class Priority(StrEnum):
    """How soon a person should come; first is first."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that may be right, with the probability that it is."""

    article: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Referral:
    """That a person should come in; `offered` when the customer is asked first."""

    reason: Reason
    priority: Priority
    offered: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What every decision says."""

    reason: Reason
    language: Language
    confidence: float  # of the best candidate, whatever the decision; 0 when there is none
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Answer(Decision):
    """The article `article` is shown; `referral` when a person comes as well."""

    article: str
    referral: Referral | None


@dataclass(frozen=True, slots=True)
class Clarification(Decision):
    """The customer is asked which of `choices` is meant."""

    choices: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Handoff(Decision):
    """No answer is given; a person is offered, or comes at once when asked for."""

    referral: Referral


@dataclass(frozen=True, slots=True)
class ArticleRules:
    """What the policy must know of an article."""

    handoff: HandoffPolicy
    risk: Risk


# Of the texts that wishes.py calls a wish for a person, as many are one: 64 of 68 among the judging questions.
_WISH_CONFIDENCE = 0.94
_PRIORITY_OF_RISK = {Risk.HIGH: Priority.HIGH, Risk.MEDIUM: Priority.NORMAL, Risk.LOW: Priority.NORMAL}


@dataclass(frozen=True, slots=True)
class Policy:
    """The bands and the hand-off rules; see docs/decisions.md."""

    thresholds: Thresholds
    rules: dict[str, ArticleRules]
    max_choices: int
    human_article: str  # the article on human service: a question that it answers is a wish for a person

    def decide(
        self,
        language: Language,
        candidates: tuple[Candidate, ...],
        wishes_person: bool,
        doubt: Callable[[], Reason | None] = lambda: None,
    ) -> Decision:
        """The decision for candidates, best first.

        `doubt` tells why the first one may be wrong all the same (see guards.py); it is asked only about an answer
        that is not urgent, and turns it into a clarification.
        """
        best = candidates[0] if candidates else Candidate("", 0.0)
        common = (language, best.confidence, candidates)
        if wishes_person:
            wished = self._wished(candidates)
            sure = wished[0].confidence if wished else 0.0
            return Handoff(Reason.ASKED, language, sure, wished, self._referral(Reason.ASKED, best, offered=False))
        if best.article == self.human_article and best.confidence >= self._clarify:
            return Handoff(Reason.ASKED, *common, self._referral(Reason.ASKED, best, offered=False))
        reason: Reason | None = None
        if candidates and self._answers(best):
            reason = None if self._is_urgent(best) else doubt()
            if reason is None:
                return self._answer(best, *common)
        choices = self._choices(candidates)
        if best.confidence >= self._clarify and choices:
            return Clarification(reason or Reason.AMBIGUOUS, *common, choices)
        return Handoff(Reason.LOW_CONFIDENCE, *common, self._referral(Reason.LOW_CONFIDENCE, best, offered=True))

    def chosen(self, article: str, language: Language) -> Decision:
        """The decision when the customer says which article is meant."""
        best = Candidate(article, 1.0)
        if article == self.human_article:
            return Handoff(Reason.ASKED, language, 1.0, (best,), Referral(Reason.ASKED, Priority.NORMAL, offered=False))
        decision = self._answer(best, language, 1.0, (best,))
        return decision if decision.referral else replace(decision, reason=Reason.CHOSEN)

    @property
    def _clarify(self) -> float:
        return self.thresholds.clarify_threshold

    def _answers(self, best: Candidate) -> bool:
        # Missing an emergency costs more than first steps shown once too often: urgent articles answer from
        # the clarification band on, and a person comes with them anyway.
        return best.confidence >= (self._clarify if self._is_urgent(best) else self.thresholds.answer_threshold)

    def _is_urgent(self, candidate: Candidate) -> bool:
        return self.rules[candidate.article].handoff is HandoffPolicy.URGENT

    def _wished(self, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        """The candidates of an outright wish: the article on human service first, where there is one."""
        if self.human_article not in self.rules:
            return candidates
        left = 1 - _WISH_CONFIDENCE
        rest = tuple(
            Candidate(c.article, round(c.confidence * left, 6)) for c in candidates if c.article != self.human_article
        )
        return (Candidate(self.human_article, _WISH_CONFIDENCE), *rest)

    def _answer(
        self, best: Candidate, language: Language, confidence: float, candidates: tuple[Candidate, ...]
    ) -> Answer:
        policy = self.rules[best.article].handoff
        if policy is HandoffPolicy.URGENT:
            referral = Referral(Reason.URGENT, Priority.URGENT, offered=False)
            return Answer(Reason.URGENT, language, confidence, candidates, best.article, referral)
        if policy is HandoffPolicy.ALWAYS:
            referral = self._referral(Reason.POLICY, best, offered=False)
            return Answer(Reason.POLICY, language, confidence, candidates, best.article, referral)
        return Answer(Reason.CONFIDENT, language, confidence, candidates, best.article, None)

    def _referral(self, reason: Reason, best: Candidate, offered: bool) -> Referral:
        priority = Priority.NORMAL
        if best.article and best.confidence >= self._clarify:
            rules = self.rules[best.article]
            priority = Priority.URGENT if self._is_urgent(best) else _PRIORITY_OF_RISK[rules.risk]
        return Referral(reason, priority, offered)

    def _choices(self, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        """Different articles, near ones first; one that is far behind the best only adds noise."""
        best = candidates[0].confidence if candidates else 0.0
        near = [c for c in candidates[: self.max_choices] if c.confidence >= 0.05 * best]
        return tuple(near)
