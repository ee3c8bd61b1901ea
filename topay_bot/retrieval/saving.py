"""A retriever to plain files in a build's folder and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Any

import faiss
import numpy as np
from threadpoolctl import threadpool_limits

from topay_bot.errors import ArtefactError, EncoderError
from topay_bot.retrieval.encoder import FITTED, Encoder, Vectors, load_encoder
from topay_bot.retrieval.fitted import FittedEncoder
from topay_bot.retrieval.lexical import LexicalFeatures
from topay_bot.retrieval.mentions import Mentions
from topay_bot.retrieval.passages import Passage, PassageKind, Rows, sections_among
from topay_bot.retrieval.postings import Postings
from topay_bot.retrieval.ranking import Ranking
from topay_bot.retrieval.reading import Reader
from topay_bot.retrieval.retriever import Retriever
from topay_bot.retrieval.shelf import Mix, Shelf
from topay_bot.retrieval.usage import Usage
from topay_bot.text import Language

_SETTINGS = "retriever.json"
_ENCODED = "encoded.npy"
_KINDS = {kind.value: kind for kind in PassageKind}


def save_retriever(retriever: Retriever, folder: Path) -> None:
    """Write each shelf into a folder of its language; the encoder too when it was fitted."""
    (folder / _SETTINGS).write_text(
        json.dumps({"shelves": list(retriever.shelves), "max_chars": retriever.reader.max_chars}), encoding="utf-8"
    )
    retriever.reader.save(folder)
    for language, shelf in retriever.shelves.items():
        _save_shelf(shelf, folder / language)
    if isinstance(retriever.encoder, FittedEncoder):
        retriever.encoder.save(folder / "encoder")


def load_retriever(folder: Path, encoder: Encoder) -> Retriever:
    """What `save_retriever` wrote, with the encoder that `load_build_encoder` gave.

    From then on the process does its linear algebra in one thread: one question's is too small to share out, and
    on a busy machine its threads wait for each other (24 ms a question where one thread took 3, two cores at load 4).
    """
    threadpool_limits(1, "blas")
    settings = json.loads((folder / _SETTINGS).read_text(encoding="utf-8"))
    return Retriever(encoder, load_shelves(folder), Reader.load(folder, settings["max_chars"]))


def load_shelves(folder: Path) -> Mapping[Language, Shelf]:
    """The shelves of a build without its encoder, each loaded when it is first looked at."""
    settings = json.loads((folder / _SETTINGS).read_text(encoding="utf-8"))
    return _Shelves(folder, settings["shelves"])


class _Shelves(Mapping[Language, Shelf]):
    """The shelves of a folder: a single question needs those of its own language only."""

    def __init__(self, folder: Path, languages: Sequence[Language]) -> None:
        self._folder = folder
        self._loaded: dict[Language, Shelf | None] = dict.fromkeys(languages)
        self._lock = Lock()

    def __getitem__(self, language: Language) -> Shelf:
        with self._lock:
            shelf = self._loaded[language]
            if shelf is None:
                try:
                    shelf = self._loaded[language] = _load_shelf(self._folder / language)
                except (OSError, ValueError, TypeError) as error:
                    raise ArtefactError(
                        f"the {language} part of {self._folder} cannot be read ({error}); "
                        "make the index again with scripts/rebuild-index"
                    ) from error
        return shelf

    def __contains__(self, language: object) -> bool:
        return language in self._loaded  # Mapping's own would load it

    def __iter__(self) -> Iterator[Language]:
        return iter(self._loaded)

    def __len__(self) -> int:
        return len(self._loaded)


def save_encoded(vectors: Mapping[Language, Vectors], folder: Path) -> None:
    """Keep the encoder's own vectors of each shelf's passages, for the next build: a server needs only the shelf."""
    for language, rows in vectors.items():
        np.save(folder / language / _ENCODED, rows, allow_pickle=False)


def load_encoded(folder: Path) -> dict[Language, Vectors]:
    """What `save_encoded` wrote, mapped: float32 (passages, dimension) of each shelf."""
    settings = json.loads((folder / _SETTINGS).read_text(encoding="utf-8"))
    return {name: np.load(folder / name / _ENCODED, mmap_mode="r") for name in settings["shelves"]}


def _save_shelf(shelf: Shelf, folder: Path) -> None:
    folder.mkdir()
    rows = [[p.article, p.language, p.kind, p.text, p.also] for p in shelf.passages]
    (folder / "passages.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    (folder / "mix.json").write_text(json.dumps(asdict(shelf.mix)), encoding="utf-8")
    (folder / "ranking.json").write_text(json.dumps(shelf.ranking.to_json()), encoding="utf-8")
    faiss.write_index(shelf.dense, str(folder / "vectors.faiss"))
    shelf.lexical.save(folder)
    shelf.postings.save(folder, "lexical")
    shelf.mentions.having.save(folder, "mentions")
    shelf.usage.counts.save(folder, "usage")
    np.save(folder / "axes.npy", shelf.axes, allow_pickle=False)
    np.save(folder / "heads.npy", shelf.weights, allow_pickle=False)


def _load_shelf(folder: Path) -> Shelf:
    """One shelf of a build. What is large is mapped: the servers of a machine share it."""
    found = json.loads((folder / "passages.json").read_text(encoding="utf-8"))
    passages = [Passage(a, language, _KINDS[kind], text, tuple(also)) for a, language, kind, text, also in found]
    rows = Rows.of(passages)
    postings = Postings.load(folder, "lexical", len(passages))
    # Read, not mapped: the vectors begin at an odd byte of the file, and each product would copy them all.
    dense = faiss.read_index(str(folder / "vectors.faiss"))
    assert isinstance(dense, faiss.IndexFlatIP)  # as Shelf.of made it
    return Shelf(
        LexicalFeatures.load(folder),
        passages,
        Mentions(Postings.load(folder, "mentions", len(rows.articles)), postings, rows),
        Usage(Postings.load(folder, "usage", len(rows.articles) + 1), postings, rows, sections_among(passages)),
        np.load(folder / "axes.npy", allow_pickle=False),
        dense,
        np.asarray(np.load(folder / "heads.npy", mmap_mode="r", allow_pickle=False)),
        Mix(**json.loads((folder / "mix.json").read_text(encoding="utf-8"))),
        Ranking.from_json(json.loads((folder / "ranking.json").read_text(encoding="utf-8"))),
    )


def load_build_encoder(folder: Path, described: dict[str, Any]) -> Encoder:
    """The encoder of a build; `described` is the manifest's `encoder`.

    Raises EncoderError when the model found under its name gives other vectors.
    """
    if described["name"] == FITTED:
        return FittedEncoder.load(folder / "encoder")
    encoder = load_encoder(described["name"])
    if encoder.content_hash != described["hash"]:
        raise EncoderError(
            f"the index was built with encoder {described['id']!r} {described['hash'][:12]}..., but "
            f"{described['name']!r} is now {encoder.content_hash[:12]}...; rebuild the index or restore the model"
        )
    return encoder
