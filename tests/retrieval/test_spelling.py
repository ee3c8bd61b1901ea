import pytest
from hypothesis import given
from hypothesis import strategies as st

from topay_bot.retrieval.spelling import Speller

TEXTS = ["refund my order", "cancel the refund", "transfer failed", "a failed transfer", "withdrawal", "my withdrawal"]
TEXTS += ["the card was denied", "denied again", "topay wallet", "open topay"]
SPELLER = Speller.fit(TEXTS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("refnud", "refund"),  # neighbours swapped
        ("trasnfer", "transfer"),
        ("refnd", "refund"),  # a letter lost
        ("deniedd", "denied"),  # a letter too many
        ("withdrawel", "withdrawal"),  # another letter
        ("teh", "the"),  # three letters: only when they changed places
        ("topya", "topay"),
    ],
)
def test_a_slip_is_mended(typed: str, meant: str) -> None:
    assert SPELLER(f"please {typed} now") == f"please {meant} now"


@pytest.mark.parametrize(
    "word", ["mailed", "emailing", "order", "my", "refunded", "transferred", "hola", "xyz", "cardy2"]
)
def test_english_and_what_is_like_nothing_stay(word: str) -> None:
    assert SPELLER(word) == word


def test_chinese_numbers_and_words_inside_others_stay() -> None:
    assert SPELLER("退款refnud2 error50012 número") == "退款refnud2 error50012 número"
    assert SPELLER("我的refnud呢") == "我的refund呢"


def test_a_word_of_one_text_only_draws_nothing() -> None:
    assert Speller.fit(["a zlotys fee", "another fee"])("zlotis") == "zlotis"


@given(st.text(alphabet="abcdefgh '退款1", max_size=30))
def test_mending_twice_is_mending_once(text: str) -> None:
    assert SPELLER(SPELLER(text)) == SPELLER(text)
