"""Kernels of factors: what an item begins with, how gradients are summed up, and the step that they make."""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import fast_kernel, kernel
from models.kernels.chance import STEP, scrambled
from schemas.rows.factors import FIRST_SQUARE, UNIT, VERSION, WIDTH

LARGEST: Final = 32_767.0
# A first factor is even between -1,419 and 1,419 units: 0.1 in size.
FIRST_RANGE: Final = 2_839
HALF_RANGE: Final = 1_419
PER_DRAW: Final = 4


class Gradients(NamedTuple):
    """A hash table with linear probing by an item's print: what behaviors since the last flush say of its factors.

    rows (2 ** b,) GRADIENT, print 0 where empty; places (2 ** b,) int32 of those in use, in the order in which they
    came; counts (1,) int64: how many these are.
    """

    rows: NDArray[np.void]
    places: NDArray[np.int32]
    counts: NDArray[np.int64]


@kernel
def gradient_of(item: Any, gradients: Gradients) -> int:
    """The place of the item with this print, which is entered if it is new."""
    rows, counts = gradients.rows, gradients.counts
    mask = rows.shape[0] - 1
    place = np.int64(item) & mask
    while rows[place].print != 0:
        if rows[place].print == item:
            return int(place)
        place = (place + 1) & mask
    rows[place].print = item
    gradients.places[counts[0]] = place
    counts[0] += 1
    return int(place)


@fast_kernel
def add_gradient(row: Any, slope: float, toward: NDArray[np.float32]) -> None:
    """Adds slope times `toward` (16,), and the mean of its square."""
    mean, vector = np.float32(0.0), row.vector
    for d in range(WIDTH):
        mean += toward[d] * toward[d]
        vector[d] += np.float32(slope) * toward[d]
    row.square += slope * slope * mean / WIDTH


@kernel
def begin(row: Any, item: Any) -> None:
    """Small factors, which follow from the item's print alone."""
    row.version = VERSION
    row.print = item
    row.bias_square = row.square = FIRST_SQUARE
    state = np.uint64(item) * STEP
    for start in range(0, WIDTH, PER_DRAW):
        state += STEP
        bits = scrambled(state)
        for k in range(PER_DRAW):
            part = np.int64(bits >> np.uint64(16 * k) & np.uint64(0xFFFF))
            row.vector[start + k] = (part * FIRST_RANGE >> 16) - HALF_RANGE


@fast_kernel
def climb(row: Any, gradient: Any, rate: float) -> None:
    """One step of Adagrad, whose sums of squares are by row (Gupta et al. 2014); a new row begins first."""
    if row.version == 0:
        begin(row, gradient.print)
    row.bias_square += gradient.bias_square
    row.bias += rate * gradient.bias / np.sqrt(row.bias_square)
    row.square += gradient.square
    step, vector, slopes = np.float32(rate / (np.sqrt(row.square) * UNIT)), row.vector, gradient.vector
    for d in range(WIDTH):
        moved = np.rint(np.float32(vector[d]) + step * slopes[d])
        vector[d] = np.int16(min(max(moved, -LARGEST), LARGEST))


@kernel
def climb_each(rows: NDArray[np.void], places: NDArray[np.int64], gradients: NDArray[np.void], rate: float) -> None:
    """One step for each of gradients (n,) GRADIENT, in rows at places (n,)."""
    for j in range(gradients.shape[0]):
        climb(rows[places[j]], gradients[j], rate)


@kernel
def clear(gradients: Gradients) -> None:
    """Makes the table empty."""
    rows, places, counts = gradients
    for k in range(counts[0]):
        row = rows[places[k]]
        row.print = 0
        row.bias = row.bias_square = row.square = 0.0
        for d in range(WIDTH):
            row.vector[d] = 0.0
    counts[0] = 0
