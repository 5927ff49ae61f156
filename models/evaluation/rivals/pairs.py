"""Pairs: which items ever come near each other in a log, as sparse rows whose counts then grow in place."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel, making_kernel
from models.evaluation.rivals.courses import Courses


@dataclass(frozen=True, eq=False)
class Pairs:
    """A sparse table: the row of item a has every item b that comes at most `window` places before or after it.

    starts (n + 1,) int64, others (p,) int32: the rows, by item. later, earlier (m, window) int32, by place in the
    courses: where in the table its item stands in the row of the item k + 1 places before, and that item in its own
    row; -1 where there is no such place, or the same item.
    """

    starts: NDArray[np.int64]
    others: NDArray[np.int32]
    later: NDArray[np.int32]
    earlier: NDArray[np.int32]


def pairs_of(courses: Courses, count: int, window: int) -> Pairs:
    """The pairs of all users; count: of items in the catalog."""
    items = courses.items
    order = np.argsort(items, kind="stable")
    ends = np.searchsorted(items[order], np.arange(1, count + 1))
    starts, others = np.zeros(count + 1, np.int64), np.empty(2 * len(items) * window, np.int32)
    later, earlier = (np.full((len(items), window), -1, np.int32) for _ in range(2))
    _fill(items, courses.past, order, ends, starts, others, later, earlier)
    return Pairs(starts, others[: starts[-1]].copy(), later, earlier)


@making_kernel
def _fill(
    items: NDArray[np.int64],
    past: NDArray[np.int64],
    order: NDArray[np.int64],
    ends: NDArray[np.int64],
    starts: NDArray[np.int64],
    others: NDArray[np.int32],
    later: NDArray[np.int32],
    earlier: NDArray[np.int32],
) -> None:
    """Row by row, through all places of its item: order[ends[a - 1]:ends[a]]."""
    where = np.full(ends.shape[0], -1, np.int64)
    size, first = 0, 0
    for a in range(ends.shape[0]):
        for place in order[first : ends[a]]:
            for k in range(later.shape[1]):
                if k < past[place] and items[place - k - 1] != a:
                    size = _put(items[place - k - 1], starts[a], size, where, others)
                    earlier[place, k] = where[items[place - k - 1]]
                after = place + k + 1
                if after < items.shape[0] and k < past[after] and items[after] != a:
                    size = _put(items[after], starts[a], size, where, others)
                    later[after, k] = where[items[after]]
        first = ends[a]
        starts[a + 1] = size


@kernel
def _put(item: int, start: int, size: int, where: NDArray[np.int64], others: NDArray[np.int32]) -> int:
    """The size of the table with this item in the row that begins at `start`; where: of the row's items."""
    if where[item] >= start:
        return size
    where[item] = size
    others[size] = item
    return size + 1
