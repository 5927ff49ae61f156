"""Kernels of tables of factors: where an item's row is, and what it begins with."""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.kernels.chance import STEP, scrambled
from models.kernels.places import row_of
from schemas.rows.factors import FIRST_SQUARE, VERSION, WIDTH

# A first factor is even between -1,419 and 1,419 units: 0.1 in size.
FIRST_RANGE: Final = 2_839
HALF_RANGE: Final = 1_419
PER_DRAW: Final = 4


class Factors(NamedTuple):
    """Hash tables with linear probing by an item's print, one per variant of ranking, all of 2 ** b places.

    rows (v, 2 ** b) FACTORS, print 0 where empty; changed (v, 2 ** b) bool: what is not stored yet; counts (v,) int64:
    places in use.
    """

    rows: NDArray[np.void]
    changed: NDArray[np.bool_]
    counts: NDArray[np.int64]


@kernel
def find(item: Any, rows: NDArray[np.void]) -> int:
    """The place of the item with this print, or -1."""
    mask = rows.shape[0] - 1
    place = np.int64(item) & mask
    while rows[place].print != 0:
        if rows[place].print == item:
            return int(place)
        place = (place + 1) & mask
    return -1


@kernel
def begin(item: Any, rows: NDArray[np.void], counts: NDArray[np.int64]) -> int:
    """The place of an item, which is entered if it is new: its factors are small, and follow from its print alone.

    Args: counts (1,): of places in use.
    """
    mask = rows.shape[0] - 1
    place = np.int64(item) & mask
    while rows[place].print != 0:
        if rows[place].print == item:
            return int(place)
        place = (place + 1) & mask
    row = rows[place]
    counts[0] += 1
    row.version = VERSION
    row.print = item
    row.bias = 0.0
    row.bias_square = row.square = FIRST_SQUARE
    state = np.uint64(item) * STEP
    for start in range(0, WIDTH, PER_DRAW):
        state += STEP
        bits = scrambled(state)
        for k in range(PER_DRAW):
            part = np.int64(bits >> np.uint64(16 * k) & np.uint64(0xFFFF))
            row.vector[start + k] = (part * FIRST_RANGE >> 16) - HALF_RANGE
    return int(place)


@kernel
def mark_known(
    rows: NDArray[np.void], prints: NDArray[np.uint32], table: NDArray[np.int32], known: NDArray[np.bool_]
) -> None:
    """Fills known (2 ** b,): whether there is an item, and the catalog has it."""
    for place in range(rows.shape[0]):
        known[place] = row_of(rows[place].print, prints, table) >= 0


@kernel
def enter_each(
    found: NDArray[np.void], new: NDArray[np.bool_], rows: NDArray[np.void], changed: NDArray[np.bool_]
) -> None:
    """Enters rows found (n,), each as changed as new (n,) says, into a table that has none of them."""
    mask = rows.shape[0] - 1
    for k in range(found.shape[0]):
        place = np.int64(found[k].print) & mask
        while rows[place].print != 0:
            place = (place + 1) & mask
        rows[place] = found[k]
        changed[place] = new[k]
