"""Vectors: what is done with two of them, or three."""

import numpy as np
from numpy.typing import NDArray

from models.compiled import fast_kernel
from schemas.vectors import DIMENSIONS


@fast_kernel
def product(one: NDArray[np.float32], other: NDArray[np.float32]) -> np.float32:
    """The inner product of two vectors (128,)."""
    total = np.float32(0.0)
    for d in range(DIMENSIONS):
        total += one[d] * other[d]
    return total


@fast_kernel
def products(
    one: NDArray[np.float32], other: NDArray[np.float32], vector: NDArray[np.float32]
) -> tuple[np.float32, np.float32]:
    """The inner products of two vectors (128,) with a third, which is read once."""
    first, second = np.float32(0.0), np.float32(0.0)
    for d in range(DIMENSIONS):
        first += one[d] * vector[d]
        second += other[d] * vector[d]
    return first, second


@fast_kernel
def copy_vector(source: NDArray[np.float32], target: NDArray[np.float32]) -> None:
    """Writes one vector (128,) over another."""
    for d in range(DIMENSIONS):
        target[d] = source[d]
