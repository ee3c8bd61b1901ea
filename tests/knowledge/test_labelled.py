from pathlib import Path

import pytest

from topay_bot.knowledge.labelled import LabelledQuestion, read_labelled


def test_questions_with_one_several_and_no_articles(tmp_path: Path) -> None:
    file = tmp_path / "calibration.zh.jsonl"
    lines = ['{"text": " 退款 ", "articles": ["a"]}', "", '{"text": "b", "articles": ["a", "b"]}']
    file.write_text("\n".join([*lines, '{"text": "天气", "articles": []}', ""]))
    found, problems = read_labelled(file, {"a", "b"})
    assert problems == []
    assert found == (LabelledQuestion("退款", ("a",)), LabelledQuestion("b", ("a", "b")), LabelledQuestion("天气", ()))


def test_no_file_is_no_questions(tmp_path: Path) -> None:
    assert read_labelled(tmp_path / "none", set()) == ((), [])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not JSON"),
        ("[1]", "no text"),
        ('{"text": "", "articles": []}', "no text"),
        ('{"text": "x"}', "articles is None"),
        ('{"text": "x", "articles": "a"}', "articles is 'a'"),
        ('{"text": "x", "articles": ["gone"]}', "'gone' is no article"),
    ],
)
def test_a_bad_line_is_a_problem_with_its_number(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "calibration.en.jsonl"
    file.write_text('{"text": "fine", "articles": ["a"]}\n' + line + "\n")
    found, (problem,) = read_labelled(file, {"a"})
    assert len(found) == 1
    assert (problem.line, problem.rule) == (2, "calibration")
    assert said in problem.message


def test_not_utf8(tmp_path: Path) -> None:
    file = tmp_path / "calibration.en.jsonl"
    file.write_bytes(b"\xff\xfe")
    assert "UTF-8" in read_labelled(file, set())[1][0].message
