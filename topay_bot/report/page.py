"""The report as a page: Markdown for repositories and mails, the same as HTML for a browser."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from topay_bot.errors import ReportError
from topay_bot.evaluation import Figures, Part
from topay_bot.report import pictures
from topay_bot.report.content import Content, Source

_MOST = 20  # rows of a table of pairs or questions: the whole lists are in report.json and in `--format json`
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{border:1px solid #ccc;padding:.25rem .6rem;text-align:left}"
    "img{max-width:100%;height:auto}"
)


def write_report(content: Content, folder: Path) -> list[Path]:
    """Write `index.html`, `report.md` and the pictures into a folder, made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        drawn = pictures.draw(content.sources, folder)
        text = "\n".join(markdown(content, [picture.name for picture in drawn]))
        page, source = folder / "index.html", folder / "report.md"
        source.write_text(text, encoding="utf-8")
        page.write_text(_html(content.build, text), encoding="utf-8")
    except OSError as error:
        raise ReportError(
            f"the report cannot be written to {folder}: {error.strerror}; choose another --out"
        ) from error
    return [page, source, *drawn]


def markdown(content: Content, drawn: Sequence[str]) -> Iterator[str]:
    """The lines of the page; `drawn` names the pictures beside it."""
    yield f"# Build {content.build}"
    yield ""
    yield from _promises(content.promises)
    if not any(source.figures is None for source in content.sources):
        yield "This build keeps no data of its own trials. Build again with `--fresh`, or give labelled questions"
        yield "with `--cases`."
        yield ""
    if pictures.CURVE in drawn:
        yield "## Coverage and precision · 覆盖率与准确率"
        yield ""
        yield f"![Coverage and precision]({pictures.CURVE})"
        yield ""
        yield "Each point is a threshold: how many known questions it would answer, and how many answers would be"
        yield "right. The mark is the threshold in force.  "
        yield "每个点是一个阈值：能回答多少已知问题，答案中有多少是对的。标记处是当前阈值。"
        yield ""
    if pictures.RELIABILITY in drawn:
        yield "## Reliability · 置信度是否可信"
        yield ""
        yield f"![Reliability]({pictures.RELIABILITY})"
        yield ""
        yield "On the diagonal, confidence means what it says; below it, the bot is too sure of itself.  "
        yield "落在对角线上，置信度名副其实；低于对角线，说明过于自信。"
        yield ""
    for number, source in enumerate(content.sources, 1):
        yield from _source(source, pictures.label(source, number))


def _promises(promises: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if not promises:
        return
    yield "## Promise · 承诺"
    yield ""
    columns = (
        "language",
        "promised",
        "proven",
        "on answers",
        "kept",
        "top1",
        "coverage",
        "unknown rejected",
        "uncovered answered",
    )
    rows = [
        [
            language,
            f"{one['promised_precision']:.0%}",
            f"{one['proven_precision']:.1%}",
            str(one["proven_on"]),
            "yes" if one["promise_kept"] else "no",
            f"{one['top1']:.1%}",
            f"{one['coverage']:.1%}",
            f"{one['unknown_rejected']:.1%}",
            "-" if one["uncovered_answered"] is None else f"{one['uncovered_answered']:.1%}",
        ]
        for language, one in promises.items()
    ]
    yield from _table(columns, rows)


def _source(source: Source, shown: str) -> Iterator[str]:
    found = source.measures
    name = source.name if shown == source.name else f"{source.name} ({shown})"
    yield f"## {_cell(name)}"
    yield ""
    error = f"{found['calibration_error']:.3f}"
    yield f"{found['questions']} questions, {found['known']} of them known; calibration error {error}."
    yield ""
    if source.figures is not None:
        yield from _figures(source.figures)
    if found["confusions"]:
        yield "### Confusions · 混淆"
        yield ""
        rows = [
            [one["article"], one["taken_for"], str(one["questions"]), one["example"]]
            for one in found["confusions"][:_MOST]
        ]
        yield from _table(("right article", "came first", "questions", "example"), rows)
    if found["wrong_answers"]:
        yield "### Wrong answers · 答错的问题"
        yield ""
        rows = [
            [one["text"], one["article"] or "(none)", one["answered"] or "(none)", f"{one['confidence']:.3f}"]
            for one in found["wrong_answers"][:_MOST]
        ]
        yield from _table(("question", "right article", "answered", "confidence"), rows)


def _figures(figures: Figures) -> Iterator[str]:
    columns = ("cases", "in scope", "top1", "top3", "coverage", "precision", "rejected")
    for title, parts in (("language", figures.by_language), ("kind", figures.by_kind)):
        if parts:
            yield from _table((title, *columns), [[name, *_part(part)] for name, part in parts.items()])


def _part(part: Part) -> list[str]:
    shares = (part.top1, part.top3, part.coverage, part.answered_precision, part.oos_rejected)
    return [str(part.cases), str(part.in_scope), *("-" if share is None else f"{share:.1%}" for share in shares)]


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"
    yield ""


def _cell(text: str) -> str:
    """A customer's words as they are: no Markdown, no HTML, one line."""
    escaped = " ".join(text.split())
    for char in "\\`*_[]<>|#!&~":
        escaped = escaped.replace(char, f"\\{char}")
    return escaped


def _html(build: str, text: str) -> str:
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Build {html.escape(build)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n'
        f"<body>\n{body}</body>\n</html>\n"
    )
