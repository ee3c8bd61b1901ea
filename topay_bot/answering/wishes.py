"""The wish for a person, heard in the words themselves.

A missed wish shuts a customer in with a machine; a wish heard wrongly costs a colleague a minute. So the patterns
are broad, and what only talks about people (an agent's manners, money sent to somebody, a queue) is taken out again.
A wish worded in yet another way is found by retrieval, through the article on human service. Texts are normalised
before; each list is one pattern an entry.
"""

from __future__ import annotations

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


# Chinese is matched without its spaces.
_HUMAN_ZH = r"(?:真人|大?活人|(?:ren|人)(?:工|gong)(?!审|智能|费|成本|复核|认证|核实)|真的?客服)"
_CLERK_ZH = r"客服(?:人员|专员|小姐姐|小哥哥?|妹妹|代表|经理|主管)?"
_STAFF_ZH = (
    rf"(?:{_HUMAN_ZH}|{_CLERK_ZH}|接线员|话务员|[坐座]席|专员|专人|工作人员|同事|负责人|主管|经理|领导|管事的|"
    "做主的|懂的人|你们的人|值班的?人?)"
)
_ONE_ZH = r"(?:一|[下个位名]|[你您]们的?|那边的?|我们?|能|去|直接|还是|真正的?|别的)*"
_CALL_ZH = r"(?:转[接到给去成回]?|接[通入到]?|找到?|[叫喊来]|换成?|呼叫|连|派|安排|要求?|需要|给我|让|请(?!问))"
_SAY_ZH = r"(?:说|聊|讲|谈|沟通|对话|通话|交流|反映)(?!过|了)"
_END_ZH = r"[吗嘛么啊呢吧呀啦呗没!！?？。.,~～]*$"
_START_ZH = r"^(?:喂|[你您]好|请问?|急|亲|麻烦)*[,，!！]?"
_WISH_ZH = _any(
    # "转人工", "安排个工作人员", but not "让客服说…", where the clerk does something else.
    rf"{_CALL_ZH}{_ONE_ZH}{_STAFF_ZH}(?!来电|电话|热线|号码|[说让叫要骂推]|告诉|态度|一直|聊天|查|尽快|处理快|明白)",
    rf"(?:有没有|有|联系|连线|寻求|请求|直连){_ONE_ZH}{_HUMAN_ZH}",
    # "跟人工说", "怎样才能跟客服说上话"
    rf"(?<!没)(?:[跟和同与找]){_ONE_ZH}{_STAFF_ZH}.{{0,3}}?{_SAY_ZH}(?!.{{0,6}}(?:身份|隐私|安全|效率))",
    rf"[跟和同与]{_ONE_ZH}{_HUMAN_ZH}",
    rf"[想要换去][跟和找]?个?人工?{_SAY_ZH}|直接[跟和]人[说讲聊谈]",
    rf"{_STAFF_ZH}(?:来|能|可以)?(?:帮我(?!解决了|弄)|处理一下|来帮|看一下|协助)",
    # "人工！", "人工客服在哪里", "客服呢"
    rf"(?:{_START_ZH}|[ ,，。!！赶紧的快])(?:{_HUMAN_ZH})+"
    rf"(?:服务|客服|[坐座]席|台|协助|帮助|帮忙|处理|呢|在|哪|里|入口|请)*{_END_ZH}",
    rf"{_START_ZH}(?:在线)?{_CLERK_ZH}(?:呢|在|哪|里|不|去|了|出来|一下|[,，])*{_END_ZH}",
    rf"{_START_ZH}(?:接线员|话务员|坐席){_END_ZH}",
    rf"(?:怎么|如何|怎样|哪里|才能).{{0,6}}(?:转|找|接|联系|到).{{0,3}}{_HUMAN_ZH}|{_HUMAN_ZH}(?:客服)?(?:在哪|怎么[找转接联进])",
    # Somebody, without a noun.
    r"(?:[换来找叫派喊让要]|安排|给我)(?:我|一)?[个位]?(?:能做主的|懂的|正常)?人"
    r"(?:来|[跟和]我|帮|给我|行|吧|呗|说话|[聊讲]|处理|解决|沟通|对接|出来|看看|接待|服务)",
    r"^(?:换人|来人|人呢|有没有(?:真|活)?人(?:在|啊|呀|呢|理|管|回|$))|[,，。!！](?:换人|来人|人呢|叫人)",
    r"[想要]找人(?:$|[,，。!！说聊讲帮问])|[来找叫]个(?:能做主的|懂的)?人$",
    # A call from a person.
    r"(?:[让请派叫能]|安排|麻烦|可不可以|可以|希望|要求)(?!我).{0,8}"
    r"(?:联系(?:一下)?我|[给回]我.{0,3}电话|打个?电话给我|回个?电)",
    rf"^(?:直接|那|还是|快|请|麻烦)*(?:给我)?[打回]个?电话(?:给我)?[说讲聊行]?{_END_ZH}",
    # No machine.
    r"(?:不[要想用跟和]|别|少|拒绝|讨厌|烦|受够|懒得).{0,6}(?:机器人|跟机器|和机器|自动回复|人机|智能客服|ai(?![a-z]))",
    r"(?:机器人?|人机)(?:滚|走开|闭嘴|退下|下线|听不懂|不懂|没用|解决不了|解答不了|不行|说不清)",
)
_PINYIN = _any(
    r"\b(?:zhuan|yao|zhao|jie|huan|jiao|lian ?xi) ?(?:yi ?xia ?)?(?:ge ?)?(?:ren ?gong|ke ?fu|zhen ?ren|huo ?ren)",
    r"^(?:ren ?gong|zhen ?ren|ke ?fu)(?: ?ke ?fu| ?fu ?wu)?$",
    "zhuan ?人工",
    "转人[公功攻供]",
)
# What talks about people without wanting one; taken out before a wish is looked for.
_ASIDE_ZH = _any(
    r"(?:不[用要想]|别(?!废话|再|老)|无需|不需要|先不|没必要|用不着|不必).{0,3}[转找接叫要]?.{0,2}(?:人工|客服|真人)(?!智能)",
    r"(?:投诉|评价|打分|评分|好评|差评).{0,8}(?:客服|专员|坐席|工作人员|同事)|给.{0,4}客服.{0,3}(?:打分|评|好评|点赞)",
    rf"{_CALL_ZH}?{_STAFF_ZH}.{{0,8}}(?:态度|骂|敷衍|电话(?:是|多少|号)|热线|几点|[上下]班|时间|没人|不接|不理|好评)",
    r"几点.{0,6}(?:人工|客服)|(?:联系|找)?(?:人工|客服)之?前|再找人工|要不要.{0,3}人工|上次.{0,3}人工",
    r"[你您]是.{0,4}(?:真人|人工|机器人|活人)(?!.{0,8}[转找换叫])|^(?:对面)?是(?:真人|人工)",
    r"[转找排等].{0,6}(?:人工|客服).{0,8}(?:没人|等(?!不及)|排队|排了|不接|好久|半天|小时)|排队等.{0,3}(?:人工|客服)",
    rf"(?:假|冒充|自称|假装|骗子).{{0,6}}{_STAFF_ZH}",
    r"(?:商家|卖家|店家|店铺|商户|快递|银行|淘宝|京东|拼多多|微信|支付宝).{0,3}客服",
    r"[跟找问]?客服(?:让|叫|说(?!话|上|[一两]|说)|告诉|跟我说)|联系客服(?:的?方式|需要|要准备)",
    r"(?:英语|英文|粤语|日语|外语|方言).{0,3}(?:客服|人工)",
)

