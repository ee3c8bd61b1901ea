"""The command that asks another build what customers really asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from topay_bot.commands.shared import FOLDER, echo_json, format_option, index_option, moment, progress_bar
from topay_bot.settings import load_settings

if TYPE_CHECKING:
    from topay_bot.builds.replay import Difference, Replay

_ROWS = 40  # on a terminal; JSON has all


@click.command()
@index_option
@click.option("--build", "build_id", help="A build of that folder; by default its current one.")
@click.option("--since", required=True, help="From this day or time on: 2026-11-01 or 2026-11-01T18:00.")
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True, help="Only so many of the newest.")
@click.option("--against", help="Compare with this build of the folder, or `current`, not with what was decided then.")
@click.option("--data", type=FOLDER, help="Folder of the conversations' database.")
@format_option
def replay(
    index: Path | None,
    build_id: str | None,
    since: str,
    limit: int,
    against: str | None,
    data: Path | None,
    format_: str,
) -> None:
    """Ask a build what customers asked, and show what it would have decided otherwise. Changes nothing."""
    from topay_bot.bootstrap.database import past_questions
    from topay_bot.bootstrap.editions import open_edition
    from topay_bot.builds.replay import replay as run

    settings = load_settings(index=index, data=data)
    begin = moment(since, settings)
    questions = past_questions(settings, begin, limit)
    edition = open_edition(settings, build_id)
    other = None if against is None else open_edition(settings, None if against == "current" else against)
    with progress_bar("Asking", len(questions)) as step:
        done = run(edition, questions, other, lambda: step(""))
    told = {"build": edition.id, "against": other.id if other else None, "since": begin.isoformat()}
    if format_ == "json":
        echo_json(told | _as_json(done))
    else:
        click.echo("\n".join(_lines(done, edition.id, f"build {other.id}" if other else "what was decided then")))


def _as_json(done: Replay) -> dict[str, Any]:
    counts = {name: getattr(done, name) for name in ("asked", "same", "before", "after", "changes")}
    return counts | {"differences": [_difference(one) for one in done.differences]}


def _difference(one: Difference) -> dict[str, Any]:
    last = {"conversation": one.last.conversation, "seq": one.last.seq, "at": one.last.at.isoformat()}
    return asdict(one) | {"last": last}


def _lines(done: Replay, build: str, against: str) -> Iterator[str]:
    from topay_bot.builds.replay import KINDS
    from topay_bot.commands.printing import percent, table

    yield f"build {build} against {against}: {done.asked} questions, {done.asked - done.same} decided otherwise"
    if not done.asked:
        return
    yield ""
    rows = []
    for kind in KINDS:
        old, new = done.before.get(kind, 0), done.after.get(kind, 0)
        rows.append([kind, str(old), percent(old / done.asked), str(new), percent(new / done.asked)])
    yield from table(["decided", "before", "", "now", ""], rows)
    if not done.differences:
        return
    yield ""
    yield from table(["what changes", "questions"], [[change, str(n)] for change, n in done.changes.items()])
    yield ""
    shown = done.differences[:_ROWS]
    cells = [("", "before", "now")] + [(f"{one.times}x" if one.times > 1 else "", *_sides(one)) for one in shown]
    widths = [max(len(row[column]) for row in cells) for column in range(3)]
    # The question comes last: Chinese characters are twice as wide, and nothing has to line up behind them.
    for row, question in zip(cells, ("question", *(" ".join(one.question.split()) for one in shown)), strict=True):
        yield "  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=True)), question))
    if len(done.differences) > _ROWS:
        yield f"... and {len(done.differences) - _ROWS} more; --format json has all"


def _sides(one: Difference) -> tuple[str, str]:
    return str(one.before), str(one.after)
