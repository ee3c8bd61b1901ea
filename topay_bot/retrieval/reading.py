"""How a question is read before it is compared with passages."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from topay_bot.retrieval.denial import without_denied
from topay_bot.retrieval.passages import Passage, PassageKind
from topay_bot.retrieval.spelling import Speller
from topay_bot.retrieval.transcription import Transcriber
from topay_bot.text import Language, normalise

_VOCABULARY = "vocabulary.json"  # of the speller: word -> number of texts
_TRANSCRIBER = "pinyin.json"


@dataclass(frozen=True)
class Reader:
    """Reads questions with the words of the knowledge base; immutable."""

    speller: Speller
    transcriber: Transcriber
    max_chars: int

    @classmethod
    def fit(cls, passages: Iterable[Passage], max_chars: int) -> Reader:
        """`passages` as `passages_of` gives them."""
        passages = list(passages)
        # Sections are in the words of editors, and most of the work; without them as many characters come out right.
        asked = (p.text for p in passages if p.kind is not PassageKind.SECTION)
        return cls(_speller(passages), Transcriber.fit(asked), max_chars)

    def revised(self, passages: Iterable[Passage]) -> Reader:
        """The same for articles that were changed a little: their spelling counts, pinyin is written as before."""
        return replace(self, speller=_speller(passages))

    def question(self, typed: str) -> str:
        """What was asked: normalised, and in characters where it was typed in pinyin."""
        return self.transcriber(normalise(typed, self.max_chars))

    def compared(self, question: str, language: Language) -> str:
        """A `question` as it is compared with passages: spelling mended, and what it denies left out."""
        return without_denied(self.speller(question), language)

    def passages(self, passages: Iterable[Passage]) -> list[Passage]:
        """Passages, Chinese ones in characters where they were typed in pinyin."""
        return [replace(p, text=self.transcriber(p.text)) if p.language == "zh" else p for p in passages]

    def save(self, folder: Path) -> None:
        """Write `vocabulary.json` and `pinyin.json`; `max_chars` is for the caller to keep."""
        words = json.dumps(dict(sorted(self.speller.vocabulary.items())), ensure_ascii=False)
        (folder / _VOCABULARY).write_text(words, encoding="utf-8")
        (folder / _TRANSCRIBER).write_bytes(self.transcriber.model)

    @classmethod
    def load(cls, folder: Path, max_chars: int) -> Reader:
        """What `save` wrote."""
        speller = Speller(json.loads((folder / _VOCABULARY).read_text(encoding="utf-8")))
        return cls(speller, Transcriber((folder / _TRANSCRIBER).read_bytes()), max_chars)


def _speller(passages: Iterable[Passage]) -> Speller:
    """Knows the words of the articles: customers misspell them."""
    return Speller.fit(p.text for p in passages if p.article and p.kind is not PassageKind.LABELLED)
