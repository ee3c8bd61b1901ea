from __future__ import annotations

import datetime
import unicodedata
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topay_bot.chat.cases import Records, escalation, progress, receipt, references
from topay_bot.chat.drafting import REFERENCE_SIGNS
from topay_bot.chat.model import Case, CaseKind, CaseState
from topay_bot.text import Language

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime.datetime(2026, 11, 25, 20, tzinfo=datetime.UTC)
CASE = Case("C-7K3M-9QXT", "talk", CaseKind.COMPLAINT, "text", "zh", AT, AT)
FACTS = {
    "service.complaint_received": {"zh": "24 小时内", "en": "within 24 hours"},
    "service.complaint_answer": {"zh": "15 天内", "en": "within 15 days"},
    "service.suggestion_answer": {"zh": "7 个工作日内", "en": "within 7 business days"},
    "service.supervisor_answer": {"zh": "1 个工作日内", "en": "within 1 business day"},
    "contact.phone": {"zh": "400-000-0000", "en": "400-000-0000"},
    "company.regulator": {"zh": "当地金融监管部门", "en": "the financial regulator"},
}
SIGNS = st.text(REFERENCE_SIGNS, min_size=4, max_size=4)


def fact(name: str, language: Language) -> str | None:
    return FACTS[name][language]


def no_fact(name: str, language: Language) -> str | None:
    return None


class Kept:
    """A store of one case."""

    def case(self, reference: str) -> Case | None:
        return CASE if reference == CASE.reference else None


@given(SIGNS, SIGNS, st.sampled_from(["-", " ", "", "—", "–", "－", "_", "- "]), st.booleans())
def test_a_reference_is_found_however_it_is_written(first: str, second: str, joint: str, small: bool) -> None:
    written = f"C{joint}{first}{joint}{second}"
    written = written.lower() if small else written
    for text in (written, f"我的投诉{written}到哪了", f"where is ({written})?", f"【{written}】"):
        assert references(text) == [f"C-{first}-{second}"], text
        assert references(unicodedata.normalize("NFKD", text)) == [f"C-{first}-{second}"]


@pytest.mark.parametrize(
    "text", ["", "C-7K3M-9QX", "AC-7K3M-9QXT", "H-7K3M-9QXT", "C-7K3M-9QXTA", "C-1K3M-9QXT", "退款"]
)
def test_what_is_no_reference(text: str) -> None:
    assert references(text) == []


def test_words_that_look_like_one_are_passed_over_unless_written_as_one() -> None:
    records = Records(Kept(), ZONE)
    assert references("my C crew went home") == ["C-CREW-WENT"]
    assert records.asked_after("my C crew went home", "en", fact) is None
    unknown = records.asked_after("C-CREW-WENT ?", "en", fact)
    assert unknown is not None
    assert "C-CREW-WENT" in unknown.text
    known = records.asked_after("C-2222-3333 or c7k3m9qxt", "en", fact)
    assert known is not None
    assert known.payload["reference"] == CASE.reference


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("state", list(CaseState))
def test_progress_says_state_day_and_the_way_up(language: Language, state: CaseState) -> None:
    answer = "已退款。" if state is CaseState.ANSWERED else None
    told = progress(replace(CASE, state=state, answer=answer), language, ZONE, fact)
    assert CASE.reference in told
    assert ("11月26日" if language == "zh" else "26 November") in told
    assert told.endswith(escalation(language, fact))
    assert ("已退款。" in told) == (state is CaseState.ANSWERED)
    assert (FACTS["service.complaint_answer"][language] in told) == (state is not CaseState.ANSWERED)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_way_up_names_supervisor_telephone_and_regulator(language: Language) -> None:
    told = escalation(language, fact)
    for name in ("service.supervisor_answer", "contact.phone", "company.regulator"):
        assert FACTS[name][language] in told


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_receipt(language: Language) -> None:
    complaint = receipt(replace(CASE, language=language), fact)
    for name in ("service.complaint_received", "service.complaint_answer", "company.regulator"):
        assert FACTS[name][language] in complaint
    suggestion = receipt(replace(CASE, kind=CaseKind.SUGGESTION, language=language), fact)
    assert FACTS["service.suggestion_answer"][language] in suggestion
    assert escalation(language, fact) not in suggestion


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_the_knowledge_does_not_say_is_not_invented(language: Language) -> None:
    assert escalation(language, no_fact) == ""
    told = receipt(replace(CASE, language=language), no_fact)
    assert CASE.reference in told
    assert not told.endswith("\n")
    assert "None" not in told
