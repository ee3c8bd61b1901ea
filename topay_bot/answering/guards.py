"""Guards: reasons, found in the words, to ask rather than to answer although retrieval is sure.

Similarity hardly sees a "not", and a question about another company's wallet looks like one about ours. A guard looks
at the question and at the passage of the article that matched it best: what the article itself speaks of is no reason
for doubt. Texts are normalised before. Rates of false alarms: docs/decisions.md.
"""

from __future__ import annotations

import re

from topay_bot.answering.policy import Reason


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def doubt(question: str, passage: str) -> Reason | None:
    """Why the article of this best matching passage may be wrong all the same, or None."""
    if other_platform(question) and not _PLATFORM.search(passage):
        return Reason.OTHER_PLATFORM
    if negates(question, passage):
        return Reason.NEGATED
    if _two_amounts(question) and not _OF_AMOUNTS.search(passage):
        return Reason.AMOUNTS
    return None


# --- The customer rules out what the passage is about ---

# What is ruled out, up to where a new thought begins.
_RULED_OUT_ZH = re.compile(
    r"(?:不是(?:要|想|问|说|来)|(?<![要想])不(?:想|要|打算|准备|需要)(?:再|让)?|没(?:想|打算|要)|并非要?|而不是)(?!要)"
    r"([^,，。!！?？;；、]{1,12}?)(?=[,，。!！?？;；、了]|怎么|如何|咋|而|就|只|我|但|吗|$)"
)
_RULED_OUT_EN = re.compile(
    r"\b(?:(?:do not|don'?t|did not|didn'?t) (?:want|need|wish|mean|plan|intend)(?: to)?|(?:am|'?m|i am|it'?s|is) not "
    r"(?:asking|trying|looking|talking|going|about)(?: for| about| to)?|(?:^|[,.;:] )not (?:the|an?|about|for)|"
    r"rather than|instead of) ((?:[\w']+ ?){1,6})"
)
_NEW_THOUGHT_EN = re.compile(r"\b(?:but|just|only|how|what|i|so|and|can|because|since|when|if)\b")
_NEGATIVE_ZH = re.compile("不|没|别|无|未|而是")
_NEGATIVE_EN = re.compile(r"\b(?:not|no|never|without|stop|\w+n't|(?:ca|wo|do|did|does|is|was|has|have)nt)\b")
# Articles about undoing: who does not want the thing wants them.
_UNDOING_ZH = re.compile("解绑|注销|销户|取消|关闭|关掉|删除|停用|撤销|撤回|冻结|解冻|退订|解约|退[款货掉回]|退")
_UNDOING_EN = re.compile(
    r"\b(?:cancel|close|remove|delete|unbind|unlink|stop|freeze|block|disable|turn off|refund|erase|return)"
)
_EMPTY_ZH = frozenset("的了吗我你您想要让再就是在有个这那把被给用一下上里来去能会可以和跟啊呢吧都也还")
_EMPTY_EN = frozenset(
    "a an the my your me it this that to of in on for with from about anymore again any more one have do be is get "
    "want need make change all i you".split()
)


def negates(question: str, passage: str) -> bool:
    """Whether the question rules out what the passage speaks of: "我不是要退款，…" and "如何申请退款"."""
    if not _NEGATIVE_ZH.search(passage):
        for match in _RULED_OUT_ZH.finditer(question):
            span = match[1]
            undone = _UNDOING_ZH.search(span)
            if undone:
                if undone[0] in passage:
                    return True
            elif not _UNDOING_ZH.search(passage) and len(set(span) - _EMPTY_ZH & set(passage)) >= 2:
                return True
    if _NEGATIVE_EN.search(passage):
        return False
    for match in _RULED_OUT_EN.finditer(question):
        span = _NEW_THOUGHT_EN.split(match[1])[0]
        undone = _UNDOING_EN.search(span)
        if undone:
            if re.search(rf"\b{undone[0]}", passage):
                return True
        elif not _UNDOING_EN.search(passage) and (set(span.split()) - _EMPTY_EN) & set(passage.split()):
            return True
    return False


