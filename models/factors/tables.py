"""Factors of items: the tables in which they are learned, with room made ahead, and the rows that are stored."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.factors.kernels import Factors, enter_each, mark_known
from schemas.rows.factors import FACTORS

FIRST_CAPACITY = 1_024


class Prints(Protocol):
    """The catalog's prints by row, and the hash table that finds the row of one."""

    @property
    def prints(self) -> NDArray[np.uint32]:
        """(c,) uint32, 0 where there is no item."""
        ...

    @property
    def table(self) -> NDArray[np.int32]:
        """(2 ** b,) int32 of rows, -1 where empty."""
        ...


class FactorTables:
    """What the variants of one partition have learned of each item."""

    def __init__(self, variants: int) -> None:
        self.arrays = _empty(variants, FIRST_CAPACITY)
        self._gone: list[tuple[int, int]] = []

    def reserve(self, new: int, catalog: Prints) -> None:
        """Makes room for so many new items.

        When that takes larger tables, what the catalog no longer has goes first.
        """
        if self._fits(new):
            return
        rows = [self._kept(place, catalog) for place in range(len(self.arrays.counts))]
        most = max(len(kept) for kept, _ in rows) + new
        arrays = _empty(len(rows), max(FIRST_CAPACITY, 1 << (2 * most).bit_length()))
        for place, (kept, changed) in enumerate(rows):
            enter_each(kept, changed, arrays.rows[place], arrays.changed[place])
            arrays.counts[place] = len(kept)
        self.arrays = arrays

    def load(self, found: Sequence[NDArray[np.void]], changed: Sequence[bool]) -> None:
        """Begins with these rows (n,) FACTORS of each variant. changed: whether they are not stored under its name."""
        most = max(len(rows) for rows in found)
        self.arrays = _empty(len(found), max(FIRST_CAPACITY, 1 << (2 * most).bit_length()))
        for place, rows in enumerate(found):
            new = np.full(len(rows), changed[place])
            enter_each(rows, new, self.arrays.rows[place], self.arrays.changed[place])
            self.arrays.counts[place] = len(rows)

    def take(self) -> list[tuple[int, int, bytes | None]]:
        """Variant's place, item's print and row of each that changed since the last call; None for those to delete."""
        taken: list[tuple[int, int, bytes | None]] = [(place, item, None) for place, item in self._gone]
        for place, (rows, changed) in enumerate(zip(self.arrays.rows, self.arrays.changed, strict=True)):
            places = np.flatnonzero(changed)
            for row in rows[places]:
                taken.append((place, int(row["print"]), row.tobytes()))
            changed[places] = False
        self._gone = []
        return taken

    def of(self, place: int) -> Factors:
        """One variant's tables."""
        rows, changed, counts = self.arrays
        one = slice(place, place + 1)
        return Factors(rows[one], changed[one], counts[one])

    def rows_of(self, place: int) -> NDArray[np.void]:
        """All rows (n,) FACTORS of a variant, in no order."""
        rows = self.arrays.rows[place]
        return rows[rows["print"] != 0]

    def _fits(self, new: int) -> bool:
        return 2 * (int(self.arrays.counts.max()) + new) <= self.arrays.rows.shape[1]

    def _kept(self, place: int, catalog: Prints) -> tuple[NDArray[np.void], NDArray[np.bool_]]:
        rows = self.arrays.rows[place]
        here = np.zeros(len(rows), np.bool_)
        mark_known(rows, catalog.prints, catalog.table, here)
        gone = rows["print"][(rows["print"] != 0) & ~here]
        self._gone += [(place, item) for item in gone.tolist()]
        return rows[here], self.arrays.changed[place][here]


def _empty(variants: int, capacity: int) -> Factors:
    return Factors(
        np.zeros((variants, capacity), FACTORS),
        np.zeros((variants, capacity), np.bool_),
        np.zeros(variants, np.int64),
    )
