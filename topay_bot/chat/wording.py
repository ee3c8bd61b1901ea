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
    "others": {
        "zh": "明白了，不是这个。那您想问的是下面哪一个？",
        "en": "I see, not that one. Is it one of these instead?",
    },
    "stuck": {
        "zh": "抱歉，我两次都没能帮上您。要不要让同事来接着处理？前面的对话他们都能看到。",
        "en": "I'm sorry, that's twice I couldn't help. Shall I bring in a colleague? They can see what you wrote.",
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
    # No article is likely enough to be shown with it: what holds in any emergency.
    "urgent_unsure": {
        "zh": "听起来您的资金或账户可能有危险，我已按紧急情况转给同事，他们会最先处理。"
        "在同事回复之前，请不要再转账，也不要把密码、验证码告诉任何人。",
        "en": "It sounds as if your money or account may be in danger, so I've passed this on as urgent, to be handled "
        "first. Until a colleague replies, please send no money and give nobody a password or a code.",
    },
    "urgent_freeze": {
        "zh": "担心别人能动用您的账户，就先冻结：{freeze}。",
        "en": "If somebody else may be able to use your account, freeze it first: {freeze}.",
    },
    "complaint": {
        "zh": "投诉由同事接手，我已经转过去了，前面的对话他们都能看到。"
        "请点“填写投诉单”写下经过，登记后凭编号可以查进度。",
        "en": "A colleague takes up complaints, and I've passed this on with what you wrote. Tap “Write the complaint” "
        "to put it on record: you get a number with which you can follow it.",
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
    # Nobody is there.
    "asked_away": {
        "zh": "好的，已经把您的问题转给同事，前面的对话他们都能看到，您不用再说一遍。",
        "en": "Of course. I've passed this on to our colleagues. They can see what you wrote, "
        "so you needn't repeat it.",
    },
    "urgent_away": {
        "zh": "我已经按紧急情况登记，同事会最先处理。请先照上面的步骤做，不要等我们回复。",
        "en": "I've marked this as urgent, so it will be handled first. Please follow the steps above now, "
        "without waiting for us.",
    },
    "repeated_failure_away": {
        "zh": "抱歉前面没能帮上您。已经把您的问题转给同事，前面的对话他们都能看到，您不用再说一遍。",
        "en": "I'm sorry I couldn't help so far. I've passed this on to our colleagues. They can see what you wrote, "
        "so you needn't repeat it.",
    },
    "closed_until": {
        "zh": "现在不是人工服务时间，同事{when}回来，会在这里回复您。",
        "en": "Our colleagues are off duty at the moment. They're back {when} and will reply here.",
    },
    "closed": {
        "zh": "现在不是人工服务时间，同事回来后会在这里回复您。",
        "en": "Our colleagues are off duty at the moment. They'll reply here once they're back.",
    },
    "nobody_online": {
        "zh": "眼下没有同事在线，您的问题已经排好队，有同事上线就会处理。",
        "en": "No colleague is online at the moment. Your request is in the queue and will be taken up "
        "as soon as one is.",
    },
    "leave_contact": {
        "zh": "您可以在下面留下联系方式和留言，不必一直等在这里。",
        "en": "You can leave your contact details and a message below, so you needn't wait here.",
    },
    "reference_away": {"zh": "受理编号：{reference}。", "en": "Your reference is {reference}."},
    "call_away": {
        "zh": "急事请拨打 {phone}，报上编号即可。",
        "en": "If it can't wait, call {phone} and give that reference.",
    },
    "contact_left": {"zh": "我留下了联系方式。", "en": "I left my contact details."},
    "contact_kept": {
        "zh": "已收到您的联系方式，同事会联系您。受理编号：{reference}。",
        "en": "Thank you, I've noted how to reach you. A colleague will get in touch. Your reference is {reference}.",
    },
    # Complaints and suggestions. The names of their states are those of the article service-complaint-progress.
    "complaint_filed": {
        "zh": "您的投诉已登记，受理编号：{reference}。",
        "en": "Your complaint is on record. Your reference is {reference}.",
    },
    "suggestion_filed": {
        "zh": "您的建议已登记，受理编号：{reference}。谢谢您花时间告诉我们。",
        "en": "Your suggestion is on record. Your reference is {reference}. Thank you for taking the time.",
    },
    "complaint_times": {
        "zh": "我们 {received}确认受理，{answer}给出答复。",
        "en": "We acknowledge it {received} and answer it {answer}.",
    },
    "suggestion_times": {"zh": "我们 {answer}给您回复。", "en": "We answer it {answer}."},
    "case_ask": {
        "zh": "凭编号随时可以查进度。",
        "en": "With this reference you can ask at any time how far it is.",
    },
    "case_received": {
        "zh": "您的{name} {reference} 已受理，{received}收到。",
        "en": "Your {name} {reference} has been received, on {received}.",
    },
    "case_in_progress": {
        "zh": "您的{name} {reference} 处理中：{received}收到，同事正在核实。",
        "en": "Your {name} {reference} is in progress: received on {received}, and a colleague is looking into it.",
    },
    "case_answered": {
        "zh": "您的{name} {reference} 已答复（{updated}）：",
        "en": "Your {name} {reference} was answered on {updated}:",
    },
    "case_by": {"zh": "收到后 {answer}给出答复。", "en": "We answer {answer} of receiving it."},
    "case_unknown": {
        "zh": "没有查到编号 {reference}，请再核对一下。编号找不到了，可以转人工，用绑定的手机号也能查到。",
        "en": "I can't find {reference}. Please check the reference once more. If you've lost it, a colleague can find "
        "your case by the phone number of your account.",
    },
    "escalate_supervisor": {
        "zh": "对处理不满意，可以要求主管复核，主管 {answer}回复。",
        "en": "If you're not satisfied, you can ask for a review by a supervisor, who answers {answer}.",
    },
    "escalate_call": {
        "zh": "在这里说“找主管”，或拨打 {phone} 都可以。",
        "en": "Ask for a supervisor here or call {phone}.",
    },
    "escalate_regulator": {
        "zh": "仍不同意，您有权向{regulator}投诉。",
        "en": "If you still disagree, you have the right to complain to {regulator}.",
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


def passed_on(reason: str, language: Language, away: bool) -> str:
    """That a conversation was handed to people, and why; nothing is promised at once when they are `away`."""
    return say(f"{reason}_away" if away and f"{reason}_away" in _TEXTS else reason, language)
