"""The words of the studio's frame. Each page has its own beside its routes."""

from __future__ import annotations

from topay_bot.text import Language

CATEGORIES: dict[Language, dict[str, str]] = {
    "zh": {"smalltalk": "闲聊", "merchant": "商户"},
    "en": {"smalltalk": "Small talk", "merchant": "Merchants"},
}

FRAME_TEXTS: dict[Language, dict[str, str]] = {
    "zh": {
        "studio": "知识工作室",
        "description": "TOPAY 客服知识库的编辑工作室",
        "skip": "跳到正文",
        "navigation": "工作室",
        "switch": "English",
        "to_desk": "客服工作台",
        "not_allowed": "这里给知识编辑使用",
        "not_allowed_more": "您的账号没有 editor 或 operator 权限。需要的话，请管理员用 topay-bot agents 添加。",
        "stale_form": "这张表单已经过期",
        "stale_form_more": "可能是重新登录过。请返回上一页，刷新后再提交一次；刚才没有改动任何内容。",
        "no_build": "还没有可用的索引",
        "no_build_more": "请先用 topay-bot build 生成一个，然后刷新这个页面。",
        "not_found": "没有这个页面",
        "not_found_more": "可能已经改名或删除了。",
        "sign_in_again": "换一个账号登录",
        "to_studio": "回到工作室首页",
    },
    "en": {
        "studio": "Studio",
        "description": "The editors' studio of the TOPAY support desk",
        "skip": "Skip to the page",
        "navigation": "Studio",
        "switch": "中文",
        "to_desk": "Agents' console",
        "not_allowed": "This place is for editors",
        "not_allowed_more": "Your account has neither the role editor nor operator. "
        "Whoever runs the desk can add you with topay-bot agents.",
        "stale_form": "This form is out of date",
        "stale_form_more": "You may have signed in again since. Go back, reload the page and send it once more; "
        "nothing was changed.",
        "no_build": "There is no index yet",
        "no_build_more": "Make one with topay-bot build, then reload this page.",
        "not_found": "There is no such page",
        "not_found_more": "It may have been renamed or removed.",
        "sign_in_again": "Sign in with another account",
        "to_studio": "Back to the studio",
    },
}
