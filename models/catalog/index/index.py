"""The index: which items can be found, kept up to date as the catalog changes."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.catalog.index.arrays import (
    CHANGES,
    LISTS,
    LIVE,
    LONG,
    Index,
    Scratch,
    empty_index,
    scratch_for,
    with_lists,
    with_pages,
    with_rows,
)
from models.catalog.index.calibration import calibrate, is_due
from models.catalog.index.lists import enter, leave, part_all
from models.catalog.index.products import LANES
from models.catalog.index.search import FLAT
from models.compiled import making_kernel

_SLACK: Final = 16
_CASCADE: Final = 512
_PENDING: Final = 256


class VectorIndex:
    """Finds items by vectors, as `models.catalog.index.search.search_one` describes.

    The same calls in the same order make the same index. What is put is findable by whoever takes `arrays` after. Some
    180 bytes are used per item beside its vector, up to twice that right after the room has doubled.
    """

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        self._index = empty_index(vectors)
        self._present = np.zeros(len(vectors), np.bool_)
        self._rows: list[int] = []
        self._in: list[bool] = []

    def put(self, row: int, moved: bool = True) -> None:
        """Enters a row whose vector is in place; one that is in here is entered anew when its vector has moved."""
        if moved or not self._present[row]:
            self._change(row, True)

    def remove(self, row: int) -> None:
        """Takes a row out; nothing happens when it is not in here."""
        if self._present[row]:
            self._change(row, False)

    def move(self, vectors: NDArray[np.float32]) -> None:
        """Goes on with a longer copy of the vectors (c, 128)."""
        self._index = with_rows(self._index, vectors)
        self._present = np.concatenate([self._present, np.zeros(len(vectors) - len(self._present), np.bool_)])

    def arrays(self) -> Index:
        """All as it is now, for kernels; good until the next change."""
        if self._rows:
            self._settle()
        return self._index

    def scratch(self, count: int) -> Scratch:
        """Room for a search of at most count items in `arrays`."""
        return scratch_for(self.arrays(), count)

    def __len__(self) -> int:
        return int(self._present.sum())

    def _change(self, row: int, present: bool) -> None:
        self._present[row] = present
        self._rows.append(row)
        self._in.append(present)
        if len(self._rows) == _PENDING:
            self._settle()

    def _settle(self) -> None:
        rows, present = np.array(self._rows, np.int32), np.array(self._in, np.bool_)
        self._rows.clear()
        self._in.clear()
        done = 0
        while done < len(rows):
            self._make_room()
            done += _apply(self._index, rows[done:], present[done:], scratch_for(self._index, 1))
            if self._index.counters[LONG]:
                part_all(self._index)
            if is_due(self._index):
                calibrate(self._index, scratch_for(self._index, 1))

    def _make_room(self) -> None:
        index = self._index
        lists, room = int(index.counters[LISTS]), len(index.sizes)
        needed = _lists_needed(index)
        if needed > room:
            self._index = with_lists(self._index, -(-max(needed, 2 * lists) // LANES) * LANES)
        pages = _pages_needed(self._index)
        if pages > len(self._index.after):
            self._index = with_pages(self._index, max(pages, 2 * len(self._index.after)))


@making_kernel
def _apply(index: Index, rows: NDArray[np.int32], present: NDArray[np.bool_], scratch: Scratch) -> int:
    """Enters or takes out rows in order; how many were done before something else is to be done."""
    for k in range(rows.shape[0]):
        if _lists_needed(index) > index.sizes.shape[0] or _pages_needed(index) > index.after.shape[0]:
            return k
        if index.place[rows[k]] >= 0:
            leave(index, rows[k], scratch)
        if present[k]:
            enter(index, rows[k], scratch)
        index.counters[CHANGES] += 1
        if index.counters[LONG] or is_due(index):
            return k + 1
    return rows.shape[0]


@making_kernel
def _lists_needed(index: Index) -> int:
    """Room for lists that one change may take."""
    parting = index.counters[LISTS] == 1 and index.counters[LIVE] >= FLAT
    return index.counters[LISTS] + (_CASCADE if parting else _SLACK)


@making_kernel
def _pages_needed(index: Index) -> int:
    """Room for pages that one change may take: every list has one that is not full."""
    return index.counters[LIVE] // LANES + index.sizes.shape[0] + _SLACK
