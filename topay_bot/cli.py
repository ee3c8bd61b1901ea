"""The command line: thin commands over the floors below. Documented in docs/commands.md."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import click

from topay_bot.errors import TopayError
from topay_bot.settings import load_settings

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)
_format = click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", help="json for machines."
)


class _Commands(click.Group):
    """Errors raised on purpose become one clear message and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except TopayError as error:
            _fail(error)


def _fail(error: TopayError) -> NoReturn:
    click.echo(f"topay-bot: {error}", err=True)
    sys.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="topay-bot")
def main() -> None:
    """A support desk that answers from a curated knowledge base and knows when it must not."""


@main.command()
@click.argument("knowledge", type=_FOLDER, required=False)
@click.option("--production", is_flag=True, help="Also fail while a sample value is left in facts.toml.")
@_format
def lint(knowledge: Path | None, production: bool, format_: str) -> None:
    """Check the knowledge folder: one problem a line, as file:line: rule: message."""
    from topay_bot.knowledge.lint import counts
    from topay_bot.knowledge.lint import lint as run

    library, problems = run(load_settings(knowledge=knowledge).knowledge, production=production)
    summary = counts(library)
    if format_ == "json":
        _echo_json(summary | {"problems": [asdict(problem) for problem in problems]})
    else:
        for problem in problems:
            click.echo(str(problem))
        questions = sum(summary["questions"].values())
        click.echo(
            f"{summary['articles']} articles, {questions} questions, {len(problems)} problems", err=bool(problems)
        )
    sys.exit(1 if problems else 0)


@main.command("import")
@click.argument("file", type=_FILE)
@click.option("--into", type=_FOLDER, required=True, help="Knowledge folder to write to.")
@_format
def import_(file: Path, into: Path, format_: str) -> None:
    """Turn rows {"article", "question", "lang", "title"?, "answer"?} into articles."""
    from topay_bot.knowledge.exchange import import_rows

    done = import_rows(file, into)
    if format_ == "json":
        _echo_json({"rows": done.rows, "articles": done.articles, "files": [str(path) for path in done.files]})
    else:
        click.echo(f"{done.rows} rows became {done.articles} articles in {into}")


@main.command()
@click.option("--knowledge", type=_FOLDER, help="Folder of articles.")
@click.option("--index", type=_FOLDER, help="Folder of builds.")
@click.option("--encoder", help="`bundled`, `fitted`, a folder or a Sentence Transformers name.")
@click.option("--publish/--no-publish", default=True, help="Whether the build goes live.")
@click.option("--fresh", is_flag=True, help="Take nothing over from the current build.")
@_format
def build(
    knowledge: Path | None, index: Path | None, encoder: str | None, publish: bool, fresh: bool, format_: str
) -> None:
    """Build the index, prove its promise, and publish it."""
    from topay_bot.building import STAGES, make_build

    settings = load_settings(knowledge=knowledge, index=index, encoder=encoder)
    with _progress("Building", len(STAGES)) as step:
        done = make_build(settings, publish=publish, fresh=fresh, progress=step)
    if format_ == "json":
        _echo_json(asdict(done))
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


@main.command()
@click.option("--index", type=_FOLDER, help="Folder of builds.")
@_format
def builds(index: Path | None, format_: str) -> None:
    """List the builds on disk, oldest first."""
    from topay_bot.retrieval.index import BuildStore

    store = BuildStore(load_settings(index=index).index)
    current = store.current()
    rows = [{"build": name, "current": name == current} for name in store.builds()]
    if format_ == "json":
        _echo_json(rows)
    else:
        for row in rows:
            click.echo(f"{row['build']}{' (current)' if row['current'] else ''}")


@main.command()
@click.argument("build_id")
@click.option("--index", type=_FOLDER, help="Folder of builds.")
def publish(build_id: str, index: Path | None) -> None:
    """Make BUILD_ID the current build, after verifying it."""
    from topay_bot.retrieval.index import BuildStore

    BuildStore(load_settings(index=index).index).publish(build_id)
    click.echo(f"Build {build_id} is current")


@main.command()
@click.argument("text")
@click.option("--index", type=_FOLDER, help="Folder of builds.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of the answer; detected by default.")
@_format
def ask(text: str, index: Path | None, lang: Any, format_: str) -> None:
    """Ask one question, as a customer would."""
    from topay_bot.bootstrap import open_edition
    from topay_bot.reply import reply_to_json, stateless_reply

    edition = open_edition(load_settings(index=index))
    reply = reply_to_json(stateless_reply(edition, text, lang))
    if format_ == "json":
        _echo_json(reply)
        return
    click.echo(f"{reply['decision']} ({reply['reason']}, confidence {reply['confidence']:.2f})")
    if reply["answer"]:
        click.echo(f"\n{reply['answer']['title']}  [{reply['answer']['article']}]\n\n{reply['answer']['text']}")
    for choice in reply["choices"]:
        click.echo(f"  ? {choice['title']}  [{choice['article']}]  {choice['confidence']:.2f}")
    if reply["handoff"]:
        offered = "a person is offered" if reply["handoff"]["offered"] else "a person comes in"
        click.echo(f"\n-> {offered} ({reply['handoff']['reason']}, priority {reply['handoff']['priority']})")


@main.command("eval")
@click.option("--index", type=_FOLDER, help="Folder of builds.")
@click.option("--cases", type=_FILE, required=True, help="JSON Lines of labelled questions.")
@click.option("--predictions", type=_FILE, help="Write each decision here, as JSON Lines.")
@_format
def eval_(index: Path | None, cases: Path, predictions: Path | None, format_: str) -> None:
    """Measure a build on labelled questions."""
    from topay_bot.bootstrap import open_edition
    from topay_bot.evaluation import evaluate, load_cases

    edition = open_edition(load_settings(index=index))
    loaded = load_cases(cases)
    with _progress("Asking", len(loaded)) as step:
        figures, made = evaluate(edition.answerer.decide, loaded, lambda done: step(""))
    if predictions is not None:
        lines = (json.dumps(p.to_json(), ensure_ascii=False) + "\n" for p in made)
        predictions.write_text("".join(lines), encoding="utf-8")
    result = {"build": edition.id, **figures.to_json()}
    if format_ == "json":
        _echo_json(result)
    else:
        for key, value in result.items():
            click.echo(f"{key:20} {value}")


@main.command()
@click.option("--host", help="Address to serve on.")
@click.option("--port", type=int, help="Port to serve on.")
@click.option("--index", type=_FOLDER, help="Folder of builds.")
@click.option("--knowledge", type=_FOLDER, help="Folder of articles.")
@click.option("--data", type=_FOLDER, help="Folder of the conversations' database.")
def serve(host: str | None, port: int | None, index: Path | None, knowledge: Path | None, data: Path | None) -> None:
    """Serve the chat page and the API."""
    from topay_bot.web.app import run

    run(load_settings(host=host, port=port, index=index, knowledge=knowledge, data=data))


def _echo_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))


class _progress:  # reads as a function where it is used
    """A progress bar on a terminal, nothing elsewhere: `with _progress(label, steps) as step: step("what")`."""

    def __init__(self, label: str, length: int) -> None:
        self._bar: Any = click.progressbar(
            length=length,
            label=label,
            file=sys.stderr,
            item_show_func=lambda item: str(item or ""),
            hidden=not sys.stderr.isatty(),
        )

    def __enter__(self) -> Callable[[str], None]:
        bar = self._bar.__enter__()
        return lambda what: bar.update(1, what)

    def __exit__(self, *error: Any) -> None:
        self._bar.__exit__(*error)
