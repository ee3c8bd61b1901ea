"""Suggestions while a customer types, and the identities that sites vouch for: small routes beside the conversation."""

from __future__ import annotations

import datetime
import logging
import threading
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from topay_bot.edition import Edition
from topay_bot.errors import ArtefactError
from topay_bot.suggestions import Suggester
from topay_bot.text import Language
from topay_bot.web.customer.schemas import PROBLEMS, IdentityClaimed, IdentityGiven, SuggestionsGiven
from topay_bot.web.customer.texts import HOT_FIRST
from topay_bot.web.desk import Desk

_FIRST = [article for articles in HOT_FIRST.values() for article in articles]
_log = logging.getLogger(__name__)

router = APIRouter(prefix="/v1", responses=PROBLEMS)


class Suggesters:
    """The suggester of the edition in use, for the articles of that day.

    Made in the background, which takes about a second: nobody waits for it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: tuple[str, datetime.date] | None = None  # build and day that it is being made or was made for
        self._made: Suggester | None = None

    def of(self, edition: Edition) -> Suggester | None:
        """That edition's, the one before while it is being made, or None at the very beginning."""
        wanted = edition.id, datetime.date.today()
        if wanted != self._of:
            with self._lock:
                if wanted != self._of:
                    self._of = wanted
                    threading.Thread(target=self._make, args=(edition, *wanted), name="suggester", daemon=True).start()
        return self._made

    def _make(self, edition: Edition, build: str, today: datetime.date) -> None:
        made = Suggester(edition.library.published(today), _FIRST)
        if (build, today) == self._of:
            self._made = made


def warm(app: Any) -> None:
    """Begin to make the suggester, so that it is there for the first letter."""
    suggesters: Suggesters = app.state.suggesters
    try:
        suggesters.of(app.state.desk.edition())
    except ArtefactError:
        _log.debug("no suggestions without an index")


@router.get("/suggest", summary="Questions that begin like this", responses={200: {"model": SuggestionsGiven}})
async def suggest(
    request: Request, q: Annotated[str, Query(max_length=200)] = "", lang: Language = "zh"
) -> dict[str, Any]:
    """At most five articles that fit what was typed so far; none without an index. Takes a few milliseconds."""
    desk: Desk = request.app.state.desk
    suggesters: Suggesters = request.app.state.suggesters
    try:
        suggester = suggesters.of(desk.edition())
    except ArtefactError:
        suggester = None  # a help that may be missing, no reason for an error
    found = suggester.suggest(q, lang) if suggester else []
    return {"suggestions": [{"article": one.article, "text": one.text, "language": one.language} for one in found]}


@router.post("/identity", summary="Prove who a customer is", responses={200: {"model": IdentityGiven}})
async def identity(request: Request, claimed: IdentityClaimed) -> dict[str, str]:
    """The name under which the browser keeps this customer's conversation; refused unless the signature proves it."""
    desk: Desk = request.app.state.desk
    return {"scope": desk.scope_of(claimed.id, claimed.identifier_hash)}
