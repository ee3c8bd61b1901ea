"""What agents do to conversations: take, answer, pass on, give back, close and open again.

Every change compares the owner in its own transaction. Of two agents who want the same conversation at once one gets
it, and the other is told who did.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from topay_bot.answering.policy import Priority
from topay_bot.chat.checking import checked_text
from topay_bot.chat.drafting import new_id
from topay_bot.chat.model import Author, Conversation, Draft, Event, Message, Owner, State
from topay_bot.chat.notifying import Notifier
from topay_bot.chat.store import ConversationStore, StateChanged
from topay_bot.chat.wording import say
from topay_bot.desk.agents import Agent, Role
from topay_bot.desk.model import Change, Label, Note, Summary
from topay_bot.desk.store import AgentStore, DeskStore
from topay_bot.desk.waiting import raised
from topay_bot.errors import (
    AgentNotFound,
    BadMessage,
    ConversationBusy,
    ConversationNotFound,
    ConversationNotOpen,
    ConversationTaken,
    MessageNotFound,
)
from topay_bot.privacy import mask

_ATTEMPTS = 5  # of a change against changes by others; each failure means that somebody else went ahead
_MAX_CLIENT_ID = 80  # an agent's id stands before it
_MAX_QUEUE = 80
_TURN = 5  # messages of one turn, at most: the customer's stands close before the bot's
# An agent may well give a customer an address or a telephone number; the customer's own secrets need not be repeated.
_HIDDEN_FROM_AGENTS = ("card", "id", "password", "cvv")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call led to: the messages that it added, and the conversation as it is now."""

    messages: Sequence[Message]
    summary: Summary
    repeated: bool = False  # it had been carried out before, nothing was added


@dataclass(frozen=True)
class DeskStores:
    """The parts of one database that the desk stands on."""

    chat: ConversationStore
    desk: DeskStore
    agents: AgentStore


