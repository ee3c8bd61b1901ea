"""Tables of questions and answers from other tools, as rows that `exchange.join_rows` takes.

CSV, TSV, XLSX and JSON Lines with columns for question, answer, category and similar questions, under their Chinese
or English names; and the files that QnA Maker and custom question answering export (TSV, XLSX, JSON).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from topay_bot.errors import ImportRowsError
from topay_bot.knowledge.article import LANGUAGES
from topay_bot.knowledge.naming import Names, folder_name
from topay_bot.knowledge.sheets import read_sheets
from topay_bot.text import detect_language, normalise

# What columns are called, by what they hold; compared without case, spaces, hyphens and underscores.
COLUMNS: dict[str, tuple[str, ...]] = {
    "question": ("question", "standard question", "q", "问题", "标准问", "标准问题", "标准问法", "问法", "問題"),
    "answer": ("answer", "response", "a", "答案", "回答", "标准答案", "回复", "答案内容", "回復"),
    "category": ("category", "topic", "folder", "分类", "类别", "类目", "目录", "分類"),
    "similar": (
        "similar", "similar question", "similar questions", "alternative questions", "alternate questions", "variants",
        "相似问", "相似问题", "相似问法", "扩展问", "扩展问法", "同义问", "相似問",
    ),
    "article": ("article", "article id", "id", "编号", "文章"),
    "lang": ("lang", "language", "语言", "语种"),
    "title": ("title", "标题"),
    "qnaid": ("qna id",),
    "metadata": ("metadata",),
    "suggested": ("suggested questions",),
    "contextonly": ("is context only",),
    "prompts": ("prompts",),
    "source": ("source", "来源"),
    "sourcename": ("source display name",),
}  # fmt: skip
_LANGUAGES = {
    "zh": "zh",
    "中文": "zh",
    "汉语": "zh",
    "chinese": "zh",
    "en": "en",
    "英文": "en",
    "英语": "en",
    "english": "en",
}
_BETWEEN = re.compile(r"[\n|;；]+")
_SPARE = re.compile(r"[\s_\-（）()]+")

Cells = tuple[int, Sequence[str]]


@dataclass(slots=True)
class Table:
    """Rows for `exchange.join_rows`, and the related ids of their articles."""

    rows: list[tuple[int, dict[str, Any] | str]] = field(default_factory=list)
    related: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Pair:
    """One answer with its questions, wherever it comes from."""

    line: int
    questions: tuple[str, ...]
    answer: str
    category: str = ""
    article: str = ""
    language: str = ""
    title: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    number: str = ""  # its id in the other tool
    prompts: tuple[str, ...] = ()  # numbers of pairs that it leads to


def read_table(file: Path, language: str | None = None) -> Table:
    """The table of a `.csv`, `.tsv`, `.txt` or `.xlsx` file. Raises ImportRowsError when it has no usable header."""
    rows = _sheet(file) if file.suffix.lower() == ".xlsx" else _separated(file)
    header = _header(rows[0][1]) if rows else {}
    if "question" not in header.values():
        got = ", ".join(cell for cell in rows[0][1] if cell) if rows else "nothing"
        message = f"no column of questions; expected a header such as question, answer or 问题, 答案; got {got}"
        raise ImportRowsError(str(file), [(rows[0][0] if rows else 1, message)])
    wide = len(rows[0][1])
    found: list[_Pair | tuple[int, str]] = []
    for line, cells in rows[1:]:
        if len(cells) > wide and any(cells[wide:]):
            found.append((line, f"has {len(cells)} cells, the header has {wide}; put cells that hold one in quotes"))
            continue
        values = {header[place]: cell.strip() for place, cell in enumerate(cells) if place in header and cell.strip()}
        found.append(_pair(line, values))
    qna = "qnaid" in header.values() or "prompts" in header.values()
    return _table(_joined(found) if qna else found, language)


def json_table(rows: Iterable[tuple[int, dict[str, Any] | str]], language: str | None = None) -> Table:
    """The same from objects with such keys; similar questions may be a list."""
    found: list[_Pair | tuple[int, str]] = []
    for line, raw in rows:
        if isinstance(raw, str):
            found.append((line, raw))
            continue
        names = _header(list(raw))
        values = {
            names[place]: "\n".join(map(str, value)) if isinstance(value, list) else str(value).strip()
            for place, value in enumerate(raw.values())
            if value not in (None, "", [])
        }
        found.append(_pair(line, values))
    return _table(found, language)


def read_qna_json(file: Path, language: str | None = None) -> Table:
    """An export of QnA Maker (`qnaDocuments`) or of custom question answering (`assets.qnas`).

    A "line" is the number of the pair in the file.
    """
    try:
        raw = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise ImportRowsError(str(file), [(0, f"cannot be read as JSON: {error}")]) from None
    tree = _small(raw)
    pairs = tree.get("qnadocuments") or _small(tree.get("assets")).get("qnas") if isinstance(tree, dict) else None
    if not isinstance(pairs, list):
        message = "expected qnaDocuments (QnA Maker) or assets.qnas (custom question answering)"
        raise ImportRowsError(str(file), [(0, message)])
    told = language or _language(str(_small(tree.get("metadata")).get("language", "")))
    return _table([_document(number, pair) for number, pair in enumerate(pairs, 1)], told)


def _document(number: int, raw: Any) -> _Pair | tuple[int, str]:
    pair = _small(raw)
    questions = pair.get("questions")
    if not isinstance(questions, list) or not any(isinstance(text, str) and text.strip() for text in questions):
        return number, "has no questions; expected a list of texts"
    context = _small(pair.get("context") or pair.get("dialog"))
    values: dict[str, Any] = {"source": pair.get("source"), "qnaid": str(pair.get("id", number))}
    for key, value in _metadata(pair.get("metadata")).items():
        values["category" if key.lower() == "category" else key] = value
    extra = {key: value for key, value in values.items() if value and key not in ("qnaid", "category")}
    if context.get("iscontextonly"):
        extra["context_only"] = True
    return _Pair(
        number,
        tuple(str(text) for text in questions if str(text).strip()),
        str(pair.get("answer") or "").strip(),
        category=folder_name(str(values.get("category", ""))),
        extra=extra,
        number=values["qnaid"],
        prompts=_prompts(context.get("prompts")),
    )


def _small(value: Any) -> dict[str, Any]:
    """A mapping by keys in small letters: exports of several versions differ in that."""
    return {str(key).lower(): entry for key, entry in value.items()} if isinstance(value, dict) else {}


def _separated(file: Path) -> list[Cells]:
    """The rows of a file of separated values, each with the line it begins in; the separator is found by the header."""
    try:
        text = _decoded(file.read_bytes(), file)
    except OSError as error:
        raise ImportRowsError(str(file), [(0, f"cannot be read: {error.strerror}")]) from None
    csv.field_size_limit(2**27)
    tried = "\t" if file.suffix.lower() == ".tsv" else ",;\t"
    best: list[Cells] = []
    for separator in tried:
        rows: list[Cells] = []
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        before = 0
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    rows.append((before + 1, cells))
                before = reader.line_num
        except csv.Error as error:
            raise ImportRowsError(str(file), [(reader.line_num, f"is no row: {error}")]) from None
        if rows and (not best or len(_header(rows[0][1])) > len(_header(best[0][1]))):
            best = rows
    return best


def _decoded(raw: bytes, file: Path) -> str:
    """UTF-8, UTF-16 with its mark, or GB18030, in which Excel saves CSV on a Chinese system."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            return raw.decode("gb18030")
        except UnicodeDecodeError:
            line = raw[: error.start].count(b"\n") + 1
            raise ImportRowsError(str(file), [(line, "is neither UTF-8 nor GB18030; save the file as UTF-8")]) from None


