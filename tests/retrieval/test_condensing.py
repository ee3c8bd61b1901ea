import numpy as np
import pytest

from topay_bot.retrieval.condensing import condense, principal_axes
from topay_bot.retrieval.encoder import unit_rows


def _in_a_subspace(count: int, rank: int, dimension: int) -> np.ndarray:
    random = np.random.default_rng(5)
    return unit_rows(random.normal(size=(count, rank)) @ random.normal(size=(rank, dimension)))


def test_vectors_of_a_subspace_keep_their_likeness(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("topay_bot.retrieval.condensing.AXES", 6)
    vectors = _in_a_subspace(50, 6, 40)
    axes = principal_axes(vectors)
    assert axes.shape == (40, 6)
    condensed = condense(vectors, axes)
    assert condensed.dtype == np.float32
    np.testing.assert_allclose(condensed @ condensed.T, vectors @ vectors.T, atol=1e-5)


def test_what_lies_beside_the_axes_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("topay_bot.retrieval.condensing.AXES", 1)
    vectors = unit_rows(np.array([[1, 0.1], [1, -0.1], [1, 0]]))
    np.testing.assert_allclose(np.abs(condense(vectors, principal_axes(vectors))), 1, atol=1e-6)


def test_few_dimensions_are_only_turned_and_nothing_stays_nothing() -> None:
    vectors = np.concatenate([_in_a_subspace(20, 8, 8), np.zeros((1, 8), dtype=np.float32)])
    condensed = condense(vectors, principal_axes(vectors))
    np.testing.assert_allclose(condensed @ condensed.T, vectors @ vectors.T, atol=1e-5)
    assert not condensed[-1].any()
