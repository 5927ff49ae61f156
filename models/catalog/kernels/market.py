"""Market: what the trends say of the catalog's items, as arrays for kernels."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.kernels.lines import zeros_by_line
from schemas.rows.trend import POPULARITY_HALF_LIVES

TOPS = 200
SHELF = 64
SHELF_HALF_LIFE = 2
NEAR, FAR = range(2)
NEWEST = 64
NEVER_SHOWN = 256

STANDING = np.dtype(
    [
        ("keys", "<f8", (len(POPULARITY_HALF_LIVES),)),
        ("impressions", "<f8"),
        ("born", "<f8"),
        ("behaviors", "<u4"),
        ("slot", "<i4"),
        ("pad", "<u8"),
    ]
)
TALLY = np.dtype([("events", "<f8"), ("half_life", "<f8"), ("epoch", "<f8"), ("slots", "<i8"), ("shelves", "<i8")])


class Prints(NamedTuple):
    """A PrintIndex: prints (c,) uint32 by catalog row, 0 where there is no item; table (2 ** b,) int32 of rows."""

    prints: NDArray[np.uint32]
    table: NDArray[np.int32]


class Market(NamedTuple):
    """Trends of a catalog of c rows, p slots for lists of m neighbors, and s shelves; N is the global count of events.

    standings (c,) STANDING, one cache line per row. keys: per half-life h, log2(popularity) + N / h, the same at any N,
    -inf before the first behavior; impressions: likewise, half-life IMPRESSION_HALF_LIFE. born: N at the first
    behavior, -1 before. behaviors: all. slot: of its lists, -1 without.

    By slot: totals (p, 2) float32 near and far, of all neighbors ever. The items users came from: before_n (p,),
    before_prints (p, m) uint32, before_rows (p, m) int32, -1 for what is not in the catalog, before (p, m, 2) float32
    near and far. The items users went to: after_n (p,), after_rows (p, m) int32, after (p, m, 2), of which the smallest
    far count gives way. All these counts are 2 ** ((epoch - N) / half_life) times what is stored.

    Rows, greatest first, -1 after the last: tops (4, 200) int32 by the key of each half-life; shelves (s, 64) those of
    each category, leaf or first level, by the half-life of 5,000, with the keys in top_keys and shelf_keys; newest
    (64,) by born; never_shown (256,) the newest without a trend. shelf_prints (2 ** b,) uint32, shelf_places (2 ** b,)
    int32: from a category's print, 0 where empty, to its shelf. tally (1,) TALLY: events: the greatest N seen;
    half_life of counts, in events; epoch: the N that they are stored as of; slots and shelves: how many are in use.
    """

    standings: NDArray[np.void]
    totals: NDArray[np.float32]
    before_n: NDArray[np.int32]
    before_prints: NDArray[np.uint32]
    before_rows: NDArray[np.int32]
    before: NDArray[np.float32]
    after_n: NDArray[np.int32]
    after_rows: NDArray[np.int32]
    after: NDArray[np.float32]
    tops: NDArray[np.int32]
    top_keys: NDArray[np.float64]
    shelf_prints: NDArray[np.uint32]
    shelf_places: NDArray[np.int32]
    shelves: NDArray[np.int32]
    shelf_keys: NDArray[np.float64]
    newest: NDArray[np.int32]
    never_shown: NDArray[np.int32]
    tally: NDArray[np.void]


@kernel
def left_of(tally: Any) -> float:
    """What is left of the market's counts now, of what is stored."""
    return np.exp2((tally.epoch - tally.events) / tally.half_life)


def new_market(rows: int, slots: int, shelves: int, neighbors: int) -> Market:
    """A market of nothing, with room for so many."""
    standings = zeros_by_line((rows,), STANDING)
    standings["keys"] = standings["impressions"] = -np.inf
    standings["born"] = standings["slot"] = -1
    table = 1 << (2 * shelves).bit_length()
    tally = np.zeros(1, TALLY)
    tally["half_life"] = 1.0
    return Market(
        standings,
        np.zeros((slots, 2), np.float32),
        np.zeros(slots, np.int32),
        np.zeros((slots, neighbors), np.uint32),
        np.zeros((slots, neighbors), np.int32),
        np.zeros((slots, neighbors, 2), np.float32),
        np.zeros(slots, np.int32),
        np.zeros((slots, neighbors), np.int32),
        np.zeros((slots, neighbors, 2), np.float32),
        np.full((len(POPULARITY_HALF_LIVES), TOPS), -1, np.int32),
        np.full((len(POPULARITY_HALF_LIVES), TOPS), -np.inf),
        np.zeros(table, np.uint32),
        np.full(table, -1, np.int32),
        np.full((shelves, SHELF), -1, np.int32),
        np.full((shelves, SHELF), -np.inf),
        np.full(NEWEST, -1, np.int32),
        np.full(NEVER_SHOWN, -1, np.int32),
        tally,
    )
