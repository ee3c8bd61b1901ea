"""Commands of editors: check the knowledge base, bring articles in."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

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
            f"{summary['articles']} articles, {questions} questions, "
            f"{len(problems)} {'problem' if len(problems) == 1 else 'problems'}",
            err=bool(problems),
        )
    sys.exit(1 if problems else 0)


@click.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--into", type=FOLDER, required=True, help="Knowledge folder to write to.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of a table; found by its questions by default.")
@click.option("--skip-bad", is_flag=True, help="Write the good rows though others are bad; exit code 3 then.")
@format_option
def import_(source: Path, into: Path, lang: str | None, skip_bad: bool, format_: str) -> None:
    """Turn SOURCE into articles: rows, tables (CSV, TSV, XLSX, JSONL), QnA Maker, HTML pages, or an export."""
    from topay_bot.knowledge.importing import import_any

    done = import_any(source, into, language=lang, skip_bad=skip_bad)
    if format_ == "json":
        told = {"rows": done.rows, "articles": done.articles, "files": [str(path) for path in done.files]}
        echo_json(told | {"bad": [{"line": line, "reason": reason} for line, reason in done.bad]})
    else:
        click.echo(f"{done.rows} rows became {done.articles} articles in {into}")
    for line, reason in done.bad:
        click.echo(f"{source}:{line}: {reason}", err=True)
    sys.exit(3 if done.bad else 0)


@click.command()
@click.option("--knowledge", type=FOLDER, help="Folder of articles.")
@click.option("--out", type=FILE, required=True, help="File to write: .jsonl or .xlsx.")
@format_option
def export(knowledge: Path | None, out: Path, format_: str) -> None:
    """Write the whole knowledge base into one file, from which `import` brings it back without loss."""
    from topay_bot.knowledge.transfer import export as run

    if out.suffix.lower() not in (".jsonl", ".xlsx"):
        raise click.UsageError(f"--out is {out}; expected a name that ends in .jsonl or .xlsx")
    counts = run(load_settings(knowledge=knowledge).knowledge, out)
    if format_ == "json":
        echo_json({"file": str(out), **counts})
    else:
        click.echo(f"{out}: " + ", ".join(f"{number} of kind {kind}" for kind, number in counts.items()))


@click.command()
@click.argument("article")
@click.option("--category", help="Folder to write to; by default what the id begins with.")
@click.option("--knowledge", type=FOLDER, help="Folder of articles.")
def new(article: str, category: str | None, knowledge: Path | None) -> None:
    """Write the pair of files of a new ARTICLE, as drafts to fill in."""
    from topay_bot.knowledge.authoring import new as run

    _tell(run(load_settings(knowledge=knowledge).knowledge, article, category))


@click.command()
@click.argument("article")
@click.argument("to")
@click.option("--category", help="Folder to move it to.")
@click.option("--knowledge", type=FOLDER, help="Folder of articles.")
def move(article: str, to: str, category: str | None, knowledge: Path | None) -> None:
    """Give ARTICLE the id TO, or the same and another category; whatever refers to it follows."""
    from topay_bot.knowledge.authoring import move as run

    _tell(run(load_settings(knowledge=knowledge).knowledge, article, to, category))


@click.command()
@click.argument("article")
@click.option("--instead", help="Article that takes its place where it is referred to.")
@click.option("--knowledge", type=FOLDER, help="Folder of articles.")
def retire(article: str, instead: str | None, knowledge: Path | None) -> None:
    """Remove ARTICLE, and every reference to it."""
    from topay_bot.knowledge.authoring import retire as run

    _tell(run(load_settings(knowledge=knowledge).knowledge, article, instead))


def _tell(done: Any) -> None:
    for path in done.written:
        click.echo(f"wrote {path}")
    for path in done.removed:
        click.echo(f"removed {path}")
