"""XLSX files: sheets of text cells, written and read to the letter."""

from __future__ import annotations

import datetime
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from topay_bot.errors import ImportRowsError, KnowledgeError

_MOST = 32_767  # characters that a cell of Excel holds
# XML cannot hold these, and turns a carriage return into a line feed: Excel writes them as _xHHHH_, and a text that
# looks like such an escape with its underscore escaped (ECMA-376 part 1, ST_Xstring).
_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")

Sheets = Mapping[str, tuple[Sequence[str], Iterable[Mapping[str, Any]]]]


def write_sheets(out: Path, sheets: Sheets) -> None:
    """Write sheets by name, each with its columns and rows. Lists become lines of a cell, mappings JSON.

    Raises KnowledgeError for a text that no cell can hold.
    """
    import openpyxl  # loaded only where spreadsheets are used
    from openpyxl.styles import Alignment, Font

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, (columns, rows) in sheets.items():
        sheet = book.create_sheet(name)
        sheet.append(list(columns))
        for number, row in enumerate(rows, 2):
            for place, column in enumerate(columns, 1):
                text = _cell(row.get(column, ""))
                if len(text) > _MOST:
                    raise KnowledgeError(
                        f"{name} {row.get('id') or row.get('name')}: {column} has {len(text)} characters, a cell holds "
                        f"{_MOST}; export to .jsonl"
                    )
                if text:
                    cell = sheet.cell(number, place)
                    cell.value, cell.data_type = _escape(text), "s"  # "=1+1" is a text, no formula
                    cell.alignment = Alignment(wrap_text=True, vertical="top")
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "A2"
    try:
        book.save(out)
    except OSError as error:
        raise KnowledgeError(f"{out} cannot be written: {error.strerror}") from None


def read_sheets(file: Path) -> dict[str, list[tuple[int, list[str]]]]:
    """The rows of each sheet that hold anything, with their numbers; every cell as text.

    Raises ImportRowsError for a file that is no XLSX.
    """
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        # The values that formulas had when the file was saved.
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except (OSError, zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise ImportRowsError(str(file), [(0, f"cannot be read as XLSX: {error}")]) from None
    try:
        return {
            sheet.title: [
                (number, texts)
                for number, cells in enumerate(sheet.iter_rows(values_only=True), 1)
                if any(texts := [_text(cell) for cell in cells])
            ]
            for sheet in book.worksheets
        }
    finally:
        book.close()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        if not value:
            return ""
        plain = not any("\n" in entry or not entry.strip() for entry in value) and not "".join(value[:1]).startswith(
            "["
        )
        return "\n".join(value) if plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _text(value: Any) -> str:
    """A cell as a person reads it: whole numbers without a point, days without an hour."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool):
        return str(value).lower()
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), str(value))


def _escape(text: str) -> str:
    return _ESCAPED.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
