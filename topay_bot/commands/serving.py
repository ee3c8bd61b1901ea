"""The command that serves the desk."""

from __future__ import annotations

from pathlib import Path

import click

from topay_bot.commands.shared import FOLDER, index_option
from topay_bot.settings import load_settings


@click.command()
@click.option("--host", help="Address to serve on.")
@click.option("--port", type=int, help="Port to serve on.")
@index_option
@click.option("--knowledge", type=FOLDER, help="Folder of articles.")
@click.option("--workers", type=int, help="Processes that serve on the port.")
@click.option("--watch", is_flag=True, help="For editors: answer from the folder of articles as it is written.")
@click.option("--data", type=FOLDER, help="Folder of the conversations' database.")
@click.option("--demo", is_flag=True, help="Serve a demonstration shop with the widget too, on the next port.")
@click.option("--demo-port", type=click.IntRange(1, 65535), help="Port of the shop.")
def serve(
    host: str | None,
    port: int | None,
    index: Path | None,
    knowledge: Path | None,
    workers: int | None,
    watch: bool,
    data: Path | None,
    demo: bool,
    demo_port: int | None,
) -> None:
    """Serve the chat page and the API."""
    from topay_bot.web.server import run

    settings = load_settings(host=host, port=port, index=index, knowledge=knowledge, workers=workers, data=data)
    if watch and (demo or (workers or 1) > 1):
        raise click.UsageError("--watch is one process for one editor; leave out --workers and --demo")
    if not demo:
        run(settings, watch=watch)
        return
    from topay_bot.web.widget.demo import serving_shop

    with serving_shop(settings, demo_port or settings.port + 1) as (shop, with_shop):
        click.echo(f"demonstration shop at {shop}/", err=True)
        run(with_shop)
