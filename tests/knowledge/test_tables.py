from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from topay_bot.errors import ImportRowsError
from topay_bot.knowledge.importing import import_any
from topay_bot.knowledge.library import Library, load_library
from topay_bot.knowledge.naming import folder_name, slug


def _import(file: Path, tmp_path: Path, **more: Any) -> Library:
    import_any(file, tmp_path / "kb", **more)
    return load_library(tmp_path / "kb")


def _write(tmp_path: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    file = tmp_path / name
    file.write_bytes(text.encode(encoding))
    return file


ROWS = [
    ["标准问", "答案", "分类", "相似问", "部门"],
    ["退款几天到账？", "三天。\n请等。", "退款/到账", "多久到|钱什么时候回来；几天能收到", "财务"],
    ["How do I close my account?", "Go to **Me**, then \"Close\".", "account", "", ""],
]  # fmt: skip


def _csv(separator: str) -> str:
    return "\r\n".join(separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in ROWS) + "\r\n"


def _xlsx(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "说明"  # type: ignore[union-attr]  # a new book has a sheet
    book.active.append(["第二张表才是数据"])  # type: ignore[union-attr]
    sheet = book.create_sheet("数据")
    for row in ROWS:
        sheet.append(row)
    book.save(tmp_path / "faq.xlsx")
    return tmp_path / "faq.xlsx"


@pytest.mark.parametrize("kind", ["csv", "semicolons", "tsv", "gb18030", "utf-16", "bom", "xlsx", "jsonl"])
def test_a_table_of_any_kind(kind: str, tmp_path: Path) -> None:
    if kind == "xlsx":
        file = _xlsx(tmp_path)
    elif kind == "jsonl":
        rows = [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]
        file = _write(tmp_path, "faq.jsonl", "\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    else:
        encoding = {"gb18030": "gb18030", "utf-16": "utf-16", "bom": "utf-8-sig"}.get(kind, "utf-8")
        separator = {"semicolons": ";", "tsv": "\t"}.get(kind, ",")
        file = _write(tmp_path, "faq.tsv" if kind == "tsv" else "faq.csv", _csv(separator), encoding)
    library = _import(file, tmp_path)
    assert library.ids == ["how-do-i-close-my-account", "tui-kuan-ji-tian-dao-zhang"]
    article = library.get("tui-kuan-ji-tian-dao-zhang", "zh")
    assert article is not None
    assert (article.category, article.title, article.language) == ("退款-到账", "退款几天到账？", "zh")
    assert article.questions == ("退款几天到账？", "多久到", "钱什么时候回来", "几天能收到")
    assert article.source == "三天。\n请等。"
    assert article.extra == {"部门": "财务"}
    other = library.get("how-do-i-close-my-account", "en")
    assert other is not None
    assert (other.category, other.language, other.source) == ("account", "en", 'Go to **Me**, then "Close".')


def test_importing_again_changes_nothing(tmp_path: Path) -> None:
    file = _write(tmp_path, "faq.csv", _csv(","))
    first = import_any(file, tmp_path / "kb")
    before = [path.read_bytes() for path in first.files]
    assert [path.read_bytes() for path in import_any(file, tmp_path / "kb").files] == before


BAD = (
    "question,answer,category,lang\n"
    "good one,yes,a,\n"
    ",an answer,a,\n"
    '"two\nlines",\n'
    "wide,answer,a,en,more,and more\n"
    "another,answer,a,fr\n"
    "last one,no,a,英文\n"
)


def test_bad_rows_are_named_with_their_lines_and_lose_nothing_else(tmp_path: Path) -> None:
    file = _write(tmp_path, "faq.csv", BAD)
    with pytest.raises(ImportRowsError, match="nothing was written") as told:
        import_any(file, tmp_path / "kb")
    assert [line for line, _ in told.value.rows] == [3, 4, 6, 7]
    said = [reason for _, reason in told.value.rows]
    for reason, part in zip(said, ["no question", "no answer", "6 cells", "expected zh or en"], strict=True):
        assert part in reason
    assert not (tmp_path / "kb").exists()
    done = import_any(file, tmp_path / "kb", skip_bad=True)
    assert done.bad == told.value.rows
    assert load_library(tmp_path / "kb").ids == ["good-one", "last-one"]


def test_one_question_with_two_answers_is_a_bad_row(tmp_path: Path) -> None:
    file = _write(tmp_path, "faq.csv", "question,answer\nq one,a\nq one,b\n")
    with pytest.raises(ImportRowsError) as told:
        import_any(file, tmp_path / "kb")
    ((line, reason),) = told.value.rows
    assert (line, "answer differs" in reason) == (3, True)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.csv", "", "no column of questions"),
        ("a.csv", "name,phone\nx,1\n", "got name, phone"),
        ("a.xlsx", "not a zip", "cannot be read as XLSX"),
        ("a.json", "[", "cannot be read as JSON"),
        ("a.json", "{}", "qnaDocuments"),
        ("none.csv", None, "cannot be read"),
    ],
)
def test_a_file_that_is_no_table(name: str, text: str | None, says: str, tmp_path: Path) -> None:
    if text is not None:
        _write(tmp_path, name, text)
    with pytest.raises(ImportRowsError, match=says):
        import_any(tmp_path / name, tmp_path / "kb")


def test_numbers_and_days_of_a_spreadsheet_read_as_people_see_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["question", "answer", "id", "version"])  # type: ignore[union-attr]  # a new book has a sheet
    book.active.append(["how many", 3.0, 17, "=1+1"])  # type: ignore[union-attr]
    book.save(tmp_path / "a.xlsx")
    article = _import(tmp_path / "a.xlsx", tmp_path).get("how-many", "en")
    assert article is not None
    assert article.source == "3"


