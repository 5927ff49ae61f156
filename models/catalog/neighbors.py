"""Neighbors: the items nearest to an item, remembered so that kernels find them without a search."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.catalog.index.arrays import LIVE, Index, Scratch
from models.catalog.index.index import VectorIndex
from models.catalog.index.search import search_one
from models.compiled import kernel, making_kernel

NEIGHBORS: Final = 32
_GROWTH: Final = 8
_LIMIT: Final = 64


class Neighbors:
    """The nearest items of those whose neighbors were asked for, best first.

    They are looked for again, once asked for, when the index has grown by an eighth since. Until then items may be
    missing that came later, and some be there that have left: whoever reads checks what is allowed. 132 bytes per
    place for an item.
    """

    def __init__(self, index: VectorIndex) -> None:
        self._index = index
        self._rows = np.zeros((0, NEIGHBORS), np.int32)
        self._items = np.zeros(0, np.int32)

    def rows(self) -> NDArray[np.int32]:
        """By row, its neighbors (c, 32) int32, -1 for none; c is at least that of the catalog's arrays now."""
        self._make_room(len(self._index.arrays().place))
        return self._rows

    def fill(self, rows: NDArray[np.int32], limit: int = _LIMIT) -> int:
        """Looks for neighbors of rows (n,) that have none yet or old ones, at most limit; for how many it did.

        A row that is asked for twice is looked at once; -1 and rows without a vector are passed over.
        """
        index = self._index.arrays()
        self._make_room(len(index.place))
        return int(_fill(rows, limit, index, self._rows, self._items, self._index.scratch(NEIGHBORS + 1)))

    def of(self, row: int) -> NDArray[np.int32]:
        """A row's neighbors (32,) int32, -1 for none, found now unless they are known."""
        self.fill(np.array([row], np.int32))
        return self._rows[row]

    def forget(self, row: int) -> None:
        """A row's vector has changed."""
        if row < len(self._items):
            self._items[row] = 0
            self._rows[row] = -1

    def _make_room(self, capacity: int) -> None:
        known = len(self._items)
        if capacity > known:
            rows, items = np.full((capacity, NEIGHBORS), -1, np.int32), np.zeros(capacity, np.int32)
            rows[:known], items[:known] = self._rows, self._items
            self._rows, self._items = rows, items


@making_kernel
def _fill(
    asked: NDArray[np.int32],
    limit: int,
    index: Index,
    neighbors: NDArray[np.int32],
    items: NDArray[np.int32],
    scratch: Scratch,
) -> int:
    """items (c,): how many there were when a row's neighbors were found, 0 for never."""
    live = index.counters[LIVE]
    allowed = np.ones(index.place.shape[0], np.bool_)
    found, scores = np.empty(NEIGHBORS + 1, np.int32), np.empty(NEIGHBORS + 1, np.float32)
    done = 0
    for row in asked:
        if done == limit:
            break
        if row < 0 or not index.vectors[row].any() or not _is_due(items[row], live):
            continue
        count = search_one(index.vectors[row], index, allowed, NEIGHBORS + 1, found, scores, scratch)
        place = 0
        neighbors[row] = -1
        for k in np.argsort(-scores[:count], kind="mergesort"):
            if found[k] != row and place < NEIGHBORS:
                neighbors[row, place] = found[k]
                place += 1
        items[row] = max(live, 1)
        done += 1
    return done


@kernel
def _is_due(items: int, live: int) -> bool:
    return items == 0 or live > items + items // _GROWTH
