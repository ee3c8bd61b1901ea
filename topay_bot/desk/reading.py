"""What agents read: lists, a whole conversation, articles that may answer, and how long somebody will wait."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from topay_bot.answering.policy import Candidate, Reason
from topay_bot.chat.drafting import names_language
from topay_bot.chat.model import Author, Message
from topay_bot.desk.model import Counts, Label, LabelledQuestion, Note, Page, Query, Summary
from topay_bot.desk.service import DeskStores
from topay_bot.desk.signing import SignIn
from topay_bot.desk.waiting import LAST_HANDLED, Waiting, estimate_seconds
from topay_bot.edition import Edition
from topay_bot.errors import ArtefactError, BadMessage, ConversationNotFound
from topay_bot.reply import AnswerText, answer_text
from topay_bot.text import Language

MAX_LISTED = 200
_SHOWN_MESSAGES = 1000  # the newest of a conversation
_LOOKED_BACK = 40  # messages looked back on for a question of the customer
_SUGGESTED = 5
# From this confidence of its best article on, a message counts as a question; asides lie well below.
_CLEAR = 0.2
_SMALL_TALK = "smalltalk-"  # said by the bot; nothing for an agent to send
# What says nothing about the matter itself; the question before it does.
_NO_QUESTION = (Reason.ASKED, Reason.UNREADABLE, Reason.FOREIGN)


@dataclass(frozen=True, slots=True)
class Transcript:
    """A whole conversation with what agents added to it."""

    summary: Summary
    messages: Sequence[Message]
    notes: Sequence[Note]
    labels: Sequence[Label]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An article that may answer the customer, ready to be sent."""

    answer: AnswerText
    confidence: float


class DeskReader:
    """Reads the desk's conversations; `edition` gives the build that answers now."""

    def __init__(self, stores: DeskStores, sign_in: SignIn, edition: Callable[[], Edition]) -> None:
        self._stores = stores
        self._sign_in = sign_in
        self._edition = edition

    def find(self, query: Query) -> Page:
        """A list. Raises BadMessage for a cursor that no list gave."""
        try:
            return self._stores.desk.find(query)
        except ValueError:
            raise BadMessage("the cursor is none that a list of this view gave; leave it out to begin anew") from None

    def counts(self, agent_id: str) -> Counts:
        """How many conversations there are now."""
        return self._stores.desk.counts(agent_id)

    def transcript(self, conversation_id: str) -> Transcript:
        """A whole conversation, the newest thousand messages of it."""
        summary = self.summary(conversation_id)
        first = max(0, summary.last_seq - _SHOWN_MESSAGES)
        return Transcript(
            summary,
            self._stores.chat.messages(conversation_id, first, _SHOWN_MESSAGES),
            self._stores.desk.notes(conversation_id),
            self._stores.desk.labels(conversation_id),
        )

    def title(self, article: str | None, language: Language) -> str | None:
        """An article's title, in that language where it has it; None without the article or an index."""
        try:
            found = self._edition().library.get(article, language) if article else None
        except ArtefactError:
            return None
        return found.title if found else None

    def knows(self, article: str) -> bool:
        """Whether there is such an article in the build in use. Raises ArtefactError without one."""
        return bool(self._edition().library.languages(article))

    def suggestions(self, conversation_id: str) -> Sequence[Suggestion]:
        """Articles for the customer's latest question, the likeliest first. Raises ArtefactError without an index.

        A word of thanks or an order number is no question: the one before it counts, unless none was any clearer.
        """
        summary = self.summary(conversation_id)
        edition = self._edition()
        recent = self._stores.chat.messages(conversation_id, max(0, summary.last_seq - _LOOKED_BACK), _LOOKED_BACK)
        clearest: tuple[Candidate, ...] = ()
        for message in reversed(recent):
            if message.author is not Author.CUSTOMER:
                continue
            language = None if names_language(message.text) else summary.language
            decision = edition.answerer.decide(message.text, language)
            if decision.reason in _NO_QUESTION:
                continue
            found = tuple(one for one in decision.candidates if not one.article.startswith(_SMALL_TALK))
            if _surest(found) > _surest(clearest):
                clearest = found
            if _surest(found) >= _CLEAR:
                break
        return [
            Suggestion(answer_text(edition, one.article, summary.language), one.confidence)
            for one in sorted(clearest, key=lambda one: -one.confidence)[:_SUGGESTED]
        ]

    def labelled(self, reviewed: bool) -> Sequence[LabelledQuestion]:
        """What agents said was the right article, for editors; the newest two hundred."""
        return self._stores.desk.labelled(reviewed, MAX_LISTED)

    def waiting(self, conversation_id: str) -> Waiting:
        """What a waiting customer can be told."""
        position = self._stores.desk.position(conversation_id)
        online = len(self._sign_in.online())
        estimate = None
        if position is not None:
            estimate = estimate_seconds(position, self._stores.desk.handling_seconds(LAST_HANDLED), online)
        return Waiting(position, estimate, online)

    def summary(self, conversation_id: str) -> Summary:
        """A conversation with its newest hand-off. Raises ConversationNotFound where there is none."""
        summary = self._stores.desk.summary(conversation_id)
        if summary is None:
            raise ConversationNotFound(f"no conversation {conversation_id!r} was handed to a person")
        return summary


def _surest(candidates: Sequence[Candidate]) -> float:
    return max((one.confidence for one in candidates), default=0.0)
