"""What sets the last answer aside: "not that", and "no, I meant the receipt" with what is meant instead.

Every pattern is for normalised text.
"""

from __future__ import annotations

import re

_LONGEST = 40  # characters of a text that says nothing but "not that"
_NOT_THAT = (
    r"(?:还是|都|也)?(?:不|不是|不对|错了)|一个都不是|答非所问|换一个|还有别的吗?|其他的|没有我要的|没答对|误会了|"
    r"没有?(?:用|帮助)|不相关|不是我(?:要|问|想问|想要)的|没有?(?:回答|解决)我?的?问题|"
    r"[你您]?(?:答|理解|弄|搞)错了|[你您]?(?:还是|根本|完全)?[没不听]+懂(?:我(?:的意思)?)?|"
    r"我?[都也]?不是(?:要|问|想问|说)?[这那](?:个|些|样的?)?(?:意思)?|"
    r"我(?:要|问|想问|说|指)的(?:根本)?不是[这那][个些]?(?:意思)?|"
    r"no|nope|nah|sorry|neither|wrong(?: one| answer)?|something else|(?:the |an)?other (?:one|thing)|"
    r"not (?:it|really|helpful|related|my (?:question|problem|issue))|"
    r"(?:that |this |it )?(?:does ?n[o']t|did ?n[o']t) (?:help|answer (?:it|that|my question|me))(?: me)?|"
    r"(?:(?:that|it|this)(?:'?s| is| was) |(?:these|those) are |still )?"
    r"(?:not |no |(?:the )?wrong|none|no help|unrelated)"
    r"(?: ?(?:that|this|these|those|it|one|answer|thing|of|them|the above|my question|helpful|"
    r"what i(?:'m| am| was)? ?(?:meant?|ask(?:ed|ing)|want(?:ed)?|looking|need(?:ed)?)(?: for| about)?))*|"
    r"you(?:'ve)? (?:misunderstood|misunderstand|don'?t understand|got (?:it|me|that) wrong)(?: me| my question)?"
)
_REJECTION = re.compile(rf"(?:(?:{_NOT_THAT})[啊呀呢吧了啦,，.。!！?？ ]*)+")


def is_rejection(text: str) -> bool:
    """Whether a text says no more than that the last answer was not what was asked."""
    return len(text) <= _LONGEST and _REJECTION.fullmatch(text) is not None


