"""From a question to the articles that may answer it: read, encode, search the shelf of its language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from topay_bot.retrieval.comparison import Comparison, compare
from topay_bot.retrieval.encoder import Encoder
from topay_bot.retrieval.evidence import CANDIDATES, Signals
from topay_bot.retrieval.reading import Reader
from topay_bot.retrieval.shelf import Floats, Hit, Shelf
from topay_bot.text import Language, detect_language, is_mixed


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found for one question: hits best first, and their evidence (hits, len(evidence.NAMES))."""

    question: str  # see Reader.question; empty when nothing readable was asked
    language: Language  # of the question
    shelf: Language  # of the shelf searched
    hits: tuple[Hit, ...]
    features: Floats
    signals: Signals


@dataclass(frozen=True)
class Retriever:
    """Finds articles for questions; immutable, safe to share between threads."""

    encoder: Encoder
    shelves: Mapping[Language, Shelf]
    reader: Reader

    def search(self, question: str, count: int = CANDIDATES) -> tuple[Retrieval, ...]:
        """The best `count` articles for one question as typed, from the shelf of its language.

        A question in both languages ("怎么 reset 我的 payment password") is looked up on both shelves: two retrievals.
        """
        text = self.reader.question(question)
        language = detect_language(text)
        own = language if language in self.shelves else next(iter(self.shelves))
        wanted = [own, *(other for other in self.shelves if other != own and is_mixed(text))]
        compared = self.reader.compared(text, language)
        vector = self.encoder.encode([compared], "question")
        signals = {shelf: self.shelves[shelf].signals(compared, vector) for shelf in wanted}
        return tuple(
            Retrieval(text, language, shelf, *self.shelves[shelf].best(found, count), found)
            for shelf, found in signals.items()
        )

    def compare(self, found: Retrieval, title: str) -> Comparison:
        """What the articles of a shelf have to do with a question searched there that may be asked about a title."""
        shelf = self.shelves[found.shelf]
        titled = self.reader.compared(self.reader.question(f"{title} {found.question}"), found.shelf)
        return compare(shelf, found.signals, shelf.signals(titled, self.encoder.encode([titled], "question")))
