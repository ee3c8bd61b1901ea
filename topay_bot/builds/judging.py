"""Two builds on the same judging questions: what each makes of every question, and where the new one is worse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from topay_bot.edition import Edition
from topay_bot.evaluation import Case, Prediction, evaluate
from topay_bot.text import Language, detect_language, normalise

# Of these no build may fall by more than is tolerated. Shares, 0 to 1; see Figures in evaluation.py.
FIGURES = ("top1", "coverage", "answered_precision", "oos_rejected")
# One more, where cases expect it: the share of emergencies in which a person is called in at once.
URGENT = "urgent"


class Verdict(IntEnum):
    """What a customer got, the worse first."""

    WRONG = 0  # a wrong answer, or any answer to a question that has none
    MISSED = 1  # no answer, and the right article is not among the choices
    OFFERED = 2  # asked back, with the right article among the choices
    RIGHT = 3

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Judged:
    """One question as one build decided it."""

    verdict: Verdict
    decision: str
    article: str | None  # the best candidate
    confidence: float

    def __str__(self) -> str:
        return f"{self.verdict}: {self.decision} {self.article or '-'} {self.confidence:.2f}"


@dataclass(frozen=True, slots=True)
class Change:
    """A question that the new build decides worse."""

    language: Language
    question: str
    expected: tuple[str, ...]
    before: Judged
    after: Judged


@dataclass(frozen=True, slots=True)
class Judgement:
    """One build on all judging questions."""

    figures: Mapping[Language, Mapping[str, float]]  # FIGURES, URGENT where cases expect it, and `cases`
    judged: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The new build against the old one. `falls` says in words which figures fell too far."""

    before: Mapping[Language, Mapping[str, float]]
    after: Mapping[Language, Mapping[str, float]]
    worse: tuple[Change, ...]  # the worst first
    better: int
    falls: tuple[str, ...]


def language_of(case: Case) -> Language:
    """The language that a case is asked in: as it says, else as detected."""
    return case.language or detect_language(normalise(case.text))


def judge(
    edition: Edition, cases: Sequence[Case], max_choices: int, progress: Callable[[int], None] | None = None
) -> Judgement:
    """Ask a build every case, as customers do."""
    figures: dict[Language, dict[str, float]] = {}
    judged: dict[int, Judged] = {}
    for language in sorted({language_of(case) for case in cases}):
        places = [place for place, case in enumerate(cases) if language_of(case) == language]
        found, made = evaluate(edition.answerer.decide, [cases[place] for place in places], progress)
        figures[language] = {"cases": len(places)} | {name: round(getattr(found, name), 4) for name in FIGURES}
        heard = [p.reason == URGENT for place, p in zip(places, made, strict=True) if cases[place].expect == URGENT]
        if heard:
            figures[language][URGENT] = round(sum(heard) / len(heard), 4)
        for place, prediction in zip(places, made, strict=True):
            verdict = _verdict(cases[place], prediction, max_choices)
            judged[place] = Judged(verdict, prediction.decision, prediction.article, round(prediction.confidence, 4))
    return Judgement(figures, tuple(judged[place] for place in range(len(cases))))


def compare(
    cases: Sequence[Case], before: Judgement, after: Judgement, tolerance: Mapping[Language, float]
) -> Comparison:
    """Where `after` is worse than `before`; `tolerance` is the fall of a share that is let pass, by language."""
    falls = []
    for language, old in before.figures.items():
        new, allowed = after.figures[language], tolerance.get(language, 0.0)
        for name in (name for name in (*FIGURES, URGENT) if name in old):
            fall = old[name] - new[name]
            if fall > allowed + 1e-9:
                falls.append(
                    f"{language}: {name} fell by {fall:.1%} from {old[name]:.1%} to {new[name]:.1%}, "
                    f"{allowed:.1%} is tolerated"
                )
    pairs = list(zip(cases, before.judged, after.judged, strict=True))
    worse = [
        Change(language_of(case), case.text, case.articles, old, new)
        for case, old, new in pairs
        if new.verdict < old.verdict
    ]
    worse.sort(key=lambda change: (change.after.verdict, -change.before.verdict))
    better = sum(new.verdict > old.verdict for _, old, new in pairs)
    return Comparison(before.figures, after.figures, tuple(worse), better, tuple(falls))


def _verdict(case: Case, prediction: Prediction, max_choices: int) -> Verdict:
    decision = prediction.decision
    if not case.articles:
        return Verdict.WRONG if decision == "answer" else Verdict.RIGHT
    if case.expect == "human" and prediction.reason == "asked":
        return Verdict.RIGHT
    if decision == "answer":
        if prediction.article not in case.articles:
            return Verdict.WRONG
        # The right first steps, but nobody called in: an emergency is only half helped by that.
        return Verdict.OFFERED if case.expect == URGENT and prediction.reason != URGENT else Verdict.RIGHT
    if case.expect == URGENT and prediction.reason == URGENT:
        return Verdict.OFFERED  # somebody is called in, without first steps
    offered = {candidate.article for candidate in prediction.candidates[:max_choices]} if decision == "clarify" else ()
    return Verdict.OFFERED if set(case.articles) & set(offered) else Verdict.MISSED
