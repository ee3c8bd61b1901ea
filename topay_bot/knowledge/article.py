"""One article in one language: a Markdown file with YAML front matter."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from topay_bot.text import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")
# The YAML block, and the body behind it.
FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)(.*)\Z", re.DOTALL | re.MULTILINE)
# Every file name may have 255 bytes; an id leaves room for `.zh.md` and for a temporary name.
MAX_ID_BYTES = 200
# Front matter is two levels deep; an import's `extra` may be deeper. More is an attack on the YAML reader.
_MAX_DEPTH = 20
_TOO_DEEP = f"nested more than {_MAX_DEPTH} levels deep"
# libyaml's reader is ten times as fast as the one in Python; a library without it has only the latter.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


_Choice = TypeVar("_Choice", bound=StrEnum)


class HandoffPolicy(StrEnum):
    """When a person comes in besides the answer."""

    NEVER = "never"
    OFFER = "offer"
    ALWAYS = "always"
    URGENT = "urgent"


class Risk(StrEnum):
    """What a wrong answer would cost; raises the priority of a hand-off."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Audience(StrEnum):
    """Whom the article speaks to."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong in a file, as an editor wants to be told."""

    file: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule}: {self.message}"


@dataclass(frozen=True, slots=True)
class Article:
    """One topic in one language. `id`, `category` and `language` come from the path."""

    id: str
    category: str
    language: Language
    title: str
    questions: tuple[str, ...]
    source: str = ""  # Markdown as written, facts not yet put in
    body: str = ""  # Markdown as shown
    description: str = ""
    tags: tuple[str, ...] = ()
    audience: Audience = Audience.CUSTOMER
    related: tuple[str, ...] = ()
    handoff: HandoffPolicy = HandoffPolicy.OFFER
    risk: Risk = Risk.LOW
    owner: str = ""
    review_by: datetime.date | None = None
    publish_date: datetime.date | None = None
    expiry_date: datetime.date | None = None
    draft: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)  # other fields of an import, kept
    path: Path = Path()
    lines: Mapping[str, int] = field(default_factory=dict)  # line of each key; of question i as `questions.i`; `body`

    def published(self, today: datetime.date) -> bool:
        """Whether customers may see it on that day."""
        if self.draft or (self.publish_date and today < self.publish_date):
            return False
        return not (self.expiry_date and today >= self.expiry_date)

    def line(self, key: str) -> int:
        """Where a key stands in the file; 1 when it does not."""
        return self.lines.get(key, 1)


def valid_id(text: str) -> bool:
    """Whether a text can be an article's id: it becomes part of a file name."""
    if not text.isprintable() or text != text.strip() or text.startswith(".") or "/" in text or "\\" in text:
        return False
    return 0 < len(text.encode()) <= MAX_ID_BYTES  # printable, so without lone surrogates


def split_name(path: Path) -> tuple[str, Language] | None:
    """Id and language from `<id>.<language>.md`, or None for a file that is no article."""
    stem, _, language = path.name.removesuffix(".md").rpartition(".")
    for known in LANGUAGES:
        if path.suffix == ".md" and language == known and valid_id(stem):
            return stem, known
    return None


