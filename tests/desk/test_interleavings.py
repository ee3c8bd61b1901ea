"""Customer, bot and agents in any order, and in the midst of one another: a conversation stays whole.

A call reads the conversation, makes its plan and stores it. Here others come in between the plan and the storing, as
other threads and processes would, at every place where they can.
"""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.desk.parts import LONGEST_WAIT_SECONDS, Parts, stores_of
from topay_bot.chat.model import Author, Event, Message, Owner, State, Turn
from topay_bot.desk.agents import Agent
from topay_bot.desk.model import Change
from topay_bot.errors import ConversationBusy, ConversationNotFound, ConversationNotOpen, ConversationTaken
from topay_bot.knowledge.library import Library
from topay_bot.storage.desk_store import SqlDeskStore
from topay_bot.storage.sql_store import SqlStore
from topay_bot.storage.tables import handoffs, outbox

_REFUSED = (ConversationTaken, ConversationNotOpen, ConversationNotFound, ConversationBusy)


class Overtaking:
    """`others` come one by one, each before something is stored."""

    def __init__(self) -> None:
        self.others: list[Callable[[], None]] = []

    def let_pass(self) -> None:
        if self.others:
            self.others.pop(0)()


class OvertakenStore(SqlStore):
    def __init__(self, url: str, overtaking: Overtaking) -> None:
        super().__init__(url)
        self.overtaking = overtaking

    def append(self, conversation_id: str, expected: State, turn: Turn, at: datetime.datetime) -> Sequence[Message]:
        self.overtaking.let_pass()
        return super().append(conversation_id, expected, turn, at)


class OvertakenDesk(SqlDeskStore):
    def __init__(self, engine: sa.Engine, overtaking: Overtaking) -> None:
        super().__init__(engine)
        self.overtaking = overtaking

    def record(self, conversation_id: str, expected: Owner, change: Change, at: datetime.datetime) -> Sequence[Message]:
        self.overtaking.let_pass()
        return super().record(conversation_id, expected, change, at)


class Actors:
    """One customer and the agents of a conversation, and what they were told was done."""

    def __init__(self, parts: Parts, agents: Sequence[Agent]) -> None:
        self.parts = parts
        self.agents = agents
        self.talk, self.token = parts.talk()
        self.sent: list[tuple[Callable[[], Any], Sequence[Message]]] = []  # the call again, and what it gave
        self.said: Counter[str] = Counter()  # texts that were acknowledged
        self.numbers = itertools.count(1)  # no two texts are the same, whether taken or refused
        self.seen: list[Message] = []  # by the customer, who reads on from the last one

    def say(self, word: str) -> None:
        text = f"{word} c{next(self.numbers)}"
        self._send(text, lambda: self.parts.chat.post(self.talk, self.token, text, text).messages)

    def reply(self, agent: int) -> None:
        text = f"a{agent} {next(self.numbers)}"
        self._send(text, lambda: self.parts.desk.reply(self.agents[agent], self.talk, text, text).messages)

    def _send(self, text: str, call: Callable[[], Sequence[Message]]) -> None:
        self.said[text] += 1
        try:
            self.sent.append((call, call()))
        except _REFUSED:
            self.said[text] -= 1

    def retry(self, which: int) -> None:
        """The answer was lost on its way."""
        if self.sent:
            call, before = self.sent[which % len(self.sent)]
            assert [one.id for one in call()] == [one.id for one in before]

    def ask_person(self) -> None:
        try:
            assert self.parts.chat.request_person(self.talk, self.token).messages or True
        except ConversationBusy:
            return

    def act(self, what: str, agent: int) -> None:
        me, other = self.agents[agent], self.agents[(agent + 1) % len(self.agents)]
        desk = self.parts.desk
        try:
            match what:
                case "claim":
                    assert desk.claim(me, self.talk).summary is not None
                case "resolve":
                    desk.resolve(me, self.talk)
                case "give back":
                    desk.give_back(me, self.talk)
                case "reopen":
                    desk.reopen(me, self.talk)
                case "to agent":
                    desk.transfer(me, self.talk, to=other.id, note="see above")
                case "to queue":
                    desk.transfer(me, self.talk, queue="refund-en")
        except _REFUSED:
            return

    def wait(self) -> None:
        self.parts.later(LONGEST_WAIT_SECONDS)
        self.parts.desk.raise_overdue()

    def reconnect(self) -> None:
        """The customer's page comes back and reads on."""
        after = self.seen[-1].seq if self.seen else 0
        self.seen += self.parts.chat.messages(self.talk, self.token, after).messages

    # -- What must hold at any time

    def check(self) -> None:
        conversation = self.parts.conversation(self.talk)
        log = self.parts.store.messages(self.talk, 0, 10_000)
        assert [one.seq for one in log] == list(range(1, len(log) + 1))
        assert conversation.last_seq == len(log)
        kept = Counter(one.text for one in log if one.author in (Author.CUSTOMER, Author.AGENT))
        assert kept == +self.said, "lost or doubled"
        assert [dataclasses.replace(one, helpful=None) for one in self.seen] == list(log[: len(self.seen)])
        owner = _walk(log)
        assert owner is None or owner.state is conversation.state
        if owner is not None and owner.agent is not None:
            assert owner.agent == conversation.agent
        self._check_handoffs(conversation.state, log)

    def _check_handoffs(self, state: State, log: Sequence[Message]) -> None:
        notices = [one.payload["reference"] for one in log if _kind(one) == "handoff" and one.author is Author.SYSTEM]
        with self.parts.store.engine.connect() as connection:
            rows = connection.execute(sa.select(handoffs).where(handoffs.c.conversation_id == self.talk)).all()
            told = connection.execute(sa.select(outbox.c.event, outbox.c.payload)).all()
        assert sorted(row.reference for row in rows) == sorted(notices)
        assert sum(row.closed_at is None for row in rows) == (state is State.OPEN)
        assert all(row.due_at is None for row in rows if row.closed_at is not None)
        references = [row.payload["data"]["reference"] for row in told if row.event != Event.LONG_WAIT]
        assert sorted(one for one in references if one in notices) == sorted(notices)


