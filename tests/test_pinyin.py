import pytest

from topay_bot.pinyin import read_pinyin, segment, syllable
from topay_bot.text import detect_language


def test_characters_of_one_sound_read_alike() -> None:
    assert syllable("帐") == syllable("账") == "zhang"
    assert syllable("绿") == "lv"
    assert syllable("x") == "x"


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("tuikuan", ["tui", "kuan"]),
        ("zhifumima", ["zhi", "fu", "mi", "ma"]),
        ("fangan", ["fang", "an"]),
        ("xian", ["xian"]),
        ("refund", None),
        ("", []),
    ],
)
def test_segment(token: str, expected: list[str] | None) -> None:
    assert segment(token) == expected


@pytest.mark.parametrize("text", ["zenme xiugai zhifu mima", "tui kuan ji tian dao zhang", "topay zhanghao bei dao le"])
def test_pinyin_is_chinese(text: str) -> None:
    assert detect_language(text) == "zh"


@pytest.mark.parametrize(
    "text", ["how long does a refund take", "can you send me", "hi", "me", "a b c d e f", "panda bank sun", "i can pay"]
)
def test_english_is_not_pinyin(text: str) -> None:
    assert read_pinyin(text) is None
    assert detect_language(text) == "en"


def test_a_long_token_costs_no_time() -> None:
    assert read_pinyin("a" * 10_000) is None
