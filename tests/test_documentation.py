"""The documentation names everything that a user may meet, and nothing that is not there."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import topay_bot.errors
from tests.knowledge.test_lint import rules_in_source
from topay_bot.errors import TopayError
from topay_bot.settings import Settings

DOCS = Path(__file__).parent.parent / "docs"


def _table(page: str) -> dict[str, list[str]]:
    """The rows of all tables of a page by their first cell, a name in backquotes."""
    rows: dict[str, list[str]] = {}
    for line in (DOCS / page).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if found := re.fullmatch(r"`([\w-]+)`", cells[0]):
            assert found[1] not in rows, f"{page} has {found[1]} twice"
            rows[found[1]] = cells[1:]
    return rows


def test_every_lint_rule_has_a_row_that_says_what_why_and_how() -> None:
    rows = _table("lint.md")
    assert set(rows) == rules_in_source() | {"facts"}  # told by an error: without facts nothing can be checked
    assert all(len(cells) == 3 and all(cells) for cells in rows.values())


def test_every_setting_has_a_row_with_its_default() -> None:
    rows = _table("settings.md")
    assert set(rows) == set(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        told = rows[name][0].strip("`")
        default = field.default
        assert told == ("none" if default is None else told), name
        if isinstance(default, float):
            assert float(told) == default, name
        elif default is not None:
            assert told == str(default), name


def test_every_error_code_has_a_row() -> None:
    classes = [one for _, one in inspect.getmembers(topay_bot.errors, inspect.isclass) if issubclass(one, TopayError)]
    assert set(_table("errors.md")) == {one.code for one in classes}


def test_links_between_the_pages_lead_somewhere() -> None:
    for page in DOCS.glob("*.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