class DeskService:
    """The agents' side of the conversations that ChatService begins; the arguments are as there."""

    def __init__(
        self,
        stores: DeskStores,
        *,
        max_message_chars: int,
        longest_wait_seconds: float = 600.0,
        notifier: Notifier | None = None,
        changed: Callable[[str], None] = lambda conversation_id: None,
        now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    ) -> None:
        self._stores = stores
        self._max_message_chars = max_message_chars
        self._longest_wait = datetime.timedelta(seconds=longest_wait_seconds)
        self._notifier = notifier or Notifier()
        self._changed = changed
        self._now = now

    def claim(self, agent: Agent, conversation_id: str) -> Outcome:
        """Take a conversation that waits, or the bot has. Raises ConversationTaken when another agent has it."""

        def plan(conversation: Conversation) -> Change | None:
            if conversation.state is State.PENDING:
                return self._reopening(agent, conversation)
            _refuse_unless_mine(conversation, agent)
            if conversation.agent == agent.id:
                return None
            notice = _notice("joined", conversation, agent, name=agent.name)
            return Change(Owner(State.OPEN, agent.id), (notice,))

        return self._carry_out(conversation_id, plan)

    def reply(
        self, agent: Agent, conversation_id: str, text: str, client_id: str, article: str | None = None
    ) -> Outcome:
        """Answer the customer. It takes the conversation, from the bot too; another agent's is refused.

        The same `client_id` again changes nothing. `article` is the one that the text was taken from.
        """
        text = mask(checked_text(text, self._max_message_chars), _HIDDEN_FROM_AGENTS)
        payload = {"kind": "reply", "agent": agent.name, "by": _named(agent)} | (
            {"article": article} if article else {}
        )
        said = Draft(new_id(), Author.AGENT, text, payload, _checked_client_id(agent, client_id))
        assert said.client_id is not None

        def plan(conversation: Conversation) -> Change | Sequence[Message]:
            before = self._stores.chat.turn_of(conversation.id, said.client_id or "")
            if before:
                return before
            if conversation.state is State.OPEN:
                _refuse_unless_mine(conversation, agent)
            return Change(Owner(State.OPEN, agent.id), (said,), answered=True)

        return self._carry_out(conversation_id, plan)

    def give_back(self, agent: Agent, conversation_id: str) -> Outcome:
        """The bot goes on."""

        def plan(conversation: Conversation) -> Change | None:
            if conversation.state is State.PENDING:
                return None
            _refuse_unless_mine(conversation, agent)
            return Change(Owner(State.PENDING), (_notice("returned", conversation, agent),))

        return self._carry_out(conversation_id, plan)

    def resolve(self, agent: Agent, conversation_id: str) -> Outcome:
        """All is done. What the customer writes after it goes to the bot."""

        def plan(conversation: Conversation) -> Change | None:
            if conversation.state is State.RESOLVED:
                return None
            _refuse_unless_mine(conversation, agent)
            return Change(Owner(State.RESOLVED), (_notice("resolved", conversation, agent, name=agent.name),))

        return self._carry_out(conversation_id, plan)

    def reopen(self, agent: Agent, conversation_id: str) -> Outcome:
        """Take a conversation again that was resolved or given back; the reference number stays."""

        def plan(conversation: Conversation) -> Change | None:
            if conversation.state is State.OPEN:
                _refuse_unless_mine(conversation, agent)
                if conversation.agent == agent.id:
                    return None
            return self._reopening(agent, conversation)

        return self._carry_out(conversation_id, plan)

    def _reopening(self, agent: Agent, conversation: Conversation) -> Change:
        handoff = self._stores.chat.handoff(conversation.id)
        assert handoff is not None  # agents see no conversation without one
        notice = _notice("reopened", conversation, agent, name=agent.name, reference=handoff.reference)
        return Change(Owner(State.OPEN, agent.id), (notice,), due_at=self._due_at())

    def transfer(
        self, agent: Agent, conversation_id: str, to: str | None = None, queue: str | None = None, note: str = ""
    ) -> Outcome:
        """Pass a conversation to another agent, or back to a queue for whoever comes first.

        An operator may pass on any agent's. `note` tells the next one what the customer needs not repeat.
        """
        if (to is None) == (queue is None):
            raise BadMessage("a transfer goes to an agent or to a queue; name one of the two")
        if queue is not None and not (0 < len(queue) <= _MAX_QUEUE and queue.isprintable()):
            raise BadMessage(f"a queue's name has 1 to {_MAX_QUEUE} printable characters")
        receiver = self._receiver(to) if to is not None else None
        to_whom = _named(receiver) if receiver else {"queue": queue}
        text = self._checked_note(note) if note.strip() else ""

        def plan(conversation: Conversation) -> Change | None:
            if not agent.may(Role.OPERATOR):
                _refuse_unless_mine(conversation, agent)
            _refuse_unless_open(conversation)
            owner = Owner(State.OPEN, receiver.id if receiver else None)
            had_one = conversation.agent is not None and conversation.agent != owner.agent
            return Change(
                owner,
                (_notice("transferred", conversation, agent, to=to_whom),) if had_one else (),
                self._note(agent, conversation, text) if text else None,
                queue,
                due_at=self._due_at(),
            )

        return self._carry_out(conversation_id, plan)

    def note(self, agent: Agent, conversation_id: str, text: str, client_id: str | None = None) -> Note:
        """Tell other agents something that the customer does not see. The same `client_id` again adds nothing."""
        text = self._checked_note(text)
        note = self._note(agent, self._conversation(conversation_id), text)
        if client_id is not None:
            key = f"{conversation_id}\n{_checked_client_id(agent, client_id)}"
            note = replace(note, id=hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32])
        kept = self._stores.desk.add_note(note)
        self._changed(conversation_id)
        return kept

    def label(self, agent: Agent, conversation_id: str, message_id: str, article: str) -> Label:
        """Say which article is the right one for a customer's message; one of the bot stands for what it answered."""
        self._conversation(conversation_id)
        message = self._stores.chat.message(message_id)
        if message is not None and message.author is Author.BOT:
            first = max(0, message.seq - 1 - _TURN)
            before = self._stores.chat.messages(message.conversation, first, message.seq - 1 - first)
            message = next((one for one in reversed(before) if one.author is Author.CUSTOMER), None)
        if message is None or message.conversation != conversation_id or message.author is not Author.CUSTOMER:
            raise MessageNotFound(f"no message {message_id!r} of the customer, or answer to one, in this conversation")
        label = Label(new_id(), message.id, article, agent.id, agent.name, self._now())
        self._stores.desk.set_label(label)
        self._changed(conversation_id)
        return label

    def review(self, label_id: str) -> None:
        """An editor agrees with a label."""
        if not self._stores.desk.review(label_id):
            raise MessageNotFound(f"no label {label_id!r}; GET /v1/desk/labels lists them")

    def raise_overdue(self) -> int:
        """Raise the priority of what has waited too long, and tell of it; gives how many. Any process may call it."""
        now = self._now()
        count = 0
        for handoff in self._stores.desk.overdue(now):
            priority = raised(handoff.priority)
            # What was urgent already is told of once.
            due_at = None if handoff.priority == Priority.URGENT else now + self._longest_wait
            told = self._notifier.about(replace(handoff, priority=priority), Event.LONG_WAIT)
            if self._stores.desk.raise_priority(handoff, priority, due_at, told, now):
                count += 1
                self._changed(handoff.conversation)
        return count

    def _carry_out(
        self, conversation_id: str, plan: Callable[[Conversation], Change | Sequence[Message] | None]
    ) -> Outcome:
        """Record the change that `plan` makes of the conversation as it is; planned anew when others changed it.

        A plan gives None when there is nothing to do, or the messages of the same call made before.
        """
        for _ in range(_ATTEMPTS):
            conversation = self._conversation(conversation_id)
            change = plan(conversation)
            if not isinstance(change, Change):
                return Outcome(change or (), self._summary(conversation_id), repeated=True)
            try:
                stored = self._stores.desk.record(conversation_id, conversation.owner, change, self._now())
            except StateChanged:
                continue
            self._changed(conversation_id)
            repeated = bool(stored) and stored[0].id != change.messages[0].id
            return Outcome(stored, self._summary(conversation_id), repeated)
        raise ConversationBusy(
            f"conversation {conversation_id!r} was changed by others {_ATTEMPTS} times meanwhile; send the same again"
        )

    def _conversation(self, conversation_id: str) -> Conversation:
        conversation = self._stores.chat.conversation(conversation_id)
        if conversation is None or self._stores.chat.handoff(conversation_id) is None:
            raise ConversationNotFound(f"no conversation {conversation_id!r} was handed to a person")
        return conversation

    def _summary(self, conversation_id: str) -> Summary:
        summary = self._stores.desk.summary(conversation_id)
        assert summary is not None  # _conversation saw to it
        return summary

    def _receiver(self, agent_id: str) -> Agent:
        receiver = self._stores.agents.agent(agent_id)
        if receiver is None or receiver.disabled or not receiver.may(Role.AGENT):
            raise AgentNotFound(f"no agent {agent_id!r} takes conversations; GET /v1/desk/agents lists those who do")
        return receiver

    def _checked_note(self, text: str) -> str:
        return mask(checked_text(text, self._max_message_chars), _HIDDEN_FROM_AGENTS)

    def _note(self, agent: Agent, conversation: Conversation, text: str) -> Note:
        return Note(new_id(), conversation.id, conversation.last_seq, agent.id, agent.name, text, self._now())

    def _due_at(self) -> datetime.datetime:
        return self._now() + self._longest_wait


