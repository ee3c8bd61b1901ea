"""What every DeskStore and AgentStore must do. A test module derives its own class and gives the fixture `stores`.

The database may be shared with other tests: lists are looked at for the conversations that a test made itself.
"""

from __future__ import annotations

import dataclasses
import datetime
import secrets
import threading
from collections.abc import Callable

import pytest

from tests.chat.contract import conversation, draft
from topay_bot.chat.model import Author, Conversation, Draft, Event, Handoff, Notification, Owner, State, Turn
from topay_bot.chat.store import StateChanged
from topay_bot.desk.agents import Agent, Presence, Role, Session
from topay_bot.desk.model import Change, Label, Note, Page, Query, View
from topay_bot.desk.service import DeskStores

AT = datetime.datetime(2026, 3, 4, 5, 6, 7, 890, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)


def agent(name: str | None = None) -> Agent:
    key = secrets.token_hex(6)
    return Agent(f"a-{key}", name or f"Li {key}", frozenset({Role.AGENT}), ("zh",), AT)


def handoff(conversation_id: str, at: datetime.datetime = AT, priority: str = "normal") -> Handoff:
    key, due_at = secrets.token_hex(4).upper(), at + 10 * MINUTE
    return Handoff(
        f"h-{key}", conversation_id, f"H-{key}", "asked", priority, "bind-card", "zh", at, "payment-zh", due_at
    )


def said(text: str = "您好", client_id: str | None = None) -> Draft:
    return Draft(secrets.token_hex(8), Author.AGENT, text, {"kind": "reply"}, client_id)


