"""The rules of a conversation, with an answerer that decides what it is told to."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from tests.web.sample import write_knowledge
from topay_bot.answering.answerer import Answerer
from topay_bot.answering.calibration import Thresholds
from topay_bot.answering.policy import (
    Answer,
    ArticleRules,
    Candidate,
    Clarification,
    Decision,
    Handoff,
    Heard,
    Policy,
    Priority,
    Reason,
    Referral,
)
from topay_bot.chat.drafting import names_language, new_reference
from topay_bot.chat.model import Author, Draft, Message, State, Turn
from topay_bot.chat.service import ChatService
from topay_bot.edition import Edition
from topay_bot.errors import ArtefactError, ConversationBusy
from topay_bot.knowledge.article import HandoffPolicy, Risk
from topay_bot.knowledge.facts import Fact, Facts
from topay_bot.knowledge.library import Library, load_library
from topay_bot.retrieval.comparison import KIN, Comparison
from topay_bot.storage.sql_store import SqlStore
from topay_bot.text import Language, normalise

NOW = datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC)
# A question that nothing answers and that does not lean on the one before it, as a short one may.
WHOLE = "lost completely between two airports without any luggage on a cold rainy winter morning"
NEAR = (Candidate("bind-card", 0.61), Candidate("refund-request", 0.2))


class Scripted:
    """Decides by the text's first word: answer, urgent, unsure, lost, danger or person."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Language | None]] = []
        self.today = datetime.date.today
        rules = {name: ArticleRules(HandoffPolicy.OFFER, Risk.LOW) for name in ("bind-card", "account-stolen")}
        self.policies = {"en": Policy(Thresholds(0.9, 0.5, 0.95, 0.96, 100, True), rules, 4, "human")}

    def chosen(self, article: str, language: Language) -> Decision:
        return Answer(Reason.CHOSEN, language, 1.0, (Candidate(article, 1.0),), article, None)

    def question(self, typed: str) -> str:
        return normalise(typed)

    def heard(self, found: SimpleNamespace) -> Heard:
        return Heard(wish=3.0 if found.question.startswith("person") else -9.0)

    def explain(self, text: str, language: Language | None = None) -> tuple[Decision, SimpleNamespace]:
        return self.decide(text, language), SimpleNamespace(shelf="en", question=text)

    def compare(self, found: SimpleNamespace, topic: str) -> Comparison:
        # Behind its topic every text is about that.
        nothing = np.zeros((1, KIN), dtype=np.float32)
        return Comparison((topic,), np.ones(1, dtype=np.float32), nothing, np.zeros(2, dtype=np.float32))

    def decide(self, text: str, language: Language | None = None) -> Decision:
        self.asked.append((text, language))
        said, best = language or "en", NEAR[0]
        match text.partition(" ")[0]:
            case "answer":
                return Answer(Reason.CONFIDENT, said, 0.99, NEAR, best.article, None)
            case "urgent":
                referral = Referral(Reason.URGENT, Priority.URGENT, offered=False)
                return Answer(Reason.URGENT, said, 0.9, NEAR, "account-stolen", referral)
            case "unsure":
                return Clarification(Reason.AMBIGUOUS, said, 0.61, NEAR, NEAR)
            case "danger":
                referral = Referral(Reason.URGENT, Priority.URGENT, offered=False)
                return Handoff(Reason.URGENT, said, 0.3, NEAR, referral)
            case "person":
                return Handoff(Reason.ASKED, said, 0.1, NEAR, Referral(Reason.ASKED, Priority.NORMAL, offered=False))
        return Handoff(Reason.LOW_CONFIDENCE, said, 0.2, NEAR, Referral(Reason.LOW_CONFIDENCE, Priority.HIGH, True))


class Desk:
    """A service with the parts that a test looks at."""

    def __init__(self, store: SqlStore, library: Library) -> None:
        self.store = store
        self.answerer = Scripted()
        self.index: Edition | None = Edition("b1", {}, library, cast(Answerer, self.answerer))
        self.service = ChatService(store, self.edition, max_message_chars=100, now=lambda: NOW)
        conversation, self.token = self.service.start("en")
        self.id = conversation.id

    def edition(self) -> Edition:
        if self.index is None:
            raise ArtefactError("away")
        return self.index

    def say(self, text: str, client_id: str = "") -> Sequence[Message]:
        return self.service.post(self.id, self.token, text, client_id or text).messages

    def state(self) -> State:
        found = self.store.conversation(self.id)
        assert found is not None
        return found.state


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    root = tmp_path_factory.mktemp("knowledge")
    write_knowledge(root)
    return load_library(root)


