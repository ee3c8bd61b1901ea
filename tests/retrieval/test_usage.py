import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topay_bot.retrieval.lexical import LexicalFeatures
from topay_bot.retrieval.passages import Passage, PassageKind, Rows, sections_among
from topay_bot.retrieval.postings import Postings
from topay_bot.retrieval.usage import Usage

QUESTION, SECTION, BACKGROUND = PassageKind.QUESTION, PassageKind.SECTION, PassageKind.BACKGROUND
WORDS = ["refund", "card", "late", "fee", "lock", "days", "bank"]
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
kinds = st.sampled_from([QUESTION, SECTION])
described = st.lists(st.tuples(st.sampled_from([*"abc", None]), kinds, texts), min_size=1, max_size=12)
no_rows = np.zeros(0, dtype=np.int64)


def _usage(passages: list[Passage], lexical: LexicalFeatures | None = None) -> tuple[Usage, LexicalFeatures]:
    lexical = lexical or LexicalFeatures.fit_encode([p.text for p in passages])[0]
    postings = Postings.of(lexical.encode([p.text for p in passages]))
    return Usage.of(postings, Rows.of(passages), sections_among(passages), lexical.is_word), lexical


def _passages(described: list[tuple[str | None, PassageKind, str]]) -> list[Passage]:
    described = sorted(described, key=lambda one: one[0] or "~")
    return [Passage(a, "en", kind if a else BACKGROUND, text) for a, kind, text in described]


def test_both_measures_on_a_case_counted_by_hand() -> None:
    usage, lexical = _usage(
        [
            Passage("a", "en", QUESTION, "email"),
            Passage("a", "en", QUESTION, "email now"),
            Passage("a", "en", SECTION, "email"),  # counts everywhere, but not for its article
            Passage("b", "en", QUESTION, "phone"),
            Passage(None, "en", BACKGROUND, "weather"),
        ]
    )
    ((likelihood, share), (elsewhere, none)) = usage(lexical.encode(["email"]))[0]
    usual = (3 + 0.5) / (5 + 1)
    assert likelihood == pytest.approx(math.log((2 + 8 * usual) / (2 + 8) / usual), abs=1e-5)
    assert share == pytest.approx(1)
    assert elsewhere == pytest.approx(math.log(8 / 9), abs=1e-5)
    assert none == 0


def test_what_is_asked_often_tells_more_than_what_is_said_once() -> None:
    often = [Passage("a", "en", QUESTION, f"change email {word}") for word in WORDS]
    once = [Passage("b", "en", QUESTION, f"change phone {word}") for word in WORDS[1:]]
    usage, lexical = _usage([*often, *once, Passage("b", "en", QUESTION, "change phone or email")])
    meant, neighbour = usage(lexical.encode(["email"]))[0]
    assert (meant > neighbour + 0.2).all()


def test_a_question_of_unknown_words_tells_nothing() -> None:
    usage, lexical = _usage([Passage("a", "en", QUESTION, "refund"), Passage("b", "en", QUESTION, "card")])
    assert not usage(lexical.encode(["zzz", ""])).any()


def test_a_labelled_question_speaks_for_all_its_articles() -> None:
    both = Passage("a", "en", PassageKind.LABELLED, "refund late", also=("b",))
    usage, lexical = _usage([both, Passage("b", "en", QUESTION, "card")])
    first, second = usage(lexical.encode(["late"]))[0]
    assert first[1] == pytest.approx(1)
    assert second[1] == pytest.approx(math.sqrt(1 / 2))
    assert not usage.beside(lexical.encode(["late"]), [np.array([0])]).any()


@given(described, st.lists(texts, min_size=1, max_size=3), st.data())
def test_beside_rows_and_articles_is_as_if_they_had_never_been(
    found: list[tuple[str | None, PassageKind, str]], asked: list[str], data: st.DataObject
) -> None:
    passages = _passages(found)
    usage, lexical = _usage(passages)
    articles = Rows.of(passages).articles
    own = data.draw(st.sets(st.integers(0, len(passages) - 1), max_size=len(passages) - 1))
    held_out = sorted(data.draw(st.sets(st.sampled_from(range(len(articles)))))) if articles else []
    encoded = lexical.encode(asked)
    beside = usage.beside(encoded, [np.array(sorted(own), dtype=np.int64)] * len(asked), held_out)
    assert np.isfinite(beside).all()
    gone = {articles[article] for article in held_out}
    left = [p for row, p in enumerate(passages) if row not in own and p.article not in gone]
    if not left:
        assert not beside[:, [a for a in range(len(articles)) if a not in held_out], 1].any()
        return
    alone, _ = _usage(left, lexical)
    expected = alone(encoded)
    for place, article in enumerate(Rows.of(left).articles):
        np.testing.assert_allclose(beside[:, articles.index(article)], expected[:, place], atol=1e-4)
    assert not beside[:, held_out].any()
