"""Which words a question and a passage share, for people who want to see why one was found for the other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from topay_bot.retrieval.lexical import word_stem
from topay_bot.text import normalise, runs, words

_ONE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[^\W_]+(?:'[a-z]+)?|.", re.DOTALL)


def common_parts(passage: str, question: str) -> list[tuple[str, bool]]:
    """The passage in parts, in order, each with whether the question has it too; joined they are the passage.

    Of Chinese, pairs of neighbouring characters and whole words of one character count; of other words their stem:
    what the lexical leg compares as well (see lexical.features).
    """
    plain = normalise(question)
    stems = {word_stem(word) for word in words(plain)}
    pairs = {run[start : start + 2] for run, chinese in runs(plain) if chinese for start in range(len(run) - 1)}
    found: list[tuple[str, bool]] = []
    for part, shared in _marked(passage, stems, pairs):
        if found and found[-1][1] == shared:
            found[-1] = (found[-1][0] + part, shared)
        else:
            found.append((part, shared))
    return found


def _marked(passage: str, stems: set[str], pairs: set[str]) -> Iterator[tuple[str, bool]]:
    for match in _ONE.finditer(passage):
        token = match[0]
        if "\u3400" <= token[0] <= "\ufaff":
            alone = {place for place, word in _places(token) if len(word) == 1 and word in stems}
            covered = {
                place + step for place in range(len(token) - 1) if token[place : place + 2] in pairs for step in (0, 1)
            }
            yield from ((char, place in covered or place in alone) for place, char in enumerate(token))
        else:
            yield token, word_stem(token.lower()) in stems


def _places(run: str) -> Iterator[tuple[int, str]]:
    """The words of a Chinese run, each with the place where it begins."""
    place = 0
    for word in words(run):
        yield place, word
        place += len(word)