def _sheet(file: Path) -> list[Cells]:
    """The first sheet that has a header with questions, else the first one."""
    sheets = [rows for rows in read_sheets(file).values() if rows]
    fitting = (rows for rows in sheets if "question" in _header(rows[0][1]).values())
    return list(next(fitting, sheets[0] if sheets else []))


def _header(cells: Sequence[str]) -> dict[int, str]:
    """What each column holds, by its place; a column of another name keeps it."""
    known = {_SPARE.sub("", name.lower()): kind for kind, names in COLUMNS.items() for name in names}
    found = {}
    for place, cell in enumerate(cells):
        if name := _SPARE.sub("", cell.lower()):
            found[place] = known.get(name, cell.strip())
    return found if any(kind in COLUMNS for kind in found.values()) else {}


def _pair(line: int, values: Mapping[str, str]) -> _Pair | tuple[int, str]:
    question, answer = values.get("question", ""), values.get("answer", "")
    if not question:
        return line, "has no question"
    if not answer:
        return line, f"has no answer to {question[:40]!r}"
    if "lang" in values and not _language(values["lang"]):
        return line, f"language is {values['lang']!r}, expected zh or en"
    metadata = _metadata(values.get("metadata"))
    category = values.get("category") or next((v for k, v in metadata.items() if k.lower() == "category"), "")
    extra: dict[str, Any] = {key: value for key, value in values.items() if key not in COLUMNS or key == "source"}
    extra |= {key: value for key, value in metadata.items() if key.lower() != "category"}
    if values.get("contextonly", "").lower() == "true":
        extra["context_only"] = True
    if values.get("suggested", "[]") != "[]":
        extra["suggested_questions"] = values["suggested"]
    similar = [text.strip() for text in _BETWEEN.split(values.get("similar", "")) if text.strip()]
    article = values.get("article", "")
    return _Pair(
        line,
        tuple(dict.fromkeys((question, *similar))),
        # QnA Maker writes the ends of lines as \n into its TSV.
        answer.replace("\\n", "\n") if "qnaid" in values else answer,
        folder_name(category),
        "" if article.isdigit() else article,  # the number of a row is no name
        _language(values.get("lang", "")),
        values.get("title", ""),
        extra,
        values.get("qnaid", ""),
        _prompts(values.get("prompts")),
    )


