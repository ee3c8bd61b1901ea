"""What agents do to conversations, and what becomes of those whom nobody answers."""

from __future__ import annotations

import datetime

import pytest
import sqlalchemy as sa

from tests.desk.parts import LONGEST_WAIT_SECONDS, Parts
from topay_bot.answering.policy import Priority, Reason, Referral
from topay_bot.chat.model import Author, Event, Message, Owner, State
from topay_bot.desk.agents import Agent, Role
from topay_bot.desk.model import Query, View
from topay_bot.errors import (
    AgentNotFound,
    BadMessage,
    ConversationNotFound,
    ConversationNotOpen,
    ConversationTaken,
    MessageNotFound,
)
from topay_bot.storage.tables import outbox


@pytest.fixture
def li(parts: Parts) -> Agent:
    return parts.agent()


@pytest.fixture
def mei(parts: Parts) -> Agent:
    return parts.agent()


@pytest.fixture
def talk(parts: Parts) -> str:
    return parts.talk("urgent")[0]


def last(parts: Parts, talk: str) -> Message:
    return parts.store.messages(talk, parts.conversation(talk).last_seq - 1, 1)[0]


def kinds(parts: Parts, talk: str) -> list[str]:
    """Those of the system's and the agents' messages."""
    spoken = (Author.SYSTEM, Author.AGENT)
    return [one.payload["kind"] for one in parts.store.messages(talk, 0, 99) if one.author in spoken]


def told(parts: Parts) -> list[tuple[str, str]]:
    """The outbox: event and reference."""
    with parts.store.engine.connect() as connection:
        rows = connection.execute(sa.select(outbox).order_by(outbox.c.created_at)).all()
    return [(row.event, row.payload["data"]["reference"]) for row in rows]


class TestHandingOver:
    def test_queue_timer_and_notification_come_with_it(self, parts: Parts) -> None:
        talk, _ = parts.talk("urgent")
        handoff = parts.store.handoff(talk)
        assert handoff is not None
        assert (handoff.reason, handoff.priority, handoff.queue) == ("urgent", "urgent", "payment-en")
        assert handoff.due_at == parts.now + datetime.timedelta(seconds=LONGEST_WAIT_SECONDS)
        assert told(parts) == [(Event.URGENT, handoff.reference)]
        assert parts.changes == [talk]

    def test_without_an_index_it_goes_to_the_general_queue(self, parts: Parts) -> None:
        parts.index = None
        talk, token = parts.talk()
        exchange = parts.chat.request_person(talk, token)
        assert exchange.handoff is not None
        assert exchange.handoff.queue == "general-en"

    @pytest.mark.parametrize("reason", [Reason.COMPLAINT, Reason.REPEATED_FAILURE])
    def test_a_reason_may_be_given(self, parts: Parts, reason: Reason) -> None:
        talk, token = parts.talk("lost")
        exchange = parts.chat.request_person(talk, token, Referral(reason, Priority.HIGH, offered=False))
        assert exchange.handoff is not None
        assert (exchange.handoff.reason, exchange.handoff.priority) == (reason, "high")
        assert told(parts)[0][0] == (Event.COMPLAINT if reason is Reason.COMPLAINT else Event.HANDOFF)


class TestTaking:
    def test_the_customer_is_told_who_came(self, parts: Parts, talk: str, li: Agent) -> None:
        outcome = parts.desk.claim(li, talk)
        assert outcome.summary.agent == (li.id, li.name)
        assert li.name in last(parts, talk).text
        assert parts.desk.claim(li, talk).repeated
        assert kinds(parts, talk) == ["handoff", "joined"]
        assert parts.changes == [talk, talk]

    def test_the_second_is_told_who_has_it(self, parts: Parts, talk: str, li: Agent, mei: Agent) -> None:
        parts.desk.claim(li, talk)
        for act in (parts.desk.claim, parts.desk.resolve, parts.desk.give_back, parts.desk.reopen):
            with pytest.raises(ConversationTaken, match=li.name) as raised:
                act(mei, talk)
            assert raised.value.agent == li.name
        with pytest.raises(ConversationTaken):
            parts.desk.reply(mei, talk, "hello", "1")
        with pytest.raises(ConversationTaken):
            parts.desk.transfer(mei, talk, queue="refund-en")
        assert kinds(parts, talk) == ["handoff", "joined"]

    def test_what_no_person_was_wanted_for_is_not_there(self, parts: Parts, li: Agent) -> None:
        talk, _ = parts.talk("answer")
        for unknown in (talk, "nobody", "\x00"):
            with pytest.raises(ConversationNotFound):
                parts.desk.claim(li, unknown)
            with pytest.raises(ConversationNotFound):
                parts.reader.transcript(unknown)


