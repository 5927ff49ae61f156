"""The catalog: what can be recommended, as contiguous arrays with one row per item."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.catalog.background import background
from models.catalog.errors import CatalogError
from models.catalog.facets import FACETS, FacetNames
from models.catalog.index.index import VectorIndex
from models.catalog.index.search import encode_query
from models.catalog.kernels.putting import put_factors
from models.catalog.neighbors import Neighbors
from models.catalog.prints import PrintIndex, item_print
from models.catalog.terms import Terms
from models.catalog.trends import Trends
from models.kernels.lines import zeros_by_line
from schemas.items import ItemVector
from schemas.rows.factors import FACTORS, is_factors, read_factors
from schemas.vectors import DIMENSIONS, from_bytes

_COLUMNS: dict[str, tuple[tuple[int, ...], Any]] = {
    "vectors": ((DIMENSIONS,), np.float32),
    "coarse": ((DIMENSIONS,), np.int8),
    "coarse_units": ((), np.float32),
    "has_vector": ((), np.bool_),
    "available": ((), np.bool_),
    "deleted": ((), np.bool_),
    "facets": ((FACETS,), np.uint32),
    "factors": ((), FACTORS),
}


class Catalog:
    """Items in rows; a row stays with its item, also when the item is deleted and comes back.

    rows: item id to row. ids, titles, tags, categories: by row. Arrays of at least len(rows) places: vectors (c, 128)
    float32 of unit length, zero where has_vector is false; coarse (c, 128) int8: the same in a quarter of the bytes, in
    coarse_units (c,) float32, a 127th of each one's greatest part; available, deleted bool; facets (c, 5) uint32, the
    prints of leaf category, first-level category, brand and price band, whose names are in facet_names; factors (c,)
    FACTORS, all zero where nothing is known. trends: what users do with the items. terms: the words of each row.
    print_index: from prints to rows. index: finds recommendable items by vectors, and neighbors those of an item; both
    together take some 300 bytes per item, up to twice that after they have grown. encoder: the version that all vectors
    are of, "" before the first. version: counts changes.

    One thread writes. Others may read: a row is complete before its id is in `rows`, so look up rows first and take the
    arrays after.
    """

    vectors: NDArray[np.float32]
    coarse: NDArray[np.int8]
    coarse_units: NDArray[np.float32]
    has_vector: NDArray[np.bool_]
    available: NDArray[np.bool_]
    deleted: NDArray[np.bool_]
    facets: NDArray[np.uint32]
    factors: NDArray[np.void]

    def __init__(self, capacity: int = 1024, neighbors: int = 128) -> None:
        self.rows: dict[str, int] = {}
        self.ids: list[str] = []
        self.titles: list[str] = []
        self.tags: list[tuple[str, ...]] = []
        self.categories: list[tuple[str, ...]] = []
        self.encoder = ""
        self.version = 0
        self.facet_names = FacetNames()
        self._background = background(np.zeros((0, DIMENSIONS), np.float32))
        self._background_due = 2
        self.trends = Trends(neighbors)
        self._early_factors: dict[int, bytes] = {}
        self._capacity = 0
        self.print_index = PrintIndex(max(capacity, 1))
        self.terms = Terms(max(capacity, 1))
        self._grow(max(capacity, 1))
        self.index = VectorIndex(self.vectors)
        self.neighbors = Neighbors(self.index)

    def __len__(self) -> int:
        return len(self.rows)

    def put(self, item: ItemVector) -> int:
        """Adds or replaces an item; its row. A vector of length zero or not finite counts as none.

        Raises: CatalogError when its vector is of another encoder version than the vectors here.
        """
        vector = None if item.vector is None else _unit(from_bytes(item.vector))
        if vector is not None:
            self._check_encoder(item)
        row = self.rows.get(item.item_id)
        fresh = row is None
        if row is None:
            row = self._new_row(item.item_id)
        moved = vector is None or not np.array_equal(self.vectors[row], vector)
        self.vectors[row] = 0.0 if vector is None else vector
        self.coarse_units[row], _ = encode_query(self.vectors[row], self.coarse[row])
        self.has_vector[row] = vector is not None
        self.titles[row] = item.title
        self.tags[row] = item.tags
        self.categories[row] = item.categories
        self.terms.put(row, item.title, item.tags, item.categories)
        facets = self.facets[row].copy()
        self.facets[row] = self.facet_names.enter(item)
        if fresh:
            self.trends.enter(row, self.print_index, self.facets)
            early = self._early_factors.pop(int(self.prints[row]), None)
            if early is not None:
                self._put_factors(read_factors([early]))
        else:
            self.trends.move(row, facets, self.facets[row])
        self.deleted[row] = False
        self.available[row] = item.available
        self._enter(row, moved)
        self.rows[item.item_id] = row
        self.version += 1
        return row

    def delete(self, item_id: str) -> None:
        """Takes an item out of every list; its vector stays for behaviors on it that are still to come."""
        row = self.rows.get(item_id)
        if row is not None:
            self.deleted[row] = True
            self.index.remove(row)
            self.version += 1

    def put_trends(self, trends: Sequence[bytes]) -> None:
        """Sets the trends of items, and their factors: rows that were checked, of either kind.

        Those that come before their items are kept for them.
        """
        factors = [row for row in trends if is_factors(row)]
        self.trends.put([row for row in trends if not is_factors(row)], self.print_index, self.facets)
        if factors:
            self._put_factors(read_factors(factors))
        self.version += len(trends)

    @property
    def prints(self) -> NDArray[np.uint32]:
        """The 32 bits by which users' rows remember each item (c,)."""
        return self.print_index.prints

    def background(self) -> tuple[float, float]:
        """Mean and standard deviation of unrelated items' cosines, measured anew for an eighth more items."""
        count = len(self.ids)
        if count >= self._background_due:
            self._background_due = count + max(count // 8, 1)
            self._background = background(self.vectors[:count][self.has_vector[:count]])
        return self._background

    def recommendable(self) -> NDArray[np.bool_]:
        """Which rows (len(ids),) may be on a list."""
        count = len(self.ids)
        return self.available[:count] & ~self.deleted[:count]

    def _put_factors(self, found: NDArray[np.void]) -> None:
        missing = np.zeros(len(found), np.bool_)
        put_factors(found, self.print_index.prints, self.print_index.table, self.factors, missing)
        for row in found[missing]:
            self._early_factors[int(row["print"])] = row.tobytes()

    def _enter(self, row: int, moved: bool) -> None:
        if moved:
            self.neighbors.forget(row)
        if self.has_vector[row] and self.available[row]:
            self.index.put(row, moved)
        else:
            self.index.remove(row)

    def _check_encoder(self, item: ItemVector) -> None:
        if not self.encoder:
            self.encoder = item.encoder
        if item.encoder != self.encoder:
            raise CatalogError(
                f"item {item.item_id!r} has a vector of encoder {item.encoder!r}, the catalog holds those of "
                f"{self.encoder!r}: encode all items with one version, or start on a new items.encoded topic"
            )

    def _new_row(self, item_id: str) -> int:
        row = len(self.ids)
        if row == self._capacity:
            self._grow(2 * row)
            self.index.move(self.vectors)
        self.print_index.add(row, item_print(item_id))
        self.ids.append(item_id)
        self.titles.append("")
        self.tags.append(())
        self.categories.append(())
        return row

    def _grow(self, capacity: int) -> None:
        for name, (shape, dtype) in _COLUMNS.items():
            grown = zeros_by_line((capacity, *shape), dtype)
            if self._capacity:
                grown[: self._capacity] = getattr(self, name)
            setattr(self, name, grown)
        self.print_index.grow(capacity)
        self.terms.grow(capacity)
        self.trends.grow(capacity)
        self._capacity = capacity


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32] | None:
    length = float(np.sqrt(np.sum(vector.astype(np.float64) ** 2)))
    return vector / np.float32(length) if np.isfinite(length) and length > 0.0 else None
