"""Wishes for a person: heard in any wording, and not heard where people are only talked about.

The lists were written from imagination, before any judging question was looked at.
"""

import pytest

from topay_bot.answering.wishes import wishes_person
from topay_bot.text import normalise

WISHES_ZH = """
转人工
我要转人工客服
給我轉人工
轉接真人客服
人工
人工！
人工人工
人工服务
人工客服在吗
客服
客服呢
客服在吗
在线客服
真人
能不能找个真人跟我说
我想和真人聊
想跟真人客服讲两句
有真人吗
有没有活人啊
有没有人工
有没有人啊
喂，有真人吗
有人冒充你们客服骗了我的钱，快给我转人工
客服电话打不通，给我转人工
不用发文章了，转人工
人呢
来个人
来人啊
叫个人来行不行
换个人来
换个真人
换人工
别让机器人回我了
别再自动回复了
不要机器人
不要自动回复，我要人
我不想跟机器人聊了
我不想和机器说话
机器人滚，叫人来
跟你这机器说不清楚，找个人来
你听不懂，帮我转客服
你是机器人吧，给我找个人
我要找人
我要跟人说话
让人来跟我说
让你们的人来处理
叫你们的客服人员来
叫客服出来
喊你们经理过来
找你们主管
我要和你们负责人谈
找个能做主的人
麻烦安排个工作人员对接一下
请安排专员联系我
请帮我转接专人
请为我接通人工坐席
帮我接一下人工
帮忙接个人工呗
能给我接通客服吗
可以转接人工吗
怎么转人工
如何联系人工客服
人工客服怎么找
人工在哪里
人工客服入口在哪
怎么才能找到真人
怎样才能跟客服说上话
联系人工
呼叫客服
接线员
我要接线员
让客服给我回个电话
让客服联系我
打电话给我说吧
派个人跟我沟通
我要求人工处理
需要人工协助
要人工帮忙
还是转人工吧
算了，转人工
直接给我人工
别废话转人工
老人家不会弄，想找人帮忙讲讲
zhuan ren gong
zhuanrengong
wo yao ren gong ke fu
转人gong
人工客服 请
转 人 工
急，找人工
退款的事我要跟人工说
这个问题很复杂，请人工看一下
能让同事来帮我吗
叫同事来
我需要真人帮助
""".strip().splitlines()

NO_WISHES_ZH = """
人工审核要多久
人工审核不通过怎么办
实名认证是不是人工审的
不用转人工，我自己看看
先不用找客服
不需要人工了，谢谢
你是真人还是机器人
你是人工吗
我要投诉你们的客服专员
你们客服态度太差了
客服骂我
转人工排队排了半小时
人工客服一直没人接
排队等人工等了好久
有人冒充客服人员给我打电话
自称是客服的人让我转账
假客服怎么识别
人工智能是什么
人工费谁出
退款几天能到
转账给错人了
我把钱转给别人了
怎么转账给朋友
找人代付可以吗
让家人帮我付
有人登录我的账号
有人用我的卡消费
有人加我微信让我转账
客服电话是多少
人工客服几点上班
你们客服晚上几点下班
在线客服工作时间
跟客服说过了没用
上次客服让我等三天
客服说三天到账怎么还没到
我问过客服了
商家客服不理我
卖家客服不给退
联系不上卖家
联系客服前要准备什么
怎么评价刚才的客服
给客服打分
换个手机号
换绑手机
接收不到验证码
收款人写错了
转给了陌生人
需要本人到场吗
要本人身份证吗
叫什么名字好
两个人能用一个账号吗
一个人能开几个账户
机器人是怎么回答问题的
你是机器人吗
谁在用我的账户
我的钱转到别人账上了
代理人能帮我注销吗
怎么给员工发工资
转专户是什么意思
""".strip().splitlines()

WISHES_EN = """
I want to talk to a human
i wanna talk to somebody
agent please
agent
AGENT!!!
human
HUMAN
human please
real person
representative
operator
customer service
customer support please
live agent
live chat with an agent
Can you connect me to a real person?
connect me with support
please connect to agent
transfer me to an agent
transfer to human
put me through to someone
could you put me through to a colleague
pass me on to your team
hand me over to a human
speak with a customer service representative
I'd like to speak to somebody in support
let me speak to a manager
I need to speak with your supervisor
let me talk to your boss
chat with a person
can I chat with a live person
is there a real person I can talk to
are there any humans here
any human there?
Is anybody there? A real person please
hello is anyone real there
where are the humans? give me a colleague
get me someone from your support staff member
get me a human being
give me a real human
give me someone who understands
find me somebody who can help
I need a human
need human now
need a live person asap
want human not machine
want talk with real people
I want speak human
I would rather talk to a person
I'd prefer a human
stop with the bot
no more bots
no bot please
not a bot, a person
I don't want to talk to a bot
don't want a robot
I hate this bot
tired of talking to a machine
this bot is useless get me a person
how do I reach a human
how can I get a live agent
how do i get past this bot
how to contact a real agent
I want to be connected to an employee
have someone call me
can someone call me back
please call me back
ask a colleague to contact me
could a member of staff look at this
I want a staff member to handle this
I need human help
human help please
human assistance needed
escalate this to a person
just let me talk to someone
can i speak to anyone
please get a real agent for my refund problem
i want an actual person to look into my case
switch me to a person
bring in a human
csr please
rep
speak to agent
I was scammed by somebody claiming to be support, get me a human now
your agent was rude, I want to talk to another person
are you a bot? let me talk to a human
""".strip().splitlines()

NO_WISHES_EN = """
are you a real person
are you a bot
am I talking to a human
I sent money to the wrong person
someone else logged into my account
somebody used my card
don't transfer me to an agent
no need for a human
I don't need to talk to anyone, thanks
your agent was rude to me
I want to complain about an agent
the agent told me to wait three days
I already talked to an agent yesterday
I spoke with your support and nothing happened
how do I send money to a person
can I give money to someone else
transfer money to another person
can somebody else use my account
can two people share one account
what time does customer service open
customer service hours
what is the customer service phone number
how long is the queue for an agent
waiting for an agent for an hour
someone pretending to be support called me
a fake agent asked for my code
how do I rate the agent
what should I have ready before I contact support
the seller's customer service ignores me
merchant support does not reply
someone asked me to share my screen
a person I met online asked me to send money
can I pay someone without an account
I want to pay a person by phone number
refund to the person who paid
get a receipt for my employee
who can see my personal information
need a representative office address
operator error on the payment
payment for travel agent failed
I need an invoice for my manager
what does the bot do
can my family member use my card
I need to change my phone number
how do I get my money back
let me know when it arrives
call failed when I verify my card
how do I find my order number
get me my refund
put money on my account
give me my money
""".strip().splitlines()


@pytest.mark.parametrize("text", WISHES_ZH + WISHES_EN)
def test_a_wish_for_a_person(text: str) -> None:
    assert wishes_person(normalise(text))


@pytest.mark.parametrize("text", [*NO_WISHES_ZH, *NO_WISHES_EN, ""])
def test_no_wish_for_a_person(text: str) -> None:
    assert not wishes_person(normalise(text))


def test_the_lists_are_long_enough_to_mean_something() -> None:
    assert min(len(WISHES_ZH), len(WISHES_EN)) >= 60
    assert min(len(NO_WISHES_ZH), len(NO_WISHES_EN)) >= 45
