"""Prints: from the 32 bits by which users' rows remember an item to the item's catalog row."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from schemas.ids import item_print

__all__ = ["PrintIndex", "item_print"]


class PrintIndex:
    """A hash table with linear probing; items whose prints are equal are all found.

    prints (c,) uint32 by catalog row, 0 where there is no item yet; table (2 ** b,) int32 of rows, -1 where empty.
    """

    def __init__(self, capacity: int) -> None:
        self.prints = np.zeros(capacity, np.uint32)
        self.table = _empty_table(capacity)

    def add(self, row: int, value: int) -> None:
        """Enters a row that has no print yet, with room for it in `prints`."""
        self.prints[row] = value
        mask = len(self.table) - 1
        place = value & mask
        while self.table[place] >= 0:
            place = (place + 1) & mask
        self.table[place] = row

    def grow(self, capacity: int) -> None:
        """Makes room for more rows; readers of the old arrays are not disturbed."""
        prints = np.zeros(capacity, np.uint32)
        prints[: len(self.prints)] = self.prints
        table = _empty_table(capacity)
        _enter_all(prints, table)
        self.prints = prints
        self.table = table


@njit(nogil=True, cache=True)
def _enter_all(prints: NDArray[np.uint32], table: NDArray[np.int32]) -> None:
    mask = table.shape[0] - 1
    for row in range(prints.shape[0]):
        if prints[row]:
            place = prints[row] & mask
            while table[place] >= 0:
                place = (place + 1) & mask
            table[place] = row


def _empty_table(capacity: int) -> NDArray[np.int32]:
    return np.full(1 << (2 * capacity).bit_length(), -1, np.int32)
