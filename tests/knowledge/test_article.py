import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topay_bot.knowledge.article import (
    Article,
    Audience,
    HandoffPolicy,
    Problem,
    Risk,
    parse_article,
    parse_text,
    split_name,
    valid_id,
)

PATH = Path("payment/payment-gift.zh.md")
FULL = """---
title: 礼品卡
questions:
  - 能用礼品卡吗
  - "卡: 在哪"
tags: [卡]
related: [payment-methods]
handoff: always
risk: high
audience: merchant
owner: payments
description: 一句话
review_by: 2027-06-30
publish_date: 2026-01-01
expiry_date: 2026-12-31
draft: true
extra: {source: sheet, row: 7}
---

可以。

第二段。
"""


def _problem(text: str) -> Problem:
    article, problems = parse_text(text, PATH, "f.md")
    assert article is None
    return problems[0]


def test_every_field_is_read() -> None:
    article, problems = parse_text(FULL, PATH, "f.md")
    assert problems == []
    assert article == Article(
        id="payment-gift",
        category="payment",
        language="zh",
        title="礼品卡",
        questions=("能用礼品卡吗", "卡: 在哪"),
        source="可以。\n\n第二段。",
        body="可以。\n\n第二段。",
        description="一句话",
        tags=("卡",),
        audience=Audience.MERCHANT,
        related=("payment-methods",),
        handoff=HandoffPolicy.ALWAYS,
        risk=Risk.HIGH,
        owner="payments",
        review_by=datetime.date(2027, 6, 30),
        publish_date=datetime.date(2026, 1, 1),
        expiry_date=datetime.date(2026, 12, 31),
        draft=True,
        extra={"source": "sheet", "row": 7},
        path=PATH,
        lines=article.lines if article else {},
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_lines_are_those_of_the_file(newline: str, mark: str, tmp_path: Path) -> None:
    path = tmp_path / "payment-gift.zh.md"
    path.write_bytes((mark + FULL.replace("\n", newline)).encode())
    article, _ = parse_article(path, "f.md")
    assert article is not None
    told = {
        key: FULL.split("\n")[article.line(key) - 1] for key in ("title", "questions.1", "related.0", "draft", "body")
    }
    assert told == {
        "title": "title: 礼品卡",
        "questions.1": '  - "卡: 在哪"',
        "related.0": "related: [payment-methods]",
        "draft": "draft: true",
        "body": "可以。",
    }
    assert article.line("nothing") == 1


@pytest.mark.parametrize(
    ("front", "line", "says"),
    [
        ("questions: [a]", 2, "'title' is missing"),
        ("title: 7", 2, "'title' is 7; expected a text"),
        ("title: x\nquestions: a", 3, "expected a list of texts"),
        ("title: x\nquestions:\n- a\n- yes", 5, "'questions', number 2, is True; expected a text (quote yes"),
        ("title: x\nquestions:\n- ' '", 4, "number 1, is ' '"),
        ("title: x\nhandoff: maybe", 3, "'handoff' is 'maybe'; expected one of never, offer, always, urgent"),
        ("title: x\nhandoff: [always]", 3, "expected one of never"),
        ("title: x\nreview_by: soon", 3, "expected a day as YYYY-MM-DD"),
        ("title: x\nreview_by: 2026-01-01 10:00:00", 3, "expected a day as YYYY-MM-DD"),
        ("title: x\nreview_by: 2026-02-30", 2, "a value cannot be read: day is out of range"),
        ("title: x\ndraft: 1", 3, "expected true or false"),
        ("title: x\nauthor: me", 3, "unknown key 'author'; known: audience, "),
        ("title: x\n7: y", 3, "unknown key 7"),
        ("title: x\nquestions: [a]\nquestions: [b]", 4, "'questions' stands twice, first in line 3"),
        ("title: a: b", 2, "not valid YAML: mapping values are not allowed in this context; quote texts"),
        ("title: x\n\tquestions: []", 3, "not valid YAML"),
        ("- a", 2, "expected keys such as title"),
        ("", 2, "expected keys such as title"),
        ("title: &a x\ndescription: *a", 3, "aliases (*name) are not used"),
        ("title: " + "[" * 3000 + "]" * 3000, 2, "nested more than 20 levels"),
        ("- " * 3000, 2, "nested more than 20 levels"),
        ("title: !!python/object:os.system x", 2, "not valid YAML: could not determine a constructor"),
        ("title: 'x", 2, "not valid YAML"),
    ],
)
def test_bad_front_matter_is_told_with_its_line(front: str, line: int, says: str) -> None:
    problem = _problem(f"---\n{front}\n---\n\nanswer\n" if front else "---\n---\nanswer\n")
    assert problem.rule == "front-matter"
    assert says in problem.message
    assert problem.line == line


def test_every_problem_of_a_file_is_told() -> None:
    _, problems = parse_text("---\nrisk: x\nowner: 3\ndraft: no way\n---\n", PATH, "f.md")
    assert [problem.line for problem in problems] == [2, 2, 3, 4]  # the missing title first
    assert str(problems[1]) == "f.md:2: front-matter: 'risk' is 'x'; expected one of low, medium, high"


def test_not_utf_8_is_told_with_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "payment-gift.zh.md"
    path.write_bytes("---\ntitle: 退款\n---\n".encode("gb18030"))
    _, (problem,) = parse_article(path, "f.md")
    assert (problem.rule, problem.message) == ("encoding", "not UTF-8 at byte 11; save the file as UTF-8")


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "payment-gift.zh.md").mkdir()
    _, (problem,) = parse_article(tmp_path / "payment-gift.zh.md", "f.md")
    assert "cannot be read" in problem.message


