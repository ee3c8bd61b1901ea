"""Publishing with proof: a build goes live when it is no worse than the current one, or when somebody says why.

    knowledge -> build -> gate -> CURRENT, and every event into the journal

The gate objects when a share on the judging questions fell by more than `gate_tolerance`, and when a promise is
not kept that the current build keeps (with `strict`, when it is not kept at all). A first build has nothing to be
compared with, and a small knowledge base cannot prove much: neither is stopped by that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from topay_bot.builds.judging import Comparison, Judgement, compare, judge
from topay_bot.builds.making import BuildResult, make_build
from topay_bot.edition import Edition, open_edition
from topay_bot.errors import ArtefactError, KnowledgeError, TopayError
from topay_bot.evaluation import Case, load_cases
from topay_bot.knowledge.lint import lint
from topay_bot.retrieval.history import Entry, Event, now
from topay_bot.retrieval.index import MANIFEST, BuildStore
from topay_bot.settings import Settings
from topay_bot.text import Language

STAGES = ("lint", "read", "encode", "learn", "write", "judge", "judge the current one", "publish")

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate found. No objection: the build may go live."""

    against: str | None = None  # the current build it was compared with
    objections: tuple[str, ...] = ()
    figures: Mapping[Language, Mapping[str, float]] = field(default_factory=dict)  # of the new build
    comparison: Comparison | None = None  # None without judging questions, or without a current build


