"""Arrays: all that an index consists of, in a form that kernels take."""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog.index.products import LANES, PAGE_BYTES
from schemas.vectors import DIMENSIONS

LIVE, LISTS, FREE, LONG, CHANGES, CALIBRATIONS, DUE = range(7)
_COUNTERS: Final = 7
# Recall is kept at these many items scanned, in square roots of the number of items.
DEPTHS: Final = 48
SPARE: Final = 2
_LINE: Final = 64


class Index(NamedTuple):
    """Items in lists, each around a center, a list being a chain of pages of 16 items whose first alone is not full.

    By row: vectors (c, 128) float32, the catalog's own; place (c,) int32, 16 * page + lane, -1 for what is not in here.
    By list: centers (l, 128) float32, means of items; halves (l,) float32, half of each one's squared length;
    center_codes (l / 16, 2048) uint8 and center_scales (l,) float32; sizes (l,) int32; first (l,) int32, pages, -1 for
    none; changed (l,) int32, items that came or went since the center was computed.
    By page: codes (p, 2048) uint8, laid out as models.catalog.index.products says; scales (p, 16) float32, what a
    code's unit is worth; rows (p, 16) int32; after (p,) int32, the next page of the list or of the free ones, -1 at the
    end; owners (p,) int32, lists.
    reached (DEPTHS,) float64: recall after so many items scanned. counters (7,) int64.
    """

    vectors: NDArray[np.float32]
    place: NDArray[np.int32]
    centers: NDArray[np.float32]
    halves: NDArray[np.float32]
    center_codes: NDArray[np.uint8]
    center_scales: NDArray[np.float32]
    sizes: NDArray[np.int32]
    first: NDArray[np.int32]
    changed: NDArray[np.int32]
    codes: NDArray[np.uint8]
    scales: NDArray[np.float32]
    rows: NDArray[np.int32]
    after: NDArray[np.int32]
    owners: NDArray[np.int32]
    reached: NDArray[np.float64]
    counters: NDArray[np.int64]


class Scratch(NamedTuple):
    """Room for one search at a time, as `scratch_for` makes it."""

    query: NDArray[np.int8]
    lines: NDArray[np.float32]
    pages: NDArray[np.int32]
    list_scores: NDArray[np.float32]
    lists: NDArray[np.int32]
    scores: NDArray[np.float32]
    rows: NDArray[np.int32]


def empty_index(vectors: NDArray[np.float32]) -> Index:
    """An index of no items, with one list."""
    counters = np.zeros(_COUNTERS, np.int64)
    counters[LISTS] = 1
    counters[FREE] = -1
    index = Index(
        vectors,
        np.full(len(vectors), -1, np.int32),
        np.zeros((0, DIMENSIONS), np.float32),
        np.zeros(0, np.float32),
        _pages(0),
        np.zeros(0, np.float32),
        np.zeros(0, np.int32),
        np.zeros(0, np.int32),
        np.zeros(0, np.int32),
        _pages(0),
        np.zeros((0, LANES), np.float32),
        np.zeros((0, LANES), np.int32),
        np.zeros(0, np.int32),
        np.zeros(0, np.int32),
        np.zeros(DEPTHS, np.float64),
        counters,
    )
    return with_pages(with_lists(index, LANES), SPARE)


def with_rows(index: Index, vectors: NDArray[np.float32]) -> Index:
    """The same over the catalog's vectors after these have moved."""
    return index._replace(vectors=vectors, place=_grown(index.place, len(vectors), -1))


def with_lists(index: Index, capacity: int) -> Index:
    """The same with room for so many lists, a multiple of 16."""
    return index._replace(
        centers=_grown(index.centers, capacity, 0),
        halves=_grown(index.halves, capacity, 0),
        center_codes=_grown_pages(index.center_codes, capacity // LANES),
        center_scales=_grown(index.center_scales, capacity, 0),
        sizes=_grown(index.sizes, capacity, 0),
        first=_grown(index.first, capacity, -1),
        changed=_grown(index.changed, capacity, 0),
    )


def with_pages(index: Index, capacity: int) -> Index:
    """The same with room for so many pages; those that are added are free."""
    had = len(index.after)
    after = _grown(index.after, capacity, -1)
    after[had:] = np.arange(had + 1, capacity + 1)
    after[-1] = index.counters[FREE]
    index.counters[FREE] = had
    return index._replace(
        codes=_grown_pages(index.codes, capacity),
        scales=_grown(index.scales, capacity, 0),
        rows=_grown(index.rows, capacity, -1),
        after=after,
        owners=_grown(index.owners, capacity, -1),
    )


def keeping(count: int) -> int:
    """How many of the best by codes are looked at exactly, for so many wanted."""
    return count + count // 8 + 8


def scratch_for(index: Index, count: int) -> Scratch:
    """Room for searches of at most so many items; good until the index has room for more lists."""
    found = 2 * keeping(count) + LANES
    lists = len(index.sizes)
    return Scratch(
        np.zeros(DIMENSIONS, np.int8),
        np.zeros(LANES, np.float32),
        np.zeros(len(index.after), np.int32),
        np.zeros(lists, np.float32),
        np.zeros(lists, np.int32),
        np.zeros(found, np.float32),
        np.zeros(found, np.int32),
    )


def _grown(array: NDArray[Any], capacity: int, empty: int) -> NDArray[Any]:
    grown = np.full((capacity, *array.shape[1:]), empty, array.dtype)
    grown[: len(array)] = array
    return grown


def _grown_pages(pages: NDArray[np.uint8], capacity: int) -> NDArray[np.uint8]:
    grown = _pages(capacity)
    grown[: len(pages)] = pages
    return grown


def _pages(capacity: int) -> NDArray[np.uint8]:
    """Pages that begin where a line of the processor's cache does."""
    room = np.zeros(capacity * PAGE_BYTES + _LINE, np.uint8)
    start = -room.ctypes.data % _LINE
    return room[start : start + capacity * PAGE_BYTES].reshape(capacity, PAGE_BYTES)
