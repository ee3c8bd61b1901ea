"""What leaves the customer's hands masked, and what people at the desk must still be able to read."""

from __future__ import annotations

import datetime
import itertools
import re
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.privacy_cases import MASKED, SURVIVES
from topay_bot.privacy import find, mask


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
