"""The digest: the numbers of a range beside those of the range before, as Markdown and as HTML for mails."""

from __future__ import annotations

import html
from collections.abc import Iterator

from markdown_it import MarkdownIt

from topay_bot.learning.insight_tables import Kind, Names, Table, shown, tables
from topay_bot.learning.insight_texts import COLUMN_TEXTS, DIGEST_TEXTS, TABLE_TEXTS
from topay_bot.learning.insights import Insights
from topay_bot.text import Language

_TABLES = ("summary", "handoffs", "categories", "articles", "falling", "questions")
_ROWS = 10
# In attributes: mail programs drop style sheets.
_HEAD, _CELL = "border-bottom:1px solid #999", "border-bottom:1px solid #ddd"
_STYLES = {
    "<table>": '<table style="border-collapse:collapse;margin:8px 0">',
    "<th>": f'<th style="padding:4px 12px 4px 0;text-align:left;{_HEAD}">',
    "<td>": f'<td style="padding:4px 12px 4px 0;text-align:left;{_CELL}">',
    '<th style="text-align:right">': f'<th style="padding:4px 0 4px 12px;text-align:right;{_HEAD}">',
    '<td style="text-align:right">': f'<td style="padding:4px 0 4px 12px;text-align:right;{_CELL}">',
}


def title(found: Insights, language: Language) -> str:
    """What the digest is called, and a mail's subject."""
    return DIGEST_TEXTS[language]["title"].format(first=found.days.first, last=found.days.last)


def markdown(found: Insights, before: Insights, names: Names) -> str:
    """The digest in the language of the names."""
    language = names.language
    texts = DIGEST_TEXTS[language]
    made = tables(found, names, before)
    lines = [f"# {title(found, language)}", ""]
    lines += [texts["about"].format(first=before.days.first, last=before.days.last), ""]
    for name in _TABLES:
        lines += [f"## {TABLE_TEXTS[language][name]}", ""]
        lines += [*_rows(made[name], language), ""] if made[name].rows else [texts["none"], ""]
    return "\n".join(lines)


def page(text: str, heading: str, language: Language) -> str:
    """The Markdown of a digest as a page that mail programs show too: nothing in it is loaded from elsewhere."""
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    for plain, styled in _STYLES.items():
        body = body.replace(plain, styled)
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if language == "zh" else "en"}">\n'
        f'<head><meta charset="utf-8"><title>{html.escape(heading)}</title>\n'
        '<meta name="viewport" content="width=device-width"></head>\n'
        '<body style="font:15px/1.5 system-ui,sans-serif;max-width:44em;margin:1em auto;padding:0 1em">\n'
        f"{body}</body>\n</html>\n"
    )


def _rows(table: Table, language: Language) -> Iterator[str]:
    yield f"| {' | '.join(COLUMN_TEXTS[language][column] for column in table.columns)} |"
    yield f"|---|{'---:|' * (len(table.columns) - 1)}"
    for row in table.rows[:_ROWS] if table.name != "summary" else table.rows:
        cells = [_escaped(shown(cell, language)) if cell.kind is Kind.TEXT else shown(cell, language) for cell in row]
        yield f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """A customer's words as they are: no Markdown, no HTML, one line."""
    escaped = " ".join(text.split())
    for char in "\\`*_[]<>|#!&~":
        escaped = escaped.replace(char, f"\\{char}")
    return escaped
