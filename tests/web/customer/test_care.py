"""The service rules over the API, as customers and supervisors meet them."""

from __future__ import annotations

import datetime
import itertools
import re
from typing import Any

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from tests.web.conftest import MakeClient
from tests.web.desk import AgentAt
from tests.web.talk import REFUND, STOLEN, Talk, is_problem, stored_bytes
from topay_bot.desk.agents import Role
from topay_bot.web.customer import care_schemas as schemas
from topay_bot.web.customer.schemas import ExchangeGiven

C = re.compile(r"C-[2-9A-HJ-KMNP-Z]{4}-[2-9A-HJ-KMNP-Z]{4}")
COMPLAINT = "昨天退款被拒，客服态度很差，我要书面答复。"
_keys = itertools.count(1)


def call(talk: Talk, what: str, **body: Any) -> Any:
    return talk.client.post(f"{talk.path}/{what}", json=body, headers=talk.headers)


def file(talk: Talk, text: str = COMPLAINT, kind: str = "complaint", **more: Any) -> dict[str, Any]:
    response = call(talk, "case", kind=kind, text=text, client_id=more.pop("client_id", f"f{next(_keys)}"), **more)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    schemas.FiledGiven.model_validate(body)
    return body


def waiting(talk: Talk) -> dict[str, Any]:
    response = talk.client.get(f"{talk.path}/waiting", headers=talk.headers)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    schemas.WaitingGiven.model_validate(body)
    return body


@pytest.fixture(scope="module")
def supervisor(client: TestClient) -> AgentAt:
    return AgentAt(client, None, Role.AGENT, Role.OPERATOR)


class TestCases:
    def test_a_complaint_is_a_hand_off_under_one_number(self, talk: Talk) -> None:
        filed = file(talk)
        said, notice = filed["messages"]
        assert (said["author"], said["kind"], said["text"]) == ("customer", "case", COMPLAINT)
        assert C.fullmatch(filed["reference"])
        assert filed["reference"] == notice["reference"] == filed["handoff"]["reference"]
        assert (notice["kind"], notice["case"]) == ("handoff", {"kind": "complaint", "state": "received"})
        assert filed["reference"] in notice["text"]
        assert filed["state"] == "open"
        assert (filed["handoff"]["reason"], filed["handoff"]["priority"]) == ("complaint", "high")

    def test_the_same_form_sent_twice_is_one_case(self, talk: Talk, supervisor: AgentAt) -> None:
        first = file(talk, client_id="form")
        assert file(talk, client_id="form") == first
        listed = supervisor.get("cases").json()
        assert [one["conversation"] for one in listed].count(talk.id) == 1

    def test_a_case_filed_while_a_person_has_the_conversation(self, talk: Talk, supervisor: AgentAt) -> None:
        handoff = talk.ask_person()["handoff"]
        filed = file(talk, "the agent was rude to me", contact="me@example.com")
        assert filed["reference"] != handoff["reference"]
        assert filed["messages"][-1]["kind"] == "case"
        assert filed["handoff"] == handoff | {"reason": "complaint"}
        assert "on record" in filed["messages"][-1]["text"]
        left = supervisor.get(f"conversations/{talk.id}/contacts").json()
        TypeAdapter(list[schemas.ContactGiven]).validate_python(left)
        assert [one["contact"] for one in left] == ["me@example.com"]

    def test_a_suggestion_waits_behind_everything_else(self, talk: Talk) -> None:
        filed = file(talk, "希望账单能按月分类", "suggestion")
        assert (filed["handoff"]["priority"], filed["messages"][-1]["case"]["kind"]) == ("low", "suggestion")

    def test_its_progress_is_told_in_any_wording_and_language(self, client: TestClient, supervisor: AgentAt) -> None:
        reference = file(Talk(client))["reference"]
        small = reference.lower().replace("-", " ")
        for text, language in (
            (f"我的投诉处理到哪了 {reference}", "zh"),
            (f"{reference}到哪一步了？", "zh"),
            (f"投诉{small}有结果了吗", "zh"),
            (f"where is my complaint {reference}", "en"),
            (f"any news on {small}?", "en"),
            (reference, "zh"),
        ):
            asked = Talk(client).say(text)
            (answer,) = asked["messages"][1:]
            assert (answer["author"], answer["kind"], answer["reference"]) == ("bot", "case", reference), text
            assert (answer["language"], answer["case"]["state"]) == (language, "received"), text
            assert asked["state"] == "pending"
        change = supervisor.post(f"cases/{reference}", {"state": "in_progress"})
        assert change.json()["state"] == "in_progress"
        assert "处理中" in Talk(client).say(f"查一下 {reference}")["messages"][1]["text"]

    def test_an_answer_reaches_the_customer_twice(self, talk: Talk, supervisor: AgentAt) -> None:
        reference = file(talk)["reference"]
        last = talk.read()["messages"][-1]["seq"]
        given = supervisor.post(f"cases/{reference}", {"state": "answered", "answer": "已退款，并向您致歉。"})
        schemas.CaseGiven.model_validate(given.json())
        (told,) = talk.read(last)["messages"]
        assert (told["author"], told["kind"], told["case"]["state"]) == ("system", "case", "answered")
        assert "已退款，并向您致歉。" in told["text"]
        seen = talk.client.get(f"/v1/cases/{reference.lower()}").json()
        assert (seen["state"], seen["answer"]) == ("answered", "已退款，并向您致歉。")
        assert COMPLAINT not in str(seen)

    def test_whoever_wants_a_person_gets_one_whatever_the_number(self, client: TestClient) -> None:
        reference = file(Talk(client))["reference"]
        assert Talk(client).say(f"转人工 {reference}")["state"] == "open"

    def test_a_number_that_is_none(self, client: TestClient) -> None:
        asked = Talk(client).say("投诉 C-2222-2222 怎么样了")
        assert (asked["messages"][1]["kind"], asked["messages"][1]["reference"]) == ("case", "C-2222-2222")
        assert "case" not in asked["messages"][1]
        is_problem(client.get("/v1/cases/C-2222-2222"), 404, "case-not-found")
        is_problem(client.get("/v1/cases/%F0%9F%98%80"), 404, "case-not-found")

    def test_supervisors_changes_are_checked(self, talk: Talk, supervisor: AgentAt) -> None:
        reference = file(talk)["reference"]
        for bad in (
            {"state": "received"},
            {"state": "answered"},
            {"state": "answered", "answer": " "},
            {"state": "in_progress", "answer": "x"},
        ):
            is_problem(supervisor.post(f"cases/{reference}", bad), 422, "bad-message")
        is_problem(supervisor.post("cases/C-2222-2222", {"state": "in_progress"}), 404, "case-not-found")

    def test_the_bot_hears_a_complaint_and_offers_the_form(self, talk: Talk, make_client: MakeClient) -> None:
        heard = Talk(make_client(complaint_articles=["complaint"])).say("我要投诉")
        assert [message.get("form") for message in heard["messages"]] == [None, "complaint", None]
        assert heard["handoff"]["reason"] == "complaint"
        elsewhere = talk.say("我要投诉")
        assert elsewhere["handoff"]["reason"] == "policy"


