"""Articles made, moved and retired as pairs, with every reference to them kept right."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from topay_bot.errors import KnowledgeError
from topay_bot.knowledge.article import LANGUAGES, Article, valid_id
from topay_bot.knowledge.exchange import write_all
from topay_bot.knowledge.labelled import labelled_file
from topay_bot.knowledge.library import Library, read_library
from topay_bot.text import Language

_TEMPLATE: dict[Language, str] = {
    "zh": """---
title: {title}  # 主题，用户在“您是不是想问”里看到的就是它
questions: []  # 用户会怎么问，一行一个，至少 14 个：先写问法，再写答案
related: []  # 2 到 5 个相关文章的 id
handoff: offer
# owner: 负责这篇文章的团队
review_by: {review}
draft: true  # 写好后删除这一行
---

（先用一两句话直接回答，然后写步骤。）

## 如果没有解决

## 联系客服前请准备
""",
    "en": """---
title: {title}  # the topic as a heading: a choice in "did you mean" shows it
questions: []  # how customers say it, one a line, at least 12: before you write the answer
related: []  # ids of 2 to 5 articles a reader may want next
handoff: offer
# owner: the team that answers for it
review_by: {review}
draft: true  # take this line away when it is written
---

(The answer first, in one or two sentences, then the steps.)

## If that does not work

## What to have ready
""",
}


@dataclass(frozen=True, slots=True)
class Done:
    """Files that were written, and files that are gone."""

    written: tuple[Path, ...]
    removed: tuple[Path, ...] = ()


def new(root: Path, article: str, category: str | None = None, today: datetime.date | None = None) -> Done:
    """Write a pair of drafts to fill in; see `pair`."""
    contents = pair(root, article, category, today)
    write_all(contents, str(root))
    return Done(tuple(contents))


def pair(root: Path, article: str, category: str | None = None, today: datetime.date | None = None) -> dict[Path, str]:
    """The files of a pair of drafts to fill in. The category is the beginning of the id unless given.

    Raises KnowledgeError when the id is taken or no name, or when there is no folder of that category.
    """
    _check_name(article)
    library, _ = read_library(root)
    if article in library.ids:
        raise KnowledgeError(f"{article!r} is there already: {_files(library, article)[0]}")
    if category is not None and not valid_id(category):
        raise KnowledgeError(f"{category!r} cannot be a category: no slash, no leading dot, no control character")
    folder = root / (category or article.partition("-")[0])
    if category is None and not folder.is_dir():
        known = ", ".join(sorted({found.category for found in library}))
        raise KnowledgeError(
            f"no category {folder.name!r}, which the id {article!r} begins with; name one with --category ({known})"
        )
    review = (today or datetime.date.today()) + datetime.timedelta(days=365)
    return {
        folder / f"{article}.{language}.md": _TEMPLATE[language].format(title=_yaml(article), review=review)
        for language in LANGUAGES
    }


def move(root: Path, article: str, to: str, category: str | None = None) -> Done:
    """Give an article another id, or another category; every `related` and labelled question follows."""
    _check_name(to)
    library = _library(root, article)
    if to != article and to in library.ids:
        raise KnowledgeError(f"{to!r} is there already: {_files(library, to)[0]}")
    contents = _references(library, lambda ids: [to if one == article else one for one in ids])
    removed = []
    for path in _files(library, article):
        folder = root / category if category else path.parent
        target = folder / f"{to}.{path.name.removesuffix('.md').rpartition('.')[2]}.md"
        if target != path:
            contents[target] = contents.pop(path, "") or path.read_text(encoding="utf-8-sig")
            removed.append(path)
    return _carry_out(root, contents, removed)


def retire(root: Path, article: str, instead: str | None = None) -> Done:
    """Remove an article; every `related` and labelled question names the one `instead`, or none.

    A labelled question that only this article answered goes with it.
    """
    library = _library(root, article)
    if instead is not None and (instead == article or instead not in library.ids):
        raise KnowledgeError(f"{instead!r} is no other article, so it cannot take the place of {article!r}")

    def follow(ids: Sequence[str]) -> list[str]:
        kept = (instead if one == article else one for one in ids)
        return list(dict.fromkeys(one for one in kept if one is not None))

    contents = _references(library, follow)
    removed = _files(library, article)
    for path in removed:
        contents.pop(path, None)
    return _carry_out(root, contents, removed)


def _carry_out(root: Path, contents: dict[Path, str], removed: Sequence[Path]) -> Done:
    write_all(contents, str(root))
    for path in removed:
        path.unlink()
    return Done(tuple(sorted(contents)), tuple(removed))


def _check_name(article: str) -> None:
    if not valid_id(article):
        raise KnowledgeError(f"{article!r} cannot be an id: no slash, no leading dot, no control character")


def _library(root: Path, article: str) -> Library:
    """The library that holds an article, without problems that would hide a reference to it."""
    library, problems = read_library(root)
    hidden = [str(problem) for problem in problems if problem.rule in ("front-matter", "encoding", "calibration")]
    if hidden:
        raise KnowledgeError("mend these first, a reference may hide in them:\n" + "\n".join(hidden), hidden)
    if article not in library.ids:
        raise KnowledgeError(f"no article {article!r} in {root}")
    return library


def _files(library: Library, article: str) -> list[Path]:
    return [found.path for found in library if found.id == article]


def _references(library: Library, follow: Callable[[Sequence[str]], list[str]]) -> dict[Path, str]:
    """The new texts of files in which ids change."""
    contents: dict[Path, str] = {}
    for article in library:
        # An article that was related to the one that takes the place of another must not be related to itself.
        ids = [one for one in dict.fromkeys(follow(article.related)) if one != article.id]
        if ids != list(article.related):
            contents[article.path] = _with_related(article, ids)
    for language in LANGUAGES:
        file = library.root / labelled_file(language)
        lines = file.read_text(encoding="utf-8-sig").splitlines() if file.exists() else []
        made = [kept for line in lines if (kept := _relabelled(line, follow)) is not None]
        if made != lines:
            contents[file] = "\n".join(made) + "\n"
    return contents


def _with_related(article: Article, ids: Sequence[str]) -> str:
    """The file with another list of related ids; all else stays to the byte."""
    lines = article.path.read_text(encoding="utf-8-sig").split("\n")
    first = article.line("related") - 1
    after = first + 1
    while lines[after].startswith((" ", "-")) and not lines[after].startswith("---"):
        after += 1
    shown = yaml.safe_dump(list(ids), default_flow_style=True, allow_unicode=True, width=10_000).strip()
    lines[first:after] = [f"related: {shown}"]
    return "\n".join(lines)


def _relabelled(line: str, follow: Callable[[Sequence[str]], list[str]]) -> str | None:
    if not line.strip():
        return line
    raw = json.loads(line)
    ids = follow(raw["articles"])
    if ids == raw["articles"]:
        return line
    return json.dumps({**raw, "articles": ids}, ensure_ascii=False) if ids else None


def _yaml(text: str) -> str:
    return yaml.safe_dump(text, allow_unicode=True, width=10_000).splitlines()[0]
