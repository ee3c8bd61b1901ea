"""The editor's preview: what the chat page tells of the draft that answers, only under `serve --watch`.

The page asks again and again. One editor on one machine costs nothing that way, and a request that always ends, unlike
a stream of events, needs no care when the server stops or a proxy is in between.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from topay_bot.builds.drafts import DraftEdition

_MOST = 50  # lines of errors or advice on the page

router = APIRouter(prefix="/v1", include_in_schema=False)


@router.get("/watch")
async def watch(request: Request) -> dict[str, Any]:
    """What answers, whether it is published, and what is wrong with what was saved."""
    edition: DraftEdition = request.app.state.desk.edition
    draft = edition.draft
    return {
        "phase": str(draft.phase),
        "build": edition.status.build,
        "published": edition.published,
        "changed": list(draft.changed),
        "seconds": draft.seconds,
        "errors": list(draft.errors[:_MOST]),
        "advice": list(draft.advice[:_MOST]),
        "more": max(0, len(draft.errors) - _MOST) + max(0, len(draft.advice) - _MOST),
    }
