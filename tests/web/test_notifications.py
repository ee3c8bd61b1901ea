"""From a hand-off on a running application to a real mail server and a real receiver of webhooks."""

from __future__ import annotations

from aiosmtpd.controller import Controller

from tests.desk.inbox import Inbox, free_port
from tests.desk.receiver import SECRET, Receiver
from tests.waiting import wait_until
from tests.web.conftest import MakeClient
from tests.web.talk import STOLEN, Talk


def test_a_hand_off_and_a_long_wait_are_told_to_both(make_client: MakeClient) -> None:
    inbox = Inbox()
    controller = Controller(inbox, "127.0.0.1", free_port())
    controller.start()
    try:
        with Receiver().running() as receiver:
            client = make_client(
                mail_to=["desk@topay.example"], mail_from="bot@topay.example", mail_events=["urgent", "long_wait"],
                smtp_host="127.0.0.1", smtp_port=controller.port, smtp_security="none",
                webhook_urls=[receiver.url], webhook_secrets=[SECRET], public_url="https://desk.example",
                longest_wait_minutes=0.001,
            )  # fmt: skip
            asked = Talk(client)
            asked.post("退款几天能到，我叫王小明")
            reference = asked.ask_person()["handoff"]["reference"]
            urgent = Talk(client).say(STOLEN)["handoff"]["reference"]
            told = {(reference, "handoff"), (urgent, "urgent"), (reference, "long_wait"), (urgent, "long_wait")}
            wait_until(
                lambda: (
                    told <= {(body["data"]["reference"], body["type"]) for _, body in receiver.taken}
                    and len(inbox.messages) >= 3
                )
            )
            subjects = [message["Subject"] for _, message in inbox.messages]
            assert any("URGENT" in subject and urgent in subject for subject in subjects)
            assert any("waited too long" in subject and reference in subject for subject in subjects)
            assert not any("New hand-off" in subject for subject in subjects)  # not asked for by e-mail
            first = next(body for _, body in receiver.taken if body["type"] == "handoff")
            assert first["data"]["link"] == f"https://desk.example/desk#{reference}"
            everything = str(receiver.taken) + "".join(message.get_content() for _, message in inbox.messages)
            assert "王小明" not in everything
            wait_until(lambda: "topay_outbox_pending 0.0" in client.get("/metrics").text)
    finally:
        controller.stop()
