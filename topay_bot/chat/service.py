"""Conversations: what happens when a customer writes, asks for a person, or says whether an answer helped."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from topay_bot.answering.context import Past, Reading, read
from topay_bot.answering.hearing import hear
from topay_bot.answering.policy import Reason, Referral
from topay_bot.chat.availability import Availability
from topay_bot.chat.cases import Records, references, text_without_references
from topay_bot.chat.checking import checked_text
from topay_bot.chat.drafting import (
    best_article,
    bot_message,
    handoff_turn,
    masked_notice,
    names_language,
    new_id,
    referral_after,
)
from topay_bot.chat.memory import recall
from topay_bot.chat.model import Author, CaseKind, Conversation, Draft, Handoff, Message, State, Turn
from topay_bot.chat.notifying import Notifier
from topay_bot.chat.store import ConversationStore, StateChanged
from topay_bot.edition import Edition
from topay_bot.errors import (
    ArtefactError,
    BadMessage,
    ConversationBusy,
    ConversationNotFound,
    MessageNotFound,
    TokenRefused,
)
from topay_bot.knowledge.library import Library
from topay_bot.privacy import mask
from topay_bot.reply import reply_for
from topay_bot.text import Language, detect_language, normalise

_ATTEMPTS = 5  # of a turn against changes by others; each failure means that somebody else went ahead
_MAX_CLIENT_ID = 100
_MAX_SEQ = 2**31 - 1  # what the databases' integers hold
_REMEMBERED = 10  # messages looked back on to know what a message follows, and why a person is wanted
PAGE = 200  # messages given at a time


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a call on a conversation led to. `repeated`: it had been carried out before, nothing was added."""

    messages: Sequence[Message]
    state: State
    handoff: Handoff | None  # while a person owns the conversation
    repeated: bool = False
    agent: str | None = None  # the name of the agent who has it, once one took it


