import numpy as np
import pytest

from topay_bot.retrieval.comparison import KIN, Comparison, compare
from topay_bot.retrieval.lexical import LexicalFeatures
from topay_bot.retrieval.mentions import Mentions
from topay_bot.retrieval.passages import Passage, PassageKind, Rows
from topay_bot.retrieval.shelf import Mix, Shelf

Q, S, B = PassageKind.QUESTION, PassageKind.SECTION, PassageKind.BACKGROUND
PASSAGES = [
    Passage("bills", "en", Q, "pay the electricity bill"),
    Passage("bills", "en", S, "the customer number is on the label by the meter"),
    Passage("card", "en", Q, "add a bank card"),
    Passage("lock", "en", Q, "my account is locked"),
    Passage("lock", "en", S, "wait three hours"),
    Passage(None, "en", B, "what is the weather"),
]


def _shelf(passages: list[Passage]) -> Shelf:
    lexical, rows = LexicalFeatures.fit_encode([p.text for p in passages])
    vectors = np.eye(len(passages), dtype=np.float32)
    articles = sorted({p.article for p in passages if p.article})
    weights = np.array([[p.article == article for article in articles] for p in passages], dtype=np.float32)
    mix = Mix(dense=0.0, width=4.0, noise=0.1, mentions=0.0)
    return Shelf.of(lexical, passages, Mentions.of(rows, Rows.of(passages)), vectors, vectors, weights, mix)


def _compare(shelf: Shelf, text: str, title: str) -> Comparison:
    """Without vectors: the words alone speak, for both legs."""
    silent = np.zeros((1, len(shelf.passages)), dtype=np.float32)
    return compare(shelf, shelf.signals(text, silent), shelf.signals(f"{title} {text}", silent))


def test_a_section_that_tells_what_is_asked_makes_its_article_kin() -> None:
    found = _compare(_shelf(PASSAGES), "where's the customer number", "electricity bill")
    questions, sections = found.kin("bills")[:2], found.kin("bills")[2:4]
    assert (sections > 0.2).all()
    assert (sections > questions).all()
    assert found.kin("card").max() < 0.1


def test_scores_are_those_behind_the_title() -> None:
    shelf = _shelf(PASSAGES)
    of_bills, of_card = (_compare(shelf, "how long", title) for title in ("electricity bill", "bank card"))
    assert of_bills.best[0] == "bills"
    assert of_card.best[0] == "card"
    assert of_bills.score("bills") > of_card.score("bills")


def test_a_text_like_a_background_question_is_strange() -> None:
    shelf = _shelf(PASSAGES)
    assert (_compare(shelf, "what is the weather", "bank card").strangeness > 0.5).all()
    assert (_compare(shelf, "my account is locked", "bank card").strangeness < -0.5).all()


def test_an_article_that_the_shelf_lacks_has_nothing() -> None:
    found = _compare(_shelf(PASSAGES), "how long", "bank card")
    assert found.score("gone") == 0.0
    assert found.kin("gone").tolist() == [0.0] * KIN


def test_one_article_and_no_background_do() -> None:
    found = _compare(_shelf(PASSAGES[:2]), "how long", "electricity bill")
    assert found.strangeness.tolist() == [0.0, 0.0]
    assert found.kin("bills") == pytest.approx(np.zeros(KIN))
    assert found.best == ("bills",)
