"""E-mails to a real SMTP server: plain, STARTTLS, TLS, with a sign-in, refusing, and gone."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.desk.inbox import Inbox, free_port
from tests.desk.outbox_rows import AT, notification
from tests.requirements import require
from topay_bot.chat.model import Event
from topay_bot.desk.mail import MailChannel, MailServer
from topay_bot.desk.outbox import Delivery, DeliveryFailed

SENDER, PEOPLE = "TOPAY 客服 <desk@topay.example>", ["a@topay.example", "b@topay.example"]


def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=(data.login, data.password) == (b"desk", b"hunter2"), handled=False)


Start = Callable[..., tuple[Inbox, int]]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    require(which("openssl"), "openssl", "apt-get install openssl")
    folder = tmp_path_factory.mktemp("tls")
    key, made = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", made],
        check=True, capture_output=True,
    )  # fmt: skip
    return key, made


@pytest.fixture
def start(certificate: tuple[Path, Path]) -> Iterator[Start]:
    key, made = certificate
    with ExitStack() as stack:

        def begin(security: str = "none", sign_in: bool = False) -> tuple[Inbox, int]:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(made, key)
            inbox = Inbox()
            options: dict[str, Any] = {"authenticator": authenticate, "auth_required": sign_in}
            if security == "starttls":
                options |= {"tls_context": context, "require_starttls": True}
            else:
                options |= {"auth_require_tls": False}
            controller = Controller(
                inbox, "127.0.0.1", 0, ssl_context=context if security == "tls" else None, **options
            )
            controller.port = free_port()
            controller.start()
            stack.callback(controller.stop)
            return inbox, controller.port

        yield begin


def delivery(event: Event = Event.HANDOFF) -> Delivery:
    made = notification("mail", event)
    return Delivery(made.id, made.event, made.payload, 1, AT)


def channel(port: int, **server: Any) -> MailChannel:
    given = {"security": "none", **server}
    return MailChannel(SENDER, PEOPLE, MailServer("127.0.0.1", port, **given).connect)


def test_what_an_e_mail_says(start: Start) -> None:
    inbox, port = start()
    sent = delivery(Event.URGENT)
    channel(port).send(sent)
    ((people, message),) = inbox.messages
    assert people == PEOPLE
    assert message["Subject"] == "[TOPAY] 【紧急】转接 URGENT hand-off H-7K3M-9QXT"
    assert message["From"] == SENDER
    assert message["X-Priority"] == "1"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == f"<{sent.id}@topay.example>"
    assert message["Date"].datetime == AT
    text = message.get_content()
    assert "受理编号 Reference: H-7K3M-9QXT" in text
    assert "队列 Queue: general-zh" in text
    assert "打开 Open: https://desk.example/desk#H-7K3M-9QXT" in text


@pytest.mark.parametrize("event", list(Event))
def test_every_event_has_its_subject(start: Start, event: Event) -> None:
    inbox, port = start()
    channel(port).send(delivery(event))
    assert "H-7K3M-9QXT" in inbox.messages[0][1]["Subject"]


# aiosmtpd does not know that its connection is secure when it was so from the first byte.
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_secured_connection_with_a_sign_in(
    start: Start, security: str, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, port = start(security, sign_in=True)
    server = {"security": security, "user": "desk", "password": "hunter2"}
    with pytest.raises(DeliveryFailed, match="SSLCertVerificationError"):  # nobody vouches for it
        channel(port, **server).send(delivery())
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    channel(port, **server).send(delivery())
    assert len(inbox.messages) == 1
    with pytest.raises(DeliveryFailed, match="the mail server said 535") as failed:
        channel(port, **{**server, "password": "wrong-one"}).send(delivery())
    assert "wrong-one" not in str(failed.value)


def test_a_server_without_starttls_is_not_spoken_to_in_the_clear(start: Start) -> None:
    inbox, port = start()
    with pytest.raises(DeliveryFailed, match="SMTPNotSupportedError"):
        channel(port, security="starttls").send(delivery())
    assert inbox.messages == []


def test_refusals_and_absence_are_failures(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    inbox, port = start()
    inbox.busy = True
    with pytest.raises(DeliveryFailed, match="the mail server said 451"):
        channel(port).send(delivery())
    inbox.busy = False
    inbox.unknown = {PEOPLE[0]}
    channel(port).send(delivery())  # the other one has it
    assert inbox.messages[0][0] == PEOPLE[1:]
    assert "refused for 1 of its recipients" in caplog.text
    assert PEOPLE[0] not in caplog.text
    inbox.unknown = set(PEOPLE)
    with pytest.raises(DeliveryFailed, match="SMTPRecipientsRefused"):
        channel(port).send(delivery())
    with pytest.raises(DeliveryFailed, match="ConnectionRefusedError"):
        channel(free_port()).send(delivery())
