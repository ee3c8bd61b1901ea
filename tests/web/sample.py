"""A small knowledge folder: nine topics in both languages, ten questions each."""

from __future__ import annotations

from pathlib import Path

# id, category, more front matter, zh title, en title, zh questions, en questions
_TOPICS = [
    (
        "refund-how-long", "refund", "handoff: never\nrelated: [refund-request]",
        "退款多久到账", "How long a refund takes",
        "退款几天能到|退款多久到账|退款什么时候能收到|退的钱几天回来|退款要等多久|商家退款了钱多久到|"
        "退款到账时间|钱退了怎么还没到|多久能收到退款|退款几个工作日",
        "how long does a refund take|when will my refund arrive|refund arrival time|how many days for a refund|"
        "when do I get the refunded money|refund not arrived yet how long|how soon is a refund credited|"
        "refund waiting time|"
        "how long until the refund is back|days until refund",
    ),
    (
        "refund-request", "refund", "handoff: never", "怎么申请退款", "Ask for a refund",
        "怎么申请退款|我要申请退款|在哪里申请退款|退款怎么操作|如何发起退款|买错了想申请退款|订单怎么退款|"
        "申请退款的步骤|退款入口在哪里|不想要了怎么退款",
        "how do I ask for a refund|request a refund|where do I request a refund|steps to ask for a refund|"
        "I want to refund an order|start a refund|how to get my order refunded|where is the refund button|"
        "apply for a refund|refund request",
    ),
    (
        "reset-payment-password", "account", "handoff: never", "重置支付密码", "Reset the payment password",
        "怎么重置支付密码|支付密码忘了|忘记支付密码怎么办|支付密码怎么找回|修改支付密码|想换一个支付密码|"
        "支付密码重新设置|支付密码在哪里改|"
        "支付密码输错了要重置|怎么改支付密码",
        "how do I reset my payment password|forgot payment password|change my payment password|"
        "reset payment password|"
        "I forgot the payment password|where to change payment password|set a new payment password|"
        "recover payment password|payment password forgotten|new payment password",
    ),
    (
        "bind-card", "payment", "handoff: never", "绑定银行卡", "Add a bank card",
        "怎么绑定银行卡|如何添加银行卡|绑卡在哪里|添加一张新的银行卡|怎么绑卡|银行卡怎么绑定|加一张储蓄卡|"
        "绑定信用卡|支持绑哪些银行卡|绑卡步骤",
        "how do I add a bank card|link a bank card|add a card|bind my bank card|add a credit card|link a debit card|"
        "where do I add a card|which bank cards can I link|attach a new card|steps to link a card",
    ),
    (
        "transfer-limits", "payment", "handoff: never", "转账限额", "Transfer limits",
        "转账限额是多少|一天最多能转多少钱|单笔转账上限|每天转账额度|转账最多多少|怎么提高转账限额|"
        "超过转账限额了|转账额度在哪看|一个月能转多少|限额怎么查",
        "what is the transfer limit|how much can I transfer a day|daily transfer limit|most I can send at once|"
        "raise my transfer limit|transfer limit exceeded|where do I see my limits|monthly transfer limit|"
        "maximum transfer amount|limit per transfer",
    ),
    (
        "account-stolen", "security", "handoff: urgent\nrisk: high", "账户被盗", "Someone took over my account",
        "我的钱被别人转走了|账户被盗了怎么办|有人盗刷我的卡|不是我本人的付款|账号被盗|钱不见了被盗刷|"
        "有人用我的账户付款|发现陌生人转走了钱|被盗刷了|账户被别人登录了",
        "someone stole my money|my account was hacked|there is a payment I did not make|unauthorised payment|"
        "somebody transferred my money away|account stolen|stranger logged in to my account|"
        "money stolen from my account|"
        "a payment that is not mine|fraudulent payment on my account",
    ),
    (
        "complaint", "service", "handoff: always", "投诉", "Make a complaint",
        "我要投诉|怎么投诉商家|投诉你们的服务|投诉渠道是什么|向谁投诉|投诉一个商户|我对服务不满意要投诉|"
        "提交投诉|投诉处理要多久|投诉电话",
        "I want to make a complaint|how do I complain|file a complaint|complain about a merchant|complaint procedure|"
        "submit a complaint about your service|where can I complain|complaint form|lodge a complaint|"
        "complaint about service",
    ),
    (
        "service-human-agent", "service", "handoff: always", "人工客服", "Talk to a person",
        "转人工|人工客服|我要找真人|怎么联系人工客服|人工服务在哪里|找客服人员|联系客服|接人工|真人客服|客服在线吗",
        "talk to a human|I want to talk to a human|human agent|contact a person|speak to an agent|real person please|"
        "customer service agent|connect me to an agent|live agent|speak with someone",
    ),
    (
        "merchant-settlement", "merchant", "handoff: never", "商户结算", None,
        "商户什么时候结算|货款多久结算到账|商户结算周期|营业款什么时候到|结算账户怎么改|店铺收款几天结算|"
        "商家结算时间|结算单在哪里看|提现结算手续|商户货款到账",
        None,
    ),
]  # fmt: skip
_BACKGROUND = {
    "zh": "今天天气怎么样|推荐一部电影|北京到上海的火车|怎么做红烧肉|股票明天会涨吗|讲个笑话|附近的餐馆|"
    "帮我写一首诗|世界杯谁赢了|猫为什么会叫",
    "en": "what is the weather today|recommend a film|train to London|how to cook rice|will shares rise tomorrow|"
    "tell me a joke|restaurants nearby|write me a poem|who won the world cup|why do cats purr",
}
_BODY = {
    "zh": "这是《{title}》的说明。\n\n1. 打开应用。\n2. 按提示操作，<script>alert(1)</script>完成。\n\n"
    "客服电话：{{{{ facts.contact.phone }}}}",
    "en": "This is about **{title}**.\n\n1. Open the app.\n2. Follow the steps <script>alert(1)</script>.\n\n"
    "Telephone: {{{{ facts.contact.phone }}}}",
}


def write_knowledge(root: Path) -> None:
    """Write the folder."""
    for article, category, front, *titles_and_questions in _TOPICS:
        folder = root / category
        folder.mkdir(parents=True, exist_ok=True)
        for place, language in enumerate(("zh", "en")):
            title, questions = titles_and_questions[place], titles_and_questions[place + 2]
            if title is None or questions is None:
                continue
            asked = "".join(f"\n  - {question}" for question in questions.split("|"))
            text = f"---\ntitle: {title}\nquestions:{asked}\n{front}\n---\n\n{_BODY[language].format(title=title)}\n"
            (folder / f"{article}.{language}.md").write_text(text, encoding="utf-8")
    for language, questions in _BACKGROUND.items():
        (root / f"background.{language}.txt").write_text("\n".join(questions.split("|")), encoding="utf-8")
    (root / "facts.toml").write_text('[contact]\nphone = "400-123-0000"\n', encoding="utf-8")
