from typing import Any

import pytest

from topay_bot.answering.policy import Candidate
from topay_bot.builds.judging import FIGURES, Judged, Judgement, Verdict, _verdict, compare
from topay_bot.evaluation import Case, Prediction


def _prediction(decision: str, *articles: str, reason: str = "confident") -> Prediction:
    candidates = tuple(Candidate(article, 0.5) for article in articles)
    return Prediction("q", decision, articles[0] if articles else None, 0.5, candidates, reason)


@pytest.mark.parametrize(
    ("expected", "prediction", "verdict"),
    [
        (("a",), _prediction("answer", "a", "b"), Verdict.RIGHT),
        (("a", "b"), _prediction("answer", "b"), Verdict.RIGHT),
        (("a",), _prediction("answer", "b", "a"), Verdict.WRONG),
        (("a",), _prediction("clarify", "b", "a"), Verdict.OFFERED),
        (("a",), _prediction("clarify", "b", "c", "a"), Verdict.MISSED),  # beyond the choices
        (("a",), _prediction("handoff", "a"), Verdict.MISSED),
        ((), _prediction("answer", "a"), Verdict.WRONG),
        ((), _prediction("clarify", "a"), Verdict.RIGHT),
        ((), _prediction("handoff"), Verdict.RIGHT),
    ],
)
def test_what_a_customer_got(expected: tuple[str, ...], prediction: Prediction, verdict: Verdict) -> None:
    assert _verdict(Case("q", expected), prediction, max_choices=2) is verdict


def test_an_emergency_is_half_helped_without_a_person_and_a_wish_is_met_by_one() -> None:
    urgent = Case("q", ("a",), expect="urgent")
    assert _verdict(urgent, _prediction("answer", "a", reason="urgent"), 4) is Verdict.RIGHT
    assert _verdict(urgent, _prediction("answer", "a"), 4) is Verdict.OFFERED
    assert _verdict(urgent, _prediction("handoff", "a", reason="urgent"), 4) is Verdict.OFFERED
    assert _verdict(urgent, _prediction("handoff", "a"), 4) is Verdict.MISSED
    human = Case("q", ("service-human-agent",), expect="human")
    assert _verdict(human, _prediction("handoff", "x", reason="asked"), 4) is Verdict.RIGHT


def _judgement(verdicts: list[Verdict], **figures: float) -> Judgement:
    shares: dict[str, float] = dict.fromkeys(FIGURES, 0.9) | {"cases": len(verdicts)} | figures
    return Judgement({"zh": shares}, tuple(Judged(verdict, "answer", "a", 0.9) for verdict in verdicts))


CASES = [Case(f"问题{number}", ("a",), "zh") for number in range(4)]
GOOD = [Verdict.RIGHT, Verdict.RIGHT, Verdict.OFFERED, Verdict.MISSED]


@pytest.mark.parametrize(
    ("change", "tolerance", "falls"),
    [
        ({}, {"zh": 0.0}, []),
        ({"top1": 0.88}, {"zh": 0.02}, []),  # just what is tolerated, in binary fractions too
        ({"top1": 0.87}, {"zh": 0.02}, ["zh: top1 fell by 3.0% from 90.0% to 87.0%, 2.0% is tolerated"]),
        ({"coverage": 0.899}, {"en": 0.5}, ["zh: coverage fell"]),  # a language not named tolerates nothing
        ({"answered_precision": 0.8, "oos_rejected": 0.5}, {"zh": 0.0}, ["answered_precision", "oos_rejected"]),
        ({"top1": 1.0, "coverage": 1.0}, {"zh": 0.0}, []),
    ],
)
def test_a_fall_beyond_the_tolerated_one_is_told(
    change: dict[str, Any], tolerance: dict[Any, float], falls: list[str]
) -> None:
    found = compare(CASES, _judgement(GOOD), _judgement(GOOD, **change), tolerance)
    assert len(found.falls) == len(falls)
    for said, part in zip(found.falls, falls, strict=True):
        assert part in said


def test_a_lost_emergency_is_a_fall() -> None:
    found = compare(CASES, _judgement(GOOD, urgent=1.0), _judgement(GOOD, urgent=0.9), {"zh": 0.02})
    assert found.falls == ("zh: urgent fell by 10.0% from 100.0% to 90.0%, 2.0% is tolerated",)


def test_what_got_worse_comes_question_by_question_the_worst_first() -> None:
    after = [Verdict.OFFERED, Verdict.WRONG, Verdict.RIGHT, Verdict.MISSED]
    found = compare(CASES, _judgement(GOOD), _judgement(after), {})
    assert [(change.question, change.after.verdict) for change in found.worse] == [
        ("问题1", Verdict.WRONG),
        ("问题0", Verdict.OFFERED),
    ]
    assert found.better == 1
