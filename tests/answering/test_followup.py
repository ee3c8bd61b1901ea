"""Weighing a follow-up with its topic."""

from __future__ import annotations

import numpy as np
import pytest

from topay_bot.answering.followup import Nearness, chances, is_bare, nearness, outcomes, weigh
from topay_bot.answering.policy import ArticleRules
from topay_bot.knowledge.article import HandoffPolicy, Risk
from topay_bot.text import normalise

BARE = (
    "多久到账; 那手续费呢; 要几天; 怎么取消; 安全吗; 能撤回吗; how long?; and the fee?; is it safe?; what if it fails"
)
NAMED = (
    "怎么绑定银行卡; 那手机号呢; 发票怎么开; 海外可以吗; and the phone number?; on a foreign card; can my son use it"
)


@pytest.mark.parametrize("text", BARE.split(";"))
def test_a_bare_text_names_only_an_aspect(text: str) -> None:
    assert is_bare(normalise(text))


@pytest.mark.parametrize("text", NAMED.split(";"))
def test_a_text_that_names_something_is_not_bare(text: str) -> None:
    assert not is_bare(normalise(text))


def test_nearness() -> None:
    rules = {
        "a": ArticleRules(HandoffPolicy.OFFER, Risk.LOW, "one", frozenset({"b"})),
        "b": ArticleRules(HandoffPolicy.OFFER, Risk.LOW, "two"),
        "c": ArticleRules(HandoffPolicy.OFFER, Risk.LOW, "one"),
    }
    assert nearness("a", "a", rules) is Nearness.TOPIC
    assert nearness("a", "b", rules) is nearness("b", "a", rules) is Nearness.RELATED
    assert nearness("a", "c", rules) is Nearness.CATEGORY
    assert nearness("b", "c", rules) is nearness("a", "gone", rules) is Nearness.FAR


def test_chances_are_those_of_a_conditional_logit() -> None:
    features = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    assert chances(features, np.array([np.log(2), np.log(5)])) == pytest.approx([2 / 8, 5 / 8, 1 / 8])


def test_the_last_outcome_is_no_article() -> None:
    features = outcomes({"a": 0.3}, {"a": 0.9}, {"a": Nearness.TOPIC, "b": Nearness.FAR}, bare=True)
    assert features.shape == (3, 14)
    assert not features[:2, 10:].any()
    assert not features[2, :10].any()
    assert features[2, 11] > features[2, 12] > 0  # more is left over by the text alone


def test_a_bare_text_leans_to_its_topic_and_one_that_names_something_does_not() -> None:
    near = {"topic": Nearness.TOPIC, "other": Nearness.FAR}
    alone, joined = {"other": 0.2}, {"topic": 0.5, "other": 0.1}
    bare, named = (weigh(alone, joined, near, bare)[0] for bare in (True, False))
    assert bare.article == "topic"
    assert named.article == "other"


def test_chances_of_articles_leave_room_for_none() -> None:
    found = weigh({"a": 0.05}, {"a": 0.05}, {"a": Nearness.TOPIC}, bare=False)
    assert 0 < found[0].confidence < 0.9