class TestAnswering:
    def test_a_reply_takes_ownership_and_the_bot_is_silent(self, parts: Parts, li: Agent, mei: Agent) -> None:
        talk, token = parts.talk("urgent")
        outcome = parts.desk.reply(li, talk, "Hello, Li here", "1", article="bind-card")
        assert parts.conversation(talk).owner == Owner(State.OPEN, li.id)
        (message,) = outcome.messages
        assert (message.author, message.text) == (Author.AGENT, "Hello, Li here")
        assert (message.payload["agent"], message.payload["article"]) == (li.name, "bind-card")
        exchange = parts.chat.post(talk, token, "answer this", "2")
        assert ([one.author for one in exchange.messages], exchange.agent) == ([Author.CUSTOMER], li.name)
        with pytest.raises(ConversationTaken):
            parts.desk.reply(mei, talk, "me too", "1")

    def test_it_takes_from_the_bot_and_opens_what_is_resolved(self, parts: Parts, talk: str, li: Agent) -> None:
        reference = parts.reader.summary(talk).handoff.reference
        for number, end in enumerate((parts.desk.give_back, parts.desk.resolve)):
            parts.desk.claim(li, talk) if parts.conversation(talk).state is State.OPEN else None
            end(li, talk)
            outcome = parts.desk.reply(li, talk, "one more thing", f"r{number}")
            assert (outcome.summary.state, outcome.summary.agent) == (State.OPEN, (li.id, li.name))
            assert outcome.summary.handoff.reference == reference
            assert outcome.summary.handoff.closed_at is None

    def test_the_same_again_changes_nothing(self, parts: Parts, talk: str, li: Agent) -> None:
        first = parts.desk.reply(li, talk, "Hello", "1")
        parts.desk.resolve(li, talk)
        again = parts.desk.reply(li, talk, "Hello", "1")
        assert (again.repeated, again.messages) == (True, first.messages)
        assert again.summary.state is State.RESOLVED

    def test_a_customers_client_id_is_not_an_agents(self, parts: Parts, li: Agent, mei: Agent) -> None:
        talk, token = parts.talk("urgent")
        parts.chat.post(talk, token, "mine", "1")
        assert not parts.desk.reply(li, talk, "Hello", "1").repeated
        parts.desk.transfer(li, talk, to=mei.id)
        assert not parts.desk.reply(mei, talk, "Hello", "1").repeated

    @pytest.mark.parametrize("text", ["", " \n", "x" * 101, "\ud800"])
    def test_texts_that_are_refused(self, parts: Parts, talk: str, li: Agent, text: str) -> None:
        for write in (lambda: parts.desk.reply(li, talk, text, "1"), lambda: parts.desk.note(li, talk, text)):
            with pytest.raises(BadMessage):
                write()

    @pytest.mark.parametrize("client_id", ["", "x" * 81, "a\nb"])
    def test_client_ids_that_are_refused(self, parts: Parts, talk: str, li: Agent, client_id: str) -> None:
        with pytest.raises(BadMessage):
            parts.desk.reply(li, talk, "hi", client_id)
        with pytest.raises(BadMessage):
            parts.desk.note(li, talk, "hi", client_id)

    def test_a_customers_secrets_are_hidden_and_our_addresses_are_not(self, parts: Parts, talk: str, li: Agent) -> None:
        parts.desk.reply(li, talk, "card 4111 1111 1111 1111, write to help@topay.example", "1")
        assert last(parts, talk).text == "card [card], write to help@topay.example"


