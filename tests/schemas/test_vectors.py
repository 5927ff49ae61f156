"""Vectors: float16 as IEEE 754 rounds it, the same as numpy's slow conversion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from schemas.errors import SchemaError
from schemas.halves import to_half
from schemas.vectors import DIMENSIONS, LARGEST, VECTOR_BYTES, from_bytes, to_bytes

EVERY_HALF = np.arange(2**16, dtype=np.uint16).view(np.float16)


def slow_half(values: NDArray[np.float32]) -> NDArray[np.float16]:
    """The same conversion by numpy."""
    with np.errstate(over="ignore", invalid="ignore"):
        return values.astype(np.float16)


def assert_same_bits(values: NDArray[np.float32]) -> None:
    """Fails unless both conversions give the same bits; of NaN only that it is NaN, with its sign."""
    fast, slow = to_half(values), slow_half(values)
    nan = np.isnan(slow)
    np.testing.assert_array_equal(np.isnan(fast), nan)
    np.testing.assert_array_equal(np.signbit(fast), np.signbit(slow))
    np.testing.assert_array_equal(fast[~nan].view(np.uint16), slow[~nan].view(np.uint16))


def test_every_float16_is_kept():
    assert_same_bits(EVERY_HALF.astype(np.float32))


def test_halfway_values_and_their_neighbors_round_as_numpy_does():
    finite = np.sort(EVERY_HALF[np.isfinite(EVERY_HALF)].astype(np.float32))
    halfway = (finite[1:] + finite[:-1]) / 2
    for values in (halfway, np.nextafter(halfway, np.float32(np.inf)), np.nextafter(halfway, np.float32(-np.inf))):
        assert_same_bits(values)


def test_the_edge_of_infinity_is_where_numpy_has_it():
    edge = np.array([LARGEST, 65_519.996, 65_520, 65_536, 3.4e38, np.inf, np.nan], np.float32)
    assert_same_bits(np.concatenate([edge, -edge]))
    assert to_half(edge).tolist()[:4] == [65_504.0, 65_504.0, np.inf, np.inf]


def test_subnormals_round_as_numpy_does():
    steps = np.arange(0, 2**14, dtype=np.float32) * np.float32(2**-28)
    tiny = np.arange(0, 2**12, dtype=np.uint32).view(np.float32)
    for values in (steps, -steps, tiny, -tiny):
        assert_same_bits(values)


def test_random_bits_round_as_numpy_does():
    bits = np.random.default_rng(7).integers(0, 2**32, 2**20, dtype=np.uint32)
    assert_same_bits(bits.view(np.float32))


@given(values=st.lists(st.floats(width=32), max_size=20))
def test_any_floats_round_as_numpy_does(values: list[float]):
    assert_same_bits(np.array(values, np.float32))


def test_shape_and_order_are_kept():
    values = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    for view in (values, values.T, values[:, ::2], values[1, 1, 1:1]):
        half = to_half(view)
        assert half.shape == view.shape
        np.testing.assert_array_equal(half, view.astype(np.float16))


@given(vector=st.lists(st.floats(-65_504, 65_504, width=16), min_size=DIMENSIONS, max_size=DIMENSIONS))
def test_a_vector_of_halves_comes_back_from_its_bytes(vector: list[float]):
    data = to_bytes(np.array(vector, np.float32))
    assert len(data) == VECTOR_BYTES
    assert data == np.array(vector, "<f2").tobytes()
    np.testing.assert_array_equal(from_bytes(data), np.array(vector, np.float32))
    assert from_bytes(data).dtype == np.float32


@pytest.mark.parametrize("size", [0, 1, 255, 257, 512])
def test_bytes_of_another_size_are_no_vector(size: int):
    with pytest.raises(SchemaError, match=f"{size} bytes, {VECTOR_BYTES} of float16 are needed"):
        from_bytes(bytes(size))
