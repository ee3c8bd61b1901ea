import json

import pytest

from tests.samples import copy_knowledge
from topay_bot.builds.making import make_build
from topay_bot.edition import Edition, open_edition
from topay_bot.explanation import explain
from topay_bot.retrieval import evidence
from topay_bot.retrieval.index import BuildStore
from topay_bot.settings import load_settings


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    root = tmp_path_factory.mktemp("explained")
    settings = load_settings(knowledge=copy_knowledge(root / "knowledge"), index=root / "index", encoder="fitted")
    make_build(settings)
    return open_edition(BuildStore(settings.index), None, max_choices=4, human_article="service-human-agent")


def test_the_decision_is_the_one_that_a_customer_gets(edition: Edition) -> None:
    for question in ("退款几天能到账", "how do I close my account", "转人工", "量子力学", "？？"):
        decided = edition.answerer.decide(question)
        told = explain(edition, question)
        assert (told.reason, told.confidence) == (decided.reason.value, decided.confidence)
        assert told.because
        json.dumps(told.to_json(), allow_nan=False)


def test_every_leg_shows_its_own_candidates(edition: Edition) -> None:
    told = explain(edition, "退款几天能到账", right=["refund-how-long"])
    (shelf,) = told.shelves
    assert shelf.decided
    assert len({leg.name for leg in shelf.legs}) >= 2
    for leg in shelf.legs:
        similarities = [hit.similarity for hit in leg.hits]
        assert similarities == sorted(similarities, reverse=True)
        assert leg.right_rank == 1
        assert leg.hits[0].right
    best = shelf.candidates[0]
    assert (best.article, best.right, set(best.features)) == ("refund-how-long", True, set(evidence.NAMES))
    assert best.title == edition.article("refund-how-long", "zh")[0].title


def test_without_a_known_answer_nothing_is_right(edition: Edition) -> None:
    (shelf,) = explain(edition, "close my account").shelves
    assert shelf.language == "en"
    assert all(leg.right_rank is None for leg in shelf.legs)
    assert not any(candidate.right for candidate in shelf.candidates)


def test_a_question_in_both_languages_shows_both_shelves(edition: Edition) -> None:
    told = explain(edition, "怎么 reset 我的 payment password")
    assert [shelf.language for shelf in told.shelves] == ["zh", "en"]
    assert sum(shelf.decided for shelf in told.shelves) == 1


@pytest.mark.parametrize(("question", "said"), [("转人工", "wants a person"), ("？？", "can be read")])
def test_what_overrules_the_thresholds_is_named(edition: Edition, question: str, said: str) -> None:
    assert any(said in sentence for sentence in explain(edition, question).because)


def test_thresholds_stand_beside_the_confidence(edition: Edition) -> None:
    told = explain(edition, "zzzz qqqq")
    assert told.decision == "handoff"
    assert "below clarify_threshold" in told.because[0] or "no candidate" in told.because[0]
