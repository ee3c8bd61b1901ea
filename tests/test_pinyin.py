import subprocess
import sys

import pytest

from topay_bot.pinyin import is_pinyin, segment, spell, syllable
from topay_bot.text import detect_language


def test_characters_of_one_sound_read_alike() -> None:
    assert syllable("帐") == syllable("账") == "zhang"
    assert syllable("绿") == "lv"
    assert syllable("x") == "x"


def test_a_run_is_spelt_by_its_words() -> None:
    assert spell("重复") == ["chong", "fu"]
    assert spell("重要") == ["zhong", "yao"]
    assert syllable("重") == "zhong"  # as before the words were loaded


def test_a_process_that_reads_characters_loads_no_words() -> None:
    code = (
        "import os, sys; from topay_bot.pinyin import syllable; print(syllable('重'));"
        "print('pypinyin.phrases_dict' in sys.modules, 'PYPINYIN_NO_PHRASES' in os.environ)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["zhong", "False", "False"]


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


@pytest.mark.parametrize(
    "text",
    [
        "zenme xiugai zhifu mima",
        "topay zhanghao bei dao le",
        "tuikuan",
        "ti xian",
        "xie xie",
        "women de qian",
        "you hui",
    ],
)
def test_pinyin_is_chinese(text: str) -> None:
    assert is_pinyin(text)
    assert detect_language(text) == "zh"


@pytest.mark.parametrize(
    "text",
    "how long does a refund take;can you send me;can you;are you an ai;take care;change language;hi;me;a b c d e f;"
    "panda bank sun;i can pay;hahaha;ha ha;topay app;;12".split(";"),
)
def test_english_and_laughter_are_not_pinyin(text: str) -> None:
    assert not is_pinyin(text)
    assert detect_language(text) == "en"


def test_a_long_token_costs_no_time() -> None:
    assert not is_pinyin("a" * 10_000)
