"""The browser's own look for secrets, held against the server's: both keep to one table."""

from __future__ import annotations

import pytest

from tests.privacy_cases import MASKED, SURVIVES
from tests.web.browser.conftest import OpenChat
from topay_bot.privacy import find, mask

# What the browser looks for: the server alone masks telephone numbers and e-mail addresses.
KINDS = {"card", "id", "code", "password", "cvv"}
TEXTS = [text for text, _ in MASKED] + SURVIVES
_ALL = """async (texts) => {
    const { find, mask } = await import("/static/chat/secrets.js");
    return texts.map((text) => ({ found: find(text).map((one) => [one.start, one.stop, one.kind]), masked: mask(text) }));
}"""


def test_browser_and_server_find_the_same(open_chat: OpenChat) -> None:
    told = open_chat().page.evaluate(_ALL, TEXTS)
    for text, browser in zip(TEXTS, told, strict=True):
        assert browser["found"] == [list(one) for one in find(text) if one.kind in KINDS], text
        assert mask(browser["masked"]) == mask(text), text  # nothing is lost by masking before the server does


@pytest.mark.parametrize(
    "text", ["1 " * 2000, "密码是still " * 400, "验证码 is " * 500, "a" * 4000, "1234" * 1000 + "是我的"]
)
def test_no_text_keeps_the_browser_busy(open_chat: OpenChat, text: str) -> None:
    timed = """async (text) => { const { find } = await import("/static/chat/secrets.js");
        const start = performance.now(); find(text); return performance.now() - start; }"""
    assert open_chat().page.evaluate(timed, text) < 1000  # ms; a pattern that runs away takes minutes
