"""Learned row: the parameters that all users of a partition share, 136 bytes, little-endian.

| offset | type | field | what |
|---|---|---|---|
| 0 | u1 | version | 1 |
| 1 | 7 u1 | (zero) | |
| 8 | 6 f8 | theta | weights of the attention's features |
| 56 | 6 f8 | squares | sums of their squared gradients |
| 104 | 2 f8 | touches | decayed number of sessions that returned to an interest, by long and by short mass |
| 120 | 2 f8 | exposure | decayed integrals of mass**0.75, long and short, between sessions, in seconds |
"""

import numpy as np
from numpy.typing import NDArray

from schemas.errors import SchemaError, UnknownVersionError

VERSION = 1
THETA = (1.0, 0.3, 0.8, 0.5, 0.5, 2.0)
SQUARES = 1.0
TOUCHES = 1.0
DAY = 86_400.0
EXPOSURE = (70.0 * DAY, 7.0 * DAY)

LEARNED = np.dtype(
    [
        ("version", "u1"),
        ("pad", "u1", (7,)),
        ("theta", "<f8", (6,)),
        ("squares", "<f8", (6,)),
        ("touches", "<f8", (2,)),
        ("exposure", "<f8", (2,)),
    ]
)


def new_learned() -> NDArray[np.void]:
    """What a partition begins with (1,) LEARNED: priors that weigh as much as a single session."""
    learned = np.zeros(1, LEARNED)
    learned["version"] = VERSION
    learned["theta"] = THETA
    learned["squares"] = SQUARES
    learned["touches"] = TOUCHES
    learned["exposure"] = EXPOSURE
    return learned


def read_learned(row: bytes) -> NDArray[np.void]:
    """The row as an array (1,). Raises SchemaError or UnknownVersionError for what is no such row."""
    if row and row[0] > VERSION:
        raise UnknownVersionError(
            f"a learned row has version {row[0]}, this program knows {VERSION}: run the newer program on this data"
        )
    if len(row) != LEARNED.itemsize or row[0] < VERSION:
        raise SchemaError(f"a learned row has {len(row)} bytes, version {VERSION} has {LEARNED.itemsize}")
    return np.frombuffer(row, LEARNED).copy()
