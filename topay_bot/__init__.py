"""topay-bot: a support desk that answers from a curated knowledge base and knows when it must not.

from topay_bot import open_edition, Settings
edition = open_edition()
edition.answerer.decide("退款几天能到")
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from topay_bot.bootstrap.editions import open_edition
    from topay_bot.errors import TopayError
    from topay_bot.knowledge.library import load_library
    from topay_bot.retrieval.encoder import load_encoder
    from topay_bot.settings import Settings, load_settings

__all__ = ["Settings", "TopayError", "load_encoder", "load_library", "load_settings", "open_edition"]

_WHERE = {
    "Settings": "topay_bot.settings",
    "TopayError": "topay_bot.errors",
    "load_encoder": "topay_bot.retrieval.encoder",
    "load_library": "topay_bot.knowledge.library",
    "load_settings": "topay_bot.settings",
    "open_edition": "topay_bot.bootstrap.editions",
}


def __getattr__(name: str) -> Any:
    # Loaded on first use, so that `import topay_bot` and the command line's help cost nothing.
    if name not in _WHERE:
        raise AttributeError(f"module 'topay_bot' has no attribute {name!r}")
    return getattr(importlib.import_module(_WHERE[name]), name)
