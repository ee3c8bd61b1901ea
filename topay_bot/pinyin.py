"""The sound of Chinese: pinyin syllables without tones, of characters and of Latin text typed as pinyin.

Customers mistake characters for others of the same sound (帐号 for 账号) and some type pinyin; both read alike here.
"""

from __future__ import annotations

import functools
import os
import re
from typing import Any

# Syllables of Hanyu Pinyin by initial (GB/T 16159), ü as typed on keyboards (v).
_FINALS = {
    "": "a ai an ang ao e ei en eng er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng o ou u",
    "d": "a ai an ang ao e ei en eng i ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan uo v ve",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu ong ou u uan un uo v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ei en eng o u",
}
SYLLABLES = frozenset(initial + final for initial, finals in _FINALS.items() for final in finals.split())
_LONGEST = max(map(len, SYLLABLES))
_LATIN = re.compile(r"[a-z]+")
_WITHOUT_WORDS = "PYPINYIN_NO_PHRASES"
# With fewer syllables an English text could pass for pinyin ("can you", "sun").
_FEWEST = 4


@functools.lru_cache(maxsize=30_000)  # there are some 20,000 characters in use
def syllable(character: str) -> str:
    """The commonest reading of a Chinese character; anything else unchanged."""
    pypinyin = _pypinyin()
    return str(pypinyin.lazy_pinyin(character, style=pypinyin.Style.NORMAL, v_to_u=False)[0])


def spell(run: str) -> list[str]:
    """The syllables of a run of Chinese characters as its words are read: 重复 is chong fu, 重要 zhong yao."""
    _load_words()
    return list(map(str, _pypinyin().lazy_pinyin(run)))


@functools.cache
def _pypinyin() -> Any:
    """Loaded with the first Chinese text, and without the readings of words, which no single character needs.

    They would cost every server process 44 MB and 0.25 s.
    """
    with_words = os.environ.get(_WITHOUT_WORDS)
    os.environ[_WITHOUT_WORDS] = "true"  # what pypinyin's documentation offers; read when it is imported
    try:
        import pypinyin
    finally:
        if with_words is None:
            del os.environ[_WITHOUT_WORDS]
        else:
            os.environ[_WITHOUT_WORDS] = with_words
    return pypinyin


@functools.cache
def _load_words() -> None:
    pypinyin = _pypinyin()
    from pypinyin.phrases_dict import phrases_dict

    pypinyin.load_phrases_dict(phrases_dict)


def segment(token: str) -> list[str] | None:
    """The syllables that a Latin token spells from left to right, longest first; None when it is no pinyin."""
    if not token:
        return []
    for length in range(min(_LONGEST, len(token)), 0, -1):
        if token[:length] in SYLLABLES:
            rest = segment(token[length:])
            if rest is not None:
                return [token[:length], *rest]
    return None


def read_pinyin(text: str, names: frozenset[str] = frozenset()) -> list[str] | None:
    """The syllables of a normalised text that is typed in pinyin throughout, names aside; None when it is not."""
    tokens = [token for token in _LATIN.findall(text) if token not in names]
    if not tokens or max(map(len, tokens)) > 40:
        return None
    found: list[str] = []
    for token in tokens:
        syllables = segment(token)
        if syllables is None:
            return None
        found.extend(syllables)
    return found if len(found) >= _FEWEST else None
