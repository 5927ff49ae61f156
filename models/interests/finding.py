"""Finding: from the prints in users' rows to rows of a catalog that another thread may be filling."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog.prints import PrintIndex
from models.compiled import kernel


class Finder(NamedTuple):
    """An index's arrays as kernels take them; rows from `rows` on are not complete yet and count as unknown."""

    prints: NDArray[np.uint32]
    table: NDArray[np.int32]
    rows: int


def finder_of(index: PrintIndex, rows: int) -> Finder:
    """The index as it is now. The table is taken first: it never points beyond prints that are taken later."""
    table = index.table
    return Finder(index.prints, table, rows)


def rows_of(prints: NDArray[np.uint32], finder: Finder) -> NDArray[np.int32]:
    """The rows of prints, in the same shape; -1 for 0 and for unknown ones."""
    rows = np.empty(prints.shape, np.int32)
    _find_each(prints.reshape(-1), finder, rows.reshape(-1))
    return rows


@kernel
def row_of(value: int, prints: NDArray[np.uint32], table: NDArray[np.int32], rows: int) -> int:
    """The row of one print, -1 for 0 and for an unknown one."""
    if value == 0:
        return -1
    mask = table.shape[0] - 1
    place = value & mask
    while table[place] >= 0:
        if prints[table[place]] == value and table[place] < rows:
            return table[place]
        place = (place + 1) & mask
    return -1


@kernel
def _find_each(wanted: NDArray[np.uint32], finder: Finder, found: NDArray[np.int32]) -> None:
    prints, table, rows = finder
    for i in range(wanted.shape[0]):
        found[i] = row_of(wanted[i], prints, table, rows)