@dataclass(frozen=True, slots=True)
class Release:
    """A build and what became of it."""

    result: BuildResult
    gate: Gate
    overruled: bool  # published in spite of objections


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked of a build before it goes live. `overrule` says why objections are to be passed over."""

    cases: Sequence[Path] | None = None  # None: those of the settings
    strict: bool = False
    overrule: str | None = None


def release(
    settings: Settings,
    demand: Demand,
    *,
    publish: bool = True,
    fresh: bool = False,
    lint_first: bool = False,
    progress: Progress = lambda stage: None,
) -> Release:
    """Build, judge, and publish what the gate lets pass; otherwise the build stays on disk and nothing goes live.

    Raises KnowledgeError with every lint problem when `lint_first` finds any, and what `make_build` raises.
    """
    objections: list[str] = []
    if lint_first:
        progress("lint")
        objections += _lint(settings, demand)
    cases = _cases(settings, demand)  # before the build: a bad file is told at once
    result = make_build(settings, publish=False, fresh=fresh, progress=_without_publishing(progress))
    store = BuildStore(settings.index)
    gate = _gate(store, settings, result.build, cases, demand, progress)
    gate = replace(gate, objections=(*objections, *gate.objections))
    goes = publish and (not gate.objections or demand.overrule is not None)
    progress("publish")
    if goes:
        _publish(store, result.build, gate, demand)
    elif gate.against != result.build:
        event = Event.REFUSED if publish else Event.BUILT
        store.record(Entry(event, result.build, gate.against, now(), gate.figures, gate.objections))
    _forget_old(store, settings, result.build)
    return Release(replace(result, published=goes), gate, goes and bool(gate.objections))


def publish(
    settings: Settings, build: str, demand: Demand, progress: Progress = lambda stage: None
) -> tuple[Gate, bool]:
    """Make a build on disk the current one, through the same gate. Gives what it found and whether it went live."""
    store = BuildStore(settings.index)
    store.open(build)
    gate = _gate(store, settings, build, _cases(settings, demand), demand, progress)
    progress("publish")
    if gate.objections and demand.overrule is None:
        store.record(Entry(Event.REFUSED, build, gate.against, now(), gate.figures, gate.objections))
        return gate, False
    _publish(store, build, gate, demand)
    return gate, True


def roll_back(settings: Settings) -> tuple[str, str | None, list[str]]:
    """Make the build current that was so before: no gate, it had been through it. A damaged one is passed over.

    Gives the build, the one it replaces, and why others were passed over. Raises ArtefactError when there is none.
    """
    store = BuildStore(settings.index)
    try:
        current = store.current()
    except ArtefactError:
        current = None
    passed_over: list[str] = []
    for build in store.history.way_back(current):
        try:
            before = store.publish(build)
        except ArtefactError as error:
            passed_over.append(str(error))
            continue
        store.record(Entry(Event.ROLLED_BACK, build, before, now()))
        return build, before, passed_over
    told = "".join(f"\n{reason}" for reason in passed_over)
    raise ArtefactError(f"no build to go back to in {settings.index}; `topay-bot builds` lists what is there{told}")


def list_builds(store: BuildStore) -> list[dict[str, Any]]:
    """The builds on disk, oldest first, each with what its manifest and the journal tell of it."""
    current = store.current()
    rows = []
    entries = list(store.history)
    for build in store.builds():
        told = [entry for entry in entries if entry.build == build]
        live = [entry for entry in told if entry.event in (Event.PUBLISHED, Event.ROLLED_BACK)]
        manifest, report = _manifest(store, build), _report(store, build)
        rows.append(
            {
                "build": build,
                "current": build == current,
                "created": manifest.get("created"),
                "articles": report.get("articles"),
                "passages": report.get("passages"),
                "languages": report.get("languages", {}),
                "figures": next((entry.figures for entry in reversed(told) if entry.figures), {}),
                "published": live[-1].time if live else None,
                "why": live[-1].why if live else "",
                "objections": list(told[-1].objections) if told else [],
            }
        )
    return rows


def _without_publishing(progress: Progress) -> Progress:
    def step(stage: str) -> None:
        if stage != "publish":
            progress(stage)

    return step


def _lint(settings: Settings, demand: Demand) -> list[str]:
    _, problems = lint(settings.knowledge)
    lines = [str(problem) for problem in problems]
    if not lines:
        return []
    found = f"{len(lines)} {'problem' if len(lines) == 1 else 'problems'} found by lint"
    if demand.overrule is None:
        shown = "\n".join(lines[:50]) + (f"\n... and {len(lines) - 50} more" if len(lines) > 50 else "")
        raise KnowledgeError(f"{found}; nothing was built:\n{shown}", lines)
    return [found]


def _cases(settings: Settings, demand: Demand) -> list[Case]:
    files = settings.gate_cases if demand.cases is None else demand.cases
    return [case for file in files for case in load_cases(file)]


def _gate(
    store: BuildStore, settings: Settings, build: str, cases: Sequence[Case], demand: Demand, progress: Progress
) -> Gate:
    current = _current(store)
    if current == build:
        return Gate(current, tuple(_broken_promises(store, build, build, demand.strict)))
    objections = _broken_promises(store, build, current, demand.strict)
    after = before = None
    if cases:
        progress("judge")
        after = judge(_open(store, settings, build), cases, settings.max_choices)
        progress("judge the current one")
        before = _judge_current(store, settings, current, cases)
    if after is None or before is None:
        return Gate(current, tuple(objections), after.figures if after else {})
    found = compare(cases, before, after, settings.gate_tolerance)
    return Gate(current, (*objections, *found.falls), after.figures, found)


def _current(store: BuildStore) -> str | None:
    """The current build if it is whole: with another nothing can be compared."""
    try:
        return store.open().id
    except ArtefactError:
        return None


def _judge_current(store: BuildStore, settings: Settings, build: str | None, cases: Sequence[Case]) -> Judgement | None:
    """The current build on the same questions; None when none can answer them, such as one of another version."""
    if build is None:
        return None
    try:
        return judge(_open(store, settings, build), cases, settings.max_choices)
    except TopayError:
        return None


def _open(store: BuildStore, settings: Settings, build: str) -> Edition:
    return open_edition(store, build, max_choices=settings.max_choices, human_article=settings.human_article)


def _broken_promises(store: BuildStore, build: str, current: str | None, strict: bool) -> list[str]:
    new, old = (_report(store, name).get("languages", {}) for name in (build, current))
    objections = []
    for language, promise in new.items():
        kept_before = old.get(language, {}).get("promise_kept", False)
        if not promise["promise_kept"] and (strict or kept_before):
            objections.append(
                f"{language}: promise not kept: {promise['promised_precision']:.0%} promised, "
                f"{promise['proven_precision']:.1%} proven on {promise['proven_on']} answers"
                + ("; the current build keeps it" if kept_before else "")
            )
    return objections


def _publish(store: BuildStore, build: str, gate: Gate, demand: Demand) -> None:
    before = store.publish(build)
    if before != build:
        why = (demand.overrule or "") if gate.objections else ""
        store.record(Entry(Event.PUBLISHED, build, before, now(), gate.figures, gate.objections, why))


def _forget_old(store: BuildStore, settings: Settings, new: str) -> None:
    """Keep the newest builds; this one and the one that a roll-back leads to in any case."""
    current = store.current()
    on_disk = set(store.builds())
    way_back = [build for build in store.history.way_back(current) if build in on_disk]
    store.forget_old(settings.keep_builds, spare=[new, *way_back[:1]])


def _manifest(store: BuildStore, build: str) -> dict[str, Any]:
    """A build's manifest, empty when it cannot be read."""
    try:
        found: dict[str, Any] = json.loads((store.root / build / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _report(store: BuildStore, build: str | None) -> dict[str, Any]:
    report: dict[str, Any] = _manifest(store, build).get("report", {}) if build else {}
    return report
