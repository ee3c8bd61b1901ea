"""The command that shows what customers ask and nothing answers, and makes changes to review of it."""

from __future__ import annotations

import datetime
import getpass
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from topay_bot.commands.printing import table
from topay_bot.commands.shared import FILE, FOLDER, echo_json, format_option, index_option, moment, progress_bar
from topay_bot.errors import KnowledgeError
from topay_bot.settings import load_settings

if TYPE_CHECKING:
    from topay_bot.learning.changing import GapChange
    from topay_bot.learning.dismissing import Sorted
    from topay_bot.learning.findings import Findings, Gap

_EXAMPLES = 2  # under each gap on a terminal; JSON has all
_CHANGES = ("join", "draft", "dismiss", "restore")


@click.command()
@index_option
@click.option("--build", "build_id", help="A build of that folder; by default its current one.")
@click.option("--since", help="From this day or time on: 2026-11-01 or 2026-11-01T18:00; by default four weeks ago.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Only so many gaps.")
@click.option("--all", "every", is_flag=True, help="Show dismissed gaps too.")
@click.option("--data", type=FOLDER, help="Folder of the conversations' database.")
@click.option("--knowledge", type=FOLDER, help="Folder of articles.")
@click.option("--join", nargs=2, metavar="GAP ARTICLE", help="Propose a gap's questions as questions of ARTICLE.")
@click.option("--draft", nargs=2, metavar="GAP ID", help="Write a new article ID with a gap's questions, as a draft.")
@click.option("--category", help="With --draft: the folder; by default what the id begins with.")
@click.option("--patch", type=FILE, help="The file for the change of --join or --draft, a unified diff.")
@click.option("--branch", help="A new git branch for the change of --join or --draft; your files stay as they are.")
@click.option("--dismiss", metavar="GAP", help="Set a gap aside until it has grown notably.")
@click.option("--restore", metavar="GAP", help="Bring back a gap that was dismissed.")
@click.option("--by", help="With --dismiss, --restore and --branch: who you are; by default your name on this machine.")
@format_option
def gaps(
    index: Path | None,
    build_id: str | None,
    since: str | None,
    limit: int,
    every: bool,
    data: Path | None,
    knowledge: Path | None,
    join: tuple[str, str] | None,
    draft: tuple[str, str] | None,
    category: str | None,
    patch: Path | None,
    branch: str | None,
    dismiss: str | None,
    restore: str | None,
    by: str | None,
    format_: str,
) -> None:
    """Show what customers ask again and again and nothing answers, what matters most first. Publishes nothing."""
    from topay_bot.bootstrap.database import learning_store, missed_questions
    from topay_bot.bootstrap.editions import open_edition
    from topay_bot.learning.changing import GapChange
    from topay_bot.learning.dismissing import bring_back, dismissal_of, sort
    from topay_bot.learning.gaps import DAYS, NEWEST, find_gaps

    change = join or draft
    _check(change, sum(1 for one in (join, draft, dismiss, restore) if one), join is not None, patch, branch)
    settings = load_settings(index=index, data=data, knowledge=knowledge)
    now = datetime.datetime.now(datetime.UTC)
    begin = now - datetime.timedelta(days=DAYS) if since is None else moment(since, settings)
    with learning_store(settings) as store:
        missed = missed_questions(settings, begin, NEWEST)
        edition = open_edition(settings, build_id)
        with progress_bar("Reading", len(missed)) as step:
            found = find_gaps(edition, missed, now, lambda: step(""))
        there = sort(found.gaps, store.dismissals())
        name = by or getpass.getuser()
        if change:
            wanted = GapChange(_named(found, change[0]), change[1], new=draft is not None, category=category)
            _carry_out(settings.knowledge, wanted, patch, branch, name)
        elif dismiss:
            gap = _named(found, dismiss)
            store.dismiss(dismissal_of(gap, name, now))
            click.echo(f"dismissed {gap.id}; it comes back when it has grown notably, or with --restore {gap.id}")
        elif restore:
            if not bring_back(store, _named(found, restore), name, now):
                raise click.BadParameter(f"{restore!r} is not dismissed; --all shows those that are")
            click.echo(f"{restore} is listed again")
        elif format_ == "json":
            told = {**found.to_json(), "since": begin.isoformat(), "found": len(found.gaps)}
            echo_json(told | {"gaps": [gap.to_json() for gap in _shown(there, every)[:limit]]})
        else:
            click.echo("\n".join(_lines(found, there, every, limit)))


