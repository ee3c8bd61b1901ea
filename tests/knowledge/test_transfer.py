from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.samples import copy_knowledge
from topay_bot.builds.making import make_build
from topay_bot.errors import ImportRowsError, KnowledgeError
from topay_bot.knowledge.article import Article
from topay_bot.knowledge.importing import import_any
from topay_bot.knowledge.library import Library, load_library
from topay_bot.knowledge.transfer import export
from topay_bot.settings import load_settings

ODD = """---
title: "=1+1 的奇怪 _x0041_ 标题"
questions:
- "[不是列表]"
- "一行\\n两行"
- "\\x07铃 \\r 回车"
tags: ["a\\nb", "-"]
risk: high
handoff: always
owner: x
audience: merchant
review_by: 2027-01-31
publish_date: 2020-01-01
expiry_date: 2099-01-01
draft: true
extra: {source: [sheet, 7], deep: {"键": null}}
---

    indented first

---
| a | b |
|---|---|
| 1 | 2 |
"""


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    root = copy_knowledge(tmp_path / "knowledge")
    (root / "odd & co").mkdir()
    (root / "odd & co" / "odd.one.zh.md").write_text(ODD, encoding="utf-8")
    with (root / "facts.toml").open("a") as file:
        file.write(
            "\n[odd]\n# said twice\n# over two lines\n"
            '"a b" = { zh = "一\\"\\\\", en = "\\u007f", sample = true }\nn = 7\n'
        )
    (root / "calibration.zh.jsonl").write_text('{"text": "钱呢", "articles": ["refund-how-long"]}\n', encoding="utf-8")
    return root


def _articles(library: Library) -> list[Article]:
    return sorted(
        (dataclasses.replace(article, path=Path(), lines={}) for article in library), key=lambda a: (a.id, a.language)
    )


def _contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", ["jsonl", "xlsx"])
def test_out_and_in_again_is_the_same_build(knowledge: Path, tmp_path: Path, kind: str) -> None:
    out, back = tmp_path / f"all.{kind}", tmp_path / "back"
    counts = export(knowledge, out)
    done = import_any(out, back)
    assert (done.rows, done.articles) == (sum(counts.values()), 9)
    before, after = load_library(knowledge), load_library(back)
    assert _articles(after) == _articles(before)
    assert dict(after.background) == dict(before.background)
    assert dict(after.labelled) == dict(before.labelled)
    for name, fact in before.facts.values.items():
        assert dataclasses.replace(after.facts.values[name], line=0) == dataclasses.replace(fact, line=0)
    assert "# said twice\n# over two lines\n" in (back / "facts.toml").read_text(encoding="utf-8")

    def build(folder: Path) -> str:
        return make_build(
            load_settings(knowledge=folder, index=tmp_path / "index", encoder="fitted"), publish=False
        ).build

    assert build(back) == build(knowledge)
    again = tmp_path / f"again.{kind}"
    export(back, again)
    if kind == "jsonl":
        assert again.read_bytes() == out.read_bytes()


@pytest.mark.parametrize("kind", ["jsonl", "xlsx"])
def test_what_says_the_same_is_left_to_the_byte(knowledge: Path, tmp_path: Path, kind: str) -> None:
    """Comments, blank lines and the order of front matter stay: an export is edited, and only that changes."""
    file = next(knowledge.glob("*/account-close.en.md"))
    file.write_text(file.read_text(encoding="utf-8").replace("---\n", "---\n# mind the title\n", 1), encoding="utf-8")
    export(knowledge, tmp_path / f"all.{kind}")
    before = _contents(knowledge)
    import_any(tmp_path / f"all.{kind}", knowledge)
    assert _contents(knowledge) == before


def test_an_edit_in_the_spreadsheet_comes_back_and_nothing_else(knowledge: Path, tmp_path: Path) -> None:
    export(knowledge, tmp_path / "all.xlsx")
    book = openpyxl.load_workbook(tmp_path / "all.xlsx")
    sheet = book["article"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        if (sheet.cell(row, columns["id"]).value, sheet.cell(row, columns["language"]).value) == (
            "account-close",
            "zh",
        ):
            sheet.cell(row, columns["title"]).value = "销户"
            sheet.cell(row, columns["questions"]).value += "\n我要销户"
    book.save(tmp_path / "all.xlsx")
    before = _contents(knowledge)
    import_any(tmp_path / "all.xlsx", knowledge)
    after = _contents(knowledge)
    assert [name for name in after if after[name] != before.get(name)] == ["account/account-close.zh.md"]
    article = load_library(knowledge).get("account-close", "zh")
    assert article is not None
    assert (article.title, article.questions[-1]) == ("销户", "我要销户")


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        ({"kind": "letter"}, "kind is 'letter'"),
        ({"id": "../x"}, "becomes a name on the disk"),
        ({"category": "a/b"}, "becomes a name on the disk"),
        ({"language": "fr"}, "expected zh or en"),
        ({"title": ""}, "'title'"),
        ({"handoff": "sometimes"}, "expected one of never, offer, always, urgent"),
        ({"review_by": "soon"}, "expected a day"),
        ({"body": 7}, "expected text"),
        ({"colour": "red"}, None),  # an unknown column of somebody's own is no harm
    ],
)
def test_a_bad_item_is_named_and_loses_nothing_else(
    knowledge: Path, tmp_path: Path, harm: dict[str, Any], says: str | None
) -> None:
    out = tmp_path / "all.jsonl"
    export(knowledge, out)
    lines = _lines(out)
    lines[3] |= harm
    out.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    if says is None:
        assert import_any(out, tmp_path / "back").bad == ()
        return
    with pytest.raises(ImportRowsError, match="nothing was written") as told:
        import_any(out, tmp_path / "back")
    ((line, reason),) = told.value.rows
    assert (line, says in reason) == (4, True), reason
    assert not (tmp_path / "back").exists()
    done = import_any(out, tmp_path / "back", skip_bad=True)
    assert done.bad == told.value.rows
    assert done.rows == len(lines) - 2


def test_what_cannot_be_read_cannot_be_exported(knowledge: Path, tmp_path: Path) -> None:
    next(knowledge.glob("*/account-close.en.md")).write_text("broken", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="front-matter"):
        export(knowledge, tmp_path / "all.jsonl")


def test_a_text_that_no_cell_can_hold(knowledge: Path, tmp_path: Path) -> None:
    file = next(knowledge.glob("*/account-close.en.md"))
    file.write_text(file.read_text(encoding="utf-8") + "long " * 7000, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"account-close: body has \d+ characters.*jsonl"):
        export(knowledge, tmp_path / "all.xlsx")
