"""Notifications as e-mails, in Chinese and English, over SMTP."""

from __future__ import annotations

import datetime
import email.utils
import logging
import secrets
import smtplib
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Literal

from topay_bot.desk.outbox import Delivery, DeliveryFailed

_TIMEOUT_SECONDS = 10.0  # of each step of the talk with the server
_log = logging.getLogger(__name__)

Security = Literal["starttls", "tls", "none"]

_SUBJECTS = {
    "handoff": "新的转接 New hand-off",
    "urgent": "【紧急】转接 URGENT hand-off",
    "complaint": "新的投诉或建议 New complaint or suggestion",
    "long_wait": "客户久等 A customer has waited too long",
}
_LINES = (
    ("reference", "受理编号 Reference"),
    ("priority", "优先级 Priority"),
    ("reason", "原因 Reason"),
    ("queue", "队列 Queue"),
    ("waiting_since", "开始等待 Waiting since"),
    ("link", "打开 Open"),
)


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that takes e-mails. Its certificate is verified; `SSL_CERT_FILE` names another authority."""

    host: str
    port: int
    security: Security
    user: str | None = None
    password: str | None = None

    def connect(self) -> AbstractContextManager[smtplib.SMTP]:
        """A connection, secured and signed in as the settings say."""
        if self.security == "tls":
            context = ssl.create_default_context()
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT_SECONDS, context=context)
        else:
            smtp = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_SECONDS)
        try:
            if self.security == "starttls":
                smtp.starttls(context=ssl.create_default_context())
            if self.user is not None:
                smtp.login(self.user, self.password or "")
        except BaseException:
            smtp.close()
            raise
        return smtp


class MailChannel:
    """E-mails to a fixed list of people."""

    def __init__(
        self, sender: str, recipients: Sequence[str], connect: Callable[[], AbstractContextManager[smtplib.SMTP]]
    ) -> None:
        self._sender = sender
        self._recipients = tuple(recipients)
        self._connect = connect

    def send(self, delivery: Delivery) -> None:
        """See outbox.Channel. A message that one of the recipients gets is delivered."""
        self._deliver(self._message(delivery), delivery.id)

    def send_page(self, subject: str, text: str, page: str) -> None:
        """An e-mail that is no notification: plain text, and the same as HTML. Raises DeliveryFailed."""
        message = self._envelope(subject, datetime.datetime.now(datetime.UTC), secrets.token_hex(12))
        message.set_content(text)
        message.add_alternative(page, subtype="html")
        self._deliver(message, subject)

    def _deliver(self, message: EmailMessage, name: str) -> None:
        try:
            with self._connect() as smtp:
                refused = smtp.send_message(message)
        except smtplib.SMTPResponseException as error:
            raise DeliveryFailed(f"the mail server said {error.smtp_code}: {type(error).__name__}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryFailed(f"no talk with the mail server: {type(error).__name__}") from error
        if refused:
            _log.warning("mail: %s was refused for %d of its recipients", name, len(refused))

    def _message(self, delivery: Delivery) -> EmailMessage:
        data: Mapping[str, Any] = delivery.payload["data"]
        subject = f"{_SUBJECTS[delivery.event]} {data['reference']}"
        # The same id at every try, so that a mail program can tell doubles.
        message = self._envelope(subject, delivery.created_at, delivery.id)
        if delivery.event == "urgent":
            message["X-Priority"] = "1"
        lines = [f"{name}: {data[key]}" for key, name in _LINES if key in data]
        message.set_content("\n".join(lines) + "\n")
        return message

    def _envelope(self, subject: str, at: datetime.datetime, key: str) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = f"[TOPAY] {subject}"
        message["From"] = self._sender
        message["To"] = ", ".join(self._recipients)
        message["Date"] = email.utils.format_datetime(at)
        message["Message-ID"] = f"<{key}@{self._sender.rpartition('@')[2] or 'topay-bot'}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's out-of-office answers
        return message
