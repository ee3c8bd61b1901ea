"""The command that makes a model: it tunes the encoder on the knowledge base."""

from __future__ import annotations

import datetime
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from topay_bot.commands.shared import FOLDER, echo_json, format_option, progress_bar
from topay_bot.settings import load_settings

if TYPE_CHECKING:
    from topay_bot.retrieval.tuning import Comparison, Tuning

NOT_BETTER = 3  # exit code; 1 and 2 mean errors, as everywhere


@click.command()
@click.option("--out", type=FOLDER, required=True, help="New folder for the tuned model.")
@click.option("--knowledge", type=FOLDER, help="Folder of articles.")
@click.option("--encoder", help="What to tune: `bundled`, a folder or a Sentence Transformers name.")
@click.option("--folds", type=click.IntRange(2, 10), default=3, show_default=True, help="Parts held out in turn.")
@click.option("--epochs", type=click.IntRange(1, 100), help="How often each question is learned from.")
@click.option("--seed", type=click.IntRange(0), help="Of everything random; the setting `seed` by default.")
@format_option
def tune(
    out: Path,
    knowledge: Path | None,
    encoder: str | None,
    folds: int,
    epochs: int | None,
    seed: int | None,
    format_: str,
) -> None:
    """Tune the encoder on the knowledge base; keep it only if it is better (exit code 3 if not)."""
    from topay_bot.knowledge.library import load_library
    from topay_bot.retrieval.contrast import Recipe
    from topay_bot.retrieval.tuning import steps
    from topay_bot.retrieval.tuning import tune as run

    settings = load_settings(knowledge=knowledge, encoder=encoder, seed=seed)
    recipe = Recipe() if epochs is None else Recipe(epochs=epochs)
    library = load_library(settings.knowledge).published(datetime.date.today())
    with progress_bar("Tuning", steps(folds, recipe)) as step:
        done = run(
            library,
            settings.encoder,
            out,
            folds=folds,
            seed=settings.seed,
            max_chars=settings.max_question_chars,
            recipe=recipe,
            progress=step,
        )
    if format_ == "json":
        echo_json(_as_json(done))
    else:
        _print(done)
    sys.exit(0 if done.out is not None else NOT_BETTER)


def _as_json(done: Tuning) -> dict[str, Any]:
    return asdict(done) | {"out": None if done.out is None else str(done.out), "kept": done.out is not None}


def _print(done: Tuning) -> None:
    click.echo(f"{'held-out questions':20} {'':>6} {'nearest neighbour':>25} {'learned heads':>25}")
    for name, found in (*done.languages.items(), ("all", done.overall)):
        click.echo(_row(name, found))
    if done.out is None:
        click.echo("Not better beyond doubt: nothing was written.")
        return
    click.echo(f'Better: written to {done.out}. Use it with encoder = "{done.out}" and build again.')
    for language in done.unproven:
        click.echo(
            f"Warning: {language} has fewer than 200 labelled questions of customers. A build then measures itself on "
            "the very questions that this encoder was tuned on, and promises more than it can keep. "
            f"Add them to calibration.{language}.jsonl; docs/tuning.md says why.",
            err=True,
        )


def _row(name: str, found: Comparison) -> str:
    nearest = _change(found.nearest_before, found.nearest_after)
    heads = _change(found.heads_before, found.heads_after)
    return f"{name:20} {found.questions:6} {nearest:>25} {heads:>25}   {found.gained} gained, {found.lost} lost"


def _change(before: float, after: float) -> str:
    return f"{before:.1%} -> {after:.1%} ({100 * (after - before):+.1f})"
