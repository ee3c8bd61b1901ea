"""Whether a text can be read at all, and whether it is in one of our languages. Texts are normalised before."""

from __future__ import annotations

import re
import unicodedata

_MARK = re.compile(r"\[[a-z]+\]")  # what privacy.mask leaves of a secret: it says nothing that could be answered
_CONTENT = re.compile(r"[^\W\d_]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_TOKEN = re.compile(r"[a-z\d]+")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_WALKS = frozenset(
    walk[start : start + length]
    for row in _ROWS
    for walk in (row, row[::-1])
    for length in (3, 4)
    for start in range(len(row) - length + 1)
)
_CLUSTER = re.compile(r"[bcdfghjklmnpqrstvwxz]{6,}")  # "lengths" has five
_REPEATED = re.compile(r"(.{1,3})\1{3,}")  # the same up to three signs four times and more


def illegible(text: str) -> bool:
    """Whether a text holds nothing to answer: no letter, marks and figures only, one Latin letter, keyboard mash."""
    text = _MARK.sub(" ", text)
    if _CONTENT.search(text) is None:
        return True
    if not text.isascii():
        return False
    tokens = _TOKEN.findall(text)
    return (len(tokens) == 1 and len(tokens[0]) == 1) or all(map(_mash, tokens))


def _mash(token: str) -> bool:
    """Whether a Latin token looks like fingers on a keyboard rather than a word in any language."""
    if len(token) <= 3:
        return token in _WALKS or (len(token) == 3 and len(set(token)) == 1)
    walked = sum(token[at : at + 4] in _WALKS for at in range(len(token) - 3))
    voiceless = len(token) >= 5 and not set(token) & set("aeiouy0123456789")
    repeated = _REPEATED.fullmatch(token) is not None
    return repeated or voiceless or 2 * walked >= len(token) - 3 or _CLUSTER.search(token) is not None


# Common words that English does not have, and by which a text in that language is known from two words on.
_FOREIGN_WORDS = {
    "fr": "je tu il nous vous les des une est suis sont pas mon ma mes votre avec pour dans sur qui que quoi comment "
    "pourquoi argent compte carte remboursement merci bonjour aide mot passe été ai avez peux puis quel quelle où",
    "es": "el los las una unos es soy está estoy mi mis su con para por qué que cómo dónde cuándo cuánto puedo quiero "
    "necesito tengo dinero cuenta tarjeta reembolso gracias hola ayuda contraseña pago como donde cuando del al lo se",
    "de": "ich du er wir ihr der die das ein eine ist bin sind nicht kein mein meine mit für auf wie was warum wo wann "
    "kann möchte habe geld konto karte rückerstattung danke hallo hilfe passwort und oder zurück bitte wird mich",
    "pt": "eu você ele nós os as um uma é sou estou não meu minha com para por que como onde quando quanto posso quero "
    "preciso tenho dinheiro conta cartão reembolso obrigado olá ajuda senha pagamento do da no na ao",
    "it": "io tu lui noi gli le un una è sono non mio mia con per che come dove quando quanto posso voglio ho soldi "
    "conto carta rimborso grazie ciao aiuto password pagamento il della nel alla perché mi",
    "nl": "ik jij hij wij het een is ben zijn niet geen mijn met voor op hoe wat waarom waar wanneer kan wil heb geld "
    "rekening kaart terugbetaling bedankt hallo hulp wachtwoord betaling en de van",
    "id": "saya anda dia kami yang dan di ke dari tidak bukan bagaimana apa mengapa dimana kapan bisa ingin uang akun "
    "kartu pengembalian terima kasih halo bantuan sandi pembayaran untuk dengan sudah belum ini itu ada",
    "vi": "tôi bạn của là không có được làm thế nào sao tại đâu khi muốn tiền tài khoản thẻ hoàn cảm ơn chào giúp mật "
    "khẩu thanh toán cho với này",
    "tr": "ben sen biz bir bu şu ve ile için nasıl ne neden nerede zaman para hesap hesabım kart iade teşekkürler "
    "merhaba yardım şifre ödeme değil var yok benim",
    "pl": "ja ty on my wy jest są nie mój moja z do na jak co dlaczego gdzie kiedy mogę chcę mam pieniądze konto karta "
    "zwrot dziękuję cześć pomoc hasło płatność się czy",
}
# English words that look like one of the above, and pinyin, stay ours.
_SHARED = frozenset(
    "il on me do as an is a i no so die was what per come con mi do in ha he to my we can have la de le un at or be "
    "use car pin card hi ok all man el al se bin hat war ma du ni ta na da di ke yang bu ben ve ne para van en of "
    "password and it not est mot passe aide pour sur wat op en ja z co ty".split()
)
_FOREIGN = {tongue: frozenset(listed.split()) - _SHARED for tongue, listed in _FOREIGN_WORDS.items()}
_ENGLISH = frozenset(
    "the a an i my me you your it is are was were be to of in on for with and or not no do does did don't can't how "
    "what why where when which who can could would will have has had this that from get got need want please help "
    "money account card refund pay payment password".split()
)


def foreign(text: str) -> bool:
    """Whether a text is in a language that is neither Chinese nor English.

    By its script (kana, Hangul, Cyrillic, ...) or, for Latin ones, by common words: two of one language at least, or
    a single one that is the whole text, and more than there are English ones.
    """
    letters = [char for char in text if char.isalpha()]
    if not text.isascii():
        strange = sum(not _HAN.match(char) and not _is_latin(char) for char in letters)
        # A single の is an ornament in Chinese.
        if strange >= 2 and strange >= 0.2 * len(letters):
            return True
        if _HAN.search(text):
            return False
    found = _WORD.findall(text)
    english = sum(word in _ENGLISH for word in found)
    known = max(sum(word in listed for word in found) for listed in _FOREIGN.values())
    return known > english and (known >= 2 or len(found) == known)


def _is_latin(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith("LATIN")