def _kind(message: Message) -> str | None:
    return message.payload.get("kind")


def _walk(log: Sequence[Message]) -> Owner | None:
    """Whose the conversation is by what was said in it; an agent None means any. Nobody may speak out of turn."""
    owner = Owner(State.PENDING)
    for one in log:
        by = one.payload.get("by", {}).get("id")
        match one.author, _kind(one):
            case Author.BOT, _:
                assert owner.state is not State.OPEN, f"the bot spoke under a person: {one}"
                owner = Owner(State.PENDING)
            case Author.AGENT, _:
                assert owner.agent in (None, by), f"two owners: {one}"
                owner = Owner(State.OPEN, by)
            case Author.SYSTEM, "handoff":
                assert owner.state is not State.OPEN, "a second hand-off while one is open"
                owner = Owner(State.OPEN)
            case Author.SYSTEM, "joined" | "reopened":
                assert owner.agent in (None, by)
                owner = Owner(State.OPEN, by)
            case Author.SYSTEM, "transferred":
                owner = Owner(State.OPEN, one.payload["to"].get("id"))
            case Author.SYSTEM, "returned" | "resolved":
                assert owner.state is State.OPEN
                assert owner.agent in (None, by)
                owner = Owner(State.PENDING if _kind(one) == "returned" else State.RESOLVED)
    return owner


_DEEDS = ["claim", "claim", "resolve", "give back", "reopen", "to agent", "to queue"]
# What changes whose a conversation is comes often: the rest cannot go wrong alone.
_ACTIONS = st.sampled_from(
    [
        *(("say", word) for word in ("answer", "urgent", "unsure", "lost", "person")),
        *(("reply", agent) for agent in (0, 0, 1, 1)),
        *(("act", deed, agent) for deed in _DEEDS for agent in (0, 1)),
        *(("retry", which) for which in (0, 1)),
        ("ask_person",),
        ("wait",),
        ("reconnect",),
    ]
)


