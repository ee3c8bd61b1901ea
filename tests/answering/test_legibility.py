"""What cannot be read, and what is in a language that we do not speak."""

import pytest

from topay_bot.answering.legibility import foreign, illegible
from topay_bot.text import normalise

NOISE = [
    "",
    "...",
    "?!",
    "👍",
    "12345",
    "8",
    "100 200",
    "a",
    "X",
    "asdf",
    "asdfgh",
    "qwer",
    "zxcvbnm",
    "fjdksl",
    "sdkfjhsdkf",
]
NOISE += [
    "jjjjj",
    "xxxx",
    "hahahahaha",
    "lkjhgf",
    "qweqweqweqwe",
    "dfg dfgh sdfg",
    "[card]",
    "[card] [code]",
    "12 [phone]",
]
WORDS = [
    "好",
    "嗯",
    "ok",
    "no",
    "hi",
    "pin",
    "sms",
    "otp",
    "nfc",
    "help",
    "card",
    "refund",
    "thx",
    "pls",
    "property",
    "were",
]
WORDS += [
    "lengths",
    "html",
    "退款",
    "你好",
    "tui kuan",
    "1元",
    "4g",
    "wechat",
    "strengths of password",
    "power",
    "typewriter",
]
WORDS += ["a card", "cvv", "hmm", "my [card] is lost", "把[card]解绑", "kyc", "asap", "qr", "faq"]

FOREIGN = """
アカウントにログインできません
返金はいつですか
パスワードを忘れました
환불은 언제 받을 수 있나요
계정이 잠겼어요
как вернуть деньги
я не могу войти в аккаунт
كيف يمكنني استرداد أموالي
ฉันลืมรหัสผ่าน
मेरा पैसा वापस कब आएगा
πώς μπορώ να πάρω πίσω τα χρήματά μου
je voudrais un remboursement, comment faire
mon compte est bloqué, pourquoi
¿cómo puedo recuperar mi dinero?
olvidé mi contraseña, qué hago
no puedo entrar en mi cuenta por favor
wie bekomme ich mein geld zurück
mein konto ist gesperrt
como posso recuperar meu dinheiro
não consigo entrar na minha conta
non riesco ad accedere, come posso fare
dove sono i miei soldi
hoe krijg ik mijn geld terug
bagaimana cara mengembalikan uang saya
tôi muốn hoàn tiền
paramı nasıl geri alabilirim, hesap kilitli
jak mogę odzyskać pieniądze
bonjour
gracias
danke
hola
""".strip().splitlines()

OURS = """
退款几天能到
我の钱呢
微信pay怎么关
請問退款要幾天
tui kuan ji tian dao zhang
wo de zhang hao deng bu shang qu
How long does a refund take
refund pls
pay in Paris café
my card was declined at a café in São Paulo
does it work in Mexico
I am in Berlin, can I pay in euros
use pin or password
how come no money
can he pay per month
per day limit
no se
die app geht
hi
is it ok to pay in la
me want money back
my name has an é in it
""".strip().splitlines()


@pytest.mark.parametrize("text", NOISE)
def test_nothing_to_read(text: str) -> None:
    assert illegible(normalise(text))


@pytest.mark.parametrize("text", WORDS)
def test_something_to_read(text: str) -> None:
    assert not illegible(normalise(text))


@pytest.mark.parametrize("text", FOREIGN)
def test_another_language(text: str) -> None:
    assert foreign(normalise(text))


@pytest.mark.parametrize("text", OURS)
def test_our_languages(text: str) -> None:
    assert not foreign(normalise(text))
