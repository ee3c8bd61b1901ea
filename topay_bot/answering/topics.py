"""A bare topic, "退款" or "password", asks nothing: no article is likely, yet all about it are at hand."""

from __future__ import annotations

import re
from collections.abc import Sequence

from topay_bot.retrieval.shelf import Hit
from topay_bot.text import runs

_MOST_CHINESE = 4  # characters: 支付密码; a longer text says what it wants
_MOST_LATIN = 2  # words: "bank card"


def is_bare(question: str) -> bool:
    """Whether a normalised question is but the name of something."""
    tokens = runs(question)
    chinese = sum(len(token) for token, is_chinese in tokens if is_chinese)
    latin = sum(not is_chinese for _, is_chinese in tokens)
    return (2 <= chinese <= _MOST_CHINESE and not latin) or (1 <= latin <= _MOST_LATIN and not chinese)


def about(question: str, hits: Sequence[Hit]) -> list[str]:
    """The articles among hits that speak of a bare question: their nearest passages hold it word for word."""
    named = re.escape(question)
    whole = re.compile(rf"\b{named}\b" if question.isascii() else named)
    return [hit.article for hit in hits if whole.search(hit.passage.text)]
