"""Neighbors: what followed and what preceded a user's recent items, added up."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.catalog.kernels.market import FAR, NEAR, Market, left_of
from models.compiled import fast_kernel
from models.kernels.lines import fetch
from models.ranking.kernels.types import (
    AFTER_FAR,
    AFTER_NEAR,
    BEFORE_FAR,
    BEFORE_NEAR,
    BUCKETS,
    GOING_TOGETHER,
    SUMS,
    TOUCHED,
    Scratch,
)

# From here on are the exponent of a float32 and three bits of its mantissa, which tell sizes apart by an eighth.
BUCKET_BITS: Final = 20
# So many of the first neighbors of a recent item, which are heavy ones, are added up if it has all attention; fewer as
# its share is less, but no fewer than the least.
REACH: Final = 1_280.0
LEAST: Final = 4
ZERO: Final = np.float32(0.0)
ONE: Final = np.float32(1.0)


@fast_kernel
def add_up_neighbors(market: Market, rules: Any, scratch: Scratch) -> int:
    """Sums what followed and what preceded the recent items, by attention; how many items were touched.

    Of a recent item with little attention only heavy neighbors are added up.

    Fills sums of the touched rows: shares of what comes next by four tables of transitions, each without its prior;
    and the sum of the roots of far counts, in which many neighbors count more than much of one. sizes and buckets say
    how large the shares of each are together. near_left and far_left are the shares that are left to what is popular,
    as recent items have few neighbors yet.
    """
    _clear(scratch)
    desk = scratch.desk[0]
    recent_rows, attention, standings, totals = desk.recent_rows, desk.attention, market.standings, market.totals
    before_n, before_rows, before = market.before_n, market.before_rows, market.before
    after_n, after_rows, after = market.after_n, market.after_rows, market.after
    near_prior, far_prior, left = rules.near_prior, rules.far_prior, left_of(market.tally[0])
    found, near_left, far_left = 0, 0.0, 0.0
    for k in range(desk.recents):
        slot, share = standings[recent_rows[k]].slot, attention[k]
        soon = max(standings[recent_rows[min(k + 1, desk.recents - 1)]].slot, 0)
        fetch(totals, soon, 1)
        fetch(before_rows, soon, 1)
        fetch(before, soon, 2)
        fetch(after_rows, soon, 1)
        fetch(after, soon, 2)
        if slot < 0:
            near_left += share
            far_left += share
            continue
        near_total, far_total = totals[slot, NEAR] * left + near_prior, totals[slot, FAR] * left + far_prior
        near_left += share * near_prior / near_total
        far_left += share * far_prior / far_total
        weights = (
            np.float32(share * left / near_total),
            np.float32(share * left / far_total),
            np.float32(share * np.sqrt(left / far_total)),
        )
        most = max(LEAST, int(REACH * share))
        count = min(int(before_n[slot]), most)
        found = _add_up(before_rows[slot, :count], before[slot], weights, BEFORE_NEAR, found, scratch)
        count = min(int(after_n[slot]), most)
        found = _add_up(after_rows[slot, :count], after[slot], weights, AFTER_NEAR, found, scratch)
    desk.touched = found
    desk.near_left = np.float32(near_left if desk.recents else 1.0)
    desk.far_left = np.float32(far_left if desk.recents else 1.0)
    _measure(found, scratch)
    return found


@fast_kernel
def _add_up(
    rows: NDArray[np.int32],
    counts: NDArray[np.float32],
    weights: tuple[np.float32, np.float32, np.float32],
    place: int,
    found: int,
    scratch: Scratch,
) -> int:
    """Adds one list of neighbors to their sums, -1 being none; how many are touched then.

    Args: weights: of near counts, far ones and the roots of these; place: of the near sum, behind which is the far one.
    """
    sums, touched = scratch.sums, scratch.touched
    near, far, root = weights
    for j in range(rows.shape[0]):
        if rows[j] >= 0:
            line = sums[rows[j]]
            touched[found] = rows[j]
            found += line[TOUCHED] == ZERO
            line[TOUCHED] = ONE
            line[place] += near * counts[j, NEAR]
            line[place + 1] += far * counts[j, FAR]
            line[GOING_TOGETHER] += root * np.sqrt(counts[j, FAR])
    return found


@fast_kernel
def _clear(scratch: Scratch) -> None:
    """Makes the sums 0 that were touched last."""
    sums, touched = scratch.sums, scratch.touched
    for j in range(scratch.desk[0].touched):
        line = sums[touched[j]]
        for p in range(SUMS):
            line[p] = ZERO


@fast_kernel
def _measure(found: int, scratch: Scratch) -> None:
    """Fills sizes of the touched rows, and buckets, how many there are of each size."""
    sums, touched, sizes, buckets = scratch.sums, scratch.touched, scratch.sizes, scratch.desk[0].buckets
    for b in range(BUCKETS):
        buckets[b] = 0
    for j in range(found):
        line = sums[touched[j]]
        total = line[AFTER_NEAR] + line[BEFORE_NEAR] + line[AFTER_FAR] + line[BEFORE_FAR]
        size = min(int(np.float32(total).view(np.int32)) >> BUCKET_BITS, BUCKETS - 1)
        sizes[j] = size
        buckets[size] += 1