def _refuse_unless_open(conversation: Conversation) -> None:
    if conversation.state is not State.OPEN:
        whose = "the bot has" if conversation.state is State.PENDING else "nobody has, because it is resolved,"
        raise ConversationNotOpen(f"{whose} this conversation; reopen it first if a person is needed")


def _refuse_unless_mine(conversation: Conversation, agent: Agent) -> None:
    _refuse_unless_open(conversation)
    if conversation.agent not in (None, agent.id):
        name = conversation.agent_name or "another agent"
        raise ConversationTaken(f"{name} has this conversation", name)


def _notice(
    what: str, conversation: Conversation, agent: Agent, to: Mapping[str, str | None] | None = None, **values: str
) -> Draft:
    """Tells the customer what happened. What only the desk may know of it, who did it and `to` whom, is kept beside."""
    payload: dict[str, Any] = {"kind": what, "by": _named(agent)}
    if "name" in values:
        payload["agent"] = values["name"]
    if to is not None:
        payload["to"] = dict(to)
    return Draft(new_id(), Author.SYSTEM, say(what, conversation.language, **values), payload)


def _named(agent: Agent) -> dict[str, str | None]:
    return {"id": agent.id, "name": agent.name}


def _checked_client_id(agent: Agent, client_id: str) -> str:
    if not client_id or len(client_id) > _MAX_CLIENT_ID or not client_id.isprintable():
        raise BadMessage(f"client_id must be 1 to {_MAX_CLIENT_ID} printable characters, new for each message")
    return f"{agent.id}:{client_id}"
