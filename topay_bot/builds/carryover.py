"""What a build takes over from the current one: vectors, a language that nothing changed for, the encoder, the mix."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from topay_bot.errors import TopayError
from topay_bot.report.measures import TRIALS
from topay_bot.retrieval.encoder import Encoder, Vectors
from topay_bot.retrieval.fitted import FittedEncoder
from topay_bot.retrieval.index import Build, BuildStore
from topay_bot.retrieval.passages import Passage, PassageKind
from topay_bot.retrieval.saving import load_build_encoder, load_encoded, load_shelves
from topay_bot.retrieval.shelf import Mix, Shelf
from topay_bot.text import Language

_KEEP_WHILE_UNCHANGED = 0.9


@dataclass(frozen=True)
class Before:
    """What the current build offers for reuse."""

    build: Build
    shelves: Mapping[Language, Shelf]
    confidence: Mapping[Language, dict[str, Any]]  # calibration.json, with the trials of report.json
    vectors: Mapping[tuple[PassageKind, str], npt.NDArray[np.float32]]
    unchanged: float

    def kept(self, language: Language, basis: str) -> tuple[Shelf, dict[str, Any]] | None:
        """The shelf of a language with its confidence when it was learned from the very same."""
        confidence = self.confidence.get(language, {})
        if confidence.get("basis") != basis or language not in self.shelves:
            return None
        return self.shelves[language], confidence

    @property
    def much_the_same(self) -> bool:
        """Whether so little changed that what was chosen then still fits."""
        return self.unchanged >= _KEEP_WHILE_UNCHANGED

    def mix(self, language: Language) -> Mix | None:
        """The mix of a language's shelf, while not much changed since it was chosen."""
        shelf = self.shelves.get(language) if self.much_the_same else None
        return None if shelf is None else shelf.mix


def current_build(store: BuildStore, encoder: str, passages: Sequence[Passage]) -> Before | None:
    """The current build if its vectors can be taken over; a damaged one offers nothing."""
    try:
        build = store.open()
        if build.manifest["encoder"]["name"] != encoder:
            return None
        shelves, encoded = load_shelves(build.folder), load_encoded(build.folder)
        confidence = json.loads((build.folder / "calibration.json").read_text(encoding="utf-8"))
        report = json.loads((build.folder / "report.json").read_text(encoding="utf-8"))
        for language, found in confidence.items():
            found[TRIALS] = report[TRIALS][language]
        vectors = {
            (passage.kind, passage.text): vector
            for language, shelf in shelves.items()
            for passage, vector in zip(shelf.passages, encoded[language], strict=True)
        }
    except (TopayError, KeyError, OSError, ValueError):
        return None
    now = {(passage.kind, passage.text) for passage in passages}
    return Before(build, shelves, confidence, vectors, len(now & vectors.keys()) / max(len(now), len(vectors), 1))


def fitted_encoder(before: Before | None, passages: Sequence[Passage], seed: int) -> Encoder:
    """The encoder fitted at the build before while it still fits, else one fitted anew."""
    if before is not None and before.much_the_same:
        return load_build_encoder(before.build.folder, before.build.manifest["encoder"])
    return FittedEncoder.fit([passage.text for passage in passages], seed)


def encode(encoder: Encoder, passages: Sequence[Passage], before: Before | None) -> Vectors:
    """Vectors of all passages; only those that the same encoder has not encoded before cost anything."""
    vectors = np.zeros((len(passages), encoder.dimension), dtype=np.float32)
    known: Mapping[tuple[PassageKind, str], npt.NDArray[np.float32]] = {}
    if before is not None and before.build.manifest["encoder"]["hash"] == encoder.content_hash:
        known = before.vectors
    missing = []
    for place, passage in enumerate(passages):
        kept = known.get((passage.kind, passage.text))
        if kept is None:
            missing.append(place)
        else:
            vectors[place] = kept
    if missing:
        vectors[missing] = encoder.encode([passages[place].text for place in missing], "passage")
    return vectors