_SORRY = (
    rf"(?:{_NOT_THAT}|no+(?: no+)*|my (?:bad|mistake)|typo|correction|actually|"
    r"never ?mind|nvm|(?:the )?(?:other way (?:round|around)|opposite)|let me (?:rephrase|explain)(?: that)?|"
    r"i (?:already )?know(?: that| this)?(?: already)?|i did ?n[o']t (?:mean|ask|say)(?: about| for)? (?:that|this|it)|"
    r"that'?s (?:about|for) [\w' ]{2,25})"
)
# On their own these correct nothing: "oh, and the fee?"
_LOOSE = rf"(?:(?:{_SORRY}|wait|oh|oops|ah|hmm?|ok|well|pardon)(?:[,.!;:… ]+| -+ ))"
_STRICT = rf"(?:(?:wait|oh|oops|ah|hmm?)[, ]+)?(?:{_SORRY}(?:[,.!;:…]+ *| -+ ))"
_MEAN = (
    r"(?:(?:but )?(?:what )?i (?:actually |just |really )?(?:meant?|said|need to know|want(?:ed)? to (?:ask|know)|"
    r"asked about)(?: was| is)?(?: about)?|i(?:'?m| am| was) (?:asking|talking) (?:about|for)|"
    r"my question (?:is|was)(?: about)?)"
)
# What a text is, not what it is about: "not enough", "not working".
_STATE = r"(?:met|\w+ed|\w+ing|enough|happy|sure|yet|there|able|only|possible|to|so|now|know|very|in)\b"
_SMALL = r"(?:(?:the|a|an|my|for|about|to|in|on) )*"
_SORRY_ZH = (
    "(?:[哦噢啊][, ]*)?"
    "(?:(?:不+是?(?:这个|那个|这样|这个意思)?|不对|错了|[打说写问搞弄]错了|等等|等一?下|抱歉|不好意思|反了|"
    r"正?相反|口误|你?(?:答|理解|弄|搞)错了|没懂|误会了)[啊呀吧了哈]*[,.。!;\s]+)+"
)
_SAY = "我?(?:是|想|要)?(?:要|想)?(?:问|说|指|要)的?(?:其实)?"
# What is meant instead is the question; the denial would only raise doubts about it. The first that fits counts.
_CORRECTIONS = tuple(
    re.compile(rf"^(?:{pattern})$")
    for pattern in (
        # no, I meant the receipt
        rf"{_LOOSE}*{_MEAN}[,:; ]+(?!it\b|that\b|this\b|not\b)(?P<meant>.{{2,}})",
        # I didn't ask about the fee, I asked how long
        r"(?:no+[,. ]+)?i (?:did ?n[o']t|do ?n[o']t|was ?n[o']t|am not|'m not) (?:mean|ask|say|asking|saying|talking)"
        rf"(?: about| for)? [\w' ]{{2,30}}[,;:.-]+ ?(?:but )?(?:{_MEAN}[,:; ]+)?(?P<meant>.{{2,}})",
        # not the fee, how long
        rf"{_LOOSE}*(?:i (?:mean|meant) )?not (?!{_STATE}){_SMALL}[\w' ]{{2,25}}(?:[,;:.]+|-| -+) ?"
        r"(?:but |rather |it's |i (?:mean|meant) )?(?P<meant>\S.+)",
        # the receipt, not the invoice; withdrawal not transfer
        rf"{_LOOSE}*(?:i (?:mean|meant) )?(?P<meant>[\w']+(?: [\w']+){{0,4}}(?<! but))(?:,| and| -)? not "
        rf"(?:the|a|an|my|for) (?!{_STATE})[\w']+(?: \w+)?[.!]?",
        rf"{_LOOSE}*"
        rf"(?!(?:do|does|did|is|are|am|was|can|will|why|still|it|what|but)\b)(?P<meant>[\w']+),? not (?!{_STATE})\w+",
        # the receipt I mean
        rf"{_LOOSE}*(?P<meant>.{{2,40}}?)[, ]+(?:i (?:mean|meant)|actually)[.!?]*",
        rf"{_LOOSE}*(?P<meant>[\w']+(?: [\w']+){{0,3}}),? (?:instead|rather)[.!?]*",
        # no, the receipt
        rf"{_STRICT}+(?:it(?:'s| is| was) |rather |i (?:want|need) (?!to))?(?P<meant>[^\s,]+(?: \S+){{0,7}})",
        # 我问的不是退款,是提现; 不是退款,是提现
        rf"{_SAY}不是[^,]{{1,8}}[,. ]+(?:{_SAY}是?|而?是)(?P<meant>.{{2,}})",
        r"我?(?:不是|没)(?:说|问|要|指)?[^,]{1,8}[,. ]+(?:我?(?:问|说|指)的?是?|我?要的是|而?是)(?P<meant>.{2,})",
        # 不对,我问的是提现; 打错了,是充值; 等等,提现
        rf"{_SORRY_ZH}(?:{_SAY}是?|其实是|应该是|而?是)?[:, ]*(?P<meant>.{{2,}})",
        r"(?:哦|噢)?[打说写问]错了[, ]*是?(?P<meant>.{2,})",
        # 我问的是提现
        r"我(?:(?:是)?(?:问|说|指)的?(?:其实)?是?|(?:要|想)(?:问|说)的(?:其实)?是)(?P<meant>[^不,].+)",
    )
)


# What is left of "I meant" before what is meant.
_LED_IN = re.compile(rf"^(?:{_SAY}是|我想(?:问|知道)(?:的是)?|而?是)(?=..)")