class TestNobodyThere:
    def test_the_customer_is_told_when_people_are_back(self, make_client: MakeClient) -> None:
        at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=2)
        opens = f"{at:%H}:00-{at + datetime.timedelta(minutes=59):%H:%M}"
        client = make_client(opening_hours=f"Mo-Su {opens}", time_zone="UTC")
        AgentAt(client)
        talk = Talk(client)
        handed = talk.ask_person()
        notice = handed["messages"][-1]
        assert notice["away"] is True
        assert handed["handoff"]["reference"] in notice["text"]
        assert f"{at:%H}:00（UTC+0）" in notice["text"]
        assert "400-123-0000" in notice["text"]
        told = waiting(talk)
        assert (told["open"], told["position"], told["estimate_seconds"]) == (False, 1, None)
        assert datetime.datetime.fromisoformat(told["opens_at"]).hour == at.hour

    def test_nobody_signed_in(self, make_client: MakeClient) -> None:
        client = make_client()
        talk = Talk(client, "en")
        notice = talk.ask_person()["messages"][-1]
        assert "No colleague is online" in notice["text"]
        assert notice["away"] is True
        told = waiting(talk)
        assert (told["open"], told["opens_at"], told["agents_online"]) == (True, None, 0)
        AgentAt(client)
        assert "away" not in Talk(client, "en").ask_person()["messages"][-1]

    def test_an_emergency_is_told_not_to_wait(self, make_client: MakeClient) -> None:
        notice = Talk(make_client()).say(STOLEN)["messages"][-1]
        assert (notice["reason"], notice["away"]) == ("urgent", True)
        assert "不要等我们回复" in notice["text"]

    def test_a_contact_is_for_agents_only(self, make_client: MakeClient) -> None:
        client = make_client()
        talk = Talk(client)
        reference = talk.ask_person()["handoff"]["reference"]
        left = call(talk, "contact", contact="13800138000", text="请明天上午打给我", client_id="c1").json()
        ExchangeGiven.model_validate(left)
        assert [message.get("kind") for message in left["messages"]] == ["contact", "contact"]
        assert reference in left["messages"][-1]["text"]
        assert "13800138000" not in str(talk.read())
        agent = AgentAt(client)
        assert [one["contact"] for one in agent.get(f"conversations/{talk.id}/contacts").json()] == ["13800138000"]
        assert call(talk, "contact", contact="13800138000", text="请明天上午打给我", client_id="c1").json() == left

    def test_a_contact_alone_asks_for_a_person(self, talk: Talk) -> None:
        talk.say(REFUND)
        left = call(talk, "contact", contact="me@example.com", client_id="c1").json()
        assert left["state"] == "open"
        assert left["handoff"]["reference"] in left["messages"][-1]["text"]

    @pytest.mark.parametrize("contact", ["", "  ", "ab", "x" * 201, "a\nb c"])
    def test_a_contact_that_is_none(self, talk: Talk, contact: str) -> None:
        response = call(talk, "contact", contact=contact, client_id="c1")
        assert response.status_code == 422

    def test_the_place_in_the_queue(self, make_client: MakeClient) -> None:
        client = make_client()
        talks = [Talk(client) for _ in range(3)]
        for talk in talks[:2]:
            talk.ask_person()
        talks[2].say(STOLEN)
        assert [waiting(talk)["position"] for talk in talks] == [2, 3, 1]
        assert waiting(Talk(client))["position"] is None
        is_problem(client.get(f"{talks[0].path}/waiting"), 401, "token-refused")


