"""That conversations changed: told by whoever stored something, heard by whoever shows it live."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from topay_bot.chat.model import State

Listener = Callable[[str], None]


class Changes:
    """Told the id of each conversation that changed, after its transaction; tells all listeners, in the same thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: tuple[Listener, ...] = ()  # replaced, never altered: read without the lock

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Hear of changes, from any thread; the listener must neither wait nor raise. Gives what ends it."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def stop() -> None:
            with self._lock:
                self._listeners = tuple(one for one in self._listeners if one is not listener)

        return stop

    def publish(self, conversation_id: str) -> None:
        """Tell that a conversation changed. What changed is read from the store, which alone knows."""
        for listener in self._listeners:
            listener(conversation_id)


@dataclass(frozen=True, slots=True)
class Glance:
    """Enough of a conversation to see that, and how, it changed."""

    conversation: str
    seq: int  # of the last message
    state: State
    agent: str | None  # the id of the agent who has it
    handoff: str | None  # the id of the newest hand-off
    priority: str | None  # of that hand-off


class Glances(Protocol):
    """Looks at many conversations at once, cheaply enough to do it every second."""

    def glances(self, conversation_ids: Collection[str], *, open_too: bool) -> Sequence[Glance]:
        """Those conversations that exist; with `open_too` all that are a person's as well."""


class Reason(StrEnum):
    """Why agents look at a conversation again. `note`: nothing that a customer would see."""

    HANDOFF = "handoff"
    STATE = "state"
    MESSAGE = "message"
    NOTE = "note"


def reason_of(before: Glance | None, now: Glance) -> Reason:
    """What changed between two glances; the weightiest when it was several things."""
    if now.state is State.OPEN and (before is None or before.state is not State.OPEN or before.handoff != now.handoff):
        return Reason.HANDOFF
    if before is None or (before.state, before.agent, before.priority) != (now.state, now.agent, now.priority):
        return Reason.STATE
    return Reason.MESSAGE if now.seq != before.seq else Reason.NOTE
