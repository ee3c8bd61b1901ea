from pathlib import Path

import numpy as np
import pytest

from topay_bot.retrieval.lexical import LexicalFeatures, features, likeness_among
from topay_bot.text import normalise

TEXTS = ["how long does a refund take", "cancel my refund", "退款多久到账", "怎么改支付密码", "reset my password"]


def test_chinese_gives_words_characters_and_sounds() -> None:
    words, grams, syllables = features("退款多久到账")
    assert {"w:退款", "w:多久 退款"} <= set(words)
    assert {"c:退", "c:退款"} <= set(grams)
    assert {"s:tui", "s:tui kuan", "s:dao zhang"} <= set(syllables)


def test_words_of_the_same_sound_sound_alike() -> None:
    assert features("帐号登录")[2] == features("账号登陆")[2]


def test_latin_words_are_stemmed_by_truncation_and_pairs_know_no_order() -> None:
    words, grams, syllables = features("transfers failed")
    assert words == features("transferred failed")[0]
    assert "w:faile trans" in words
    assert {"c:<t", "c:ed>"} <= set(grams)
    assert syllables == []


def test_rows_of_known_texts_are_unit_and_like_themselves() -> None:
    fitted, rows = LexicalFeatures.fit_encode(TEXTS)
    likeness = (rows @ rows.T).toarray()
    np.testing.assert_allclose(likeness.diagonal(), 1, atol=1e-5)
    assert likeness[0, 1] > likeness[0, 4] > -1e-6
    assert likeness[0, 2] == 0  # no word in common across languages
    np.testing.assert_allclose(fitted.encode(TEXTS).toarray(), rows.toarray())


def test_the_share_of_known_features() -> None:
    fitted, _ = LexicalFeatures.fit_encode(TEXTS)
    _, known = fitted.encode_known(["how long does a refund take", "refund zzzzqqq", "zzzzqqq", ""])
    assert known[0] == pytest.approx(1)
    assert 0 < known[1] < 1
    assert known[2] == known[3] == 0


def test_an_unknown_text_is_a_zero_row() -> None:
    fitted, _ = LexicalFeatures.fit_encode(TEXTS)
    assert fitted.encode(["zzzzqqq", ""]).nnz == 0


def test_rare_features_weigh_more() -> None:
    fitted, _ = LexicalFeatures.fit_encode(["refund now", "refund later", "refund password"])
    row = fitted.encode(["refund password"])
    by_name = {name: row[0, column] for name, column in fitted._column.items() if name.startswith("w:")}
    assert by_name["w:passw"] > by_name["w:refun"] > 0


def test_saved_and_loaded_are_the_same(tmp_path: Path) -> None:
    fitted, rows = LexicalFeatures.fit_encode([normalise(text) for text in TEXTS])
    fitted.save(tmp_path)
    np.testing.assert_array_equal(LexicalFeatures.load(tmp_path).encode(TEXTS).toarray(), rows.toarray())


def test_features_of_one_text_only_can_be_left_out() -> None:
    fitted, _ = LexicalFeatures.fit_encode(["refund now", "refund later"], least=2)
    assert "w:refun" in fitted._column
    assert "w:now" not in fitted._column


def test_likeness_among_rows_is_their_inner_products(monkeypatch: pytest.MonkeyPatch) -> None:
    _, rows = LexicalFeatures.fit_encode([*TEXTS, TEXTS[0], ""])
    expected = (rows @ rows.T).toarray()
    for frequent in (1, 2, 1000):  # all features dense, some, none
        monkeypatch.setattr("topay_bot.retrieval.lexical._FREQUENT", frequent)
        np.testing.assert_allclose(likeness_among(rows), expected, atol=1e-6)


def test_words_are_told_from_pairs_letters_and_sounds() -> None:
    lexical, rows = LexicalFeatures.fit_encode(["late refund", "退款"])
    assert [int(lexical.is_word[row.indices].sum()) for row in rows] == [2, 1]
    assert lexical.is_word.sum() == 3 < lexical.dimension
