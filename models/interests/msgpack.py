"""Msgpack: values written into a buffer from `place` on, compiled; each gives the place after it."""

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.interests.kernels.types import Integer
from models.kernels.copying import copy_bytes
from schemas.vectors import VECTOR_BYTES

FIXED_TEXT, TEXT8, TEXT16, LONG_TEXT, LONGER_TEXT = 0xA0, 0xD9, 0xDA, 32, 256
NIL, FLOAT64, UINT32, UINT64, BYTES16, ARRAY16, FIXED_ARRAY = 0xC0, 0xCB, 0xCE, 0xCF, 0xC5, 0xDC, 0x90


@kernel
def put_copy(
    out: NDArray[np.uint8], place: int, data: NDArray[np.uint8], starts: NDArray[np.int64], number: Integer
) -> int:
    """Piece number `number` of data."""
    length: int = starts[number + 1] - starts[number]
    copy_bytes(out, place, data, starts[number], length)
    return place + length


@kernel
def put_vector(out: NDArray[np.uint8], place: int, halves: NDArray[np.uint8]) -> int:
    """128 float16, given as 256 bytes."""
    out[place] = BYTES16
    out[place + 1] = VECTOR_BYTES >> 8
    out[place + 2] = VECTOR_BYTES & 255
    copy_bytes(out, place + 3, halves, 0, VECTOR_BYTES)
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
    out[np.uint64(place)] = FLOAT64
    return put_bits(out, place + 1, value)


@kernel
def put_bits(out: NDArray[np.uint8], place: int, value: float) -> int:
    """The eight bytes of a float."""
    return put_big(out, place, np.float64(value).view(np.uint64))


@kernel
def put_big(out: NDArray[np.uint8], place: int, value: np.uint64) -> int:
    """Eight bytes, the highest first."""
    to = np.uint64(place)
    for k in range(np.uint64(8)):
        out[to + k] = (value >> (np.uint64(56) - np.uint64(8) * k)) & np.uint64(255)
    return place + 8


@kernel
def put_small(out: NDArray[np.uint8], place: int, value: np.uint32) -> int:
    """Four bytes, the highest first."""
    to = np.uint64(place)
    for k in range(np.uint64(4)):
        out[to + k] = (np.uint64(value) >> (np.uint64(24) - np.uint64(8) * k)) & np.uint64(255)
    return place + 4


@kernel
def put_byte(out: NDArray[np.uint8], place: int, value: Integer) -> int:
    """One byte."""
    out[np.uint64(place)] = value
    return place + 1


@kernel
def put_text(
    out: NDArray[np.uint8], place: int, data: NDArray[np.uint8], starts: NDArray[np.int64], number: Integer
) -> int:
    """Piece number `number` of data, of UTF-8 and under 65,536 bytes, as a text."""
    length = starts[number + 1] - starts[number]
    if length < LONG_TEXT:
        place = put_byte(out, place, FIXED_TEXT + length)
    elif length < LONGER_TEXT:
        place = put_byte(out, put_byte(out, place, TEXT8), length)
    else:
        place = put_byte(out, put_byte(out, put_byte(out, place, TEXT16), length >> 8), length & 255)
    return put_copy(out, place, data, starts, number)