def _check(change: tuple[str, str] | None, changes: int, is_join: bool, patch: Path | None, branch: str | None) -> None:
    if changes > 1:
        raise click.UsageError("expected one of " + ", ".join(f"--{name}" for name in _CHANGES))
    if patch and branch:
        raise click.UsageError("--patch and --branch are two ways to hand over a change; expected one of them")
    if is_join and patch is None and branch is None:
        raise click.UsageError("--join needs --patch FILE or --branch NAME: the change is for you to review")
    if (patch or branch) and not change:
        raise click.UsageError("--patch and --branch need --join or --draft, which say what the change is")


def _shown(there: Sorted, every: bool) -> list[Gap]:
    return [*there.open, *(gap for gap, _ in there.dismissed)] if every else list(there.open)


def _named(found: Findings, name: str) -> Gap:
    gap = found.gap(name)
    if gap is not None:
        return gap
    raise click.BadParameter(
        f"no gap {name!r} among the {len(found.gaps)} of now; a gap's id follows its representative question, and that "
        "may have changed: list them again, with the same --since"
    )


def _carry_out(root: Path, change: GapChange, patch: Path | None, branch: str | None, by: str) -> None:
    if branch is not None:
        made = change.propose(root, branch, by)
        click.echo(f"committed {made.commit[:12]} on the new branch {made.branch}; nothing else has changed")
    elif patch is not None:
        try:
            patch.write_text(change.patch(root), encoding="utf-8", newline="\n")
        except OSError as error:
            raise KnowledgeError(f"{patch} cannot be written: {error.strerror}") from None
        click.echo(f"wrote {patch}; nothing else has changed. When it reads well: patch -p1 -d {root} < {patch}")
    else:
        for path in change.write(root):
            click.echo(f"wrote {path}")


def _lines(found: Findings, there: Sorted, every: bool, limit: int) -> Iterator[str]:
    inside = sum(gap.count for gap in found.gaps)
    yield (
        f"{found.asked} questions asked in vain: {inside} in {len(found.gaps)} gaps, {found.lone} like no others, "
        f"{found.solved} that build {found.build} answers"
    )
    if found.left_out:
        yield f"{found.left_out} older ones were left out; a later --since leaves out none"
    if there.dismissed and not every:
        yield f"{len(there.dismissed)} gaps are dismissed; --all shows them too"
    gaps = _shown(there, every)
    if not gaps:
        return
    yield ""
    aside = {gap.id: by for gap, by in there.dismissed}
    header = ("gap", "asked", "customers", "7 days", "before", "nearest article", "sure", "missed")
    lines = table(header, [_cells(gap) for gap in gaps[:limit]])
    for line, gap in zip(lines, (None, *gaps[:limit]), strict=True):
        yield line
        if gap is None:
            continue
        for variant in gap.variants[: 1 + _EXAMPLES]:
            yield f"    {' '.join(variant.text.split())}"
        if by := aside.get(gap.id):
            yield f"    (dismissed by {by.by}, {by.at:%Y-%m-%d})"
        elif by := there.back.get(gap.id):
            yield f"    (dismissed by {by.by}, {by.at:%Y-%m-%d}, and back: it has grown)"
    if len(gaps) > limit:
        yield f"... and {len(gaps) - limit} more; --limit shows them"


def _cells(gap: Gap) -> tuple[str, ...]:
    nearest = f"{gap.right} (agents say)" if gap.right else gap.nearest or "-"
    return (
        gap.id,
        str(gap.count),
        str(gap.customers),
        str(gap.last_days),
        str(gap.days_before),
        nearest,
        f"{gap.confidence:.2f}",
        _missed(gap.misses),
    )


def _missed(misses: Mapping[str, int]) -> str:
    return ", ".join(f"{times} {miss}" for miss, times in misses.items())
