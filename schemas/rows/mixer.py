"""Mixer row: what a partition has learned about ranking, 4,848 bytes per variant, little-endian.

| offset | type | field | what |
|---|---|---|---|
| 0 | u1 | version | 2 |
| 1 | 7 u1 | (zero) | |
| 8 | u8 | steps | behaviors learned from |
| 16 | 14 x 5 f8 | weights | of features, by context |
| 576 | 14 x 5 f8 | squares | sums of their squared gradients |
| 1136 | 3 x 24 f8 | attention | logarithms of how much a recent item counts, by place, by age, by behaviors |
| 1712 | 3 x 24 f8 | attention_squares | sums of their squared gradients |
| 2288 | 19 x 16 f4 | hidden | weights of features, then of contexts, by hidden unit |
| 3504 | 19 x 16 f4 | hidden_squares | sums of their squared gradients |
| 4720 | 16 f4 | output | weights of hidden units |
| 4784 | 16 f4 | output_squares | sums of their squared gradients |

Version 1 ends before hidden units; it is read as if they had learned nothing yet.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.errors import SchemaError, UnknownVersionError

VERSION: Final = 2
FEATURES: Final = 14
CONTEXTS: Final = 5
PLACES: Final = 24
KINDS: Final = 3
INPUTS: Final = FEATURES + CONTEXTS
HIDDEN: Final = 16
FADING: Final = 0.85
# What shops and films have in common at their first behavior; learned on from there.
FIRST_WEIGHTS: Final = (0.2, 0.1, 0.4, 0.1, 0.8, 0.8, 0.6, 0.5, 1.0, 1.5, 1.0, -0.5, 0.0, 0.2)

MIXER = np.dtype(
    [
        ("version", "u1"),
        ("pad", "u1", (7,)),
        ("steps", "<u8"),
        ("weights", "<f8", (FEATURES, CONTEXTS)),
        ("squares", "<f8", (FEATURES, CONTEXTS)),
        ("attention", "<f8", (KINDS, PLACES)),
        ("attention_squares", "<f8", (KINDS, PLACES)),
        ("hidden", "<f4", (INPUTS, HIDDEN)),
        ("hidden_squares", "<f4", (INPUTS, HIDDEN)),
        ("output", "<f4", (HIDDEN,)),
        ("output_squares", "<f4", (HIDDEN,)),
    ]
)
SIZE_OF_1: Final = 2_288


def new_mixer(variants: int = 1) -> NDArray[np.void]:
    """What every variant begins with (variants,) MIXER."""
    mixer = np.zeros(variants, MIXER)
    mixer["version"] = VERSION
    mixer["weights"][:, :, 0] = FIRST_WEIGHTS
    mixer["squares"] = 1.0
    mixer["attention"][:, 0] = np.log(FADING) * np.arange(PLACES)
    mixer["attention_squares"] = 1.0
    mixer["hidden"] = _first_hidden()
    mixer["hidden_squares"] = mixer["output_squares"] = 0.1
    return mixer


def read_mixer(row: bytes) -> NDArray[np.void]:
    """The row as an array (1,). Raises SchemaError or UnknownVersionError for what is no such row."""
    if row and row[0] > VERSION:
        raise UnknownVersionError(
            f"a mixer row has version {row[0]}, this program knows {VERSION}: run the newer program on this data"
        )
    if len(row) == SIZE_OF_1 and row[0] == 1:
        row = bytes([VERSION]) + row[1:] + new_mixer().tobytes()[SIZE_OF_1:]
    if len(row) != MIXER.itemsize or row[0] < VERSION:
        raise SchemaError(f"a mixer row has {len(row)} bytes, version {VERSION} has {MIXER.itemsize}")
    return np.frombuffer(row, MIXER).copy()


def _first_hidden() -> NDArray[np.float64]:
    """What hidden units begin with (19, 16): all different, about 0.3 in size, and the same in every partition.

    Sines of multiples of the squares of whole numbers have no pattern that matters here.
    """
    numbers = np.arange(1.0, 1.0 + INPUTS * HIDDEN).reshape(INPUTS, HIDDEN)
    return 0.42 * np.sin(np.sqrt(5.0) * numbers**2)
