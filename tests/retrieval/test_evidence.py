import numpy as np
import pytest

from topay_bot.retrieval import evidence
from topay_bot.retrieval.evidence import Signals
from topay_bot.retrieval.passages import Passage, PassageKind, Rows

Q, B = PassageKind.QUESTION, PassageKind.BACKGROUND


def _rows() -> Rows:
    passages = [Passage(a, "en", Q, str(i)) for i, a in enumerate("aaaab")] + [Passage(None, "en", B, "x")]
    return Rows.of(passages)


def test_candidates_come_best_first() -> None:
    scores = np.array([[0.1, 0.9, 0.5, 0.2, 0.3, 0.05]], dtype=np.float32)
    assert evidence.candidates(scores, 3).tolist() == [[1, 2, 4]]


def test_fewer_articles_than_candidates() -> None:
    assert evidence.candidates(np.array([[0.1, 0.9]], dtype=np.float32)).tolist() == [[1, 0]]


def test_each_feature_on_a_case_counted_by_hand() -> None:
    scores = np.array([[0.8, 0.3]], dtype=np.float32)
    lexical = np.array([[0.9, 0.6, 0.3, 0.0, 0.2, 0.4]], dtype=np.float32)
    dense = np.array([[0.5, 0.5, 0.5, 0.5, 0.1, 0.7]], dtype=np.float32)
    mentioned = np.array([[0.6, 0.2]], dtype=np.float32)
    length = evidence.lengths(["four"])
    known = np.array([0.75], dtype=np.float32)
    usage = np.array([[[1.5, 0.4], [-0.5, 0.1]]], dtype=np.float32)
    signals = Signals(scores - 0.5 * mentioned, mentioned, lexical, dense, known, length, usage)
    assert signals.scores(0.5) == pytest.approx(scores)
    found = evidence.gather(signals, scores, np.array([[0, 1]]), _rows())
    first, second = (dict(zip(evidence.NAMES, map(float, found[0, place]), strict=True)) for place in (0, 1))
    assert first["score"] == pytest.approx(0.8)
    assert first["margin"] == pytest.approx(0.5)
    assert second["margin"] == pytest.approx(-0.5)
    assert first["lexical"] == pytest.approx(0.6)  # the three nearest of four
    assert second["lexical"] == pytest.approx(0.2)
    assert first["dense"] == pytest.approx(0.5)
    assert first["background"] == second["background"] == pytest.approx(0.7)
    assert first["known"] == pytest.approx(0.75)
    assert (first["words"], first["sense"]) == pytest.approx((0.9, 0.5))
    assert (second["words"], second["sense"]) == pytest.approx((0.2, 0.1))
    assert (first["votes"], second["votes"]) == pytest.approx((4 / 6, 1 / 6))  # of six passages in all
    assert first["mass"] == second["mass"] == pytest.approx(0.5 + 0.2)  # of the heads alone
    assert (first["mentioned"], second["mentioned"]) == pytest.approx((0.6, 0.2))
    assert first["length"] == second["length"] == pytest.approx(np.log(4))
    assert (first["likelihood"], second["likelihood"]) == pytest.approx((1.5, -0.5))
    assert (first["usage"], second["usage"]) == pytest.approx((0.4, 0.1))


def test_products_stand_behind_their_features() -> None:
    found = evidence.with_products(np.array([[[2.0, 3.0, 5.0]]]))
    assert found.tolist() == [[[2, 3, 5, 4, 6, 10, 9, 15, 25]]]


def test_without_background_nothing_breaks() -> None:
    rows = Rows.of([Passage("a", "en", Q, "1")])
    one = np.array([[0.5]], dtype=np.float32)
    each = np.array([1], dtype=np.float32)
    usage = np.zeros((1, 1, 2), dtype=np.float32)
    found = evidence.gather(Signals(one, one, one, one, each, each, usage), one, np.array([[0]]), rows)
    assert np.isfinite(found).all()
