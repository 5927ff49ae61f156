"""Trends of the catalog's items: statistics by print become arrays by row."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.catalog.facets import FIRST_LEVEL, LEAF
from models.catalog.kernels.market import Market, Prints, new_market
from models.catalog.kernels.putting import put_each
from models.catalog.kernels.tops import enter_never_shown, enter_shelves, open_shelf, put_on_shelf, take_off_shelf
from models.catalog.prints import PrintIndex
from schemas.rows.trend import MOST_NEIGHBORS, decode_trends

BATCH = 64
SLOTTED = (
    "totals",
    "before_n",
    "before_prints",
    "before_rows",
    "before",
    "after_n",
    "after_rows",
    "after",
)


class Trends:
    """What the trends say of the catalog's items; see Market, which is replaced as it grows.

    Items with equal prints share a trend, and as a neighbor such a print stands for the first of them. A neighbor that
    is not in the catalog is left out until the next put; a trend that comes before its item is kept for it. An item
    that is taken out of the catalog stays in the lists. About 3,700 bytes per item that has neighbors or is one, at 128
    neighbors, and 64 for any other; room is made by doubling, and what is not used yet is no more than address space.
    """

    def __init__(self, neighbors: int = 128) -> None:
        self.market: Market = new_market(1, 1, 1, neighbors)
        self._shelved: set[int] = set()
        self._early: dict[int, bytes] = {}

    def put(self, rows: Sequence[bytes], index: PrintIndex, facets: NDArray[np.uint32]) -> None:
        """Puts trend rows that were checked. Args: index of the catalog's prints; facets (c, 5) of its rows."""
        for start in range(0, len(rows), BATCH):
            self._put(rows[start : start + BATCH], index, facets)

    def enter(self, row: int, index: PrintIndex, facets: NDArray[np.uint32]) -> None:
        """A new row, higher than all before, is in the catalog; what came early for it is put."""
        enter_never_shown(self.market, row)
        self._open_shelves(_categories(facets[row]))
        early = self._early.pop(int(index.prints[row]), None)
        if early is not None:
            self._put([early], index, facets)

    def move(self, row: int, before: NDArray[np.uint32], after: NDArray[np.uint32]) -> None:
        """The facets (5,) of a row are others than before."""
        old, new = _categories(before), _categories(after)
        self._open_shelves(new)
        for category in old - new:
            take_off_shelf(self.market, category, row)
        for category in new - old:
            put_on_shelf(self.market, category, row, True)

    def grow(self, capacity: int) -> None:
        """Makes room for so many rows; readers of the old arrays are not disturbed."""
        self._replace(new_market(capacity, 1, 1, 1), ("standings",))

    def reserve(self, slots: int) -> None:
        """Makes room for so many slots in all, or as many as there are rows."""
        slots = min(slots, len(self.market.standings))
        if slots > len(self.market.totals):
            self._replace(new_market(1, slots, 1, self.market.before.shape[1]), SLOTTED)

    def _put(self, rows: Sequence[bytes], index: PrintIndex, facets: NDArray[np.uint32]) -> None:
        trends = decode_trends(rows)
        missing = np.zeros(len(rows), np.bool_)
        done = 0
        while done < len(rows):
            done = put_each(self.market, Prints(index.prints, index.table), facets, trends, missing, done)
            if done < len(rows):
                self.reserve(max(2 * len(self.market.totals), 2 * MOST_NEIGHBORS))
        for number in np.flatnonzero(missing).tolist():
            self._early[int(trends.heads["print"][number])] = rows[number]

    def _open_shelves(self, categories: set[int]) -> None:
        for category in categories - self._shelved:
            if len(self._shelved) == len(self.market.shelves):
                self._double_shelves()
            self._shelved.add(category)
            open_shelf(self.market, category)

    def _double_shelves(self) -> None:
        self._replace(new_market(1, 1, 2 * len(self.market.shelves), 1), ("shelves", "shelf_keys"))
        table = new_market(1, 1, len(self.market.shelves), 1)
        old = self.market
        places = old.shelf_prints[old.shelf_prints > 0], old.shelf_places[old.shelf_prints > 0]
        self.market = old._replace(shelf_prints=table.shelf_prints, shelf_places=table.shelf_places)
        enter_shelves(self.market, *places)

    def _replace(self, room: Market, names: Sequence[str]) -> None:
        """Takes greater arrays, filled with what is in the present ones."""
        arrays = {name: getattr(room, name) for name in names}
        for name, array in arrays.items():
            old = getattr(self.market, name)
            array[: len(old)] = old
        self.market = self.market._replace(**arrays)


def _categories(facets: NDArray[np.uint32]) -> set[int]:
    return {int(facets[LEAF]), int(facets[FIRST_LEVEL])} - {0}