class DeskContract:
    @pytest.fixture
    def stores(self) -> DeskStores:
        raise NotImplementedError

    @pytest.fixture
    def li(self, stores: DeskStores) -> Agent:
        return self.hired(stores)

    @pytest.fixture
    def mei(self, stores: DeskStores) -> Agent:
        return self.hired(stores)

    @pytest.fixture
    def talk(self, stores: DeskStores) -> str:
        return self.waiting(stores)

    def hired(self, stores: DeskStores) -> Agent:
        new = agent()
        assert stores.agents.add_agent(new, "hash")
        return new

    def waiting(
        self, stores: DeskStores, at: datetime.datetime = AT, priority: str = "normal", text: str = "我要找人"
    ) -> str:
        new = conversation()
        stores.chat.create(new)
        turn = Turn((draft(text=text), draft(Author.BOT)), State.OPEN, handoff(new.id, at, priority))
        stores.chat.append(new.id, State.PENDING, turn, at)
        return new.id

    def now(self, stores: DeskStores, talk: str) -> tuple[Conversation, Handoff]:
        found, newest = stores.chat.conversation(talk), stores.chat.handoff(talk)
        assert found is not None
        assert newest is not None
        return found, newest

    # -- Whose a conversation is

    def test_a_handed_over_conversation_waits(self, stores: DeskStores, talk: str) -> None:
        found, newest = self.now(stores, talk)
        assert (found.owner, found.waiting_since) == (Owner(State.OPEN), AT)
        assert (newest.queue, newest.due_at, newest.claimed_at, newest.closed_at) == (
            "payment-zh", AT + 10 * MINUTE, None, None,
        )  # fmt: skip

    def test_taking_and_answering(self, stores: DeskStores, talk: str, li: Agent) -> None:
        mine = Owner(State.OPEN, li.id)
        assert stores.desk.record(talk, Owner(State.OPEN), Change(mine), AT + MINUTE) == []
        found, newest = self.now(stores, talk)
        assert (found.owner, found.agent_name, found.owned_since) == (mine, li.name, AT + MINUTE)
        assert (newest.claimed_by, newest.claimed_at) == (li.id, AT + MINUTE)
        assert (found.waiting_since, newest.due_at) == (AT, AT + 10 * MINUTE)  # nobody has answered yet

        reply = said()
        (stored,) = stores.desk.record(talk, mine, Change(mine, (reply,), answered=True), AT + 2 * MINUTE)
        assert (stored.seq, stored.text, stored.author) == (3, reply.text, Author.AGENT)
        assert list(stores.chat.messages(talk, 2, 9)) == [stored]
        found, newest = self.now(stores, talk)
        assert (found.waiting_since, newest.due_at, found.owned_since) == (None, None, AT + MINUTE)

        stores.chat.append(talk, State.OPEN, Turn((draft(), draft()), State.OPEN), AT + 3 * MINUTE)
        stores.chat.append(talk, State.OPEN, Turn((draft(),), State.OPEN), AT + 4 * MINUTE)
        found, _ = self.now(stores, talk)
        assert (found.owner, found.waiting_since) == (mine, AT + 3 * MINUTE)

    @pytest.mark.parametrize("state", [State.PENDING, State.RESOLVED])
    def test_what_no_person_has_any_more_is_nobodys(
        self, stores: DeskStores, talk: str, li: Agent, state: State
    ) -> None:
        mine = Owner(State.OPEN, li.id)
        stores.desk.record(talk, Owner(State.OPEN), Change(mine), AT)
        stores.desk.record(talk, mine, Change(Owner(state), (said(),)), AT + MINUTE)
        found, newest = self.now(stores, talk)
        assert (found.owner, found.agent_name, found.owned_since, found.waiting_since) == (
            Owner(state), None, None, None,
        )  # fmt: skip
        assert (newest.closed_at, newest.due_at, newest.claimed_by) == (AT + MINUTE, None, li.id)

        stores.desk.record(talk, Owner(state), Change(mine, due_at=AT + 9 * MINUTE), AT + 2 * MINUTE)
        found, again = self.now(stores, talk)
        assert (found.owner, found.waiting_since) == (mine, AT + 2 * MINUTE)
        assert (again.id, again.closed_at, again.due_at) == (newest.id, None, AT + 9 * MINUTE)

    def test_a_customers_turn_closes_what_it_ends(self, stores: DeskStores, talk: str) -> None:
        stores.chat.append(talk, State.OPEN, Turn((said(),), State.RESOLVED), AT + MINUTE)
        assert self.now(stores, talk)[1].closed_at == AT + MINUTE

    def test_passing_on(self, stores: DeskStores, talk: str, li: Agent, mei: Agent) -> None:
        mine, hers = Owner(State.OPEN, li.id), Owner(State.OPEN, mei.id)
        stores.desk.record(talk, Owner(State.OPEN), Change(mine, (said(),), answered=True), AT)
        note = Note("n" + secrets.token_hex(6), talk, 3, li.id, li.name, "VIP", AT)
        stores.desk.record(talk, mine, Change(hers, note=note, due_at=AT + 5 * MINUTE), AT + MINUTE)
        found, newest = self.now(stores, talk)
        assert (found.owner, found.owned_since, found.waiting_since) == (hers, AT + MINUTE, AT + MINUTE)
        assert (newest.claimed_by, newest.claimed_at, newest.due_at) == (mei.id, AT + MINUTE, AT + 5 * MINUTE)
        assert stores.desk.notes(talk) == [note]

        stores.desk.record(talk, hers, Change(Owner(State.OPEN), queue="refund-en"), AT + 2 * MINUTE)
        found, newest = self.now(stores, talk)
        assert (found.owner, found.owned_since) == (Owner(State.OPEN), None)
        assert (newest.queue, newest.claimed_by, newest.claimed_at) == ("refund-en", None, None)

    def test_another_owner_stores_nothing(self, stores: DeskStores, talk: str, li: Agent, mei: Agent) -> None:
        mine = Owner(State.OPEN, li.id)
        note = Note("n" + secrets.token_hex(6), talk, 2, mei.id, mei.name, "no", AT)
        stores.desk.record(talk, Owner(State.OPEN), Change(mine), AT)
        before = self.now(stores, talk)
        for expected in (Owner(State.OPEN), Owner(State.OPEN, mei.id), Owner(State.PENDING), Owner(State.RESOLVED)):
            with pytest.raises(StateChanged):
                change = Change(Owner(State.RESOLVED), (said(),), note, "other")
                stores.desk.record(talk, expected, change, AT)
        with pytest.raises(StateChanged):
            stores.desk.record("nobody", Owner(State.OPEN), Change(mine, (said(),)), AT)
        assert self.now(stores, talk) == before
        assert stores.desk.notes(talk) == []
        assert len(stores.chat.messages(talk, 0, 9)) == 2

    def test_the_same_client_id_does_nothing(self, stores: DeskStores, talk: str, li: Agent) -> None:
        mine = Owner(State.OPEN, li.id)
        first = stores.desk.record(talk, Owner(State.OPEN), Change(mine, (said(client_id="x"),)), AT)
        for expected in (Owner(State.OPEN), mine):
            again = stores.desk.record(talk, expected, Change(Owner(State.RESOLVED), (said(client_id="x"),)), AT)
            assert again == first
        assert self.now(stores, talk)[0].owner == mine

    def test_only_one_of_many_claims_wins(self, stores: DeskStores, talk: str) -> None:
        agents = [self.hired(stores) for _ in range(4)]
        won: list[str] = []
        barrier = threading.Barrier(4)

        def take(agent: Agent) -> None:
            barrier.wait()
            try:
                change = Change(Owner(State.OPEN, agent.id), (said(),))
                stores.desk.record(talk, Owner(State.OPEN), change, AT)
            except StateChanged:
                return
            won.append(agent.id)

        threads = [threading.Thread(target=take, args=(agent,)) for agent in agents]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == 1
        assert self.now(stores, talk)[0].agent == won[0]
        assert len(stores.chat.messages(talk, 0, 9)) == 3

    # -- Lists

    def listed(self, stores: DeskStores, view: View, agent_id: str, only: set[str], **more: object) -> list[str]:
        """Those of `only` in a list, all of its pages."""
        found: list[str] = []
        cursor: str | None = None
        while True:
            page: Page = stores.desk.find(
                dataclasses.replace(Query(view, agent_id, limit=3, cursor=cursor), **more)  # type: ignore[arg-type]
            )
            assert len(page.items) <= 3
            found += [one.id for one in page.items]
            cursor = page.cursor
            if cursor is None:
                assert len(set(found)) == len(found)
                return [one for one in found if one in only]

    def test_a_summary_says_what_an_agent_must_know(self, stores: DeskStores, talk: str, li: Agent) -> None:
        summary = stores.desk.summary(talk)
        assert summary is not None
        assert (summary.id, summary.state, summary.agent, summary.language) == (talk, State.OPEN, None, "zh")
        assert summary.handoff == self.now(stores, talk)[1]
        assert (summary.waiting_since, summary.last_seq, summary.customer_messages) == (AT, 2, 1)
        assert summary.last_message is not None
        assert (summary.last_message.text, summary.last_message.author) == ("我要找人", Author.CUSTOMER)

        stores.desk.record(
            talk, Owner(State.OPEN), Change(Owner(State.OPEN, li.id), (said("来了"),), answered=True), AT
        )
        summary = stores.desk.summary(talk)
        assert summary is not None
        assert (summary.agent, summary.waiting_since) == ((li.id, li.name), None)
        assert summary.last_message is not None
        assert (summary.last_message.text, summary.last_message.seq) == ("来了", 3)

    @pytest.mark.parametrize("unknown", ["nobody", "", "a\x00b", "\ud800", "é", "' OR 1=1 --"])
    def test_what_was_never_handed_over_is_not_shown(self, stores: DeskStores, unknown: str) -> None:
        assert stores.desk.summary(unknown) is None
        new = conversation()
        stores.chat.create(new)
        stores.chat.append(new.id, State.PENDING, Turn((draft(),), State.PENDING), AT)
        assert stores.desk.summary(new.id) is None
        assert self.listed(stores, View.ALL, "x", {new.id}) == []

    def test_what_waits_is_ordered_by_priority_then_by_time(self, stores: DeskStores) -> None:
        order = [("urgent", 2), ("urgent", 3), ("high", 1), ("normal", 0), ("normal", 4), ("low", 0)]
        made = [self.waiting(stores, AT + minutes * MINUTE, priority) for priority, minutes in reversed(order)]
        assert self.listed(stores, View.WAITING, "x", set(made)) == made[::-1]
        places = [stores.desk.position(one) for one in made[::-1]]
        assert None not in places
        assert places == sorted(places, key=lambda place: place or 0)
        assert len(set(places)) == len(places)

    def test_views(self, stores: DeskStores, li: Agent, mei: Agent) -> None:
        waits, mine, answered, hers, done, given_back = made = [
            self.waiting(stores, AT + number * MINUTE) for number in range(6)
        ]
        before = stores.desk.counts(li.id)
        assert before.mine == 0
        for talk, agent in ((mine, li), (answered, li), (hers, mei), (done, li), (given_back, li)):
            stores.desk.record(talk, Owner(State.OPEN), Change(Owner(State.OPEN, agent.id)), AT)
        stores.desk.record(answered, Owner(State.OPEN, li.id), Change(Owner(State.OPEN, li.id), answered=True), AT)
        stores.desk.record(done, Owner(State.OPEN, li.id), Change(Owner(State.RESOLVED)), AT)
        stores.desk.record(given_back, Owner(State.OPEN, li.id), Change(Owner(State.PENDING)), AT + MINUTE)
        for view, expected in (
            (View.WAITING, [waits]),
            (View.MINE, [mine, answered]),
            (View.OPEN, [waits, mine, hers, answered]),
            (View.RESOLVED, [done]),
        ):
            assert self.listed(stores, view, li.id, set(made)) == expected, view
        assert set(self.listed(stores, View.ALL, li.id, set(made))) == set(made)
        after = stores.desk.counts(li.id)
        assert (after.mine, before.waiting - after.waiting, before.open - after.open) == (2, 5, 2)
        assert [stores.desk.position(talk) is None for talk in made] == [False, True, True, True, True, True]

    def test_only_the_newest_handoff_is_listed(self, stores: DeskStores, talk: str) -> None:
        stores.chat.append(talk, State.OPEN, Turn((said(),), State.RESOLVED), AT + MINUTE)
        again = handoff(talk, AT + 2 * MINUTE, "urgent")
        stores.chat.append(talk, State.RESOLVED, Turn((draft(),), State.OPEN, again), AT + 2 * MINUTE)
        assert self.listed(stores, View.ALL, "x", {talk}) == [talk]
        assert self.listed(stores, View.RESOLVED, "x", {talk}) == []
        summary = stores.desk.summary(talk)
        assert summary is not None
        assert summary.handoff == again
        assert (summary.waiting_since, summary.customer_messages) == (AT + 2 * MINUTE, 2)

    def test_search(self, stores: DeskStores, li: Agent) -> None:
        one = self.waiting(stores, AT, text="退款 100% 没到, 急_急")
        other = self.waiting(stores, AT + 2 * MINUTE, text="Card declined")
        both = {one, other}
        stores.chat.append(one, State.OPEN, Turn((said("我来看看"),), State.RESOLVED), AT + MINUTE)

        def found(text: str = "", **more: object) -> list[str]:
            return self.listed(stores, View.ALL, li.id, both, text=text, **more)

        reference = self.now(stores, one)[1].reference
        assert found(reference) == found(reference.lower()) == found(reference[:6]) == [one]
        assert found("没到") == found("100%") == found("急_急") == found("我来看") == [one]
        assert found("CARD dec") == [other]
        assert found("%%") == found("Card_declined") == found("'; --") == []
        assert found() == [other, one]
        assert found(since=AT + MINUTE) == [other]
        assert found(until=AT + 2 * MINUTE) == [one]
        # An older reference finds the conversation too.
        again = handoff(one, AT + 5 * MINUTE)
        stores.chat.append(one, State.RESOLVED, Turn((draft(),), State.OPEN, again), AT + 5 * MINUTE)
        assert found(reference) == found(again.reference) == [one]

    @pytest.mark.parametrize("cursor", ["", "x", "[]", "5", '["a"]', '[0, 0, "yesterday", "x"]', '["1", "x", 3, 4]'])
    def test_a_cursor_of_nobodys_is_an_error_or_none(self, stores: DeskStores, cursor: str) -> None:
        for view in (View.WAITING, View.RESOLVED):
            if not cursor:
                stores.desk.find(Query(view, "x", cursor=cursor))
                continue
            with pytest.raises(ValueError):
                stores.desk.find(Query(view, "x", cursor=cursor))

    # -- Beside it

    def test_notes_and_labels(self, stores: DeskStores, talk: str, li: Agent, mei: Agent) -> None:
        key = secrets.token_hex(6)
        first = Note(f"1{key}", talk, 1, li.id, li.name, "他说的是上个月 <b>", AT)
        second = Note(f"2{key}", talk, 2, mei.id, mei.name, "好", AT + MINUTE)
        assert stores.desk.add_note(second) == second
        assert stores.desk.add_note(first) == first
        assert stores.desk.add_note(dataclasses.replace(first, text="again")) == first
        assert stores.desk.notes(talk) == [first, second]

        message = stores.chat.messages(talk, 0, 1)[0]
        label = Label(f"1{key}", message.id, "bind-card", li.id, li.name, AT)
        stores.desk.set_label(label)
        assert stores.desk.labels(talk) == [label]
        better = Label(f"2{key}", message.id, "refund-request", mei.id, mei.name, AT + MINUTE)
        stores.desk.set_label(better)
        assert stores.desk.labels(talk) == [dataclasses.replace(better, id=label.id)]

        def reviewed(which: bool) -> list[str]:
            return [one.text for one in stores.desk.labelled(which, 1000) if one.label.id == label.id]

        assert (reviewed(False), reviewed(True)) == ([message.text], [])
        assert stores.desk.review(label.id)
        assert (reviewed(False), reviewed(True)) == ([], [message.text])
        assert not stores.desk.review("nothing")
        assert not stores.desk.review("\x00")
        stores.desk.set_label(label)
        assert reviewed(False) == [message.text]

    def test_what_waits_too_long_is_raised_once(self, stores: DeskStores, talk: str) -> None:
        newest = self.now(stores, talk)[1]
        assert newest.due_at is not None
        assert newest not in stores.desk.overdue(newest.due_at - MINUTE)
        assert newest in stores.desk.overdue(newest.due_at)
        told = [Notification(secrets.token_hex(6), Event.LONG_WAIT, "mail", {"x": 1})]
        late = newest.due_at + MINUTE
        outcomes = [stores.desk.raise_priority(newest, "high", late, told, AT) for _ in range(2)]
        assert outcomes == [True, False]
        raised = self.now(stores, talk)[1]
        assert (raised.priority, raised.due_at) == ("high", late)
        stores.chat.append(talk, State.OPEN, Turn((said(),), State.RESOLVED), AT)
        assert newest.id not in {one.id for one in stores.desk.overdue(late)}
        assert not stores.desk.raise_priority(raised, "urgent", None, [], AT)

    def test_how_long_conversations_were_held(self, stores: DeskStores, talk: str, li: Agent) -> None:
        mine, late = Owner(State.OPEN, li.id), datetime.timedelta(days=1000)
        stores.desk.record(talk, Owner(State.OPEN), Change(mine), AT + late)
        stores.desk.record(talk, mine, Change(Owner(State.RESOLVED)), AT + late + 3 * MINUTE)
        assert stores.desk.handling_seconds(1) == [180.0]

    # -- Agents

    def test_agents_come_back_as_they_were(self, stores: DeskStores, li: Agent) -> None:
        assert stores.agents.agent(li.id) == li
        assert li in stores.agents.agents()
        assert stores.agents.credentials(li.name) == (li, "hash")
        assert stores.agents.agent("nobody") is None
        assert stores.agents.agent("\x00") is None
        assert stores.agents.credentials("nobody") is None
        assert not stores.agents.add_agent(dataclasses.replace(agent(), name=li.name), "other")
        stores.agents.set_password(li.id, "other")
        assert stores.agents.credentials(li.name) == (li, "other")

    def test_sessions(self, stores: DeskStores, li: Agent) -> None:
        def opened(until: datetime.datetime = AT + MINUTE) -> Session:
            new = Session(secrets.token_hex(32), li.id, "csrf", AT, until, AT)
            stores.agents.open_session(new)
            return new

        one, other = opened(), opened()
        assert stores.agents.session(one.token_hash, AT) == (one, li)
        assert stores.agents.session(one.token_hash, AT + MINUTE) is None
        stores.agents.touch_session(one.token_hash, AT + MINUTE / 2)
        touched = stores.agents.session(one.token_hash, AT)
        assert touched is not None
        assert touched[0].seen_at == AT + MINUTE / 2
        stores.agents.close_session(one.token_hash)
        assert stores.agents.session(one.token_hash, AT) is None
        assert stores.agents.session(other.token_hash, AT) is not None
        end_all: list[Callable[[], None]] = [
            lambda: stores.agents.set_password(li.id, "new"),
            lambda: stores.agents.set_disabled(li.id, True),
        ]
        for end in end_all:
            another = opened()
            end()
            assert stores.agents.session(another.token_hash, AT) is None
        refused = opened()
        assert stores.agents.session(refused.token_hash, AT) is None
        stores.agents.set_disabled(li.id, False)
        assert stores.agents.session(refused.token_hash, AT) is None
        assert stores.agents.session(opened().token_hash, AT) is not None

    def test_online_means_willing_and_there(self, stores: DeskStores, li: Agent) -> None:
        def there(since: datetime.datetime = AT) -> bool:
            return li.id in {one.id for one in stores.agents.online(since)}

        stores.agents.set_presence(li.id, Presence.ONLINE)
        assert not there()
        stores.agents.open_session(Session(secrets.token_hex(32), li.id, "c", AT, AT + MINUTE, AT))
        assert there()
        assert not there(AT + MINUTE)
        stores.agents.set_presence(li.id, Presence.AWAY)
        assert not there()

    def test_failed_sign_ins_are_counted_and_slowed(self, stores: DeskStores) -> None:
        name = secrets.token_hex(32)

        def tried(at: datetime.datetime) -> datetime.datetime | None:
            return stores.agents.try_sign_in(name, at, lambda failures: MINUTE if failures >= 2 else 0 * MINUTE)

        assert [tried(AT), tried(AT)] == [None, None]
        # What comes too soon is told when to come, and does not put it off.
        assert [tried(AT), tried(AT + MINUTE / 2)] == [AT + MINUTE] * 2
        assert tried(AT + MINUTE) is None
        assert tried(AT + MINUTE) == AT + 2 * MINUTE
        stores.agents.forgive(name)
        assert tried(AT + MINUTE) is None
        assert tried(AT + MINUTE) is None
        assert tried(AT + datetime.timedelta(hours=5)) is None  # forgotten by then
        assert tried(AT + datetime.timedelta(hours=5)) is None
