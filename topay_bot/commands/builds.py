"""Commands of operators: make, list and publish builds."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from topay_bot.commands.shared import FOLDER, echo_json, format_option, index_option, progress_bar
from topay_bot.settings import load_settings


@click.command()
@click.option("--knowledge", type=FOLDER, help="Folder of articles.")
@index_option
@click.option("--encoder", help="`bundled`, `fitted`, a folder or a Sentence Transformers name.")
@click.option("--publish/--no-publish", default=True, help="Whether the build goes live.")
@click.option("--fresh", is_flag=True, help="Take nothing over from the current build.")
@format_option
def build(
    knowledge: Path | None, index: Path | None, encoder: str | None, publish: bool, fresh: bool, format_: str
) -> None:
    """Build the index, prove its promise, and publish it."""
    from topay_bot.building import STAGES, make_build

    settings = load_settings(knowledge=knowledge, index=index, encoder=encoder)
    with progress_bar("Building", len(STAGES)) as step:
        done = make_build(settings, publish=publish, fresh=fresh, progress=step)
    if format_ == "json":
        echo_json(asdict(done))
        return
    state = "published" if done.published else "not published"
    click.echo(f"Build {done.build}: {done.articles} articles, {done.passages} passages, {done.seconds:.1f} s, {state}")
    for language, promise in done.languages.items():
        proven = f"{promise.proven_precision:.1%} proven on {promise.proven_on} answers to {promise.asked}"
        if promise.promise_kept:
            click.echo(
                f"{language}: promise kept: of what it answers at least {promise.promised_precision:.0%} are right "
                f"({proven}); {promise.coverage:.0%} of known questions answered"
            )
        else:
            click.echo(
                f"{language}: promise NOT proven: {promise.promised_precision:.0%} wanted, {proven}. "
                "The careful side was chosen: fewer answers. More questions per article help."
            )


@click.command()
@index_option
@format_option
def builds(index: Path | None, format_: str) -> None:
    """List the builds on disk, oldest first."""
    from topay_bot.retrieval.index import BuildStore

    store = BuildStore(load_settings(index=index).index)
    current = store.current()
    rows = [{"build": name, "current": name == current} for name in store.builds()]
    if format_ == "json":
        echo_json(rows)
    else:
        for row in rows:
            click.echo(f"{row['build']}{' (current)' if row['current'] else ''}")


@click.command()
@click.argument("build_id")
@index_option
def publish(build_id: str, index: Path | None) -> None:
    """Make BUILD_ID the current build, after verifying it."""
    from topay_bot.retrieval.index import BuildStore

    BuildStore(load_settings(index=index).index).publish(build_id)
    click.echo(f"Build {build_id} is current")
