"""Words that mean the same to a listener (listener.py): each class of them is one sign in its second reading.

So what was learned of "transfer me to an agent" holds for "put me through to a colleague" as well. A pattern is for
normalised text; classes are looked for in this order, and what one has taken the next does not see.
"""

from __future__ import annotations

import re

_CLERK_EN = (
    r"(?:ag[ae]n?ts?|agnet|rep\w*[sz]\w*nt\w*|reps?|ope?rat[eo]rs?|advis[eo]rs?|consultants?|specialists?|employees?|"
    r"colleagues?|officers?|executives?|csr|staff(?: members?)?|team members?|workers?|clerks?)"
)
_CLASSES: tuple[tuple[str, str], ...] = (
    # Who is wished for, or not.
    (
        "staff",
        r"(?:真人|大?活人|人工|真)?(?:客服|[坐座]席|专员|专人|接线员|话务员|工作人员|服务人员|值班(?:人员)?|同事|代表|小姐姐|"
        r"小哥哥?|妹妹|小姐|人员|顾问|服务员|工程师|技术员)(?:人员|专员|小姐姐?|小哥哥?|妹妹|代表)?",
    ),
    ("staff", r"真人|大?活人|(?:ren|人) ?(?:gong|工)|\b(?:rengong|ke ?fu|zhen ?ren|huo ?ren)\b"),
    (
        "staff",
        rf"\b(?:(?:customer|live|human|support|service|care|real) )*{_CLERK_EN}\b|"
        r"\b(?:c[ou]st\w+|live|human|real) (?:serv?ice|sup+ort|care|chat|help|sevice)\b|"
        r"\bh[aeu]+m+[ae]n(?:s|[ -]beings?)?\b|\b(?:hooman|humna|huamn|hunan|real ?person)\b",
    ),
    (
        "boss",
        r"经理|主管|领导|老板|负责人|上级|上司|管事的|做主的|拍板的|"
        r"\b(?:managers?|supervisors?|boss|superior|in charge)\b",
    ),
    ("one", r"\b(?:some ?(?:one|body|1)|sum(?:1|one)|sb|any ?(?:one|body)|pe?r+s+o?n+s?|people|soul)\b"),
    (
        "bot",
        r"机器人|机械人|机器|智能客服|自动回复|程序|电脑|模板|(?<![a-z])ai(?![a-z])|"
        r"\b(?:ro?bots?|chat ?bots?|bots?|machines?|computers?|automated|automatic|canned)\b",
    ),
    # What is to happen.
    (
        "talk",
        r"沟通|交流|对话|通话|交谈|聊聊|聊|说话|说说|讲讲|谈谈|说|讲|谈|倾|"
        r"\b(?:talk(?:ing)?|sp[ea]+k(?:ing)?|spk|ta?l+k|tla?k|tak|chat(?:ting)?|discuss|deal(?:ing)?)\b",
    ),
    ("you", "你们|您们|你哋|贵司|贵公司|您|你"),
    ("call", "安排|指派|派|叫|喊|呼叫|召唤|请|让|换成|换|找|搵|来个"),
    (
        "pass",
        r"转接到?|转给|转到|转成|接通|接入|连线|转|接|"
        r"\b(?:con+e?c?t|transfere?|trasnfer|tranfer|put|pass|hand|forward|route|redirect|patch|switch|escalate|direct|"
        r"move)(?:ed|ing)?\b",
    ),
    (
        "want",
        r"麻烦|劳驾|烦请|请求|申请|希望|想要|我要|我想|要求|帮我|帮忙|给我|能不能|可不可以|可以|能否|可否|能|"
        r"\b(?:want|wanna|need|would like|would rather|prefer|demand|request|wish|can|could|may|cn|would|possible|"
        r"able)\b|'d (?:like|rather)\b",
    ),
    ("get", r"\b(?:get|give|gimme|find|send|bring|fetch|summon|assign|have|let)\b"),
    ("real", r"\b(?:real|actual|live|living|proper)\b"),
    ("ring", r"\b(?:call ?back|call|ring|phone|contact)\b"),
    # What has happened.
    (
        "taken",
        r"盗刷|盗用|盗取|盗号|盗|偷|抢|扒|摸走|黑客|黑了|入侵|"
        r"\b(?:stol+en|stole|steal\w*|thie(?:f|ves)|robbed|mugged|snatched|nicked|hack\w*|hijacked|compromised|drain\w*|"
        r"emptied|fraud\w*|una?u?tho?r\w*|criminals?|crooks?)\b",
    ),
    (
        "cheat",
        r"诈骗|骗子|骗局|骗|诓|上当|受骗|杀猪盘|圈套|刷单|"
        r"\b(?:s[ac]+a?m+\w*|conned|trick\w*|cheat\w*|deceiv\w*|swindl\w*|defraud\w*|duped|fooled|fell for|ripped off|"
        r"fake)\b",
    ),
    (
        "lost",
        r"丢了|弄丢|丢|掉了|遗失|不见了|找不到|没了|落在|忘在|"
        r"\b(?:los[te]|lsot|missing|gone|disappear\w*|vanish\w*|dropped|left)\b",
    ),
    (
        "secret",
        r"验证码|校验码|动态码|密码|短信码|六位数字?|"
        r"\b(?:(?:security|verification|sms|login|auth) )?(?:codes?|passwords?|otp|pin|passcode)\b",
    ),
    (
        "told",
        r"告诉|发给|给了|说了|念给|报给|透露|泄[露漏]|输进|填了|输了|"
        r"\b(?:gave|given|told|shared|leaked|read out|typed|entered|handed)\b",
    ),
    ("other", r"别人|有人|陌生人|他人|人家|\bstrangers?\b"),
    (
        "own",
        r"(?:不是|并非|非)(?:我|本人)|本人操作|没(?:有)?(?:操作|授权|买过|转过)|"
        r"\b(?:wasn'?t me|not me|not mine|not my|didn'?t (?:make|do|authori[sz]e)|never (?:made|bought|sent|did))\b",
    ),
    ("device", r"手机|平板|\b(?:(?:cell|mobile|smart) ?phone|iphone|mobile|cell|tablet|handset)\b"),
)
_PATTERNS = tuple((re.compile(pattern), f" <{sign}> ") for sign, pattern in _CLASSES)


def by_class(text: str) -> str:
    """A normalised text with the signs of classes in place of their words."""
    for pattern, sign in _PATTERNS:
        text = pattern.sub(sign, text)
    return text
