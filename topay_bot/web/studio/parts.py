"""What the studio's pages share on one server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from topay_bot.chat.usage import UseStore
from topay_bot.settings import Settings
from topay_bot.web.studio.folder import KnowledgeFolder
from topay_bot.web.studio.jobs import Jobs


@dataclass(frozen=True)
class StudioParts:
    """Work in processes of its own, closed with the server; the knowledge folder; and what articles did."""

    jobs: Jobs
    folder: KnowledgeFolder
    usage: UseStore

    @classmethod
    def of(cls, settings: Settings, usage: UseStore) -> StudioParts:
        """What pages need is kept beside the conversations' database."""
        jobs = Jobs(settings.data / "studio")
        return cls(jobs, KnowledgeFolder(settings, jobs), usage)


def _parts(request: Request) -> StudioParts:
    parts: StudioParts = request.app.state.studio
    return parts


Parts = Annotated[StudioParts, Depends(_parts)]