_MANY_EN = (
    r"(?:(?:an?|the|y?our|ur|some|another|any|actual|real|live|living|human|bloody|damn|customer|support|service|care|proper|"
    r"young|qualified|more|different|member|one|of|senior) )*"
)
_STAFF_EN = (
    r"(?:h[ue]?um[ae]ns?(?: beings?)?|humn|ag[ea]nts?|agnet|reps?|rep\w*s[ea]nt\w*|operators?|advis[oe]rs?|csr|"
    r"staff(?: members?)?|colleagues?|team members?|support team|employees?|specialists?|supervisors?|managers?|boss|"
    r"(?:customer|live|human) (?:service|support|care|chat)|(?:real|live|actual|living|human) (?:persons?|people|one)|"
    r"member of (?:staff|y?our team))"
)
_SOMEBODY_EN = r"(?:persons?|persn|people|some(?:one|body)|any(?:one|body)|one of you|support|team|soul)"
_PERSON_EN = rf"{_MANY_EN}(?:{_STAFF_EN}|{_SOMEBODY_EN})\b(?!'s)"
_TONGUE_EN = r"(?:english|chinese|cantonese|mandarin|german|french|spanish|japanese|korean|russian)"
_PLEASE_EN = r"(?: (?:please|pls|plz|now|asap|help|support|assistance|needed))*"
# What may follow "get me somebody": nothing, or what a person is wanted for; not "access to my account".
_FOR_EN = (
    rf"{_PLEASE_EN}(?: (?:here|today|instead|real|right now|immediately|on the (?:phone|line)|from|in|who|that|not|for|"
    r"to (?:talk|speak|chat|help|handle|look|explain|assist|call|deal|fix|sort|check|solve))\b.*)?[!?. ]*(?:$|[,;])"
)
_WISH_EN = _any(
    rf"\b(?:(?:talk|sp[ea]+k|chat)(?: directly| live| on the phone)? (?:to|w/?|with)|talk|sp[ea]+k) {_PERSON_EN}",
    rf"\b(?:connect|transfer|switch|put|pass|hand|escalate|forward|direct|route)(?:ed)?(?: me| us| this| it)?"
    rf"(?: over| on| through| thru| in touch)?(?: (?:to|with))? {_PERSON_EN}(?! stuck)",
    rf"\b(?:get|give|gimme|find|send|bring|call|fetch|need|want|prefer|like|have|request)(?: me| us)?(?: in)? "
    rf"(?:{_MANY_EN}{_STAFF_EN}\b(?!'s|s? (?:account|code|error|number|phone|hours|name|[0-9]))|{_PERSON_EN}{_FOR_EN})",
    rf"\b(?:reach|get (?:hold of|to|through to)|contact) {_MANY_EN}(?!customer|support){_STAFF_EN}\b(?!'s)",
    rf"\blet {_PERSON_EN} (?:take|handle|look|help|deal)|\bwhere (?:is|are) {_MANY_EN}{_STAFF_EN}(?! in)",
    r"(?:^|[.!?,;] )(?:(?:hi|hello|hey|please|pls|ok|no|just|i said)[,! ]+)*"
    rf"(?:{_MANY_EN}(?:{_STAFF_EN}|person|people|support){_PLEASE_EN}[!?., ]*)+$",
    rf"\b(?:is|are) there {_PERSON_EN}(?: real| human)? (?:i can|here|there|who (?:can|could)|to)(?! speaks)",
    r"\b(?:is|are) any(?:one|body)?(?: of)? (?:real|human)\w*",
    r"\bany(?:one|body)? (?:real|human)s?(?: people)? (?:here|there)",
    r"\bhuman (?:help|support|assistance|contact|please)\b",
    r"\b(?:help|assistance|support) from a (?:colleague|person|human)",
    # A call from a person.
    r"\b(?:some(?:one|body)|any(?:one|body)|one of you|staff|an? (?:colleague|agent|advisor|person|human))"
    r" (?:to )?(?:please )?(?:call|ring|phone|contact|message|get back to) me\b",
    r"(?:^|please |pls |you )call me(?: back)?(?: (?:please|pls|now|on|at)\b.*)?[!?. ]*$",
    rf"\b(?:can|could|would|may) (?:an? )?(?:{_STAFF_EN}|{_SOMEBODY_EN})(?: please)? (?:look|handle|take|step)\b",
    r"^(?:please )?(?:can|could|would) (?:some|any)(?:one|body)(?: please)? help(?: me)?(?: please)?[!?. ]*$",
    # No machine.
    r"\b(?:no|stop|not|hate|enough of|tired of|sick of|past|skip|bypass|useless) "
    r"(?:(?:more|with|this|the|an?|any|your|talking|to) )*"
    r"(?:(?:chat ?)?bots?|robots?|automated (?:answers?|repl\w+))\b",
    r"\b(?:refuse|won'?t|not going) to \w+(?: \w+)? (?:with|to) (?:an?|this|the) (?:bot|robot|machine)\b",
    r"\b(?:no|not|hate|tired of|sick of|don'?t want|rather than) (?:(?:an?|the|this|to|talk\w*|with) )*machines?$",
    r"\b(?:don'?t|do not) (?:want|like|need)(?: to)?(?: talk| speak| chat)?(?: to| with)?(?: an?| the| this| any)? "
    r"(?:(?:chat ?)?bots?|robots?|machines?|ai)\b",
)
_ASIDE_EN = _any(
    r"\b(?:don'?t|do not|no need|needn'?t)(?: want| need| have)?(?: to| for)?(?: talk| speak| transfer| connect)?"
    rf"(?: me)?(?: to| with)? {_PERSON_EN}",
    rf"\b(?:are|is) (?:you|u|this) {_PERSON_EN}|\bam i (?:talking|chatting|speaking) (?:to|with) {_PERSON_EN}",
    rf"\b(?:pretend|claim|fake|impersonat|scam|phish)\w*(?: \w+){{0,4}}? {_PERSON_EN}",
    r"\b(?:pay|give|lend|send) (?:some|any)(?:one|body) (?:else|money)",
    r"\b(?:wrong|same|other|second) person\b|\b(?:sen[dt]|paid|pay|transfer\w*)(?: \w+){0,2}? to another person\b",
    rf"\b{_PERSON_EN} (?:else|took|stole|used|is using|has|logged|hacked|asked|i met|by|told|said|promised|speaks)\b",
    r"\b(?:promised|hours?|open|rate|rating|queue|wait(?:ing|ed)?|how long|before i|tips)\b.{0,24}"
    r"\b(?:agents?|customer service|representative|human|support|colleague)\b",
    r"\b(?:service|support|agent)'?s? (?:hours|phone|number|open|available|address)",
    r"\b(?:seller|merchant|shop|store|bank|courier)(?:'?s)? (?:customer )?(?:service|support|agent|staff)",
    rf"{_PERSON_EN} in {_TONGUE_EN}|\b{_TONGUE_EN}[ -]speaking {_PERSON_EN}|{_PERSON_EN} (?:who|that) speaks",
    r"\boperator error|\btravel agent|\brepresentative office|\b\d stars\b",
)


_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff，。！？]+")


def wishes_person(text: str) -> bool:
    """Whether a normalised text says outright that its writer wants a person."""
    chinese = _ASIDE_ZH.sub(",", text.replace(" ", ""))
    if _WISH_ZH.search(chinese):
        return True
    # Chinese characters would be letters of the words beside them: "我要talk to a person".
    english = _ASIDE_EN.sub(", ", _HAN.sub(" ", text).strip())
    return bool(_WISH_EN.search(english) or _PINYIN.search(text))
