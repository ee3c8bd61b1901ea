"""What every text that is to be stored must obey, whoever wrote it."""

from __future__ import annotations

from topay_bot.errors import BadMessage


def checked_text(text: str, max_chars: int) -> str:
    """The text without what databases refuse and without space around it. Raises BadMessage."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise BadMessage("the message holds half a character (a lone surrogate); send it as UTF-8") from None
    text = text.replace("\x00", "").strip()
    if not text:
        raise BadMessage("the message is empty; expected text")
    if len(text) > max_chars:
        raise BadMessage(f"the message has {len(text)} characters, at most {max_chars} are taken; shorten it")
    return text