class ChatService:
    """The rules of a conversation over a store; `edition` gives the build that answers now.

    A hand-off is written with the notifications that `notifier` makes of it, and a timer of `longest_wait_seconds`
    after which its priority rises. `changed` is called with a conversation's id after each turn that was stored.
    `availability` tells whether a person can come now, `records` answers whoever asks after a case, and `forms` are
    the articles that answer a complaint or a suggestion.
    """

    def __init__(
        self,
        store: ConversationStore,
        edition: Callable[[], Edition],
        *,
        max_message_chars: int,
        longest_wait_seconds: float = 600.0,
        notifier: Notifier | None = None,
        changed: Callable[[str], None] = lambda conversation_id: None,
        availability: Callable[[], Availability | None] = lambda: None,
        records: Records | None = None,
        forms: Mapping[str, CaseKind] | None = None,
        now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    ) -> None:
        self._store = store
        self._edition = edition
        self._max_message_chars = max_message_chars
        self._longest_wait = datetime.timedelta(seconds=longest_wait_seconds)
        self._notifier = notifier or Notifier()
        self._changed = changed
        self._availability = availability
        self._records = records
        self._forms = forms or {}
        self._now = now

    def start(self, language: Language = "zh", customer: str | None = None) -> tuple[Conversation, str]:
        """A new conversation and its token, which is shown only now. `customer`: a proven id, see identity.py."""
        token = secrets.token_urlsafe(32)
        conversation = Conversation(new_id(), _hash(token), State.PENDING, language, self._now(), customer=customer)
        self._store.create(conversation)
        return conversation, token

    def post(
        self, conversation_id: str, token: str | None, text: str, client_id: str, choice: str | None = None
    ) -> Exchange:
        """A customer's message; the bot answers while it owns the conversation.

        The same `client_id` again gives the same exchange and changes nothing. `choice` is the article of a
        "did you mean" that the customer tapped. Raises ArtefactError, and stores nothing, when the bot is to
        answer and has no index.
        """
        conversation = self.authorised(conversation_id, token)
        text = checked_text(text, self._max_message_chars)
        said = Draft(new_id(), Author.CUSTOMER, mask(text), client_id=checked_client_id(client_id))
        masked = said.text != text
        return self.once(conversation, token, client_id, lambda now: self._turn(now, said, masked, choice))

    def once(
        self, conversation: Conversation, token: str | None, client_id: str, plan: Callable[[Conversation], Turn]
    ) -> Exchange:
        """Store the customer's turn that `plan` makes; the same `client_id` again gives the turn stored before."""

        def unless_done(conversation: Conversation) -> Turn | Exchange:
            before = self._store.turn_of(conversation.id, client_id)
            return self._exchange(before, repeated=True) if before else plan(conversation)

        return self._carry_out(unless_done, conversation, token)

    def request_person(self, conversation_id: str, token: str | None, referral: Referral | None = None) -> Exchange:
        """The customer wants a person, who comes with or without an index. Asking twice makes no second hand-off.

        `referral` says why, where that is known; else it is what the bot said last.
        """

        def plan(conversation: Conversation) -> Turn | Exchange:
            if conversation.state is State.OPEN:
                handoff = self._store.handoff(conversation.id)
                return Exchange((), State.OPEN, handoff, repeated=True, agent=conversation.agent_name)
            why, article = referral_after(self._recent(conversation))
            return self.hand_over(conversation, conversation.language, referral or why, article)

        return self._carry_out(plan, self.authorised(conversation_id, token), token)

    def messages(self, conversation_id: str, token: str | None, after: int = 0) -> Exchange:
        """The messages beyond `after`, at most `PAGE`."""
        conversation = self.authorised(conversation_id, token)
        found = self._store.messages(conversation_id, min(max(0, after), _MAX_SEQ), PAGE)
        return Exchange(found, conversation.state, self._open_handoff(conversation), agent=conversation.agent_name)

    def feedback(self, message_id: str, token: str | None, helpful: bool) -> None:
        """Whether an answer of the bot helped."""
        message = self._store.message(message_id)
        if message is None:
            raise MessageNotFound(f"no message {message_id!r}")
        self.authorised(message.conversation, token)
        if message.author is not Author.BOT:
            raise BadMessage(f"message {message_id!r} is by {message.author}; feedback is for answers of the bot")
        self._store.set_feedback(message_id, helpful, self._now())

    def authorised(self, conversation_id: str, token: str | None) -> Conversation:
        """The conversation that the token opens. Raises ConversationNotFound or TokenRefused."""
        conversation = self._store.conversation(conversation_id)
        if conversation is None:
            raise ConversationNotFound(f"no conversation {conversation_id!r}; start one with POST /v1/conversations")
        if token is None or not hmac.compare_digest(_hash(token), conversation.token_hash):
            raise TokenRefused("the token does not open this conversation; send the one it was started with")
        return conversation

    def _carry_out(
        self, plan: Callable[[Conversation], Turn | Exchange], conversation: Conversation, token: str | None
    ) -> Exchange:
        """Store the turn that `plan` makes of the conversation as it is; planned anew when others changed it."""
        for _ in range(_ATTEMPTS):
            turn = plan(conversation)
            if isinstance(turn, Exchange):
                return turn
            try:
                stored = self._store.append(conversation.id, conversation.state, turn, self._now())
            except StateChanged:
                conversation = self.authorised(conversation.id, token)
            else:
                self._changed(conversation.id)
                return self._exchange(stored, repeated=stored[0].id != turn.messages[0].id)
        raise ConversationBusy(
            f"conversation {conversation.id!r} was changed by others {_ATTEMPTS} times meanwhile; send the same again"
        )

    def _exchange(self, messages: Sequence[Message], repeated: bool) -> Exchange:
        conversation = self._store.conversation(messages[0].conversation)
        assert conversation is not None  # it holds the messages
        return Exchange(
            messages, conversation.state, self._open_handoff(conversation), repeated, conversation.agent_name
        )

    def _open_handoff(self, conversation: Conversation) -> Handoff | None:
        return self._store.handoff(conversation.id) if conversation.state is State.OPEN else None

    def _turn(self, conversation: Conversation, said: Draft, masked: bool, choice: str | None) -> Turn:
        """What the customer's message leads to. Once a person owns the conversation the bot is silent."""
        if conversation.state is State.OPEN:
            notices = (masked_notice(conversation.language),) if masked else ()
            return Turn((said, *notices), State.OPEN)
        if told := self._case_asked_after(said.text, conversation.language):
            language = told.payload["language"]
            notices = (masked_notice(language),) if masked else ()
            return Turn((said, *notices, told), State.PENDING, language=language)
        edition = self._edition()
        past = recall(self._recent(conversation)) if conversation.last_seq else Past()
        reading = _read(edition, said.text, conversation.language, choice, past)
        decision = reading.decision
        reply = reply_for(edition, decision)
        notices = (masked_notice(reply.language),) if masked else ()
        form = self._forms.get(reply.answer.article) if reply.answer else None
        told = bot_message(reply, reading, form=form, freeze=self.fact("security.freeze", reply.language))
        drafts = (said, *notices, told)
        if reply.handoff is None or reply.handoff.offered:
            return Turn(drafts, State.PENDING, language=reply.language)
        referral = reply.handoff
        if form is CaseKind.COMPLAINT and referral.reason is Reason.POLICY:
            referral = replace(referral, reason=Reason.COMPLAINT)
        return self.hand_over(conversation, reply.language, referral, best_article(decision), drafts)

    def _recent(self, conversation: Conversation) -> Sequence[Message]:
        seen = max(0, conversation.last_seq - _REMEMBERED)
        return self._store.messages(conversation.id, seen, _REMEMBERED)

    def _case_asked_after(self, text: str, language: Language) -> Draft | None:
        """What the bot says of a case that a text names, unless its writer wants a person."""
        if self._records is None or not references(text) or hear(normalise(text)).wish >= 0:
            return None
        words = text_without_references(text)
        spoken = detect_language(normalise(words)) if names_language(words) else language
        return self._records.asked_after(text, spoken, self.fact)

    def hand_over(
        self,
        conversation: Conversation,
        language: Language,
        referral: Referral,
        article: str | None,
        after: tuple[Draft, ...] = (),
        numbered: str = "H",
    ) -> Turn:
        """The turn in which a person is to take over; see handoff_turn."""
        library = self._library()
        about = library.get(article, language) if library and article else None
        at = self._now()
        there = self._availability()
        turn = handoff_turn(
            conversation,
            language,
            referral,
            after=after,
            article=article,
            category=about.category if about else None,
            phone=self.fact("contact.phone", language),
            at=at,
            due_at=(there.waiting_begins if there else at) + self._longest_wait,
            there=there,
            numbered=numbered,
        )
        assert turn.handoff is not None
        return replace(turn, notifications=self._notifier.about(turn.handoff))

    def fact(self, name: str, language: Language) -> str | None:
        """A fact of the knowledge in force; None where it has none, or there is no index."""
        library = self._library()
        return library.facts.value(name, language) if library else None

    def _library(self) -> Library | None:
        try:
            return self._edition().library
        except ArtefactError:
            return None  # a person can be asked for without an index too


def _read(edition: Edition, text: str, language: Language, choice: str | None, past: Past) -> Reading:
    if choice is not None and edition.library.get(choice, language) is not None:
        # The text is the title that was tapped, in the language of the page.
        spoken = detect_language(normalise(text)) if names_language(text) else language
        decision = edition.answerer.chosen(choice, spoken)
        return Reading(decision, text, choice, (choice,), past.candidates, past.failures)
    return read(edition.answerer, text, None if names_language(text) else language, past)


def checked_client_id(client_id: str) -> str:
    """A customer's client id. Raises BadMessage."""
    if not client_id or len(client_id) > _MAX_CLIENT_ID or not client_id.isprintable():
        raise BadMessage(f"client_id must be 1 to {_MAX_CLIENT_ID} printable characters, new for each message")
    return client_id


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
