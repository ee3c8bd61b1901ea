"""Which article a follow-up is about: one that cannot stand alone, weighed with the topic before it.

The text is looked up twice, alone and behind the question before it. Both speak for articles; so does the topic for
itself and its neighbours, the more so where the text says nothing but which aspect it asks of ("how long?",
"那手续费呢"). A conditional logit (McFadden, 1974) puts these together, with "no article" as one more outcome.
Its weights are fitted by `python -m training.follow` on conversations written for it and on changes of topic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from topay_bot.answering.policy import ArticleRules, Candidate

Floats = npt.NDArray[np.float64]


class Nearness(IntEnum):
    """How an article lies to the topic."""

    FAR = 0
    CATEGORY = 1  # of the same category
    RELATED = 2  # one names the other as related
    TOPIC = 3


def nearness(topic: str, article: str, rules: Mapping[str, ArticleRules]) -> Nearness:
    """How `article` lies to the topic; an unknown one is far."""
    one, other = rules.get(topic), rules.get(article)
    if topic == article:
        return Nearness.TOPIC
    if one is None or other is None:
        return Nearness.FAR
    if article in one.related or topic in other.related:
        return Nearness.RELATED
    return Nearness.CATEGORY if one.category == other.category != "" else Nearness.FAR


# What asks of an aspect, or of nothing: cost, time, limits, how, where, whether, and the words around them.
_ASPECT_ZH = re.compile(
    "多久|几天|多长时间|多长|什么时候|何时|啥时候|手续费|费用|收费|扣费|要钱|花钱|多少|限额|上限|额度|最多|最少|最高|最低|每天|"
    "一次|怎么|如何|怎样|咋|在哪|哪里|哪儿|哪|什么|啥|为什么|为何|能|可以|行|会|要|需要|得|吗|呢|嘛|安全|取消|撤回|失败|成功|"
    "不了|没有|没到|没|到账|到|收到|生效|审核|进度|结果|材料|资料|通过|周末|节假日|如果|要是|万一|那么|那|还是|还|再|也|一直|"
    "都|已经|它|这个|这|个|对方|之后|以后|后|然后|的话|的|了|呀|啊|办|弄|操作|做|是|有|不|就|马上|现在|看|查|退|收|给|钱|快|"
    r"时间|天|周|提前|重新|超时|提示|支持|改|关|开|[,，。.?？!！、~\s]"
)
_ASPECT_EN = frozenset(
    "and but so then ok okay also what whats what's how when where which why is it its it's are was does do did "
    "doesn't don't didn't i my me you they them he the a an to for of in on at if or not no still yet again later "
    "now there that this one be been has have hasn't haven't get got will won't would can can't could should "
    "about with any up much many long soon fast faster far take takes taking need needed cost costs fee fees "
    "charge anything price free limit limits maximum max minimum day days week weeks weekend weekends month time "
    "per status documents document result answer review arrive arrives arrived come comes work works working fail "
    "fails failed failing safe cancel happen happens see check show shows says it'll try back off out set turn "
    "change too same more less higher than until after before all already keep keeps follow use wait go goes".split()
)
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


def is_bare(text: str) -> bool:
    """Whether a normalised text names nothing, only an aspect of what was spoken of; one Chinese sign is let pass."""
    if _HAN.search(text):
        return len(_ASPECT_ZH.sub("", text)) <= 1
    return all(word in _ASPECT_EN for word in _WORD.findall(text))


_LEAST = 0.01  # confidence below which an article speaks no longer
_SPEAKS = np.array([1.14, 0.63, 0.57, 1.21, 0.3])  # alone, joined, topic, related, category
_SPEAKS_BARE = np.array([-0.22, 0.77, 0.28, 1.61, 0.14])  # what is added where the text is bare
_NONE = np.array([0.15, 1.01, 0.34, -0.7])  # always, confidence that no article has: alone and joined; bare


def outcomes(
    alone: Mapping[str, float], joined: Mapping[str, float], near: Mapping[str, Nearness], bare: bool
) -> Floats:
    """Features (articles + 1, 14) of the articles of `near`, in order, and last of "none of them".

    `alone` and `joined` are confidences by article. Columns as in `_SPEAKS`, `_SPEAKS_BARE`, `_NONE`.
    """
    found = np.zeros((len(near) + 1, 14))
    for row, (article, nearness) in zip(found, near.items(), strict=False):
        row[0], row[1] = _voice(alone.get(article, 0.0)), _voice(joined.get(article, 0.0))
        row[2:5] = nearness == np.array([Nearness.TOPIC, Nearness.RELATED, Nearness.CATEGORY])
        row[5:10] = row[:5] * bare
    left = [_voice(max(0.0, 1 - sum(said.values()))) for said in (alone, joined)]
    found[-1, 10:] = 1, *left, bare
    return found


def _voice(confidence: float) -> float:
    return float(np.log((confidence + _LEAST) / _LEAST))


def chances(features: Floats, weights: Floats | None = None) -> Floats:
    """Probabilities of outcomes; with the shipped weights unless others are given."""
    utility = features @ (np.concatenate([_SPEAKS, _SPEAKS_BARE, _NONE]) if weights is None else weights)
    likely = np.exp(utility - utility.max())
    return np.asarray(likely / likely.sum())


def weigh(
    alone: Mapping[str, float], joined: Mapping[str, float], near: Mapping[str, Nearness], bare: bool
) -> tuple[Candidate, ...]:
    """The articles of `near` by their chance, best first."""
    found = chances(outcomes(alone, joined, near, bare))[:-1]
    order = np.argsort(-found, kind="stable")
    articles = list(near)
    return tuple(Candidate(articles[place], round(float(found[place]), 6)) for place in order)
