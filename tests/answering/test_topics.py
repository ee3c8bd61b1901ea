import pytest

from topay_bot.answering.calibration import Thresholds
from topay_bot.answering.policy import (
    ArticleRules,
    Candidate,
    Clarification,
    Handoff,
    Policy,
    Priority,
    Reason,
    Referral,
)
from topay_bot.answering.topics import about, is_bare
from topay_bot.knowledge.article import HandoffPolicy, Risk
from topay_bot.retrieval.passages import Passage, PassageKind
from topay_bot.retrieval.shelf import Hit


@pytest.mark.parametrize("text", ["退款", "支付密码", "银行卡", "password", "bank card"])
def test_the_name_of_something_is_bare(text: str) -> None:
    assert is_bare(text)


@pytest.mark.parametrize("text", ["", "钱", "退款多久到账", "how long refund", "退款 refund", "。", "88"])
def test_what_asks_something_or_says_nothing_is_not(text: str) -> None:
    assert is_bare(text) is (text == "88")  # a number names nothing that a passage would hold


def _hit(article: str, text: str) -> Hit:
    return Hit(article, 0.5, Passage(article, "en", PassageKind.QUESTION, text), 0.5)


def test_an_article_speaks_of_what_its_nearest_passage_names() -> None:
    hits = [_hit("a", "退款多久到账"), _hit("b", "钱退回哪里"), _hit("c", "怎么申请退款")]
    assert about("退款", hits) == ["a", "c"]
    assert about("card", [_hit("a", "bind a card"), _hit("b", "a wildcard"), _hit("c", "discard it")]) == ["a"]


def _policy() -> Policy:
    rules = dict.fromkeys("abc", ArticleRules(HandoffPolicy.OFFER, Risk.LOW))
    return Policy(Thresholds(0.8, 0.4, 0.95, 0.95, 100, True), rules, 2, "human")


def _unsure() -> Handoff:
    candidates = (Candidate("a", 0.3), Candidate("b", 0.1), Candidate("c", 0.05))
    referral = Referral(Reason.LOW_CONFIDENCE, Priority.NORMAL, offered=True)
    return Handoff(Reason.LOW_CONFIDENCE, "zh", 0.3, candidates, referral)


def test_choices_are_the_candidates_that_speak_of_it_in_their_order() -> None:
    decision = _policy().which_of(_unsure(), ["c", "a"])
    assert isinstance(decision, Clarification)
    assert [choice.article for choice in decision.choices] == ["a", "c"]


def test_with_one_there_is_nothing_to_choose_from() -> None:
    unsure = _unsure()
    assert _policy().which_of(unsure, ["b"]) is unsure
