"""What customers tell us besides their question: complaints and suggestions, where to reach them, and how it went."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from topay_bot.answering.policy import Priority, Reason, Referral
from topay_bot.chat.cases import CaseStore, case_payload, receipt
from topay_bot.chat.checking import checked_text
from topay_bot.chat.drafting import masked_notice, names_language, new_id, new_reference
from topay_bot.chat.model import Author, Case, CaseKind, Conversation, Draft, Event, Handoff, State, Turn
from topay_bot.chat.notifying import Notifier
from topay_bot.chat.service import ChatService, Exchange, checked_client_id
from topay_bot.chat.wording import say
from topay_bot.errors import BadMessage, CaseNotFound
from topay_bot.privacy import mask
from topay_bot.text import Language, detect_language, normalise

MAX_CONTACT = 200
MAX_COMMENT = 1000
BOT, AGENT = "bot", "agent"  # who may be rated; BOT is also the part of a conversation that no person had
_PRIORITIES = {CaseKind.COMPLAINT: Priority.HIGH, CaseKind.SUGGESTION: Priority.LOW}


@dataclass(frozen=True, slots=True)
class Rating:
    """How a customer found the service, from 1 to 5. `part` is the id of the hand-off that is rated, or BOT."""

    id: str
    conversation: str
    part: str
    agent: str | None
    stars: int
    comment: str | None  # masked
    created_at: datetime.datetime


class VoiceStore(CaseStore, Protocol):
    """Keeps what customers tell us, besides what goes with a turn. Every method is one transaction."""

    def handoff(self, conversation_id: str) -> Handoff | None:
        """The newest hand-off of a conversation, or None."""

    def rate(self, rating: Rating) -> None:
        """Keep a rating; a second one of the same part replaces the first, and is to be followed up anew."""


class Voice:
    """The customers' calls beside those of ChatService, on the same conversations; arguments as there."""

    def __init__(
        self,
        chat: ChatService,
        store: VoiceStore,
        *,
        max_message_chars: int,
        forms: Mapping[str, CaseKind] | None = None,
        notifier: Notifier | None = None,
        now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    ) -> None:
        self._chat = chat
        self._store = store
        self._max_message_chars = max_message_chars
        self._articles = {kind: article for article, kind in reversed(list((forms or {}).items()))}
        self._notifier = notifier or Notifier()
        self._now = now

    def file(
        self,
        conversation_id: str,
        token: str | None,
        kind: CaseKind,
        text: str,
        client_id: str,
        contact: str | None = None,
    ) -> Exchange:
        """Put a complaint or a suggestion on record, and hand it to people; the last message has its reference."""
        before = self._chat.authorised(conversation_id, token)
        said, masked = self._said(text, client_id, "case")
        kept = _checked_contact(contact) if contact else None

        def plan(conversation: Conversation) -> Turn:
            language = _language(said.text, conversation)
            drafts = (said, masked_notice(language)) if masked else (said,)
            if conversation.state is State.OPEN:
                return self._filed_with_person(conversation, kind, language, drafts, kept)
            referral = Referral(Reason.COMPLAINT, _PRIORITIES[kind], offered=False)
            article = self._articles.get(kind)
            turn = self._chat.hand_over(conversation, language, referral, article, drafts, numbered="C")
            assert turn.handoff is not None
            case = self._case(conversation, turn.handoff.reference, kind, said.text, language)
            *rest, notice = turn.messages
            payload = {**notice.payload, "case": case_payload(case)} | ({"away": False} if kept else {})
            told = replace(notice, text=receipt(case, self._chat.fact), payload=payload)
            return replace(turn, messages=(*rest, told), case=case, contact=kept)

        return self._chat.once(before, token, client_id, plan)

    def progress(self, reference: str) -> Case:
        """The case with that reference, however it is written. Raises CaseNotFound."""
        plain = reference.strip().upper()
        case = self._store.case(plain) if plain.isascii() and plain.isprintable() else None
        if case is None:
            raise CaseNotFound("no complaint or suggestion has this reference; expected one such as C-7K3M-9QXT")
        return case

    def leave_contact(
        self, conversation_id: str, token: str | None, contact: str, client_id: str, text: str | None = None
    ) -> Exchange:
        """Where the customer can be reached, and a message. It asks for a person, if that was not done before."""
        before = self._chat.authorised(conversation_id, token)
        kept = _checked_contact(contact)
        # The conversation shows that a contact was left; the contact itself is for agents only.
        said, masked = self._said(text or say("contact_left", before.language), client_id, "contact")

        def plan(conversation: Conversation) -> Turn:
            language = conversation.language
            drafts = (said, masked_notice(language)) if masked else (said,)
            if conversation.state is State.OPEN:
                handoff = self._store.handoff(conversation.id)
                assert handoff is not None  # it is open
                turn = Turn(drafts, State.OPEN)
            else:
                asked = Referral(Reason.ASKED, Priority.NORMAL, offered=False)
                turn = self._chat.hand_over(conversation, language, asked, None, drafts)
                handoff = turn.handoff
                assert handoff is not None
                turn = replace(turn, messages=drafts)  # one notice is enough
            words = say("contact_kept", language, reference=handoff.reference)
            payload = {"kind": "contact", "reference": handoff.reference}
            receipt = Draft(new_id(), Author.SYSTEM, words, payload)
            return replace(turn, messages=(*turn.messages, receipt), contact=kept)

        return self._chat.once(before, token, client_id, plan)

    def rate(
        self, conversation_id: str, token: str | None, stars: int, comment: str | None = None, about: str | None = None
    ) -> Rating:
        """How it went, 1 to 5. `about` is AGENT or BOT; by default a person where one had the conversation last."""
        conversation = self._chat.authorised(conversation_id, token)
        if not 1 <= stars <= 5:
            raise BadMessage(f"{stars} stars; expected 1 to 5")
        if conversation.last_seq == 0:
            raise BadMessage("nothing was said in this conversation yet; there is nothing to rate")
        handoff = self._store.handoff(conversation_id)
        taken = handoff if handoff is not None and handoff.claimed_by is not None else None
        if about == BOT or (about is None and conversation.state is State.PENDING):
            taken = None
        elif about == AGENT and taken is None:
            raise BadMessage("no person had this conversation; rate the assistant (about: bot)")
        rating = Rating(
            new_id(),
            conversation_id,
            taken.id if taken else BOT,
            taken.claimed_by if taken else None,
            stars,
            mask(checked_text(comment, MAX_COMMENT)) if comment and comment.strip() else None,
            self._now(),
        )
        self._store.rate(rating)
        return rating

    def _said(self, text: str, client_id: str, kind: str) -> tuple[Draft, bool]:
        text = checked_text(text, self._max_message_chars)
        masked = mask(text)
        draft = Draft(new_id(), Author.CUSTOMER, masked, {"kind": kind}, checked_client_id(client_id))
        return draft, masked != text

    def _case(self, conversation: Conversation, reference: str, kind: CaseKind, text: str, language: Language) -> Case:
        at = self._now()
        return Case(reference, conversation.id, kind, text, language, at, at)

    def _filed_with_person(
        self,
        conversation: Conversation,
        kind: CaseKind,
        language: Language,
        drafts: tuple[Draft, ...],
        contact: str | None,
    ) -> Turn:
        """A case filed while a person has the conversation: that hand-off becomes one for a complaint."""
        case = self._case(conversation, new_reference("C"), kind, drafts[0].text, language)
        payload = {"kind": "case", "reference": case.reference, "case": case_payload(case)}
        told = Draft(new_id(), Author.SYSTEM, receipt(case, self._chat.fact), payload)
        handoff = self._store.handoff(conversation.id)
        assert handoff is not None  # it is open
        now_about = replace(handoff, reason=Reason.COMPLAINT, reference=case.reference, created_at=case.received_at)
        told_people = self._notifier.about(now_about, Event.COMPLAINT)
        return Turn((*drafts, told), State.OPEN, notifications=told_people, case=case, contact=contact)


def _language(text: str, conversation: Conversation) -> Language:
    return detect_language(normalise(text)) if names_language(text) else conversation.language


def _checked_contact(contact: str) -> str:
    contact = contact.strip()
    if not 3 <= len(contact) <= MAX_CONTACT or not contact.isprintable():
        raise BadMessage(f"the contact must be 3 to {MAX_CONTACT} printable characters, such as a telephone number")
    return contact
