"""Both Chinese students together, as the server answers before its tables are cut to 4 bits and its layers to int8."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from topay_bot.retrieval.encoder import Vectors, unit_rows
from topay_bot.text import normalise, runs
from training.contextual import ContextualStudent
from training.student import Student
from training.teacher import Teacher

# Of the contextual student in the mean; docs/encoder.md has the others.
SHARE = 0.65
_STATIC, _INPUTS = "student.npz", "inputs.npy"


@dataclass(frozen=True)
class Mixed:
    """The mean of both students' unit rows; English is the teacher's alone."""

    static: Student
    contextual: ContextualStudent
    share: float = SHARE

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 (n, 384), unit rows."""
        found = self.static.encode(texts)
        normal = [normalise(text) for text in texts]
        chinese = [number for number, text in enumerate(normal) if any(han for _, han in runs(text))]
        contextual = self.contextual.encode([normal[number] for number in chinese])
        found[chinese] = (1 - self.share) * found[chinese] + self.share * contextual
        return unit_rows(found)

    def save(self, folder: Path) -> None:
        """Keeps both for evaluation; the server's own files are made by training.export."""
        self.static.save(folder / _STATIC)
        np.save(folder / _INPUTS, self.contextual.inputs())

    @classmethod
    def load(cls, folder: Path, teacher: Teacher) -> Mixed | None:
        """What `save` kept, if it was called."""
        if not (folder / _INPUTS).is_file():
            return None
        static = Student.load(folder / _STATIC, teacher)
        return cls(static, ContextualStudent(static.vocabulary, np.load(folder / _INPUTS), teacher))
