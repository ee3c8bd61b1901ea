"""Follow-ups, "not that" and failures in a row, with an answerer that knows a few texts."""

from __future__ import annotations

import datetime
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from topay_bot.answering.answerer import Answerer
from topay_bot.answering.calibration import Thresholds
from topay_bot.answering.context import Past, read
from topay_bot.answering.policy import (
    Answer,
    ArticleRules,
    Candidate,
    Clarification,
    Decision,
    Handoff,
    Heard,
    Policy,
    Reason,
)
from topay_bot.knowledge.article import HandoffPolicy, Risk
from topay_bot.retrieval.comparison import KIN, Comparison
from topay_bot.text import Language, normalise

OFFER, LOW = HandoffPolicy.OFFER, Risk.LOW
RULES = {
    "withdraw": ArticleRules(OFFER, LOW, "payment", frozenset({"account-limits"})),
    "fees": ArticleRules(OFFER, LOW, "payment"),
    "account-limits": ArticleRules(OFFER, LOW, "account"),
    "refund-time": ArticleRules(OFFER, LOW, "refund"),
    "crash": ArticleRules(OFFER, LOW, "technical"),
    "thanks": ArticleRules(HandoffPolicy.NEVER, LOW, "smalltalk"),
    "stolen": ArticleRules(HandoffPolicy.URGENT, Risk.HIGH, "security"),
}
POLICY = Policy(Thresholds(0.9, 0.4, 0.95, 0.96, 100, True), RULES, 4, "human")
ASKED = Past("怎么提现", "withdraw", ("withdraw",), (Candidate("withdraw", 0.8), Candidate("fees", 0.1)))


def _heard(text: str) -> Heard:
    """A clear wish, one of a chance of one in six, or nothing."""
    return Heard({"转人工": 3.0, "找个会说英文的": -1.6}.get(text, -9.0))


class Known:
    """Candidates by text; anything else finds nothing."""

    def __init__(self, **found: tuple[str, float]) -> None:
        self.found, self.policies = found, {"zh": POLICY}
        self.asked: list[str] = []
        self.today = datetime.date.today

    def question(self, typed: str) -> str:
        return normalise(typed)

    def heard(self, found: SimpleNamespace) -> Heard:
        return _heard(found.question)

    def explain(self, text: str, language: Language | None = None) -> tuple[Decision, SimpleNamespace]:
        self.asked.append(text)
        candidates = (Candidate(*self.found[text]),) if text in self.found else ()
        decision = POLICY.decide(language or "zh", candidates, _heard(text))
        return decision, SimpleNamespace(shelf="zh", question=normalise(text))

    def compare(self, found: SimpleNamespace, topic: str) -> Comparison:
        """The scores of a text behind its topic are asked for as "topic text"."""
        text = found.question
        self.asked.append(f"{topic} {text}")
        article, score = self.found.get(f"{topic} {text}", ("", 0.0))
        scores = np.array([score if name == article else 0.0 for name in RULES], dtype=np.float32)
        nothing = np.zeros((len(RULES), KIN), dtype=np.float32)
        return Comparison(tuple(RULES), scores, nothing, np.zeros(2, dtype=np.float32))


def _read(known: dict[str, tuple[str, float]], text: str, past: Past = ASKED) -> Any:
    return read(cast(Answerer, Known(**known)), text, None, past)


def test_a_follow_up_is_read_with_the_question_before() -> None:
    reading = _read({"要多久": ("refund-time", 0.5), "withdraw 要多久": ("withdraw", 0.95)}, "要多久")
    assert reading.decision.article == "withdraw"
    assert (reading.question, reading.topic) == ("怎么提现", "withdraw")  # what the next one is read with as well


def test_an_answer_that_leaves_the_topic_gives_way_to_one_that_stays() -> None:
    known = {"要多久": ("refund-time", 0.92), "withdraw 要多久": ("withdraw", 0.95)}
    assert _read(known, "要多久").decision.article == "withdraw"


@pytest.mark.parametrize("article", ["fees", "account-limits"])
def test_another_article_of_the_topic_answers_where_the_text_asks_for_it(article: str) -> None:
    known = {"那手续费呢": (article, 0.92), "withdraw 那手续费呢": (article, 0.6)}
    reading = _read(known, "那手续费呢")
    assert reading.decision.article == article
    assert reading.topic == "withdraw"


def test_a_text_that_names_something_moves_the_topic_on() -> None:
    known = {"那限额呢绑卡": ("account-limits", 0.9), "withdraw 那限额呢绑卡": ("account-limits", 0.9)}
    reading = _read(known, "那限额呢绑卡")
    assert (reading.question, reading.topic) == ("怎么提现 那限额呢绑卡", "account-limits")


def test_a_reading_that_leaves_the_topic_is_not_taken() -> None:
    known = {"那闪退呢": ("crash", 0.6), "withdraw 那闪退呢": ("crash", 0.99)}
    assert _read(known, "那闪退呢").decision.confidence == 0.6


@pytest.mark.parametrize("text", ["另外软件闪退", "我的软件每次打开几秒钟之后就自己退出去没法用", "btw it crashes"])
def test_a_new_question_is_not_dragged_back(text: str) -> None:
    known = Known(**{text: ("crash", 0.6), f"withdraw {text}": ("withdraw", 0.99)})
    assert read(cast(Answerer, known), text, None, ASKED).decision.candidates[0].article == "crash"
    assert known.asked == [text]


