"""Secrets and personal data are masked before anything is stored or logged.

Order numbers, amounts, dates and error codes survive: people at the desk need them. So do service lines (400,
800, 95xxx): they are nobody's own, and in a report of a scam they are the evidence. Where a figure could be
either, checksums decide (Luhn for cards, ISO 7064 MOD 11-2 for resident IDs), then the words beside it. In
doubt about a secret that is named as one (password, code, CVV) it is masked.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import NamedTuple

KINDS = ("card", "id", "phone", "email", "code", "password", "cvv")


# What stood around a masked figure may have hidden another. Two rounds do, but for texts made to need more.
_ROUNDS = 8


class Finding(NamedTuple):
    """A secret or personal figure: `text[start:stop]` is of one of KINDS."""

    start: int
    stop: int
    kind: str


def mask(text: str, kinds: Collection[str] = KINDS) -> str:
    """The same text with each secret or personal figure of these kinds replaced by a word in square brackets.

    The marks: `[card]`, `[id]`, `[phone]`, `[email]`, `[code]`, `[password]`, `[cvv]`. Masking twice changes
    nothing more.
    """
    for _ in range(_ROUNDS):
        findings = [finding for finding in find(text) if finding.kind in kinds]
        if not findings:
            break
        parts: list[str] = []
        end = 0
        for start, stop, kind in findings:
            parts += [text[end:start], f"[{kind}]"]
            end = stop
        text = "".join([*parts, text[end:]])
    return text


def find(text: str) -> list[Finding]:
    """What `mask` replaces, in order and without overlaps; marks that stand there already are no findings."""
    flat = _flatten(text)
    found: list[Finding] = []
    if _NAMES_PASSWORD.search(flat):
        found += _passwords(flat)
    if _AT.search(flat):
        found += (Finding(*match.span(), "email") for match in _EMAIL.finditer(flat))
    if _DIGIT.search(flat):
        found += [*_figures(flat), *_phones(flat), *_codes(flat)]
    joined: list[Finding] = []
    for finding in sorted(found, key=lambda one: (one.start, -one.stop)):
        if joined and finding.start < joined[-1].stop:
            joined[-1] = joined[-1]._replace(stop=max(joined[-1].stop, finding.stop))
        else:
            joined.append(finding)
    return joined


# -- One reading for all ways to write a sign. Each character stays one character, so that spans stay true.

_MARK = re.compile(rf"\[(?:{'|'.join(KINDS)})\]")
_HIDDEN = "\u200b"  # stands for every character of no width
_FLAT = (
    {ord("\0"): " ", 0x3000: " ", 0x00A0: " ", 0x2212: "-"}
    | {0xFF01 + i: chr(0x21 + i) for i in range(94) if 0xFF01 + i != ord("，")}  # it ends a clause, never joins
    | dict.fromkeys(range(0x2010, 0x2016), "-")
    | dict.fromkeys((*range(0x200B, 0x2010), 0x2060, 0xFEFF, 0x00AD), _HIDDEN)
)


def _flatten(text: str) -> str:
    flat = text.translate(_FLAT)
    if not flat.isascii():
        flat = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in flat)
    # A mark must not name, join or end anything.
    return _MARK.sub(lambda match: "\0" * len(match[0]), flat)


_GAP = rf"[ \t.\-_·{_HIDDEN}]"  # between the groups of a figure
_DATE = r"(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}"
# What makes a number an amount, a length or a time.
_UNIT = (
    r"\s*(?:[元块万位个次天年月日号种分秒折%]|小时|cny|rmb|usd|yuan|dollars|euros|digits?|char|letters?|"
    r"times|seconds?|minutes?|hours?|days?|weeks?|months?|years?)|\.\d{1,2}(?!\d)"
)

_DIGIT = re.compile(r"\d")
_AT = re.compile(r"(?i)@|[(\[]at[)\]]")
_EMAIL = re.compile(
    rf"(?i)[a-z0-9_][a-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{0,63}}(?:{_AT.pattern[4:]})"
    r"(?:[a-z0-9\u4e00-\u9fff-]{1,63}[.。])+(?:[a-z0-9-]{1,63}|中国|公司|网络)"
)


# -- Cards and resident IDs

_RUN = re.compile(rf"\d(?:{_GAP}{{0,3}}\d)+(?:{_GAP}?[xX])?")
_BLOCK = re.compile(r"\d+[xX]?|[xX]")
_ORDER_BEFORE = re.compile(
    r"(?i)(?:订单|单号|流水|交易|编号|(?<![a-z])(?:order|transaction|trade|reference|ref|receipt|invoice|tracking)s?)"
    r"(?:[\s:#.是为编号码-]|number|num|no(?![a-z])|id(?![a-z])|is(?![a-z])|was(?![a-z])){0,8}$"
)
_CARD_BEFORE = re.compile(
    r"(?i)(?:卡号|银行卡|信用卡|储蓄卡|借记卡|银行账[号户]|银联|card|visa|mastercard|unionpay|amex|bank account)"
    r"[^\d\n\0]{0,12}$"
)
_ID_BEFORE = re.compile(r"(?i)(?:身份证|证件|(?<![a-z])id (?:card|number|no))[^\d\n\0]{0,12}$")
_PASSPORT = re.compile(r"(?i)(?:护照|passport)[^\d\n\0]{0,12}?(?<![a-z])([a-z]{1,2}\d{7,8})(?![a-z\d])")


def _figures(flat: str) -> Iterator[Finding]:
    """Every part of a run of digits, cut at its separators only, that is a card or a resident ID."""
    for match in _PASSPORT.finditer(flat):
        yield Finding(*match.span(1), "id")
    for run in _RUN.finditer(flat):
        if sum(char.isdigit() for char in run[0]) < 13:
            continue
        blocks = [(run.start() + block.start(), block[0].upper()) for block in _BLOCK.finditer(run[0])]
        for first, (start, _) in enumerate(blocks):
            named = "" if first else _named(flat[max(0, start - 40) : start])  # a name stands before all of a run
            figure = ""
            for place, block in blocks[first:]:
                figure += block
                if len(figure) > 19:
                    break
                if len(figure) >= 13 and (kind := _kind(figure, named)):
                    yield Finding(start, place + len(block), kind)


def _named(before: str) -> str:
    """As what the words before a figure name it: `order`, `card`, `id`, or nothing."""
    for name, words in (("order", _ORDER_BEFORE), ("id", _ID_BEFORE), ("card", _CARD_BEFORE)):
        if words.search(before):
            return name
    return ""


def _kind(figure: str, named: str) -> str | None:
    if _is_resident_id(figure) or (named == "id" and len(figure) in (15, 18)):
        return "id"
    if named == "order" or figure.endswith("X"):
        return None
    return "card" if named == "card" or (_is_issued(figure) and _luhn(figure)) else None


def _is_issued(digits: str) -> bool:
    """Whether cards begin like this: 3 to 6 (ISO/IEC 7812), Mastercard's 2221-2720, UnionPay's 81, ICBC's 9558."""
    return digits[0] in "3456" or "2221" <= digits[:4] <= "2720" or digits.startswith(("81", "9558"))


