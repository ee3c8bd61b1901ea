import json

import numpy as np
import pytest

from topay_bot.report.measures import measures, risk_coverage

# Five questions from the surest down: right, wrong, unknown, right, without any candidate.
CONFIDENCE = np.array([0.9, 0.8, 0.7, 0.6, 0.0])
RIGHT = np.array([True, False, False, True, False])
KNOWN = np.array([True, True, False, True, True])
ONES = np.ones(5)


def test_the_curve_counted_by_hand() -> None:
    points = risk_coverage(CONFIDENCE, RIGHT, ONES, KNOWN)
    assert [point["threshold"] for point in points] == [0.9, 0.8, 0.7, 0.6, 0.0]
    assert [point["coverage"] for point in points] == pytest.approx([1 / 4, 2 / 4, 2 / 4, 3 / 4, 1])
    assert [point["precision"] for point in points] == pytest.approx([1, 1 / 2, 1 / 3, 2 / 4, 2 / 5])


def test_weights_count() -> None:
    (first, second) = risk_coverage(
        np.array([0.9, 0.5]), np.array([True, False]), np.array([3.0, 1.0]), np.array([True, True])
    )
    assert (first["coverage"], first["precision"]) == (0.75, 1.0)
    assert (second["coverage"], second["precision"]) == (1.0, 0.75)


def test_equal_confidences_are_one_point_whatever_their_order() -> None:
    (point,) = risk_coverage(np.full(4, 0.5), np.array([True, False, True, False]), np.ones(4), np.ones(4, dtype=bool))
    assert point == {"threshold": 0.5, "coverage": 1.0, "precision": 0.5}


def test_a_long_curve_keeps_its_ends() -> None:
    confidence = np.linspace(0, 1, 5000)
    points = risk_coverage(confidence, confidence > 0.5, np.ones(5000), np.ones(5000, dtype=bool))
    assert len(points) == 100
    assert (points[0]["threshold"], points[-1]["threshold"], points[-1]["coverage"]) == (1.0, 0.0, 1.0)


def test_reliability_and_its_error_are_given_rounded() -> None:
    found = measures(
        np.array([0.2, 0.2, 0.8, 0.8]), np.array([False, True, True, True]), np.ones(4), ["a"] * 4, [("a",)] * 4,
        ["one", "two", "three", "four"], 0.5,
    )  # fmt: skip
    assert found["reliability"] == [
        {"confidence": 0.2, "right": 0.5, "share": 0.5, "questions": 2},
        {"confidence": 0.8, "right": 1.0, "share": 0.5, "questions": 2},
    ]
    assert found["calibration_error"] == 0.25


def test_confusions_and_wrong_answers_name_the_surest_example() -> None:
    found = measures(
        np.array([0.9, 0.95, 0.5, 0.97, 0.99, 0.96]),
        np.array([False, False, False, True, False, True]),
        np.ones(6),
        ["b", "b", "c", "a", "a", "y"],
        [("a",), ("a", "x"), ("a",), ("a",), (), ("x", "y")],
        ["one", "two", "three", "four", "weather", "six"],
        0.93,
    )
    assert found["confusions"] == [
        {"article": "a", "taken_for": "b", "questions": 2, "confidence": 0.95, "example": "two"},
        {"article": "a", "taken_for": "c", "questions": 1, "confidence": 0.5, "example": "three"},
    ]
    assert found["wrong_answers"] == [
        {"text": "weather", "article": None, "answered": "a", "confidence": 0.99},
        {"text": "two", "article": "a", "answered": "b", "confidence": 0.95},
    ]
    assert (found["questions"], found["known"], found["answer_threshold"]) == (6, 5, 0.93)
    json.dumps(found, allow_nan=False)


def test_nothing_asked_is_no_error() -> None:
    none = np.array([])
    found = measures(none, none.astype(bool), none, [], [], [], 0.5)
    assert (found["questions"], found["risk_coverage"], found["reliability"]) == (0, [], [])
    assert (found["confusions"], found["wrong_answers"], found["calibration_error"]) == ([], [], 0)


def test_only_unknown_questions_cover_nothing() -> None:
    (point,) = risk_coverage(np.array([0.4]), np.array([False]), np.ones(1), np.array([False]))
    assert point == {"threshold": 0.4, "coverage": 0.0, "precision": 0.0}


def test_guards_have_their_say_in_what_was_answered() -> None:
    asked = [np.array([0.9, 0.6]), np.array([False, False]), np.ones(2), ["b", "b"], [("a",), ()], ["one", "two"], 0.8]
    found = measures(*asked, np.array([False, True]))  # type: ignore[arg-type]  # in order
    assert [one["text"] for one in found["wrong_answers"]] == ["two"]
