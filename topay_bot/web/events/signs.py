"""Signs between a customer and the agents: who is there, who writes, and how far messages were brought and seen.

None of it is stored. Clients say again what they saw when they come back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass

from topay_bot.web.events.lines import DeskLine, Lines
from topay_bot.web.events.mailbox import Frame, Mailbox
from topay_bot.web.events.neighbours import Neighbours

_CUSTOMER_TYPES, _AGENT_TYPES, _CUSTOMER_SAW, _AGENT_SAW, _ON_DESK = "ct", "at", "cs", "as", "od"
_IS_THERE, _IS_GONE, _WHO_IS_THERE = "there", "gone", "who"


@dataclass
class _Marks:
    """How far a conversation was brought and seen: the `seq` of a message, 0 for none."""

    on_desk: int = 0  # an agent's console was told of it
    seen_by_agent: int = 0
    seen_by_customer: int = 0


class Signs:
    """Brings signs to the sockets of this process and, through `neighbours`, of the other workers."""

    def __init__(self, lines: Lines, neighbours: Neighbours) -> None:
        self._lines = lines
        self._neighbours = neighbours
        self._marks: defaultdict[str, _Marks] = defaultdict(_Marks)
        self._elsewhere: set[str] = set()  # watched here, and the customer is connected to another worker

    # -- From sockets of this process

    def customer_came(self, conversation_id: str, mailbox: Mailbox) -> None:
        """A customer's socket was opened."""
        if (marks := self._marks.get(conversation_id)) is not None:
            _tell_marks(mailbox, marks)
        if len(self._lines.of(conversation_id)) == 1:
            self._tell_whether_there(conversation_id)
            self._neighbours.tell(_IS_THERE, conversation_id)

    def customer_went(self, conversation_id: str) -> None:
        """A customer's socket was closed, perhaps not the last one."""
        if not self._lines.of(conversation_id):
            self._tell_whether_there(conversation_id)
            self._neighbours.tell(_IS_GONE, conversation_id)

    def watch(self, line: DeskLine, conversation_id: str) -> None:
        """The agent has opened this conversation, and no other one."""
        line.watched = {conversation_id}
        self._put_whether_there(line, conversation_id)
        if (marks := self._marks.get(conversation_id)) is not None and marks.seen_by_customer:
            _put_customer_saw(line, conversation_id, marks.seen_by_customer)
        self._neighbours.tell(_WHO_IS_THERE, conversation_id)

    def customer_types(self, conversation_id: str) -> None:
        """Show it to the agents who have the conversation open."""
        self._make(_CUSTOMER_TYPES, conversation_id)

    def agent_types(self, conversation_id: str) -> None:
        """Show it to the customer."""
        self._make(_AGENT_TYPES, conversation_id)

    def customer_saw(self, conversation_id: str, seq: int) -> None:
        """The customer has the messages up to `seq` before their eyes."""
        self._make(_CUSTOMER_SAW, conversation_id, seq)

    def agent_saw(self, conversation_id: str, seq: int) -> None:
        """An agent has the messages up to `seq` before their eyes."""
        self._make(_AGENT_SAW, conversation_id, seq)

    def on_desk(self, conversation_id: str, seq: int) -> None:
        """An agent's console was told of the messages up to `seq`."""
        if seq > self._marks[conversation_id].on_desk:  # the first of twenty consoles is enough
            self._make(_ON_DESK, conversation_id, seq)

    def _make(self, what: str, conversation_id: str, seq: int = 0) -> None:
        self.take(what, conversation_id, seq)
        self._neighbours.tell(what, conversation_id, seq)

    # -- From anywhere

    def take(self, what: str, conversation_id: str, seq: int) -> None:
        """Show a sign to the sockets of this process that it is for."""
        if what == _CUSTOMER_TYPES:
            frame: Frame = {"type": "typing", "conversation": conversation_id, "author": "customer"}
            for line in self._lines.watching(conversation_id):
                line.mailbox.put(("typing", conversation_id), frame)
        elif what == _AGENT_TYPES:
            for mailbox in self._lines.of(conversation_id):
                mailbox.put("typing", {"type": "typing", "author": "agent"})
        elif what in (_CUSTOMER_SAW, _AGENT_SAW, _ON_DESK):
            self._mark(what, conversation_id, seq)
        elif what in (_IS_THERE, _IS_GONE):
            self._customer_elsewhere(conversation_id, what == _IS_THERE)
        elif what == _WHO_IS_THERE and self._lines.of(conversation_id):
            self._neighbours.tell(_IS_THERE, conversation_id)

    def forget_all_but(self, kept: Container[str]) -> None:
        """Of other conversations nobody can ask any more."""
        for conversation in [one for one in self._marks if one not in kept]:
            del self._marks[conversation]
        self._elsewhere &= self._lines.watched()

    def _mark(self, what: str, conversation_id: str, seq: int) -> None:
        marks = self._marks[conversation_id]
        if what == _CUSTOMER_SAW:
            if seq > marks.seen_by_customer:
                marks.seen_by_customer = seq
                for line in self._lines.watching(conversation_id):
                    _put_customer_saw(line, conversation_id, seq)
            return
        before = marks.on_desk, marks.seen_by_agent
        marks.on_desk = max(marks.on_desk, seq)  # what an agent has seen was brought, too
        if what == _AGENT_SAW:
            marks.seen_by_agent = max(marks.seen_by_agent, seq)
        if (marks.on_desk, marks.seen_by_agent) != before:
            for mailbox in self._lines.of(conversation_id):
                _tell_marks(mailbox, marks)

    def _customer_elsewhere(self, conversation_id: str, there: bool) -> None:
        if there and self._lines.watching(conversation_id):
            self._elsewhere.add(conversation_id)
        else:
            self._elsewhere.discard(conversation_id)
        self._tell_whether_there(conversation_id)
        if not there and self._lines.of(conversation_id):
            self._neighbours.tell(_IS_THERE, conversation_id)  # with another tab, here

    def _tell_whether_there(self, conversation_id: str) -> None:
        for line in self._lines.watching(conversation_id):
            self._put_whether_there(line, conversation_id)

    def _put_whether_there(self, line: DeskLine, conversation_id: str) -> None:
        there = bool(self._lines.of(conversation_id)) or conversation_id in self._elsewhere
        frame = {"type": "customer", "conversation": conversation_id, "online": there}
        line.mailbox.put(("customer", conversation_id), frame)


def _put_customer_saw(line: DeskLine, conversation_id: str, seq: int) -> None:
    line.mailbox.put(("seen", conversation_id), {"type": "seen", "conversation": conversation_id, "seq": seq})


def _tell_marks(mailbox: Mailbox, marks: _Marks) -> None:
    if marks.on_desk:
        mailbox.put("delivered", {"type": "delivered", "seq": marks.on_desk})
    if marks.seen_by_agent:
        mailbox.put("seen", {"type": "seen", "seq": marks.seen_by_agent})