def _luhn(digits: str) -> bool:
    """The check of payment card numbers, ISO/IEC 7812-1 annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_resident_id(figure: str) -> bool:
    """Birth date and check character of a Chinese resident ID, GB 11643-1999 (ISO 7064 MOD 11-2)."""
    if not re.fullmatch(r"[1-9]\d{5}(?:19|20)\d{9}[\dX]", figure):
        return False
    try:
        datetime.date(int(figure[6:10]), int(figure[10:12]), int(figure[12:14]))
    except ValueError:
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(figure, weights, strict=False))
    return "10X98765432"[total % 11] == figure[17]


# -- Telephone numbers

_S = rf"[ .\-{_HIDDEN}]{{0,2}}"
_HOTLINE = r"400|8(?:00|33|44|55|66|77|88)|95\d{3}(?!\d)"
_PHONES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Mainland mobiles, in the groups that people write.
        rf"(?<!\d)(?:(?:\+|00)?86{_S})?1[3-9]\d"
        rf"(?:{_S}\d{{4}}{_S}\d{{4}}|\d{_S}\d{{3}}{_S}\d{{4}}|\d{_S}\d{{4}}{_S}\d{{3}})(?!\d)",
        # E.164: in one piece, or with a gap after the country code.
        rf"(?<![\d+])\+(?:[1-9]\d{{8,14}}|[1-9]\d{{0,2}}[ .(-](?!{_DATE})[ .()-]?\d(?:[ .()-]{{0,2}}\d){{5,12}})"
        rf"(?!\d|{_UNIT})",
        rf"(?<!\d)(?!\(?(?:{_HOTLINE}))(?:\(\d{{3}}\) ?|\d{{3}}[-.])\d{{3}}[-.]\d{{4}}(?!\d)",
        r"(?<!\d)(?:\(0\d{2,3}\) ?|0\d{2,3}[- ])\d{3,4}[ -]?\d{4}(?!\d)",
    )
)
_PHONE_NAMED = re.compile(
    rf"(?i)(?:手机号?码?|电话(?:号码)?|联系方式|微信号?|(?<![a-z])(?:phone|mobile|cell|tel|whatsapp|wechat))"
    rf"(?:[\s:.#是为]|number|no\.|is(?![a-z])|was(?![a-z])){{0,6}}"
    rf"(?!{_HOTLINE}|{_DATE})(\d(?:[ -]?\d){{6,13}})(?!\d|{_UNIT})"
)


def _phones(flat: str) -> Iterator[Finding]:
    for pattern in _PHONES:
        for match in pattern.finditer(flat):
            yield Finding(*match.span(), "phone")
    for match in _PHONE_NAMED.finditer(flat):
        yield Finding(*match.span(1), "phone")


# -- One-time codes and card verification values

_CODE = (
    r"(?:验证码|校验码|动态码|动态口令|动态密码|短信码|验证密码|确认码|"
    r"(?<![a-z])(?:passcode|otp|codes?|pins?|one[- ]?time password)(?![a-z]))"
)
_CVV = (
    r"(?:安全码|背面(?:的|后|末)?[三3]位(?:数字?)?|卡背面的?(?:数字|号码)?|"
    r"(?<![a-z])(?:cvv2?|cvc2?|cvn2?|cv2|security code|(?:numbers?|digits|code) on the back)(?![a-z\d]))"
)
# Words between the name and a figure that make the figure another's; the desk needs those.
_OTHERS = (
    r"尾号|订单|单号|流水|金额|错误|代码|报错|收不到|没收到|没有收到|未收到|order|amount|error|ending|last|"
    r"(?:not|n't|n’t|never) (?:receive|arrive|come|came|get|got)"
)
_BETWEEN = rf"(?:(?!{_OTHERS})[^\d\n\0]){{0,24}}?"
_CODE_AFTER = re.compile(rf"(?i){_CODE}{_BETWEEN}(?!{_DATE})(\d(?:[ {_HIDDEN}-]?\d){{3,7}})(?!\d|{_UNIT})")
_CODE_MIXED = re.compile(
    rf"(?i){_CODE}\s*(?:[:=是为]|is(?![a-z]))\s*(?!{_DATE})"
    r"((?=[a-z-]{0,9}\d)(?=\d{0,9}[a-z])[a-z\d-]{4,10})(?![a-z\d])"
)
_CVV_AFTER = re.compile(rf"(?i){_CVV}{_BETWEEN}(\d{{3,4}})(?!\d|{_UNIT})")
_IS_MY = r"\s*+(?:[,，]\s*+)?(?:这个?)?(?:就是|是|为|is|was)\s*+(?:我的|刚收到的|my|the|your)?\s*+((?:[a-z]+ ){0,2})"
_CODE_BEFORE = re.compile(rf"(?i)(?<![\d.])(\d{{4,8}}){_IS_MY}{_CODE}")
_CODE_TOUCHING = re.compile(r"(?<![\d.])(\d{6}|\d{4})的?(?:验证码|校验码|动态码)")
_CVV_BEFORE = re.compile(rf"(?i)(?<![\d.])(\d{{3,4}}){_IS_MY}{_CVV}")
# "error code 50012", "错误 code", "order code": codes that are no secret.
_OPEN_CODE = re.compile(
    r"(?i)(?:error|order|zip|postal|post|promo|coupon|country|area|qr|bar|status|response|return(?:s|ed)?|merchant|"
    r"referral|invit(?:e|ation)|discount|gift|product|tracking|swift|sort|currency|bank|region|reason|tax|"
    r"错误|订单|邀请|优惠|区号|邮政|商户)\s*$"
)


def _codes(flat: str) -> Iterator[Finding]:
    for kind, after in (("code", _CODE_AFTER), ("code", _CODE_MIXED), ("cvv", _CVV_AFTER)):
        for match in after.finditer(flat):
            if not _OPEN_CODE.search(flat[max(0, match.start() - 12) : match.start()]):
                yield Finding(*match.span(1), kind)
    for kind, before in (("code", _CODE_BEFORE), ("cvv", _CVV_BEFORE)):
        for match in before.finditer(flat):
            if not _OPEN_CODE.search(match[2]):
                yield Finding(*match.span(1), kind)
    for match in _CODE_TOUCHING.finditer(flat):
        yield Finding(*match.span(1), "code")


# -- Passwords

_PASSWORD = r"(?:密码|口令|(?<![a-z])(?:passwords?|passwd|passcode|passphrase|pwd|pw)(?![a-z]))"
_NAMES_PASSWORD = re.compile(f"(?i){_PASSWORD}")
_STILL = r"(?:(?:still|now|actually|just|always|really|not|also|only|simply|currently|还|现在|一直|都|仍然)\s*+)*+"
_VALUE = rf"[\"'“‘「『《【]?([!-~{_HIDDEN}]{{3,}})"
_SURE = r"(?:就|还|现在|一直|应该|好像|可能|记得|明明){0,3}"
_TELLING = (
    rf"(?:\s*(?:[:=]|{_SURE}是|为|叫做?|(?:设置?|设定|改|换|变)(?:成|为)?了?|用的是?)\s*"
    r"|(?:\s+(?:is|was|are|be)|['’]s)\s+)"
)
_TOLD = re.compile(rf"(?i){_PASSWORD}{_TELLING}{_STILL}{_VALUE}")
_CHANGED_TO = re.compile(
    rf"(?i)(?:chang|set|reset|updat)\w{{0,5}}\s+(?:\S{{1,20}}\s+){{0,4}}?{_PASSWORD}\s+to\s+{_VALUE}"
)
_BESIDE = re.compile(rf"(?i){_PASSWORD}\s*(?![:=]){_VALUE}")
_TOLD_BEFORE = re.compile(
    rf"(?i)(?<![!-~])([!-~]{{4,64}})\s*+(?:这?就?是|is|was)\s*+(?:我的?|他的|她的|my|our|the|his|her)\s*"
    rf"(?:[\u4e00-\u9fff]{{0,4}}?|[a-z]{{1,12}}\s+){_PASSWORD}"
)
# "A good password is long": about passwords, not one of them.
_ANY = re.compile(
    r"(?i)(?<![a-z])(?:a|an|any|every|each|good|strong|weak|which|what|whose|no|choose)\s+(?:[a-z]+\s+){0,2}$"
)
_UNIT_NEXT = re.compile(rf"(?i)-?(?:{_UNIT})")
# Words after "my password is ..." or "password: ..." when no password is told.
_NO_PASSWORD = frozenset(
    """
    wrong incorrect invalid correct right locked expired forgotten forgot forget lost stolen weak strong rejected
    reset lock change never still always nothing refused being used gone known not broken unknown sent shown seen
    your another something anything topay this that these those what when where which whose who why how here there
    the and but for with from only also just too very same different equal unchanged long longer short shorter
    simple easy hard safe unsafe secure okay fine good bad old new missing empty blank required optional unavailable
    error login payment please help need needs must should can cannot won't don't doesn't isn't it's all one two
    combine choose use enter keep set tap open try never write make pick type see ask call contact between at-least
    password passwords code pin email phone card account app bank number case-sensitive public visible left out
    """.split()
)
_GRAMMATICAL = re.compile(r"[a-z]{3,}(?:ed|ing|ly|able|ible)")


def _passwords(flat: str) -> Iterator[Finding]:
    for match in _TOLD.finditer(flat):
        if _tells(match, own=not _ANY.search(flat[max(0, match.start() - 40) : match.start()])):
            yield Finding(*match.span(1), "password")
    for pattern in (_CHANGED_TO, _TOLD_BEFORE):
        for match in pattern.finditer(flat):
            if _tells(match, own=True):
                yield Finding(*match.span(1), "password")
    for match in _BESIDE.finditer(flat):
        value = match[1].strip("\"'.,;:!?()")
        mixed = len(value) >= 5 and re.search(r"\d", value) and re.search(r"[A-Za-z]", value)
        if (mixed or re.fullmatch(r"\d{6,}", value)) and _tells(match, own=False):
            yield Finding(*match.span(1), "password")


def _tells(match: re.Match[str], *, own: bool) -> bool:
    """Whether what stands beside the word "password" is one. `own`: it is said of a certain password."""
    value = match[1].replace(_HIDDEN, "").strip("\"'.,;:!?()<>[]{}")
    if re.fullmatch(r"[\d.,-]*", value):
        too_short = sum(char.isdigit() for char in value) < 4
        return not (too_short or re.fullmatch(_DATE, value) or _UNIT_NEXT.match(match.string, match.end(1)))
    word = re.split(r"[,.;:!?/()]", value.lower())[0]
    if word in _NO_PASSWORD or re.fullmatch(r"\d+-(?:digit|char)\w*", word):
        return False
    if not re.fullmatch(r"[A-Za-z'/,.;-]+", value) or re.search(r"[a-z][A-Z]", value):
        return True
    return own and not _GRAMMATICAL.fullmatch(word)
