"""Candidates: a few hundred items that a user may want now, each once, from every source."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.catalog.index.search import search_one
from models.catalog.kernels.market import Market
from models.catalog.kernels.tops import shelf_of
from models.compiled import fast_kernel, kernel
from models.interests.kernels.seen import has_seen
from models.kernels.chance import STEP, scrambled
from models.ranking.kernels.recents import FAR, NEAR
from models.ranking.kernels.types import (
    AFTER_FAR,
    AFTER_NEAR,
    BEFORE_FAR,
    BEFORE_NEAR,
    TOGETHER_AFTER,
    TOGETHER_BEFORE,
    Goods,
    RankingRules,
    Scratch,
    Shop,
)
from schemas.rows.user import CATEGORIES, SLOTS

LATEST_ALIKE = 3
LEAST_SHARE = 0.15


@fast_kernel
def add_up_neighbors(count: int, now: float, market: Market, rules: RankingRules, scratch: Scratch, stamp: int) -> int:
    """Sums what followed and what preceded the recent items, by attention; how many items were touched.

    Fills sums of the touched rows: shares of what comes next by four tables of transitions, each without its prior;
    and the sum of the roots of far counts, in which many neighbors count more than much of one.

    Tuples are taken apart before the loops, since every access to an array in one is counted.
    """
    marks, sums, touched = scratch.marks, scratch.sums, scratch.touched
    recent_rows, attention = scratch.recent_rows, scratch.attention
    standings, totals, half_life = market.standings, market.totals, market.tally[0].half_life
    before_n, before_rows, before = market.before_n, market.before_rows, market.before
    after_n, after_rows, after = market.after_n, market.after_rows, market.after
    found = 0
    for k in range(count):
        standing = standings[recent_rows[k]]
        slot = standing.slot
        if slot < 0:
            continue
        fade = np.exp2((standing.landmark - now) / half_life)
        share = attention[k]
        near = np.float32(share / (totals[slot, NEAR] * fade + rules.near_prior))
        far = np.float32(share / (totals[slot, FAR] * fade + rules.far_prior))
        root = np.float32(share / np.sqrt(totals[slot, FAR] * fade + rules.far_prior))
        faded_near, faded_far = near * np.float32(fade), far * np.float32(fade)
        faded_root = root * np.float32(np.sqrt(fade))
        rows, counts = before_rows[slot], before[slot]
        for j in range(before_n[slot]):
            other = rows[j]
            if other >= 0:
                line = sums[other]
                if marks[other] != stamp:
                    marks[other] = stamp
                    line[:] = 0.0
                    touched[found] = other
                    found += 1
                line[BEFORE_NEAR] += faded_near * counts[j, NEAR]
                line[BEFORE_FAR] += faded_far * counts[j, FAR]
                line[TOGETHER_BEFORE] += faded_root * np.sqrt(counts[j, FAR])
        rows, counts = after_rows[slot], after[slot]
        for j in range(after_n[slot]):
            other = rows[j]
            line = sums[other]
            if marks[other] != stamp:
                marks[other] = stamp
                line[:] = 0.0
                touched[found] = other
                found += 1
            line[AFTER_NEAR] += near * counts[j, NEAR]
            line[AFTER_FAR] += far * counts[j, FAR]
            line[TOGETHER_AFTER] += root * np.sqrt(counts[j, FAR])
    for j in range(found):
        other = touched[j]
        fade = np.float32(np.exp2((standings[other].landmark - now) / half_life))
        line = sums[other]
        line[AFTER_NEAR] *= fade
        line[AFTER_FAR] *= fade
        line[TOGETHER_AFTER] *= np.sqrt(fade)
    return found


@kernel
def gather(
    head: Any,
    seen: NDArray[np.uint32],
    recents: int,
    neighbors: int,
    shop: Shop,
    rules: RankingRules,
    searching: bool,
) -> int:
    """Fills rows with candidates that may be recommended and that the user has not had; how many.

    Sources: neighbors of the recent items, popular ones at each half-life and in the user's categories, new ones and
    ones never shown, items like the latest, extra ones and, if searching, items nearest to each interest that has a
    good share of the attention.
    """
    market, goods, index, search, _, extra, scratch = shop
    stamp, chosen, recent_rows = scratch.stamp[0], scratch.chosen, scratch.recent_rows
    for k in range(recents):
        chosen[recent_rows[k]] = stamp
    count = _add_neighbors(seen, neighbors, goods, rules, scratch, stamp, 0)
    for p in range(market.tops.shape[0]):
        count = _add(market.tops[p], rules.popular, seen, goods, scratch, stamp, count)
    count = _add(market.newest, rules.newest, seen, goods, scratch, stamp, count)
    count = _add(market.never_shown, rules.newest, seen, goods, scratch, stamp, count)
    if rules.in_category:
        for k in range(2):
            shelf = _favorite_shelf(head, market, k)
            if shelf >= 0:
                count = _add(market.shelves[shelf], rules.in_category, seen, goods, scratch, stamp, count)
    for k in range(min(recents, LATEST_ALIKE)):
        row = scratch.recent_rows[k]
        if row < goods.likes.shape[0]:
            count = _add(goods.likes[row], rules.alike, seen, goods, scratch, stamp, count)
    count = _add(extra, extra.shape[0], seen, goods, scratch, stamp, count)
    for s in range(SLOTS):
        share = scratch.interest_shares[s]
        wanted = int(np.rint(rules.nearest * share))
        if searching and share >= LEAST_SHARE and wanted > 0:
            room = scratch.near_rows[:wanted]
            found = search_one(
                scratch.units[s], index, goods.allowed, wanted, room, scratch.near_scores[:wanted], search
            )
            count = _add(room[:found], wanted, seen, goods, scratch, stamp, count)
    return count


@kernel
def _add(
    source: NDArray[np.int32],
    wanted: int,
    seen: NDArray[np.uint32],
    goods: Goods,
    scratch: Scratch,
    stamp: int,
    count: int,
) -> int:
    """The first of a source that the user may get, as many as wanted; those that are candidates already count."""
    chosen, rows, allowed, prints = scratch.chosen, scratch.rows, goods.allowed, goods.prints
    left = wanted
    for k in range(source.shape[0]):
        row = source[k]
        if left == 0 or row < 0 or count == rows.shape[0]:
            break
        if allowed[row] and not has_seen(seen, prints[row]):
            left -= 1
            if chosen[row] != stamp:
                chosen[row] = stamp
                rows[count] = row
                count += 1
    return count


@kernel
def _add_neighbors(
    seen: NDArray[np.uint32],
    neighbors: int,
    goods: Goods,
    rules: RankingRules,
    scratch: Scratch,
    stamp: int,
    count: int,
) -> int:
    """The touched items of the greatest sums."""
    if rules.neighbors == 0:
        return count
    chosen, rows, touched, totals, sums = scratch.chosen, scratch.rows, scratch.touched, scratch.totals, scratch.sums
    allowed, prints = goods.allowed, goods.prints
    kept = 0
    for j in range(neighbors):
        row = touched[j]
        if allowed[row] and chosen[row] != stamp and not has_seen(seen, prints[row]):
            touched[kept] = row
            line = sums[row]
            totals[kept] = line[0] + line[1] + line[2] + line[3]
            kept += 1
    floor = np.float32(-1.0)
    if kept > rules.neighbors:
        floor = np.partition(totals[:kept], kept - rules.neighbors)[kept - rules.neighbors]
    for j in range(kept):
        if totals[j] >= floor and count < rows.shape[0]:
            chosen[touched[j]] = stamp
            rows[count] = touched[j]
            count += 1
    return count


@kernel
def _favorite_shelf(head: Any, market: Market, place: int) -> int:
    """The shelf of the user's category of most mass (place 0) or of second most (1), -1 for none."""
    best, second = -1, -1
    for k in range(CATEGORIES):
        if head.categories[k] and head.category_mass[k] > 0.0:
            if best < 0 or head.category_mass[k] > head.category_mass[best]:
                best, second = k, best
            elif second < 0 or head.category_mass[k] > head.category_mass[second]:
                second = k
    chosen = best if place == 0 else second
    return shelf_of(market, head.categories[chosen]) if chosen >= 0 else -1


@fast_kernel
def add_others(
    seed: np.uint64,
    items: int,
    seen: NDArray[np.uint32],
    goods: Goods,
    rules: RankingRules,
    scratch: Scratch,
    stamp: int,
    count: int,
) -> int:
    """Draws further items evenly among all that are no candidates, each once; the number of rows then.

    The draw follows from the seed alone.
    """
    chosen, rows, allowed, prints = scratch.chosen, scratch.rows, goods.allowed, goods.prints
    state = seed
    for _ in range(rules.others):
        state += STEP
        row = np.int64((scrambled(state) >> np.uint64(33)) * np.uint64(items) >> np.uint64(31))
        if chosen[row] != stamp and allowed[row] and count < rows.shape[0] and not has_seen(seen, prints[row]):
            chosen[row] = stamp
            rows[count] = row
            count += 1
    return count
