import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from topay_bot.retrieval.lexical import LexicalFeatures
from topay_bot.retrieval.mentions import Mentions
from topay_bot.retrieval.passages import Passage, PassageKind, Rows

WORDS = ["refund", "card", "late", "fee", "lock", "days", "bank"]
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
passages = st.lists(st.tuples(st.sampled_from([*"abc", None]), texts), min_size=1, max_size=12)


def _shelf(
    found: list[tuple[str | None, str]], also: tuple[str, ...] = ()
) -> tuple[Mentions, LexicalFeatures, sp.csr_matrix]:
    found = sorted(found, key=lambda one: one[0] or "~")
    kinds = {True: PassageKind.BACKGROUND, False: PassageKind.LABELLED}
    made = [Passage(a, "en", kinds[a is None], text, also if a == "a" else ()) for a, text in found]
    lexical, matrix = LexicalFeatures.fit_encode([p.text for p in made])
    return Mentions.of(matrix, Rows.of(made)), lexical, matrix


def test_what_an_article_says_in_any_passage_is_mentioned() -> None:
    mentions, lexical, _ = _shelf([("a", "refund late"), ("a", "bank"), ("b", "card fee"), (None, "lock")])
    whole, part, nothing, elsewhere = mentions(lexical.encode(["late bank", "refund fee", "unheard of", "lock"]))
    assert whole[0] > 0.4  # what it lacks is the pair of both words
    assert whole[1] < 0.15  # a pair of letters, as "ar" in "card"
    assert 0.2 < part[0] < 0.6
    assert 0.2 < part[1] < 0.6
    assert nothing.max() < 0.15
    assert elsewhere.max() < 0.15  # background questions speak for no article


def test_one_word_said_nowhere_lowers_the_share_of_every_article() -> None:
    mentions, lexical, _ = _shelf([("a", "refund late"), ("b", "card fee")])
    (without,), (with_it,) = mentions(lexical.encode(["refund late"])), mentions(lexical.encode(["refund late alipay"]))
    assert without[0] == pytest.approx(1)
    assert 0 < with_it[0] < without[0]


def test_a_labelled_question_speaks_for_all_its_articles() -> None:
    mentions, lexical, matrix = _shelf([("a", "refund late"), ("b", "card")], also=("b",))
    assert mentions(lexical.encode(["late"]))[0] == pytest.approx([1, 1])
    assert mentions(matrix[:1])[0] == pytest.approx([1, 1])
    # Without itself it is mentioned nowhere, but for letters that "card" has too.
    assert mentions.beside(matrix[:1], [np.array([0])])[0] == pytest.approx([0, 0], abs=0.02)


@given(passages, st.lists(texts, min_size=1, max_size=4))
def test_one_question_and_many_are_told_the_same(found: list[tuple[str | None, str]], asked: list[str]) -> None:
    mentions, lexical, _ = _shelf(found)
    together = mentions(lexical.encode(asked))
    assert together.shape[0] == len(asked)
    assert ((together >= 0) & (together <= 1 + 1e-5)).all()
    for text, one in zip(asked, together, strict=True):
        np.testing.assert_allclose(mentions(lexical.encode([text]))[0], one, atol=1e-5)


@given(passages, st.data())
def test_beside_itself_is_as_if_its_rows_were_not_there(
    found: list[tuple[str | None, str]], data: st.DataObject
) -> None:
    mentions, _, matrix = _shelf(found)
    own = np.array(sorted(data.draw(st.sets(st.integers(0, len(found) - 1), min_size=1))))
    beside = mentions.beside(matrix[own[:1]], [own])
    # The same rows, those left out emptied: an article keeps its number though it says nothing more.
    keep = sp.diags(np.isin(np.arange(len(found)), own, invert=True).astype(np.float32))
    emptied = sp.csr_matrix(keep @ matrix)
    emptied.eliminate_zeros()
    sorted_ = sorted(found, key=lambda one: one[0] or "~")
    rows = Rows.of([Passage(a, "en", PassageKind.LABELLED, text) for a, text in sorted_])
    np.testing.assert_allclose(beside, Mentions.of(emptied, rows)(matrix[own[:1]]), atol=1e-5)
