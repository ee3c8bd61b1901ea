"""Two weeks of a small desk, written so that a reader can count: what happens, one line each, in Shanghai's time.

`asks` and `taps` give language, build, what the bot decided, the article and the words.
"""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from topay_bot.chat.drafting import new_id, new_reference
from topay_bot.chat.model import Author, Conversation, Draft, Handoff, Owner, State, Turn
from topay_bot.chat.voice import Rating
from topay_bot.desk.agents import Role
from topay_bot.desk.model import Change
from topay_bot.desk.signing import SignIn
from topay_bot.learning.insights import DayRange
from topay_bot.storage.agent_store import SqlAgentStore
from topay_bot.storage.desk_store import SqlDeskStore
from topay_bot.storage.service_store import SqlServiceStore
from topay_bot.storage.sql_store import SqlStore

ZONE = ZoneInfo("Asia/Shanghai")
WEEK = DayRange(datetime.date(2026, 11, 2), datetime.date(2026, 11, 8), ZONE)
CATEGORIES = {"refund-how-long": "refund", "bind-card": "payment"}

# The week is 2 to 8 November. Z is the week before, Y the minute after: neither is in it.
HISTORY = """
Z  10-26 09:00  asks     zh  old  answer   bind-card        怎么绑卡
Z  10-26 09:01  helpful
Z  11-01 23:59  asks     zh  old  answer   bind-card        怎么绑卡

A  11-02 00:00  asks     zh  old  answer   refund-how-long  退款几天能到
A  11-02 00:01  helpful
A  11-02 00:02  stars    bot  5

B  11-02 10:00  asks     zh  old  clarify  -                卡
B  11-02 10:01  taps     zh  old  answer   bind-card        绑定银行卡
B  11-02 10:02  unhelpful

C  11-03 12:00  asks     en  new  answer   refund-how-long  How long does a refund take?
C  11-03 12:01  asks     en  new  offer    -                Can I pay in shells
C  11-04 11:59  person   repeated_failure  refund-en
C  11-04 12:01  claimed
C  11-04 12:02  writes   Hello
C  11-04 12:10  stars    person  2

D  11-05 08:00  asks     zh  new  handoff  -                转人工   asked  general-zh
D  11-05 08:10  claimed

E  11-06 09:00  asks     zh  new  answer   refund-how-long  退款几天能到？
E  11-07 09:01  person   asked  refund-zh
E  11-07 09:05  claimed

F  11-07 10:00  person   asked  general-zh
F  11-07 10:01  case

G  11-08 23:59  asks     en  new  answer   bind-card        how do I bind a card
G  11-09 10:00  helpful
G  11-09 12:00  person   asked  payment-en

Y  11-09 00:00  asks     en  new  answer   bind-card        how do I bind a card
"""


def write_small_history(store: SqlStore) -> None:
    """Write HISTORY as the desk writes."""
    writer = _Writer(store)
    for line in filter(None, map(str.strip, HISTORY.splitlines())):
        talk, day, time, event, *told = line.split(maxsplit=4)
        at = datetime.datetime.fromisoformat(f"2026-{day}T{time}").replace(tzinfo=ZONE)
        writer.write(talk, at, event, told[0] if told else "")


class _Writer:
    def __init__(self, store: SqlStore) -> None:
        self._store, self._desk, self._service = store, SqlDeskStore(store.engine), SqlServiceStore(store.engine)
        self._agent = SignIn(SqlAgentStore(store.engine)).add("Lin", "a long password", [Role.AGENT], ["zh"]).id
        self._said: dict[str, str] = {}  # the bot's last message of each conversation

    def write(self, talk: str, at: datetime.datetime, event: str, told: str) -> None:
        if self._store.conversation(talk) is None:
            self._store.create(Conversation(talk, "x", State.PENDING, "zh", at))
        conversation = self._store.conversation(talk)
        assert conversation is not None
        if event in ("asks", "taps"):
            self._decide(conversation, at, event == "taps", told)
        elif event == "person":
            reason, queue = told.split()
            self._add(conversation, at, (), _handoff(conversation, at, reason, queue))
        elif event == "claimed":
            change = Change(Owner(State.OPEN, self._agent))
            self._desk.record(talk, conversation.owner, change, at)
        elif event == "writes":
            self._add(conversation, at, (Draft(new_id(), Author.CUSTOMER, told),))
        elif event == "case":
            asked = Draft(new_id(), Author.CUSTOMER, "C-7K3M-9QXT")
            self._add(conversation, at, (asked, Draft(new_id(), Author.BOT, "…", {"kind": "case", "language": "zh"})))
        elif event == "stars":
            whom, stars = told.split()
            part = "bot" if whom == "bot" else str(_newest(self._store, talk).id)
            self._service.rate(Rating(new_id(), talk, part, None, int(stars), None, at))
        else:
            assert event in ("helpful", "unhelpful"), event
            self._store.set_feedback(self._said[talk], event == "helpful", at)

    def _decide(self, conversation: Conversation, at: datetime.datetime, tapped: bool, told: str) -> None:
        language, build, kind, article, rest = told.split(maxsplit=4)
        words, _, handoff = rest.partition("   ")
        candidates = [["bind-card", 1.0]] if tapped else [["bind-card", 0.9], ["refund-how-long", 0.1]]
        payload = {"kind": kind, "language": language, "build": build, "candidates": candidates}
        if kind == "answer":
            payload["article"] = article
        said = Draft(new_id(), Author.BOT, "…", payload)
        self._said[conversation.id] = said.id
        messages = (Draft(new_id(), Author.CUSTOMER, words), said)
        self._add(conversation, at, messages, _handoff(conversation, at, *handoff.split()) if handoff else None)

    def _add(
        self,
        conversation: Conversation,
        at: datetime.datetime,
        messages: tuple[Draft, ...],
        handoff: Handoff | None = None,
    ) -> None:
        state = State.OPEN if handoff else conversation.state
        self._store.append(conversation.id, conversation.state, Turn(messages, state, handoff), at)


def _handoff(conversation: Conversation, at: datetime.datetime, reason: str, queue: str) -> Handoff:
    return Handoff(new_id(), conversation.id, new_reference(), reason, "normal", None, "zh", at, queue)


def _newest(store: SqlStore, talk: str) -> Handoff:
    found = store.handoff(talk)
    assert found is not None
    return found
