"""The page on which editors ask."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.web.html_rules import faults, page_at
from topay_bot.retrieval import evidence
from topay_bot.web.studio.ask_texts import ASK_TEXTS, FEATURE_TEXTS, KIND_TEXTS, REASON_TEXTS


def test_texts_are_complete() -> None:
    from topay_bot.answering.policy import Reason
    from topay_bot.builds.replay import KINDS

    assert ASK_TEXTS["zh"].keys() == ASK_TEXTS["en"].keys()
    for language in ("zh", "en"):
        assert tuple(KIND_TEXTS[language]) == KINDS
        assert set(REASON_TEXTS[language]) == {reason.value for reason in Reason}
        assert tuple(FEATURE_TEXTS[language]) == evidence.NAMES


def test_an_answer_is_explained(editor: TestClient) -> None:
    page = page_at(editor, "/studio/ask?q=支付密码忘了怎么办&lang=zh")
    assert faults(page) == []
    assert page.select(".decision a")[0]["href"] == "../studio/articles/reset-payment-password"
    first = page.select("tbody tr")[0]
    assert first.select("th a")[0].get_text() == "重置支付密码"
    assert "支付密码忘了" in "".join(mark.get_text() for mark in first.select("mark"))
    assert len(page.select(".clues tbody tr")) == len(evidence.NAMES)
    assert [leg.get_text() for leg in page.select(".leg h4")] == ["按字词", "按意思"]
    assert page.select(".article")  # what the customer would read


@pytest.mark.parametrize(
    ("question", "kind"), [("转人工", "handoff"), ("谁是世界上跑得最快的动物", "offer"), ("!!!", "offer")]
)
def test_what_is_not_answered_is_explained(editor: TestClient, question: str, kind: str) -> None:
    page = page_at(editor, f"/studio/ask?q={question}&lang=en")
    assert faults(page) == []
    assert page.select(f".verdict.{kind}")


def test_the_conversation_before_counts(editor: TestClient) -> None:
    alone = page_at(editor, "/studio/ask?q=不是这个&lang=en")
    assert not alone.select(".before")
    after = page_at(editor, "/studio/ask?q=不是这个&before=怎么申请退款%0A退款多久到账&lang=en")
    assert len(after.select(".before li")) == 2
    assert "read with the conversation before it" in after.get_text()
    assert faults(after) == []


def test_secrets_leave_the_address(editor: TestClient) -> None:
    response = editor.get("/studio/ask?q=我的卡号是6222021234567890123", follow_redirects=False)
    assert response.status_code == 303
    assert "6222021234567890123" not in response.headers["location"]
    assert editor.get("/studio/ask?q=我的卡号是6222021234567890123").status_code == 200
