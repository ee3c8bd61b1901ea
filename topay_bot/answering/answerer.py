"""The answerer: a question in, a decision out. Everything it needs comes from one build."""

from __future__ import annotations

import datetime
import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from topay_bot.answering.calibration import Calibrator
from topay_bot.answering.guards import doubt
from topay_bot.answering.hearing import hear
from topay_bot.answering.legibility import foreign, illegible
from topay_bot.answering.policy import Answer, Candidate, Decision, Handoff, Heard, Policy, Priority, Reason, Referral
from topay_bot.answering.topics import about, is_bare
from topay_bot.retrieval.comparison import Comparison
from topay_bot.retrieval.retriever import Retrieval, Retriever
from topay_bot.text import Language


@dataclass(frozen=True)
class Answerer:
    """Decides what to do with a question; immutable, safe to share between threads."""

    retriever: Retriever
    calibrators: Mapping[Language, Calibrator]  # by shelf, as are the policies
    policies: Mapping[Language, Policy]
    today: Callable[[], datetime.date] = datetime.date.today

    def chosen(self, article: str, language: Language) -> Decision:
        """The decision when the customer says which article is meant."""
        return next(iter(self.policies.values())).chosen(article, language)

    def question(self, typed: str) -> str:
        """What was asked, in normal form: see retrieval.reading.Reader."""
        return self.retriever.reader.question(typed)

    def decide(self, question: str, language: Language | None = None) -> Decision:
        """The decision for a question as typed; its language is detected unless given."""
        return self.explain(question, language)[0]

    def explain(self, question: str, language: Language | None = None) -> tuple[Decision, Retrieval]:
        """The decision and the retrieval behind it."""
        found, candidates = max(
            ((retrieval, self._candidates(retrieval)) for retrieval in self.retriever.search(question)),
            key=lambda pair: pair[1][0].confidence if pair[1] else 0.0,
        )
        language = language or found.language
        heard, bare = self.heard(found), is_bare(found.question)
        if heard.wish < 0 and foreign(found.question):
            return _refused(Reason.FOREIGN, Priority.NORMAL, language), found
        best = candidates[0].article if candidates else None
        passage = next((hit.passage.text for hit in found.hits if hit.article == best), "")
        policy = self.policies[found.shelf]
        decision = policy.decide(language, candidates, heard, lambda: doubt(found.question, passage))
        # "88" is a goodbye that an article answers; "8" is nothing.
        if heard.wish < 0 and not isinstance(decision, Answer) and illegible(found.question):
            return _refused(Reason.UNREADABLE, Priority.LOW, language), found
        if decision.reason is Reason.LOW_CONFIDENCE and bare:
            decision = policy.which_of(decision, about(found.question, found.hits))
        return decision, found

    def heard(self, found: Retrieval) -> Heard:
        """What the words of a question that was searched tell by themselves."""
        return _heard(found.question)

    def compare(self, found: Retrieval, topic: str) -> Comparison:
        """What articles have to do with a question that was searched and may be asked about one of them, the topic."""
        return self.retriever.compare(found, self.policies[found.shelf].rules[topic].title(found.shelf))

    def _candidates(self, found: Retrieval) -> tuple[Candidate, ...]:
        """The articles found, as long as they have not expired since the build: the others keep their confidence."""
        confidences = self.calibrators[found.shelf](found.features)
        rules, today = self.policies[found.shelf].rules, self.today()
        return tuple(
            Candidate(hit.article, round(float(confidence), 6))
            for hit, confidence in zip(found.hits, confidences, strict=True)
            if rules[hit.article].answers_on(today)
        )


@functools.lru_cache(maxsize=64)  # what a decision has heard, the conversation around it asks again
def _heard(question: str) -> Heard:
    heard = hear(question)
    # "password" tells of no danger; "stolen" has an article of its own
    return replace(heard, alarm=-math.inf) if is_bare(question) else heard


def _refused(reason: Reason, priority: Priority, language: Language) -> Handoff:
    """No answer to what we cannot read; a person is offered."""
    return Handoff(reason, language, 0.0, (), Referral(reason, priority, offered=True))
