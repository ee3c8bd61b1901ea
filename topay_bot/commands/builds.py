"""Commands of operators: make, judge, publish, list and roll back builds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from topay_bot.commands.shared import FILE, FOLDER, echo_json, format_option, index_option, progress_bar
from topay_bot.errors import KnowledgeError, TopayError
from topay_bot.settings import load_settings

REFUSED = 3  # exit code: the gate objected, nothing went live

_Command = Callable[..., Any]


def gate_options(command: _Command) -> _Command:
    """What is asked of a build before it goes live."""
    for option in (
        click.option("--why", help="With --force: the reason, for the journal."),
        click.option("--force", is_flag=True, help="Publish in spite of objections; needs --why."),
        click.option("--strict", is_flag=True, help="Object to every promise that is not kept."),
        click.option("--cases", type=FILE, multiple=True, help="Judging questions; default `gate_cases`. Repeatable."),
    ):
        command = option(command)
    return command


@click.command()
@click.option("--knowledge", type=FOLDER, help="Folder of articles.")
@index_option
@click.option("--encoder", help="`bundled`, `fitted`, a folder or a Sentence Transformers name.")
@click.option("--publish/--no-publish", default=True, help="Whether the build goes live.")
@click.option("--fresh", is_flag=True, help="Take nothing over from the current build.")
@click.option("--lint", "lint_first", is_flag=True, help="Stop at anything that `topay-bot lint` finds.")
@gate_options
@format_option
def build(
    knowledge: Path | None,
    index: Path | None,
    encoder: str | None,
    publish: bool,
    fresh: bool,
    lint_first: bool,
    cases: tuple[Path, ...],
    strict: bool,
    force: bool,
    why: str | None,
    format_: str,
) -> None:
    """Build the index, prove its promise, judge it against the current build, and publish it."""
    from topay_bot.builds.publishing import STAGES, release
    from topay_bot.commands.verdicts import gate_json, gate_lines

    settings = load_settings(knowledge=knowledge, index=index, encoder=encoder)
    demand = _demand(cases, strict, force, why)
    try:
        with progress_bar("Building", len(STAGES)) as step:
            done = release(
                settings, demand, publish=publish, fresh=fresh, lint_first=lint_first, progress=lambda what: step(what)
            )
    except TopayError as error:
        if format_ == "json":  # whoever reads one line of JSON gets one
            problems = list(error.problems) if isinstance(error, KnowledgeError) else []
            told = {"code": error.code, "message": str(error), "problems": problems}
            echo_json({"build": None, "published": False, "error": told})
        raise
    result = done.result
    if format_ == "json":
        echo_json(asdict(result) | {"gate": gate_json(done.gate, done.overruled, why)})
    else:
        click.echo(
            f"Build {result.build}: {result.articles} articles, {result.passages} passages, {result.seconds:.1f} s, "
            + ("published" if result.published else "not published")
        )
        for language, promise in result.languages.items():
            proven = f"{promise.proven_precision:.1%} proven on {promise.proven_on} answers to {promise.asked}"
            if promise.promise_kept:
                uncovered = promise.uncovered_answered
                beside = "" if uncovered is None else f", {uncovered:.0%} of those whose article was held out"
                click.echo(
                    f"{language}: promise kept: of what it answers at least {promise.promised_precision:.0%} are "
                    f"right ({proven}); {promise.coverage:.0%} of known questions answered{beside}"
                )
            else:
                click.echo(
                    f"{language}: promise NOT proven: {promise.promised_precision:.0%} wanted, {proven}. "
                    "The careful side was chosen: fewer answers. More questions per article help."
                )
        for line in gate_lines(done.gate):
            click.echo(line)
    _end(bool(done.gate.objections), done.overruled, result.build)


@click.command()
@index_option
@click.option("--last", type=click.IntRange(1), help="Only so many of the newest.")
@format_option
def builds(index: Path | None, last: int | None, format_: str) -> None:
    """List the builds on disk, oldest first: their figures, and when and why they went live."""
    from topay_bot.builds.publishing import list_builds
    from topay_bot.commands.verdicts import figure_lines
    from topay_bot.retrieval.index import BuildStore

    rows = list_builds(BuildStore(load_settings(index=index).index))[-(last or 0) :]
    if format_ == "json":
        echo_json(rows)
        return
    for row in rows:
        state = f"published {row['published']}" if row["published"] else "never published"
        state += f" ({row['why']})" if row["why"] else ""
        click.echo(
            f"{row['build']}  {row['created']}  {row['articles']} articles, {row['passages']} passages, {state}"
            + ("  <- current" if row["current"] else "")
        )
        for language, promise in row["languages"].items():
            kept = "kept" if promise["promise_kept"] else "NOT proven"
            told = f"{promise['proven_precision']:.1%} of answers right, {promise['coverage']:.0%} answered"
            click.echo(f"    {language}: promise {kept}: {told}")
        for line in figure_lines(row["figures"]):
            click.echo(f"    judged {line}")
        for objection in row["objections"]:
            click.echo(f"    objection: {objection}")


@click.command()
@click.argument("build_id")
@index_option
@gate_options
@format_option
def publish(
    build_id: str,
    index: Path | None,
    cases: tuple[Path, ...],
    strict: bool,
    force: bool,
    why: str | None,
    format_: str,
) -> None:
    """Make BUILD_ID the current build, through the same gate as a new one."""
    from topay_bot.builds.publishing import publish as run
    from topay_bot.commands.verdicts import gate_json, gate_lines

    settings = load_settings(index=index)
    with progress_bar("Judging", 3) as step:
        gate, published = run(settings, build_id, _demand(cases, strict, force, why), lambda what: step(what))
    overruled = published and bool(gate.objections)
    if format_ == "json":
        echo_json({"build": build_id, "published": published, "gate": gate_json(gate, overruled, why)})
    else:
        for line in gate_lines(gate):
            click.echo(line)
        if published:
            click.echo(f"Build {build_id} is current")
    _end(bool(gate.objections), overruled, build_id)


@click.command()
@index_option
@format_option
def rollback(index: Path | None, format_: str) -> None:
    """Make the build current that was so before. No questions asked, and none needed."""
    from topay_bot.builds.publishing import roll_back

    build, before, passed_over = roll_back(load_settings(index=index))
    if format_ == "json":
        echo_json({"build": build, "before": before, "passed_over": passed_over})
        return
    for reason in passed_over:
        click.echo(f"passed over: {reason}", err=True)
    click.echo(f"Build {build} is current again, {before or 'no build'} was before")


def _demand(cases: tuple[Path, ...], strict: bool, force: bool, why: str | None) -> Any:
    from topay_bot.builds.publishing import Demand

    if force != bool(why and why.strip()):
        raise click.UsageError("--force and --why go together: say why objections are to be passed over")
    return Demand(cases or None, strict, why.strip() if force and why else None)


def _end(objections: bool, overruled: bool, build: str) -> None:
    """End with the exit code of a refusal when the gate objected and nobody overruled it."""
    if objections and not overruled:
        click.echo(
            f"topay-bot: build {build} did not pass the gate; the current build stays. Mend what got worse, or: "
            f"topay-bot publish {build} --force --why '...'",
            err=True,
        )
        sys.exit(REFUSED)
