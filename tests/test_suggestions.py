"""Suggestions while a customer types, over articles written for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from topay_bot.knowledge.article import Article
from topay_bot.knowledge.facts import Facts
from topay_bot.knowledge.library import Library
from topay_bot.suggestions import MAX_CHARS, Suggester
from topay_bot.text import Language

ARTICLES = (
    Article("refund-how-long", "refund", "zh", "退款多久到账", ("退款几天能到", "钱什么时候退回来")),
    Article("refund-how-long", "refund", "en", "How long a refund takes", ("when will my refund arrive",)),
    Article("refund-request", "refund", "zh", "申请退款", ("怎么申请退款", "退款怎么操作")),
    Article("refund-request", "refund", "en", "Ask for a refund", ("request a refund",)),
    Article("forgot", "account", "zh", "忘记支付密码", ("支付密码忘了怎么办", "密" * 40 + "码")),
    Article("forgot", "account", "en", "Reset the payment password", ("I forgot my payment-password",)),
    Article("hello", "smalltalk", "zh", "你好", ("你好", "退")),
)


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return Suggester(Library(ARTICLES, Facts({}), {}, {}, Path()), first=["refund-request"])


def ids(suggester: Suggester, typed: str, language: Language = "zh") -> list[str]:
    return [one.article for one in suggester.suggest(typed, language)]


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("退", ["申请退款", "退款多久到账"]),  # each article once, by its title where that fits
        ("申请", ["申请退款"]),
        ("几天", ["退款几天能到"]),  # Chinese words begin anywhere
        ("密码忘", ["忘记支付密码"]),  # a title that holds every part before a variant that holds all of it
        ("忘 密码", ["忘记支付密码"]),
        ("忘記密碼", ["忘记支付密码"]),  # traditional characters
        ("tuik", ["退款多久到账", "退款怎么操作"]),  # as an input method shows it while composing
        ("tui'kuan", ["退款多久到账", "退款怎么操作"]),
        ("mima", ["忘记支付密码"]),
        ("tk", []),
        ("tkdj", ["退款多久到账"]),  # initials
        ("uikuan", []),  # not from the beginning of a syllable
    ],
)
def test_chinese(suggester: Suggester, typed: str, texts: list[str]) -> None:
    assert [one.text for one in suggester.suggest(typed, "zh")] == texts


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("how lo", ["How long a refund takes"]),
        ("REFUND  tak", ["How long a refund takes"]),
        ("request", ["request a refund"]),
        ("payment password", ["Reset the payment password"]),
        ("arrive refund", ["when will my refund arrive"]),  # every word, in any order
        ("efund", []),  # words are found from their beginning
    ],
)
def test_english(suggester: Suggester, typed: str, texts: list[str]) -> None:
    assert [one.text for one in suggester.suggest(typed, "en")] == texts


def test_the_other_language_comes_after_that_of_the_page(suggester: Suggester) -> None:
    assert [one.language for one in suggester.suggest("refund", "zh")] == ["en", "en"]
    assert [one.text for one in suggester.suggest("申请", "en")] == ["申请退款"]


def test_of_equals_the_named_ones_come_first(suggester: Suggester) -> None:
    assert ids(suggester, "refund", "en") == ["refund-request", "refund-how-long"]


@pytest.mark.parametrize("typed", ["", " ", "？！", "👋", "\x00", "你好", "\n", "退" * (MAX_CHARS + 1), "密" * 30])
def test_nothing_to_suggest(suggester: Suggester, typed: str) -> None:
    assert ids(suggester, typed) == []


def test_at_most_as_many_as_asked_for(suggester: Suggester) -> None:
    assert len(suggester.suggest("退", "zh", most=1)) == 1
