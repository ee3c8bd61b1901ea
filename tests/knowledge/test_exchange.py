from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.knowledge.conftest import Folder
from topay_bot.errors import ImportRowsError
from topay_bot.knowledge.exchange import Imported, import_rows
from topay_bot.knowledge.library import Library, load_library


def _rows(tmp_path: Path, *rows: dict[str, Any] | str | bytes) -> Path:
    file = tmp_path / "rows.jsonl"
    lines = [
        row if isinstance(row, bytes) else (row if isinstance(row, str) else json.dumps(row)).encode() for row in rows
    ]
    file.write_bytes(b"\n".join(lines) + b"\n")
    return file


def _row(article: str = "refund-time", question: str = "几天到账", lang: str = "zh", **more: Any) -> dict[str, Any]:
    return {"article": article, "question": question, "lang": lang, **more}


def _contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _refused(tmp_path: Path, *rows: dict[str, Any] | str | bytes) -> tuple[tuple[int, str], ...]:
    before = _contents(tmp_path / "kb")
    with pytest.raises(ImportRowsError) as told:
        import_rows(_rows(tmp_path, *rows), tmp_path / "kb")
    assert _contents(tmp_path / "kb") == before
    return told.value.rows


def test_rows_become_articles(tmp_path: Path) -> None:
    file = _rows(
        tmp_path,
        _row(title="到账时间", answer="三天。\r\n\r\n---\n请等。", category="refund", owner="refunds", risk="high"),
        _row(question="多久能到", source="sheet"),
        "",
        _row(question="几天到账", source="app"),
        _row(question="how long", lang="en"),
    )
    done = import_rows(file, tmp_path / "kb")
    zh, en = tmp_path / "kb/refund/refund-time.zh.md", tmp_path / "kb/refund/refund-time.en.md"
    assert done == Imported(4, 1, (en, zh))
    library = load_library(tmp_path / "kb")
    article = library.get("refund-time", "zh")
    assert article is not None
    assert article.title == "到账时间"
    assert article.questions == ("几天到账", "多久能到")
    assert article.source == "三天。\n\n---\n请等。"
    assert (article.owner, article.risk, article.extra) == ("refunds", "high", {"source": ["sheet", "app"]})
    other = library.get("refund-time", "en")
    assert other is not None
    assert other.title == "refund time"


def test_odd_line_breaks_survive_in_other_fields_and_become_spaces_in_questions(tmp_path: Path) -> None:
    row = _row(question="a\u2028b\x85c\td", note="a\u2028b\x85c", more={"deep": ["\u2029"]})
    import_rows(_rows(tmp_path, row), tmp_path / "kb")
    article = load_library(tmp_path / "kb").get("refund-time", "zh")
    assert article is not None
    assert article.questions == ("a b c d",)
    assert article.extra == {"note": row["note"], "more": row["more"]}


def test_articles_without_a_category_are_kept_apart(tmp_path: Path) -> None:
    done = import_rows(_rows(tmp_path, _row()), tmp_path / "kb")
    assert done.files == (tmp_path / "kb/imported/refund-time.zh.md",)


EDITED = """---
title: 礼品卡  # as on the screen
# the shop's own words first
questions:
    - 能用礼品卡吗
    - >-
      礼品卡
      在哪
    # the next two came by e-mail
    - "卡: 在哪"
owner: payments
---
可以。
"""


def test_new_questions_join_an_article_whose_editor_finds_all_else_untouched(tmp_path: Path, folder: Folder) -> None:
    path = folder.raw("payment/payment-card.zh.md", EDITED)
    file = _rows(
        tmp_path, *(_row("payment-card", text, title="别的", answer="别的") for text in ("卡: 在哪", "卡号呢", "#1"))
    )
    done = import_rows(file, folder.root)
    assert done.files == (path,)
    assert path.read_text(encoding="utf-8") == EDITED.replace(
        '"卡: 在哪"\n', "\"卡: 在哪\"\n    - 卡号呢\n    - '#1'\n"
    )


@pytest.mark.parametrize("questions", ["[能用礼品卡吗]", "[]", "\n- 能用礼品卡吗\n# last"])
def test_questions_join_whatever_form_the_list_has(questions: str, tmp_path: Path, folder: Folder) -> None:
    folder.raw("payment/payment-card.zh.md", f"---  \ntitle: 卡\nquestions: {questions}\nrisk: high\n---  \n可以。\n")
    import_rows(_rows(tmp_path, _row("payment-card", "卡号呢")), folder.root)
    article = load_library(folder.root).get("payment-card", "zh")
    assert article is not None
    assert article.questions[-1] == "卡号呢"
    assert (article.title, article.risk, article.source) == ("卡", "high", "可以。")


def test_an_answer_joins_an_article_that_has_none(tmp_path: Path, folder: Folder) -> None:
    folder.write("payment-gift", body="")
    import_rows(_rows(tmp_path, _row("payment-gift", "礼品卡能找零吗", answer="不能。")), folder.root)
    article = load_library(folder.root).get("payment-gift", "zh")
    assert article is not None
    assert article.source == "不能。"


