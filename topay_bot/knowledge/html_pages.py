"""A folder of HTML pages as rows: a page is an article, its text Markdown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from topay_bot.errors import ImportRowsError
from topay_bot.knowledge.naming import Names, folder_name
from topay_bot.knowledge.tables import Table
from topay_bot.text import detect_language, normalise

# What surrounds the text of a page.
_AROUND = (
    "script",
    "style",
    "noscript",
    "template",
    "nav",
    "header",
    "footer",
    "aside",
    "form",
    "iframe",
    "svg",
    "img",
)
_HEADINGS = ("h2", "h3", "h4")
_BLANK = re.compile(r"\n{3,}")


def read_pages(folder: Path, language: str | None = None) -> Table:
    """Every `.html` and `.htm` file below a folder; the category is the page's own folder.

    The title is the first `h1`, else `title`; headings that are questions become questions of the article. The
    "line" of a page is its number in the order of paths. Raises ImportRowsError when there is no page.
    """
    table, names = Table(), Names()
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".html", ".htm") and path.is_file())
    if not files:
        raise ImportRowsError(str(folder), [(0, "holds no .html or .htm file")])
    for number, file in enumerate(files, 1):
        inside = file.relative_to(folder)
        page = _page(file)
        if isinstance(page, str):
            table.rows.append((number, f"{inside.as_posix()}: {page}"))
            continue
        title, told, headings, body = page
        chosen = language or told or detect_language(normalise(f"{title} {body[:200]}"))
        article = names.name(inside.with_suffix("").as_posix())
        row = {"article": article, "lang": chosen, "title": title, "answer": body}
        if category := folder_name(inside.parent.name):
            row["category"] = category
        for question in dict.fromkeys((title, *headings)):
            table.rows.append((number, {**row, "question": question, "source": inside.as_posix()}))
    return table


def _page(file: Path) -> tuple[str, str, list[str], str] | str:
    """Title, language, headings that are questions, and Markdown; or what is wrong with the page."""
    from bs4 import BeautifulSoup  # loaded only where pages are imported
    from markdownify import MarkdownConverter

    try:
        page = BeautifulSoup(file.read_bytes(), "html.parser")  # finds the charset by itself, GB2312 too
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    heading = page.find("h1")  # before a header that holds it goes
    title = _words(heading) or _words(page.title)
    if not title:
        return "has no title: neither h1 nor title says anything"
    for tag in page(_AROUND):
        tag.decompose()
    main: Any = page.find("main") or page.find("article") or page.body or page
    if heading is not None and not heading.decomposed:
        heading.decompose()
    if page.title is not None:  # a page without body holds it among its text
        page.title.decompose()
    headings = [text for tag in main.find_all(_HEADINGS) if (text := _words(tag)).endswith(("?", "？"))]
    body = MarkdownConverter(heading_style="ATX", bullets="-", escape_underscores=False).convert_soup(main)
    body = _BLANK.sub("\n\n", "\n".join(line.rstrip() for line in body.splitlines())).strip()
    if not body:
        return "has no text"
    told = str(page.html.get("lang", "")).lower()[:2] if page.html else ""
    return title, told if told in ("zh", "en") else "", headings, body


def _words(tag: Any) -> str:
    return " ".join(tag.get_text(" ").split()) if tag is not None else ""
