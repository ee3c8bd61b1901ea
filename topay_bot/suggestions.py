"""Questions that a customer may be about to ask, while they are still typing.

Only titles and question variants of the articles are suggested, by what is written or how it sounds: 退款, "tuik",
"tkjd" and "refu" find the same topic. The phrases of a language stand in one long text, which the search of
strings goes through at some gigabytes a second; only the lines it stops at are looked at one by one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from topay_bot.knowledge.library import Library
from topay_bot.pinyin import syllable
from topay_bot.text import Language, normalise

MOST = 5
MAX_CHARS = 60  # of what was typed; a longer text is no beginning of a question any more
_LONGEST: dict[Language, int] = {"zh": 18, "en": 56}  # a longer variant tells a story: nobody picks it from a list
_NOT_SUGGESTED = "smalltalk"
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[a-z][a-z ']*")
_JOINTS = re.compile(r"[\s\W_]+")
_FEWEST_INITIALS = 3  # with fewer, every second title fits
_MOST_PARTS = 8


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question to tap on. `article` answers it."""

    article: str
    text: str
    language: Language


class Suggester:
    """Finds suggestions in one library. Articles in `first` go before others that fit as well."""

    def __init__(self, library: Library, first: Sequence[str] = ()) -> None:
        place = {article: at for at, article in enumerate(first)}
        self._shelves = {
            language: _Shelf(
                [
                    _Phrase(article.id, text, (is_variant, place.get(article.id, len(place)), len(text)))
                    for article in library
                    if article.language == language and article.category != _NOT_SUGGESTED
                    for is_variant, text in [(False, article.title), *((True, said) for said in article.questions)]
                    if len(text) <= _LONGEST[language]
                ]
            )
            for language in _LONGEST
        }

    def suggest(self, typed: str, language: Language, most: int = MOST) -> list[Suggestion]:
        """At most `most` articles, the likeliest first, in that language before the other; each with one phrase."""
        query = _JOINTS.sub(" ", normalise(typed[: 2 * MAX_CHARS])).strip()
        if not query or len(query) > MAX_CHARS:
            return []
        order: list[Language] = ["zh", "en"] if language == "zh" or _HAN.search(query) else ["en", "zh"]
        found: dict[str, Suggestion] = {}
        for shelf in order:
            for phrase in self._shelves[shelf].fitting(query):
                found.setdefault(phrase.article, Suggestion(phrase.article, phrase.text, shelf))
            if len(found) >= most:
                break
        return list(found.values())[:most]


@dataclass(frozen=True, slots=True)
class _Phrase:
    article: str
    text: str
    rank: tuple[bool, int, int]  # among phrases that fit equally well


class _Lines:
    """Lines of text, searched together."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._text = "\n" + "\n".join(lines) + "\n"
        self._starts: list[int] = []
        at = 1
        for line in lines:
            self._starts.append(at)
            at += len(line) + 1

    def holding(self, piece: str) -> set[int]:
        """Numbers of the lines that hold the piece; with a line break before it, of those that begin so."""
        found: set[int] = set()
        at = self._text.find(piece)
        while at >= 0:
            line = bisect_right(self._starts, at + piece.startswith("\n")) - 1
            found.add(line)
            # The rest of a line tells nothing new.
            after = self._text.find("\n", at + 1)
            at = self._text.find(piece, after)
        return found


class _Shelf:
    """The phrases of one language."""

    def __init__(self, phrases: list[_Phrase]) -> None:
        self._phrases = phrases
        self._titles = {line for line, phrase in enumerate(phrases) if not phrase.rank[0]}
        keys = [_JOINTS.sub(" ", normalise(phrase.text)).strip() for phrase in phrases]
        spoken = [[syllable(char) for char in key if char != " "] if _HAN.search(key) else [] for key in keys]
        self._spoken = spoken
        self._words = _Lines([f" {key}" for key in keys])  # a space before each word
        self._plain = _Lines([key.replace(" ", "") for key in keys])
        self._sounds = _Lines(["".join(one) for one in spoken])
        self._initials = _Lines(["".join(part[0] for part in one) for one in spoken])

    def fitting(self, query: str) -> Iterator[_Phrase]:
        """Phrases that fit, the best first."""
        seen: set[int] = set()
        for tier in self._tiers(query):
            fresh = tier - seen
            yield from sorted((self._phrases[line] for line in fresh), key=lambda phrase: phrase.rank)
            seen |= fresh

    def _tiers(self, query: str) -> Iterator[set[int]]:
        """Lines, from those that fit best on; the later ones are only looked for when they are wanted."""
        plain = query.replace(" ", "")
        chinese = _HAN.search(query) is not None
        # Chinese has no spaces: every place may begin a word. In a title a word within counts as much as the first.
        within = self._plain.holding(plain) if chinese else self._words.holding(f" {query}")
        yield self._plain.holding(f"\n{plain}") | (within & self._titles)
        if chinese:
            parts = query.split() if " " in query else [plain[at : at + 2] for at in range(0, len(plain), 2)]
            every = self._every(self._plain, parts)
        else:
            every = self._every(self._words, [f" {part}" for part in query.split()])
        yield every & self._titles
        yield within
        yield every
        if _LATIN.fullmatch(query):
            yield from self._by_sound(plain.replace("'", ""))

    def _by_sound(self, typed: str) -> Iterator[set[int]]:
        if len(typed) > 1:
            yield self._sounds.holding(f"\n{typed}")
        if len(typed) > 2:
            yield {line for line in self._sounds.holding(typed) if _from_a_syllable(typed, self._spoken[line])}
        if len(typed) >= _FEWEST_INITIALS:
            yield self._initials.holding(f"\n{typed}")

    @staticmethod
    def _every(lines: _Lines, parts: Sequence[str]) -> set[int]:
        if not 1 < len(parts) <= _MOST_PARTS:
            return set()
        return set.intersection(*(lines.holding(part) for part in parts))


def _from_a_syllable(typed: str, syllables: Sequence[str]) -> bool:
    return any("".join(syllables[start:]).startswith(typed) for start in range(len(syllables)))
