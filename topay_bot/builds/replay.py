"""Shadow replay: what another build would have decided on questions that customers really asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from topay_bot.answering.policy import Answer, Clarification, Decision, Handoff
from topay_bot.chat.drafting import names_language
from topay_bot.chat.past import PastQuestion
from topay_bot.edition import Edition
from topay_bot.text import Language

KINDS = ("answer", "clarify", "offer", "handoff")  # of the bot's messages; docs/api.md says what each is


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a customer was shown: an answer, choices, the offer of a person, or a person."""

    kind: str
    articles: tuple[str, ...]  # the answer's, or the choices'; none otherwise
    confidence: float

    def __str__(self) -> str:
        shown = ", ".join(self.articles[:2]) + (f" +{len(self.articles) - 2}" if len(self.articles) > 2 else "")
        return " ".join((self.kind, shown or "-", f"{self.confidence:.2f}"))


@dataclass(frozen=True, slots=True)
class Difference:
    """Questions of the same words that would be decided otherwise, and how many they are."""

    change: str  # such as "answer -> other answer"
    question: str
    language: Language
    before: Outcome
    after: Outcome
    times: int
    last: PastQuestion


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of it. `before` and `after` count outcomes by kind, `changes` those that differ by what changed."""

    asked: int
    same: int
    before: Mapping[str, int]
    after: Mapping[str, int]
    changes: Mapping[str, int]
    differences: Sequence[Difference]  # the most frequent change first


def replay(
    edition: Edition,
    questions: Iterable[PastQuestion],
    against: Edition | None = None,
    progress: Callable[[], None] = lambda: None,
) -> Replay:
    """Ask an edition what customers asked, each question by itself, and compare.

    It is compared with what was decided then, or with what the edition `against` decides now: then nothing but the
    build differs, neither the version of the program nor what was said before in the conversation.
    """
    before, after, changes = Counter[str](), Counter[str](), Counter[str]()
    found: dict[tuple[str, str, tuple[str, ...], tuple[str, ...]], list[tuple[PastQuestion, Outcome, Outcome]]] = {}
    for question in questions:
        old = _then(question) if against is None else _decided(against, question)
        new = _decided(edition, question)
        before[old.kind] += 1
        after[new.kind] += 1
        change = _change(old, new)
        if change is not None:
            changes[change] += 1
            found.setdefault((change, question.text, old.articles, new.articles), []).append((question, old, new))
        progress()
    differences = [
        Difference(change, text, group[-1][0].language, group[-1][1], group[-1][2], len(group), group[-1][0])
        for (change, text, *_), group in found.items()
    ]
    differences.sort(key=lambda one: (-changes[one.change], one.change, -one.times, one.question))
    asked = before.total()
    return Replay(asked, asked - changes.total(), before, after, dict(changes.most_common()), differences)


def outcome(decision: Decision) -> Outcome:
    """What a customer is shown of a decision."""
    if isinstance(decision, Answer):
        return Outcome("answer", (decision.article,), decision.confidence)
    if isinstance(decision, Clarification):
        return Outcome("clarify", tuple(choice.article for choice in decision.choices), decision.confidence)
    assert isinstance(decision, Handoff)
    return Outcome("offer" if decision.referral.offered else "handoff", (), decision.confidence)


def _decided(edition: Edition, question: PastQuestion) -> Outcome:
    # As in a conversation: what names no language (a number, an emoji) is answered in the conversation's.
    language = None if names_language(question.text) else question.language
    return outcome(edition.answerer.decide(question.text, language))


def _then(question: PastQuestion) -> Outcome:
    payload = question.payload
    if payload["kind"] == "answer":
        articles: tuple[str, ...] = (payload["article"],)
    else:
        articles = tuple(choice["article"] for choice in payload.get("choices", ()))
    return Outcome(payload["kind"], articles, payload["confidence"])


def _change(old: Outcome, new: Outcome) -> str | None:
    if old.kind != new.kind:
        return f"{old.kind} -> {new.kind}"
    if set(old.articles) == set(new.articles):
        return None  # the order of choices moves with every build
    return "answer -> other answer" if new.kind == "answer" else "clarify -> other choices"
