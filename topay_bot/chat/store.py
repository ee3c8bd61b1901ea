"""What the chat needs of a store. One contract suite, tests/chat/contract.py, holds every implementation."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Protocol

from topay_bot.chat.model import Conversation, Handoff, Message, State, Turn


class StateChanged(Exception):
    """The conversation was no longer in the expected state; nothing was stored. Load it again and decide anew."""


class ConversationStore(Protocol):
    """Keeps conversations. Every method is one transaction and safe to call from several threads and processes."""

    def create(self, conversation: Conversation) -> None:
        """Keep a new conversation."""

    def conversation(self, conversation_id: str) -> Conversation | None:
        """The conversation, or None."""

    def append(self, conversation_id: str, expected: State, turn: Turn, at: datetime.datetime) -> Sequence[Message]:
        """Add a turn, all of it or nothing, while the conversation is still in the expected state.

        When a message with the same client id is there already, nothing is added and the stored turn is given.
        Raises StateChanged when another state was found.
        """

    def turn_of(self, conversation_id: str, client_id: str) -> Sequence[Message]:
        """The messages stored with the customer's message of that client id, itself first; empty when there is none."""

    def messages(self, conversation_id: str, after: int, limit: int) -> Sequence[Message]:
        """Messages with a `seq` beyond `after`, in order."""

    def message(self, message_id: str) -> Message | None:
        """One message, or None."""

    def handoff(self, conversation_id: str) -> Handoff | None:
        """The newest hand-off of a conversation, or None."""

    def set_feedback(self, message_id: str, helpful: bool, at: datetime.datetime) -> None:
        """Keep whether a message helped; a second opinion replaces the first."""

    def close(self) -> None:
        """Release connections."""
