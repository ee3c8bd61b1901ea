"""What leaves the customer's hands masked, and what people at the desk must still be able to read."""

from __future__ import annotations

import datetime
import itertools
import re
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from topay_bot.privacy import find, mask

MASKED = [
    # cards
    ("我的卡 4111111111111111 付不了", "我的卡 [card] 付不了"),
    ("4111 1111 1111 1111", "[card]"),
    ("4111-1111-1111-1111", "[card]"),
    ("４１１１　１１１１　１１１１　１１１１", "[card]"),
    ("卡:6222021234567890128,扣了两次", "卡:[card],扣了两次"),
    ("卡号6222020200112233445", "卡号[card]"),  # no Luhn number, but named
    ("card number: 1234567890123456", "card number: [card]"),
    ("pay 378282246310005 failed", "pay [card] failed"),
    ("4111111111111111 123", "[card] 123"),
    ("2 4111 1111 1111 1111", "2 [card]"),
    ("付了.4111111111111111", "付了.[card]"),
    ("6212345678901265 / 5555555555554444", "[card] / [card]"),
    ("order paid with 4111111111111111", "order paid with [card]"),
    ("4111\u200b1111\u200b1111\u200b1111", "[card]"),
    ("٤١١١١١١١١١١١١١١١", "[card]"),
    # resident IDs and passports
    ("身份证110105194912310021", "身份证[id]"),
    ("11010519491231002X", "[id]"),
    ("11010519491231002x是我的", "[id]是我的"),
    ("110105 19491231 002X", "[id]"),
    ("１１０１０５１９４９１２３１００２Ｘ", "[id]"),
    ("身份证号：110105491231002", "身份证号：[id]"),
    ("id number is 110105194912310022", "id number is [id]"),  # a slip in the last digit, but named
    ("我的护照号是E12345678", "我的护照号是[id]"),
    # telephone numbers
    ("我手机13800138000", "我手机[phone]"),
    ("138 0013 8000", "[phone]"),
    ("138-0013-8000", "[phone]"),
    ("1380 013 8000", "[phone]"),
    ("+86 138 0013 8000", "[phone]"),
    ("008613800138000", "[phone]"),
    ("call +44 20 7946 0958 now", "call [phone] now"),
    ("+14155552671", "[phone]"),
    ("(415) 555-2671", "[phone]"),
    ("415-555-2671", "[phone]"),
    ("010-12345678", "[phone]"),
    ("(0755)12345678", "[phone]"),
    ("电话是91234567", "电话是[phone]"),
    ("my phone number is 555 0134", "my phone number is [phone]"),
    # e-mail
    ("邮箱abc.d+e@qq.com谢谢", "邮箱[email]谢谢"),
    ("write to o'brien@mail.example.co.uk.", "write to [email]."),
    ("ａｂｃ＠ｑｑ．ｃｏｍ", "[email]"),
    ("zhang@公司.中国", "[email]"),
    ("me(at)mail.example", "[email]"),
    # one-time codes
    ("验证码是123456", "验证码是[code]"),
    ("验证码：１２３４５６，5分钟内有效", "验证码：[code]，5分钟内有效"),
    ("收到验证码 1234 了", "收到验证码 [code] 了"),
    ("验证码 123-456", "验证码 [code]"),
    ("验证码是A1B2C3", "验证码是[code]"),
    ("123456是我的验证码", "[code]是我的验证码"),
    ("123456，这是验证码", "[code]，这是验证码"),
    ("发来1234的验证码", "发来[code]的验证码"),
    ("my code is 123456", "my code is [code]"),
    ("the code they sent me was 123456", "the code they sent me was [code]"),
    ("123456 is my verification code", "[code] is my verification code"),
    ("OTP 123 456", "OTP [code]"),
    ("我的pin是1234", "我的pin是[code]"),
    ("code didn't work: 12345678", "code didn't work: [code]"),
    # card verification values
    ("cvv 123", "cvv [cvv]"),
    ("安全码是1234", "安全码是[cvv]"),
    ("背面三位数字：123", "背面三位数字：[cvv]"),
    ("security code 123", "security code [cvv]"),
    ("123 is my cvv", "[cvv] is my cvv"),
    # passwords
    ("密码是abc123", "密码是[password]"),
    ("密码：ａｂｃ１２３", "密码：[password]"),
    ("密码abc123", "密码[password]"),
    ("我的支付密码123456", "我的支付密码[password]"),
    ("密码改成了 Sunshine", "密码改成了 [password]"),
    ("密码是“abc123”", "密码是“[password]”"),
    ("密码还是abc123，登录不了", "密码还是[password]，登录不了"),
    ("密码是a\u200bbc123", "密码是[password]"),
    ("我的password是hunter2", "我的password是[password]"),
    ("abc123是我的支付密码", "[password]是我的支付密码"),
    ("my password is hunter2", "my password is [password]"),
    ("my password is sunshine please help", "my password is [password] please help"),
    ("My Password Is Still Hunter2!", "My Password Is Still [password]"),
    ("password: p@ss-word", "password: [password]"),
    ("pwd=123456", "pwd=[password]"),
    ("hunter2 is my login password", "[password] is my login password"),
    ("I changed my login password to sunshine", "I changed my login password to [password]"),
    ("password's hunter2", "password's [password]"),
    # more than one
    (
        "卡4111111111111111 cvv 123 密码是abc123 手机13800138000",
        "卡[card] cvv [cvv] 密码是[password] 手机[phone]",
    ),
]

