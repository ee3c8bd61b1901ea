"""Import: rows of questions become articles in the knowledge format."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from topay_bot.errors import ImportRowsError
from topay_bot.knowledge.article import (
    FRONT_MATTER,
    LANGUAGES,
    MAX_ID_BYTES,
    Article,
    parse_article,
    parse_text,
    split_name,
    valid_id,
)
from topay_bot.text import Language

DEFAULT_CATEGORY = "imported"
_FIELDS = {"article", "question", "lang", "title", "answer", "category"}
_EXPECTED = '{"article": "id", "question": "text", "lang": "zh" or "en"}'
# Front matter that a row may set directly; any other field is kept under `extra`.
_SETTABLE = ("description", "owner", "handoff", "risk", "audience")


@dataclass(slots=True)
class _Draft:
    """One article as its rows tell it."""

    id: str
    language: Language
    line: int  # of its first row
    category: str = ""
    title: str = ""
    answer: str = ""
    questions: dict[str, None] = field(default_factory=dict)
    other: dict[str, list[Any]] = field(default_factory=dict)
    related: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import wrote: `files` hold its articles, those that had every question already included."""

    rows: int
    articles: int
    files: tuple[Path, ...]
    bad: tuple[tuple[int, str], ...] = ()  # (line, reason) of rows left out


Rows = Iterable[tuple[int, dict[str, Any] | str]]  # line, and a row or what is wrong with it


def import_rows(file: Path, into: Path, *, skip_bad: bool = False) -> Imported:
    """Write one article for each id and language of a JSON Lines file; questions join those that are there."""
    return join_rows(json_rows(file), str(file), into, skip_bad=skip_bad)


def json_rows(file: Path) -> Rows:
    """The rows of a JSON Lines file, empty lines left out."""
    try:
        lines = file.read_bytes().split(b"\n")
    except OSError as error:
        raise ImportRowsError(str(file), [(0, f"cannot be read: {error.strerror}")]) from None
    return ((number, _row(raw)) for number, raw in enumerate(lines, 1) if raw.strip())


def join_rows(
    rows: Rows, source: str, into: Path, *, related: Mapping[str, Sequence[str]] | None = None, skip_bad: bool = False
) -> Imported:
    """Write the articles that rows make up; `related` gives the related ids of new ones.

    An article that is there keeps everything else as it is: its title, its answer, its place. Raises
    ImportRowsError with the line and reason of every bad row, before anything is written; with `skip_bad` those
    are left out and told in what is returned.
    """
    drafts: dict[tuple[str, Language], _Draft] = {}
    bad: list[tuple[int, str]] = []
    good = 0
    for number, found in rows:
        row = found if isinstance(found, str) else _checked(found)
        if isinstance(row, str):
            bad.append((number, row))
            continue
        good += 1
        key = row["article"], row["lang"]
        draft = drafts.setdefault(key, _Draft(*key, number, related=list((related or {}).get(key[0], ()))))
        bad.extend((number, reason) for reason in _add(draft, row))
    if not good and not bad:
        bad.append((1, "no rows; expected lines such as " + _EXPECTED))
    there = articles_there(into)
    bad.extend(_place(drafts, there))
    contents: dict[Path, str] = {}
    for draft in drafts.values():
        target = there.get((draft.id, draft.language)) or into / draft.category / f"{draft.id}.{draft.language}.md"
        made = _merged(draft, target) if target.exists() else _written(draft, target)
        if isinstance(made, _Refused):
            bad.append((draft.line, made.reason))
        else:
            contents[target] = made
    if bad and not (skip_bad and contents):
        raise ImportRowsError(source, sorted(bad))
    write_all(contents, source)
    return Imported(good, len({draft.id for draft in drafts.values()}), tuple(sorted(contents)), tuple(sorted(bad)))


@dataclass(frozen=True, slots=True)
class _Refused:
    reason: str


def _row(raw: bytes) -> dict[str, Any] | str:
    """The row as it is written, or why it cannot be read."""
    try:
        row = json.loads(raw.decode("utf-8-sig"))
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        return f"not UTF-8 at byte {error.start} of the line"
    except UnicodeEncodeError:
        return "holds half of a character (a lone surrogate such as \\ud83d); write the whole character"
    except RecursionError:
        return f"nested too deeply; expected {_EXPECTED}"
    except ValueError as error:
        return f"not JSON: {error}; expected {_EXPECTED}"
    return row if isinstance(row, dict) else f"is {type(row).__name__}, expected {_EXPECTED}"


