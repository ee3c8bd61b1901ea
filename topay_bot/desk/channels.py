"""Settings to ways out of the house: who is told of what, and who carries it."""

from __future__ import annotations

from topay_bot.chat.model import Event
from topay_bot.chat.notifying import Notifier
from topay_bot.desk.mail import MailChannel, MailServer
from topay_bot.desk.outbox import Channel, Courier, OutboxStore
from topay_bot.settings import Settings

MAIL = "mail"


def notifier_of(settings: Settings) -> Notifier:
    """Which channels hear of which events."""
    wanted: dict[Event, list[str]] = {event: [] for event in Event}
    if settings.mail_to:
        for event in settings.mail_events:
            wanted[Event(event)].append(MAIL)
    for name in _webhook_urls(settings):
        for event in settings.webhook_events:
            wanted[Event(event)].append(name)
    return Notifier({event: tuple(names) for event, names in wanted.items()}, settings.public_url)


def couriers_of(settings: Settings, store: OutboxStore) -> list[Courier]:
    """One courier for each channel."""
    channels: dict[str, Channel] = {}
    if (mail := mail_of(settings)) is not None:
        channels[MAIL] = mail
    urls = _webhook_urls(settings)
    if urls:
        from topay_bot.desk.webhooks import WebhookChannel

        secrets = [secret.get_secret_value() for secret in settings.webhook_secrets]
        channels |= {name: WebhookChannel(url, secrets) for name, url in urls.items()}
    return [Courier(name, channel, store, tries=settings.notify_tries) for name, channel in channels.items()]


def mail_of(settings: Settings) -> MailChannel | None:
    """E-mails to whoever is notified; None where nobody is."""
    if not settings.mail_to:
        return None
    assert settings.smtp_host is not None  # the settings saw to it
    assert settings.mail_from is not None
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
    server = MailServer(settings.smtp_host, settings.smtp_port, settings.smtp_security, settings.smtp_user, password)
    return MailChannel(settings.mail_from, settings.mail_to, server.connect)


def _webhook_urls(settings: Settings) -> dict[str, str]:
    """The webhooks by their names in the outbox."""
    if not settings.webhook_urls:
        return {}
    from topay_bot.desk.webhooks import channel_name  # here: it brings an HTTP client, which most servers need not load

    urls = [url.get_secret_value() for url in settings.webhook_urls]
    return {channel_name(url): url for url in urls}
