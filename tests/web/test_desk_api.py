"""The agents' API over a real index and a real database: what the console does."""

from __future__ import annotations

from starlette.testclient import TestClient

from tests.web.desk import AgentAt
from tests.web.talk import STOLEN, Talk, authors


def test_a_conversations_way_through_the_desk(client: TestClient) -> None:
    li, talk = AgentAt(client), Talk(client)
    reference = talk.say(STOLEN)["handoff"]["reference"]
    summary = next(one for one in li.listed()["items"] if one["id"] == talk.id)
    assert (summary["reference"], summary["priority"], summary["queue"]) == (reference, "urgent", "security-zh")
    assert li.do("claim", talk.id)["agent"] == {"id": li.id, "name": li.name}
    li.say(talk.id, "您好，我来处理。")
    assert talk.read()["agent"] == {"name": li.name}
    assert li.do("resolve", talk.id)["state"] == "resolved"
    assert authors(talk.say("退款几天能到")) == ["customer", "bot"]
    assert li.do("reopen", talk.id)["reference"] == reference
    assert li.do("give-back", talk.id)["state"] == "pending"
    told = [message.get("kind") for message in talk.read()["messages"] if message["author"] in ("agent", "system")]
    assert told == ["handoff", "joined", "reply", "resolved", "reopened", "returned"]
