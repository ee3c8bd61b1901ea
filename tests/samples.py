"""A small knowledge base of real articles, for tests that build."""

from __future__ import annotations

import shutil
from pathlib import Path

KNOWLEDGE = Path(__file__).parent.parent / "knowledge"
SMALL = (
    "refund-how-long",
    "refund-status",
    "account-reset-payment-password",
    "account-close",
    "security-account-stolen",
    "security-unfreeze-account",
    "service-human-agent",
    "smalltalk-greeting",
)


def copy_knowledge(to: Path, ids: tuple[str, ...] = SMALL, languages: tuple[str, ...] = ("zh", "en")) -> Path:
    """The files of some articles with facts and a part of the background questions, in a folder of their own."""
    for article in ids:
        for language in languages:
            (source,) = KNOWLEDGE.glob(f"*/{article}.{language}.md")
            target = to / source.relative_to(KNOWLEDGE)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    shutil.copyfile(KNOWLEDGE / "facts.toml", to / "facts.toml")
    for language in languages:
        lines = (KNOWLEDGE / f"background.{language}.txt").read_text(encoding="utf-8").splitlines()
        (to / f"background.{language}.txt").write_text("\n".join(lines[::8]), encoding="utf-8")
    return to
