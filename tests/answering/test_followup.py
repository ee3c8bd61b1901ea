"""Weighing a follow-up with its topic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from topay_bot.answering.followup import WEIGHTS, FollowUp, Nearness, chances, is_bare, nearness, outcomes, weigh
from topay_bot.answering.policy import ArticleRules
from topay_bot.knowledge.article import HandoffPolicy, Risk
from topay_bot.retrieval.comparison import KIN, Comparison
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


def _asked(
    alone: dict[str, float], scores: dict[str, float], near: dict[str, Nearness], bare: bool = False, **traits: bool
) -> FollowUp:
    articles = tuple(near)
    found = np.array([scores.get(article, 0.0) for article in articles], dtype=np.float32)
    kinship, strangeness = np.zeros((len(articles), KIN), dtype=np.float32), np.zeros(2, dtype=np.float32)
    others = {"corrects": False, "cued": False, "chinese": False} | traits
    return FollowUp(near, alone, Comparison(articles, found, kinship, strangeness), bare, **others)


TOPIC = {"topic": Nearness.TOPIC, "other": Nearness.FAR}


def test_the_last_outcome_is_no_article() -> None:
    features = outcomes(_asked({"topic": 0.3}, {"topic": 0.9}, TOPIC, bare=True))
    own = features.shape[1] - len(WEIGHTS["none"])
    assert features.shape == (3, sum(map(len, WEIGHTS.values())))
    assert not features[:2, own:].any()
    assert not features[2, :own].any()
    assert features[2, own + 1] > 0  # the text alone leaves something over


def test_a_bare_text_leans_to_its_topic_and_one_that_names_something_does_not() -> None:
    alone, scores = {"other": 0.8}, {"topic": 0.1, "other": 0.1}
    bare, named = (weigh(_asked(alone, scores, TOPIC, bare=bare))[0] for bare in (True, False))
    assert bare.article == "topic"
    assert bare.confidence > 0.5 > named.confidence  # what is not likelier than not is not trusted
    assert weigh(_asked(alone, scores | {"other": 0.3}, TOPIC))[0].article == "other"


def test_a_correction_leads_away_from_the_topic() -> None:
    near = {"topic": Nearness.TOPIC, "related": Nearness.RELATED}
    scores = {"topic": 0.5, "related": 0.3}
    chance = [{c.article: c.confidence for c in weigh(_asked({}, scores, near, corrects=c))} for c in (False, True)]
    assert chance[1]["topic"] < chance[0]["topic"]
    assert chance[1]["related"] > chance[0]["related"]


def test_likeness_speaks_for_an_article() -> None:
    asked = _asked({}, {}, TOPIC)
    kinship = np.array([[0.3] * KIN, [0.0] * KIN], dtype=np.float32)
    like = replace(asked, compared=replace(asked.compared, kinship=kinship))
    assert weigh(like)[0].confidence > weigh(asked)[0].confidence


def test_chances_of_articles_leave_room_for_none() -> None:
    strange = _asked({"topic": 0.05}, {"topic": 0.05}, TOPIC)
    strange = replace(strange, compared=replace(strange.compared, strangeness=np.array([0.3, 0.3], dtype=np.float32)))
    assert 0 < weigh(strange)[0].confidence < 0.5
