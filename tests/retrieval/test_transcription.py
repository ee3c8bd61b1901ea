import pytest
from hypothesis import given
from hypothesis import strategies as st

from topay_bot.pinyin import SYLLABLES
from topay_bot.retrieval.transcription import Transcriber

TEXTS = [
    "我要退款",
    "我要提现",
    "怎么修改支付密码",
    "账号被盗了",
    "帐号 被盗了",
    "账号怎么注销",
    "重复扣款",
    "重要通知",
    "refund",
]
TRANSCRIBER = Transcriber.fit(TEXTS)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("wo yao tui kuan", "我要退款"),
        ("woyaotuikuan", "我要退款"),
        ("zenme xiugai zhifu mima", "怎么修改支付密码"),
        ("zhang hao bei dao le", "账号被盗了"),  # the commoner of two that sound so
        ("wo yao xiu gai zhi fu mi ma", "我要修改支付密码"),  # words that no text has side by side
        ("topay zhanghao zenme zhuxiao?", "topay 账号怎么注销?"),
        ("chong fu kou kuan", "重复扣款"),
        ("zhong yao", "重要"),  # the same character, read another way
        ("chong le", "重了"),  # a character that stands inside words only
        ("wo yao jiu cai", "我要jiucai"),  # nothing sounds so
    ],
)
def test_pinyin_is_written_in_the_words_of_the_texts(typed: str, written: str) -> None:
    assert TRANSCRIBER(typed) == written


@pytest.mark.parametrize("text", ["how do i get a refund", "take care", "我要 tuikuan", "", "50", "ok"])
def test_what_is_no_pinyin_stays(text: str) -> None:
    assert TRANSCRIBER(text) == text


def test_texts_without_chinese_leave_pinyin_as_it_is() -> None:
    assert Transcriber.fit(["refund"])("wo yao tui kuan") == "woyaotuikuan"


def test_the_model_is_what_is_kept() -> None:
    assert Transcriber(TRANSCRIBER.model)("wo yao ti xian") == "我要提现"
    assert Transcriber.fit(TEXTS).model == TRANSCRIBER.model


@given(st.lists(st.sampled_from(sorted(SYLLABLES)), min_size=1, max_size=30))
def test_every_text_is_written(syllables: list[str]) -> None:
    typed = " ".join(syllables)
    written = TRANSCRIBER(typed)
    between_names = written.split("pin")  # the one name that is a syllable too
    assert written == typed or not any(" " in part.strip() for part in between_names)


def test_a_long_text_is_written() -> None:
    assert TRANSCRIBER("wo yao tui kuan" * 60) == "我要退款" * 60
