"""What the help centre shows of a library on one day. Knows nothing of HTTP or of templates."""

from __future__ import annotations

import datetime
import html
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import chain, zip_longest

from topay_bot.knowledge.article import LANGUAGES, Article, Audience, HandoffPolicy
from topay_bot.knowledge.library import Library
from topay_bot.knowledge.rendering import sections, to_html, to_text
from topay_bot.text import Language
from topay_bot.web.customer.texts import CATEGORY_NAMES, HOT_FIRST

_HIDDEN_CATEGORIES = ("smalltalk",)  # said in a conversation; nothing to look up
_MOST_ASKED = 8
# A search engine shows about this much of a description: 155 Latin letters, half as many Chinese characters.
_SUMMARY_CHARS: dict[Language, int] = {"zh": 78, "en": 155}
_SENTENCE_END = re.compile(r"[。！？]|[.!?](?= )")


@dataclass(frozen=True, slots=True)
class Entry:
    """An article as lists show it. `language` is the text's: it may differ from the reader's."""

    id: str
    category: str
    title: str
    summary: str
    language: Language
    merchant: bool


@dataclass(frozen=True, slots=True)
class Category:
    """A category as a reader meets it: `id` is the folder's name; `entries` in the order of a list."""

    id: str
    name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """An article as its own page shows it. `languages` are those in which it exists."""

    entry: Entry
    lead: str  # HTML before the first heading
    parts: tuple[tuple[str, str], ...]  # heading as plain text, HTML
    related: tuple[Entry, ...]
    languages: tuple[Language, ...]
    handoff: HandoffPolicy

    @property
    def html(self) -> str:
        """The whole answer."""
        return self.lead + "".join(f"<h2>{html.escape(heading)}</h2>{body}" for heading, body in self.parts)


class HelpCentre:
    """The articles of a library that customers may read on that day, by language of the reader.

    `left_out`: ids of articles that only make sense in a conversation, as small talk does.
    """

    def __init__(self, library: Library, today: datetime.date, left_out: Collection[str] = ()) -> None:
        shown = library.published(today)
        self.today = today
        self._articles: dict[str, dict[Language, Article]] = {}
        for article in shown:
            if article.category not in _HIDDEN_CATEGORIES and article.id not in left_out:
                self._articles.setdefault(article.id, {})[article.language] = article
        self._categories = {language: self._by_category(language) for language in LANGUAGES}

    def __contains__(self, article_id: str) -> bool:
        return article_id in self._articles

    def categories(self, language: Language) -> tuple[Category, ...]:
        """All categories, those of CATEGORY_NAMES first."""
        return tuple(self._categories[language].values())

    def category(self, name: str, language: Language) -> Category | None:
        """One category, None for an unknown one."""
        return self._categories[language].get(name)

    def most_asked(self, language: Language) -> tuple[Entry, ...]:
        """A few articles for the first page: the first of every category, then the second of every category."""
        ranks = zip_longest(*(category.entries for category in self.categories(language)))
        return tuple(entry for entry in chain.from_iterable(ranks) if entry is not None)[:_MOST_ASKED]

    def entries(self, ids: Iterable[str], language: Language) -> tuple[Entry, ...]:
        """The articles with these ids, in their order; one that is not shown is passed over."""
        return tuple(_entry(self._in(found, language)) for one in ids if (found := self._articles.get(one)))

    def languages(self, article_id: str) -> tuple[Language, ...]:
        """The languages in which an article can be read."""
        return tuple(language for language in LANGUAGES if language in self._articles.get(article_id, {}))

    def read(self, article_id: str, language: Language) -> Reading | None:
        """An article for its page, in the other language where it lacks this one; None for one that is not shown."""
        found = self._articles.get(article_id)
        if found is None:
            return None
        article = self._in(found, language)
        lead, parts = sections(article.body)
        return Reading(
            _entry(article),
            to_html(lead),
            tuple((heading, to_html(body)) for heading, body in parts),
            self.entries(article.related, language),
            self.languages(article_id),
            article.handoff,
        )

    @staticmethod
    def _in(found: dict[Language, Article], language: Language) -> Article:
        return found.get(language) or next(iter(found.values()))

    def _by_category(self, language: Language) -> dict[str, Category]:
        grouped: dict[str, list[Entry]] = {}
        for found in self._articles.values():
            entry = _entry(self._in(found, language))
            grouped.setdefault(entry.category, []).append(entry)
        names = CATEGORY_NAMES[language]
        order = [name for name in dict.fromkeys([*names, *sorted(grouped)]) if name in grouped]
        return {name: Category(name, names.get(name, name), _hot_first(name, grouped[name])) for name in order}


def _hot_first(category: str, entries: list[Entry]) -> tuple[Entry, ...]:
    wanted = {article: place for place, article in enumerate(HOT_FIRST.get(category, ()))}
    return tuple(sorted(entries, key=lambda entry: wanted.get(entry.id, len(wanted))))


def _entry(article: Article) -> Entry:
    return Entry(
        article.id,
        article.category,
        article.title,
        article.description or _summary(article),
        article.language,
        article.audience is Audience.MERCHANT,
    )


def _summary(article: Article) -> str:
    """The answer's first sentences, as many as fit; if that is little, as many words as fit."""
    text = to_text(article.body.split("\n\n", 1)[0]).replace("\n", " ")  # one paragraph: quickly parsed
    most = _SUMMARY_CHARS[article.language]
    if len(text) <= most:
        return text
    whole = text[: max((match.end() for match in _SENTENCE_END.finditer(text[: most + 1])), default=0)].strip()
    if len(whole) >= most / 3:
        return whole
    cut = text[: most - 1]
    return (cut.rsplit(" ", 1)[0] if article.language == "en" else cut).rstrip(",，、 ") + "…"
