"""What articles are called on the studio's pages."""

from __future__ import annotations

from topay_bot.edition import Edition
from topay_bot.text import Language


class Titles:
    """Titles by article id in one language, or the other where it lacks it; the id where it is gone."""

    def __init__(self, edition: Edition, language: Language) -> None:
        self._edition, self._language = edition, language

    def __call__(self, article: str) -> str:
        """The title of an article."""
        found = self._edition.library.get(article, self._language)
        return found.title if found else article
