import json
from pathlib import Path

import pytest

from topay_bot.answering.policy import Answer, Candidate, Clarification, Decision, Handoff, Priority, Reason, Referral
from topay_bot.errors import CasesError
from topay_bot.evaluation import Alarm, Case, Part, evaluate, load_cases

REFERRAL = Referral(Reason.LOW_CONFIDENCE, Priority.NORMAL, True)


def _decision(text: str, language: object = None) -> Decision:
    """Decides as the text says: KIND, then article:confidence pairs."""
    kind, *pairs = text.split()
    candidates = tuple(Candidate(name, float(value)) for name, value in (pair.split(":") for pair in pairs))
    best = candidates[0].confidence if candidates else 0.0
    common = ("en", best, candidates)
    if kind == "answer":
        return Answer(Reason.CONFIDENT, *common, candidates[0].article, None)
    if kind == "clarify":
        return Clarification(Reason.AMBIGUOUS, *common, candidates)
    return Handoff(Reason.LOW_CONFIDENCE, *common, REFERRAL)


def test_every_figure_counted_by_hand() -> None:
    cases = [
        Case("answer a:0.9 b:0.05", ("a",)),  # right
        Case("answer a:0.8 b:0.1", ("b",)),  # wrong, second
        Case("clarify a:0.6 b:0.2 c:0.1", ("c",)),  # third
        Case("clarify a:0.5 b:0.2", ("x", "a")),  # right, any of several
        Case("handoff a:0.1", ("z",)),  # not found
        Case("answer a:0.7", ()),  # out of scope, answered
        Case("handoff a:0.2", ()),
        Case("handoff", ()),
    ]
    figures, predictions = evaluate(_decision, cases)
    assert (figures.cases, figures.in_scope) == (8, 5)
    assert figures.top1 == pytest.approx(2 / 5)
    assert figures.top3 == pytest.approx(4 / 5)
    assert figures.mrr == pytest.approx((1 + 1 / 2 + 1 / 3 + 1) / 5)
    assert figures.coverage == pytest.approx(2 / 5)
    assert figures.answered_precision == pytest.approx(1 / 3)
    assert figures.oos_rejected == pytest.approx(2 / 3)
    # Pairs of known (.9 .8 .6 .5 .1) and unknown (.7 .2 0): 11 of 15 in the right order.
    assert figures.oos_auroc == pytest.approx(11 / 15)
    assert figures.latency_ms["p50"] >= 0
    assert predictions[2].decision == "clarify"
    assert predictions[7].article is None
    assert predictions[0].to_json() == {
        "text": "answer a:0.9 b:0.05",
        "decision": "answer",
        "article": "a",
        "confidence": 0.9,
        "candidates": [{"article": "a", "confidence": 0.9}, {"article": "b", "confidence": 0.05}],
        "reason": "confident",
    }


def test_without_one_side_figures_are_zero_not_nan() -> None:
    figures, _ = evaluate(_decision, [Case("handoff", ())])
    assert figures.top1 == figures.coverage == figures.answered_precision == figures.oos_auroc == 0
    assert figures.oos_rejected == 1
    json.dumps(figures.to_json(), allow_nan=False)


def test_both_forms_of_cases(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    rows = [
        {"text": "a", "article": "x"},
        {"text": "b", "article": None},
        {"text": "c", "articles": ["x", "y"], "lang": "en", "expect": "answer", "kind": "plain"},
        {"text": "d", "articles": []},
        {"text": "e", "articles": None},
    ]
    file.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    assert [case.articles for case in load_cases(file)] == [("x",), (), ("x", "y"), (), ()]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "not JSON"),
        ("[]", "expected"),
        ('{"text": 1, "article": "x"}', "expected"),
        ('{"text": "a"}', "expected"),
        ('{"text": "a", "articles": "x"}', "expected"),
        ('{"text": "a", "article": "x", "lang": "fr"}', "fr"),
    ],
)
def test_a_bad_case_is_named_by_line(tmp_path: Path, line: str, what: str) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text('{"text": "a", "article": "x"}\n' + line)
    with pytest.raises(CasesError, match=f"cases.jsonl:2: .*{what}"):
        load_cases(file)


def test_no_cases_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(CasesError, match="cannot be read"):
        load_cases(tmp_path / "missing.jsonl")
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(CasesError, match="holds no case"):
        load_cases(tmp_path / "empty.jsonl")


def test_parts_are_counted_like_the_whole() -> None:
    cases = [
        Case("answer a:0.9", ("a",), "en", kind="plain"),
        Case("answer a:0.8 b:0.1", ("b",), "en", kind="plain"),
        Case("handoff a:0.3", ("a",), "zh", kind="typo"),
        Case("answer a:0.9", (), "zh", kind="near"),
        Case("handoff a:0.2", (), "zh", kind="near"),
        Case("handoff a:0.1", (), "zh", kind="far"),
        Case("clarify a:0.1", ("a",)),  # of no kind; Latin words: English
    ]
    figures, _ = evaluate(_decision, cases)
    assert set(figures.by_kind) == {"plain", "typo", "near", "far"}
    assert figures.by_kind["plain"] == Part(2, 2, 0.5, 1.0, 1.0, 0.5, None)
    assert figures.by_kind["typo"] == Part(1, 1, 1.0, 1.0, 0.0, None, None)
    assert figures.by_kind["near"] == Part(2, 0, None, None, None, 0.0, 0.5)
    assert figures.by_kind["far"].oos_rejected == 1
    assert {name: part.cases for name, part in figures.by_language.items()} == {"en": 3, "zh": 4}
    assert figures.by_language["en"].coverage == pytest.approx(2 / 3)
    json.dumps(figures.to_json(), allow_nan=False)


def test_wishes_and_emergencies_are_counted_by_what_was_expected() -> None:
    said = {
        "asked": Handoff(Reason.ASKED, "en", 0.0, (), REFERRAL),
        "urgent": Answer(Reason.URGENT, "en", 0.9, (Candidate("u", 0.9),), "u", REFERRAL),
        "sure": Answer(Reason.CONFIDENT, "en", 0.9, (Candidate("a", 0.9),), "a", None),
    }
    cases = [
        Case("asked", ("h",), expect="human"),
        Case("sure", ("h",), expect="human"),
        Case("urgent", ("u",), expect="urgent"),
        Case("asked", ("a",), expect="answer"),
        Case("urgent", ("a",), expect="answer"),
        Case("sure", ("a",), expect="answer"),
        Case("asked", ("a",)),  # says nothing about what it expects: counts nowhere
    ]
    figures, _ = evaluate(lambda text, language: said[text], cases)
    assert figures.wishes == Alarm(cases=2, recall=0.5, others=4, false_alarms=0.25)
    assert figures.urgent == Alarm(cases=1, recall=1.0, others=5, false_alarms=0.2)
    assert figures.decisions == {
        "answer": {"answer": 2, "handoff": 1},
        "human": {"answer": 1, "handoff": 1},
        "urgent": {"answer": 1},
    }
