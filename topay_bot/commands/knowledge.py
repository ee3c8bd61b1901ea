"""Commands of editors: check the knowledge base, bring articles in."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from topay_bot.commands.shared import FILE, FOLDER, echo_json, format_option
from topay_bot.settings import load_settings


@click.command()
@click.argument("knowledge", type=FOLDER, required=False)
@click.option("--production", is_flag=True, help="Also fail while a sample value is left in facts.toml.")
@format_option
def lint(knowledge: Path | None, production: bool, format_: str) -> None:
    """Check the knowledge folder: one problem a line, as file:line: rule: message."""
    from topay_bot.knowledge.lint import counts
    from topay_bot.knowledge.lint import lint as run

    library, problems = run(load_settings(knowledge=knowledge).knowledge, production=production)
    summary = counts(library)
    if format_ == "json":
        echo_json(summary | {"problems": [asdict(problem) for problem in problems]})
    else:
        for problem in problems:
            click.echo(str(problem))
        questions = sum(summary["questions"].values())
        click.echo(
            f"{summary['articles']} articles, {questions} questions, {len(problems)} problems", err=bool(problems)
        )
    sys.exit(1 if problems else 0)


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--into", type=FOLDER, required=True, help="Knowledge folder to write to.")
@format_option
def import_(file: Path, into: Path, format_: str) -> None:
    """Turn rows {"article", "question", "lang", "title"?, "answer"?} into articles."""
    from topay_bot.knowledge.exchange import import_rows

    done = import_rows(file, into)
    if format_ == "json":
        echo_json({"rows": done.rows, "articles": done.articles, "files": [str(path) for path in done.files]})
    else:
        click.echo(f"{done.rows} rows became {done.articles} articles in {into}")
