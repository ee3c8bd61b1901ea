"""Brings changes to the sockets of this process: at once those made here, within a second those made elsewhere."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TypeVar

from topay_bot.chat.changes import Changes, Glance, Glances, Reason, reason_of
from topay_bot.chat.model import State
from topay_bot.web.events.lines import CHANGED, DeskLine, Lines
from topay_bot.web.events.mailbox import Mailbox
from topay_bot.web.events.neighbours import Neighbours, Word
from topay_bot.web.events.signs import Signs
from topay_bot.web.events.sockets import Patience

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

_WEIGHT = {reason: weight for weight, reason in enumerate(reversed(Reason))}
_READERS = 4  # threads that read the database for sockets; more would only take it from those who write
_CHANGE = "changed"  # to the neighbours


class Hub:
    """The live side of one process. Used on the event loop, but for what `changes` tells, which comes from any thread.

    What it remembers is about conversations that are a person's or have a socket; nothing of it outlives the process.
    """

    def __init__(
        self,
        changes: Changes,
        glances: Glances,
        online: Callable[[], Iterable[str]],
        neighbours: Neighbours | None = None,
        *,
        look_every_seconds: float = 1.0,
    ) -> None:
        """`online` gives the ids of the agents who take new conversations."""
        self.patience = Patience()
        self.lines = Lines()
        self._neighbours = neighbours or Neighbours()
        self.signs = Signs(self.lines, self._neighbours)
        self._changes = changes
        self._glances = glances
        self._online = online
        self._look_every = look_every_seconds
        self._known: dict[str, Glance] = {}
        self._known_online: set[str] = set()
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

        with self._neighbours.listening(self._hear_neighbour):
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
        """A customer's socket on this conversation."""
        mailbox = self.lines.add_customer(conversation_id)
        self.signs.customer_came(conversation_id, mailbox)
        try:
            yield mailbox
        finally:
            self.lines.remove_customer(conversation_id, mailbox)
            self.signs.customer_went(conversation_id)

    @asynccontextmanager
    async def desk(self, agent: str) -> AsyncIterator[DeskLine]:
        """An agent's socket. Whatever changes from now on it is told of."""
        line = DeskLine(agent)
        self.lines.desks.add(line)
        try:
            # So that the next look sees what changed from now on. What is there already, the console asks for.
            await self._look(set(), tell=len(self.lines.desks) > 1)
            yield line
        finally:
            self.lines.desks.discard(line)

    def all_on_desk(self) -> None:
        """A console was opened: it shows all that is a person's."""
        for glance in self._known.values():
            if glance.state is State.OPEN:
                self.signs.on_desk(glance.conversation, glance.seq)

    def may_answer(self, agent: str, conversation_id: str) -> bool:
        """Whether a conversation is a person's, and no other agent's."""
        known = self._known.get(conversation_id)
        return known is not None and known.state is State.OPEN and known.agent in (None, agent)

    def _hear(self, conversation_id: str) -> None:
        self._hear_neighbour((_CHANGE, conversation_id, 0))
        self._neighbours.tell(_CHANGE, conversation_id)

    def _hear_neighbour(self, word: Word) -> None:
        what, conversation_id, seq = word
        if what != _CHANGE:
            self.signs.take(what, conversation_id, seq)
            return
        for mailbox in self.lines.of(conversation_id):
            mailbox.put("changed", CHANGED)
        if self.lines.desks:
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
        """See what became of the conversations that `changed`, as we were told, and unless `only` these of all."""
        ids = changed if only else changed | self.lines.conversations() | self._known.keys()
        open_too = bool(self.lines.desks) and not only
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
                told = now.conversation in changed
                if tell and (told or now != before):
                    self._tell(before, now, told)
            if open_too:
                self._tell_presence(online)
        if not only:
            self._forget()

    def _tell(self, before: Glance | None, now: Glance, told: bool) -> None:
        if not told:  # else the customers were told at once
            for mailbox in self.lines.of(now.conversation):
                mailbox.put("changed", CHANGED)
        reason = reason_of(before, now)
        persons = now.state is State.OPEN or (before is not None and before.state is State.OPEN)
        for line in self.lines.desks:
            if persons or now.conversation in line.watched:
                _put_changed(line.mailbox, now, reason)

    def _tell_presence(self, online: set[str]) -> None:
        changed = online ^ self._known_online
        self._known_online = online
        for agent in changed:
            frame = {"type": "presence", "agent": agent, "status": "online" if agent in online else "away"}
            for line in self.lines.desks:
                line.mailbox.put(("presence", agent), frame)

    def _forget(self) -> None:
        """Keep what is known of conversations only as long as somebody could ask."""
        kept = self.lines.conversations() | self.lines.watched()
        if self.lines.desks:
            kept |= {one for one, glance in self._known.items() if glance.state is State.OPEN}
        self._known = {one: glance for one, glance in self._known.items() if one in kept}
        self.signs.forget_all_but(kept)


def _put_changed(mailbox: Mailbox, now: Glance, reason: Reason) -> None:
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
