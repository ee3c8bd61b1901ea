"""Text as retrieval sees it: one normal form for questions and articles alike, and its words."""

from __future__ import annotations

import functools
import re
import unicodedata
from importlib.resources import files
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from topay_bot.pinyin import NAMES, is_pinyin, syllable

Language = Literal["zh", "en"]

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAN_RUN = re.compile(f"[{_HAN}]+")
_LATIN_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_TOKEN = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+(?:'[a-z]+)?")
_SPACE = re.compile(r"\s+")
# So, Sk: emoji and modifiers; Me: keycap rings; C*: control, surrogate, private, unassigned.
_DROPPED = frozenset({"So", "Sk", "Me", "Cc", "Cs", "Co", "Cn"})
# Format characters (zero-width space, joiners, byte order marks) and variation selectors stand inside words.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]")


def normalise(text: str, max_chars: int = 1000) -> str:
    """The normal form: NFKC, lower case, Simplified Chinese, no emoji or control characters, single spaces.

    Only the first `max_chars` characters count: a question says what it wants early, and an endless one
    must not cost endless time. The result may be empty; its own normal form is itself.
    """
    text = unicodedata.normalize("NFKC", text[: 2 * max_chars])
    text = _INVISIBLE.sub("", text)
    text = "".join(" " if unicodedata.category(char) in _DROPPED else char for char in text)
    # Dropping a character or lowering one may leave a pair that NFKC composes.
    text = unicodedata.normalize("NFKC", text.lower()).replace("\u2019", "'")
    if _HAN_RUN.search(text):
        # Twice: the first pass keeps a few words whole (乾清宮, 乾縣) which then change once more.
        text = _to_simplified().convert(_to_simplified().convert(text))
    return _SPACE.sub(" ", text).strip()[:max_chars].rstrip()


@functools.cache
def _to_simplified() -> Any:
    import opencc  # 2 MB of dictionaries: loaded on the first Chinese text

    return opencc.OpenCC("t2s")


def detect_language(text: str) -> Language:
    """`zh` when the text holds Chinese characters that carry it, else `en`.

    A Chinese character says about as much as a word, so one of them among up to three Latin words is enough:
    "我的account被lock了" is a Chinese question.
    """
    han = sum(len(run) for run in _HAN_RUN.findall(text))
    latin = len(_LATIN_WORD.findall(text.lower()))
    if han:
        return "zh" if han * 3 >= latin else "en"
    return "zh" if is_pinyin(text.lower()) else "en"


def is_mixed(text: str) -> bool:
    """Whether a normalised text speaks Chinese and a Latin language: a name such as "topay" alone is not enough."""
    latin = [word for word in _LATIN_WORD.findall(text) if word not in NAMES]
    return bool(latin) and _HAN_RUN.search(text) is not None


def sounds(text: str) -> list[str]:
    """Pinyin syllables of the Chinese characters of a normalised text, in order."""
    return [syllable(character) for run in _HAN_RUN.findall(text) for character in run]


def words(text: str) -> list[str]:
    """Words of a normalised text in order: Latin ones whole, Chinese runs cut by jieba."""
    found: list[str] = []
    for token in _TOKEN.findall(text):
        if _HAN_RUN.match(token):
            found.extend(_jieba().cut(token))
        else:
            found.append(token)
    return found


@functools.cache
def _jieba() -> Any:
    import jieba

    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ = dictionary = _Dictionary(files("jieba").joinpath("dict.txt").read_bytes())
    tokenizer.total = dictionary.total
    tokenizer.initialized = True  # else it would make its own table: 0.6 s, 71 MB, a cache file in the common folder
    return tokenizer


class _Dictionary:
    """jieba's dictionary, in the form in which it asks for it: word -> frequency, 0 for what only begins words.

    The file stays as it is, 5 MB of it; the words of one first character become a table when a text has that character.
    """

    def __init__(self, lines: bytes) -> None:
        """`lines`: UTF-8, a line for each word, with its frequency and part of speech, parted by spaces."""
        found = np.frombuffer(lines, dtype=np.uint8)
        ends = np.flatnonzero(found == ord("\n")).astype(np.int32) + 1
        starts = np.concatenate([[0], ends[:-1]], dtype=np.int32)
        lead = found[starts]
        width = np.searchsorted([0x80, 0xE0, 0xF0], lead, side="right") + 1  # bytes of the first character
        first = np.zeros(len(starts), dtype=np.int64)
        for place in range(4):
            first = first << 8 | np.where(width > place, found[np.minimum(starts + place, len(found) - 1)], 0)
        turns = np.flatnonzero(np.diff(first, prepend=-1, append=-1))  # lines that begin another first character
        spans: dict[str, list[slice]] = {}
        for one, other in pairwise(turns.tolist()):
            character = lines[starts[one] : starts[one] + width[one]].decode()
            spans.setdefault(character, []).append(slice(int(starts[one]), int(ends[other - 1])))
        self.total = _sum_of_numbers(found)

        @functools.cache
        def beginning_with(character: str) -> dict[str, int]:
            table: dict[str, int] = {}
            for span in spans.get(character, ()):
                for line in lines[span].decode().splitlines():
                    word, frequency, _ = line.split(" ", 2)
                    table[word] = int(frequency)
                    for end in range(1, len(word)):
                        table.setdefault(word[:end], 0)
            return table

        self._beginning_with = beginning_with

    def get(self, word: str) -> int | None:
        """Its frequency; None when no word begins with it."""
        return self._beginning_with(word[:1]).get(word)

    def __contains__(self, word: str) -> bool:
        return word in self._beginning_with(word[:1])

    def __getitem__(self, word: str) -> int:
        return self._beginning_with(word[:1])[word]


def _sum_of_numbers(lines: npt.NDArray[np.uint8]) -> int:
    """The sum of the numbers between the two spaces of each line."""
    before, after = np.flatnonzero(lines == ord(" ")).astype(np.int32).reshape(-1, 2).T
    total = 0
    for digit in range(int((after - before).max()) - 1):
        places = after - 1 - digit
        total += 10**digit * int((lines[places[places > before]] - np.uint8(ord("0"))).sum(dtype=np.int64))
    return total


def chinese_runs(text: str) -> list[str]:
    """The runs of Chinese characters of a text, in order."""
    return _HAN_RUN.findall(text)


def runs(text: str) -> list[tuple[str, bool]]:
    """The tokens of a normalised text, each with whether it is a run of Chinese characters."""
    return [(token, _HAN_RUN.match(token) is not None) for token in _TOKEN.findall(text)]
