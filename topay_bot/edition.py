"""An edition: one build loaded and ready to answer, its articles included."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from topay_bot.answering.answerer import Answerer
from topay_bot.answering.calibration import Calibrator, Thresholds
from topay_bot.answering.policy import ArticleRules, Policy
from topay_bot.errors import ArtefactError
from topay_bot.knowledge.article import Article
from topay_bot.knowledge.library import Library, library_from_json
from topay_bot.retrieval.encoder import Encoder
from topay_bot.retrieval.index import Build, BuildStore
from topay_bot.retrieval.saving import load_build_encoder, load_retriever
from topay_bot.text import Language


@dataclass(frozen=True)
class Edition:
    """A build that answers: `id` names it, `library` holds what customers read."""

    id: str
    manifest: dict[str, Any]
    library: Library
    answerer: Answerer

    def article(self, article_id: str, language: Language) -> tuple[Article, bool]:
        """The article in the wished language or the other, and whether it is the wished one."""
        found = self.library.get(article_id, language)
        assert found is not None  # every id in an index is in its library
        return found, found.language == language


def _encoder(build: Build, before: Edition | None) -> Encoder:
    described = build.manifest["encoder"]
    if before is not None:
        at_hand = before.answerer.retriever.encoder
        if at_hand.content_hash == described["hash"]:
            return at_hand
    return load_build_encoder(build.folder, described)


def rules_of(library: Library) -> dict[str, ArticleRules]:
    """What the policy must know of each article; languages agree, which lint holds."""
    return {
        article.id: ArticleRules(
            article.handoff, article.risk, article.category, frozenset(article.related), article.expiry_date
        )
        for article in library
    }


def open_edition(store: BuildStore, build: str | None, *, max_choices: int, human_article: str) -> Edition:
    """Verify and load a build, the current one by default.

    Raises ArtefactError for a damaged build, EncoderError for a missing or different encoder.
    """
    return load_edition(store.open(build), max_choices=max_choices, human_article=human_article)


def load_edition(build: Build, *, max_choices: int, human_article: str, before: Edition | None = None) -> Edition:
    """Load a verified build. An edition `before` it lends its encoder where the build wants the very same."""
    try:
        raw = json.loads((build.folder / "library.json").read_text(encoding="utf-8"))
        calibration = json.loads((build.folder / "calibration.json").read_text(encoding="utf-8"))
        library = library_from_json(raw, build.folder)
        retriever = load_retriever(build.folder, _encoder(build, before))
        calibrators = {name: Calibrator.from_json(calibration[name]["calibrator"]) for name in retriever.shelves}
        thresholds = {name: Thresholds(**calibration[name]["thresholds"]) for name in retriever.shelves}
    except (KeyError, TypeError, OSError) as error:
        raise ArtefactError(
            f"build {build.id} lacks a part that this version needs ({error}); make it again with scripts/rebuild-index"
        ) from error
    rules = rules_of(library)
    policies = {name: Policy(bands, rules, max_choices, human_article) for name, bands in thresholds.items()}
    return Edition(build.id, build.manifest, library, Answerer(retriever, calibrators, policies))
