"""From a question to the articles that may answer it: normalise, encode, search the shelf of its language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from topay_bot.retrieval.comparison import Comparison, compare
from topay_bot.retrieval.denial import without_denied
from topay_bot.retrieval.encoder import Encoder, Vectors
from topay_bot.retrieval.evidence import CANDIDATES, Signals
from topay_bot.retrieval.shelf import Floats, Hit, Shelf
from topay_bot.retrieval.spelling import Speller
from topay_bot.text import Language, detect_language, is_mixed, is_pinyin, normalise


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found for one question: hits best first, and their evidence (hits, len(evidence.NAMES))."""

    question: str  # normalised; empty when nothing readable was asked
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
    speller: Speller
    max_chars: int

    def search(self, question: str, count: int = CANDIDATES) -> tuple[Retrieval, ...]:
        """The best `count` articles for one question as typed, from the shelf of its language.

        A question in both languages ("怎么 reset 我的 payment password") is looked up on both shelves: two retrievals.
        """
        text = normalise(question, self.max_chars)
        language = detect_language(text)
        own = language if language in self.shelves else next(iter(self.shelves))
        wanted = [own, *(other for other in self.shelves if other != own and is_mixed(text))]
        compared = reading(text, self.speller, language)
        vector = vectors_of([compared], self.encoder)
        signals = {shelf: self.shelves[shelf].signals(compared, vector) for shelf in wanted}
        return tuple(
            Retrieval(text, language, shelf, *self.shelves[shelf].best(found, count), found)
            for shelf, found in signals.items()
        )

    def compare(self, found: Retrieval, title: str) -> Comparison:
        """What the articles of a shelf have to do with a question searched there that may be asked about a title."""
        shelf = self.shelves[found.shelf]
        titled = reading(normalise(f"{title} {found.question}", self.max_chars), self.speller, found.shelf)
        return compare(shelf, found.signals, shelf.signals(titled, vectors_of([titled], self.encoder)))


def vectors_of(questions: Sequence[str], encoder: Encoder) -> Vectors:
    """Vectors (n, dimension) of questions as `reading` gives them; zero where their letters say nothing of their words.

    Chinese typed in pinyin is English to an encoder: its vector would lead astray what sounds alone find.
    """
    found = encoder.encode(questions, "question")
    found[[is_pinyin(question) for question in questions]] = 0
    return found


def reading(text: str, speller: Speller, language: Language) -> str:
    """A normalised question as it is compared with passages: spelling mended, and what it denies left out."""
    return without_denied(speller(text), language)
