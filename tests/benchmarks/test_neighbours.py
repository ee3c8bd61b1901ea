import numpy as np
import pytest

from benchmarks.neighbours import Neighbours, best_threshold, measure
from topay_bot.evaluation import Case


def _unit(*angles: float) -> np.ndarray:
    radians = np.radians(angles)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def test_topics_come_in_the_order_of_their_nearest_question() -> None:
    plain = Neighbours(_unit(0, 90, 10, 170), ("b", "a", "a", "c"))
    found, similarity = plain.search(_unit(0, 60, 160), count=2)
    assert found == [["b", "a"], ["a", "b"], ["c", "a"]]
    assert similarity == pytest.approx(np.cos(np.radians([0, 30, 10])), abs=1e-6)


def test_the_threshold_is_the_lowest_that_is_precise_enough() -> None:
    similarity = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    right = np.array([True, False, True, True, False])
    assert best_threshold(similarity, right, 0.75) == 0.6  # 3 of 4
    assert best_threshold(similarity, right, 0.9) == 0.9
    assert best_threshold(similarity, ~right, 0.9) == np.inf


def test_equal_similarities_are_answered_together() -> None:
    assert best_threshold(np.array([0.9, 0.5, 0.5]), np.array([True, True, False]), 0.9) == 0.9


def test_figures_counted_by_hand() -> None:
    cases = [Case("1", ("a",)), Case("2", ("b",)), Case("3", ("c",)), Case("4", (), kind="far")]
    found = [["a", "b"], ["a", "b"], ["c", "a"], ["a", "c"]]
    measured = measure(cases, found, np.array([0.9, 0.3, 0.8, 0.5]), precision=0.9)
    assert measured == pytest.approx(
        {
            "top1": 2 / 3,
            "top3": 1.0,
            "coverage": 2 / 3,  # answers from 0.8 on: both right
            "answered_precision": 1.0,
            "oos_auroc": 2 / 3,
            "rejected far": 1.0,
        }
    )
