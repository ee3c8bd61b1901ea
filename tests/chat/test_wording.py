"""What the bot itself says: in both languages, short, and never the customer's fault."""

from __future__ import annotations

import re
import string

import pytest

from topay_bot.answering.policy import Reason
from topay_bot.chat.wording import _TEXTS, say
from topay_bot.text import Language, detect_language

SENTENCES = [(name, language) for name in _TEXTS for language in ("zh", "en")]
BLAME = re.compile(
    r"(?i)\byour? (?:fault|mistake|error)|\byou (?:must|failed|forgot|should have|did not|didn't|need to)\b|"
    r"\binvalid\b|\bwrong\b|obviously|您必须|您没有|您应该|您的错|错误|非法|无效|不合法|违规|您忘"
)
COLD = re.compile(r"(?i)\b(?:ticket|user|kindly|revert|regret|apologi[sz]e for any)\b|用户|工单|亲|哦")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(("name", "language"), SENTENCES)
def test_each_sentence(name: str, language: Language) -> None:
    text = _TEXTS[name][language]
    assert detect_language(re.sub(r"\{\w+\}|TOPAY", "", text)) == language
    assert len(text) <= (80 if language == "zh" else 200)
    assert not BLAME.search(text)
    assert not COLD.search(text)
    assert text.endswith(("。", "：", "？", ".", ":", "?"))
    if language == "zh":
        assert not re.search(r"(?<=[\u4e00-\u9fff])[,.?!;]", text), "full-width punctuation between Chinese characters"
        assert "你" not in text, "您, throughout"


@pytest.mark.parametrize("name", _TEXTS)
def test_both_languages_say_the_same_figures(name: str) -> None:
    texts = _TEXTS[name]
    assert set(texts) == {"zh", "en"}
    assert fields(texts["zh"]) == fields(texts["en"])


def test_every_reason_without_an_article_has_its_words() -> None:
    answered = {Reason.CONFIDENT, Reason.CHOSEN}  # the article speaks
    for reason in set(Reason) - answered:
        assert say(reason, "zh")
        assert say(reason, "en")


def test_an_unknown_sentence_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("nothing", "zh")
    with pytest.raises(KeyError):
        say("reference", "zh")
