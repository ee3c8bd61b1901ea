"""Settings to editions: a build that answers, one that follows what is published, one that follows what is written."""

from __future__ import annotations

import contextlib
import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from topay_bot import edition
from topay_bot.edition import Edition
from topay_bot.errors import ArtefactError, BuildError, KnowledgeError
from topay_bot.retrieval.index import Build, BuildStore
from topay_bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from topay_bot.builds.drafts import DraftEdition, Rebuild
    from topay_bot.builds.live import EditionSource, LiveEdition
    from topay_bot.builds.revision import Reviser

_log = logging.getLogger(__name__)


def open_edition(settings: Settings | None = None, build: str | None = None) -> Edition:
    """A build of `settings.index`, the current one by default, ready to answer."""
    settings = settings or load_settings()
    return edition.open_edition(
        BuildStore(settings.index), build, max_choices=settings.max_choices, human_article=settings.human_article
    )


def live_edition(settings: Settings) -> LiveEdition:
    """The current build of `settings.index`, loaded where it can be; it watches once it is started."""
    from topay_bot.builds.live import LiveEdition

    def load(build: Build, before: Edition | None) -> Edition:
        return edition.load_edition(
            build, max_choices=settings.max_choices, human_article=settings.human_article, before=before
        )

    live = LiveEdition(BuildStore(settings.index), load)
    live.look()
    if live.status.build is None and live.status.failure is None:
        _log.error("no index in %s; make one with scripts/rebuild-index or `topay-bot build`", settings.index)
    return live


def draft_edition(settings: Settings, live: EditionSource, drafts: Path) -> DraftEdition:
    """Answers from the knowledge folder as it is written; `drafts` is a folder for its builds."""
    from topay_bot.builds.drafts import DraftEdition, lint_apart

    return DraftEdition(live, settings.knowledge, _rebuild(settings, drafts), lint_apart)


def _rebuild(settings: Settings, drafts: Path) -> Rebuild:
    """Changes are revised in memory; what changes too much is built in a folder of its own.

    That folder begins with a copy of the current build: most is taken over.
    """
    published, store = BuildStore(settings.index), BuildStore(drafts)
    with contextlib.suppress(ArtefactError):
        current = published.open()
        shutil.copytree(current.folder, drafts / current.id)
        store.publish(current.id)

    reviser: Reviser | None = None

    def rebuild(before: Edition | None, knowledge: Path) -> Edition:
        from topay_bot.builds.making import make_build  # brings what only builds need
        from topay_bot.builds.revision import Reviser

        nonlocal reviser
        if before is not None and (reviser is None or reviser.edition.id != before.id):
            reviser = Reviser(settings, before)
        if reviser is not None:
            try:
                revised = reviser(knowledge)
            except (KnowledgeError, BuildError):
                raise
            except Exception:
                reviser = None  # it may have stopped half-way
                raise
            if revised is not None:
                return revised
        reviser = None  # too much changed for it: begin again with what is built now
        draft = settings.model_copy(update={"knowledge": knowledge, "index": drafts, "keep_builds": 2})
        build = store.open(make_build(draft).build)
        return edition.load_edition(
            build, max_choices=settings.max_choices, human_article=settings.human_article, before=before
        )

    return rebuild
