"""Commands that ask a build: one question, or many labelled ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from topay_bot.commands.shared import FILE, FOLDER, echo_json, format_option, index_option, progress_bar
from topay_bot.settings import load_settings

if TYPE_CHECKING:
    from topay_bot.edition import Edition
    from topay_bot.evaluation import Case


@click.command()
@click.argument("text")
@index_option
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of the answer; detected by default.")
@format_option
def ask(text: str, index: Path | None, lang: Any, format_: str) -> None:
    """Ask one question, as a customer would."""
    from topay_bot.bootstrap.editions import open_edition
    from topay_bot.reply import reply_to_json, stateless_reply

    edition = open_edition(load_settings(index=index))
    reply = reply_to_json(stateless_reply(edition, text, lang))
    if format_ == "json":
        echo_json(reply)
        return
    click.echo(f"{reply['decision']} ({reply['reason']}, confidence {reply['confidence']:.2f})")
    if reply["answer"]:
        click.echo(f"\n{reply['answer']['title']}  [{reply['answer']['article']}]\n\n{reply['answer']['text']}")
    for choice in reply["choices"]:
        click.echo(f"  ? {choice['title']}  [{choice['article']}]  {choice['confidence']:.2f}")
    if reply["handoff"]:
        offered = "a person is offered" if reply["handoff"]["offered"] else "a person comes in"
        click.echo(f"\n-> {offered} ({reply['handoff']['reason']}, priority {reply['handoff']['priority']})")


@click.command("eval")
@index_option
@click.option("--cases", type=FILE, help="JSON Lines of labelled questions.")
@click.option("--predictions", type=FILE, help="Write each decision here, as JSON Lines.")
@click.option("--explain", metavar="TEXT|N", help="Tell why one decision falls as it does: a question, or case N.")
@format_option
def eval_(index: Path | None, cases: Path | None, predictions: Path | None, explain: str | None, format_: str) -> None:
    """Measure a build on labelled questions, or explain one decision."""
    from topay_bot.bootstrap.editions import open_edition
    from topay_bot.commands.printing import figures_lines
    from topay_bot.evaluation import evaluate, load_cases

    if cases is None and explain is None:
        raise click.UsageError("give --cases FILE.jsonl, or --explain TEXT for one question")
    edition = open_edition(load_settings(index=index))
    loaded = load_cases(cases) if cases is not None else []
    if explain is not None:
        _explain(edition, _case_to_explain(explain, loaded), format_)
        return
    with progress_bar("Asking", len(loaded)) as step:
        figures, made = evaluate(edition.answerer.decide, loaded, lambda done: step(""))
    if predictions is not None:
        lines = (json.dumps(p.to_json(), ensure_ascii=False) + "\n" for p in made)
        predictions.write_text("".join(lines), encoding="utf-8")
    if format_ == "json":
        echo_json({"build": edition.id, **figures.to_json()})
    else:
        click.echo("\n".join(figures_lines(edition.id, figures)))


def _case_to_explain(wanted: str, cases: Sequence[Case]) -> Case:
    """The question itself, or with cases the one of that number, counted from 1."""
    from topay_bot.evaluation import Case

    if not cases:
        return Case(wanted, ())
    if not wanted.isdecimal() or not 1 <= int(wanted) <= len(cases):
        raise click.UsageError(f"--explain is {wanted!r}; with --cases expected a case's number, 1 to {len(cases)}")
    return cases[int(wanted) - 1]


def _explain(edition: Edition, case: Case, format_: str) -> None:
    from topay_bot.commands.printing import explanation_lines
    from topay_bot.explanation import explain

    told = explain(edition, case.text, case.language, case.articles)
    if format_ == "json":
        echo_json(told.to_json())
    else:
        click.echo("\n".join(explanation_lines(told)))


@click.command()
@index_option
@click.option("--out", type=FOLDER, required=True, help="Folder to write the report into.")
@click.option("--cases", type=FILE, multiple=True, help="JSON Lines of labelled questions; may be given again.")
@format_option
def report(index: Path | None, out: Path, cases: tuple[Path, ...], format_: str) -> None:
    """Write a page with pictures: how good the current build is, and what it confuses."""
    from topay_bot.bootstrap.editions import open_edition
    from topay_bot.evaluation import load_cases
    from topay_bot.report.content import report_content
    from topay_bot.report.page import write_report

    settings = load_settings(index=index)
    loaded = {file.stem: load_cases(file) for file in cases}
    edition = open_edition(settings)
    told = json.loads((settings.index / edition.id / "report.json").read_text(encoding="utf-8"))
    with progress_bar("Asking", sum(map(len, loaded.values()))) as step:
        content = report_content(edition.id, told, edition.answerer.decide, loaded, lambda done: step(""))
    written = write_report(content, out)
    if format_ == "json":
        echo_json({**content.to_json(), "files": [str(file) for file in written]})
    else:
        click.echo(f"Build {edition.id}: {', '.join(str(file) for file in written)}")
