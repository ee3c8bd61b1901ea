import pytest

from topay_bot.answering.guards import readable, wishes_person
from topay_bot.text import normalise


@pytest.mark.parametrize(
    "text",
    [
        "转人工",
        "我要转人工客服",
        "給我轉人工",
        "能不能找个真人跟我说",
        "叫你们的客服人员来",
        "别让机器人回我了",
        "人工",
        "人工！",
        "我不想跟机器人聊了",
        "换个人来",
        "有没有活人啊",
        "I want to talk to a human",
        "agent please",
        "Can you connect me to a real person?",
        "speak with a customer service representative",
        "stop with the bot",
        "get me someone from your support staff member",
        "is there a real person I can talk to",
        "HUMAN",
        "请帮我转接专人",
        "I want to be connected to an employee",
        "where are the humans? give me a colleague",
    ],
)
def test_a_wish_for_a_person(text: str) -> None:
    assert wishes_person(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "人工审核要多久",
        "不用转人工，我自己看看",
        "你是真人还是机器人",
        "我要投诉你们的客服专员",
        "转人工排队排了半小时",
        "有人冒充客服人员给我打电话",
        "人工智能是什么",
        "退款几天能到",
        "转账给错人了",
        "are you a real person",
        "I sent money to the wrong person",
        "someone else logged into my account",
        "don't transfer me to an agent",
        "your agent was rude to me",
        "how do I send money to a person",
        "",
    ],
)
def test_no_wish_for_a_person(text: str) -> None:
    assert not wishes_person(normalise(text))


@pytest.mark.parametrize(
    ("text", "expected"), [("", False), ("!!! ...", False), ("好", True), ("a", True), ("1", True)]
)
def test_readable(text: str, expected: bool) -> None:
    assert readable(text) is expected
