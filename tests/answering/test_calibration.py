import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from topay_bot.answering.calibration import (
    Calibrator,
    Logistic,
    calibrate,
    choose_thresholds,
    precision_bound,
    scaling,
    threshold_above,
)
from topay_bot.retrieval.evidence import NAMES
from topay_bot.retrieval.trials import Trials


def _trials(known: int, unknown: int, background: int, seed: int = 3, noise: float = 0.05) -> Trials:
    """Trials whose first feature tells how likely the first candidate is right."""
    random = np.random.default_rng(seed)
    total = known + unknown + background
    is_unknown = np.arange(total) >= known
    quality = np.where(is_unknown, random.beta(2, 6, total), random.beta(8, 1, total))
    right = (~is_unknown) & (random.random(total) < quality)
    features = random.normal(0, noise, (total, 3, len(NAMES))).astype(np.float32)
    features[:, 0, 0] += quality
    every = np.zeros((total, 3), dtype=bool)
    every[:, 0] = right
    every[:, 1] = (~is_unknown) & ~right & (random.random(total) < 0.5)
    return Trials(features, every, is_unknown, np.arange(total) >= known + unknown, np.arange(total))


@functools.cache
def _calibrator() -> Calibrator:
    trials = _trials(300, 100, 100)
    return calibrate(trials, unknown_share=0.2, precision=0.8, clarify_precision=0.5, level=0.9, seed=1).calibrator


def test_confidence_is_a_probability() -> None:
    done = calibrate(
        _trials(3000, 1500, 1500), unknown_share=0.2, precision=0.8, clarify_precision=0.5, level=0.9, seed=1
    )
    assert done.calibration_error < 0.03
    fresh = _trials(400, 200, 200, seed=9)
    confidence = np.array([done.calibrator(features)[0] for features in fresh.features])
    assert np.corrcoef(confidence, fresh.right[:, 0])[0, 1] > 0.6


def test_log_odds_that_are_too_sure_are_scaled_back() -> None:
    random = np.random.default_rng(2)
    log_odds = random.normal(0.5, 2, 20_000)
    right = random.random(20_000) < 1 / (1 + np.exp(-(0.6 * log_odds - 0.4)))
    weight = np.ones(20_000)
    assert scaling(log_odds, right, weight) == pytest.approx((0.6, -0.4), abs=0.05)
    assert scaling(log_odds[:900], right[:900], weight[:900]) == (1.0, 0.0)  # too few to say
    assert scaling(-log_odds, right, weight) == (1.0, 0.0)  # never turned round
    assert scaling(log_odds, np.ones(20_000, dtype=bool), weight) == (1.0, 0.0)


def test_a_rescaled_model_gives_the_log_odds_it_was_asked_for() -> None:
    model = _calibrator().best
    features = _trials(20, 5, 5).features[:, 0]
    assert model.rescaled(0.5, 1.0).log_odds(features) == pytest.approx(0.5 * model.log_odds(features) + 1.0)


def test_the_promise_holds_on_fresh_questions() -> None:
    done = calibrate(
        _trials(4000, 2000, 2000), unknown_share=0.2, precision=0.85, clarify_precision=0.5, level=0.9, seed=1
    )
    assert done.thresholds.promise_kept
    fresh = _trials(4000, 500, 500, seed=11)
    confidence = np.array([done.calibrator(features)[0] for features in fresh.features])
    answered = confidence >= done.thresholds.answer_threshold
    assert answered.sum() > 200
    assert fresh.right[answered, 0].mean() >= 0.85


def test_more_expected_unknowns_make_it_more_careful() -> None:
    trials = _trials(3000, 1500, 1500)
    few, many = (
        calibrate(trials, unknown_share=share, precision=0.8, clarify_precision=0.5, level=0.9, seed=1).coverage
        for share in (0.05, 0.6)
    )
    assert many < few


