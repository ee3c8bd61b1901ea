"""Question variants added to articles as a change to review: new texts of files, and the unified diff to them."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from topay_bot.errors import KnowledgeError
from topay_bot.knowledge.article import FRONT_MATTER, parse_text, split_name
from topay_bot.knowledge.authoring import pair
from topay_bot.knowledge.library import read_library
from topay_bot.text import Language, normalise

Questions = Mapping[Language, Sequence[str]]


def join(root: Path, article: str, questions: Questions) -> dict[Path, str]:
    """The files of an article with further questions, each in the file of its language; all else stays to the byte.

    Questions that stand in an article already are left out, and so are those of a language that the article lacks.
    Raises KnowledgeError when there is no such article, or nothing to add.
    """
    library, _ = read_library(root)
    if article not in library.ids:
        raise KnowledgeError(f"no article {article!r} in {root}")
    known = {normalise(question) for one in library for question in one.questions}
    contents = {}
    for one in library:
        fresh = _fresh(questions.get(one.language, ()), known) if one.id == article else []
        if fresh:
            contents[one.path] = with_questions(_text(one.path), one.path, fresh)
    if not contents:
        raise KnowledgeError(f"nothing to add to {article!r}: its files, or others, have these questions already")
    return contents


def draft(
    root: Path, article: str, questions: Questions, category: str | None = None, today: datetime.date | None = None
) -> dict[Path, str]:
    """The files of a new article, with `draft: true` and its questions filled in; see authoring.pair."""
    library, _ = read_library(root)
    known = {normalise(question) for one in library for question in one.questions}
    contents = pair(root, article, category, today)
    for path, text in contents.items():
        name = split_name(path)
        fresh = _fresh(questions.get(name[1], ()), known) if name else []
        if fresh:
            contents[path] = with_questions(text, path, fresh)
    return contents


def unified_diff(root: Path, contents: Mapping[Path, str]) -> str:
    """The change as `git apply` and `patch -p1` take it, with paths from the knowledge folder on."""
    return "".join(line for path in sorted(contents) for line in _diff(root, path, contents[path]))


def with_questions(text: str, path: Path, questions: Sequence[str]) -> str:
    """The text of a file with questions after those it has. Raises KnowledgeError when it is not to be read."""
    found, problems = parse_text(_plain(text), path, path.name)
    if found is None:
        raise KnowledgeError("mend these first:\n" + "\n".join(map(str, problems)), [str(one) for one in problems])
    lines = _lines(text)
    end = "\r\n" if lines[0].endswith("\r\n") else "\n"
    block = "questions.0" in found.lines and not _flow(lines[found.line("questions") - 1])
    if block:
        first = lines[found.line("questions.0") - 1]
        indent = first[: len(first) - len(first.lstrip())]
        at = _after(lines, found.line(f"questions.{len(found.questions) - 1}"))
        lines[at:at] = [f"{indent}- {_yaml(question)}{end}" for question in questions]
    else:
        # Missing, or written in one line as `[]`: written out, one a line.
        at, remark = _closing(text), ""
        if "questions" in found.lines:
            at = found.line("questions") - 1
            remark = lines[at].partition("]")[2].rstrip()
            del lines[at : _after(lines, at + 1)]
        lines[at:at] = [f"questions:{remark}{end}"]
        lines[at + 1 : at + 1] = [f"  - {_yaml(question)}{end}" for question in (*found.questions, *questions)]
    made = "".join(lines)
    again, _ = parse_text(_plain(made), path, path.name)
    if again is None or again.questions != (*found.questions, *questions):
        raise KnowledgeError(f"{path}: its questions stand in an unusual form; write them one a line, after '- '")
    return made


def _fresh(questions: Sequence[str], known: Collection[str]) -> list[str]:
    """Questions that no article has, each once."""
    fresh = {normalise(question): " ".join(question.split()) for question in reversed(questions)}
    return [question for words, question in reversed(fresh.items()) if words and words not in known]


def _flow(line: str) -> bool:
    return line.partition(":")[2].lstrip().startswith("[")


def _after(lines: Sequence[str], at: int) -> int:
    """The next line that belongs to another key."""
    while lines[at].startswith((" ", "-")) and not lines[at].startswith("---"):
        at += 1
    return at


def _closing(text: str) -> int:
    """The line that ends the front matter, counted from 0."""
    front = FRONT_MATTER.match(_plain(text))
    assert front is not None  # it was parsed
    return front[1].count("\n") + 1


def _plain(text: str) -> str:
    """As files are read: without byte order mark, and with one kind of line end."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _yaml(text: str) -> str:
    return yaml.safe_dump(text, allow_unicode=True, width=10_000).splitlines()[0]


def _text(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:  # line ends and byte order mark as they are
        return file.read()


def _diff(root: Path, path: Path, text: str) -> Iterator[str]:
    name = path.relative_to(root).as_posix()
    before = _text(path) if path.exists() else ""
    old = f"a/{name}" if path.exists() else "/dev/null"
    yield f"diff --git a/{name} b/{name}\n"
    if not path.exists():
        yield "new file mode 100644\n"
    for line in difflib.unified_diff(_lines(before), _lines(text), old, f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """Lines as diff counts them: only a line feed ends one."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
