"""Changes: what another build would decide otherwise on what customers really asked, beside the current one."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request, Response

from topay_bot.builds.replay import KINDS
from topay_bot.edition import Edition
from topay_bot.retrieval.index import MANIFEST, BuildStore
from topay_bot.settings import Settings
from topay_bot.text import Language
from topay_bot.web.studio.ask_texts import KIND_TEXTS
from topay_bot.web.studio.changes_texts import CHANGES_TEXTS
from topay_bot.web.studio.folder import Knowledge
from topay_bot.web.studio.frame import Editor, Form, Section, go_to, language_of, show, studio_router, told
from topay_bot.web.studio.jobs import Job
from topay_bot.web.studio.parts import Parts, StudioParts

QUESTIONS = 1000  # the newest are asked
_DAYS = 365  # older ones say little about today
_SHOWN = 200  # differences on a page

router = studio_router()
SECTION = Section("changes", {"zh": "变化", "en": "Changes"}, router)


@dataclass(frozen=True, slots=True)
class _Built:
    """A build on disk."""

    id: str
    made_at: datetime.datetime | None
    newer: bool  # than the one that answers


@router.get("/changes")
def changes_page(request: Request, who: Editor, parts: Parts, build: str = "", change: str = "") -> Response:
    """The builds to choose of, and what the chosen one would change."""
    edition: Edition = request.app.state.desk.edition()
    settings: Settings = request.app.state.desk.settings
    builds = _builds(BuildStore(settings.index), edition.id)
    if build and build not in {one.id for one in builds}:
        return told(request, "not_found", 404)
    if not build and (newer := [one for one in builds if one.newer]):
        build = newer[0].id
    job = _job(parts, settings, edition.id, build) if build else None
    found: Mapping[str, Any] | None = job.result if job else None
    differences: Sequence[Mapping[str, Any]] = found["differences"] if found else []
    chosen = [one for one in differences if not change or one["change"] == change]
    language = language_of(request)
    return show(
        request,
        who,
        "changes.html",
        CHANGES_TEXTS,
        builds=builds,
        build=build,
        current=edition.id,
        job=job,
        found=found,
        kinds=KINDS,
        kind_names=KIND_TEXTS[language],
        change=change,
        changes={name: _sides(name, language) for name in found["changes"]} if found else {},
        differences=chosen[:_SHOWN],
        left=max(0, len(chosen) - _SHOWN),
        titles=_TitlesOfBoth(edition, parts.folder(edition), language),
        zone=ZoneInfo(settings.time_zone),
        most=QUESTIONS,
    )


@router.post("/changes")
def try_again(request: Request, who: Editor, parts: Parts, form: Form) -> Response:
    """Compare anew what could not be compared."""
    edition: Edition = request.app.state.desk.edition()
    settings: Settings = request.app.state.desk.settings
    build = form.get("build", "")
    if build not in {one.id for one in _builds(BuildStore(settings.index), edition.id)}:
        return told(request, "not_found", 404)
    _job(parts, settings, edition.id, build, again=True)
    return go_to(request, f"studio/changes?build={build}")


def _job(parts: StudioParts, settings: Settings, current: str, build: str, *, again: bool = False) -> Job:
    """The replay of a build against the current one, over what was asked until today."""
    today = datetime.datetime.now(ZoneInfo(settings.time_zone)).date()
    since = (today - datetime.timedelta(days=_DAYS)).isoformat()
    command = (
        *("replay", "--index", str(settings.index.absolute()), "--build", build, "--against", current),
        *("--since", since, "--limit", str(QUESTIONS), "--format", "json"),
    )
    # In the environment, which others on the machine cannot read: the URL may hold a password.
    environment = {"TOPAY_DATABASE_URL": settings.database()}
    return parts.jobs.get("changes", (current, build, today.isoformat()), command, environment, again=again)


def _builds(store: BuildStore, current: str) -> list[_Built]:
    """All but the current one, the newest first."""
    ids = store.builds()
    place = ids.index(current) if current in ids else -1
    return [
        _Built(build, _made_at(store, build), at > place) for at, build in reversed([*enumerate(ids)]) if at != place
    ]


def _made_at(store: BuildStore, build: str) -> datetime.datetime | None:
    try:
        manifest = json.loads((store.root / build / MANIFEST).read_text(encoding="utf-8"))
        return datetime.datetime.fromisoformat(manifest["created"])
    except (OSError, ValueError, KeyError):  # it may be removed just now
        return None


def _sides(change: str, language: Language) -> tuple[str, str]:
    """What changed, in words; see replay.Difference."""
    before, _, after = change.partition(" -> ")
    names, texts = KIND_TEXTS[language], CHANGES_TEXTS[language]
    others = {"other answer": texts["other_answer"], "other choices": texts["other_choices"]}
    return names[before], others.get(after) or names[after]


class _TitlesOfBoth:
    """Titles by article id: of the build that answers, or of the folder, where a new article is."""

    def __init__(self, edition: Edition, knowledge: Knowledge, language: Language) -> None:
        self._libraries = (edition.library, knowledge.library)
        self._language = language

    def __call__(self, article: str) -> str:
        found = (library.get(article, self._language) for library in self._libraries)
        return next((one.title for one in found if one is not None), article)
