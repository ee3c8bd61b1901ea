"""What the bot itself says. Everything else that a customer reads comes from an article.

Short, honest, warm; never blames the customer; always says what happens next.
"""

from __future__ import annotations

from topay_bot.text import Language

# The reasons of decisions (answering.policy.Reason) are keys as they are.
_TEXTS: dict[str, dict[Language, str]] = {
    "greeting": {
        "zh": "您好，这里是 TOPAY 客服。请用一句话说说遇到的问题，我会找到对应的解答；需要人工时，随时点“转人工”。",
        "en": "Hello, this is TOPAY support. Tell me in a sentence what you need and I'll find the answer. "
        "If you'd rather talk to a person, tap “Talk to a person” at any time.",
    },
    "ambiguous": {"zh": "我想确认一下，您想问的是哪一个？", "en": "Just to be sure, which of these do you mean?"},
    "negated": {
        "zh": "我想确认没有理解反：您想办的是下面哪一件？",
        "en": "I want to be sure I have this the right way round. Which of these do you mean?",
    },
    "other_platform": {
        "zh": "您问的像是别家平台的事，我只了解 TOPAY。想问的在下面吗？",
        "en": "That sounds like another company's service, and I only know TOPAY. Is it one of these?",
    },
    "amounts": {
        "zh": "您提到了两个金额，我想先确认是下面哪种情况？",
        "en": "You mention two amounts, so I'd like to check. Which of these is it?",
    },
    "foreign": {
        "zh": "抱歉，我只会中文和英文。Sorry, I only speak Chinese and English. "
        "可以换成其中一种再问，或者让同事来帮您。",
        "en": "Sorry, I only speak Chinese and English (中文、English). "
        "Please try one of these, or I can bring in a colleague.",
    },
    "low_confidence": {
        "zh": "这个问题我没有把握答对，不想让您白走一趟。您可以换个说法再问一次，或者让同事来帮您。",
        "en": "I'm not sure I have the right answer to that, and I'd rather not guess. "
        "You could put it another way, or I can bring in a colleague.",
    },
    "unreadable": {
        "zh": "这条消息我没能读懂。请用文字说说遇到的问题，或者让同事来帮您。",
        "en": "I couldn't read that message. Please tell me in words what happened, or I can bring in a colleague.",
    },
    "asked": {
        "zh": "好的，正在为您转接同事，前面的对话他们都能看到，您不用再说一遍。",
        "en": "Of course. I'm passing you to a colleague. They can see what you wrote, so you needn't repeat it.",
    },
    "policy": {
        "zh": "这件事需要同事为您处理，我已经转过去了，前面的对话他们都能看到。",
        "en": "A colleague needs to handle this one. I've passed it on, and they can see what you wrote.",
    },
    "urgent": {
        "zh": "我已经按紧急情况通知同事，他们会优先联系您。请先照上面的步骤做。",
        "en": "I've alerted a colleague and marked this as urgent. Please follow the steps above meanwhile.",
    },
    "complaint": {
        "zh": "您的投诉已经记下并转给同事，前面的对话他们都能看到，您不用再说一遍。",
        "en": "I've recorded your complaint and passed it to a colleague. They can see what you wrote, "
        "so you needn't repeat it.",
    },
    "repeated_failure": {
        "zh": "抱歉前面没能帮上您，正在为您转接同事。前面的对话他们都能看到，您不用再说一遍。",
        "en": "I'm sorry I couldn't help so far. I'm passing you to a colleague. They can see what you wrote, "
        "so you needn't repeat it.",
    },
    "joined": {
        "zh": "{name} 已接手，正在看前面的对话，马上回复您。",
        "en": "{name} has joined and is reading what you wrote. A reply will follow here.",
    },
    "transferred": {
        "zh": "这件事由另一位同事处理更合适，已经转过去了，前面的对话都会一并转交。",
        "en": "Another colleague is better placed to help with this. I've passed it on, with everything you wrote.",
    },
    "returned": {
        "zh": "接下来由我继续为您服务。还有问题，直接在这里问；需要人工时，随时点“转人工”。",
        "en": "I'm the assistant, back with you. Ask anything here, or tap “Talk to a person” at any time.",
    },
    "resolved": {
        "zh": "{name} 已结束这次服务。之后还有问题，直接在这里写就好，前面的对话都会保留。",
        "en": "{name} has closed this request. If anything else comes up, just write here. "
        "Everything said so far stays.",
    },
    "reopened": {
        "zh": "{name} 回来继续处理这件事，受理编号仍是 {reference}。",
        "en": "{name} is back on this request. Your reference is still {reference}.",
    },
    "reference": {
        "zh": "受理编号：{reference}。请留在本页，同事会在这里回复您；也可以拨打 {phone}，报上编号即可。",
        "en": "Your reference is {reference}. Please stay on this page, a colleague will reply here. "
        "You can also call {phone} and give that reference.",
    },
    "reference_plain": {
        "zh": "受理编号：{reference}。请留在本页，同事会在这里回复您。",
        "en": "Your reference is {reference}. Please stay on this page, a colleague will reply here.",
    },
    "other_language": {
        "zh": "这篇解答目前只有英文版，先给您参考：",
        "en": "This answer is only available in Chinese so far. Here it is:",
    },
    "masked": {
        "zh": "为了您的安全，消息中的卡号、密码等信息已自动隐藏。",
        "en": "For your safety, card numbers, passwords and the like in your message have been hidden.",
    },
}


def say(what: str, language: Language, **values: str) -> str:
    """A sentence of the bot: a name above, or the reason of a decision. KeyError for an unknown one."""
    return _TEXTS[what][language].format(**values)