def test_fewer_trials_make_it_more_careful() -> None:
    def answered(size: int, seed: int) -> tuple[float, float]:
        """Coverage and precision on fresh questions."""
        trials = _trials(size, size // 4, size // 4, seed=seed)
        done = calibrate(trials, unknown_share=0.2, precision=0.85, clarify_precision=0.5, level=0.95, seed=1)
        fresh = _trials(4000, 500, 500, seed=seed + 100)
        chosen = done.calibrator.best(fresh.features[:, 0]) >= done.thresholds.answer_threshold
        return float(chosen[~fresh.unknown].mean()), float(fresh.right[chosen, 0].mean()) if chosen.any() else 1.0

    few, more, many = (np.array([answered(size, seed) for seed in range(6)]) for size in (60, 200, 2000))
    assert few[:, 0].mean() < more[:, 0].mean() < many[:, 0].mean()
    assert min(few[:, 1].min(), more[:, 1].min(), many[:, 1].mean()) >= 0.85


def test_a_promise_that_cannot_be_kept_is_said_and_the_careful_side_chosen() -> None:
    done = calibrate(_trials(20, 5, 5), unknown_share=0.2, precision=0.99, clarify_precision=0.9, level=0.95, seed=1)
    assert not done.thresholds.promise_kept
    assert done.thresholds.answer_threshold >= 0.995 - 1e-9


def test_the_bound_is_clopper_and_pearson() -> None:
    right = np.array([True] * 95 + [False] * 5)
    expected = stats.binomtest(95, 100, alternative="greater").proportion_ci(0.9, method="exact").low
    assert precision_bound(right, np.ones(100), 0.9) == pytest.approx(expected)


def test_uneven_weights_widen_the_bound() -> None:
    right = np.array([True] * 95 + [False] * 5)
    weight = np.where(np.arange(100) % 2, 1.9, 0.1)
    assert precision_bound(right, weight, 0.9) < precision_bound(right, np.ones(100), 0.9)


def test_thresholds_on_a_case_known_by_construction() -> None:
    # The first 400 are right without exception, behind them every other one is wrong.
    confidence = np.linspace(1, 0, 1000)
    right = (np.arange(1000) < 400) | (np.arange(1000) % 2 == 0)
    found = choose_thresholds(confidence, right, np.ones(1000, dtype=bool), np.ones(1000), 0.95, 0.8, 0.9)
    answered = int((confidence >= found.answer_threshold).sum())
    assert 400 <= answered <= 440
    assert found.promise_kept
    assert found.proven_precision >= 0.95
    assert found.clarify_threshold == pytest.approx(0, abs=1e-9)


@given(st.lists(st.floats(0, 1), max_size=40), st.floats(0, 1))
@settings(deadline=None)
def test_a_threshold_lets_no_more_than_its_share_pass(confidence: list[float], share: float) -> None:
    found = threshold_above(np.array(confidence), share)
    allowed = share * len(confidence)
    assert sum(one >= found for one in confidence) <= allowed
    # And it is the lowest: one step below it too many would pass.
    assert found == 0 or sum(one >= np.nextafter(found, 0) for one in confidence) > allowed - 1


def test_of_what_no_article_covers_only_the_share_allowed_is_answered() -> None:
    trials = _trials(2000, 1500, 500, seed=5)
    held_out = trials.unknown & ~trials.background
    answered = []
    for share in (1.0, 0.1, 0.02):
        done = calibrate(
            trials,
            unknown_share=0.1,
            precision=0.8,
            clarify_precision=0.5,
            level=0.9,
            seed=1,
            uncovered_answered=share,
        )
        assert done.thresholds.promise_kept
        assert done.thresholds.proven_precision >= 0.8
        assert done.uncovered_answered is not None
        assert done.uncovered_answered <= share
        above = done.confidence >= done.thresholds.answer_threshold
        assert done.uncovered_answered == pytest.approx(above[held_out].mean())
        answered.append(done.coverage)
    assert answered[0] > answered[1] > answered[2] > 0.3


def test_the_promise_comes_before_what_may_be_answered_of_the_uncovered() -> None:
    """Where nothing proves the promise above the threshold that would be needed, the highest proven one is taken."""
    confidence = np.linspace(1, 0, 1000)
    right = np.arange(1000) < 400
    arguments = confidence, right, np.ones(1000, dtype=bool), np.ones(1000), 0.95, 0.8, 0.9
    found = choose_thresholds(*arguments, least=0.99)
    assert found.promise_kept
    assert 0.85 < found.answer_threshold < 0.99
    assert found.proven_precision >= 0.95
    assert choose_thresholds(*arguments, least=0.7).answer_threshold == pytest.approx(0.7, abs=0.005)
    assert choose_thresholds(*arguments, least=0.1) == choose_thresholds(*arguments)


def test_what_tells_is_learned_under_emphasis_and_probabilities_stay_those_of_life() -> None:
    random = np.random.default_rng(2)
    features = random.normal(size=(4000, 2))
    chance = 1 / (1 + np.exp(-(2 * features[:, 0] + features[:, 1])))
    right = random.random(4000) < chance
    rare = ~right & (random.random(4000) < 0.8)
    weight = np.where(rare, 0.2, 1.0)
    plain = Logistic.fit(features, right, weight)
    leaned = Logistic.fit(features, right, weight, emphasis=np.where(right, 1.0, 3.0))
    for model in (plain, leaned):
        assert np.average(model(features), weights=weight) == pytest.approx(
            np.average(right, weights=weight), abs=0.003
        )
    assert np.abs(plain(features) - leaned(features)).max() < 0.1


def test_emphasis_makes_no_model_of_few_trials_surer() -> None:
    trials = _trials(90, 90, 20)
    features, right = trials.features[:, 0].astype(np.float64), trials.right[:, 0]
    weight = np.where(trials.unknown, 0.2, 1.0)
    plain = Logistic.fit(features, right, weight)
    leaned = Logistic.fit(features, right, weight, emphasis=np.where(trials.unknown, 0.5, 1.0))
    assert leaned(features).max() < plain(features).max() + 0.02


def test_one_outcome_only_gives_the_smoothed_rate() -> None:
    model = Logistic.fit(np.random.default_rng(0).normal(size=(8, 2)), np.ones(8, dtype=bool), np.ones(8))
    np.testing.assert_allclose(model(np.zeros((1, 2))), 0.9)


def test_json_round_trip() -> None:
    trials = _trials(300, 100, 100)
    done = calibrate(trials, unknown_share=0.2, precision=0.8, clarify_precision=0.5, level=0.9, seed=1)
    again = Calibrator.from_json(done.calibrator.to_json())
    np.testing.assert_allclose(again(trials.features[0]), done.calibrator(trials.features[0]))


@given(st.lists(st.floats(-2, 2, width=32), min_size=5 * len(NAMES), max_size=5 * len(NAMES)))
@settings(max_examples=50, deadline=None)
def test_candidates_are_ordered_probabilities_that_sum_to_one_at_most(values: list[float]) -> None:
    confidence = _calibrator()(np.array(values, dtype=np.float32).reshape(5, len(NAMES)))
    assert ((confidence >= 0) & (confidence <= 1)).all()
    assert confidence.sum() <= 1 + 1e-9
    assert confidence[0] == confidence.max()
