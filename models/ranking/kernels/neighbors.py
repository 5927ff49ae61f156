"""Neighbors: what followed and what preceded a user's recent items, added up."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.catalog.kernels.market import Market
from models.compiled import fast_kernel
from models.ranking.kernels.logarithms import exp2
from models.ranking.kernels.recents import FAR, NEAR
from models.ranking.kernels.types import (
    AFTER_FAR,
    AFTER_NEAR,
    BEFORE_FAR,
    BEFORE_NEAR,
    BUCKETS,
    SUMS,
    TOGETHER_AFTER,
    TOGETHER_BEFORE,
    Scratch,
)

# From here on are the exponent of a float32 and three bits of its mantissa, which tell sizes apart by an eighth.
BUCKET_BITS: Final = 20
# So many of the first neighbors of a recent item, which are heavy ones, are added up if it has all attention; fewer as
# its share is less, but no fewer than the least.
REACH: Final = 1_280.0
LEAST: Final = 4


@fast_kernel
def add_up_neighbors(market: Market, rules: Any, scratch: Scratch) -> int:
    """Sums what followed and what preceded the recent items, by attention; how many items were touched.

    Of a recent item with little attention only heavy neighbors are added up.

    Fills sums of the touched rows: shares of what comes next by four tables of transitions, each without its prior;
    and the sum of the roots of far counts, in which many neighbors count more than much of one. sizes and buckets say
    how large the shares of each are together. near_left and far_left are the shares that are left to what is popular,
    as recent items have few neighbors yet.
    """
    sums, touched, desk = scratch.sums, scratch.touched, scratch.desk[0]
    recent_rows, attention = desk.recent_rows, desk.attention
    standings, totals = market.standings, market.totals
    now, half_life = market.tally[0].events, market.tally[0].half_life
    before_n, before_rows, before = market.before_n, market.before_rows, market.before
    after_n, after_rows, after = market.after_n, market.after_rows, market.after
    near_prior, far_prior = rules.near_prior, rules.far_prior
    found, near_left, far_left = 0, 0.0, 0.0
    for k in range(desk.recents):
        standing, share = standings[recent_rows[k]], attention[k]
        slot = standing.slot
        if slot < 0:
            near_left += share
            far_left += share
            continue
        fade = np.exp2((standing.landmark - now) / half_life)
        near_total, far_total = totals[slot, NEAR] * fade + near_prior, totals[slot, FAR] * fade + far_prior
        near_left += share * near_prior / near_total
        far_left += share * far_prior / far_total
        near, far, root = np.float32(share / near_total), np.float32(share / far_total), share / np.sqrt(far_total)
        faded_near, faded_far = near * np.float32(fade), far * np.float32(fade)
        plain_root, faded_root = np.float32(root), np.float32(root * np.sqrt(fade))
        most = max(LEAST, int(REACH * share))
        rows, counts, count = before_rows[slot], before[slot], min(int(before_n[slot]), most)
        found = _touch(rows, count, found, scratch)
        for j in range(count):
            if rows[j] >= 0:
                line = sums[rows[j]]
                line[BEFORE_NEAR] += faded_near * counts[j, NEAR]
                line[BEFORE_FAR] += faded_far * counts[j, FAR]
                line[TOGETHER_BEFORE] += faded_root * np.sqrt(counts[j, FAR])
        rows, counts, count = after_rows[slot], after[slot], min(int(after_n[slot]), most)
        found = _touch(rows, count, found, scratch)
        for j in range(count):
            line = sums[rows[j]]
            line[AFTER_NEAR] += near * counts[j, NEAR]
            line[AFTER_FAR] += far * counts[j, FAR]
            line[TOGETHER_AFTER] += plain_root * np.sqrt(counts[j, FAR])
    desk.near_left = np.float32(near_left if desk.recents else 1.0)
    desk.far_left = np.float32(far_left if desk.recents else 1.0)
    sizes, buckets = scratch.sizes, desk.buckets
    for b in range(BUCKETS):
        buckets[b] = 0
    for j in range(found):
        other = touched[j]
        line = sums[other]
        if line[AFTER_FAR] > 0.0:
            fade32 = exp2(np.float32((standings[other].landmark - now) / half_life))
            line[AFTER_NEAR] *= fade32
            line[AFTER_FAR] *= fade32
            line[TOGETHER_AFTER] *= np.sqrt(fade32)
        total = line[AFTER_NEAR] + line[BEFORE_NEAR] + line[AFTER_FAR] + line[BEFORE_FAR]
        size = min(int(np.float32(total).view(np.int32)) >> BUCKET_BITS, BUCKETS - 1)
        sizes[j] = size
        buckets[size] += 1
    return found


@fast_kernel
def _touch(rows: NDArray[np.int32], count: int, found: int, scratch: Scratch) -> int:
    """Clears the sums of rows not touched yet, without a branch that is mispredicted; how many are touched then."""
    marks, touched, sums, stamp = scratch.marks, scratch.touched, scratch.sums, scratch.desk[0].stamp
    began = found
    for j in range(count):
        row = rows[j]
        if row >= 0:
            touched[found] = row
            found += marks[row] != stamp
            marks[row] = stamp
    for j in range(began, found):
        line = sums[touched[j]]
        for p in range(SUMS):
            line[p] = np.float32(0.0)
    return found
