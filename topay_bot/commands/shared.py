"""What commands share: kinds of options, output for machines, and a progress bar."""

from __future__ import annotations

import datetime
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from topay_bot.settings import PROGRESS_LINES, Settings

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
index_option = click.option("--index", type=FOLDER, help="Folder of builds.")
format_option = click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", help="json for machines."
)


def echo_json(value: Any) -> None:
    """One JSON document on a line of its own."""
    click.echo(json.dumps(value, ensure_ascii=False))


def moment(text: str, settings: Settings) -> datetime.datetime:
    """A day or time that `--since` gives, in the desk's time zone unless it names another."""
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no date; expected 2026-11-01 or 2026-11-01T18:00", param_hint="--since"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(settings.time_zone))


class progress_bar:  # reads as a function where it is used
    """A progress bar on a terminal, nothing elsewhere: `with progress_bar(label, steps) as step: step("what")`.

    For a program that asks for it, lines of "done of all" on the standard error stream, a hundred at most.
    """

    def __init__(self, label: str, length: int) -> None:
        self._length = length
        self._bar: Any = click.progressbar(
            length=length,
            label=label,
            file=sys.stderr,
            item_show_func=lambda item: str(item or ""),
            hidden=not sys.stderr.isatty(),
        )

    def __enter__(self) -> Callable[[str], None]:
        bar = self._bar.__enter__()
        if not os.environ.get(PROGRESS_LINES):
            return lambda what: bar.update(1, what)
        done = 0

        def step(what: str) -> None:
            nonlocal done
            done += 1
            if done % max(1, self._length // 100) == 0:
                click.echo(f"{done} of {self._length}", err=True)

        return step

    def __exit__(self, *error: Any) -> None:
        self._bar.__exit__(*error)
