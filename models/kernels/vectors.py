"""Vectors: what is done with two of them."""

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
def coarse_product(one: NDArray[np.float32], coarse: NDArray[np.int8]) -> np.float32:
    """The inner product of a vector (128,) with one that is coarse (128,), in its unit."""
    total = np.float32(0.0)
    for d in range(DIMENSIONS):
        total += one[d] * np.float32(coarse[d])
    return total


@fast_kernel
def copy_vector(source: NDArray[np.float32], target: NDArray[np.float32]) -> None:
    """Writes one vector (128,) over another."""
    for d in range(DIMENSIONS):
        target[d] = source[d]
