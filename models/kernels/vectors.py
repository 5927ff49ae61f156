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
