"""The saved replies over the API, read anew when editors change their file."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from topay_bot.edition import Edition
from topay_bot.knowledge.replies import SavedReply, read_replies
from topay_bot.text import Language
from topay_bot.web.customer.schemas import PROBLEMS
from topay_bot.web.signed_in import AtDesk

_log = logging.getLogger(__name__)
router = APIRouter(prefix="/v1/desk", responses=PROBLEMS, tags=["desk"])


class SavedReplyGiven(BaseModel):
    """A text that agents send often."""

    model_config = ConfigDict(extra="forbid")

    id: str
    title: str
    text: str


class Replies:
    """The sound replies of a file with the facts of a build; while the file cannot be read, those of before."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read: tuple[int | None, str] | None = None  # when the file was changed, and the build
        self._replies: tuple[SavedReply, ...] = ()

    def of(self, edition: Edition) -> tuple[SavedReply, ...]:
        """The replies as they are now. What is wrong with others is told in the log, once."""
        found = (self._changed_at(), edition.id)
        if found != self._read:
            self._read = found
            replies, problems = read_replies(self._file, edition.library.facts)
            for problem in problems:
                _log.error("%s: left out of the console: %s", self._file, problem)
            if replies or not problems:
                self._replies = replies
        return self._replies

    def _changed_at(self) -> int | None:
        try:
            return self._file.stat().st_mtime_ns
        except OSError:
            return None


@router.get("/replies", summary="Saved replies", response_model=list[SavedReplyGiven])
def replies(who: AtDesk, request: Request, lang: Language = "zh") -> list[dict[str, Any]]:
    """In the editors' order, with facts put in; `{agent}` and `{reference}` are left to the console."""
    saved: Replies = request.app.state.replies
    edition = request.app.state.desk.edition()
    return [{"id": one.id, "title": one.title[lang], "text": one.text[lang]} for one in saved.of(edition)]
