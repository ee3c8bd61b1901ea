"""Brings changes to the sockets of this process: at once those made here, within a second those made elsewhere."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

from topay_bot.chat.changes import Changes, Glance, Glances, Reason, reason_of
from topay_bot.chat.model import State
from topay_bot.web.mailbox import Frame, Mailbox
from topay_bot.web.sockets import Patience

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

# To a customer's socket: read on from the store. Never sent as it is.
CHANGED: Frame = {"type": "changed"}
# To an agent's: more changed than is kept for it.
_ALL_CHANGED: Frame = {"type": "changed", "conversation": None, "reason": "many"}
_WEIGHT = {reason: weight for weight, reason in enumerate(reversed(Reason))}
_READERS = 4  # threads that read the database for sockets; more would only take it from those who write


@dataclass(eq=False)
class DeskLine:
    """An agent's socket, and the conversations that the agent has before their eyes."""

    agent: str
    mailbox: Mailbox = field(default_factory=lambda: Mailbox(_ALL_CHANGED))
    watched: set[str] = field(default_factory=set)


@dataclass
class _Marks:
    """How far a conversation was brought and seen: the `seq` of a message, 0 for none."""

    on_desk: int = 0  # an agent's console was told of it
    seen_by_agent: int = 0
    seen_by_customer: int = 0


