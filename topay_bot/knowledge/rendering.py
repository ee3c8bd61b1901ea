"""Markdown to what customers see: safe HTML, and plain text for channels without it."""

from __future__ import annotations

import functools
import html
import itertools
import re
from collections.abc import Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_TAGS = {
    "p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
# A relative link would lead into whatever page holds the widget.
_ABSOLUTE = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_LIST_MARK = re.compile(r" *(?:- |\d+\. )")


@functools.cache
def _markdown() -> MarkdownIt:
    # `html: False` shows raw HTML as text; nh3 behind it is the guard that tests hold.
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def to_html(markdown: str) -> str:
    """Safe HTML: no script, style, event handler, image or link other than full http, https, mailto, tel survives."""
    return nh3.clean(
        _markdown().render(markdown),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_only_absolute,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    ).strip()


def _only_absolute(tag: str, name: str, value: str) -> str | None:
    return None if name == "href" and not _ABSOLUTE.match(value) else value


def sections(markdown: str) -> tuple[str, list[tuple[str, str]]]:
    """The answer before the first `##`, and the sections after it as (heading, Markdown).

    A heading is plain text. What looks like one inside a code block or a list is none.
    """
    lines = [line + "\n" for line in re.split(r"\r\n|\r|\n", markdown)]  # as the parser counts them
    tokens = _markdown().parse(markdown)
    found: list[tuple[str, int, int]] = []  # heading, its first line, the line after it
    for token, inline in itertools.pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h2" and token.level == 0 and token.map:
            found.append((_inline_text(inline.children or []).strip(), token.map[0], token.map[1]))
    starts = [start for _, start, _ in found] + [len(lines)]
    parts = [
        (heading, "".join(lines[after:end]).strip()) for (heading, _, after), end in zip(found, starts[1:], strict=True)
    ]
    return "".join(lines[: starts[0]]).strip(), parts


def answer_html(markdown: str) -> str:
    """An answer for the chat: what matters open, each further section folded."""
    lead, rest = sections(markdown)
    folded = [f"<details><summary>{html.escape(heading)}</summary>{to_html(body)}</details>" for heading, body in rest]
    return "\n".join([to_html(lead), *folded])


def to_text(markdown: str) -> str:
    """Plain text: marks of emphasis gone, lists and headings kept as lines, links as `text (address)`."""
    lines: list[str] = []
    numbers: list[int | None] = []  # of the open lists, outermost first: the next number, None for bullets
    for token in _markdown().parse(markdown):
        if token.type == "ordered_list_open":
            numbers.append(int(token.attrs.get("start", 1)))
        elif token.type == "bullet_list_open":
            numbers.append(None)
        elif token.type.endswith("_list_close"):
            numbers.pop()
        elif token.type == "list_item_open":
            number = numbers[-1]
            mark = "- " if number is None else f"{number}. "
            if number is not None:
                numbers[-1] = number + 1
            lines.append("  " * (len(numbers) - 1) + mark)
        elif token.type == "inline":
            said = _inline_text(token.children or [])
            if lines and _LIST_MARK.fullmatch(lines[-1]):
                lines[-1] += said
            else:
                lines.append(said)
        elif token.type in ("fence", "code_block"):
            lines.append(token.content.rstrip())
    return "\n".join(lines).strip()


def _inline_text(tokens: Sequence[Token]) -> str:
    out: list[str] = []
    address = ""
    for token in tokens:
        if token.type == "link_open":
            href = str(token.attrs.get("href", ""))
            address = href if _ABSOLUTE.match(href) else ""
        elif token.type == "link_close":
            if address and out and out[-1] != address:
                out.append(f" ({address})")
        elif token.type in ("softbreak", "hardbreak"):
            out.append("\n")
        elif token.type in ("text", "code_inline"):
            out.append(token.content)
    return "".join(out)
