"""Msgpack: values written into a buffer from `place` on, compiled; each gives the place after it."""

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from schemas.vectors import VECTOR_BYTES

NIL, FLOAT64, UINT32, UINT64, BYTES16, ARRAY16, FIXED_ARRAY = 0xC0, 0xCB, 0xCE, 0xCF, 0xC5, 0xDC, 0x90


@kernel
def put_copy(
    out: NDArray[np.uint8], place: int, data: NDArray[np.uint8], starts: NDArray[np.int64], number: int
) -> int:
    """Piece number `number` of data. Unsigned places spare a test for negative ones at every byte."""
    length: int = starts[number + 1] - starts[number]
    start, to = np.uint64(starts[number]), np.uint64(place)
    for k in range(np.uint64(length)):
        out[to + k] = data[start + k]
    return place + length


@kernel
def put_vector(out: NDArray[np.uint8], place: int, halves: NDArray[np.uint8]) -> int:
    """128 float16, given as 256 bytes."""
    out[place] = BYTES16
    out[place + 1] = VECTOR_BYTES >> 8
    out[place + 2] = VECTOR_BYTES & 255
    to = np.uint64(place + 3)
    for k in range(np.uint64(VECTOR_BYTES)):
        out[to + k] = halves[k]
    return place + 3 + VECTOR_BYTES


@kernel
def put_array(out: NDArray[np.uint8], place: int, length: int) -> int:
    """The start of an array."""
    out[place] = ARRAY16
    out[place + 1] = length >> 8
    out[place + 2] = length & 255
    return place + 3


@kernel
def put_float(out: NDArray[np.uint8], place: int, value: float) -> int:
    """A float with its type."""
    out[place] = FLOAT64
    return put_bits(out, place + 1, value)


@kernel
def put_bits(out: NDArray[np.uint8], place: int, value: float) -> int:
    """The eight bytes of a float."""
    return put_big(out, place, np.float64(value).view(np.uint64))


@kernel
def put_big(out: NDArray[np.uint8], place: int, value: np.uint64) -> int:
    """Eight bytes, the highest first."""
    for k in range(8):
        out[place + k] = (value >> np.uint64(56 - 8 * k)) & np.uint64(255)
    return place + 8


@kernel
def put_small(out: NDArray[np.uint8], place: int, value: np.uint32) -> int:
    """Four bytes, the highest first."""
    for k in range(4):
        out[place + k] = (np.uint32(value) >> np.uint32(24 - 8 * k)) & np.uint32(255)
    return place + 4


@kernel
def put_byte(out: NDArray[np.uint8], place: int, value: int) -> int:
    """One byte."""
    out[place] = value
    return place + 1
