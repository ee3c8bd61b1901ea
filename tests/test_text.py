import jieba
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from topay_bot.text import _Dictionary, detect_language, normalise, runs, words

ANY = st.text(max_size=80)
# What makes normal forms hard: what composes, expands, lowers to two, hides, or is kept in some words only.
ODD = st.text("aAİ\u0301\u200d\u200b\ufe0f\u20e3´¨ﬁ①㊙℃ﷺ乾縣圖薴麼臺 \t\n\x85\u3000’'，。😀️1", max_size=30)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("  退款　多久？ ", "退款 多久?"),
        ("ＴＯＰＡＹ　１２３", "topay 123"),
        ("退款多久到帳，臺灣可以嗎", "退款多久到帐,台湾可以吗"),
        ("Don’t CHARGE me", "don't charge me"),
        ("退款😀😀呢❤️", "退款 呢"),
        ("1️⃣ 密\u200b码", "1 密码"),
        ("a\x00b\nc\td", "a b c d"),
        ("①②ﬁ", "12fi"),
        ("e\u200d\u0301", "é"),
        ("李白\ud800", "李白"),
        ("😀❤️\u200b", ""),
        ("", ""),
    ],
)
def test_normal_forms(text: str, normal: str) -> None:
    assert normalise(text) == normal


@given(ANY | ODD, st.integers(1, 40))
@example("´a", 40)
@example("薴", 40)
@example("乾縣乾圖", 40)
@example("a b", 2)
@example("ﷺ", 3)
def test_a_normal_form_is_its_own_and_bounded(text: str, most: int) -> None:
    normal = normalise(text, most)
    assert len(normal) <= most
    assert normalise(normal, most) == normal
    assert normal == normal.strip()
    assert "  " not in normal


@given(ANY | ODD)
def test_case_and_width_do_not_count(text: str) -> None:
    ascii_only = text.encode("ascii", "ignore").decode()
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in ascii_only)
    assert normalise(ascii_only.upper()) == normalise(ascii_only) == normalise(wide)


def test_an_endless_question_costs_no_endless_time() -> None:
    assert len(normalise("ﷺ" * 1_000_000)) == 1000


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("退款多久到账", "zh"),
        ("我的account被lock了", "zh"),
        ("app", "en"),
        ("how long does a refund take", "en"),
        ("what does 退 mean in the app when i pay", "en"),
        ("余额 balance", "zh"),
        ("12345", "en"),
        ("", "en"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_words_and_runs() -> None:
    text = "我的topay账户can't登录_2次, 好吗"
    assert words(text) == ["我", "的", "topay", "账户", "can't", "登录", "2", "次", "好", "吗"]
    assert runs(text) == [
        ("我的", True),
        ("topay", False),
        ("账户", True),
        ("can't", False),
        ("登录", True),
        ("2", False),
        ("次", True),
        ("好吗", True),
    ]


@given(ANY | ODD)
def test_words_lose_no_letter(text: str) -> None:
    normal = normalise(text)
    assert "".join(words(normal)) == "".join(token for token, _ in runs(normal))
    assert {char for char in normal if char.isalnum()} <= set("".join(words(normal)))


@given(st.text("的一是不了人我在有他支付退款到账银行卡密码验证㐀龘", max_size=20))
@example("退款几天能到账")
@example("他来到了网易杭研大厦")
@example("小明硕士毕业于中国科学院计算所")
def test_chinese_is_cut_as_jieba_cuts_it(text: str) -> None:
    assert words(text) == list(jieba.cut(text))


def test_the_dictionary_says_what_jieba_would_ask_for() -> None:
    lines = "AA制 47 n\nAB 3 n\n一 5 m\n一个 70 m\n一百万 2 m\n七 9 m\nABC 1 n\n"
    dictionary = _Dictionary(lines.encode())
    known = {"AB": 3, "ABC": 1, "A": 0, "一": 5, "一个": 70, "一百": 0, "一百万": 2, "七": 9}
    assert {word: dictionary.get(word) for word in known} == known
    assert [dictionary.get(word) for word in ("一个人", "八", "")] == [None, None, None]
    assert "一百" in dictionary
    assert "八" not in dictionary
    assert dictionary["一个"] == 70
    assert dictionary.total == 137