def test_a_short_question_of_its_own_stays_so() -> None:
    known = {"软件闪退": ("crash", 0.95), "withdraw 软件闪退": ("crash", 0.9)}
    reading = _read(known, "软件闪退")
    assert (reading.decision.article, reading.question, reading.topic) == ("crash", "软件闪退", "crash")


def test_the_topic_said_again_is_a_question_of_its_own() -> None:
    reading = _read({"提现": ("fees", 0.5), "withdraw 提现": ("withdraw", 0.99)}, "提现")
    assert isinstance(reading.decision, Clarification)
    assert reading.decision.choices[0].article == "fees"


def test_nothing_leans_on_a_question_that_nothing_answered() -> None:
    unanswered = _read({}, "明天早上上海的天气到底会是什么样子啊")
    assert (unanswered.question, unanswered.topic) == ("", None)
    past = Past(unanswered.question, unanswered.topic, failures=unanswered.failures)
    known = Known(我想退款怎么弄=("refund-time", 0.6))
    decision = read(cast(Answerer, known), "我想退款怎么弄", None, past).decision
    assert isinstance(decision, Clarification)
    assert known.asked == ["我想退款怎么弄"]


def test_a_follow_up_that_nothing_answers_keeps_the_topic() -> None:
    reading = _read({"那个呢": ("crash", 0.1)}, "那个呢", replace(ASKED, topic="thanks"))
    assert isinstance(reading.decision, Handoff)
    assert (reading.question, reading.topic) == ("怎么提现", "thanks")


def test_thanks_are_small_talk_and_keep_the_topic() -> None:
    reading = _read({"谢谢": ("thanks", 0.95)}, "谢谢")
    assert (reading.decision.article, reading.question, reading.topic) == ("thanks", "怎么提现", "withdraw")


@pytest.mark.parametrize("text", ["转人工", "被盗了"])
def test_a_wish_and_an_emergency_are_never_reread(text: str) -> None:
    known = {"被盗了": ("stolen", 0.5), f"withdraw {text}": ("withdraw", 0.99)}
    assert _read(known, text).decision.reason in (Reason.ASKED, Reason.URGENT)


@pytest.mark.parametrize(
    ("text", "found", "alone"),
    [("找个会说英文的", 0.3, Reason.ASKED), ("手机丢了能换吗", 0.25, Reason.URGENT)],
)
def test_an_unlikely_wish_or_emergency_goes_on_with_a_topic_that_is_surer(
    text: str, found: float, alone: Reason
) -> None:
    likely = {text: ("stolen" if alone is Reason.URGENT else "crash", found)}
    assert _read(likely, text, Past()).decision.reason is alone
    behind = likely | {f"withdraw {text}": ("withdraw", 0.99)}
    assert _read(behind, text).decision.article == "withdraw"
    assert _read(likely | {f"withdraw {text}": ("withdraw", 0.1)}, text).decision.reason is alone


def test_not_that_offers_the_next_ones_with_their_share_of_what_is_left() -> None:
    reading = _read({}, "不是这个")
    assert isinstance(reading.decision, Clarification)
    assert reading.decision.reason is Reason.OTHERS
    assert reading.decision.choices == (Candidate("fees", 0.5),)  # 0.1 of the 0.2 that "withdraw" leaves
    assert reading.shown == ("withdraw", "fees")


def test_not_that_twice_offers_a_person() -> None:
    past = Past("怎么提现", None, ("withdraw",), ASKED.candidates, failures=1, rejected=2)
    decision = _read({}, "都不是", past).decision
    assert isinstance(decision, Handoff)
    assert (decision.reason, decision.referral.offered) == (Reason.STUCK, True)


def test_nothing_left_to_offer_offers_a_person() -> None:
    past = Past("怎么提现", "withdraw", ("withdraw",), ASKED.candidates[:1])
    assert _read({}, "不是这个", past).decision.reason is Reason.STUCK


def test_two_failures_in_a_row_offer_a_person_plainly() -> None:
    first = _read({}, "那个嘛", Past())
    assert first.decision.reason is Reason.LOW_CONFIDENCE
    past = Past(failures=first.failures)
    assert _read({}, "就那个", past).decision.reason is Reason.STUCK
    assert isinstance(_read({"怎么提现": ("withdraw", 0.95)}, "怎么提现", past).decision, Answer)
    assert isinstance(_read({"退款": ("refund-time", 0.6)}, "退款", past).decision, Clarification)


@pytest.mark.parametrize("text", ["不是，我问的是软件闪退", "不对。我是想问软件闪退"])
def test_a_correction_is_read_without_its_denial(text: str) -> None:
    known = Known(**{"软件闪退": ("crash", 0.95), "withdraw 软件闪退": ("crash", 0.9)})
    assert cast(Answer, read(cast(Answerer, known), text, None, ASKED).decision).article == "crash"
    assert known.asked == [text, "软件闪退", "withdraw 软件闪退"]


def test_a_correction_of_an_emergency_stays_one() -> None:
    known = Known(**{"不是,我说的是被盗了": ("stolen", 0.5), "被盗了": ("fees", 0.9)})
    assert read(cast(Answerer, known), "不是,我说的是被盗了", None, ASKED).decision.reason is Reason.URGENT
    assert known.asked == ["不是,我说的是被盗了"]