# Where no whole pattern fits, clause by clause: what takes back, what denies, and the rest, which is meant.
_CLAUSES = re.compile(r"(?:[,;:!…。]|\.(?!\d))[,.;:!…。\s]*| -+ ")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_SIGH = r"(?:(?:[啊哎诶额呃哦噢唉嗯*]|完了)[, ]*)*"
_TAKES_BACK_ZH = re.compile(
    rf"{_SIGH}(?:不对|[打说写看记搞弄问理]解?[错岔反]字?了?|反了|错了|重说一?下|等一?[等下]|口误|我?嘴瓢|抱歉|不好意思)+[了啊呀哈吧]*"
)
_DENIES_ZH = re.compile(rf"{_SIGH}(?:不对)?我?(?:说|问|讲|要|点|指|忘)?的?(?:时候)?不是(?!我|本人).{{1,10}}")
_TAKES_BACK_EN = re.compile(
    r"(?:(?:\*|oh|ah|hm+|well|ok|damn|ouch|no|nope|wait|hang on|so|very|really) ?)*"
    r"(?:no|oops|sorry|typo|wrong(?: word| way| one)?|(?:my )?(?:mistake|bad)|mixed (?:that|it) up|"
    r"(?:you )?(?:got|read) (?:me|it|that) (?:wrong|again)|i read it wrong|i mean|i did ?n[o']?t mean [\w' ]{2,25}|"
    r"(?:it'?s )?(?:the )?(?:other (?:way(?: round| around)?|direction)|reverse|opposite)(?: now)?|looking at it again)"
    r"(?: (?:no|sorry|wrong|my bad|my mistake|oops|that|it))*"
)
_DENIES_EN = re.compile(
    r"(?:(?:\*|oh|ah|hm+|well|ok|no|wait|sorry|now|forget) ?)*(?:i (?:mean|meant) )?(?:it'?s |it was |that'?s )?"
    rf"(?:not (?!me\b|{_STATE})|forget )[\w' ]{{2,30}}"
)
_LED_IN_ZH = re.compile(rf"^(?:{_SIGH}(?:不对|[打说写看记搞弄]错字?了?)?(?:{_SAY}是|其实是|是)?)(?=..)")
_LED_IN_EN = re.compile(r"^(?:(?:oh|ah|hm+|well|ok|no|wait|sorry|but) )*(?:i (?:mean|meant) )?(?=...)")
# "its water not gas", but not "could not", "and not yet"
_VERB = r"(?:and|but|or|if|do|does|did|can|could|will|would|should|must|is|are|was|were|am|has|have|had|why)"
_RATHER_EN = re.compile(
    rf"^(?:oh |no |sorry )*(?P<meant>(?!.*\b{_VERB} not ).{{4,40}}?) not (?:the |a |my )?(?!{_STATE})"
    r"[\w.]+(?: \w+)?(?: sorry)?$"
)
_RATHER_ZH = re.compile(rf"^{_SIGH}不是.{{1,8}}?是(?P<meant>.{{2,}})$")


def corrected(text: str) -> str | None:
    """What a text says was meant instead of what was answered; None when it corrects nothing."""
    found = next((match for pattern in _CORRECTIONS if (match := pattern.match(text))), None)
    if found is not None:
        return _LED_IN.sub("", found["meant"])
    return _rest_of_clauses(text)


def _rest_of_clauses(text: str) -> str | None:
    """What is left of a text without the clauses that take back or deny; None without such, or when nothing is."""
    chinese = _HAN.search(text) is not None
    keep = _kept_of_chinese if chinese else _kept_of_english
    clauses = [clause for clause in _CLAUSES.split(text) if clause]
    left = [kept for clause in clauses if (kept := keep(clause))]
    if left == clauses:
        return None
    meant = (_LED_IN_ZH if chinese else _LED_IN_EN).sub("", ", ".join(left))
    return meant if len(meant) > 1 else None


def _kept_of_chinese(clause: str) -> str:
    if rather := _RATHER_ZH.match(clause):
        return rather["meant"]
    return "" if _TAKES_BACK_ZH.fullmatch(clause) or _DENIES_ZH.fullmatch(clause) else clause


def _kept_of_english(clause: str) -> str:
    if _TAKES_BACK_EN.fullmatch(clause) or _DENIES_EN.fullmatch(clause):
        return ""
    rather = _RATHER_EN.match(clause)
    return rather["meant"] if rather else clause
