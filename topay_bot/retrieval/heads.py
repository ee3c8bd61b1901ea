"""Heads that learn which article a question belongs to: kernel ridge regression on the build's own questions.

With G = (K + N)^-1 (K the kernel among the n training rows, N their noise) the dual weights are A = G Y, and
what the heads would say of a row that they had never seen needs no second fit:

    leave one out      f_i = Y_i - A_i / G_ii                (Allen's PRESS, 1974; Golub, Heath, Wahba, 1979)
    leave a block out  f_B = Y_B - (G_BB)^-1 A_B             (the same with B a set of rows)

So one Cholesky factorisation gives exact cross-validated scores for every question, and, with B all rows of an
article, for every question as if its article did not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from topay_bot.errors import BuildError

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
NO_ARTICLE = -1  # the label of a background question


def kernel(similarity: Floats, width: float) -> Floats:
    """Gaussian kernel of unit vectors from their inner products: exp(-width * (1 - s)), float32, same shape.

    For unit vectors |a - b|^2 = 2 (1 - s), so this is the usual exp(-|a - b|^2 / (2 sigma^2)) with
    width = 1 / sigma^2.
    """
    found: Floats = np.exp(np.float32(width) * (similarity - np.float32(1)))
    return found


@dataclass(frozen=True, slots=True)
class Heads:
    """Fitted heads: `weights` float32 (rows, articles), and the inverse that cross-validation needs."""

    weights: Floats
    inverse: Floats
    targets: Floats

    @classmethod
    def fit(cls, gram: Floats, targets: Floats, noise: Floats) -> Heads:
        """Fit on the kernel among rows (n, n), targets (n, articles; see Rows.targets) and noise (n).

        A row with more noise is weaker evidence. `gram` is overwritten.
        """
        from scipy.linalg import lapack  # for builds only: 0.05 s that a question need not wait

        gram[np.diag_indices_from(gram)] += noise
        factor, failed = lapack.spotrf(gram, lower=1, overwrite_a=1)
        if not failed:
            inverse, failed = lapack.spotri(factor, lower=1, overwrite_c=1)
        if failed:
            raise BuildError(f"the heads cannot be fitted (LAPACK says {failed}); are many questions the same?")
        _mirror(inverse)
        return cls(inverse @ targets, inverse, targets)

    def leave_one_out(self) -> Floats:
        """Scores of every row by heads that never saw it, (rows, articles)."""
        return self.targets - self.weights / np.diag(self.inverse)[:, None]

    def seen_in(self, likeness: Floats, block: Ints) -> Floats:
        """What the rows of a block add to the scores of questions: (m, articles), for their likeness (m, rows).

        Scores without it are those of heads that saw no row of the block.
        """
        mine = self.inverse[block]  # symmetric: rows are columns, and lie together
        shares = np.linalg.solve(mine[:, block].astype(np.float64), (likeness @ mine.T).T.astype(np.float64))
        found: Floats = (shares.T @ self.weights[block]).astype(np.float32)
        return found

    def leave_out(self, block: Ints) -> Floats:
        """Scores of the rows of a block by heads that saw none of them, (block, articles)."""
        inner = self.inverse[np.ix_(block, block)].astype(np.float64)
        return (self.targets[block] - np.linalg.solve(inner, self.weights[block])).astype(np.float32)


def _mirror(matrix: Floats, block: int = 512) -> None:
    """Copy the lower triangle over the upper one, block by block so that no second matrix is needed."""
    for start in range(0, len(matrix), block):
        end = min(start + block, len(matrix))
        inner = np.tril(matrix[start:end, start:end])
        matrix[start:end, start:end] = inner + np.tril(inner, -1).T
        matrix[start:end, end:] = matrix[end:, start:end].T
