"""The command that sums up how the desk did, to read or to mail."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from topay_bot.commands.shared import FILE, FOLDER, index_option
from topay_bot.errors import ReportError
from topay_bot.settings import load_settings

if TYPE_CHECKING:
    from topay_bot.text import Language

_DAYS = 7


@click.command()
@click.option("--since", help="First day, such as 2026-11-02; by default a week before --until.")
@click.option("--until", help="Last day, counted in; yesterday by default: today is not over.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="Language of the digest.")
@click.option("--html", "html_file", type=FILE, help="Also write it as a page, for mails.")
@click.option("--mail", is_flag=True, help="Also send it to whom the setting mail_to names.")
@click.option("--data", type=FOLDER, help="Folder of the database.")
@index_option
def digest(
    since: str | None,
    until: str | None,
    lang: Language,
    html_file: Path | None,
    mail: bool,
    data: Path | None,
    index: Path | None,
) -> None:
    """Sum up how the desk did last week, beside the week before, as Markdown."""
    from topay_bot.bootstrap.database import read_insights
    from topay_bot.bootstrap.editions import open_edition
    from topay_bot.bootstrap.mailing import mail_page
    from topay_bot.learning import digest as digests
    from topay_bot.learning.insights import DayRange
    from topay_bot.web.studio.insights import categories_of, names_of

    settings = load_settings(data=data, index=index)
    zone = ZoneInfo(settings.time_zone)
    last = _day(until, "--until") or datetime.datetime.now(zone).date() - datetime.timedelta(days=1)
    first = _day(since, "--since") or last - datetime.timedelta(days=_DAYS - 1)
    try:
        days = DayRange(first, last, zone)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--since") from None
    edition = open_edition(settings)
    found, before = (read_insights(settings, one, categories_of(edition)) for one in (days, days.before))
    text = digests.markdown(found, before, names_of(edition, lang))
    click.echo(text)
    heading = digests.title(found, lang)
    page = digests.page(text, heading, lang)
    if mail:
        mail_page(settings, heading, text, page)
    if html_file is not None:
        try:
            html_file.write_text(page, encoding="utf-8")
        except OSError as error:
            raise ReportError(
                f"the digest cannot be written to {html_file}: {error.strerror}; choose another --html"
            ) from error


def _day(text: str | None, option: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise click.BadParameter(f"{text!r} is no day; expected 2026-11-02", param_hint=option) from None
