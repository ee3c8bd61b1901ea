"""The words of insights, on the page, in CSV files and in the digest."""

from __future__ import annotations

from topay_bot.text import Language

TABLE_TEXTS: dict[Language, dict[str, str]] = {
    "zh": {
        "summary": "总览",
        "handoffs": "转人工的原因",
        "days": "每天",
        "languages": "按语言",
        "categories": "按分类",
        "builds": "按索引版本",
        "articles": "用得最多的文章",
        "falling": "下滑的文章",
        "questions": "问得最多的问题",
        "ratings": "星级评价",
    },
    "en": {
        "summary": "At a glance",
        "handoffs": "Why people were needed",
        "days": "Day by day",
        "languages": "By language",
        "categories": "By category",
        "builds": "By build",
        "articles": "Articles shown most",
        "falling": "Falling articles",
        "questions": "Asked most",
        "ratings": "Stars",
    },
}

TABLE_ABOUT: dict[Language, dict[str, str]] = {
    "zh": {
        "handoffs": "每种原因涉及的会话数，及其占全部会话的比例。一个会话可能有不止一种原因。",
        "days": "按客服台时区计日。",
        "languages": "机器人回复所用的语言。",
        "categories": "展示的文章和转人工各属哪个分类；转人工按机器人当时的判断。",
        "builds": "作出决定的索引版本，新的在前。",
        "articles": "展示次数含顾客从选项中点选的。",
        "falling": "与之前同样长的一段时间相比：展示少了三成以上（之前至少 10 次），或有帮助率低了 10 个百分点以上"
        "（两段各至少 5 个评价）。",
        "questions": "在最近 {n} 个问题中，被问到两次以上的说法；大小写、空格和句末标点不计。",
        "ratings": "顾客在会话结束后给出的一到五星。",
    },
    "en": {
        "handoffs": "Conversations handed over for each reason, and their share of all. One may have several reasons.",
        "days": "Days as they are where the desk is.",
        "languages": "The language in which the bot replied.",
        "categories": "What the articles shown are about, and the hand-offs, as the bot took them at the time.",
        "builds": "The build that decided, the newest first.",
        "articles": "Shown counts those that customers picked from a choice too.",
        "falling": "Beside as many days just before: shown 30 % less (10 times before at least), or 10 points less "
        "helpful (5 ratings in each at least).",
        "questions": "Wordings that came more than once among the newest {n} questions; capitals, spaces and full "
        "stops do not count.",
        "ratings": "One to five stars, as customers gave them at the end.",
    },
}

COLUMN_TEXTS: dict[Language, dict[str, str]] = {
    "zh": {
        "measure": "指标",
        "value": "数值",
        "before": "之前",
        "about": "怎么算",
        "reason": "原因",
        "conversations": "会话",
        "share": "占比",
        "day": "日期",
        "language": "语言",
        "build": "索引版本",
        "category": "分类",
        "article": "文章",
        "shown": "展示",
        "shown_before": "之前展示",
        "questions": "问题",
        "question": "问题",
        "times": "次数",
        "answer_rate": "回答率",
        "clarification_rate": "反问率",
        "offered": "没答上",
        "handed": "直接转人工",
        "handoffs": "转人工",
        "ratings": "评价数",
        "helpful_rate": "有帮助",
        "helpful_before": "之前有帮助",
        "stars": "星级",
        "bot": "机器人",
        "person": "客服",
    },
    "en": {
        "measure": "Number",
        "value": "Value",
        "before": "Before",
        "about": "What counts",
        "reason": "Reason",
        "conversations": "Conversations",
        "share": "Share",
        "day": "Day",
        "language": "Language",
        "build": "Build",
        "category": "Category",
        "article": "Article",
        "shown": "Shown",
        "shown_before": "Shown before",
        "questions": "Questions",
        "question": "Question",
        "times": "Times",
        "answer_rate": "Answered",
        "clarification_rate": "Choices",
        "offered": "Not answered",
        "handed": "To a person",
        "handoffs": "Hand-offs",
        "ratings": "Ratings",
        "helpful_rate": "Helpful",
        "helpful_before": "Helpful before",
        "stars": "Stars",
        "bot": "Bot",
        "person": "People",
    },
}