# --- Another company's wallet, bank or exchange ---

_PLATFORM = _any(
    "微信(?!公众号|群|好友|小程序)|支付宝|财付通|花呗|借呗|余额宝|零钱通|云闪付|京东(?:支付|白条|金融)|白条|"
    "(?:抖音|美团)(?:支付|月付)|翼支付|数字人民币|八达通|银行(?:的)?(?:app|手机银行|网银)|手机银行|网上银行|网银|币安|欧易",
    r"\b(?:paypal|alipay|we ?chat(?: ?pay)?|venmo|cash ?app|zelle|apple ?pay|google ?pay|samsung ?pay|revolut|payoneer|"
    r"skrill|paytm|gcash|grab ?pay|line ?pay|kakao ?pay|klarna|western union|stripe|n26|monzo|binance|coinbase|okx|"
    r"mobile banking|online banking|bank(?:'?s|ing)? app)\b",
)
_OURS = _any(
    "topay|to ?pay|你们|您们|你家|贵公司|贵司|这里|这边|咱们|本平台|平台上?绑",
    r"\b(?:your|here|this app|with you|to you|do you|you (?:guys|support|accept|take))\b",
)
_NAMES = _PLATFORM.pattern
# The platform as source, target, means or measure of something that is ours.
_RELATED = _any(
    "(?:从|由|用|拿|通过|把|将|跟|和|与|比|像|或者?|还是|除了|绑定?|关联|连接|支持|接受|同步|换成|转[到给进入至]?|"
    rf"提[到现]?到?|充|导|发到?|分享到?|在|看|查|加了?)(?:我的|我|他的|对方的?)?(?:{_NAMES})",
    rf"(?:{_NAMES})(?:里|上|那边|余额|钱包|账户|零钱)*(?:转[到进入账]|充到?|付[款给]?|登[录陆]|绑定?|扫一?扫?码?|可以|能|行|"
    "也|一样|和|跟|显示|加我|有人|收到|好友|群|聊)",
    r"\b(?:via|using|use|used|through|by|into|onto|and|or|vs|than|like|link\w*|connect\w*|between|accept\w*|support\w*|"
    rf"add\w*|bind|on|in|have|see|shows?|says?) (?:my |a |an |the |his |her )?(?:{_NAMES})",
    rf"\bto (?:my |a |his |her )?(?:{_NAMES})|\b(?:{_NAMES}) (?:and|or|shows?|says?|group|friend|contact|message)",
)


def other_platform(question: str) -> bool:
    """Whether a question is about another platform, rather than about ours in relation to it."""
    return bool(_PLATFORM.search(question)) and not _OURS.search(question) and not _RELATED.search(question)


# --- Two amounts that should be one ---

_AMOUNT = re.compile(
    r"(?<![\d.])(\d[\d,]*(?:\.\d+)?)(?![\d.]|\s*(?:天|日|号|点|分|小时|月|年|次|个|张|位|笔|折|楼|岁|%|days?|hours?|"
    r"minutes?|am|pm|times?|weeks?|months?|years?|st|nd|rd|th|digits?|[:/-]\d))"
)
_MISMATCH = _any(
    "只[退到收给付扣]|少[退了到给收]|多[扣付收退给]|应该|本来|实际|变成|却|竟然|说好",
    r"\b(?:only|instead of|rather than|should have|supposed|but (?:i )?(?:got|received|charged|was)|short|less)\b",
)
_OF_AMOUNTS = _any(
    "金额|多[扣付收]|少[退收到付]|不对|不符|部分|差|手续费|汇率|限额|满|券|[0-9]",
    r"\b(?:amount|less|more|short|wrong|part|partial|fees?|rate|limits?|coupon|only|much|twice|double)\b",
)


def _two_amounts(question: str) -> bool:
    amounts = {found.replace(",", "") for found in _AMOUNT.findall(question)}
    return len(amounts) == 2 and _MISMATCH.search(question) is not None
