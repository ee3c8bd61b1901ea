from topay_bot.commands.printing import explanation_lines, figures_lines, percent, table, width
from topay_bot.evaluation import Case, Prediction, figures
from topay_bot.explanation import Evidence, Explanation, Leg, LegHit, ShelfView


def test_a_table_is_aligned_in_both_languages() -> None:
    assert list(table(["kind", "n"], [["退款", "1"], ["ab", "100"]])) == ["kind    n", "退款    1", "ab    100"]
    assert width("退款 a") == 6


def test_nothing_to_share_is_a_dash() -> None:
    assert (percent(None), percent(0.0), percent(0.4567)) == ("-", "0.0%", "45.7%")


def test_figures_for_people_name_languages_kinds_and_alarms() -> None:
    cases = [Case("退款", ("a",), kind="plain", expect="answer"), Case("human", ("h",), kind="human", expect="human")]
    predictions = [
        Prediction("退款", "answer", "a", 0.9, (), "confident"),
        Prediction("human", "handoff", "h", 0.9, (), "asked"),
    ]
    lines = list(figures_lines("b1", figures(cases, predictions, [1.0, 2.0])))
    assert lines[0].split() == ["build", "b1"]
    for begin in ("language", "zh", "en", "kind", "plain", "must be heard", "wishes", "expected"):
        assert any(line.startswith(begin) for line in lines), begin
    assert not any(line.startswith("urgent") for line in lines), "nothing expected it"


def test_cases_without_kind_and_expectation_get_no_such_tables() -> None:
    lines = list(figures_lines("b1", figures([Case("x", ())], [Prediction("x", "handoff", None, 0.0, (), "")], [1.0])))
    assert not any(line.startswith(("kind", "must be heard", "expected")) for line in lines)


def test_an_explanation_for_people_marks_what_is_right() -> None:
    leg = Leg("dense", (LegHit("b", 0.9, "x" * 100, False), LegHit("a", 0.8, "how", True)), 2)
    best = Evidence("a", "Title", 0.61, 0.5, {"score": 0.5, "margin": 0.1}, "how", True)
    shelf = ShelfView("en", True, 0.9, 0.4, (leg,), (best,))
    told = Explanation("b1", "How?", "how?", "en", (shelf,), "clarify", "ambiguous", 0.61, None, ("a", "b"), None,
                       ("Between.",), ("a",))  # fmt: skip
    lines = list(explanation_lines(told))
    assert "decision     clarify a, b (ambiguous, confidence 0.610)" in lines
    assert "because      Between." in lines
    assert " *1. a  confidence 0.610  Title" in lines
    assert "      score 0.500  margin 0.100" in lines
    assert "  dense alone, the right article is number 2:" in lines
    assert any("*a" in line and "0.800" in line for line in lines)
    assert max(map(len, lines)) < 100
