"""Places: where a value stands in an array, or an item's print in a hash table."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel


@kernel
def place_of(values: NDArray[Any], value: Any) -> int:
    """Where a value is first, -1 if it is not there; without a branch, so that many places are looked at together."""
    count = np.int32(values.shape[0])
    place = count
    for k in range(values.shape[0]):
        place = min(place, np.int32(k) if values[k] == value else count)
    return int(place) if place < count else -1


@kernel
def row_of(value: int | np.integer[Any], prints: NDArray[np.uint32], table: NDArray[np.int32]) -> int:
    """The first row with this print in the arrays of a PrintIndex, -1 when there is none, and for 0."""
    if value == 0:
        return -1
    mask = table.shape[0] - 1
    place = np.int64(value) & mask
    while table[place] >= 0:
        row = np.int64(table[place])
        if prints[row] == value:
            return int(row)
        place = (place + 1) & mask
    return -1
