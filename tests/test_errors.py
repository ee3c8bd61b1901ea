import inspect
import re

import pytest

import topay_bot.errors
from topay_bot.errors import ImportRowsError, KnowledgeError, TopayError

ERRORS = [value for _, value in inspect.getmembers(topay_bot.errors, inspect.isclass) if issubclass(value, TopayError)]


def test_codes_are_unique_and_stable_in_form() -> None:
    codes = [error.code for error in ERRORS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


def test_the_tree_at_the_top_is_the_tree() -> None:
    text = topay_bot.errors.__doc__ or ""
    drawn: dict[str, str] = {}
    above: list[str] = ["TopayError"]
    for line in text.splitlines():
        if found := re.match(r"    ((?:[| ]   )*)[|`]-- (\w+)", line):
            depth = len(found[1]) // 4 + 1
            above[depth:] = [found[2]]
            drawn[found[2]] = above[depth - 1]
    assert drawn == {error.__name__: error.__bases__[0].__name__ for error in ERRORS if error is not TopayError}


@pytest.mark.parametrize(("count", "words"), [(1, "1 bad row in f.jsonl"), (21, "21 bad rows in f.jsonl")])
def test_bad_rows_are_all_carried_and_the_first_twenty_shown(count: int, words: str) -> None:
    rows = [(number, f"reason {number}") for number in range(1, count + 1)]
    error = ImportRowsError("f.jsonl", rows)
    assert error.rows == tuple(rows)
    assert str(error).startswith(words)
    assert "f.jsonl:1: reason 1" in str(error)
    assert ("... and 1 more" in str(error)) == (count == 21)
    assert "reason 21" not in str(error)


def test_problems_are_carried() -> None:
    assert KnowledgeError("bad", ["a.md:1: rule: words"]).problems == ("a.md:1: rule: words",)