def _joined(found: Iterable[_Pair | tuple[int, str]]) -> Iterator[_Pair | tuple[int, str]]:
    """Pairs of several rows, one for each way to ask: the same number, or the same answer where there is none."""
    pairs: dict[tuple[str, str], _Pair] = {}
    for item in found:
        if isinstance(item, tuple):
            yield item
            continue
        key = (item.number, "") if item.number not in ("", "0") else ("", item.answer)
        first = pairs.get(key)
        if first is None:
            pairs[key] = item
        elif first.answer != item.answer:
            yield item.line, f"another answer than line {first.line} has for QnaId {item.number}"
        else:
            pairs[key] = _more(first, item)
    yield from pairs.values()


def _more(first: _Pair, item: _Pair) -> _Pair:
    return replace(
        first,
        questions=tuple(dict.fromkeys((*first.questions, *item.questions))),
        prompts=tuple(dict.fromkeys((*first.prompts, *item.prompts))),
        extra={**item.extra, **first.extra},
    )


def _table(found: Iterable[_Pair | tuple[int, str]], language: str | None) -> Table:
    """Give every pair an id, and spread its questions over rows."""
    table, names = Table(), Names()
    by_number: dict[str, str] = {}
    leads: dict[str, tuple[str, ...]] = {}
    for item in found:
        if isinstance(item, tuple):
            table.rows.append(item)
            continue
        article = item.article or names.name(item.questions[0])
        if item.number:
            by_number[item.number] = article
        leads[article] = item.prompts
        first = item.questions[0]
        chosen = item.language or language or detect_language(normalise(first))
        row = {"article": article, "lang": chosen, "title": item.title or first, "answer": item.answer}
        if item.category:
            row["category"] = item.category
        for place, question in enumerate(item.questions):
            table.rows.append((item.line, {**(item.extra if place == 0 else {}), **row, "question": question}))
    for article, numbers in leads.items():
        others = [by_number[number] for number in numbers if by_number.get(number, article) != article]
        if others:
            table.related[article] = list(dict.fromkeys(others))
    return table


def _language(text: str) -> str:
    text = text.strip().lower()
    return _LANGUAGES.get(text) or next((known for known in LANGUAGES if text.startswith(f"{known}-")), "")


def _metadata(raw: Any) -> dict[str, str]:
    """`key:value|key:value`, or in JSON a list of {"name", "value"} or one mapping."""
    if isinstance(raw, str):
        text = raw.strip()
        if not text.startswith(("[", "{")):
            parts = (part.partition(":") for part in text.split("|") if ":" in part)
            return {key.strip(): value.strip() for key, _, value in parts}
        try:
            raw = json.loads(text)
        except ValueError:
            return {}
    if isinstance(raw, list):
        raw = {small.get("name", ""): small.get("value", "") for small in map(_small, raw)}
    return {str(key): str(value) for key, value in raw.items() if key} if isinstance(raw, dict) else {}


def _prompts(raw: Any) -> tuple[str, ...]:
    """The numbers of the pairs that prompts lead to."""
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError:
            return ()
    found = [_small(prompt) for prompt in raw] if isinstance(raw, list) else []
    found.sort(key=lambda prompt: prompt.get("displayorder") or 0)
    return tuple(str(prompt["qnaid"]) for prompt in found if prompt.get("qnaid"))
