"""The command line `topay-bot`: its commands are in `commands/`, thin over the floors below. See docs/commands.md."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, NoReturn

import click

from topay_bot.errors import TopayError

# Command -> where it is written. A module is imported when its command is wanted: one question need not wait for
# what a server, a build or the agents' passwords need.
_COMMANDS = {
    "lint": "knowledge.lint",
    "import": "knowledge.import_",
    "export": "knowledge.export",
    "new": "knowledge.new",
    "move": "knowledge.move",
    "retire": "knowledge.retire",
    "build": "builds.build",
    "builds": "builds.builds",
    "publish": "builds.publish",
    "rollback": "builds.rollback",
    "ask": "answers.ask",
    "eval": "answers.eval_",
    "report": "answers.report",
    "replay": "replaying.replay",
    "gaps": "gaps.gaps",
    "digest": "digest.digest",
    "map": "mapping.map_",
    "labels": "labels.labels",
    "tune": "models.tune",
    "serve": "serving.serve",
    "agents": "agents.agents",
}


class _Commands(click.Group):
    """Errors raised on purpose become one clear message and exit code 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(".")
        command: click.Command = getattr(import_module(f"topay_bot.commands.{module}"), name)
        return command

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
