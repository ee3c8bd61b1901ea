"""Settings to wired parts: the only place that chooses which implementation is used."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from topay_bot import edition
from topay_bot.chat.service import ChatService
from topay_bot.chat.store import ConversationStore
from topay_bot.edition import Edition
from topay_bot.errors import ArtefactError, EncoderError
from topay_bot.retrieval.index import BuildStore
from topay_bot.settings import Settings, load_settings

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DeskParts:
    """What a server runs on. `edition` gives the build in use, or raises ArtefactError."""

    chat: ChatService
    store: ConversationStore
    edition: Callable[[], Edition]


def open_edition(settings: Settings | None = None) -> Edition:
    """The current build of `settings.index`, ready to answer."""
    settings = settings or load_settings()
    return edition.open_edition(
        BuildStore(settings.index), None, max_choices=settings.max_choices, human_article=settings.human_article
    )


def open_desk(settings: Settings) -> DeskParts:
    """Store, chat and edition for a server. Without a usable index it runs too: people can still be asked for."""
    # Imported here: the command line's other commands need no database.
    from topay_bot.storage.sql_store import SqlStore

    try:
        current: Edition | None = open_edition(settings)
    except (ArtefactError, EncoderError) as error:
        _log.error("no index is loaded: %s", error)
        current = None

    def serving() -> Edition:
        if current is None:
            # Customers may read this: the reason, with its paths, is for the log alone.
            raise ArtefactError("no index is loaded, the log says why; mend that and start the server again")
        return current

    store = SqlStore(settings.database())
    return DeskParts(ChatService(store, serving, max_message_chars=settings.max_message_chars), store, serving)