def _checked(row: dict[str, Any]) -> dict[str, Any] | str:
    """The row, or what is wrong with it."""
    for key in ("article", "question", "lang"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            return f"{key!r} is {_shown(row.get(key))}, expected text; a row is {_EXPECTED}"
    for key in ("title", "answer", "category"):
        if row.get(key) is not None and not isinstance(row[key], str):
            return f"{key!r} is {_shown(row[key])}, expected text"
    row["article"] = row["article"].strip()
    for key, role in (("article", "a file's name"), ("category", "a folder's name")):
        if row.get(key) and not valid_id(row[key]):
            return (
                f"{key} is {_shown(row[key])}; it becomes {role}: no slash, no leading dot, no control "
                f"character, at most {MAX_ID_BYTES} bytes"
            )
    if row["lang"] not in LANGUAGES:
        return f"lang is {_shown(row['lang'])}, expected zh or en"
    return row


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _add(draft: _Draft, row: dict[str, Any]) -> Iterator[str]:
    """Join a row to its article; yields what contradicts earlier rows."""
    draft.questions[_one_line(row["question"])] = None
    for key in ("title", "answer", "category"):
        value = (row.get(key) or "").strip()
        if key == "title":
            value = _one_line(value)
        before = getattr(draft, key)
        if value and before and value != before:
            yield f"{key} differs from an earlier row of {draft.id!r}: {_shown(value)} after {_shown(before)}"
        elif value:
            setattr(draft, key, value)
    for key, value in row.items():
        if key not in _FIELDS and value is not None:
            kept = draft.other.setdefault(key, [])
            if value not in kept:
                kept.append(value)


def articles_there(into: Path) -> dict[tuple[str, Language], Path]:
    """The articles of the folder, in whatever category."""
    found: dict[tuple[str, Language], Path] = {}
    for path in sorted(into.rglob("*.md")) if into.is_dir() else ():
        hidden = any(part.startswith(".") for part in path.relative_to(into).parts)
        if not hidden and path.is_file() and (name := split_name(path)):
            found.setdefault(name, path)
    return found


def _place(
    drafts: Mapping[tuple[str, Language], _Draft], there: Mapping[tuple[str, Language], Path]
) -> Iterator[tuple[int, str]]:
    """Give both languages of an article one category: that of a file that is there, else that of the rows."""
    for article_id in dict.fromkeys(draft.id for draft in drafts.values()):
        twins = [twin for language in LANGUAGES if (twin := drafts.get((article_id, language)))]
        wanted = [twin.category for twin in twins if twin.category]
        home = next((path for language in LANGUAGES if (path := there.get((article_id, language)))), None)
        if home is None and len(set(wanted)) > 1:
            message = f"category of {article_id!r} is {wanted[0]!r} in one language and {wanted[1]!r} in the other"
            yield twins[1].line, message
        for twin in twins:
            twin.category = home.parent.name if home else (wanted or [DEFAULT_CATEGORY])[0]


def _title(draft: _Draft) -> str:
    return draft.title or draft.id.replace("_", " ").replace("-", " ").replace(".", " ").strip() or draft.id


def _written(draft: _Draft, target: Path) -> str | _Refused:
    """A new article; refused when it could not be read back, as with an unknown `handoff`."""
    front: dict[str, Any] = {"title": _title(draft), "questions": list(draft.questions)}
    extra: dict[str, Any] = {}
    for key, values in draft.other.items():
        if key in _SETTABLE and len(values) == 1 and isinstance(values[0], str):
            front[key] = values[0]
        else:
            extra[key] = values[0] if len(values) == 1 else values
    if draft.related:
        front["related"] = draft.related
    if extra:
        front["extra"] = extra
    for plain in (False, True):
        text = document(front, draft.answer, plain)
        article, problems = parse_text(text, target, target.name)
        if article is None:
            return _Refused(problems[0].message)
        if list(article.questions) == front["questions"] and article.extra == extra:
            break
    return text


def _merged(draft: _Draft, target: Path) -> str | _Refused:
    """The article as it is, byte for byte, with the rows' new questions behind its own."""
    article, problems = parse_article(target, target.name)
    if article is None:
        return _Refused(f"{target} is there already and broken, line {problems[0].line}: {problems[0].message}")
    text = target.read_text(encoding="utf-8-sig")
    new = [question for question in draft.questions if question not in article.questions]
    body = draft.answer if not article.source and draft.answer else None
    if not new and body is None:
        return text
    wanted = (*article.questions, *new)
    for made in (_inserted(text, article, new, body), _rewritten(text, article, wanted, body)):
        again, _ = parse_text(made, target, target.name)
        if again is not None and again.questions == wanted and again.source == (body or article.source):
            return made
    return _Refused(f"{target} is there already and these questions cannot be joined to it")


def _inserted(text: str, article: Article, new: list[str], body: str | None) -> str:
    """New lines behind the last question: comments and order of the front matter stay as its editor left them."""
    lines = text.split("\n")
    last = article.line(f"questions.{len(article.questions) - 1}") - 1
    indent = lines[last][: len(lines[last]) - len(lines[last].lstrip())]
    following = next((i for i in range(last + 1, len(lines)) if not lines[i].startswith(f"{indent} ")), len(lines))
    lines[following:following] = [indent + item for item in _dump(new).splitlines()]
    return "\n".join(lines) + (f"\n{body}\n" if body else "")


def _rewritten(text: str, article: Article, questions: tuple[str, ...], body: str | None) -> str:
    """For questions in another form than one a line: the whole front matter anew."""
    block = FRONT_MATTER.match(text)
    front: dict[str, Any] = yaml.safe_load(block[1]) if block else {}
    front["questions"] = list(questions)
    return document(front, body or article.source)


def document(front: dict[str, Any], body: str, plain: bool = False) -> str:
    """An article's file."""
    head = _dump(front, plain)
    return f"---\n{head}---\n\n{body}\n" if body else f"---\n{head}---\n"


def _dump(value: Any, plain: bool = False) -> str:
    """YAML for people; `plain` escapes all but ASCII: YAML takes U+0085 and U+2028 for ends of lines."""
    return yaml.safe_dump(value, allow_unicode=not plain, sort_keys=False, width=10_000)


def write_all(contents: Mapping[Path, str], source: str) -> None:
    """All or nothing: everything is on the disk under another name before the first file takes its own."""
    staged: list[tuple[Path, Path]] = []
    try:
        for target, text in contents.items():
            if target.exists() and target.read_text(encoding="utf-8-sig") == text:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", newline="\n", prefix=".", suffix=".tmp", dir=target.parent, delete=False
            ) as handle:
                staged.append((Path(handle.name), target))
                handle.write(text)
            Path(handle.name).chmod(0o644)
        for name, target in staged:
            name.replace(target)
    except OSError as error:
        for name, _ in staged:
            name.unlink(missing_ok=True)
        raise ImportRowsError(source, [(0, f"{error.filename} cannot be written: {error.strerror}")]) from None
