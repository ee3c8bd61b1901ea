import numpy as np
import pytest

from topay_bot.answering.reliability import Bin, expected_calibration_error, reliability


def test_two_bins_counted_by_hand() -> None:
    confidence = np.array([0.2, 0.8, 0.2, 0.8])
    right = np.array([False, True, True, True])
    low, high = reliability(confidence, right, np.ones(4))
    assert low == Bin(confidence=0.2, right=0.5, share=0.5, questions=2)
    assert high == Bin(confidence=0.8, right=1.0, share=0.5, questions=2)
    assert expected_calibration_error(confidence, right) == pytest.approx(0.5 * 0.3 + 0.5 * 0.2)


def test_weights_count() -> None:
    (one,) = reliability(np.full(2, 0.5), np.array([True, False]), np.array([3.0, 1.0]))
    assert one == Bin(confidence=0.5, right=0.75, share=1.0, questions=2)


def test_bins_are_equally_filled() -> None:
    draw = np.random.default_rng(3)
    confidence = draw.beta(3, 1, 400)
    bins = reliability(confidence, draw.random(400) < confidence, np.ones(400))
    assert [one.questions for one in bins] == pytest.approx([40] * 10, abs=1)
    assert [one.confidence for one in bins] == sorted(one.confidence for one in bins)
    assert sum(one.share for one in bins) == pytest.approx(1)


def test_error_of_one_bin_by_hand() -> None:
    assert expected_calibration_error(np.full(100, 0.7), np.arange(100) < 70) == pytest.approx(0, abs=1e-6)
    assert expected_calibration_error(np.full(100, 0.9), np.arange(100) < 70) == pytest.approx(0.2)


def test_of_no_questions_there_is_no_error() -> None:
    assert reliability(np.array([]), np.array([], dtype=bool), np.array([])) == []
    assert expected_calibration_error(np.array([]), np.array([], dtype=bool)) == 0.0
