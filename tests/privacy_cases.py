"""Texts with and without secrets. The server's masking and its twin in the browser both keep to this table."""

from __future__ import annotations

# As written, and as it is stored.
MASKED = [
    # cards
    ("我的卡 4111111111111111 付不了", "我的卡 [card] 付不了"),
    ("4111 1111 1111 1111", "[card]"),
    ("4111-1111-1111-1111", "[card]"),
    ("４１１１　１１１１　１１１１　１１１１", "[card]"),
    ("卡:6222021234567890128,扣了两次", "卡:[card],扣了两次"),
    ("卡号6222020200112233445", "卡号[card]"),  # no Luhn number, but named
    ("card number: 1234567890123456", "card number: [card]"),
    ("pay 378282246310005 failed", "pay [card] failed"),
    ("4111111111111111 123", "[card] 123"),
    ("2 4111 1111 1111 1111", "2 [card]"),
    ("付了.4111111111111111", "付了.[card]"),
    ("6212345678901265 / 5555555555554444", "[card] / [card]"),
    ("order paid with 4111111111111111", "order paid with [card]"),
    ("4111\u200b1111\u200b1111\u200b1111", "[card]"),
    ("٤١١١١١١١١١١١١١١١", "[card]"),
    # resident IDs and passports
    ("身份证110105194912310021", "身份证[id]"),
    ("11010519491231002X", "[id]"),
    ("11010519491231002x是我的", "[id]是我的"),
    ("110105 19491231 002X", "[id]"),
    ("１１０１０５１９４９１２３１００２Ｘ", "[id]"),
    ("身份证号：110105491231002", "身份证号：[id]"),
    ("id number is 110105194912310022", "id number is [id]"),  # a slip in the last digit, but named
    ("我的护照号是E12345678", "我的护照号是[id]"),
    # telephone numbers
    ("我手机13800138000", "我手机[phone]"),
    ("138 0013 8000", "[phone]"),
    ("138-0013-8000", "[phone]"),
    ("1380 013 8000", "[phone]"),
    ("+86 138 0013 8000", "[phone]"),
    ("008613800138000", "[phone]"),
    ("call +44 20 7946 0958 now", "call [phone] now"),
    ("+14155552671", "[phone]"),
    ("(415) 555-2671", "[phone]"),
    ("415-555-2671", "[phone]"),
    ("010-12345678", "[phone]"),
    ("(0755)12345678", "[phone]"),
    ("电话是91234567", "电话是[phone]"),
    ("my phone number is 555 0134", "my phone number is [phone]"),
    # e-mail
    ("邮箱abc.d+e@qq.com谢谢", "邮箱[email]谢谢"),
    ("write to o'brien@mail.example.co.uk.", "write to [email]."),
    ("ａｂｃ＠ｑｑ．ｃｏｍ", "[email]"),
    ("zhang@公司.中国", "[email]"),
    ("me(at)mail.example", "[email]"),
    # one-time codes
    ("验证码是123456", "验证码是[code]"),
    ("验证码：１２３４５６，5分钟内有效", "验证码：[code]，5分钟内有效"),
    ("收到验证码 1234 了", "收到验证码 [code] 了"),
    ("验证码 123-456", "验证码 [code]"),
    ("验证码是A1B2C3", "验证码是[code]"),
    ("123456是我的验证码", "[code]是我的验证码"),
    ("123456，这是验证码", "[code]，这是验证码"),
    ("发来1234的验证码", "发来[code]的验证码"),
    ("my code is 123456", "my code is [code]"),
    ("the code they sent me was 123456", "the code they sent me was [code]"),
    ("123456 is my verification code", "[code] is my verification code"),
    ("OTP 123 456", "OTP [code]"),
    ("我的pin是1234", "我的pin是[code]"),
    ("code didn't work: 12345678", "code didn't work: [code]"),
    # card verification values
    ("cvv 123", "cvv [cvv]"),
    ("安全码是1234", "安全码是[cvv]"),
    ("背面三位数字：123", "背面三位数字：[cvv]"),
    ("security code 123", "security code [cvv]"),
    ("123 is my cvv", "[cvv] is my cvv"),
    # passwords
    ("密码是abc123", "密码是[password]"),
    ("密码：ａｂｃ１２３", "密码：[password]"),
    ("密码abc123", "密码[password]"),
    ("我的支付密码123456", "我的支付密码[password]"),
    ("密码改成了 Sunshine", "密码改成了 [password]"),
    ("密码是“abc123”", "密码是“[password]”"),
    ("密码还是abc123，登录不了", "密码还是[password]，登录不了"),
    ("密码是a\u200bbc123", "密码是[password]"),
    ("我的password是hunter2", "我的password是[password]"),
    ("abc123是我的支付密码", "[password]是我的支付密码"),
    ("my password is hunter2", "my password is [password]"),
    ("my password is sunshine please help", "my password is [password] please help"),
    ("My Password Is Still Hunter2!", "My Password Is Still [password]"),
    ("password: p@ss-word", "password: [password]"),
    ("pwd=123456", "pwd=[password]"),
    ("hunter2 is my login password", "[password] is my login password"),
    ("I changed my login password to sunshine", "I changed my login password to [password]"),
    ("password's hunter2", "password's [password]"),
    # more than one
    (
        "卡4111111111111111 cvv 123 密码是abc123 手机13800138000",
        "卡[card] cvv [cvv] 密码是[password] 手机[phone]",
    ),
]

