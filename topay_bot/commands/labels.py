"""The command that turns agents' labels, once an editor has accepted them, into evaluation cases."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from topay_bot.commands.shared import FILE, FOLDER
from topay_bot.errors import CasesError
from topay_bot.settings import load_settings

_data = click.option("--data", type=FOLDER, help="Folder of the conversations' database.")


@click.group()
def labels() -> None:
    """What agents said was right; editors accept or reject it at /studio/labels."""


@labels.command()
@click.option("--out", type=FILE, required=True, help="The file for the cases, JSON Lines.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Only questions in this language.")
@_data
def export(out: Path, lang: str | None, data: Path | None) -> None:
    """Write the accepted labels as cases for `eval --cases`, the newest first."""
    from topay_bot.bootstrap.database import learning_store
    from topay_bot.desk.reviewing import Verdict
    from topay_bot.learning.cases import MOST, cases_jsonl

    with learning_store(load_settings(data=data)) as store:
        accepted = store.labelled_replies(Verdict.ACCEPTED, MOST)
        pending = len(store.labelled_replies(None, MOST))
    wanted = [one for one in accepted if lang in (None, one.language)]
    if not wanted:
        raise CasesError(f"no label is accepted{f' in {lang}' if lang else ''}; {pending} wait at /studio/labels")
    text = cases_jsonl(wanted)
    try:
        out.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CasesError(f"{out} cannot be written: {error.strerror}") from None
    counts = Counter(one.language for one in wanted)
    shown = ", ".join(f"{count} {language}" for language, count in sorted(counts.items()))
    click.echo(f"wrote {out}: {len(text.splitlines())} cases of {len(wanted)} labels ({shown}); {pending} wait")
