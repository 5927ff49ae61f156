"""Vectors: 128 numbers as 256 bytes of little-endian float16."""

import numpy as np
from numpy.typing import NDArray

from schemas.errors import SchemaError

DIMENSIONS = 128
VECTOR_BYTES = 2 * DIMENSIONS
LARGEST = 65_504.0


def to_bytes(vector: NDArray[np.float32]) -> bytes:
    """One vector (128,) float32 as 256 bytes."""
    return np.asarray(vector, np.float32).astype("<f2").tobytes()


def from_bytes(data: bytes) -> NDArray[np.float32]:
    """The vector (128,) float32 in 256 bytes. Raises SchemaError for any other length."""
    check_vector(data, "a vector: it")
    return np.frombuffer(data, "<f2").astype(np.float32)


def check_vector(data: bytes | None, what: str) -> None:
    """Raises SchemaError that begins with `what` unless this is a vector's 256 bytes, or None."""
    if data is not None and len(data) != VECTOR_BYTES:
        raise SchemaError(f"not {what} has {len(data)} bytes, {VECTOR_BYTES} of float16 are needed")
