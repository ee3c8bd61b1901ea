"""The sound of Chinese: pinyin syllables without tones, of characters and of Latin text typed as pinyin.

Customers mistake characters for others of the same sound (帐号 for 账号) and some type pinyin; both read alike here.
"""

from __future__ import annotations

import functools
import itertools
import os
import re
from collections.abc import Sequence
from typing import Any

from topay_bot.english import is_english

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
# Latin words of everyday Chinese.
NAMES = frozenset("topay app id iphone ios android wifi wi fi vip qq ok nfc pos sim atm pin".split())
_LATIN = re.compile(r"[a-z]+")
_TOKEN = rf"(?!(?:{'|'.join(sorted(NAMES))})(?![a-z]))[a-z]+"
PINYIN_RUN = re.compile(rf"(?<![a-z]){_TOKEN}(?:\s+{_TOKEN})*")  # syllables up to a name, a number or a mark
_WITHOUT_WORDS = "PYPINYIN_NO_PHRASES"
_FEWEST = 2  # syllables of a text in pinyin
# English words of one syllable that short texts are made of ("can you", "are you an ai"); longer ones are looked up.
_ENGLISH = "a an ban can die e fan he hen long man me men o pan pen pie pin ping run she song sun tie you".split()
_LAUGHTER = frozenset("a e ha he hei hi la o".split())  # of no language
_LONGEST_TOKEN = 40  # letters


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


def is_pinyin(text: str) -> bool:
    """Whether a normalised text without Chinese characters is Chinese typed in pinyin throughout, names aside.

    "take care" could be ta ke ca re: a text whose words are mostly English is English.
    """
    tokens = [token for token in _LATIN.findall(text) if token not in NAMES]
    if max(map(len, tokens), default=0) > _LONGEST_TOKEN:
        return False
    read = [segment(token) or () for token in tokens]
    english = sum(len(found) for token, found in zip(tokens, read, strict=True) if _could_be_english(token, found))
    count = sum(map(len, read))
    return all(read) and count >= _FEWEST and 2 * english <= count and not _LAUGHTER.issuperset(itertools.chain(*read))


def _could_be_english(token: str, read: Sequence[str]) -> bool:
    return token in _ENGLISH if len(read) == 1 else is_english(token)


def syllables(run: str) -> list[str]:
    """The syllables of a run that `PINYIN_RUN` finds in such a text."""
    return [sound for token in run.split() for sound in segment(token) or ()]
