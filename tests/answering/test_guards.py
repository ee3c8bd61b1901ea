import pytest

from topay_bot.answering.guards import doubt
from topay_bot.answering.policy import Reason
from topay_bot.text import normalise


@pytest.mark.parametrize(
    ("question", "passage", "reason"),
    [
        ("我不是要退款，你别弄错了", "如何申请退款", Reason.NEGATED),
        ("我不想注销账户", "注销账户", Reason.NEGATED),
        ("I don't want to close my account", "close my account", Reason.NEGATED),
        ("微信支付怎么改密码", "怎么修改支付密码", Reason.OTHER_PLATFORM),
        ("how do I reset my paypal password", "reset my password", Reason.OTHER_PLATFORM),
    ],
)
def test_what_the_passage_does_not_mean_is_doubted(question: str, passage: str, reason: Reason) -> None:
    assert doubt(normalise(question), normalise(passage)) is reason


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("退款没有到账", "退款没到账怎么办"),
        ("付款没成功", "付款失败"),
        ("I can't log in", "cannot log in to my account"),
        ("I don't want autopay any more", "cancel automatic payments"),
        ("怎么从微信把钱转到TOPAY", "怎么充值"),
        ("can I use paypal to top up topay", "top up"),
        ("买的东西60块，扣了我80", "扣款金额不对"),
        ("", ""),
    ],
)
def test_ordinary_questions_are_not_doubted(question: str, passage: str) -> None:
    assert doubt(normalise(question), normalise(passage)) is None
