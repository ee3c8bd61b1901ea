"""What editors decide: gaps that need no article, and whether an agent's word on the right article holds."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from topay_bot.text import Language


class Verdict(StrEnum):
    """Of an editor on an agent's label."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class LabelledReply:
    """A customer's question, what the bot said to it, and what an agent called right."""

    id: str  # of the label
    conversation: str
    question: str  # masked
    language: Language
    kind: str  # of the bot's reply: answer, clarify, offer, handoff
    shown: tuple[str, ...]  # the articles that the reply named, an answer's own or the choices
    right: str
    agent_name: str
    at: datetime.datetime
    verdict: Verdict | None  # None: nobody has looked at it yet
    judged_by: str | None


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A gap that an editor set aside, as it was then."""

    id: str
    question: str
    language: Language
    wordings: frozenset[str]  # see learning.findings.wording_key
    customers: int
    by: str
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class GapList:
    """The last list of gaps, as learning.findings.Findings writes it, and the work on the next one."""

    found: Mapping[str, Any] | None
    made_at: datetime.datetime | None
    begun_at: datetime.datetime | None  # of the work that is going on
    failure: str | None  # of the work that ended last


class GapStore(Protocol):
    """Keeps the gaps list, and what was set aside from it."""

    def gap_list(self) -> GapList:
        """What was found last."""
        ...

    def begin_list(self, at: datetime.datetime, abandoned: datetime.datetime) -> bool:
        """Take on the work on a new list; False when somebody began it after `abandoned` and has not ended."""
        ...

    def end_list(self, at: datetime.datetime, found: Mapping[str, Any] | None, failure: str | None = None) -> None:
        """Keep a new list; or, with None, the one before and why there is no new one."""
        ...

    def dismiss(self, dismissal: Dismissal) -> None:
        """Set a gap aside."""
        ...

    def dismissals(self) -> Sequence[Dismissal]:
        """What is set aside and was not brought back, the newest first."""
        ...

    def restore(self, dismissal_id: str, by: str, at: datetime.datetime) -> bool:
        """Bring a gap back; False when it is not set aside."""
        ...


class LabelStore(Protocol):
    """Keeps agents' labels and editors' verdicts on them."""

    def labelled_replies(self, verdict: Verdict | None, limit: int) -> Sequence[LabelledReply]:
        """The newest labels with that verdict, or with none yet."""
        ...

    def judge(self, label_id: str, verdict: Verdict, agent_id: str, at: datetime.datetime) -> bool:
        """Keep an editor's verdict in place of any before; False when there is no such label."""
        ...
