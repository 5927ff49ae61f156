"""Factors row: what was learned of one item among the others, 52 bytes, little-endian.

| offset | type | field | what |
|---|---|---|---|
| 0 | u1 | version | 1 |
| 1 | 3 u1 | (zero) | |
| 4 | u4 | print | of the item |
| 8 | f4 | bias | what speaks for the item at any moment, in units of the score |
| 12 | f4 | bias_square | sum of its squared gradients |
| 16 | f4 | square | sum of the mean squared gradients of its factors |
| 20 | 16 i2 | vector | its factors, in units of 1 / 8192 |

Gradient: what behaviors say of them, 80 bytes, little-endian.

| offset | type | field | what |
|---|---|---|---|
| 0 | u4 | print | of the item |
| 4 | f4 | bias | sum of the bias's gradients |
| 8 | f4 | bias_square | sum of their squares |
| 12 | f4 | square | sum of the mean squares of its factors' gradients |
| 16 | 16 f4 | vector | sums of its factors' gradients |
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.errors import SchemaError, UnknownVersionError
from schemas.rows.keys import FACTORS as FACTORS_KIND
from schemas.rows.keys import owner_prefix
from schemas.rows.trend import trend_name

VERSION: Final = 1
WIDTH: Final = 16
UNIT: Final = 1.0 / 8192.0
FIRST_SQUARE: Final = 0.1

FACTORS = np.dtype(
    [
        ("version", "u1"),
        ("pad", "u1", (3,)),
        ("print", "<u4"),
        ("bias", "<f4"),
        ("bias_square", "<f4"),
        ("square", "<f4"),
        ("vector", "<i2", (WIDTH,)),
    ]
)
GRADIENT = np.dtype(
    [("print", "<u4"), ("bias", "<f4"), ("bias_square", "<f4"), ("square", "<f4"), ("vector", "<f4", (WIDTH,))]
)


def factors_key(value: int) -> bytes:
    """The key of the stored row for an item of this print."""
    return owner_prefix(trend_name(value)) + FACTORS_KIND


def factors_name(value: int) -> str:
    """The key of the published row for an item of this print."""
    return trend_name(value) + FACTORS_KIND.decode()


def is_factors(row: bytes) -> bool:
    """Whether a row of what items are between workers is one of factors, or else of a trend: by its size."""
    return len(row) == FACTORS.itemsize


def check_factors(row: bytes) -> None:
    """Raises UnknownVersionError for a row of a newer version, SchemaError for what is no such row."""
    read_factors([row])


def read_factors(rows: Sequence[bytes]) -> NDArray[np.void]:
    """The rows as an array (n,). Raises SchemaError or UnknownVersionError for what is no such row."""
    for row in rows:
        if row and row[0] > VERSION:
            raise UnknownVersionError(
                f"a factors row has version {row[0]}, this program knows {VERSION}: run the newer program on this data"
            )
        if len(row) != FACTORS.itemsize or row[0] < VERSION:
            raise SchemaError(f"a factors row has {len(row)} bytes, version {VERSION} has {FACTORS.itemsize}")
    return np.frombuffer(b"".join(rows), FACTORS).copy()