class TestPassingOn:
    def test_to_an_agent(self, parts: Parts, talk: str, li: Agent, mei: Agent) -> None:
        parts.desk.reply(li, talk, "Hello", "1")
        parts.later(60)
        outcome = parts.desk.transfer(li, talk, to=mei.id, note=" knows the bank ")
        assert outcome.summary.agent == (mei.id, mei.name)
        assert outcome.summary.waiting_since == parts.now
        assert outcome.summary.handoff.due_at == parts.now + datetime.timedelta(seconds=LONGEST_WAIT_SECONDS)
        assert last(parts, talk).payload["kind"] == "transferred"
        assert last(parts, talk).payload["to"] == {"id": mei.id, "name": mei.name}
        (note,) = parts.reader.transcript(talk).notes
        assert (note.text, note.agent_name) == ("knows the bank", li.name)

    def test_to_a_queue(self, parts: Parts, talk: str, li: Agent, mei: Agent) -> None:
        parts.desk.claim(li, talk)
        outcome = parts.desk.transfer(li, talk, queue="refund-zh")
        assert (outcome.summary.agent, outcome.summary.handoff.queue) == (None, "refund-zh")
        parts.desk.claim(mei, talk)

    def test_an_operator_passes_on_anybodys(self, parts: Parts, talk: str, li: Agent, mei: Agent) -> None:
        parts.desk.claim(li, talk)
        boss = parts.agent(Role.OPERATOR)
        assert parts.desk.transfer(boss, talk, to=mei.id).summary.agent == (mei.id, mei.name)

    def test_what_is_refused(self, parts: Parts, talk: str, li: Agent) -> None:
        gone, editor = parts.agent(), parts.agent(Role.EDITOR)
        parts.sign_in.set_disabled(gone.name)
        for nobody in (gone.id, editor.id, "nobody"):
            with pytest.raises(AgentNotFound):
                parts.desk.transfer(li, talk, to=nobody)
        with pytest.raises(BadMessage):
            parts.desk.transfer(li, talk)
        with pytest.raises(BadMessage):
            parts.desk.transfer(li, talk, to=li.id, queue="refund-zh")
        with pytest.raises(BadMessage):
            parts.desk.transfer(li, talk, queue="")
        parts.desk.resolve(li, talk)
        with pytest.raises(ConversationNotOpen):
            parts.desk.transfer(li, talk, queue="refund-zh")


class TestEnding:
    def test_resolved_and_written_to_again_it_is_the_bots(self, parts: Parts, li: Agent) -> None:
        talk, token = parts.talk("urgent")
        parts.desk.reply(li, talk, "Done", "1")
        assert parts.desk.resolve(li, talk).summary.state is State.RESOLVED
        assert parts.desk.resolve(li, talk).repeated
        before = parts.conversation(talk).last_seq
        exchange = parts.chat.post(talk, token, "answer me", "2")
        assert [one.author for one in exchange.messages] == [Author.CUSTOMER, Author.BOT]
        assert (exchange.state, exchange.handoff, exchange.agent) == (State.PENDING, None, None)
        assert exchange.messages[0].seq == before + 1
        again = parts.chat.request_person(talk, token).handoff
        assert again is not None
        assert [one.id for one in parts.reader.find(Query(View.WAITING, li.id)).items] == [talk]
        assert parts.reader.summary(talk).handoff == again

    def test_given_back_the_bot_answers(self, parts: Parts, li: Agent) -> None:
        talk, token = parts.talk("urgent")
        parts.desk.claim(li, talk)
        parts.desk.give_back(li, talk)
        assert parts.desk.give_back(li, talk).repeated
        assert kinds(parts, talk) == ["handoff", "joined", "returned"]
        assert parts.chat.post(talk, token, "answer me", "2").messages[-1].author is Author.BOT

    def test_reopened_it_keeps_its_reference(self, parts: Parts, talk: str, li: Agent, mei: Agent) -> None:
        parts.desk.resolve(li, talk)
        with pytest.raises(ConversationNotOpen):
            parts.desk.claim(mei, talk)
        with pytest.raises(ConversationNotOpen):
            parts.desk.give_back(mei, talk)
        reference = parts.reader.summary(talk).handoff.reference
        outcome = parts.desk.reopen(mei, talk)
        assert (outcome.summary.agent, outcome.summary.handoff.reference) == ((mei.id, mei.name), reference)
        assert reference in last(parts, talk).text
        assert parts.desk.reopen(mei, talk).repeated
        parts.desk.give_back(mei, talk)
        assert parts.desk.claim(li, talk).summary.agent == (li.id, li.name)