# What each number of the summary is called, and in a sentence what counts.
MEASURE_TEXTS: dict[Language, dict[str, tuple[str, str]]] = {
    "zh": {
        "conversations": ("会话", "有过提问或转人工的会话。只打开聊天窗口不算。"),
        "questions": ("问题", "机器人作出决定的顾客消息。点选选项、对客服说的话不算。"),
        "answer_rate": ("回答率", "直接给出文章的问题占比。先反问的不算。"),
        "clarification_rate": ("反问率", "让顾客从几篇文章里选的问题占比。"),
        "taps": ("点选", "顾客从选项里点选文章的次数。"),
        "handoff_rate": ("转人工率", "转过人工的会话占比。"),
        "deflection_rate": ("自助解决率", "给出过文章，且最后一次之后 24 小时内没有转人工的会话占比。"),
        "helpful_rate": ("有帮助率", "评为“有帮助”的占全部评价的比例。没评价的不算。"),
        "rated": ("评价数", "顾客对答案评过“有帮助”或“没帮助”的次数。"),
        "bot_stars": ("机器人星级", "顾客给机器人的平均星数。"),
        "person_stars": ("客服星级", "顾客给客服的平均星数。"),
        "waiting_median": ("等待时间（中位数）", "从转人工到客服接手，一半顾客等得不超过这么久。"),
        "waiting_95": ("等待时间（95 分位）", "100 位顾客里有 95 位等得不超过这么久。"),
        "unclaimed": ("无人接手", "没有客服接手过的转接：还在等，或已经结束。"),
    },
    "en": {
        "conversations": ("Conversations", "With a question or a hand-off. Opening the chat alone makes none."),
        "questions": ("Questions", "Messages that the bot decided on. Not taps on a choice, or words to a person."),
        "answer_rate": ("Answer rate", "Questions answered with an article at once, without a choice before."),
        "clarification_rate": ("Clarification rate", "Questions met with articles to choose from."),
        "taps": ("Choices taken", "How often a customer picked an article that was offered."),
        "handoff_rate": ("Hand-off rate", "Conversations handed to a person."),
        "deflection_rate": (
            "Deflection",
            "Conversations that got an article and needed no person within 24 hours of the last one.",
        ),
        "helpful_rate": ("Helpful rate", "Ratings that call the answer helpful. Who says nothing does not count."),
        "rated": ("Ratings of answers", "How many answers were called helpful or not."),
        "bot_stars": ("Stars for the bot", "Mean of what customers gave."),
        "person_stars": ("Stars for people", "Mean of what customers gave."),
        "waiting_median": ("Waiting time, median", "From hand-off to claim: half of them waited no longer."),
        "waiting_95": ("Waiting time, 95th percentile", "95 of 100 waited no longer."),
        "unclaimed": ("Not claimed", "Hand-offs that no agent has taken, whether they still wait or are over."),
    },
}

# By answering.policy.Reason; the studio's own words for decisions are sentences.
HANDOFF_REASONS: dict[Language, dict[str, str]] = {
    "zh": {
        "asked": "顾客要求",
        "urgent": "紧急",
        "policy": "须人工跟进的事项",
        "complaint": "投诉或建议",
        "repeated_failure": "连续没帮上忙",
        "low_confidence": "没有合适的文章",
    },
    "en": {
        "asked": "Asked for a person",
        "urgent": "Urgent",
        "policy": "A person must follow up",
        "complaint": "Complaint or suggestion",
        "repeated_failure": "Failed twice in a row",
        "low_confidence": "No article fitted",
    },
}

LANGUAGE_NAMES: dict[Language, dict[str, str]] = {
    "zh": {"zh": "中文", "en": "英文"},
    "en": {"zh": "Chinese", "en": "English"},
}

DIGEST_TEXTS: dict[Language, dict[str, str]] = {
    "zh": {
        "title": "客服台小结：{first} 至 {last}",
        "about": "“之前”是 {first} 至 {last}。各个数的算法见 docs/insights.md。",
        "none": "没有。",
    },
    "en": {
        "title": "The desk from {first} to {last}",
        "about": "“Before” is {first} to {last}. What counts for each number: docs/insights.md.",
        "none": "None.",
    },
}
