"""Complaints and suggestions on record: what a customer is told of one, and how a question after it is heard."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol
from zoneinfo import ZoneInfo

from topay_bot.chat.drafting import REFERENCE_SIGNS, new_id
from topay_bot.chat.model import Author, Case, CaseKind, CaseState, Draft
from topay_bot.chat.spoken import spoken_day
from topay_bot.chat.wording import say
from topay_bot.text import Language

Fact = Callable[[str, Language], str | None]  # a fact of the knowledge by its name; None where it has none

_NAMES: dict[Language, dict[CaseKind, str]] = {
    "zh": {CaseKind.COMPLAINT: "投诉", CaseKind.SUGGESTION: "建议"},
    "en": {CaseKind.COMPLAINT: "complaint", CaseKind.SUGGESTION: "suggestion"},
}
_SIGNS = f"[{REFERENCE_SIGNS}]"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
# Written as it was given, or run together, in small letters, with spaces. The longer words that this may hit by chance
# ("cash back ...") are told apart by looking: no such case is on record.
_REFERENCE = re.compile(rf"(?<![0-9A-Z])C[-_ ]{{0,2}}({_SIGNS}{{4}})[-_ ]{{0,2}}({_SIGNS}{{4}})(?![0-9A-Z])")
_EXACT = re.compile(rf"(?<![0-9A-Z])C-{_SIGNS}{{4}}-{_SIGNS}{{4}}(?![0-9A-Z])")


class CaseStore(Protocol):
    """Finds cases."""

    def case(self, reference: str) -> Case | None:
        """The case, or None."""


class Records:
    """Answers whoever asks after a case by its reference, in any wording."""

    def __init__(self, store: CaseStore, zone: ZoneInfo) -> None:
        self._store = store
        self._zone = zone

    def asked_after(self, text: str, language: Language, fact: Fact) -> Draft | None:
        """The bot's message on the case that a text names; None when it names none."""
        named = references(text)
        for reference in named:
            case = self._store.case(reference)
            if case is not None:
                told = progress(case, language, self._zone, fact)
                payload = {"kind": "case", "language": language, "reference": reference, "case": case_payload(case)}
                return Draft(new_id(), Author.BOT, told, payload)
        if named and _EXACT.search(_plain(text)):
            words = say("case_unknown", language, reference=named[0])
            return Draft(new_id(), Author.BOT, words, {"kind": "case", "language": language, "reference": named[0]})
        return None


def references(text: str) -> list[str]:
    """What may be references of cases in a text, as they were given out."""
    return [f"C-{found[1]}-{found[2]}" for found in _REFERENCE.finditer(_plain(text))]


def text_without_references(text: str) -> str:
    """What is left of a text: it may be in another language than the letters of a number suggest."""
    return _REFERENCE.sub(" ", _plain(text))


def _plain(text: str) -> str:
    """Full-width signs, small letters and every dash as a keyboard's."""
    return re.sub(f"[{_DASHES}]", "-", unicodedata.normalize("NFKC", text)).upper()


def case_payload(case: Case) -> dict[str, str]:
    """What a message says of its case to programs."""
    return {"kind": str(case.kind), "state": str(case.state)}


def receipt(case: Case, fact: Fact) -> str:
    """What a customer is told when a case was filed: the number, when an answer comes, and who stands above us."""
    language = case.language
    said = [say(f"{case.kind}_filed", language, reference=case.reference)]
    if case.kind is CaseKind.COMPLAINT:
        times = {"received": "service.complaint_received", "answer": "service.complaint_answer"}
        said.append(_with_facts("complaint_times", language, fact, times))
    else:
        said.append(_with_facts("suggestion_times", language, fact, {"answer": "service.suggestion_answer"}))
    said.append(say("case_ask", language))
    return _with_escalation(_joined(language, said), case.kind, language, fact)


def progress(case: Case, language: Language, zone: ZoneInfo, fact: Fact) -> str:
    """How far a case is, in the language of who asks."""
    values = {
        "name": _NAMES[language][case.kind],
        "reference": case.reference,
        "received": spoken_day(case.received_at, zone, language),
        "updated": spoken_day(case.updated_at, zone, language),
    }
    said = [say(f"case_{case.state}", language, **values)]
    if case.state is not CaseState.ANSWERED:
        said.append(_with_facts("case_by", language, fact, {"answer": f"service.{case.kind}_answer"}))
    text = _joined(language, said)
    if case.answer:
        text += f"\n{case.answer}"
    return _with_escalation(text, case.kind, language, fact)


def escalation(language: Language, fact: Fact) -> str:
    """Who stands above the desk: a supervisor, then the regulator. As a payment service must show it."""
    said = [
        _with_facts("escalate_supervisor", language, fact, {"answer": "service.supervisor_answer"}),
        _with_facts("escalate_call", language, fact, {"phone": "contact.phone"}),
        _with_facts("escalate_regulator", language, fact, {"regulator": "company.regulator"}),
    ]
    return _joined(language, said)


def _with_escalation(text: str, kind: CaseKind, language: Language, fact: Fact) -> str:
    above = escalation(language, fact) if kind is CaseKind.COMPLAINT else ""
    return f"{text}\n{above}" if above else text


def _with_facts(what: str, language: Language, fact: Fact, names: Mapping[str, str]) -> str:
    """A sentence with facts of the knowledge in it; nothing when the knowledge lacks one."""
    values = {name: fact(path, language) for name, path in names.items()}
    found = {name: value for name, value in values.items() if value}
    return say(what, language, **found) if len(found) == len(values) else ""


def _joined(language: Language, sentences: Sequence[str]) -> str:
    return ("" if language == "zh" else " ").join(filter(None, sentences))
