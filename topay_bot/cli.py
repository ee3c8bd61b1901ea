"""The command line `topay-bot`: its commands are in `commands/`, thin over the floors below. See docs/commands.md."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import click

from topay_bot.commands import (
    agents,
    answers,
    builds,
    digest,
    gaps,
    knowledge,
    labels,
    mapping,
    models,
    replaying,
    serving,
)
from topay_bot.errors import TopayError


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


for _command in (
    knowledge.lint,
    knowledge.import_,
    knowledge.export,
    knowledge.new,
    knowledge.move,
    knowledge.retire,
    builds.build,
    builds.builds,
    builds.publish,
    builds.rollback,
    answers.ask,
    answers.eval_,
    answers.report,
    replaying.replay,
    gaps.gaps,
    digest.digest,
    mapping.map_,
    labels.labels,
    models.tune,
    serving.serve,
    agents.agents,
):
    main.add_command(_command)
