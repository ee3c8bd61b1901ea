"""Cases, contacts and ratings on real databases."""

from __future__ import annotations

import datetime
import secrets
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.chat.contract import AT, conversation, draft, handoff
from topay_bot.chat.model import Author, Case, CaseKind, CaseState, Draft, State, Turn
from topay_bot.chat.voice import BOT, Rating
from topay_bot.desk.agents import Agent, Role
from topay_bot.storage.agent_store import SqlAgentStore
from topay_bot.storage.service_store import SqlServiceStore
from topay_bot.storage.sql_store import SqlStore

LATER = AT + datetime.timedelta(hours=1)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def chat(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    if request.param == "sqlite":
        opened = SqlStore(f"sqlite:///{tmp_path_factory.mktemp('service') / 'desk.sqlite3'}")
    else:
        opened = SqlStore(str(request.getfixturevalue("postgres")()))
    yield opened
    opened.close()


@pytest.fixture
def store(chat: SqlStore) -> SqlServiceStore:
    return SqlServiceStore(chat.engine)


@pytest.fixture
def talk(chat: SqlStore) -> str:
    new = conversation()
    chat.create(new)
    return new.id


@pytest.fixture(scope="module")
def agent(chat: SqlStore) -> Agent:
    made = Agent(secrets.token_hex(8), "Grace", frozenset({Role.OPERATOR}), ("zh",), AT)
    SqlAgentStore(chat.engine).add_agent(made, "hash")
    return made


def case(talk: str, kind: CaseKind = CaseKind.COMPLAINT) -> Case:
    return Case(f"C-{secrets.token_hex(4)}", talk, kind, "客服态度 👎", "zh", AT, AT)


def notice() -> Draft:
    return Draft(secrets.token_hex(8), Author.SYSTEM, "处理中", {"kind": "case"})


def rating(talk: str, stars: int, part: str = BOT, at: datetime.datetime = AT) -> Rating:
    return Rating(secrets.token_hex(8), talk, part, None, stars, "等了很久", at)


def test_a_case_is_stored_with_its_turn(chat: SqlStore, store: SqlServiceStore, talk: str) -> None:
    wanted = case(talk)
    chat.append(talk, State.PENDING, Turn((draft(),), State.OPEN, handoff(talk), case=wanted, contact="me@x.y"), AT)
    assert store.case(wanted.reference) == wanted
    assert [one.contact for one in store.contacts(talk)] == ["me@x.y"]
    assert store.contacts(talk)[0].created_at == AT
    assert store.case("C-NONE-NONE") is None
    assert store.contacts("a\x00b") == []


def test_a_case_that_cannot_be_stored_leaves_nothing_of_its_turn(
    chat: SqlStore, store: SqlServiceStore, talk: str
) -> None:
    wanted = case(talk)
    chat.append(talk, State.PENDING, Turn((draft(),), State.PENDING, case=wanted), AT)
    with pytest.raises(Exception, match=r"(?i)unique"):
        again = Turn((draft(),), State.OPEN, handoff(talk), case=wanted, contact="me@x.y")
        chat.append(talk, State.PENDING, again, AT)
    assert len(chat.messages(talk, 0, 10)) == 1
    assert chat.handoff(talk) is None
    assert store.contacts(talk) == []


def test_a_complaint_filed_with_a_person_makes_the_hand_off_one_for_a_complaint(chat: SqlStore, talk: str) -> None:
    chat.append(talk, State.PENDING, Turn((draft(),), State.OPEN, handoff(talk)), AT)
    chat.append(talk, State.OPEN, Turn((draft(),), State.OPEN, case=case(talk, CaseKind.SUGGESTION)), AT)
    found = chat.handoff(talk)
    assert found is not None
    assert found.reason == "urgent"
    chat.append(talk, State.OPEN, Turn((draft(),), State.OPEN, case=case(talk)), AT)
    found = chat.handoff(talk)
    assert found is not None
    assert found.reason == "complaint"


def test_a_change_of_a_case_is_told_in_the_conversation(
    chat: SqlStore, store: SqlServiceStore, talk: str, agent: Agent
) -> None:
    before = case(talk)
    chat.append(talk, State.PENDING, Turn((draft(),), State.OPEN, handoff(talk), case=before), AT)
    after = replace(before, state=CaseState.ANSWERED, answer="已退款。", updated_at=LATER)
    assert store.set_case(before, after, agent.id, notice())
    assert store.case(before.reference) == after
    assert [(one.seq, one.author) for one in chat.messages(talk, 1, 10)] == [(2, Author.SYSTEM)]
    found = chat.conversation(talk)
    assert found is not None
    assert (found.state, found.last_seq) == (State.OPEN, 2)
    assert not store.set_case(before, after, agent.id, notice())  # another came first
    assert len(chat.messages(talk, 0, 10)) == 2
    listed = {one.case.reference: one.agent_name for one in store.cases(CaseState.ANSWERED, 200)}
    assert listed[before.reference] == "Grace"
    assert before.reference not in {one.case.reference for one in store.cases(CaseState.RECEIVED, 200)}


def test_of_many_changes_at_once_one_wins(chat: SqlStore, store: SqlServiceStore, talk: str, agent: Agent) -> None:
    before = case(talk)
    chat.append(talk, State.PENDING, Turn((draft(),), State.PENDING, case=before), AT)
    outcomes: list[bool] = []
    barrier = threading.Barrier(4)

    def change() -> None:
        after = replace(before, state=CaseState.IN_PROGRESS, updated_at=LATER)
        barrier.wait()
        outcomes.append(store.set_case(before, after, agent.id, notice()))

    threads = [threading.Thread(target=change) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, False, False, True]
    assert [one.seq for one in chat.messages(talk, 0, 10)] == [1, 2]


def test_the_last_rating_of_a_part_counts(store: SqlServiceStore, talk: str) -> None:
    for stars in (1, 5, 2):
        store.rate(rating(talk, stars))
    store.rate(rating(talk, 4, "handoff-1"))
    mine = {one.rating.part: one.rating.stars for one in store.ratings(5, True, 200) if one.rating.conversation == talk}
    assert mine == {BOT: 2, "handoff-1": 4}


def test_low_ratings_until_they_are_followed_up(store: SqlServiceStore, talk: str, agent: Agent) -> None:
    low = rating(talk, 2)
    store.rate(low)
    assert low.id in {one.rating.id for one in store.ratings(2, False, 200)}
    assert low.id not in {one.rating.id for one in store.ratings(1, False, 200)}
    done = store.follow_up(low.id, agent.id, LATER)
    assert done is not None
    assert (done.rating, done.followed_up_at, done.followed_up_by) == (low, LATER, "Grace")
    assert store.follow_up(low.id, agent.id, LATER + datetime.timedelta(days=1)) == done
    assert low.id not in {one.rating.id for one in store.ratings(2, False, 200)}
    assert store.follow_up("nobody", agent.id, LATER) is None
    assert store.follow_up("é", agent.id, LATER) is None
    store.rate(rating(talk, 1, at=LATER))  # to be followed up anew
    assert talk in {one.rating.conversation for one in store.ratings(2, False, 200)}


@pytest.mark.parametrize("stars", [0, 6])
def test_the_database_takes_no_other_stars(store: SqlServiceStore, talk: str, stars: int) -> None:
    with pytest.raises(Exception, match=r"(?i)check"):
        store.rate(rating(talk, stars))
