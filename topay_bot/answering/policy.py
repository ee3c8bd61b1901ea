"""Decisions: from hits with confidence to Answer, Clarification or Handoff."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    OTHERS = "others"  # the customer meant none of those shown; these are the next ones
    STUCK = "stuck"  # two failures in a row
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
    category: str = ""
    related: frozenset[str] = frozenset()
    until: datetime.date | None = None  # from that day on it answers no more
    titles: Mapping[Language, str] = field(default_factory=dict)

    def title(self, language: Language) -> str:
        """Its title in a language, or else in another."""
        return self.titles.get(language, next(iter(self.titles.values()), ""))

    def answers_on(self, day: datetime.date) -> bool:
        """Whether it has not expired by then."""
        return self.until is None or day < self.until


@dataclass(frozen=True, slots=True)
class Heard:
    """What the words of a text alone tell, as log-odds; see hearing.py."""

    wish: float  # for a person
    alarm: float = -math.inf  # that money or an account is in danger


# A wish missed is held to cost as much as eight heard wrongly, an emergency missed as much as four seen wrongly.
_WISH = math.log(1 / 8)
_EMERGENCY = math.log(1 / 4)
# Below these log-odds not even the article on human service makes a wish: "are agents free of charge".
_NO_WISH = -3.0
# What turns the odds of urgent articles, times those of the words, into odds of an emergency: both know the same
# words, and emergencies are rarer in life than in what the words were learned from. Of labelled questions held out,
# 1 to 2 % that are no emergency are then taken for one.
_ALARM_SCALE = 2.4
_MOST_SURE = 0.97  # of a wish, by its words
EMERGENCY = 1 / 5  # confidence of an urgent article from which a person is called, whatever the words: the same odds
# Its own first steps are shown where it is likelier than not. Below, another emergency's would be shown as often: then
# the bot says what holds in any (chat/wording.py), and a person comes all the same.
FIRST_STEPS = 0.5
_OF_DANGER = 1.0  # log-odds of the words alone: three to one
_LIKELY = 1 / 3  # chance of a wish or an emergency from which a topic before it says nothing to the contrary
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
        heard: Heard,
        doubt: Callable[[], Reason | None] = lambda: None,
    ) -> Decision:
        """The decision for candidates, best first.

        `doubt` tells why the first one may be wrong all the same (see guards.py); it is asked only about an answer
        that is not urgent, and turns it into a clarification.
        """
        if self._is_wish(candidates, heard):
            return self._asked(language, candidates, heard)
        candidates = self._urgent_first(candidates, heard)
        best = candidates[0] if candidates else Candidate("", 0.0)
        common = (language, best.confidence, candidates)
        reason: Reason | None = None
        if candidates and self._answers(best, heard):
            if self.is_urgent(best) and not self._shows_first_steps(best):
                return Handoff(Reason.URGENT, *common, Referral(Reason.URGENT, Priority.URGENT, offered=False))
            reason = None if self.is_urgent(best) else doubt()
            if reason is None:
                return self._answer(best, *common)
        choices = self._choices(candidates)
        if best.confidence >= self._clarify and choices:
            return Clarification(reason or Reason.AMBIGUOUS, *common, choices)
        return Handoff(Reason.LOW_CONFIDENCE, *common, self._referral(Reason.LOW_CONFIDENCE, best, offered=True))

    def leaves_no_doubt(self, decision: Decision, heard: Heard) -> bool:
        """Whether a wish or an emergency that was decided is one in whatever conversation, not only by itself."""
        danger = decision.reason is Reason.URGENT and heard.alarm >= _OF_DANGER
        return danger or decision.confidence >= _LIKELY

    def chosen(self, article: str, language: Language) -> Decision:
        """The decision when the customer says which article is meant."""
        best = Candidate(article, 1.0)
        if article == self.human_article:
            return Handoff(Reason.ASKED, language, 1.0, (best,), Referral(Reason.ASKED, Priority.NORMAL, offered=False))
        decision = self._answer(best, language, 1.0, (best,))
        return decision if decision.referral else replace(decision, reason=Reason.CHOSEN)

    def which_of(self, decision: Decision, articles: Sequence[str]) -> Decision:
        """A clarification between these candidates in place of a decision; the decision itself with fewer than two."""
        choices = tuple(c for c in decision.candidates if c.article in articles)[: self.max_choices]
        if len(choices) < 2:
            return decision
        return Clarification(Reason.AMBIGUOUS, decision.language, decision.confidence, decision.candidates, choices)

    @property
    def _clarify(self) -> float:
        return self.thresholds.clarify_threshold

    def _is_wish(self, candidates: tuple[Candidate, ...], heard: Heard) -> bool:
        """Whether the customer wants a person: likely by the words, or fairly likely and no article is sure."""
        best = candidates[0] if candidates else Candidate("", 0.0)
        if best.article == self.human_article and best.confidence >= self._clarify:
            return heard.wish >= _NO_WISH
        sure = best.confidence >= self.thresholds.answer_threshold
        return heard.wish >= (0.0 if sure else _WISH)

    def _urgent_first(self, candidates: tuple[Candidate, ...], heard: Heard) -> tuple[Candidate, ...]:
        """Candidates with the best urgent one first where an emergency is likely by all urgent ones and the words."""
        urgent = [c for c in candidates if self.is_urgent(c)]
        if not urgent or urgent[0] == candidates[0] or not self._is_emergency(urgent, heard):
            return candidates
        if candidates[0].confidence >= self.thresholds.answer_threshold:
            return candidates  # what is surely right is answered, whatever the words
        return (urgent[0], *(c for c in candidates if c != urgent[0]))

    def _is_emergency(self, urgent: Sequence[Candidate], heard: Heard) -> bool:
        chance = min(max(sum(c.confidence for c in urgent), 1e-3), 1 - 1e-3)
        return math.log(chance / (1 - chance)) + heard.alarm + _ALARM_SCALE >= _EMERGENCY

    def _answers(self, best: Candidate, heard: Heard) -> bool:
        # Missing an emergency costs more than a person called once too often.
        if self.is_urgent(best):
            return best.confidence >= EMERGENCY or self._is_emergency([best], heard)
        return best.confidence >= self.thresholds.answer_threshold

    def _shows_first_steps(self, urgent: Candidate) -> bool:
        """Whether an urgent article is likely enough to be shown, a person coming in any case."""
        return urgent.confidence >= min(FIRST_STEPS, self.thresholds.answer_threshold)

    def is_urgent(self, candidate: Candidate) -> bool:
        """Whether its article is about money or an account in danger."""
        rules = self.rules.get(candidate.article)
        return rules is not None and rules.handoff is HandoffPolicy.URGENT

    def _asked(self, language: Language, candidates: tuple[Candidate, ...], heard: Heard) -> Handoff:
        """A person comes. The candidates tell of the article on human service first, where there is one."""
        best = candidates[0] if candidates else Candidate("", 0.0)
        sure = max((c.confidence for c in candidates if c.article == self.human_article), default=0.0)
        sure = max(sure, min(1 / (1 + math.exp(-heard.wish)), _MOST_SURE)) if heard.wish > _NO_WISH else sure
        if self.human_article in self.rules:
            rest = [c for c in candidates if c.article != self.human_article]
            left = min(1.0, (1 - sure) / max(sum(c.confidence for c in rest), 1e-9))
            shared = (Candidate(c.article, round(c.confidence * left, 6)) for c in rest)
            candidates = (Candidate(self.human_article, round(sure, 6)), *shared)
        return Handoff(Reason.ASKED, language, sure, candidates, self._referral(Reason.ASKED, best, offered=False))

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
            priority = Priority.URGENT if self.is_urgent(best) else _PRIORITY_OF_RISK[rules.risk]
        return Referral(reason, priority, offered)

    def _choices(self, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        """Different articles, near ones first; one that is far behind the best only adds noise."""
        best = candidates[0].confidence if candidates else 0.0
        near = [c for c in candidates[: self.max_choices] if c.confidence >= 0.05 * best]
        return tuple(near)
