"""Candidates: a few hundred items that a user may want now, each once, from every source."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.catalog.index.search import search_one
from models.catalog.kernels.market import Market
from models.catalog.kernels.tops import shelf_of
from models.compiled import kernel
from models.interests.kernels.seen import has_seen
from models.kernels.chance import STEP, scrambled
from models.ranking.kernels.types import BUCKETS, Goods, Nearby, Scratch, Shop
from schemas.rows.user import CATEGORIES, SLOTS

LATEST_ALIKE = 3
LEAST_SHARE = 0.25
# Of what comes after the recent items, the share that they leave to what is popular, as in far_left.
LITTLE_LEFT = 0.7


@kernel
def gather(head: Any, seen: NDArray[np.uint32], neighbors: int, shop: Shop, rules: Any) -> int:
    """Fills rows with candidates that may be recommended and that the user has not had; how many.

    Sources: extra ones, recent or not; neighbors of the recent items, popular ones at each half-life and in the user's
    categories, new ones and ones never shown, and items like the latest.
    """
    market, goods, _, extra, scratch = shop
    desk, chosen, likes = scratch.desk[0], scratch.chosen, goods.likes
    tops, shelves, recent_rows, wanted = market.tops, market.shelves, desk.recent_rows, rules.popular
    count = _add(extra, extra.shape[0], seen, goods, chosen, desk, 0)
    for k in range(desk.recents):
        chosen[recent_rows[k]] = desk.stamp
    count = _add_neighbors(seen, neighbors, rules.neighbors, goods, scratch, count)
    for p in range(tops.shape[0]):
        count = _add(tops[p], wanted, seen, goods, chosen, desk, count)
    count = _add(market.newest, rules.newest, seen, goods, chosen, desk, count)
    count = _add(market.never_shown, rules.newest, seen, goods, chosen, desk, count)
    if rules.in_category:
        for shelf in _favorite_shelves(head, market):
            if shelf >= 0:
                count = _add(shelves[shelf], rules.in_category, seen, goods, chosen, desk, count)
    for k in range(min(desk.recents, LATEST_ALIKE)):
        row = recent_rows[k]
        if row < likes.shape[0]:
            count = _add(likes[row], rules.alike, seen, goods, chosen, desk, count)
    return count


@kernel
def add_nearest(
    count: int, seen: NDArray[np.uint32], goods: Goods, nearby: Nearby, rules: Any, scratch: Scratch
) -> int:
    """Adds the items nearest to each interest that has a good share of the attention; how many candidates then.

    None where neighbors tell enough: where the recent items had a few behaviors each, the nearest items that are no
    neighbors of theirs earn nothing, and a search costs as much as all other sources.
    """
    desk, chosen = scratch.desk[0], scratch.chosen
    if desk.far_left < LITTLE_LEFT:
        return count
    for s in range(SLOTS):
        share = desk.interest_shares[s]
        wanted = int(np.rint(rules.nearest * share))
        if share >= LEAST_SHARE and wanted > 0:
            rows, scores = desk.near_rows[:wanted], desk.near_scores[:wanted]
            found = search_one(desk.units[s], nearby.items, goods.allowed, wanted, rows, scores, nearby.search)
            count = _add(rows[:found], wanted, seen, goods, chosen, desk, count)
    return count


@kernel
def add_others(
    seed: np.uint64, wanted: int, seen: NDArray[np.uint32], goods: Goods, scratch: Scratch, count: int
) -> int:
    """Draws further items evenly among all that are no candidates, each once; the number of rows then.

    The draw follows from the seed alone.
    """
    desk, chosen, allowed, prints = scratch.desk[0], scratch.chosen, goods.allowed, goods.prints
    rows, stamp, items, state = desk.rows, desk.stamp, np.uint64(allowed.shape[0]), seed
    for _ in range(wanted):
        state += STEP
        row = np.int64((scrambled(state) >> np.uint64(33)) * items >> np.uint64(31))
        if chosen[row] != stamp and allowed[row] and count < rows.shape[0] and not has_seen(seen, prints[row]):
            chosen[row] = stamp
            rows[count] = row
            count += 1
    return count


@kernel
def _add(
    source: NDArray[np.int32],
    wanted: int,
    seen: NDArray[np.uint32],
    goods: Goods,
    chosen: NDArray[np.int32],
    desk: Any,
    count: int,
) -> int:
    """The first of a source that the user may get, as many as wanted; those that are candidates already count."""
    rows, allowed, prints, stamp = desk.rows, goods.allowed, goods.prints, desk.stamp
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
    seen: NDArray[np.uint32], neighbors: int, wanted: int, goods: Goods, scratch: Scratch, count: int
) -> int:
    """The touched items of the greatest sums, as far as their sizes tell.

    Of those of the least size that has room, the first touched are taken.
    """
    desk, chosen, touched, sizes = scratch.desk[0], scratch.chosen, scratch.touched, scratch.sizes
    rows, buckets, stamp, allowed, prints = desk.rows, desk.buckets, desk.stamp, goods.allowed, goods.prints
    wanted, high = min(count + wanted, rows.shape[0]), BUCKETS
    while count < wanted and high > 0:
        low, held = high, 0
        while low > 0 and held < wanted - count:
            low -= 1
            held += buckets[low]
        for j in range(neighbors):
            row = touched[j]
            fits = low <= sizes[j] < high and count < wanted and allowed[row] and chosen[row] != stamp
            if fits and not has_seen(seen, prints[row]):
                chosen[row] = stamp
                rows[count] = row
                count += 1
        high = low
    return count


@kernel
def _favorite_shelves(head: Any, market: Market) -> tuple[int, int]:
    """The shelves of the user's category of most mass and of second most, -1 for none."""
    best, second = -1, -1
    for k in range(CATEGORIES):
        if head.categories[k] and head.category_mass[k] > 0.0:
            if best < 0 or head.category_mass[k] > head.category_mass[best]:
                best, second = k, best
            elif second < 0 or head.category_mass[k] > head.category_mass[second]:
                second = k
    first = shelf_of(market, head.categories[best]) if best >= 0 else -1
    return first, shelf_of(market, head.categories[second]) if second >= 0 else -1