# The layout that QnA Maker and custom question answering publish for their exports.
_QNA_HEADER = "Question\tAnswer\tSource\tMetadata\tSuggestedQuestions\tIsContextOnly\tPrompts\tQnaId"
_PROMPT = (
    '[{"displayOrder":1,"qnaId":2,"qna":null,"displayText":"Fees"},{"displayOrder":0,"qnaId":9,"displayText":"x"}]'
)
_QNA_ROWS = (
    f"How long does it take?\t**Three** days.\\n\\nPlease wait.\thttps://a.example/faq\tcategory:refund|team:money\t[]\t"
    f'False\t"{_PROMPT.replace(chr(34), chr(34) * 2)}"\t1',
    "when will it arrive\t**Three** days.\\n\\nPlease wait.\thttps://a.example/faq\tcategory:refund|team:money\t[]\tFalse\t[]\t1",
    "What are the fees?\tNone.\tEditorial\t[]\t[]\tTrue\t[]\t2",
)


@pytest.mark.parametrize("more", [0, 1], ids=["qna maker", "custom question answering"])
def test_a_tsv_of_qna_maker(tmp_path: Path, more: int) -> None:
    text = "\n".join([_QNA_HEADER + "\tSourceDisplayName" * more, *(row + "\tEditorial" * more for row in _QNA_ROWS)])
    library = _import(_write(tmp_path, "kb.tsv", text + "\n"), tmp_path)
    first = library.get("how-long-does-it-take", "en")
    assert first is not None
    assert first.questions == ("How long does it take?", "when will it arrive")
    assert first.source == "**Three** days.\n\nPlease wait."
    assert first.category == "refund"
    assert first.related == ("what-are-the-fees",)  # there is no pair 9
    assert first.extra["source"] == "https://a.example/faq"
    assert first.extra["team"] == "money"
    second = library.get("what-are-the-fees", "en")
    assert second is not None
    assert second.extra["context_only"] is True


def test_a_number_with_two_answers_is_a_bad_row(tmp_path: Path) -> None:
    text = "\n".join([_QNA_HEADER, *_QNA_ROWS, "third\tOther.\t\t\t[]\tFalse\t[]\t2"])
    with pytest.raises(ImportRowsError) as told:
        import_any(_write(tmp_path, "kb.tsv", text), tmp_path / "kb")
    assert told.value.rows == ((5, "another answer than line 4 has for QnaId 2"),)


_PAIR = {"answer": "三天。", "source": "Editorial", "questions": ["退款几天到账", "多久到"]}
_PROMPTS = [{"displayOrder": 0, "qnaId": 2, "displayText": "费用"}]
_OTHER = {"answer": "免费。", "source": "Editorial", "questions": ["收费吗"]}


