"""Commands that ask a build: one question, or many labelled ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from topay_bot.commands.shared import FILE, echo_json, format_option, index_option, progress_bar
from topay_bot.settings import load_settings


@click.command()
@click.argument("text")
@index_option
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of the answer; detected by default.")
@format_option
def ask(text: str, index: Path | None, lang: Any, format_: str) -> None:
    """Ask one question, as a customer would."""
    from topay_bot.bootstrap import open_edition
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
@click.option("--cases", type=FILE, required=True, help="JSON Lines of labelled questions.")
@click.option("--predictions", type=FILE, help="Write each decision here, as JSON Lines.")
@format_option
def eval_(index: Path | None, cases: Path, predictions: Path | None, format_: str) -> None:
    """Measure a build on labelled questions."""
    from topay_bot.bootstrap import open_edition
    from topay_bot.commands.printing import figures_lines
    from topay_bot.evaluation import evaluate, load_cases

    edition = open_edition(load_settings(index=index))
    loaded = load_cases(cases)
    with progress_bar("Asking", len(loaded)) as step:
        figures, made = evaluate(edition.answerer.decide, loaded, lambda done: step(""))
    if predictions is not None:
        lines = (json.dumps(p.to_json(), ensure_ascii=False) + "\n" for p in made)
        predictions.write_text("".join(lines), encoding="utf-8")
    if format_ == "json":
        echo_json({"build": edition.id, **figures.to_json()})
    else:
        click.echo("\n".join(figures_lines(edition.id, figures)))
