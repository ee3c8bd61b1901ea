"""What every ConversationStore must do. A test module derives its own class and gives the two fixtures."""

from __future__ import annotations

import datetime
import itertools
import secrets
import threading
from collections.abc import Callable

import pytest

from topay_bot.chat.model import Author, Conversation, Draft, Handoff, State, Turn
from topay_bot.chat.store import ConversationStore, StateChanged

AT = datetime.datetime(2026, 3, 4, 5, 6, 7, 890, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
_count = itertools.count(1)


def conversation() -> Conversation:
    return Conversation(secrets.token_urlsafe(12), "0" * 64, State.PENDING, "zh", AT, customer="customer-1024")


def draft(author: Author = Author.CUSTOMER, text: str = "你好 👋\n<b>", client_id: str | None = None) -> Draft:
    return Draft(
        f"m{next(_count)}-{secrets.token_hex(4)}", author, text, {"kind": "x", "n": [1, {"é": None}]}, client_id
    )


def turn(client_id: str | None = None, state: State = State.PENDING, handoff: Handoff | None = None) -> Turn:
    return Turn((draft(client_id=client_id), draft(Author.BOT)), state, handoff)


def handoff(conversation_id: str, at: datetime.datetime = AT) -> Handoff:
    reference = f"H-{secrets.token_hex(4)}"
    return Handoff(secrets.token_urlsafe(9), conversation_id, reference, "urgent", "high", "article", "en", at)


class StoreContract:
    """`store` is empty or shared with other tests; `again` opens the same database once more."""

    @pytest.fixture
    def store(self) -> ConversationStore:
        raise NotImplementedError

    @pytest.fixture
    def again(self) -> Callable[[], ConversationStore]:
        raise NotImplementedError

    @pytest.fixture
    def talk(self, store: ConversationStore) -> str:
        new = conversation()
        store.create(new)
        return new.id

    def test_a_conversation_comes_back_as_it_was(self, store: ConversationStore) -> None:
        new = conversation()
        store.create(new)
        assert store.conversation(new.id) == new
        assert store.messages(new.id, 0, 10) == []
        assert store.handoff(new.id) is None

    @pytest.mark.parametrize("unknown", ["nobody", "", "a\x00b", "\ud800", "é", "x" * 5000, "' OR 1=1 --"])
    def test_unknown_ids_are_none_whatever_they_hold(self, store: ConversationStore, unknown: str) -> None:
        assert store.conversation(unknown) is None
        assert store.message(unknown) is None

    def test_messages_come_back_as_they_were_said(self, store: ConversationStore, talk: str) -> None:
        added = store.append(talk, State.PENDING, turn("c1"), AT)
        assert [message.seq for message in added] == [1, 2]
        assert store.messages(talk, 0, 10) == list(added)
        assert store.message(added[0].id) == added[0]
        assert added[0].text == "你好 👋\n<b>"
        assert added[0].payload == {"kind": "x", "n": [1, {"é": None}]}
        assert added[0].created_at.utcoffset() is not None

    def test_times_come_back_in_utc(self, store: ConversationStore, talk: str) -> None:
        store.append(talk, State.PENDING, turn(), AT)
        at = store.messages(talk, 0, 1)[0].created_at
        assert at == AT
        assert at.utcoffset() == datetime.timedelta(0)

    def test_seq_counts_without_gaps_and_pages(self, store: ConversationStore, talk: str) -> None:
        for _ in range(4):
            store.append(talk, State.PENDING, turn(), AT)
        assert [m.seq for m in store.messages(talk, 0, 100)] == list(range(1, 9))
        assert [m.seq for m in store.messages(talk, 3, 2)] == [4, 5]
        assert store.messages(talk, 8, 10) == []
        assert store.messages(talk, 2**31 - 1, 10) == []
        found = store.conversation(talk)
        assert found is not None
        assert found.last_seq == 8

    def test_a_turn_carries_state_language_and_handoff(self, store: ConversationStore, talk: str) -> None:
        wanted = handoff(talk)
        store.append(talk, State.PENDING, Turn((draft(),), State.OPEN, wanted, "en"), AT)
        found = store.conversation(talk)
        assert found is not None
        assert (found.state, found.language) == (State.OPEN, "en")
        assert store.handoff(talk) == wanted

    def test_the_newest_handoff_is_given(self, store: ConversationStore, talk: str) -> None:
        newer = handoff(talk, AT + datetime.timedelta(seconds=1))
        store.append(talk, State.PENDING, turn(state=State.RESOLVED, handoff=handoff(talk)), AT)
        store.append(talk, State.RESOLVED, turn(state=State.OPEN, handoff=newer), AT)
        assert store.handoff(talk) == newer

    def test_another_state_stores_nothing(self, store: ConversationStore, talk: str) -> None:
        with pytest.raises(StateChanged):
            store.append(talk, State.OPEN, turn("c1", handoff=handoff(talk)), AT)
        with pytest.raises(StateChanged):
            store.append("nobody", State.PENDING, turn(), AT)
        assert store.messages(talk, 0, 10) == []
        assert store.turn_of(talk, "c1") == []
        assert store.handoff(talk) is None

    def test_the_same_client_id_adds_nothing(self, store: ConversationStore, talk: str) -> None:
        first = store.append(talk, State.PENDING, turn("c1", State.OPEN, handoff(talk)), AT)
        # A retry expects the state from before the first.
        for expected in (State.PENDING, State.OPEN):
            assert store.append(talk, expected, turn("c1", State.RESOLVED), AT) == list(first)
        found = store.conversation(talk)
        assert found is not None
        assert (found.state, found.last_seq) == (State.OPEN, 2)
        assert store.turn_of(talk, "c1") == list(first)

    def test_client_ids_are_per_conversation(self, store: ConversationStore, talk: str) -> None:
        other = conversation()
        store.create(other)
        store.append(talk, State.PENDING, turn("c1"), AT)
        assert store.turn_of(other.id, "c1") == []
        assert len(store.append(other.id, State.PENDING, turn("c1"), AT)) == 2

    def test_a_turn_that_cannot_be_stored_leaves_nothing(self, store: ConversationStore, talk: str) -> None:
        twice = draft()
        with pytest.raises(Exception, match=r"(?i)unique"):
            store.append(talk, State.PENDING, Turn((draft(), twice, twice), State.OPEN, handoff(talk)), AT)
        assert store.messages(talk, 0, 10) == []
        found = store.conversation(talk)
        assert found is not None
        assert (found.state, found.last_seq) == (State.PENDING, 0)

    def test_the_last_feedback_counts(self, store: ConversationStore, talk: str) -> None:
        message = store.append(talk, State.PENDING, turn(), AT)[1]
        for helpful in (True, False):
            store.set_feedback(message.id, helpful, AT)
            found = store.message(message.id)
            assert found is not None
            assert found.helpful is helpful
        assert [m.helpful for m in store.messages(talk, 0, 10)] == [None, False]

    def test_it_outlives_its_store(
        self, store: ConversationStore, talk: str, again: Callable[[], ConversationStore]
    ) -> None:
        added = store.append(talk, State.PENDING, turn("c1"), AT)
        other = again()
        assert other.messages(talk, 0, 10) == list(added)
        other.close()

    def test_writers_at_once_take_turns(
        self, store: ConversationStore, talk: str, again: Callable[[], ConversationStore]
    ) -> None:
        """Two stores, as in two processes, four threads: no gap, no message lost, each client id once."""
        stores = [store, again()]
        errors: list[Exception] = []

        def write(writer: int) -> None:
            for number in range(10):
                try:
                    # Client ids clash on purpose: threads 0 and 2, and 1 and 3, send the same messages.
                    stores[writer % 2].append(talk, State.PENDING, turn(f"c{writer // 2}-{number}"), AT)
                    message = stores[writer % 2].messages(talk, 0, 2)[1]
                    stores[writer % 2].set_feedback(message.id, bool(writer % 2), AT)
                except Exception as error:
                    errors.append(error)

        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stores[1].close()
        assert errors == []
        assert [m.seq for m in store.messages(talk, 0, 1000)] == list(range(1, 41))

    def test_only_one_of_two_changes_of_owner_wins(self, store: ConversationStore, talk: str) -> None:
        outcomes: list[str] = []
        barrier = threading.Barrier(4)

        def take() -> None:
            barrier.wait()
            try:
                store.append(talk, State.PENDING, Turn((draft(),), State.OPEN, handoff(talk)), AT)
                outcomes.append("won")
            except StateChanged:
                outcomes.append("lost")

        threads = [threading.Thread(target=take) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["lost", "lost", "lost", "won"]
        assert len(store.messages(talk, 0, 10)) == 1
