from topay_bot.commands.printing import figures_lines, percent, table, width
from topay_bot.evaluation import Case, Prediction, figures


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