# Nothing in these is masked.
SURVIVES = [
    # order numbers
    "订单号2024050112345678没到账",
    "订单2024050122001456781234567890怎么退",
    "4200001234202405011234567890",
    "订单号：4111111111111111",
    "order no. 4111111111111111",
    "transaction id 5555555555554444 is pending",
    "流水号20240501123456789012",
    "20240501-12345678-1234",
    "TX20240501123456",
    # amounts and figures
    "扣了5000元", "多扣了12345.67元", "验证码 5000元", "收入 +5000 2024-05-01", "+123456789元", "￥100000000",
    "1,234,567.89", "尾号1234的卡", "手机尾号5678", "卡号后四位1234", "充值100 200 300 500",
    # error codes
    "错误代码50012", "错误码：50012", "error code 50012", "Error Code: 4001", "50012 is the error code",
    "提示50012", "status code 5001", "cvv 不对 error 502", "promo code 123456", "zip code 518000", "QR code 1234",
    # dates and times
    "2024-05-01 12:30:45", "code not received 2024-05-01", "密码 2024年改的", "验证码 2024-05-01 就没收到",
    "my password is wrong since 12/05", "验证码10分钟了还没到",
    # secrets that are not told
    "我忘记密码了", "密码错误", "密码是什么", "密码怎么改", "密码6位数", "支付密码要6到20位", "密码错误50012",
    "验证码收不到", "收不到验证码", "验证码收不到 95188", "95188发的验证码", "没收到验证码，等了1000秒",
    "my password is not working", "my password is wrong", "password is incorrect", "Password: required",
    "what is my password", "forgot password", "how do i change my password to something else",
    "my password was posted in a group chat", "A good password is long, hard to guess", "密码是wrong",
    "1. Login password: combine a few unrelated words", "password is 8-20 characters", "a 6-digit password",
    "I never got a code", "the code expired after 5 minutes", "pinduoduo 123456", "ping 123456",
    # service lines are nobody's own, and evidence in a report of a scam
    "400-000-0000", "400-123-4567打来说我中奖了", "拨打95188", "800-820-1234", "(800) 820-1234", "电话4001234567",
    # versions, addresses, marks
    "v8.12.3", "192.168.100.200", "iPhone 15 Pro", "www.topay.example", "@topay", "a@b",
    "[card] [id] [phone] [email] [code] [password] [cvv]", "密码是[password]，验证码[code] 8888",
]  # fmt: skip
