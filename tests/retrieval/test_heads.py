import numpy as np
import pytest

from topay_bot.errors import BuildError
from topay_bot.retrieval.heads import NO_ARTICLE, Heads, kernel


def _problem(rows: int = 40, articles: int = 4, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = np.sort(random.integers(-1, articles, rows))
    labels = np.concatenate([labels[labels != NO_ARTICLE], labels[labels == NO_ARTICLE]])
    centres = random.normal(size=(articles + 1, 8))
    points = centres[labels] + 0.7 * random.normal(size=(rows, 8))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    gram = kernel((points @ points.T).astype(np.float32), 2.0)
    return gram, labels, np.full(rows, 0.3, dtype=np.float32)


def _targets(labels: np.ndarray) -> np.ndarray:
    return (labels[:, None] == np.arange(labels.max() + 1)).astype(np.float32)


def _refit_without(gram: np.ndarray, labels: np.ndarray, noise: np.ndarray, block: np.ndarray) -> np.ndarray:
    keep = np.setdiff1d(np.arange(len(labels)), block)
    heads = Heads.fit(gram[np.ix_(keep, keep)].copy(), _targets(labels)[keep], noise[keep])
    return gram[np.ix_(block, keep)] @ heads.weights


def test_leave_one_out_equals_a_second_fit_without_the_row() -> None:
    gram, labels, noise = _problem()
    scores = Heads.fit(gram.copy(), _targets(labels), noise).leave_one_out()
    for row in (0, 7, len(labels) - 1):
        again = _refit_without(gram, labels, noise, np.array([row]))
        np.testing.assert_allclose(scores[row], again[0], atol=1e-4)


def test_leave_out_equals_a_second_fit_without_the_article() -> None:
    gram, labels, noise = _problem()
    heads = Heads.fit(gram.copy(), _targets(labels), noise)
    block = np.flatnonzero(labels == 2)
    np.testing.assert_allclose(heads.leave_out(block), _refit_without(gram, labels, noise, block), atol=1e-4)


def test_what_a_block_adds_to_a_score_is_what_a_second_fit_lacks() -> None:
    gram, labels, noise = _problem()
    heads = Heads.fit(gram.copy(), _targets(labels), noise)
    for block in (np.array([5]), np.array([3, 9]), np.flatnonzero(labels == 1)):
        questions = gram[block]
        left = questions @ heads.weights - heads.seen_in(questions, block)
        np.testing.assert_allclose(left, _refit_without(gram, labels, noise, block), atol=1e-4)


def test_a_row_with_more_noise_is_weaker_evidence() -> None:
    gram, labels, noise = _problem()
    loud = noise.copy()
    loud[0] = 50
    row = gram[:1]
    sure = (row @ Heads.fit(gram.copy(), _targets(labels), noise).weights)[0, labels[0]]
    unsure = (row @ Heads.fit(gram.copy(), _targets(labels), loud).weights)[0, labels[0]]
    assert unsure < sure


def test_kernel_is_one_for_the_same_and_falls_with_distance() -> None:
    same, half = kernel(np.array([1.0, 0.5], dtype=np.float32), 2.0)
    assert same == pytest.approx(1)
    assert half == pytest.approx(np.exp(-1))


def test_a_matrix_that_cannot_be_factorised_is_a_build_error() -> None:
    with pytest.raises(BuildError, match="cannot be fitted"):
        Heads.fit(-np.eye(3, dtype=np.float32), np.eye(3, dtype=np.float32), np.zeros(3, dtype=np.float32))


def test_mirroring_is_right_across_blocks() -> None:
    gram, labels, noise = _problem(rows=700)
    heads = Heads.fit(gram.copy(), _targets(labels), noise)
    np.testing.assert_allclose(heads.inverse, heads.inverse.T)
    gram[np.diag_indices_from(gram)] += noise
    np.testing.assert_allclose(gram @ heads.inverse, np.eye(len(gram)), atol=5e-3)
