"""One way in for whatever holds articles: an export of our own, rows, tables, QnA Maker's files, HTML pages."""

from __future__ import annotations

import itertools
from pathlib import Path

from topay_bot.knowledge.exchange import Imported, Rows, join_rows, json_rows
from topay_bot.knowledge.html_pages import read_pages
from topay_bot.knowledge.sheets import read_sheets
from topay_bot.knowledge.tables import COLUMNS, json_table, read_qna_json, read_table
from topay_bot.knowledge.transfer import MARK, json_items, restore, sheet_items


def import_any(source: Path, into: Path, *, language: str | None = None, skip_bad: bool = False) -> Imported:
    """Write what a file or folder holds into a knowledge folder; the kind is found by the name and the content.

    Raises ImportRowsError naming every bad row, before anything is written; with `skip_bad` the good ones are
    written and the bad ones told in what is returned.
    """
    kind = source.suffix.lower()
    if source.is_dir():
        table = read_pages(source, language)
    elif kind == ".xlsx":
        if MARK in read_sheets(source):
            return restore(str(source), sheet_items(source), into, skip_bad=skip_bad)
        table = read_table(source, language)
    elif kind in (".csv", ".tsv", ".txt"):
        table = read_table(source, language)
    elif kind == ".json":
        table = read_qna_json(source, language)
    else:
        first, rows = _look(json_rows(source))
        if first.get("kind") == MARK:
            return restore(str(source), json_items(source), into, skip_bad=skip_bad)
        if "article" in first or not _has_question(first):
            return join_rows(rows, str(source), into, skip_bad=skip_bad)
        table = json_table(rows, language)
    return join_rows(table.rows, str(source), into, related=table.related, skip_bad=skip_bad)


def _look(rows: Rows) -> tuple[dict[str, object], Rows]:
    """The first row that can be read, and all of them again."""
    seen = []
    for item in (iterator := iter(rows)):
        seen.append(item)
        if isinstance(item[1], dict):
            return item[1], itertools.chain(seen, iterator)
    return {}, seen


def _has_question(row: dict[str, object]) -> bool:
    names = {name.lower() for name in row}
    return bool(names & set(COLUMNS["question"])) and bool(names & set(COLUMNS["answer"])) and "lang" not in names
