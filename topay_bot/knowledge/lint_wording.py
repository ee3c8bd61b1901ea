"""Lint rules about the words of an answer: figures, secrets, and Chinese as it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from topay_bot.knowledge.article import Article, Problem
from topay_bot.knowledge.facts import FACTS_FILE

_FACT = re.compile(r"\{\{.*?\}\}")
_DIGITS = (
    r"(?<![\w.])\d[\d,.]*\s*(?:元|块钱?|%|％|天|日|小时|分钟|秒|个月|年|个?工作日|周岁|岁|次|"
    r"(?:business |working )?days?\b|hours?\b|minutes?\b|seconds?\b|months?\b|years?\b|times\b|CNY\b|RMB\b|USD\b)"
    r"|(?:[¥$€]|CNY|RMB|USD)\s*\d"
)
# In words only money and time, from two on: "one day", 一次, 第二天, 三月 and 半天 are how people talk.
_WORDS = (
    r"(?<!第)(?:[两三四五六七八九十二百千]+个?(?:元|块钱|天|小时|分钟|工作日|周岁)|[两三四五六七八九十二]+(?:个月|年)"
    r"|半个?小时|半个月|半年)"
    r"|\b(?:(?:two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|sixty|ninety)[ -]"
    r"(?:business |working )?(?:days?|hours?|minutes?|weeks?|months?|years?|yuan)|half an hour)\b"
)
_FIGURE = re.compile(f"{_DIGITS}|{_WORDS}", re.IGNORECASE)
_SENTENCE = re.compile(r"[^。！？!?；;\n]+")
_SECRET = r"(?:卡号(?!的?[后末前最])|登录密码|支付密码|密码|验证码|安全码|cvv)"
_SECRET_ASKED = re.compile(
    r"(?:提供|发送|告诉|告知|回复|上传|出示)"
    rf"(?:给?我们|给?客服|给?我|一下|您的?|你的?|完整的?|收到的|短信|的|、|银行){{0,5}}{_SECRET}"
    rf"|把[^，。]{{0,6}}{_SECRET}[^，。]{{0,6}}(?:发|提供|告诉|报|念)给?(?:我们|客服|我)"
    r"|\b(?:send|tell|give|share|provide|text|e-?mail|reply with)"
    r"(?: (?:us|me|it|support|(?:the|an|our) (?:agent|team)))?(?: with)?"
    r" (?:your|the full|the whole) (?:[\w-]+ ){0,3}?(?:card number|password|passcode|codes?|pin|cvv)\b",
    re.IGNORECASE,
)
# The sentence forbids or warns instead of asking.
_REFUSED = re.compile(
    r"不|勿|别|无需|无须|切莫|要求|索要|骗|冒充|如果有人|让您|让你|叫您|叫你|已经|"
    r"\bnot\b|n['’]t\b|\bnever\b|\bno ?one\b|\bnobody\b|\bwithout\b|\bask(?:s|ed|ing)?\b|"
    r"\bscam|\bfake\b|\bpretend|\b(?:we|topay|system)(?:['’]ll| will)?$",
    re.IGNORECASE,
)
_WARNED = re.compile(r"骗子|诈骗|假冒|冒充|\bscam|\bfraud|\bfake\b", re.IGNORECASE)
_HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]")
_QUOTED = re.compile(r"“[^”]*”")
_FAMILIAR = re.compile("(?<!迷)你")  # 迷你 is a mini


def check(article: Article, file: str) -> Iterator[Problem]:
    """What the answer of one article should say otherwise; `file` is its path as problems name it."""
    yield from _figures(article, file)
    yield from _secrets(article, file)
    if article.language == "zh":
        yield from _chinese(article, file)


def _line(article: Article, offset: int) -> int:
    return article.line("body") + article.source[:offset].count("\n")


def _blank(pattern: re.Pattern[str], text: str) -> str:
    """The text with what is found replaced by as many spaces, so that offsets stay."""
    return pattern.sub(lambda match: " " * len(match[0]), text)


def _figures(article: Article, file: str) -> Iterator[Problem]:
    for match in _FIGURE.finditer(_blank(_FACT, article.source)):
        message = f"{match[0].strip()!r} belongs into {FACTS_FILE}: write {{{{ facts.group.name }}}}"
        yield Problem(file, _line(article, match.start()), "literal-figure", message)


def _secrets(article: Article, file: str) -> Iterator[Problem]:
    for sentence in _SENTENCE.finditer(article.source):
        for match in _SECRET_ASKED.finditer(sentence[0]):
            if _REFUSED.search(sentence[0][: match.start()].rstrip()) or _WARNED.search(sentence[0]):
                continue
            message = f"asks for a secret: {match[0]!r}; no article asks for a full card number, a password or a code"
            yield Problem(file, _line(article, sentence.start() + match.start()), "asks-secret", message)


def _chinese(article: Article, file: str) -> Iterator[Problem]:
    plain = _blank(_FACT, article.source)
    for match in _HALF_WIDTH.finditer(plain):
        message = f"{match[0]!r}: Chinese takes full-width punctuation, ，；：？！（）"
        yield Problem(file, _line(article, match.start()), "half-width", message)
    said = _blank(_QUOTED, plain)  # what others say is quoted as they say it
    if "您" in said and (familiar := _FAMILIAR.search(said)):
        message = "calls the customer 你 here and 您 elsewhere: 您 throughout"
        yield Problem(file, _line(article, familiar.start()), "mixed-address", message)