class Hub:
    """All sockets of this process. Used on the event loop, but for what `changes` tells, which comes from any thread.

    What it remembers is about conversations that are a person's or have a socket; nothing of it outlives the process,
    and clients say again what they saw when they come back.
    """

    def __init__(
        self,
        changes: Changes,
        glances: Glances,
        online: Callable[[], Iterable[str]],
        *,
        look_every_seconds: float = 1.0,
    ) -> None:
        """`online` gives the ids of the agents who take new conversations."""
        self.patience = Patience()
        self._changes = changes
        self._glances = glances
        self._online = online
        self._look_every = look_every_seconds
        self._customers: dict[str, set[Mailbox]] = {}
        self._desks: set[DeskLine] = set()
        self._known: dict[str, Glance] = {}
        self._known_online: set[str] = set()
        self._marks: defaultdict[str, _Marks] = defaultdict(_Marks)
        self._changed: set[str] = set()
        self._wake = asyncio.Event()
        self._looking = asyncio.Lock()
        self._failing = False
        self._readers = ThreadPoolExecutor(_READERS, "live-reader")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hear of changes and look for others' meanwhile."""
        loop = asyncio.get_running_loop()

        def heard(conversation_id: str) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody is connected any more
                loop.call_soon_threadsafe(self._hear, conversation_id)

        stop = self._changes.listen(heard)
        task = asyncio.create_task(self._run(), name="live-hub")
        try:
            yield
        finally:
            stop()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._readers.shutdown()

    async def read(self, reading: Callable[..., _T], *arguments: object) -> _T:
        """Carry out what waits for the database, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, reading, *arguments)

    @contextmanager
    def customer(self, conversation_id: str) -> Iterator[Mailbox]:
        """A customer's socket on this conversation. It begins with what there is to read."""
        mailbox = Mailbox(CHANGED)
        mailbox.put("changed", CHANGED)
        if (marks := self._marks.get(conversation_id)) is not None:
            self._tell_marks(mailbox, marks)
        if conversation_id not in self._customers:
            self._customers[conversation_id] = set()
            self._tell_whether_online(conversation_id)
        self._customers[conversation_id].add(mailbox)
        try:
            yield mailbox
        finally:
            self._customers[conversation_id].discard(mailbox)
            if not self._customers[conversation_id]:
                del self._customers[conversation_id]
                self._tell_whether_online(conversation_id)

    @asynccontextmanager
    async def desk(self, agent: str) -> AsyncIterator[DeskLine]:
        """An agent's socket. Whatever changes from now on it is told of."""
        line = DeskLine(agent)
        self._desks.add(line)
        try:
            # So that the next look sees what changed from now on. What is there already, the console asks for.
            await self._look(set(), tell=len(self._desks) > 1)
            yield line
        finally:
            self._desks.discard(line)

    def watch(self, line: DeskLine, conversation_id: str) -> None:
        """The agent has opened this conversation, and no other one."""
        line.watched = {conversation_id}
        self._put_whether_online(line, conversation_id)
        if (marks := self._marks.get(conversation_id)) is not None and marks.seen_by_customer:
            self._put_customer_saw(line, conversation_id, marks.seen_by_customer)

    def customer_types(self, conversation_id: str) -> None:
        """Show it to the agents who look at the conversation."""
        for line in self._watching(conversation_id):
            frame = {"type": "typing", "conversation": conversation_id, "author": "customer"}
            line.mailbox.put(("typing", conversation_id), frame)

    def agent_types(self, line: DeskLine, conversation_id: str) -> None:
        """Show it to the customer, if the agent is the one who answers there."""
        known = self._known.get(conversation_id)
        if known is None or known.state is not State.OPEN or known.agent not in (None, line.agent):
            return
        for mailbox in self._customers.get(conversation_id, ()):
            mailbox.put("typing", {"type": "typing", "author": "agent"})

    def customer_saw(self, conversation_id: str, seq: int) -> None:
        """The customer has the messages up to `seq` before their eyes."""
        marks = self._marks[conversation_id]
        if seq > marks.seen_by_customer:
            marks.seen_by_customer = seq
            for line in self._watching(conversation_id):
                self._put_customer_saw(line, conversation_id, seq)

    def agent_saw(self, conversation_id: str, seq: int) -> None:
        """An agent has the messages up to `seq` before their eyes."""
        marks = self._marks[conversation_id]
        if seq > marks.seen_by_agent:
            marks.seen_by_agent = seq
            self.on_desk(conversation_id, seq)
            for mailbox in self._customers.get(conversation_id, ()):
                self._tell_marks(mailbox, marks)

    def all_on_desk(self) -> None:
        """A console was opened: it shows all that is a person's."""
        for glance in self._known.values():
            if glance.state is State.OPEN:
                self.on_desk(glance.conversation, glance.seq)

    def on_desk(self, conversation_id: str, seq: int) -> None:
        """An agent's console was told of the messages up to `seq`."""
        marks = self._marks[conversation_id]
        if seq > marks.on_desk:
            marks.on_desk = seq
            for mailbox in self._customers.get(conversation_id, ()):
                self._tell_marks(mailbox, marks)

    def count(self) -> tuple[int, int]:
        """Open sockets: of customers, of agents."""
        return sum(map(len, self._customers.values())), len(self._desks)

    def _hear(self, conversation_id: str) -> None:
        for mailbox in self._customers.get(conversation_id, ()):
            mailbox.put("changed", CHANGED)
        if self._desks:
            self._changed.add(conversation_id)
            self._wake.set()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        look_at = loop.time() + self._look_every
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(look_at):
                    await self._wake.wait()
            self._wake.clear()
            changed, self._changed = self._changed, set()
            if loop.time() < look_at:
                await self._look(changed, only=True)
            else:
                await self._look(changed)
                look_at = loop.time() + self._look_every

    async def _look(self, changed: set[str], *, only: bool = False, tell: bool = True) -> None:
        """See what became of the conversations that `changed` here, and unless `only` these of all that matter."""
        ids = changed if only else changed | self._customers.keys() | self._known.keys()
        open_too = bool(self._desks) and not only
        if not ids and not open_too:
            return
        async with self._looking:
            try:
                found = await self.read(lambda: self._glances.glances(ids, open_too=open_too))
                online = set(await self.read(self._online)) if open_too else set()
            except Exception:  # the database is away: those who write learn of it, we look again
                if not self._failing:
                    _log.exception("the database cannot be looked at; live events wait until it can")
                self._failing = True
                self._changed |= changed
                return
            self._failing = False
            for now in found:
                before = self._known.get(now.conversation)
                self._known[now.conversation] = now
                here = now.conversation in changed
                if tell and (here or now != before):
                    self._tell(before, now, here)
            if open_too:
                self._tell_presence(online)
        if not only:
            self._forget()

    def _tell_presence(self, online: set[str]) -> None:
        changed = online ^ self._known_online
        self._known_online = online
        for agent in changed:
            frame = {"type": "presence", "agent": agent, "status": "online" if agent in online else "away"}
            for line in self._desks:
                line.mailbox.put(("presence", agent), frame)

    def _tell(self, before: Glance | None, now: Glance, here: bool) -> None:
        if not here:  # else they were told at once
            for mailbox in self._customers.get(now.conversation, ()):
                mailbox.put("changed", CHANGED)
        reason = reason_of(before, now)
        persons = now.state is State.OPEN or (before is not None and before.state is State.OPEN)
        for line in self._desks:
            if persons or now.conversation in line.watched:
                self._put_changed(line.mailbox, now, reason)

    def _put_changed(self, mailbox: Mailbox, now: Glance, reason: Reason) -> None:
        key = ("changed", now.conversation)
        waiting = mailbox.waiting(key)
        if waiting is not None:  # what it has not heard yet weighs as much as before
            reason = max(reason, Reason(waiting["reason"]), key=_WEIGHT.__getitem__)
        mailbox.put(
            key,
            {
                "type": "changed",
                "conversation": now.conversation,
                "reason": str(reason),
                "seq": now.seq,
                "state": str(now.state),
                "agent": now.agent,
                "priority": now.priority,
            },
        )

    def _forget(self) -> None:
        """Keep what is said about conversations only as long as somebody could ask."""
        watched = {conversation for line in self._desks for conversation in line.watched}
        kept = self._customers.keys() | watched
        self._known = {
            id: glance
            for id, glance in self._known.items()
            if id in kept or (self._desks and glance.state is State.OPEN)
        }
        for conversation in [one for one in self._marks if one not in kept and one not in self._known]:
            del self._marks[conversation]

    def _watching(self, conversation_id: str) -> Iterator[DeskLine]:
        return (line for line in self._desks if conversation_id in line.watched)

    def _tell_whether_online(self, conversation_id: str) -> None:
        for line in self._watching(conversation_id):
            self._put_whether_online(line, conversation_id)

    def _put_whether_online(self, line: DeskLine, conversation_id: str) -> None:
        frame = {"type": "customer", "conversation": conversation_id, "online": conversation_id in self._customers}
        line.mailbox.put(("customer", conversation_id), frame)

    @staticmethod
    def _put_customer_saw(line: DeskLine, conversation_id: str, seq: int) -> None:
        frame = {"type": "seen", "conversation": conversation_id, "seq": seq}
        line.mailbox.put(("seen", conversation_id), frame)

    @staticmethod
    def _tell_marks(mailbox: Mailbox, marks: _Marks) -> None:
        if marks.on_desk:
            mailbox.put("delivered", {"type": "delivered", "seq": marks.on_desk})
        if marks.seen_by_agent:
            mailbox.put("seen", {"type": "seen", "seq": marks.seen_by_agent})
