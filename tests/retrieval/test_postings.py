from pathlib import Path

import numpy as np
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from topay_bot.retrieval.postings import Postings


def _matrix(rows: int, features: int, seed: int) -> sp.csr_matrix:
    found = sp.random(rows, features, density=0.2, random_state=seed, dtype=np.float32)
    return sp.csr_matrix(found)


@given(st.integers(1, 30), st.integers(1, 40), st.integers(0, 10**6))
def test_a_product_is_that_of_the_whole_matrix(rows: int, features: int, seed: int) -> None:
    matrix, random = _matrix(rows, features, seed), np.random.default_rng(seed)
    asked = random.permutation(features)[: random.integers(0, features + 1)].astype(np.int32)
    weights = random.random(len(asked), dtype=np.float32)
    whole = np.zeros(features, dtype=np.float32)
    whole[asked] = weights
    np.testing.assert_allclose(Postings.of(matrix).product(asked, weights), matrix @ whole, rtol=1e-5, atol=1e-6)


@given(st.integers(1, 30), st.integers(1, 40), st.integers(0, 10**6))
def test_a_table_is_those_columns_of_the_whole_matrix(rows: int, features: int, seed: int) -> None:
    matrix = _matrix(rows, features, seed)
    asked = np.random.default_rng(seed).integers(0, features, size=seed % 5).astype(np.int32)
    np.testing.assert_array_equal(Postings.of(matrix).table(asked), matrix[:, asked].toarray().T)


def test_postings_come_back_mapped_from_the_files_and_equal(tmp_path: Path) -> None:
    matrix = _matrix(20, 30, seed=1)
    Postings.of(matrix).save(tmp_path, "lexical")
    loaded = Postings.load(tmp_path, "lexical", 20)
    assert (loaded.by_row != matrix).nnz == 0
    assert "lexical-weights.npy" in Path("/proc/self/maps").read_text(encoding="utf-8")


def test_a_feature_that_no_row_has_and_a_row_without_features_survive(tmp_path: Path) -> None:
    matrix = sp.csr_matrix(np.array([[0, 0.5, 0], [0, 0, 0]], dtype=np.float32))
    Postings.of(matrix).save(tmp_path, "few")
    loaded = Postings.load(tmp_path, "few", 2)
    np.testing.assert_array_equal(loaded.by_row.toarray(), matrix.toarray())
    np.testing.assert_array_equal(loaded.product(np.array([0, 2], np.int32), np.ones(2, np.float32)), [0, 0])