def test_the_other_language_goes_beside_the_one_that_is_there(tmp_path: Path, folder: Folder) -> None:
    done = import_rows(_rows(tmp_path, _row("payment-gift", "where is it", "en")), folder.root)
    assert done.files == (folder.root / "payment/payment-gift.en.md",)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{", "not JSON"),
        ("[1]", "is list, expected"),
        ('"x"', "is str, expected"),
        (b'{"article": "\xff"}', "not UTF-8 at byte 13"),
        ("[" * 100_000, "nested too deeply"),
        ('{"article": "a", "question": "\\ud83d", "lang": "zh"}', "lone surrogate"),
        ({"article": "a", "lang": "zh"}, "'question' is None"),
        (_row(question="  "), "'question' is '  '"),
        (_row(article=7), "'article' is 7"),
        (_row(lang="fr"), "lang is 'fr', expected zh or en"),
        (_row(article="../../etc/passwd"), "becomes a file's name"),
        (_row(article="a\nb"), "becomes a file's name"),
        (_row(article="长" * 100), "at most 200 bytes"),
        (_row(category="../x"), "becomes a folder's name"),
        (_row(category="/tmp"), "becomes a folder's name"),
        (_row(title=["x"]), "'title' is ['x']"),
        (_row(handoff="sometimes"), "expected one of never, offer, always, urgent"),
        (_row(risk="huge"), "expected one of low, medium, high"),
    ],
)  # fmt: skip
def test_a_bad_row_is_told_and_nothing_is_written(row: Any, says: str, tmp_path: Path) -> None:
    ((line, reason),) = _refused(tmp_path, _row("good"), "", row)
    assert line == 3
    assert says in reason
    assert len(reason) < 400


def test_every_bad_row_is_told(tmp_path: Path) -> None:
    rows = _refused(tmp_path, "{", _row(), "7", _row(title="a"), _row(title="b"), _row(answer="x"), _row(answer="y"))
    assert [line for line, _ in rows] == [1, 3, 5, 7]
    assert "title differs from an earlier row of 'refund-time': 'b' after 'a'" in rows[2][1]


def test_two_categories_for_one_article(tmp_path: Path) -> None:
    ((line, reason),) = _refused(tmp_path, _row(category="refund"), _row(lang="en", category="payment"))
    assert (line, "category of 'refund-time'" in reason) == (2, True)
    ((line, reason),) = _refused(tmp_path, _row(category="refund"), _row(category="payment"))
    assert (line, "category differs" in reason) == (2, True)


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_a_file_without_rows(text: str, tmp_path: Path) -> None:
    ((line, reason),) = _refused(tmp_path, text)
    assert (line, reason.startswith("no rows; expected lines such as")) == (1, True)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ImportRowsError, match="cannot be read: No such file"):
        import_rows(tmp_path / "none.jsonl", tmp_path / "kb")


def test_a_broken_article_that_is_there_stops_the_import(tmp_path: Path) -> None:
    (tmp_path / "kb/refund").mkdir(parents=True)
    (tmp_path / "kb/refund/refund-time.zh.md").write_text("broken", encoding="utf-8")
    ((line, reason),) = _refused(tmp_path, _row("good"), _row())
    assert line == 2
    assert "is there already and broken, line 1" in reason


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "kb").mkdir()
    (tmp_path / "kb/refund").write_text("in the way", encoding="utf-8")
    ((_, reason),) = _refused(tmp_path, _row("a", category="payment"), _row("b", category="refund"))
    assert "cannot be written" in reason


_LINE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(str.strip)
_IMPORT = st.lists(
    st.fixed_dictionaries(
        {"article": st.sampled_from(["a", "b.c", "账 户"]), "question": _LINE, "lang": st.sampled_from(["zh", "en"])},
        optional={"note": _LINE, "tags": st.lists(_LINE, max_size=2)},
    ),
    min_size=1,
    max_size=8,
)
# The folder is made anew for each example by the test itself.
_QUICK = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _questions(library: Library) -> dict[tuple[str, str], set[str]]:
    return {(article.id, article.language): set(article.questions) for article in library}


@_QUICK
@given(rows=_IMPORT)
def test_what_was_imported_is_loaded_and_imported_again_changes_nothing(
    rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    tmp_path = tmp_path_factory.mktemp("import")
    wanted: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        wanted.setdefault((row["article"], row["lang"]), set()).add(" ".join(row["question"].split()))
    file, root = _rows(tmp_path, *rows), tmp_path / "kb"
    assert import_rows(file, root).rows == len(rows)
    assert _questions(load_library(root)) == wanted
    before = _contents(root)
    import_rows(file, root)
    assert _contents(root) == before


@_QUICK
@given(first=_IMPORT, second=_IMPORT)
def test_a_second_import_loses_no_question(
    first: list[dict[str, Any]], second: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    tmp_path = tmp_path_factory.mktemp("import")
    root = tmp_path / "kb"
    import_rows(_rows(tmp_path, *first), root)
    import_rows(_rows(tmp_path, *second), root)
    apart = tmp_path / "together"
    import_rows(_rows(tmp_path, *first, *second), apart)
    assert _questions(load_library(root)) == _questions(load_library(apart))


@_QUICK
@given(rows=_IMPORT, bad=st.binary(min_size=1, max_size=20), place=st.integers(0, 8))
def test_all_or_nothing(
    rows: list[dict[str, Any]], bad: bytes, place: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tmp_path = tmp_path_factory.mktemp("import")
    root = tmp_path / "kb"
    import_rows(_rows(tmp_path, _row("a")), root)
    before = _contents(root)
    lines: list[Any] = list(rows)
    lines.insert(place, b"x" + bad)  # no JSON text begins with x
    with pytest.raises(ImportRowsError):
        import_rows(_rows(tmp_path, *lines), root)
    assert _contents(root) == before
