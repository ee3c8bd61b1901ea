"""The command that draws the coverage map."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from topay_bot.commands.shared import FOLDER, echo_json, format_option, index_option
from topay_bot.settings import load_settings


@click.command("map")
@index_option
@click.option("--data", type=FOLDER, help="Folder of the conversations' database.")
@format_option
def map_(index: Path | None, data: Path | None, format_: str) -> None:
    """Lay out articles and the gaps last found in the plane, near one another where they mean the same."""
    from topay_bot.bootstrap.database import learning_store
    from topay_bot.bootstrap.editions import open_edition
    from topay_bot.learning.findings import Findings
    from topay_bot.learning.mapping import draw_map

    settings = load_settings(index=index, data=data)
    edition = open_edition(settings)
    with learning_store(settings) as store:
        kept = store.gap_list().found
    places = draw_map(edition, None if kept is None else Findings.from_json(kept))
    if format_ == "json":
        echo_json({"build": edition.id, "places": [asdict(place) for place in places]})
        return
    for place in places:
        click.echo(f"{place.x:.4f}  {place.y:.4f}  {place.article or place.gap}")
