from __future__ import annotations

import datetime
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.desk.outbox_rows import AT, notification
from tests.desk.receiver import OTHER_SECRET, SECRET, Receiver
from topay_bot.desk.outbox import Delivery, DeliveryFailed
from topay_bot.desk.webhooks import WebhookChannel, channel_name


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().running() as running:
        yield running


def delivery() -> Delivery:
    made = notification("hook")
    return Delivery(made.id, made.event, made.payload, 1, AT)


def test_a_receiver_can_verify_what_it_gets(receiver: Receiver) -> None:
    sent = delivery()
    WebhookChannel(receiver.url, [SECRET]).send(sent)
    assert receiver.taken == [(sent.id, sent.payload)]
    assert sent.payload["type"] == "handoff"
    assert sent.payload["timestamp"] == AT.isoformat()
    assert sent.payload["data"] == {
        "reference": "H-7K3M-9QXT",
        "reason": "asked",
        "priority": "normal",
        "queue": "general-zh",
        "language": "zh",
        "waiting_since": AT.isoformat(),
        "link": "https://desk.example/desk#H-7K3M-9QXT",
    }


@pytest.mark.parametrize("known", [SECRET, OTHER_SECRET])
def test_during_a_rotation_either_secret_opens_it(receiver: Receiver, known: str) -> None:
    receiver.secret = known
    WebhookChannel(receiver.url, [OTHER_SECRET, SECRET]).send(delivery())
    assert len(receiver.taken) == 1


def test_another_secret_is_refused(receiver: Receiver) -> None:
    with pytest.raises(DeliveryFailed, match="answered with 401"):
        WebhookChannel(receiver.url, [OTHER_SECRET]).send(delivery())
    assert receiver.refused == ["No matching signature found"]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 410, 429, 500, 503])
def test_only_2xx_is_delivered(receiver: Receiver, status: int) -> None:
    receiver.answers = [status]
    with pytest.raises(DeliveryFailed, match=f"answered with {status}") as failed:
        WebhookChannel(receiver.url, [SECRET]).send(delivery())
    assert failed.value.final == (status == 410)
    assert len(receiver.taken) == 1  # no redirect was followed


def test_a_receiver_that_does_not_answer_is_given_up_after_the_time_out() -> None:
    hold = threading.Event()
    with (
        Receiver(hold=hold).running() as slow,
        pytest.raises(DeliveryFailed, match="no answer: ReadTimeout") as failed,
    ):
        WebhookChannel(slow.url, [SECRET], timeout_seconds=0.05).send(delivery())
    assert "hidden" not in str(failed.value)


def test_nobody_there_and_no_such_name() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    for address in (url, "http://nowhere.invalid/", "http://[broken/"):
        with pytest.raises(DeliveryFailed, match="no answer: "):
            WebhookChannel(address, [SECRET]).send(delivery())


def test_the_name_of_a_channel_tells_nothing_of_its_address() -> None:
    name = channel_name("https://hooks.example/T0KEN")
    assert name == channel_name("https://hooks.example/T0KEN") != channel_name("https://hooks.example/OTHER")
    assert "T0KEN" not in name
    assert len(name) <= 80


def test_the_timestamp_is_of_the_try_and_not_of_the_event(receiver: Receiver) -> None:
    # Receivers refuse what is older than five minutes; the event may be hours old.
    old = delivery()
    assert datetime.datetime.now(datetime.UTC) - old.created_at != datetime.timedelta(0)
    WebhookChannel(receiver.url, [SECRET]).send(old)
    assert receiver.refused == []
