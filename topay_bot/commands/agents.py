"""The command for the people at the desk. A password is typed or piped, never an argument: others see arguments."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from topay_bot.bootstrap.database import open_agents
from topay_bot.commands.printing import table
from topay_bot.commands.shared import FOLDER, echo_json, format_option
from topay_bot.desk.agents import MIN_PASSWORD_CHARS, Agent, Role
from topay_bot.desk.signing import SignIn
from topay_bot.errors import BadAgent
from topay_bot.knowledge.article import LANGUAGES
from topay_bot.settings import load_settings
from topay_bot.text import Language

_data = click.option("--data", type=FOLDER, help="Folder of the conversations' database.")
_piped = click.option("--password-stdin", is_flag=True, help="Read the password from standard input, one line.")


@click.group()
def agents() -> None:
    """The people at the desk: who may sign in at /desk."""


@agents.command()
@click.argument("name")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice([role.value for role in Role]), default=[Role.AGENT.value],
    show_default=True, help="What the agent may do; may be given again.",
)  # fmt: skip
@click.option(
    "--language", "languages", multiple=True, type=click.Choice([*LANGUAGES]), default=[*LANGUAGES],
    show_default=True, help="What the agent speaks; may be given again.",
)  # fmt: skip
@_piped
@_data
def add(
    name: str, roles: tuple[str, ...], languages: tuple[Language, ...], password_stdin: bool, data: Path | None
) -> None:
    """Add an agent; NAME signs in, and is what customers see."""
    sign_in = _sign_in(data)
    agent = sign_in.add(name, _password(password_stdin), map(Role, roles), languages)
    click.echo(f"{agent.name} can sign in at /desk now ({', '.join(sorted(agent.roles))})")


@agents.command("list")
@format_option
@_data
def list_(format_: str, data: Path | None) -> None:
    """List all agents, the disabled too."""
    sign_in = _sign_in(data)
    found = sign_in.agents()
    online = {agent.id for agent in sign_in.online()}
    if format_ == "json":
        echo_json([_to_json(agent, agent.id in online) for agent in found])
        return
    if not found:
        click.echo("no agents yet; add one with `topay-bot agents add NAME`")
        return
    rows = [
        [agent.name, ",".join(sorted(agent.roles)), ",".join(agent.languages), _status(agent, agent.id in online)]
        for agent in found
    ]
    for line in table(["name", "roles", "languages", "status"], rows):
        click.echo(line)


@agents.command()
@click.argument("name")
@click.option("--undo", is_flag=True, help="Let the agent sign in again.")
@_data
def disable(name: str, undo: bool, data: Path | None) -> None:
    """Let an agent sign in no more, and end what sessions there are."""
    _sign_in(data).set_disabled(name, not undo)
    click.echo(f"{name} can sign in again" if undo else f"{name} can sign in no more, and was signed out")


@agents.command()
@click.argument("name")
@_piped
@_data
def password(name: str, password_stdin: bool, data: Path | None) -> None:
    """Give an agent another password, and end what sessions there are."""
    sign_in = _sign_in(data)
    sign_in.set_password(name, _password(password_stdin))
    click.echo(f"{name} signs in with the new password from now on")


def _sign_in(data: Path | None) -> SignIn:
    return open_agents(load_settings(data=data))


def _password(piped: bool) -> str:
    if piped:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise BadAgent("there is no terminal to type a password at; pipe it in with --password-stdin")
    label = f"Password (at least {MIN_PASSWORD_CHARS} characters)"
    typed: str = click.prompt(label, hide_input=True, confirmation_prompt="The same again")
    return typed


def _status(agent: Agent, online: bool) -> str:
    if agent.disabled:
        return "disabled"
    return "online" if online else "away"


def _to_json(agent: Agent, online: bool) -> dict[str, Any]:
    return {
        "id": agent.id,
        "name": agent.name,
        "roles": sorted(agent.roles),
        "languages": list(agent.languages),
        "status": _status(agent, online),
        "created_at": agent.created_at.isoformat(),
    }
