"""Ids and folder names for articles that come from elsewhere without any."""

from __future__ import annotations

import re

from topay_bot.pinyin import spell

_MOST = 60  # characters of an id: long enough to tell, short enough to read
_APART = re.compile(r"[^0-9a-z]+")
_SLASHES = re.compile(r"[/\\]+")
_HAN = re.compile("([\u3400-\u9fff]+)")


class Names:
    """Gives the same text the same id every time, and another text another one."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def name(self, text: str) -> str:
        """An id in small letters and hyphens; Chinese is spelt in pinyin."""
        plain = slug(text)
        name, number = plain, 1
        while self._texts.setdefault(name, text) != text:
            number += 1
            name = f"{plain}-{number}"
        return name


def slug(text: str) -> str:
    """`退款几天到账？` becomes `tui-kuan-ji-tian-dao-zhang`; a text without letters becomes `article`."""
    if _HAN.search(text):
        text = _HAN.sub(lambda match: " " + " ".join(spell(match[1])) + " ", text)
    words = [word for word in _APART.split(text.lower()) if word]
    short: list[str] = []
    for word in words:
        if short and len("-".join((*short, word))) > _MOST:
            break
        short.append(word[:_MOST])
    return "-".join(short) or "article"


def folder_name(text: str) -> str:
    """A category as a folder: `退款/到账` becomes `退款-到账`."""
    return _SLASHES.sub("-", text).strip(" .-")