SURVIVES = [
    # order numbers
    "订单号2024050112345678没到账",
    "订单2024050122001456781234567890怎么退",
    "4200001234202405011234567890",
    "订单号：4111111111111111",
    "order no. 4111111111111111",
    "transaction id 5555555555554444 is pending",
    "流水号20240501123456789012",
    "20240501-12345678-1234",
    "TX20240501123456",
    # amounts and figures
    "扣了5000元", "多扣了12345.67元", "验证码 5000元", "收入 +5000 2024-05-01", "+123456789元", "￥100000000",
    "1,234,567.89", "尾号1234的卡", "手机尾号5678", "卡号后四位1234", "充值100 200 300 500",
    # error codes
    "错误代码50012", "错误码：50012", "error code 50012", "Error Code: 4001", "50012 is the error code",
    "提示50012", "status code 5001", "cvv 不对 error 502", "promo code 123456", "zip code 518000", "QR code 1234",
    # dates and times
    "2024-05-01 12:30:45", "code not received 2024-05-01", "密码 2024年改的", "验证码 2024-05-01 就没收到",
    "my password is wrong since 12/05", "验证码10分钟了还没到",
    # secrets that are not told
    "我忘记密码了", "密码错误", "密码是什么", "密码怎么改", "密码6位数", "支付密码要6到20位", "密码错误50012",
    "验证码收不到", "收不到验证码", "验证码收不到 95188", "95188发的验证码", "没收到验证码，等了1000秒",
    "my password is not working", "my password is wrong", "password is incorrect", "Password: required",
    "what is my password", "forgot password", "how do i change my password to something else",
    "my password was posted in a group chat", "A good password is long, hard to guess", "密码是wrong",
    "1. Login password: combine a few unrelated words", "password is 8-20 characters", "a 6-digit password",
    "I never got a code", "the code expired after 5 minutes", "pinduoduo 123456", "ping 123456",
    # service lines are nobody's own, and evidence in a report of a scam
    "400-000-0000", "400-123-4567打来说我中奖了", "拨打95188", "800-820-1234", "(800) 820-1234", "电话4001234567",
    # versions, addresses, marks
    "v8.12.3", "192.168.100.200", "iPhone 15 Pro", "www.topay.example", "@topay", "a@b",
    "[card] [id] [phone] [email] [code] [password] [cvv]", "密码是[password]，验证码[code] 8888",
]  # fmt: skip


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("text", SURVIVES)
def test_survives(text: str) -> None:
    assert mask(text) == text


def test_find_tells_where_and_what() -> None:
    text = "卡４１１１１１１１１１１１１１１１，cvv 123"
    assert [(text[start:stop], kind) for start, stop, kind in find(text)] == [
        ("４１１１１１１１１１１１１１１１", "card"),
        ("123", "cvv"),
    ]
    assert find(mask(text)) == []


# -- Properties. Around a secret stands anything without a digit, for digits beside a number make another number.

AROUND = st.text("我的退款卡在 ，。:/aQz!?\n是 the of", max_size=12)
GAPS = st.sampled_from(["", " ", "-", ".", "  ", " - ", "\u3000", "\u200b", "\t"])


@st.composite
def cards(draw: st.DrawFn) -> str:
    """Numbers as the great card networks issue them, the last digit by Luhn's rule."""
    begin, length = draw(
        st.sampled_from(
            [("4", 16), ("51", 16), ("2221", 16), ("37", 15), ("62", 16), ("62", 19), ("3528", 16), ("6011", 16)]
        )
    )
    digits = begin + draw(st.text("0123456789", min_size=length - 1 - len(begin), max_size=length - 1 - len(begin)))
    total = 0
    for place, digit in enumerate(reversed(digits)):
        total += sum(divmod(2 * int(digit), 10)) if place % 2 == 0 else int(digit)
    return f"{digits}{-total % 10}"


@st.composite
def resident_ids(draw: st.DrawFn) -> str:
    day = draw(st.dates(datetime.date(1920, 1, 1), datetime.date(2025, 12, 31)))
    body = f"{draw(st.integers(110000, 659999))}{day:%Y%m%d}{draw(st.integers(0, 999)):03}"
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def _grouped(figure: str, gap: str, size: int) -> str:
    return gap.join(figure[place : place + size] for place in range(0, len(figure), size))