@pytest.mark.parametrize(
    "export",
    [
        {
            "qnaDocuments": [
                {
                    "id": 1, **_PAIR, "metadata": [{"name": "category", "value": "refund"}],
                    "context": {"isContextOnly": False, "prompts": _PROMPTS},
                },
                {"id": 2, **_OTHER, "metadata": [], "context": {"isContextOnly": True, "prompts": []}},
            ]
        },
        {
            "projectFileVersion": "2021-10-01",
            "metadata": {"language": "zh-hans", "projectName": "faq"},
            "assets": {
                "synonyms": [],
                "qnas": [
                    {
                        "id": 1, **_PAIR, "metadata": {"category": "refund"}, "activeLearningSuggestions": [],
                        "dialog": {"isContextOnly": False, "prompts": _PROMPTS},
                    },
                    {"id": 2, **_OTHER, "metadata": {}, "dialog": {"isContextOnly": True, "prompts": []}},
                ],
            },
        },
        {
            "Metadata": {"Language": "zh-hans"},
            "Assets": {
                "Qnas": [
                    {
                        "Id": 1, "Answer": "三天。", "Source": "Editorial", "Questions": ["退款几天到账", "多久到"],
                        "Metadata": {"category": "refund"}, "Dialog": {"Prompts": [{"DisplayOrder": 0, "QnaId": 2}]},
                    },
                    {
                        "Id": 2, "Answer": "免费。", "Source": "Editorial", "Questions": ["收费吗"],
                        "Dialog": {"IsContextOnly": True},
                    },
                ]
            },
        },
    ],
    ids=["qna maker", "custom question answering", "in capitals"],
)  # fmt: skip
def test_a_json_of_qna_maker(tmp_path: Path, export: dict[str, Any]) -> None:
    library = _import(_write(tmp_path, "kb.json", json.dumps(export)), tmp_path)
    first = library.get("tui-kuan-ji-tian-dao-zhang", "zh")
    assert first is not None
    assert first.questions == ("退款几天到账", "多久到")
    assert (first.source, first.category, first.related) == ("三天。", "refund", ("shou-fei-ma",))
    second = library.get("shou-fei-ma", "zh")
    assert second is not None
    assert second.extra == {"source": "Editorial", "context_only": True}


def test_a_pair_without_questions_is_a_bad_row(tmp_path: Path) -> None:
    file = _write(tmp_path, "kb.json", json.dumps({"qnaDocuments": [{"id": 1, **_PAIR}, {"id": 2, "answer": "x"}]}))
    with pytest.raises(ImportRowsError) as told:
        import_any(file, tmp_path / "kb")
    ((line, reason),) = told.value.rows
    assert (line, "no questions" in reason) == (2, True)
    assert len(import_any(file, tmp_path / "kb", skip_bad=True).files) == 1


PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="gb2312"><title>帮助 - 站点</title>
<style>p {}</style></head><body><nav><a href="/">首页</a></nav><header><h1>退款多久到账</h1></header><main>
<p>一般<strong>三天</strong>到账，见<a href="https://a.example/x">说明</a>。</p>
<h2>没到账怎么办？</h2><ol><li>打开账单</li><li>点进度</li></ol><table><tr><th>方式</th><th>时间</th></tr>
<tr><td>零钱</td><td>立即</td></tr></table><script>alert(1)</script></main><footer>版权所有</footer></body></html>"""


def test_a_folder_of_html_pages(tmp_path: Path) -> None:
    (tmp_path / "site" / "refund").mkdir(parents=True)
    (tmp_path / "site" / "refund" / "how-long.html").write_bytes(PAGE.encode("gb2312"))
    (tmp_path / "site" / "fees.HTM").write_text(
        "<title>What are the fees?</title><p>None at all, ever.", encoding="utf-8"
    )
    (tmp_path / "site" / "logo.png").write_bytes(b"\x89PNG")
    library = _import(tmp_path / "site", tmp_path)
    article = library.get("refund-how-long", "zh")
    assert article is not None
    assert (article.title, article.category) == ("退款多久到账", "refund")
    assert article.questions == ("退款多久到账", "没到账怎么办？")
    assert article.source == (
        "一般**三天**到账，见[说明](https://a.example/x)。\n\n## 没到账怎么办？\n\n1. 打开账单\n2. 点进度\n\n"
        "| 方式 | 时间 |\n| --- | --- |\n| 零钱 | 立即 |"
    )
    other = library.get("fees", "en")
    assert other is not None
    assert (other.title, other.source, other.category) == ("What are the fees?", "None at all, ever.", "imported")


def test_a_page_without_title_or_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    for name, text in (("a.html", "<h1>A</h1><p>Text."), ("b.html", "<p>Text."), ("c.html", "<h1>C</h1>")):
        (tmp_path / "site" / name).write_text(text)
    with pytest.raises(ImportRowsError) as told:
        import_any(tmp_path / "site", tmp_path / "kb")
    assert [reason for _, reason in told.value.rows] == [
        "b.html: has no title: neither h1 nor title says anything",
        "c.html: has no text",
    ]
    (tmp_path / "empty").mkdir()
    with pytest.raises(ImportRowsError, match=r"holds no \.html"):
        import_any(tmp_path / "empty", tmp_path / "kb")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("退款 ABC 怎么办？", "tui-kuan-abc-zen-me-ban"),
        ("???", "article"),
        ("a" * 100, "a" * 60),
        ("x y " * 50, "x-y" + "-x-y" * 14),
    ],
)
def test_ids_are_short_small_and_spelt(text: str, name: str) -> None:
    assert slug(text) == name
    assert len(name) <= 60


def test_a_category_is_one_folder() -> None:
    assert folder_name("退款/到账") == "退款-到账"
    assert folder_name(" ../x ") == "x"