class Interleaving(RuleBasedStateMachine):
    parts: ClassVar[Parts]
    agents: ClassVar[list[Agent]]
    overtaking: ClassVar[Overtaking]

    @initialize(waits=st.booleans())
    def begin(self, waits: bool) -> None:
        self.overtaking.others.clear()
        self.actors = Actors(self.parts, self.agents)
        if waits:
            self.actors.say("urgent")

    @rule(action=_ACTIONS, others=st.lists(_ACTIONS, max_size=3))
    def happen(self, action: tuple[Any, ...], others: list[tuple[Any, ...]]) -> None:
        before, announced = self.parts.conversation(self.actors.talk).last_seq, len(self.parts.changes)
        self.overtaking.others = [lambda other=other: self.do(other) for other in others]  # type: ignore[misc]
        self.do(action)
        self.overtaking.others.clear()
        if self.parts.conversation(self.actors.talk).last_seq != before:
            assert self.actors.talk in self.parts.changes[announced:]

    def do(self, action: tuple[Any, ...]) -> None:
        getattr(self.actors, action[0])(*action[1:])

    @invariant()
    def whole(self) -> None:
        if hasattr(self, "actors"):
            self.actors.check()


def test_whoever_comes_in_between_a_conversation_stays_whole(library: Library, tmp_path: Path) -> None:
    overtaking = Overtaking()
    store = OvertakenStore(f"sqlite:///{tmp_path / 'desk.sqlite3'}", overtaking)
    stores = dataclasses.replace(stores_of(store), desk=OvertakenDesk(store.engine, overtaking))
    Interleaving.parts = Parts(store, library, stores=stores)
    Interleaving.agents = [Interleaving.parts.agent() for _ in range(2)]
    Interleaving.overtaking = overtaking
    run_state_machine_as_test(
        Interleaving,
        settings=settings(
            max_examples=30, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        ),
    )
    store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def shared(request: pytest.FixtureRequest, library: Library, tmp_path: Path) -> Iterator[tuple[Parts, Parts]]:
    """The parts of two processes on one database."""
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}" if sqlite else str(request.getfixturevalue("postgres")())
    one, two = (Parts(SqlStore(url), library) for _ in range(2))
    yield one, two
    one.store.close()
    two.store.close()


def test_threads_of_two_processes_leave_it_whole(shared: tuple[Parts, Parts]) -> None:
    """The customer writes without a pause, three agents take, answer, pass on and give back as they like."""
    agents = [shared[0].agent() for _ in range(3)]
    sides = [Actors(shared[0], agents)]
    for parts in (shared[1], shared[0], shared[1]):
        side = Actors(parts, agents)
        side.talk, side.token = sides[0].talk, sides[0].token
        sides.append(side)
    errors: list[BaseException] = []

    def customer(side: Actors) -> None:
        for number in range(20):
            side.say(["urgent", "answer", "person", "lost"][number % 4])
            side.reconnect()
            side.retry(number)

    def agent(side: Actors, number: int) -> None:
        dice = random.Random(number)
        for _ in range(20):
            side.reply(number)
            side.act(dice.choice(["claim", "resolve", "give back", "reopen", "to agent", "to queue"]), number)

    def guarded(call: Callable[[], None]) -> None:
        try:
            call()
        except BaseException as error:
            errors.append(error)

    calls: list[Callable[[], None]] = [lambda: customer(sides[0])]
    calls += [lambda number=number: agent(sides[number + 1], number) for number in range(3)]  # type: ignore[misc]
    threads = [threading.Thread(target=guarded, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    sides[0].reconnect()
    for side in sides[1:]:
        sides[0].said += side.said
    sides[0].check()


def test_two_agents_race_for_each_of_many(shared: tuple[Parts, Parts]) -> None:
    """Each conversation has one winner, and the loser learns the winner's name."""
    agents = [shared[0].agent(), shared[0].agent()]
    talks = [shared[0].talk("person")[0] for _ in range(10)]
    barrier = threading.Barrier(2)
    outcomes: list[dict[str, str]] = [{}, {}]

    def race(number: int) -> None:
        for talk in talks:
            barrier.wait()
            try:
                shared[number].desk.claim(agents[number], talk)
                outcomes[number][talk] = agents[number].name
            except ConversationTaken as taken:
                outcomes[number][talk] = taken.agent

    threads = [threading.Thread(target=race, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for talk in talks:
        owner = shared[0].conversation(talk)
        assert outcomes[0][talk] == outcomes[1][talk] == owner.agent_name
        joined = [one for one in shared[0].store.messages(talk, 0, 99) if _kind(one) == "joined"]
        assert [one.payload["agent"] for one in joined] == [owner.agent_name]