def _digits(text: str) -> str:
    return "".join(re.findall(r"[0-9Xx]", text))


@given(AROUND, cards(), GAPS, st.integers(3, 6), AROUND)
def test_no_card_is_left(before: str, card: str, gap: str, size: int, after: str) -> None:
    masked = mask(f"{before}{_grouped(card, gap, size)}{after}")
    assert "[card]" in masked
    assert _digits(masked) == ""


@given(AROUND, resident_ids(), GAPS, AROUND)
def test_no_resident_id_is_left(before: str, figure: str, gap: str, after: str) -> None:
    written = gap.join([figure[:6], figure[6:14], figure[14:]])
    assert _digits(mask(f"{before}{written}{after}")) == ""


@given(AROUND, st.from_regex(r"[a-z][a-z0-9._]{0,8}[a-z0-9]@[a-z0-9]{1,8}\.(com|cn|co\.uk)", fullmatch=True), AROUND)
def test_no_e_mail_is_left(before: str, email: str, after: str) -> None:
    assume(not re.match(r"[A-Za-z]", after))
    masked = mask(f"{before}{email}{after}")
    assert "@" not in masked
    assert "[email]" in masked


@given(
    AROUND,
    st.sampled_from(
        ["验证码", "验证码是", "验证码：", "动态码 ", "code: ", "my code is ", "OTP ", "PIN=", "passcode was "]
    ),
    st.from_regex(r"[0-9]{4,8}", fullmatch=True),
    st.sampled_from(["", "，", " 对吗", "\n", "。", "!", " please"]),
)
def test_no_named_code_is_left(before: str, name: str, code: str, after: str) -> None:
    assume(not re.search(r"[a-zA-Z]$", before))
    assert code not in mask(f"{before}{name}{code}{after}")


PASSWORD_NAMES = (
    "密码是", "密码：", "密码改成", "口令:", "密码 ", "密码", "密码应该是", "my password is ", "password: ", "pwd=",
    "passphrase is ",
)  # fmt: skip
_SIGNS = "[a-zA-Z0-9_@#$%^&*+-]"
PASSWORDS = st.from_regex(rf"(?={_SIGNS}*[0-9])(?={_SIGNS}*[a-z]){_SIGNS}{{6,12}}", fullmatch=True)


@given(
    AROUND, st.sampled_from(PASSWORD_NAMES), PASSWORDS, st.sampled_from(["", "，", " 对吗", "\n", " please help", "。"])
)
def test_no_named_password_is_left(before: str, name: str, password: str, after: str) -> None:
    assume(not re.search(r"[a-zA-Z]$", before))
    assume(not re.match(r"\d+-(digit|char)", password))
    assume(name != "密码" or password[0].isalnum())
    assert password not in mask(f"{before}{name}{password}{after}")


@given(
    st.from_regex(r"[0-9]{16,28}", fullmatch=True),
    st.sampled_from(["订单号", "订单号：", "order number ", "流水号 ", "单号是"]),
)
def test_a_named_order_number_survives(number: str, name: str) -> None:
    assume(not any(kind == "id" for _, _, kind in find(number)))
    assert mask(f"{name}{number}退款") == f"{name}{number}退款"


PIECES = st.sampled_from(
    [*(text for text, _ in MASKED), *SURVIVES, "密码", "是", "password", " is ", "验证码", "code", "cvv", "4111", " ",
     "123456", "my", "not", "@", "138", "卡号", "订单号", "[code]", "[password]", "\0", "，", "X", "+86"]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=6), max_size=8))
def test_masking_twice_changes_nothing_more(parts: list[str]) -> None:
    once = mask("".join(parts))
    assert mask(once) == once


@given(st.text(max_size=60), st.lists(PIECES, max_size=4))
def test_text_around_the_findings_stays(text: str, parts: list[str]) -> None:
    text += "".join(parts)
    findings = find(text)
    assert all(a.stop <= b.start for a, b in itertools.pairwise(findings))
    assert all(0 <= start < stop <= len(text) for start, stop, _ in findings)


@pytest.mark.parametrize(
    "piece",
    ["a", "1", "1 ", "4.", "a@", "密码是", "密码 ", "password is ", "code ", "set ", "+1 ", "86 ", "tel", "1234 is ",
     "abcd is ", "not ", "订单", "12345678", "密码是abc123 ", "\u200b", "["],
)  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (4000 // len(piece))
    for made in (text, f"密码是{text}", f"1234{text}", f"password{' ' * 4000}x"):
        started = time.process_time()
        mask(made)
        assert time.process_time() - started < 0.5
