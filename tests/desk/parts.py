"""The customers' and the agents' side over one real database, with an answerer that decides what it is told to."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Mapping
from typing import Any, cast

from tests.chat.test_service import Scripted
from topay_bot.answering.answerer import Answerer
from topay_bot.chat.model import Conversation, Event
from topay_bot.chat.notifying import Notifier
from topay_bot.chat.service import ChatService
from topay_bot.desk.agents import Agent, Role
from topay_bot.desk.reading import DeskReader
from topay_bot.desk.service import DeskService, DeskStores
from topay_bot.desk.signing import SignIn
from topay_bot.edition import Edition
from topay_bot.errors import ArtefactError
from topay_bot.knowledge.library import Library
from topay_bot.storage.agent_store import SqlAgentStore
from topay_bot.storage.desk_store import SqlDeskStore
from topay_bot.storage.sql_store import SqlStore

NOON = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.UTC)
LONGEST_WAIT_SECONDS = 600
TOLD_OF_ALL: Mapping[Event, tuple[str, ...]] = dict.fromkeys(Event, ("mail",))
_names = itertools.count(1)


class Parts:
    """`now` is the clock of all parts; it moves only when a test moves it. `changes` are those announced."""

    def __init__(
        self,
        store: SqlStore,
        library: Library,
        *,
        stores: DeskStores | None = None,
        channels: Mapping[Event, tuple[str, ...]] = TOLD_OF_ALL,
    ) -> None:
        self.store = store
        self.stores = stores or stores_of(store)
        self.now = NOON
        self.changes: list[str] = []
        self.index: Edition | None = Edition("b1", {}, library, cast(Answerer, Scripted()))
        common: dict[str, Any] = {
            "max_message_chars": 100,
            "longest_wait_seconds": LONGEST_WAIT_SECONDS,
            "notifier": Notifier(channels),
            "changed": self.changes.append,
            "now": lambda: self.now,
        }
        self.chat = ChatService(self.stores.chat, self.edition, **common)
        self.desk = DeskService(self.stores, **common)
        self.sign_in = SignIn(self.stores.agents, now=lambda: self.now)
        self.reader = DeskReader(self.stores, self.sign_in, self.edition)

    def edition(self) -> Edition:
        if self.index is None:
            raise ArtefactError("away")
        return self.index

    def later(self, seconds: float) -> None:
        self.now += datetime.timedelta(seconds=seconds)

    def agent(self, *roles: Role) -> Agent:
        """A new agent; the password is not for signing in: argon2 takes its time."""
        name = f"Li {next(_names)}"
        new = Agent(f"a-{name}", name, frozenset(roles or (Role.AGENT,)), ("zh", "en"), self.now)
        assert self.stores.agents.add_agent(new, "no hash")
        return new

    def talk(self, *texts: str) -> tuple[str, str]:
        """A conversation in which the customer says these things; its id and token."""
        conversation, token = self.chat.start("en")
        for text in texts:
            self.chat.post(conversation.id, token, text, f"first {text}")
        return conversation.id, token

    def conversation(self, conversation_id: str) -> Conversation:
        found = self.store.conversation(conversation_id)
        assert found is not None
        return found


def stores_of(store: SqlStore) -> DeskStores:
    return DeskStores(store, SqlDeskStore(store.engine), SqlAgentStore(store.engine))
