"""The words on the pages of the help centre, beside those of customer/texts.py that they share with the chat page."""

from __future__ import annotations

from topay_bot.text import Language

CATEGORY_ABOUT: dict[Language, dict[str, str]] = {
    "zh": {
        "payment": "付款、转账、提现、绑卡与发票",
        "refund": "申请退款、查询进度、争议处理",
        "account": "登录、密码、实名认证与限额",
        "security": "账户被盗、诈骗、冻结与保障",
        "technical": "应用、扫码、网络与通知",
        "service": "联系我们、投诉与建议",
    },
    "en": {
        "payment": "Paying, transfers, withdrawals, cards and invoices",
        "refund": "Asking for a refund, its progress, disputes",
        "account": "Logging in, passwords, identity and limits",
        "security": "Stolen accounts, scams, freezing and cover",
        "technical": "The app, scanning, network and notifications",
        "service": "Reaching us, complaints and suggestions",
    },
}

HELP_TEXTS: dict[Language, dict[str, str]] = {
    "zh": {
        "site": "TOPAY 帮助中心",
        "suffix": "帮助中心",
        "about": "TOPAY 帮助中心：付款、退款、账户、安全等常见问题的解答，可以搜索，也可以按分类浏览。",
        "switch": "English",
        "skip": "跳到正文",
        "heading": "有什么可以帮您？",
        "search": "搜索",
        "search_label": "搜索帮助中心",
        "placeholder": "例如：退款几天到账",
        "most_asked": "大家常问",
        "topics": "按分类浏览",
        "count": "{n} 篇文章",
        "trail": "您的位置",
        "other_topics": "其他分类",
        "merchant": "商户",
        "only": "这篇文章目前只有英文版。",
        "badge": "英文",
        "urgent": "情况紧急？请马上从在线客服或电话联系我们，同事会优先处理。只看本页不会通知到我们。",
        "always": "这件事由同事为您办理。请从在线客服或电话联系我们，同事就会接手。只看本页不会通知到我们。",
        "wish": "想找人工？打开在线客服说“转人工”，或者拨打电话。",
        "related": "相关文章",
        "table": "表格",
        "results": "“{query}”的搜索结果",
        "search_title": "搜索",
        "found": "最相关的 {n} 篇，越靠前越相关。",
        "distant": "没有完全对得上的文章，下面是最接近的 {n} 篇。也可以换个说法再搜，或者直接问我们。",
        "none": "没有找到相关的文章",
        "none_more": "可以换个说法再搜，例如写出页面的名称，或屏幕上的提示文字；也可以直接问我们。",
        "masked": "为了您的安全，搜索内容中的卡号、密码等信息已隐藏。",
        "hint": "请勿输入密码、验证码或完整卡号",
        "lost": "没有找到这个页面",
        "lost_more": "文章可能已经下线，或者地址有误。可以搜索一下，或者回到帮助中心首页。",
        "home": "帮助中心首页",
        "away": "帮助中心暂时打不开",
        "away_more": "我们正在恢复，请过几分钟再试。您也可以到在线客服留言，同事看到后会回复您。",
        "ask_title": "没有找到？",
        "ask_more": "用一句话说说遇到的问题，智能助手马上为您查找；需要时随时可以转人工。",
        "ask": "问问智能助手",
        "chat": "在线客服",
        "chat_short": "在线客服",
        "contact": "联系我们",
        "helpful_page": "这篇文章有帮助吗？",
        "sorry": "抱歉没能帮到您。可以换个说法搜索，或者问问智能助手、转人工。",
    },
    "en": {
        "site": "TOPAY help centre",
        "suffix": "Help centre",
        "about": "The TOPAY help centre answers common questions on payments, refunds, accounts and security. "
        "Search it, or browse by topic.",
        "switch": "中文",
        "skip": "Skip to the content",
        "heading": "How can we help?",
        "search": "Search",
        "search_label": "Search the help centre",
        "placeholder": "e.g. where is my refund?",
        "most_asked": "People often ask",
        "topics": "Browse by topic",
        "count": "{n} articles",
        "trail": "You are here",
        "other_topics": "Other topics",
        "merchant": "For merchants",
        "only": "This article is only available in Chinese so far.",
        "badge": "In Chinese",
        "urgent": "Is it urgent? Start a chat or call us now and a colleague will see to it first. "
        "Reading this page alerts nobody.",
        "always": "A colleague handles this with you. Start a chat or call us and they will take over. "
        "Reading this page alerts nobody.",
        "wish": "Would you like a person? Open the chat and say “talk to a person”, or call us.",
        "related": "Related articles",
        "table": "Table",
        "results": "Results for “{query}”",
        "search_title": "Search",
        "found": "The {n} most relevant articles, best match first.",
        "distant": "Nothing fits this exactly. These {n} articles come closest. "
        "You can put it another way, or ask us directly.",
        "none": "No article found",
        "none_more": "Try other words, such as the name of the screen or the message you see. "
        "You can also ask us directly.",
        "masked": "For your safety, card numbers, passwords and the like in your search have been hidden.",
        "hint": "Never enter passwords, codes or card numbers",
        "lost": "We can't find this page",
        "lost_more": "The article may have been taken down, or the address may be wrong. "
        "Try a search, or go back to the help centre.",
        "home": "Help centre home",
        "away": "The help centre is away for a moment",
        "away_more": "We're bringing it back. Please try again in a few minutes, or leave us a message in the chat.",
        "ask_title": "Didn't find it?",
        "ask_more": "Tell our assistant in a sentence what you need and it will look for the answer. "
        "You can talk to a person at any time.",
        "ask": "Ask the assistant",
        "chat": "Chat with us",
        "chat_short": "Chat",
        "contact": "Contact us",
        "helpful_page": "Did this article help?",
        "sorry": "Sorry this didn't help. Try other words in the search, ask the assistant, or talk to a person.",
    },
}

# Symbols of static/icons.svg; a category that is not named here has that of a book.
CATEGORY_ICONS = {
    "payment": "bank-card",
    "refund": "refund",
    "account": "user",
    "security": "shield",
    "technical": "device",
    "service": "person",
}
