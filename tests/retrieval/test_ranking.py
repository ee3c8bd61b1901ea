import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topay_bot.retrieval import ranking
from topay_bot.retrieval.evidence import NAMES
from topay_bot.retrieval.ranking import Ranking, learn_ranking

SCORE, WORDS, DENSE = (NAMES.index(name) for name in ("score", "words", "dense"))


def _evidence(count: int, tells: float, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Candidates by falling score; which is right is told by words `tells` times as much as by the score."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(count, 4, len(NAMES)))
    features[:, :, SCORE] = -np.sort(-features[:, :, SCORE], axis=1)
    utility = 2 * features[:, :, SCORE] + 2 * tells * features[:, :, WORDS]
    chance = np.exp(utility) / np.exp(utility).sum(axis=1, keepdims=True)
    right = np.zeros((count, 4), dtype=bool)
    right[np.arange(count), [random.choice(4, p=p) for p in chance]] = True
    right[::10] = False  # nothing is right
    return features.astype(np.float32), right


def test_the_weights_that_made_the_choices_are_found() -> None:
    features, right = _evidence(6000, tells=1.5)
    found = Ranking.fit(features, right)
    weights = dict(zip(ranking._TOLD_BY, found.weights, strict=False))
    products = found.weights[len(weights) :]
    assert weights.pop("score") / found.scale[0] == pytest.approx(2, abs=0.3)
    assert weights.pop("words") / found.scale[3] == pytest.approx(3, abs=0.3)
    assert [*weights.values(), *products] == pytest.approx([0] * (len(weights) + len(products)), abs=0.25)


def test_what_two_features_tell_together_is_learned() -> None:
    # Words count in one of two worlds, and against an article in the other: no feature alone could say so.
    features, _ = _evidence(3000, tells=0)
    world = features[:, :1, DENSE] > 0
    features[:, :, DENSE] = np.where(world, 1.0, -1.0)
    best = np.where(world, features[:, :, WORDS], -features[:, :, WORDS]).argmax(axis=1)
    found = Ranking.fit(features[:2000], np.arange(4) == best[:2000, None])
    assert (found(features[2000:])[:, 0] == best[2000:]).mean() > 0.9


def test_more_is_found_of_questions_not_seen() -> None:
    features, right = _evidence(4000, tells=1.5)
    found, order = learn_ranking(features, right, np.arange(4000), seed=1)
    fresh, fresh_right = _evidence(1000, tells=1.5, seed=6)
    again = np.take_along_axis(fresh_right, found(fresh)[:, :1], axis=1)[:, 0]
    unseen = np.take_along_axis(right, order[:, :1], axis=1)[:, 0]
    assert again.mean() > fresh_right[:, 0].mean() + 0.1
    assert unseen.mean() == pytest.approx(again.mean(), abs=0.05)


def test_where_scores_say_all_the_order_stays() -> None:
    features, right = _evidence(2500, tells=0)
    right[:] = False
    right[:, 0] = True
    found, order = learn_ranking(features, right, np.arange(2500), seed=1)
    assert order.tolist() == [[0, 1, 2, 3]] * 2500
    assert found(features).tolist() == order.tolist()


def test_a_trial_is_ordered_by_rankings_that_saw_no_trial_of_its_question() -> None:
    features, right = _evidence(2500, tells=1.5)
    question = np.arange(2500) // 2
    _, order = learn_ranking(features, right, question, seed=1)
    changed = right.copy()
    changed[:2] = np.roll(changed[:2], 1, axis=1)  # what is right of the first question
    _, other = learn_ranking(features, changed, question, seed=1)
    assert order[:2].tolist() == other[:2].tolist()


@pytest.mark.parametrize("count", [0, 1, 3, 1500])
def test_with_little_to_learn_from_the_order_stays(count: int) -> None:
    features, right = _evidence(count, tells=1) if count else (np.zeros((0, 4, len(NAMES))), np.zeros((0, 4), bool))
    found, order = learn_ranking(features, right, np.arange(count), seed=1)
    assert order.tolist() == [[0, 1, 2, 3]] * count
    assert found(features).tolist() == order.tolist()
    assert np.isfinite(Ranking.fit(features, right).utilities(features)).all()


def test_a_single_candidate_needs_no_ranking() -> None:
    features, right = np.ones((5, 1, len(NAMES)), dtype=np.float32), np.ones((5, 1), dtype=bool)
    found, order = learn_ranking(features, right, np.arange(5), seed=1)
    assert order.tolist() == [[0]] * 5
    assert found(features).tolist() == [[0]] * 5


@given(st.integers(0, 50))
def test_what_is_stored_ranks_alike(seed: int) -> None:
    features, right = _evidence(40, tells=1, seed=seed)
    found = Ranking.fit(features, right)
    again = Ranking.from_json(json.loads(json.dumps(found.to_json())))
    assert again(features).tolist() == found(features).tolist()
    assert Ranking.from_json(json.loads(json.dumps(Ranking.none().to_json())))(features).tolist() == [[0, 1, 2, 3]] * 40
