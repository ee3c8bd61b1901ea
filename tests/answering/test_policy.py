import pytest

from topay_bot.answering.calibration import Thresholds
from topay_bot.answering.policy import (
    Answer,
    ArticleRules,
    Candidate,
    Clarification,
    Decision,
    Handoff,
    Heard,
    Policy,
    Priority,
    Reason,
    Referral,
)
from topay_bot.knowledge.article import HandoffPolicy, Risk

RULES = {
    "plain": ArticleRules(HandoffPolicy.OFFER, Risk.LOW),
    "hello": ArticleRules(HandoffPolicy.NEVER, Risk.LOW),
    "stolen": ArticleRules(HandoffPolicy.URGENT, Risk.HIGH),
    "frozen": ArticleRules(HandoffPolicy.ALWAYS, Risk.HIGH),
    "human": ArticleRules(HandoffPolicy.ALWAYS, Risk.LOW),
}
POLICY = Policy(Thresholds(0.9, 0.5, 0.95, 0.96, 100, True), RULES, 4, "human")


QUIET = Heard(wish=-2.5)  # the words hardly tell
WISH = Heard(wish=3.0)


def _decide(*pairs: tuple[str, float], heard: Heard = QUIET):  # type: ignore[no-untyped-def]  # narrowed by each test
    return POLICY.decide("zh", tuple(Candidate(*pair) for pair in pairs), heard)


def test_sure_enough_is_answered() -> None:
    decision = _decide(("plain", 0.9), ("hello", 0.05))
    assert isinstance(decision, Answer)
    assert (decision.article, decision.reason, decision.referral) == ("plain", Reason.CONFIDENT, None)


def test_between_the_bands_choices_are_offered_near_ones_first() -> None:
    decision = _decide(("plain", 0.6), ("hello", 0.2), ("frozen", 0.001))
    assert isinstance(decision, Clarification)
    assert [c.article for c in decision.choices] == ["plain", "hello"]


def test_at_most_max_choices() -> None:
    decision = _decide(*((name, 0.5 - place / 100) for place, name in enumerate(RULES)))
    assert isinstance(decision, Clarification)
    assert len(decision.choices) == 4


def test_below_a_person_is_offered() -> None:
    decision = _decide(("plain", 0.3))
    assert isinstance(decision, Handoff)
    assert decision.referral.offered
    assert decision.reason is Reason.LOW_CONFIDENCE
    assert decision.confidence == 0.3


def test_nothing_found_offers_a_person() -> None:
    decision = _decide()
    assert isinstance(decision, Handoff)
    assert decision.confidence == 0


@pytest.mark.parametrize("confidence", [0.0, 0.4, 0.99])
def test_a_wish_for_a_person_always_wins(confidence: float) -> None:
    decision = _decide(("plain", confidence), heard=WISH)
    assert isinstance(decision, Handoff)
    assert decision.reason is Reason.ASKED
    assert not decision.referral.offered


def test_the_article_on_human_service_is_a_wish() -> None:
    assert _decide(("human", 0.6)).reason is Reason.ASKED
    assert _decide(("human", 0.3)).reason is Reason.LOW_CONFIDENCE


def test_unless_the_words_say_otherwise() -> None:
    assert _decide(("human", 0.6), heard=Heard(wish=-4.0)).reason is not Reason.ASKED


def test_a_possible_wish_counts_where_no_article_is_sure() -> None:
    possible = Heard(wish=-1.0)
    assert _decide(("plain", 0.6), heard=possible).reason is Reason.ASKED
    assert _decide(("plain", 0.95), heard=possible).reason is Reason.CONFIDENT
    assert _decide(heard=possible).reason is Reason.ASKED


def test_words_of_alarm_bring_the_urgent_article_forward() -> None:
    found = (("plain", 0.6), ("stolen", 0.1))
    assert _decide(*found).reason is Reason.AMBIGUOUS
    decision = _decide(*found, heard=Heard(wish=-9.0, alarm=1.0))
    assert isinstance(decision, Handoff)  # which emergency it is, the words do not say
    assert decision.referral == Referral(Reason.URGENT, Priority.URGENT, offered=False)
    assert [c.article for c in decision.candidates] == ["stolen", "plain"]


def test_words_of_alarm_alone_make_no_emergency() -> None:
    assert _decide(("plain", 0.95), heard=Heard(wish=-9.0, alarm=5.0)).reason is Reason.CONFIDENT


def test_urgent_answers_below_the_threshold_and_a_person_comes() -> None:
    decision = _decide(("stolen", 0.55))
    assert isinstance(decision, Answer)
    assert decision.referral is not None
    assert (decision.referral.priority, decision.referral.offered) == (Priority.URGENT, False)


@pytest.mark.parametrize("confidence", [0.2, 0.35, 0.49])
@pytest.mark.parametrize("alarm", [-9.0, 3.0])
def test_an_emergency_whose_article_is_unlikely_is_a_person_at_once(confidence: float, alarm: float) -> None:
    decision = _decide(("stolen", confidence), heard=Heard(wish=-9.0, alarm=alarm))
    assert isinstance(decision, Handoff)
    assert decision.referral == Referral(Reason.URGENT, Priority.URGENT, offered=False)


def test_always_answers_and_refers_with_the_priority_of_its_risk() -> None:
    decision = _decide(("frozen", 0.95))
    assert isinstance(decision, Answer)
    assert decision.referral is not None
    assert (decision.reason, decision.referral.priority) == (Reason.POLICY, Priority.HIGH)


def test_a_wish_about_an_urgent_matter_is_urgent() -> None:
    assert _decide(("stolen", 0.7), heard=WISH).referral.priority is Priority.URGENT


def test_a_chosen_article_is_answered_as_chosen() -> None:
    decision = POLICY.chosen("plain", "en")
    assert isinstance(decision, Answer)
    assert decision.reason is Reason.CHOSEN
    assert POLICY.chosen("stolen", "en").reason is Reason.URGENT
    assert isinstance(POLICY.chosen("human", "en"), Handoff)


def test_a_wish_is_for_the_article_on_human_service() -> None:
    decision = _decide(("plain", 0.8), ("human", 0.1), heard=WISH)
    assert [c.article for c in decision.candidates] == ["human", "plain"]
    assert (
        decision.confidence
        == pytest.approx(decision.candidates[0].confidence, abs=1e-6)
        == pytest.approx(0.95, abs=0.01)
    )
    assert sum(c.confidence for c in decision.candidates) <= 1 + 1e-5


def test_a_doubt_turns_an_answer_into_a_clarification_but_never_an_urgent_one() -> None:
    def decide(article: str) -> Decision:
        return POLICY.decide("zh", (Candidate(article, 0.95),), QUIET, lambda: Reason.NEGATED)

    doubted = decide("plain")
    assert isinstance(doubted, Clarification)
    assert doubted.reason is Reason.NEGATED
    assert isinstance(decide("stolen"), Answer)
    assert POLICY.decide("zh", (Candidate("plain", 0.6),), QUIET, lambda: Reason.NEGATED).reason is Reason.AMBIGUOUS
