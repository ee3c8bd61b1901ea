"""The words of the widget around the chat page: on the launcher, and where the page cannot be shown."""

from __future__ import annotations

from topay_bot.text import Language

WIDGET_TEXTS: dict[Language, dict[str, str]] = {
    "zh": {
        "launcher": "在线客服",
        "open": "打开在线客服",
        "close": "收起在线客服",
        "panel": "在线客服对话",
        "unread": "{n} 条新消息",
        "loading": "正在打开客服对话…",
        "away": "客服对话暂时打不开。",
        "away_more": "您可以稍后再试，或者直接联系我们：",
        "retry": "再试一次",
        "phone": "电话",
        "email": "邮箱",
        "hours": "服务时间",
    },
    "en": {
        "launcher": "Help",
        "open": "Open support chat",
        "close": "Close support chat",
        "panel": "Support chat",
        "unread": "{n} new",
        "loading": "Opening the chat…",
        "away": "The chat can't be opened right now.",
        "away_more": "Please try again in a moment, or reach us directly:",
        "retry": "Try again",
        "phone": "Telephone",
        "email": "E-mail",
        "hours": "Hours",
    },
}
