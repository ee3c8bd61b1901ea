"""What sets the last answer aside."""

from __future__ import annotations

import pytest

from topay_bot.answering.corrections import corrected, is_rejection
from topay_bot.text import normalise

REJECTIONS = """
不是这个; 不是; 不对; 都不是！; 不对，不是这个; 换一个; 答非所问; 你理解错了; 没听懂我的意思; 没用; 不是我要的;
not that; No.; none of these; not my question; that's not what I asked; doesn't help; that was the wrong answer;
you misunderstood me; that's not it; no, the other one; not what I meant; nope; wrong one; something else
"""


@pytest.mark.parametrize("text", REJECTIONS.replace("\n", " ").split(";"))
def test_rejections(text: str) -> None:
    assert is_rejection(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "不是我买的",
        "不是这张卡，是另一张",
        "金额不对",
        "不对账",
        "not my payment",
        "no refund yet",
        "wrong amount",
        "the answer",
        "",
        "对",
    ],
)
def test_no_rejections(text: str) -> None:
    assert not is_rejection(normalise(text))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("No, I meant the daily limit", "the daily limit"),
        ("sorry, withdrawal not transfer", "withdrawal"),
        ("not the fee, how long", "how long"),
        ("the receipt, not the invoice", "the receipt"),
        ("wait, phone number actually", "phone number"),
        ("that's not what I asked, I want to know the fee", "the fee"),
        ("I didn't mean the fee, I meant the limit", "the limit"),
        ("i mean for the business account", "for the business account"),
        ("no, my login password", "my login password"),
        ("the login password instead", "the login password"),
        ("不是，我问的是软件闪退", "软件闪退"),
        ("不对。我是想问软件闪退", "软件闪退"),
        ("打错了，是充值", "充值"),
        ("问的不是这个，是红包的", "红包的"),
        ("不是登录密码，是支付密码", "支付密码"),
        ("我没问退款，我问提现", "提现"),
        ("我说的是转账", "转账"),
        ("no i want the payment undone, not hidden", "i want the payment undone"),
        ("its not the order i care about, that card should go", "that card should go"),
        ("oh its water not gas", "its water"),
        ("wrong word, i meant what I can get out in one go", "what i can get out in one go"),
        ("rupees, not baht, my mistake. fixed when", "rupees, fixed when"),
        ("说反了，是她让我扫", "她让我扫"),
        ("不是充余额啦，充话费", "充话费"),
        ("不是付款是收款，我嘴瓢", "收款"),
        ("说错说错，不是充的，是提出去的那笔", "提出去的那笔"),
        ("额不是昵称，身份证上那个名", "身份证上那个名"),
    ],
)
def test_what_is_meant_instead(text: str, meant: str) -> None:
    assert corrected(normalise(text)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "no refund yet",
        "no money arrived, where is it",
        "sorry my card is lost",
        "ok, and the fee?",
        "wait, how long",
        "payment not going through",
        "not enough in my balance, should I top up",
        "do not honor",
        "I don't have that sim any more",
        "can I link a foreign number instead",
        "没有，还没到账",
        "不是我买的",
        "打错卡号了咋办",
        "我的卡不对",
        "not me!! i never bought this",
        "it says conditions not met",
        "typo",
        "they could not accept it, and now",
        "收到通知，不是我本人登录的",
    ],
)
def test_what_corrects_nothing(text: str) -> None:
    assert corrected(normalise(text)) is None
