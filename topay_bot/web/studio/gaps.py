"""Gaps: what customers ask and nothing answers, and what editors make of it.

The list is made apart from the server (see learning.listing); a page only reads the last one.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request, Response

from topay_bot.bootstrap.serving import LearningParts
from topay_bot.edition import Edition
from topay_bot.errors import KnowledgeError
from topay_bot.knowledge.proposing import Proposal, in_repository
from topay_bot.learning.changing import QUESTIONS, GapChange
from topay_bot.learning.dismissing import bring_back, dismissal_of, new_customers, sort
from topay_bot.learning.findings import Gap, is_masked, wording_key
from topay_bot.web.desk import Desk
from topay_bot.web.studio.frame import Editor, Form, Section, go_to, language_of, show, studio_router
from topay_bot.web.studio.gap_texts import GAP_TEXTS, MISS_TEXTS
from topay_bot.web.studio.titles import Titles

_DAYS = 28  # of the picture: those the list is made of
_WORDING = "w-"  # before a wording's key in the name of its box

router = studio_router()
SECTION = Section("gaps", {"zh": "缺口", "en": "Gaps"}, router)


@router.get("/gaps")
def gaps_page(request: Request, who: Editor, dismissed: bool = False) -> Response:
    """The list, what matters most first."""
    desk: Desk = request.app.state.desk
    learning: LearningParts = request.app.state.learning
    edition = desk.edition()
    listed = learning.listing.listed(edition.id)
    there = sort(listed.found.gaps if listed.found else (), learning.gaps.dismissals())
    return show(
        request,
        who,
        "gaps.html",
        GAP_TEXTS,
        listed=listed,
        there=there,
        dismissed=dismissed,
        inside=sum(gap.count for gap in listed.found.gaps) if listed.found else 0,
        new_customers=new_customers,
        **_shared(request, edition),
    )


@router.post("/gaps/again")
def make_again(request: Request, who: Editor, form: Form) -> Response:
    """Have the list made anew."""
    learning: LearningParts = request.app.state.learning
    learning.listing.listed(request.app.state.desk.edition().id, again=True)
    return go_to(request, "studio/gaps")


@router.get("/gaps/{gap_id}")
def gap_page(request: Request, who: Editor, gap_id: str) -> Response:
    """One gap with all its wordings, and what can be made of it."""
    gap = _gap(request, gap_id)
    return _gone(request, who) if gap is None else _shown(request, who, gap)


@router.post("/gaps/{gap_id}/dismiss")
def dismiss(request: Request, who: Editor, gap_id: str, form: Form) -> Response:
    """Set a gap aside."""
    gap = _gap(request, gap_id)
    if gap is None:
        return _gone(request, who)
    learning: LearningParts = request.app.state.learning
    learning.gaps.dismiss(dismissal_of(gap, who.agent.name, _now()))
    return go_to(request, "studio/gaps")


@router.post("/gaps/{gap_id}/restore")
def restore(request: Request, who: Editor, gap_id: str, form: Form) -> Response:
    """List a dismissed gap again."""
    gap = _gap(request, gap_id)
    if gap is None:
        return _gone(request, who)
    learning: LearningParts = request.app.state.learning
    bring_back(learning.gaps, gap, who.agent.name, _now())
    return go_to(request, f"studio/gaps/{gap.id}")


@router.post("/gaps/{gap_id}/change")
def change(request: Request, who: Editor, gap_id: str, form: Form) -> Response:
    """Show a change to the knowledge folder, and hand it over as the editor asks: patch, branch or files."""
    gap = _gap(request, gap_id)
    if gap is None:
        return _gone(request, who)
    root = request.app.state.desk.settings.knowledge
    wanted = _wanted(gap, form)
    try:
        if form.get("as") == "patch":
            return _download(wanted.patch(root), f"{wanted.article}.patch")
        if form.get("as") == "branch":
            files = list(wanted.contents(root))
            made = wanted.propose(root, form.get("branch", "").strip(), who.agent.name)
            return _done(request, who, wanted, files, made)
        if form.get("as") == "folder":
            return _done(request, who, wanted, wanted.write(root))
        patch = wanted.patch(root)
    except KnowledgeError as error:
        return _shown(request, who, gap, form=form, refused=str(error))
    return show(
        request,
        who,
        "gap_change.html",
        GAP_TEXTS,
        gap=gap,
        wanted=wanted,
        patch=patch.splitlines(),
        fields={name: value for name, value in form.items() if name != "as"},
        branches=in_repository(root),
    )


def _done(
    request: Request, who: Editor, wanted: GapChange, files: Sequence[Path], made: Proposal | None = None
) -> Response:
    root = request.app.state.desk.settings.knowledge
    names = [path.relative_to(root).as_posix() for path in sorted(files)]
    return show(request, who, "gap_done.html", GAP_TEXTS, wanted=wanted, made=made, files=names)


def _wanted(gap: Gap, form: Mapping[str, str]) -> GapChange:
    chosen = frozenset(name.removeprefix(_WORDING) for name in form if name.startswith(_WORDING))
    # The return key in a field presses the first button of the form, whichever field it is.
    new = form.get("what") == "draft" and bool(form.get("new_id", "").strip() or not form.get("article", "").strip())
    article = form.get("new_id" if new else "article", "").strip()
    return GapChange(gap, article, new, form.get("category") or None, chosen)


def _shown(
    request: Request, who: Editor, gap: Gap, *, form: Mapping[str, str] | None = None, refused: str | None = None
) -> Response:
    edition: Edition = request.app.state.desk.edition()
    learning: LearningParts = request.app.state.learning
    there = sort([gap], learning.gaps.dismissals())
    usual = {wording_key(text) for texts in gap.questions(QUESTIONS).values() for text in texts}
    ticked = usual if form is None else {name.removeprefix(_WORDING) for name in form if name.startswith(_WORDING)}
    wordings = [(one, wording_key(one.text), is_masked(one.text)) for one in gap.variants]
    return show(
        request,
        who,
        "gap.html",
        GAP_TEXTS,
        status=200 if refused is None else 422,
        gap=gap,
        wordings=wordings,
        ticked=ticked,
        form=form or {},
        refused=refused,
        dismissal=there.dismissed[0][1] if there.dismissed else None,
        back=there.back.get(gap.id),
        new_customers=new_customers,
        days=_by_day(gap, _zone(request)),
        articles=sorted(edition.library.ids),
        categories=sorted({article.category for article in edition.library}),
        **_shared(request, edition),
    )


def _by_day(gap: Gap, zone: datetime.tzinfo) -> list[tuple[datetime.date, int]]:
    """How many customers asked first on each of the last days, the oldest first."""
    counts = Counter(at.astimezone(zone).date() for at in gap.arrivals)
    today = _now().astimezone(zone).date()
    days = [today - datetime.timedelta(days=back) for back in range(_DAYS - 1, -1, -1)]
    return [(day, counts[day]) for day in days]


def _gap(request: Request, gap_id: str) -> Gap | None:
    learning: LearningParts = request.app.state.learning
    found = learning.listing.last()
    return found.gap(gap_id) if found else None


def _gone(request: Request, who: Editor) -> Response:
    return show(request, who, "gap_gone.html", GAP_TEXTS, status=404)


def _download(text: str, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"}
    return Response(text, media_type="text/x-diff; charset=utf-8", headers=headers)


def _shared(request: Request, edition: Edition) -> dict[str, Any]:
    language = language_of(request)
    misses = {miss.value: text for miss, text in MISS_TEXTS[language].items()}
    return {"titles": Titles(edition, language), "misses": misses, "zone": _zone(request)}


def _zone(request: Request) -> ZoneInfo:
    return ZoneInfo(request.app.state.desk.settings.time_zone)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