def parse_article(path: Path, shown_as: str) -> tuple[Article | None, list[Problem]]:
    """Read one file. Problems name `shown_as` and the line; the article is None when it cannot be used at all."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"not UTF-8 at byte {error.start}; save the file as UTF-8"
        return None, [Problem(shown_as, 1, "encoding", message)]
    except OSError as error:
        return None, [Problem(shown_as, 1, "encoding", f"cannot be read: {error.strerror}")]
    article, problems = _parsed(text, path, shown_as)
    return article, list(problems)


@functools.lru_cache(maxsize=1024)  # for whoever reads a folder again and again: most files are as they were
def _parsed(text: str, path: Path, shown_as: str) -> tuple[Article | None, tuple[Problem, ...]]:
    article, problems = parse_text(text, path, shown_as)
    return article, tuple(problems)


def parse_text(text: str, path: Path, shown_as: str) -> tuple[Article | None, list[Problem]]:
    """`parse_article` for a text that is at hand; `path` tells id, category and language."""
    name = split_name(path)
    if name is None:
        return None, [Problem(shown_as, 1, "file-name", "expected <id>.zh.md or <id>.en.md")]
    match = FRONT_MATTER.match(text)
    if match is None:
        message = "expected a block between two lines of ---, then the answer"
        return None, [Problem(shown_as, 1, "front-matter", message)]
    try:
        raw, lines = _front_matter(match[1])
    except _BadFront as error:
        return None, [Problem(shown_as, error.line, "front-matter", str(error))]
    body = match[2].lstrip("\n")
    lines["body"] = match[1].count("\n") + 3 + match[2][: len(match[2]) - len(body)].count("\n")
    body = body.rstrip("\n")
    reader = _Reader(raw, lines, shown_as)
    article = Article(
        id=name[0],
        category=path.parent.name,
        language=name[1],
        title=reader.text("title"),
        questions=reader.texts("questions"),
        source=body,
        body=body,
        description=reader.text("description", ""),
        tags=reader.texts("tags"),
        audience=reader.choice("audience", Audience, Audience.CUSTOMER),
        related=reader.texts("related"),
        handoff=reader.choice("handoff", HandoffPolicy, HandoffPolicy.OFFER),
        risk=reader.choice("risk", Risk, Risk.LOW),
        owner=reader.text("owner", ""),
        review_by=reader.date("review_by"),
        publish_date=reader.date("publish_date"),
        expiry_date=reader.date("expiry_date"),
        draft=reader.flag("draft"),
        extra=reader.mapping("extra"),
        path=path,
        lines=lines,
    )
    reader.refuse_unknown()
    return (None if reader.problems else article), reader.problems


class _Reader:
    """Takes typed values out of front matter and gathers what is wrong with them."""

    def __init__(self, raw: dict[Any, Any], lines: Mapping[str, int], shown_as: str) -> None:
        self.raw, self.lines, self.shown_as = raw, lines, shown_as
        self.problems: list[Problem] = []
        self.asked: set[str] = set()

    def _take(self, key: str, expected: str, fits: Any, default: Any) -> Any:
        self.asked.add(key)
        value = self.raw.get(key)
        if value is not None and fits(value):
            return value
        if value is not None:
            self._say(key, f"{key!r} is {_shown(value)}; expected {expected}")
        elif default is _REQUIRED:
            self._say(key, f"{key!r} is missing; expected {expected}")
        return None if default is _REQUIRED else default

    def _say(self, key: str, message: str) -> None:
        self.problems.append(Problem(self.shown_as, self.lines.get(key, 2), "front-matter", message))

    def text(self, key: str, default: Any = ...) -> str:
        value = self._take(
            key, "a text", lambda v: isinstance(v, str) and v.strip(), _REQUIRED if default is ... else default
        )
        return value.strip() if isinstance(value, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._take(key, "a list of texts, one a line after '- '", lambda v: isinstance(v, list), [])
        for number, value in enumerate(values):
            if not isinstance(value, str) or not value.strip():
                message = f"is {_shown(value)}; expected a text (quote yes, no, numbers and days)"
                self._say(f"{key}.{number}", f"{key!r}, number {number + 1}, {message}")
        return tuple(value.strip() for value in values if isinstance(value, str))

    def choice(self, key: str, kind: type[_Choice], default: _Choice) -> _Choice:
        allowed = [str(member) for member in kind]
        return kind(self._take(key, f"one of {', '.join(allowed)}", lambda v: v in allowed, default))

    def date(self, key: str) -> datetime.date | None:
        value: datetime.date | None = self._take(
            key,
            "a day as YYYY-MM-DD",
            lambda v: isinstance(v, datetime.date) and not isinstance(v, datetime.datetime),
            None,
        )
        return value

    def flag(self, key: str) -> bool:
        return bool(self._take(key, "true or false", lambda v: isinstance(v, bool), False))

    def mapping(self, key: str) -> Mapping[str, Any]:
        return dict(self._take(key, "keys and values", lambda v: isinstance(v, dict), {}))

    def refuse_unknown(self) -> None:
        for key in self.raw:
            if key not in self.asked:
                self._say(str(key), f"unknown key {key!r}; known: {', '.join(sorted(self.asked))}")


_REQUIRED = object()


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


class _BadFront(ValueError):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def _front_matter(text: str) -> tuple[dict[Any, Any], dict[str, int]]:
    """The values of a YAML block and the line in the file of each key and each list item."""
    try:
        _refuse_tricks(text)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if not isinstance(node, yaml.MappingNode):
                raise _BadFront(2, "expected keys such as title: and questions:")
            lines = _lines(node)
            raw = loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        line = 2 + (min(mark.line, max(0, text.count("\n") - 1)) if mark else 0)
        if "nesting depth" in what:  # newer versions of libyaml have a bound of their own
            raise _BadFront(line, _TOO_DEEP) from None
        raise _BadFront(line, f"not valid YAML: {what}; quote texts that hold ': ' or '#'") from None
    except _BadFront:
        raise
    except (ValueError, OverflowError) as error:  # 2026-02-30 reads as a day, 0b2 as a number
        raise _BadFront(2, f"a value cannot be read: {error}; mend it or put it in quotes") from None
    return raw, lines


def _refuse_tricks(text: str) -> None:
    """Nesting that overflows the reader's stack, and aliases that make a short file huge."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = 2 + (event.start_mark.line if event.start_mark else 0)
        if isinstance(event, yaml.AliasEvent):
            message = "YAML aliases (*name) are not used here; quote texts that begin with '*'"
            raise _BadFront(line, message)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MAX_DEPTH:
                raise _BadFront(line, _TOO_DEEP)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _lines(node: yaml.MappingNode) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 2
        if str(key.value) in found:
            # YAML would keep the last one and drop the other's texts without a word.
            raise _BadFront(line, f"{key.value!r} stands twice, first in line {found[str(key.value)]}; join the two")
        found[str(key.value)] = line
        if isinstance(value, yaml.SequenceNode):
            for number, item in enumerate(value.value):
                found[f"{key.value}.{number}"] = item.start_mark.line + 2
    return found
