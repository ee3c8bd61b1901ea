"""Brings an edition up to date with the knowledge folder in about a second, for `serve --watch`.

Passages that changed are exchanged in the shelves of the edition before (retrieval/revising.py); confidence and
thresholds stay those of its build, which proved them. Nothing is written: what goes live is built and proven.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from threadpoolctl import threadpool_limits

from topay_bot.builds.making import build_id
from topay_bot.edition import Edition, rules_of
from topay_bot.errors import BuildError
from topay_bot.knowledge.library import load_library
from topay_bot.retrieval.encoder import FITTED, Vectors
from topay_bot.retrieval.passages import passages_of, shelve
from topay_bot.retrieval.revising import RevisableShelf
from topay_bot.settings import Settings

# Passages of a language that may change before a new build is the better way: the mix was chosen and confidence learned
# on what was there then.
_MOST_CHANGED = 400


class Reviser:
    """Revises one edition after another. Making one takes as long as learning the heads did, some seconds."""

    def __init__(self, settings: Settings, edition: Edition) -> None:
        self._settings = settings
        self.edition = edition
        shelves = edition.answerer.retriever.shelves
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(max(1, len(shelves))) as pool:
            self._shelves = dict(zip(shelves, pool.map(RevisableShelf, shelves.values()), strict=True))

    def __call__(self, knowledge: Path, today: datetime.date | None = None) -> Edition | None:
        """The edition of what lies in the folder now; None when too much changed, and a build must be made.

        Raises KnowledgeError or BuildError when the folder cannot be used as it is; the next call may find it mended.
        """
        library = load_library(knowledge).published(today or datetime.date.today())
        retriever = self.edition.answerer.retriever
        passages = retriever.reader.passages(passages_of(library, self._settings.max_question_chars))
        if not any(passage.article for passage in passages):
            raise BuildError(f"nothing to build: no published article in {knowledge}")
        named = None if self._settings.encoder == FITTED else retriever.encoder
        build = build_id(library, self._settings, named)
        if build == self.edition.id:
            return self.edition
        wanted = {language: [passages[place] for place in places] for language, places in shelve(passages).items()}
        changed = {
            language: self._shelves[language].changed(mine)
            for language, mine in wanted.items()
            if language in self._shelves
        }
        if changed.keys() != self._shelves.keys() or max(changed.values()) > _MOST_CHANGED:
            return None

        def encode(texts: Sequence[str]) -> Vectors:
            return retriever.encoder.encode(texts, "passage")

        shelves = {
            language: self._shelves[language].revise(mine, encode) if changed[language] else retriever.shelves[language]
            for language, mine in wanted.items()
        }
        rules = rules_of(library)
        answerer = replace(
            self.edition.answerer,
            retriever=replace(retriever, shelves=shelves, reader=retriever.reader.revised(passages)),
            policies={name: replace(policy, rules=rules) for name, policy in self.edition.answerer.policies.items()},
        )
        manifest = {**self.edition.manifest, "build": build, "knowledge": library.hash}
        self.edition = Edition(build, manifest, library, answerer)
        return self.edition
