"""Fewer numbers for the same likeness: vectors of passages and questions seen along the passages' principal axes.

A knowledge base speaks about little of what an encoder knows, and its vectors lie near a small subspace. Along its
first 192 axes (singular vectors without centring, so that inner products are what is kept: Eckart, Young, 1936) a
search reads half of the memory, which is its cost, and finds the same: docs/retrieval.md has the figures.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from topay_bot.retrieval.encoder import Vectors, unit_rows

AXES = 192
Axes = npt.NDArray[np.float32]  # (dimension, at most AXES), orthonormal columns


def principal_axes(vectors: Vectors) -> Axes:
    """The axes of vectors (n, dimension), those along which they are longest first."""
    _, axes = np.linalg.eigh((vectors.T @ vectors).astype(np.float64))  # in ascending order
    found: Axes = np.ascontiguousarray(axes[:, ::-1][:, :AXES], dtype=np.float32)
    return found


def condense(vectors: Vectors, axes: Axes) -> Vectors:
    """float32 (n, axes), unit rows; a zero row stays zero."""
    return unit_rows(vectors @ axes)