@given(st.binary(max_size=300))
def test_no_bytes_raise(raw: bytes) -> None:
    _parse(raw)
    _parse(b"---\n" + raw + b"\n---\n")


@given(st.text("-abt:#'\"[]{}&*!|>%@`,? \n\t7\u2028\x85é中", max_size=80))
def test_no_yaml_raises(front: str) -> None:
    _parse(f"---\ntitle: {front}\n---\n".encode())


def _parse(raw: bytes) -> None:
    class Bytes(type(Path())):  # type: ignore[misc]  # the concrete class of the platform
        def read_text(self, encoding: str | None = None, *rest: object) -> str:
            return raw.decode(encoding or "utf-8")

    article, problems = parse_article(Bytes("payment/payment-gift.zh.md"), "f.md")
    assert (article is None) == bool(problems)
    assert all(problem.line >= 1 for problem in problems)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("payment-gift.zh.md", ("payment-gift", "zh")),
        ("a.b.en.md", ("a.b", "en")),
        ("礼品卡.zh.md", ("礼品卡", "zh")),
        ("payment.fr.md", None),
        ("README.md", None),
        (".zh.md", None),
        ("payment.zh.txt", None),
        ("payment.zh.md.md", None),
    ],
)
def test_split_name(name: str, expected: object) -> None:
    assert split_name(Path("x") / name) == expected


@pytest.mark.parametrize("text", ["payment-gift", "a", "礼品卡", "a b", "a" * 200, "x.y"])
def test_valid_ids(text: str) -> None:
    assert valid_id(text)


@pytest.mark.parametrize(
    "text", ["", ".", "..", ".a", "a/b", "a\\b", " a", "a ", "a\nb", "a\0b", "a" * 201, "卡" * 67, "a\u2028b", "\ud83d"]
)
def test_ids_that_make_no_file_name(text: str) -> None:
    assert not valid_id(text)


def test_published_from_the_first_day_until_before_the_last() -> None:
    article = Article(
        id="a",
        category="c",
        language="zh",
        title="t",
        questions=(),
        publish_date=datetime.date(2026, 1, 10),
        expiry_date=datetime.date(2026, 1, 20),
    )
    days = [day for day in range(1, 31) if article.published(datetime.date(2026, 1, day))]
    assert days == list(range(10, 20))
