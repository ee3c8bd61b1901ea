"""Settings to e-mails that a command sends."""

from __future__ import annotations

from topay_bot.desk.channels import mail_of
from topay_bot.desk.outbox import DeliveryFailed
from topay_bot.errors import ReportError, SettingsError
from topay_bot.settings import Settings


def mail_page(settings: Settings, subject: str, text: str, page: str) -> None:
    """Send an e-mail to whoever is notified.

    Raises SettingsError when nobody is, ReportError when it does not go out.
    """
    mail = mail_of(settings)
    if mail is None:
        raise SettingsError("mail_to names nobody; set it, with smtp_host and mail_from, to have e-mails sent")
    try:
        mail.send_page(subject, text, page)
    except DeliveryFailed as error:
        raise ReportError(f"the e-mail did not go out: {error}; see smtp_host and the other smtp settings") from error