class TestBeside:
    def test_a_note_is_written_once(self, parts: Parts, talk: str, li: Agent, mei: Agent) -> None:
        first = parts.desk.note(li, talk, "VIP", "1")
        assert parts.desk.note(li, talk, "VIP", "1") == first
        parts.desk.note(mei, talk, "VIP", "1")
        parts.desk.note(li, talk, "VIP")
        assert len(parts.reader.transcript(talk).notes) == 3
        assert parts.conversation(talk).last_seq == first.after_seq

    def test_a_label_stands_for_the_customers_question(self, parts: Parts, li: Agent, mei: Agent) -> None:
        talk, _ = parts.talk("lost at sea", "urgent")
        said, answered = parts.store.messages(talk, 0, 2)
        assert parts.desk.label(li, talk, answered.id, "bind-card").message == said.id
        parts.desk.label(mei, talk, said.id, "refund-request")
        assert [(one.message, one.article, one.agent) for one in parts.reader.transcript(talk).labels] == [
            (said.id, "refund-request", mei.id)
        ]
        notice, other = last(parts, talk), parts.talk("urgent")[0]
        for conversation, message in ((talk, notice.id), (talk, "nothing"), (other, said.id)):
            with pytest.raises(MessageNotFound):
                parts.desk.label(li, conversation, message, "bind-card")


class TestWaitingTooLong:
    def test_priority_rises_step_by_step_and_people_are_told(self, parts: Parts, li: Agent) -> None:
        talk, token = parts.talk("person")
        handoff = parts.chat.messages(talk, token).handoff
        assert handoff is not None
        assert parts.desk.raise_overdue() == 0
        seen = []
        for _ in range(4):
            parts.later(LONGEST_WAIT_SECONDS)
            parts.desk.raise_overdue()
            assert parts.desk.raise_overdue() == 0
            seen.append(parts.reader.summary(talk).handoff.priority)
        assert seen == ["high", "urgent", "urgent", "urgent"]
        long_waits = [event for event, _ in told(parts) if event == Event.LONG_WAIT]
        assert len(long_waits) == 3  # to high, to urgent, and still nobody

    def test_an_answer_stops_the_timer_and_a_claim_does_not(self, parts: Parts, li: Agent) -> None:
        claimed, answered = parts.talk("person")[0], parts.talk("person")[0]
        parts.desk.claim(li, claimed)
        parts.desk.reply(li, answered, "Hello", "1")
        parts.later(LONGEST_WAIT_SECONDS)
        assert parts.desk.raise_overdue() == 1
        assert parts.reader.summary(claimed).handoff.priority == "high"
        assert parts.reader.summary(answered).handoff.priority == "normal"


class TestReading:
    def test_suggestions_are_for_the_last_question(self, parts: Parts) -> None:
        talk, token = parts.talk("answer about cards", "person please", "👋")
        parts.chat.request_person(talk, token)
        found = parts.reader.suggestions(talk)
        assert [one.answer.article for one in found] == ["bind-card", "refund-request"]
        assert found[0].answer.text.startswith("This is about")

    def test_a_customer_is_told_place_and_time(self, parts: Parts, li: Agent) -> None:
        first = parts.talk("person")[0]
        parts.later(1)
        second = parts.talk("person")[0]
        told = parts.reader.waiting(second)
        assert (told.position, told.estimate_seconds, told.agents_online) == (2, None, 0)
        parts.desk.claim(li, first)
        assert parts.reader.waiting(first).position is None
        assert parts.reader.waiting(second).position == 1

    def test_a_cursor_that_no_list_gave(self, parts: Parts, li: Agent) -> None:
        with pytest.raises(BadMessage):
            parts.reader.find(Query(View.WAITING, li.id, cursor="[]"))
