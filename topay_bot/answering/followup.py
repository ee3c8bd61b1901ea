"""Which article a follow-up is about: one that cannot stand alone, weighed with the topic before it.

The text is looked up twice, alone and behind the title of the topic. Both speak for articles; so does the topic for
itself and its neighbours, the more so where the text says nothing but which aspect it asks of ("how long?",
"那手续费呢"); and so does how like the text is to an article's questions and sections. A conditional logit (McFadden,
1974) puts these together, with "no article" as one more outcome. Its weights are fitted by
`python -m training.follow` on conversations written for it and on changes of topic.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from topay_bot.answering.policy import ArticleRules, Candidate
from topay_bot.retrieval.comparison import Comparison

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


_LEAST = 0.01  # confidence or score below which an article speaks no longer
_KIN_UNIT = 0.2  # of likeness: a difference that tells, as one step of the other features does
_NEAR = (Nearness.TOPIC, Nearness.RELATED, Nearness.CATEGORY)
# What each feature of an outcome counts, in the order of `outcomes`.
WEIGHTS: dict[str, tuple[float, ...]] = {
    "said": (0.44, 1.24),
    "near": (2.30, 1.31, -0.23),
    "kin": (0.59, 0.24, 0.74, 1.34, 0.55, -0.08, 0.54, 0.09, -0.91, 0.45),
    "said, bare": (-0.00, 0.89),
    "near, bare": (0.42, 1.42, 0.29),
    "near, correcting": (-0.67, 1.42, 0.75),
    "near, cued": (-0.04, 0.79, 0.30),
    "near, Chinese": (-0.54, 0.05, -0.22),
    # No article: always; confidence that none has; bare, correcting, cued, Chinese; strangeness.
    "none": (3.97, 0.34, 0.69, 0.59, -0.28, 0.12, 0.93, 1.45),
}


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A text that may lean on a topic, and what is known of it."""

    near: Mapping[str, Nearness]  # the articles that it may be about
    alone: Mapping[str, float]  # confidences by article
    compared: Comparison
    bare: bool  # see is_bare
    corrects: bool  # it sets the last answer right
    cued: bool  # it begins or refers as follow-ups do
    chinese: bool  # likeness and scores are not quite alike in both languages


def outcomes(asked: FollowUp) -> Floats:
    """Features (articles + 1, weights) of the articles of `asked.near`, in order, and last of "none of them"."""
    traits = np.array([asked.bare, asked.corrects, asked.cued, asked.chinese], dtype=float)
    rows = []
    for article, nearness in asked.near.items():
        said = np.array([_voice(asked.alone.get(article, 0.0)), _voice(asked.compared.score(article))])
        near = np.array([nearness is kind for kind in _NEAR], dtype=float)
        kin = asked.compared.kin(article) / _KIN_UNIT
        rows.append(np.concatenate([said, near, kin, asked.bare * said, np.outer(traits, near).ravel()]))
    left = max(0.0, 1 - sum(asked.alone.values()))
    none = [1.0, _voice(left), *traits, *(asked.compared.strangeness / _KIN_UNIT)]
    found = np.zeros((len(rows) + 1, len(rows[0]) + len(none)))
    found[:-1, : len(rows[0])] = rows
    found[-1, len(rows[0]) :] = none
    return found


def _voice(share: float) -> float:
    return math.log((max(share, 0.0) + _LEAST) / _LEAST)


def chances(features: Floats, weights: Floats) -> Floats:
    """Probabilities of outcomes."""
    utility = features @ weights
    likely = np.exp(utility - utility.max())
    return np.asarray(likely / likely.sum())


def weigh(asked: FollowUp) -> tuple[Candidate, ...]:
    """The articles of `asked.near` by their chance, best first."""
    found = chances(outcomes(asked), np.concatenate(list(WEIGHTS.values())))[:-1]
    order = np.argsort(-found, kind="stable")
    articles = list(asked.near)
    return tuple(Candidate(articles[place], round(float(found[place]), 6)) for place in order)
