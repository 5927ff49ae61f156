"""Vectors as whole numbers: what they are worth, and their products."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from models.compiled import making_kernel
from models.kernels.codes import GREATEST, NOTHING, encode, products
from schemas.vectors import DIMENSIONS

parts = st.floats(-1.0, 1.0, width=32)
vectors = arrays(np.float32, DIMENSIONS, elements=parts)
coarse = arrays(np.int8, (3, DIMENSIONS), elements=st.integers(-128, 127))


@making_kernel
def products_of(one: NDArray[np.int16], other: NDArray[np.int16], rows: NDArray[np.int8]) -> NDArray[np.int64]:
    found = np.zeros((rows.shape[0], 2), np.int64)
    for row in range(rows.shape[0]):
        found[row, 0], found[row, 1] = products(one, other, rows, row)
    return found


def encoded(vector: NDArray[np.float32]) -> tuple[NDArray[np.int16], float]:
    codes = np.zeros(DIMENSIONS, np.int16)
    return codes, float(encode(vector, codes))


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """What compiles is not what is timed."""
    codes, _ = encoded(np.ones(DIMENSIONS, np.float32))
    products_of(codes, codes, np.ones((1, DIMENSIONS), np.int8))


@given(vectors)
def test_codes_are_worth_their_vector_to_half_a_unit(vector: NDArray[np.float32]) -> None:
    codes, unit = encoded(vector)
    greatest = float(np.abs(vector).max())
    if greatest <= NOTHING:
        assert unit == 0.0
        assert not codes.any()
        return
    assert np.isclose(unit * GREATEST, greatest, rtol=1e-6)
    assert np.abs(codes * unit - vector.astype(np.float64)).max() <= 0.501 * unit + 1e-6 * greatest


@given(vectors, vectors, coarse)
def test_products_are_exact(one: NDArray[np.float32], other: NDArray[np.float32], rows: NDArray[np.int8]) -> None:
    first, second = encoded(one)[0], encoded(other)[0]
    wanted = np.stack([rows.astype(np.int64) @ codes.astype(np.int64) for codes in (first, second)], 1)
    assert (products_of(first, second, rows) == wanted).all()
    extreme = np.full(DIMENSIONS, GREATEST, np.int16), np.full(DIMENSIONS, -GREATEST, np.int16)
    lowest = np.full((1, DIMENSIONS), -128, np.int8)
    assert products_of(*extreme, lowest).tolist() == [[-128 * DIMENSIONS * GREATEST, 128 * DIMENSIONS * GREATEST]]