class TestRatings:
    def test_after_a_person_and_after_the_bot(self, talk: Talk, supervisor: AgentAt) -> None:
        talk.say(REFUND)
        rated = call(talk, "rating", stars=4)
        assert rated.json() == {"stars": 4, "about": "bot"}
        talk.ask_person()
        assert call(talk, "rating", stars=4).json()["about"] == "bot"  # no person came yet
        supervisor.say(talk.id, "您好")
        supervisor.do("resolve", talk.id)
        rated = call(talk, "rating", stars=1, comment="一直没解决，卡号 6222021234567890128")
        assert rated.json() == {"stars": 1, "about": "agent"}
        schemas.RatingGiven.model_validate(rated.json())
        (low,) = [one for one in supervisor.get("ratings").json() if one["conversation"] == talk.id]
        schemas.ListedRatingGiven.model_validate(low)
        assert (low["agent"], low["stars"], low["comment"]) == (supervisor.name, 1, "一直没解决，卡号 [card]")

    def test_a_rating_can_be_changed(self, talk: Talk, supervisor: AgentAt) -> None:
        talk.say(REFUND)
        for stars in (1, 5):
            call(talk, "rating", stars=stars)
        mine = [one for one in supervisor.get("ratings", low=False).json() if one["conversation"] == talk.id]
        assert [one["stars"] for one in mine] == [5]

    def test_a_low_one_is_followed_up_once(self, talk: Talk, supervisor: AgentAt, client: TestClient) -> None:
        talk.say(REFUND)
        call(talk, "rating", stars=2)
        (low,) = [one for one in supervisor.get("ratings").json() if one["conversation"] == talk.id]
        done = supervisor.post(f"ratings/{low['id']}/followed-up").json()
        schemas.ListedRatingGiven.model_validate(done)
        assert done["followed_up_by"] == supervisor.name
        other = AgentAt(client, None, Role.OPERATOR)
        assert other.post(f"ratings/{low['id']}/followed-up").json() == done
        assert low["id"] not in {one["id"] for one in supervisor.get("ratings").json()}
        assert low["id"] in {one["id"] for one in supervisor.get("ratings", followed_up=True).json()}
        call(talk, "rating", stars=1)  # worse still: somebody should talk to them again
        assert low["id"] in {one["id"] for one in supervisor.get("ratings").json()}

    def test_what_cannot_be_rated(self, talk: Talk, client: TestClient) -> None:
        is_problem(call(talk, "rating", stars=3), 422, "bad-message")
        talk.say(REFUND)
        is_problem(call(talk, "rating", stars=0), 422, "invalid-request")
        is_problem(call(talk, "rating", stars=6), 422, "invalid-request")
        is_problem(call(talk, "rating", stars=3, about="agent"), 422, "bad-message")
        is_problem(client.post(f"{talk.path}/rating", json={"stars": 3}), 401, "token-refused")

    def test_ratings_are_for_supervisors(self, client: TestClient) -> None:
        agent = AgentAt(client)
        is_problem(agent.get("ratings"), 403, "not-allowed")
        is_problem(agent.post("ratings/x/followed-up"), 403, "not-allowed")
        is_problem(client.get("/v1/desk/cases"), 401, "sign-in-needed")
        supervisor = AgentAt(client, None, Role.OPERATOR)
        is_problem(supervisor.post("ratings/nobody/followed-up"), 404, "rating-not-found")


def test_secrets_in_a_complaint_are_masked_before_they_are_stored(make_client: MakeClient, tmp_path: Any) -> None:
    client = make_client(data=tmp_path)
    filed = file(Talk(client), "密码是Tr0ub4dor，被人改了", client_id="x")
    assert "masked" in [message.get("kind") for message in filed["messages"]]
    assert b"Tr0ub4dor" not in stored_bytes(tmp_path)


def test_what_is_not_delivered_is_shown_to_whoever_watches(make_client: MakeClient) -> None:
    client = make_client(
        webhook_urls=["http://127.0.0.1:9/"], webhook_secrets=["whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
    )
    assert "topay_outbox_pending 0.0" in client.get("/metrics").text
    Talk(client).ask_person()
    text = client.get("/metrics").text
    assert "topay_outbox_pending 1.0" in text
    assert "topay_outbox_failed 0.0" in text
