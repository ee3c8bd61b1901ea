"""Guards: what is decided by the words themselves, before or against what retrieval found.

The wish for a person is matched for certainty: a wish worded otherwise is found by retrieval, through the article
on human service. Each list below is one pattern an entry; texts are normalised before.
"""

from __future__ import annotations

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_PERSON_ZH = (
    "(?:真人|活人|大活人|人工(?!审核|审查|智能|费|成本|复核|处理)|客服(?:人员|专员|小姐姐|小哥哥?|代表|经理)|在线客服|"
    "接线员|话务员|坐席|专员|专人|真的?客服|工作人员|值班的?人|你们的人|管事的人?)"
)
_WISH_ZH = _any(
    rf"转(?:一下|接|到|给)?(?:个)?{_PERSON_ZH}",
    rf"(?:要|找|叫|换|接|呼叫|来个?|给我|想跟|想和|需要|让|跟|和|有没有|有).{{0,4}}?{_PERSON_ZH}",
    rf"^(?:请)?{_PERSON_ZH}(?:服务|客服)?[!！。.~ 啊呢吧吗嘛]*$",
    "不(?:要|想|跟|和).{0,4}(?:机器人|机器|ai).{0,6}(?:聊|说|废话|了|人)",
    "别(?:让|拿|用).{0,3}机器人",
    "(?:换|来|找|叫|派|给我)个(?:真)?人(?:来|跟|和|给|帮|行|吧|说|聊|处理|$)",
    "zhuan ?ren ?gong",
)
_NO_WISH_ZH = _any(
    "(?:不用|不要|别|无需|不想|不需要|先不|没必要).{0,3}(?:转|找|接|叫)?.{0,2}人工",
    "投诉.{0,8}(?:客服|专员|坐席)",
    "(?:客服|专员|坐席).{0,8}(?:态度|骂|敷衍)",
    "(?:你|您)是.{0,4}(?:真人|人工|机器人)",
    "是(?:真人|人工)(?:吗|还是)",
    "(?:转|找|排).{0,6}人工.{0,8}(?:没人|等|排队|排了|不接)",
    "假.{0,2}客服|冒充",
)
_PERSON_EN = (
    "(?:(?:a|an|the|your|some|another|any|actual|real|live|human|customer|support|service|proper) )*"
    "(?:humans?(?: being)?|person|people|agent|representative|rep|operator|advis[oe]r|staff(?: member)?|someone|"
    "somebody|specialist|employee|colleague|team member|manager)"
)
_ASKING_EN = (
    "(?:talk|speak|chat|connect(?:ed)?|transfer(?:red)?|put|switch|pass|hand|get|give|find|call in|bring|"
    "i want|i need|i'd like|need|want|let me (?:talk|speak))"
)
_WISH_EN = _any(
    rf"\b{_ASKING_EN}(?: me)?(?: over| on| through| in touch)?(?: (?:to|with))? {_PERSON_EN}\b",
    rf"^(?:please )?(?:{_PERSON_EN}(?: please| pls| now)?[!. ]*)+$",
    r"\b(?:no|stop|not|hate|enough of|tired of) (?:more |with |this |the |talking to )*(?:bots?|robot|machine|ai)\b",
    rf"\bis there {_PERSON_EN} (?:i can|here|there|available|who)",
)
_NO_WISH_EN = _any(
    r"\b(?:don'?t|do not|no need|not) (?:want |need )?(?:to )?(?:talk|speak|transfer|be transferred)?.{0,12}"
    r"(?:human|agent|person|anyone)\b",
    r"\bare you (?:a |an )?(?:real|human|bot|robot|person)",
    r"\b(?:rude|complain|pretend|claim|fake)",
    r"\b(?:send|sent|transfer|pay|gave|give|refund)\b.{0,20}\bmoney\b",
    r"\b(?:wrong|another|same|other) person\b",
    r"\bsome(?:one|body) (?:else|took|stole|used|is|has|logged|got|hacked|called)",
)
_READABLE = re.compile(r"[^\W_]")


def wishes_person(text: str) -> bool:
    """Whether a normalised text says outright that its writer wants a person."""
    if _WISH_ZH.search(text) and not _NO_WISH_ZH.search(text):
        return True
    return bool(_WISH_EN.search(text)) and not _NO_WISH_EN.search(text)


def readable(text: str) -> bool:
    """Whether a normalised text holds any letter, character or digit."""
    return _READABLE.search(text) is not None
