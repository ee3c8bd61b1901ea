"""The whole knowledge base as one file, and back without loss: JSON Lines for machines, XLSX for spreadsheets.

Every item is of one kind: `article` (one language of it), `fact`, `background` or `labelled`; the first one,
`topay-bot`, says that the file is such an export. In JSON Lines an item is a line, in XLSX a kind is a sheet and an
item a row. Lists are lists in JSON; in a cell they stand one entry a line.

What a build depends on comes back to the letter, and so do owner, dates, drafts and imported fields. Of comments,
those directly above a fact and the headings among the background questions do; others stay in the files.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from topay_bot.errors import ImportRowsError, KnowledgeError
from topay_bot.knowledge.article import LANGUAGES, Article, parse_article, parse_text, valid_id
from topay_bot.knowledge.exchange import Imported, articles_there, document, write_all
from topay_bot.knowledge.facts import FACTS_FILE, load_facts
from topay_bot.knowledge.facts_text import facts_text, notes_of
from topay_bot.knowledge.labelled import labelled_file
from topay_bot.knowledge.library import Library, background_file, load_library
from topay_bot.knowledge.sheets import read_sheets, write_sheets

MARK = "topay-bot"
VERSION = 1
# Fields of each kind, in the order of the columns.
FIELDS: dict[str, tuple[str, ...]] = {
    "article": (
        "id", "language", "category", "title", "questions", "body", "description", "tags", "audience", "related",
        "handoff", "risk", "owner", "review_by", "publish_date", "expiry_date", "draft", "extra",
    ),
    "fact": ("name", "zh", "en", "sample", "note"),
    "background": ("language", "text"),
    "labelled": ("language", "text", "articles"),
}  # fmt: skip
LISTS = frozenset({"questions", "tags", "related", "articles"})
_DATES = ("review_by", "publish_date", "expiry_date")

Item = Mapping[str, Any]
Items = Iterable[tuple[int, Item | str]]  # line or row, and an item or what is wrong with it


def export(knowledge: Path, out: Path) -> dict[str, int]:
    """Write a knowledge folder into one file, `.jsonl` or `.xlsx`; gives the number of items of each kind.

    Raises KnowledgeError when the folder has anything that cannot be read: it would be missing from the file.
    """
    library = load_library(knowledge)
    items = {kind: list(made) for kind, made in _items(library).items()}
    if out.suffix.lower() == ".xlsx":
        write_sheets(
            out, {MARK: (("version",), [{"version": VERSION}])} | {k: (FIELDS[k], v) for k, v in items.items()}
        )
    else:
        lines = [{"kind": MARK, "version": VERSION}]
        lines += [{"kind": kind, **item} for kind, made in items.items() for item in made]
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as error:
            raise KnowledgeError(f"{out} cannot be written: {error.strerror}") from None
    return {kind: len(made) for kind, made in items.items()}


def restore(source: str, items: Items, into: Path, *, skip_bad: bool = False) -> Imported:
    """Write what `export` gave. What is in the folder already and says the same is left as it is, to the byte.

    Raises ImportRowsError with every bad item, before anything is written; with `skip_bad` those are left out.
    """
    there = articles_there(into)
    contents: dict[Path, str] = {}
    bad: list[tuple[int, str]] = []
    facts: dict[str, dict[str, Any]] = {}
    lines: dict[Path, list[str]] = {}
    good = 0
    ids: set[str] = set()
    for number, item in items:
        try:
            if isinstance(item, str):
                raise _Bad(item)
            kind = item.get("kind")
            if kind == "article":
                target, text = _article_file(item, into, there)
                contents[target] = text
                ids.add(str(item["id"]))
            elif kind == "fact":
                facts[_text(item, "name")] = _fact(item)
            elif kind == "background":
                lines.setdefault(into / background_file(_language(item)), []).append(_text(item, "text"))
            elif kind == "labelled":
                row = {"text": _text(item, "text"), "articles": _list(item, "articles")}
                lines.setdefault(into / labelled_file(_language(item)), []).append(json.dumps(row, ensure_ascii=False))
            elif kind != MARK:
                raise _Bad(f"kind is {kind!r}, expected one of {', '.join(FIELDS)}")
            good += kind != MARK
        except _Bad as error:
            bad.append((number, str(error)))
    if not good and not bad:
        bad.append((1, "nothing to import: the export holds no item"))
    if facts and {name: _plain(raw) for name, raw in facts.items()} != _facts_there(into):
        contents[into / FACTS_FILE] = facts_text(facts)
    contents |= {file: "\n".join(found) + "\n" for file, found in lines.items() if found != _lines(file)}
    if bad and not (skip_bad and good):
        raise ImportRowsError(source, sorted(bad))
    write_all(contents, source)
    return Imported(good, len(ids), tuple(sorted(contents)), tuple(bad))


def json_items(file: Path) -> Items:
    """The items of an export in JSON Lines."""
    for number, line in enumerate(file.read_bytes().split(b"\n"), 1):
        if line.strip():
            try:
                raw = json.loads(line)
                yield number, raw if isinstance(raw, dict) else f"is {type(raw).__name__}, expected an item"
            except (ValueError, RecursionError) as error:
                yield number, f"not JSON: {error}"


def sheet_items(file: Path) -> Items:
    """The items of an export in XLSX; lists and mappings come out of their cells."""
    for sheet, rows in read_sheets(file).items():
        if sheet not in FIELDS:
            continue
        header = [str(cell) for cell in rows[0][1]] if rows else []
        for number, cells in rows[1:]:
            raw: dict[str, Any] = dict(zip(header, cells, strict=False))
            for key in LISTS & raw.keys():
                raw[key] = _from_cell(str(raw[key]))
            yield number, {"kind": sheet, **{key: value for key, value in raw.items() if value not in ("", [])}}


def _from_cell(text: str) -> list[str]:
    """A list written one entry a line, or as JSON where an entry itself has more than one line."""
    if text.startswith("["):
        try:
            found = json.loads(text)
            if isinstance(found, list):
                return [str(entry) for entry in found]
        except ValueError:
            pass
    return [line for line in text.split("\n") if line.strip()]


class _Bad(ValueError):
    """What is wrong with one item."""


def _items(library: Library) -> dict[str, Iterator[dict[str, Any]]]:
    notes = notes_of(library.root / FACTS_FILE)
    return {
        "article": (_article(article) for article in library),
        "fact": (
            {"name": name, "zh": fact.zh, "en": fact.en, "sample": fact.sample, "note": notes.get(name, "")}
            for name, fact in library.facts.values.items()
        ),
        "background": (
            {"language": language, "text": line}
            for language in LANGUAGES
            for line in _lines(library.root / background_file(language))
        ),
        "labelled": (
            {"language": language, "text": question.text, "articles": list(question.articles)}
            for language in LANGUAGES
            for question in library.labelled.get(language, ())
        ),
    }


def _lines(file: Path) -> list[str]:
    """The lines of a file, headings included; blank ones are left out."""
    text = file.read_text(encoding="utf-8-sig") if file.exists() else ""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _article(article: Article) -> dict[str, Any]:
    values = {name: getattr(article, "source" if name == "body" else name) for name in FIELDS["article"]}
    for name, value in values.items():
        if isinstance(value, tuple):
            values[name] = list(value)
        elif isinstance(value, datetime.date):
            values[name] = value.isoformat()
    return {name: value for name, value in values.items() if value not in (None, "", [], {}, False)}


def _article_file(item: Item, into: Path, there: Mapping[tuple[str, Any], Path]) -> tuple[Path, str]:
    article_id, category, language = _text(item, "id"), _text(item, "category"), _language(item)
    for name, role in ((article_id, "id"), (category, "category")):
        if not valid_id(name):
            raise _Bad(f"{role} is {name!r}; it becomes a name on the disk: no slash, no leading dot")
    target = into / category / f"{article_id}.{language}.md"
    home = there.get((article_id, language), target)
    if home.parent.name != category:
        raise _Bad(f"{article_id!r} lies in {home.parent.name!r} already; move it with `topay-bot move` first")
    front: dict[str, Any] = {}
    for key in FIELDS["article"]:
        value = item.get(key)
        if key in ("id", "language", "category", "body") or (value in (None, "") and key != "title"):
            continue
        front[key] = _front(key, value)
    front.setdefault("questions", [])
    body = item.get("body", "")
    if not isinstance(body, str):
        raise _Bad(f"body is {body!r}, expected text")
    for plain in (False, True):
        text = document(front, body.strip("\n"), plain)
        article, problems = parse_text(text, home, home.name)
        if article is None:
            raise _Bad(problems[0].message)
        if article.source == body.strip("\n") and list(article.questions) == [q.strip() for q in front["questions"]]:
            break
    assert article is not None
    if home.exists():
        before, _ = parse_article(home, home.name)
        if before is not None and _alike(before) == _alike(article):
            return home, home.read_text(encoding="utf-8-sig")
    return home, text


def _alike(article: Article) -> Article:
    return dataclasses.replace(article, path=Path(), lines={})


def _front(key: str, value: Any) -> Any:
    """A value as front matter has it."""
    if key in LISTS:
        return value if isinstance(value, list) else _from_cell(str(value))
    if key in _DATES:
        try:
            return datetime.date.fromisoformat(str(value)[:10])
        except ValueError:
            raise _Bad(f"{key} is {value!r}, expected a day as YYYY-MM-DD") from None
    if key == "draft":
        return _flag(value)
    if key == "extra":
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError:
            raise _Bad(f"extra is {value!r}, expected a JSON object") from None
    return value


def _flag(value: Any) -> bool:
    if str(value).lower() not in ("true", "false", "1", "0", ""):
        raise _Bad(f"{value!r}: expected true or false")
    return str(value).lower() in ("true", "1")


def _text(item: Item, key: str) -> str:
    value = item.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _Bad(f"{key!r} is {value!r}, expected text")
    return value


def _list(item: Item, key: str) -> list[str]:
    value = item.get(key, [])
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise _Bad(f"{key!r} is {value!r}, expected a list of texts")
    return value


def _language(item: Item) -> Any:
    if item.get("language") not in LANGUAGES:
        raise _Bad(f"language is {item.get('language')!r}, expected zh or en")
    return item["language"]


def _fact(item: Item) -> dict[str, Any]:
    name = _text(item, "name")
    if not all(name.partition(".")[::2]):
        raise _Bad(f"name is {name!r}, expected group.name")
    zh, en = (str(item.get(language, "")) for language in LANGUAGES)
    if not zh.strip() or not en.strip():
        raise _Bad(f"the fact {name!r} needs a value in both languages")
    return {"zh": zh, "en": en, "sample": _flag(item.get("sample", False)), "note": str(item.get("note") or "")}


def _plain(fact: Mapping[str, Any]) -> tuple[str, str, bool]:
    return fact["zh"], fact["en"], fact["sample"]


def _facts_there(into: Path) -> dict[str, tuple[str, str, bool]]:
    try:
        values = load_facts(into / FACTS_FILE).values
    except KnowledgeError:
        return {}
    return {name: (fact.zh, fact.en, fact.sample) for name, fact in values.items()}