@pytest.fixture
def desk(library: Library, tmp_path: Path) -> Iterator[Desk]:
    store = SqlStore(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    yield Desk(store, library)
    store.close()


def test_an_answer(desk: Desk) -> None:
    said, answer = desk.say("answer me")
    assert (said.author, said.text, answer.author) == (Author.CUSTOMER, "answer me", Author.BOT)
    assert answer.payload["kind"] == "answer"
    assert answer.payload["best"] == "bind-card"
    assert answer.payload["candidates"] == [["bind-card", 0.61], ["refund-request", 0.2]]
    assert answer.text.startswith("This is about")
    assert desk.state() is State.PENDING


def test_a_clarification_offers_titles(desk: Desk) -> None:
    message = desk.say("unsure")[1]
    assert message.payload["kind"] == "clarify"
    assert [choice["title"] for choice in message.payload["choices"]] == ["Add a bank card", "Ask for a refund"]
    assert message.text.endswith("?")


def test_an_unanswered_question_offers_a_person_who_then_knows_why(desk: Desk) -> None:
    assert desk.say("lost")[1].payload["kind"] == "offer"
    assert desk.state() is State.PENDING
    handoff = desk.service.request_person(desk.id, desk.token).handoff
    assert handoff is not None
    assert (handoff.reason, handoff.priority, handoff.article) == ("low_confidence", "high", "bind-card")
    assert (handoff.language, handoff.created_at) == ("en", NOW)


@pytest.mark.parametrize(
    ("texts", "unhelpful", "reason"),
    [
        (["lost", "lost again"], None, "repeated_failure"),
        (["answer", WHOLE], 0, "repeated_failure"),
        (["answer", "answer again"], None, "asked"),
        (["lost", "answer"], None, "asked"),
        (["answer", WHOLE], None, "low_confidence"),
    ],
)
def test_two_failures_in_a_row_are_told_to_the_desk(
    desk: Desk, texts: list[str], unhelpful: int | None, reason: str
) -> None:
    answers = [desk.say(text)[1] for text in texts]
    if unhelpful is not None:
        desk.service.feedback(answers[unhelpful].id, desk.token, False)
    exchange = desk.service.request_person(desk.id, desk.token)
    assert exchange.handoff is not None
    assert exchange.handoff.reason == reason
    assert ("sorry" in exchange.messages[-1].text) == (reason == "repeated_failure")


@pytest.mark.parametrize(("text", "reason"), [("urgent", "urgent"), ("person please", "asked")])
def test_message_handoff_and_owner_change_together(desk: Desk, text: str, reason: str) -> None:
    messages = desk.say(text)
    handoff = desk.store.handoff(desk.id)
    assert handoff is not None
    assert handoff.reason == reason
    assert desk.state() is State.OPEN
    assert handoff.reference in messages[-1].text
    assert messages[-1].author is Author.SYSTEM
    # What happens next is said once, by the message or by the notice.
    whole = "\n".join(message.text for message in messages if message.author is not Author.CUSTOMER)
    assert whole.count("colleague will reply here") == 1
    assert whole.count("alerted a colleague") == (reason == "urgent")


@pytest.mark.parametrize("words", ["danger", "urgent"])
def test_an_emergency_speaks_of_steps_only_where_it_shows_them(desk: Desk, words: str) -> None:
    _, message, notice = desk.say(words)
    assert ("article" in message.payload) == (words == "urgent") == ("steps above" in notice.text)
    assert ("no money" in message.text) == (words == "danger")
    assert notice.payload["priority"] == "urgent"
    assert desk.state() is State.OPEN


def test_an_emergency_without_an_article_tells_how_to_freeze_where_the_knowledge_says_so(desk: Desk) -> None:
    assert desk.index is not None
    assert "freeze" not in desk.say("danger")[1].text
    facts = Facts({"security.freeze": Fact("打开设置", "open Settings", False, 1)})
    desk.index = dataclasses.replace(desk.index, library=dataclasses.replace(desk.index.library, facts=facts))
    conversation, token = desk.service.start("en")
    told = desk.service.post(conversation.id, token, "danger", "a").messages[1].text
    assert told.endswith("If somebody else may be able to use your account, freeze it first: open Settings.")


def test_masked_before_the_bot_sees_it(desk: Desk) -> None:
    said, notice, _ = desk.say("answer 4111 1111 1111 1111")
    assert said.text == "answer [card]"
    assert notice.payload == {"kind": "masked"}
    assert desk.answerer.asked == [("answer [card]", None)]


@pytest.mark.parametrize(
    ("text", "named"),
    [("👋", False), ("123 ?!", False), ("[card]", False), ("ok", True), ("退款", True), ("[x1]", True)],
)
def test_names_language(text: str, named: bool) -> None:
    assert names_language(text) is named


def test_what_names_no_language_is_in_the_conversations(desk: Desk) -> None:
    conversation, token = desk.service.start("zh")
    desk.service.post(conversation.id, token, "12345", "a")
    desk.service.post(conversation.id, token, "hello", "b")
    assert desk.answerer.asked[:2] == [("12345", "zh"), ("hello", None)]


def test_without_an_index_questions_wait_and_people_come(desk: Desk) -> None:
    desk.index = None
    with pytest.raises(ArtefactError):
        desk.say("answer")
    assert desk.store.messages(desk.id, 0, 9) == []
    assert desk.service.request_person(desk.id, desk.token).state is State.OPEN
    assert [message.author for message in desk.say("answer")] == [Author.CUSTOMER]


def test_repeated_is_told_from_new(desk: Desk) -> None:
    first = desk.service.post(desk.id, desk.token, "urgent", "a")
    second = desk.service.post(desk.id, desk.token, "urgent", "a")
    assert (first.repeated, second.repeated) == (False, True)
    assert (second.messages, second.handoff) == (first.messages, first.handoff)
    assert desk.service.request_person(desk.id, desk.token).repeated


class Overtaken(SqlStore):
    """Another worker comes first, `times` times: it hands the conversation over, or back."""

    times = 0

    def append(self, conversation_id: str, expected: State, turn: Turn, at: datetime.datetime) -> Sequence[Message]:
        if self.times:
            self.times -= 1
            other = State.OPEN if expected is State.PENDING else State.PENDING
            note = Draft(f"n{self.times}", Author.SYSTEM, "somebody else")
            super().append(conversation_id, expected, Turn((note,), other), at)
        return super().append(conversation_id, expected, turn, at)


@pytest.fixture
def overtaken(library: Library, tmp_path: Path) -> Iterator[tuple[Desk, Overtaken]]:
    store = Overtaken(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    yield Desk(store, library), store
    store.close()


def test_overtaken_by_a_handoff_the_bot_keeps_silent(overtaken: tuple[Desk, Overtaken]) -> None:
    desk, store = overtaken
    store.times = 1
    assert [message.author for message in desk.say("answer")] == [Author.CUSTOMER]
    assert desk.state() is State.OPEN


def test_a_conversation_that_never_rests_is_busy(overtaken: tuple[Desk, Overtaken]) -> None:
    desk, store = overtaken
    store.times = 1000
    with pytest.raises(ConversationBusy, match="send the same again"):
        desk.say("answer", "a")
    store.times = 0
    assert desk.say("answer", "a")[0].text == "answer"


class Twin(SqlStore):
    """Another worker has just stored the very same message of the customer."""

    def append(self, conversation_id: str, expected: State, turn: Turn, at: datetime.datetime) -> Sequence[Message]:
        twins = tuple(dataclasses.replace(draft, id=f"twin-{draft.id}") for draft in turn.messages)
        super().append(conversation_id, expected, dataclasses.replace(turn, messages=twins), at)
        return super().append(conversation_id, expected, turn, at)


def test_what_a_twin_stored_counts_as_repeated(library: Library, tmp_path: Path) -> None:
    store = Twin(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    desk = Desk(store, library)
    exchange = desk.service.post(desk.id, desk.token, "urgent", "a")
    assert exchange.repeated
    assert [message.id[:5] for message in exchange.messages] == ["twin-"] * 3
    assert len(store.messages(desk.id, 0, 9)) == 3
    store.close()


def test_references_can_be_read_aloud() -> None:
    seen = {new_reference() for _ in range(500)}
    assert len(seen) == 500
    assert not set("".join(seen)) - set("H-23456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_what_is_kept_can_be_written_as_json(desk: Desk) -> None:
    kept: list[Any] = [
        dict(message.payload) for text in ("answer", "unsure", "lost", "urgent") for message in desk.say(text)
    ]
    assert json.loads(json.dumps(kept)) == kept
