"""The sockets of this process: whose they are, and what each has yet to be told."""

from __future__ import annotations

from dataclasses import dataclass, field

from topay_bot.web.events.mailbox import Frame, Mailbox

# To a customer's socket: read on from the store. Never sent as it is.
CHANGED: Frame = {"type": "changed"}
# To an agent's: more changed than is kept for it.
_ALL_CHANGED: Frame = {"type": "changed", "conversation": None, "reason": "many"}


@dataclass(eq=False)
class DeskLine:
    """An agent's socket, and the conversations that the agent has before their eyes."""

    agent: str
    mailbox: Mailbox = field(default_factory=lambda: Mailbox(_ALL_CHANGED))
    watched: set[str] = field(default_factory=set)


class Lines:
    """All sockets, used on the event loop only."""

    def __init__(self) -> None:
        self.desks: set[DeskLine] = set()
        self._customers: dict[str, set[Mailbox]] = {}

    def add_customer(self, conversation_id: str) -> Mailbox:
        """A new socket on this conversation. It begins with what there is to read."""
        mailbox = Mailbox(CHANGED)
        mailbox.put("changed", CHANGED)
        self._customers.setdefault(conversation_id, set()).add(mailbox)
        return mailbox

    def remove_customer(self, conversation_id: str, mailbox: Mailbox) -> None:
        """That socket is closed."""
        self._customers[conversation_id].discard(mailbox)
        if not self._customers[conversation_id]:
            del self._customers[conversation_id]

    def of(self, conversation_id: str) -> frozenset[Mailbox]:
        """The customers' sockets on this conversation."""
        return frozenset(self._customers.get(conversation_id, ()))

    def watching(self, conversation_id: str) -> list[DeskLine]:
        """The agents' sockets that have this conversation open."""
        return [line for line in self.desks if conversation_id in line.watched]

    def conversations(self) -> set[str]:
        """Those with a customer's socket."""
        return set(self._customers)

    def watched(self) -> set[str]:
        """Those that an agent has open."""
        return {conversation for line in self.desks for conversation in line.watched}

    def count(self) -> tuple[int, int]:
        """Open sockets: of customers, of agents."""
        return sum(map(len, self._customers.values())), len(self.desks)
