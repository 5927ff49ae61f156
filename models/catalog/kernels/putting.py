"""Putting: a trend enters the market, and the lists of the items that users came from."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog.facets import FIRST_LEVEL, LEAF
from models.catalog.kernels.market import FAR, NEAR, SHELF_HALF_LIFE, Market, Prints, left_of
from models.catalog.kernels.tops import enter_newest, leave_never_shown, put_on_shelf, raise_row
from models.compiled import kernel
from models.kernels.places import place_of, row_of
from schemas.rows.trend import IMPRESSION_HALF_LIFE, POPULARITY_HALF_LIVES, TrendRows

HALF_LIVES = np.array(POPULARITY_HALF_LIVES)
MOST_BEHAVIORS = 4_294_967_295.0
# Half-lives between epochs: counts of now are stored as so many doublings at most.
EPOCH = 32.0
FAINT = np.float32(1e-30)


class Followers(NamedTuple):
    """The lists of a market's followers, by slot."""

    n: NDArray[np.int32]
    rows: NDArray[np.int32]
    counts: NDArray[np.float32]


@kernel
def put_each(
    market: Market,
    index: Prints,
    facets: NDArray[np.uint32],
    trends: TrendRows,
    missing: NDArray[np.bool_],
    begin: int,
) -> int:
    """Puts every trend from `begin` on all rows with its print; missing (m,) is filled with which had none.

    Returns m, or the first trend for which there is no room: go on from there once there is.

    Args: facets (c, 5) of rows.
    """
    heads, prints, near, far, starts, _ = trends
    mask = index.table.shape[0] - 1
    slots = market.totals.shape[0]
    for j in range(begin, heads.shape[0]):
        head = heads[j]
        missing[j] = True
        place = head["print"] & mask
        while index.table[place] >= 0:
            row = index.table[place]
            if index.prints[row] == head["print"]:
                if market.tally[0].slots + 1 + head.neighbors > slots and slots < market.standings.shape[0]:
                    return j
                own = slice(starts[j], starts[j + 1])
                put_one(market, index, row, facets[row], head, prints[own], near[own], far[own])
                missing[j] = False
            place = (place + 1) & mask
    return heads.shape[0]


@kernel
def put_one(
    market: Market,
    index: Prints,
    row: int,
    facets: NDArray[np.uint32],
    head: Any,
    prints: NDArray[np.uint32],
    near: NDArray[np.float32],
    far: NDArray[np.float32],
) -> None:
    """Puts one trend on a row; there is room for 1 + n slots, or for a slot per row.

    Of a trend with more than m neighbors the first m are put.
    A follower enters the list of an item that users came from while that has room, else in the place of the one with
    the smallest far count, if its own is greater; it leaves when the item is no neighbor of it any more. Lists are
    heaps by far count, so that the first places hold heavy ones.

    Args: facets (5,) of the row; head: a TREND; prints, near, far (n,) of its neighbors.
    """
    tally = market.tally[0]
    tally.events = max(tally.events, head.events, head.shown)
    _keep_up(market, head)
    standing = market.standings[row]
    leave_never_shown(market, row)
    standing.behaviors = np.uint32(min(np.float64(head.behaviors), MOST_BEHAVIORS))
    if head.impressions > 0.0:
        standing.impressions = np.log2(head.impressions) + head.shown / IMPRESSION_HALF_LIFE
    if head.behaviors:
        if standing.born < 0.0:
            standing.born = head.born
            enter_newest(market.newest, market.standings, row)
        _put_keys(market, row, facets[LEAF], facets[FIRST_LEVEL], head)
        _put_neighbors(market, index, row, head, prints, near, far)


@kernel
def _keep_up(market: Market, head: Any) -> None:
    """Begins another epoch before counts grow out of their 32 bits, or when the latest trend has another half-life.

    One that is not the latest is of before its half-life was changed, and fades by the market's from now on.
    """
    tally = market.tally[0]
    latest = head.events == tally.events or tally.slots == 0
    if head.half_life > 0.0 and head.half_life != tally.half_life and latest:
        _begin_epoch(market, tally.events)
        tally.half_life = head.half_life
    if tally.events - tally.epoch > EPOCH * tally.half_life:
        _begin_epoch(market, tally.events)


@kernel
def _begin_epoch(market: Market, epoch: float) -> None:
    """Stores all counts as of another epoch; 0 for those that are next to nothing."""
    tally, totals, before, after = market.tally[0], market.totals, market.before, market.after
    factor = np.float32(np.exp2((tally.epoch - epoch) / tally.half_life))
    tally.epoch = epoch
    for slot in range(tally.slots):
        for side in range(2):
            totals[slot, side] *= factor
            for j in range(before.shape[1]):
                before[slot, j, side] = _left(before[slot, j, side], factor)
                after[slot, j, side] = _left(after[slot, j, side], factor)


@kernel
def _left(count: np.float32, factor: np.float32) -> np.float32:
    left = count * factor
    return left if left > FAINT else np.float32(0.0)


@kernel
def _scale_of(head: Any, tally: Any) -> float:
    """What a trend's counts are to be multiplied by to be stored; those of a trend without a half-life do not fade."""
    if head.half_life <= 0.0:
        return 1.0 / left_of(tally)
    if head.half_life == tally.half_life:
        return np.exp2((head.landmark - tally.epoch) / tally.half_life)
    return np.exp2((head.landmark - tally.events) / head.half_life) / left_of(tally)


@kernel
def _put_keys(market: Market, row: int, leaf: int, first: int, head: Any) -> None:
    keys, popularity = market.standings[row].keys, head.popularity
    tops, top_keys = market.tops, market.top_keys
    for p in range(HALF_LIVES.shape[0]):
        before = keys[p]
        keys[p] = np.log2(popularity[p]) + head.events / HALF_LIVES[p]
        grew = keys[p] >= before
        raise_row(tops[p], top_keys[p], row, keys[p], grew)
        if p == SHELF_HALF_LIFE:
            put_on_shelf(market, leaf, row, grew)
            if first != leaf:
                put_on_shelf(market, first, row, grew)


@kernel
def _put_neighbors(
    market: Market,
    index: Prints,
    row: int,
    head: Any,
    prints: NDArray[np.uint32],
    near: NDArray[np.float32],
    far: NDArray[np.float32],
) -> None:
    standings, tally = market.standings, market.tally[0]
    followers = Followers(market.after_n, market.after_rows, market.after)
    slot, scale = _slot_of(standings, tally, row), _scale_of(head, tally)
    totals, own = market.totals[slot], head.totals
    totals[NEAR], totals[FAR] = own[NEAR] * scale, own[FAR] * scale
    rows, kept, stored = market.before_rows[slot], market.before_prints[slot], market.before[slot]
    count, before = min(prints.shape[0], rows.shape[0]), np.int64(market.before_n[slot])
    for j in range(before):
        if (j >= count or kept[j] != prints[j]) and rows[j] >= 0 and place_of(prints[:count], kept[j]) < 0:
            _leave(followers, standings[rows[j]].slot, row)
    for j in range(count):
        known = j < before and kept[j] == prints[j] and rows[j] >= 0
        close, wide = np.float32(near[j] * scale), np.float32(far[j] * scale)
        if not (known and stored[j, NEAR] == close and stored[j, FAR] == wide):
            kept[j] = prints[j]
            stored[j, NEAR], stored[j, FAR] = close, wide
            if not known:
                rows[j] = row_of(prints[j], index.prints, index.table)
            if rows[j] >= 0:
                _follow(followers, _slot_of(standings, tally, rows[j]), row, close, wide)
    market.before_n[slot] = count


@kernel
def _follow(followers: Followers, slot: int, row: int, near: np.float32, far: np.float32) -> None:
    """Sets the counts of a follower in an item's list, or enters it if it belongs there."""
    rows, stored = followers.rows[slot], followers.counts[slot]
    count = np.int64(followers.n[slot])
    place = place_of(rows[:count], row)
    if place < 0 and count < rows.shape[0]:
        place = int(count)
        followers.n[slot] = count + 1
    if place < 0:
        place = _lightest(stored)
        if far <= stored[place, FAR]:
            return
    _settle(followers, slot, place, row, near, far)


@kernel
def _lightest(stored: NDArray[np.float32]) -> int:
    """Where the smallest far count of a full heap is, which is among its last half."""
    place = stored.shape[0] >> 1
    for k in range(place + 1, stored.shape[0]):
        place = k if stored[k, FAR] < stored[place, FAR] else place
    return place


@kernel
def _leave(followers: Followers, slot: int, row: int) -> None:
    """Takes a follower out of an item's list; the last one takes its place."""
    rows, stored = followers.rows[slot], followers.counts[slot]
    place = place_of(rows[: followers.n[slot]], row)
    if place >= 0:
        last = np.int64(followers.n[slot]) - 1
        followers.n[slot] = last
        if place < last:
            _settle(followers, slot, place, rows[last], stored[last, NEAR], stored[last, FAR])


@kernel
def _settle(followers: Followers, slot: int, place: int, row: int, near: np.float32, far: np.float32) -> None:
    """Writes a follower where the heap of an item's list wants it, from a place whose own one may be lost."""
    rows, stored = followers.rows[slot], followers.counts[slot]
    count = np.int64(followers.n[slot])
    while place > 0 and stored[(place - 1) >> 1, FAR] < far:
        _move(rows, stored, (place - 1) >> 1, place)
        place = (place - 1) >> 1
    below = 2 * place + 1
    while below < count:
        if below + 1 < count and stored[below + 1, FAR] > stored[below, FAR]:
            below += 1
        if stored[below, FAR] <= far:
            break
        _move(rows, stored, below, place)
        place, below = below, 2 * below + 1
    rows[place] = row
    stored[place, NEAR], stored[place, FAR] = near, far


@kernel
def _move(rows: NDArray[np.int32], stored: NDArray[np.float32], origin: int, place: int) -> None:
    rows[place] = rows[origin]
    stored[place, NEAR], stored[place, FAR] = stored[origin, NEAR], stored[origin, FAR]


@kernel
def _slot_of(standings: NDArray[np.void], tally: Any, row: int) -> int:
    standing = standings[row]
    if standing.slot < 0:
        standing.slot = tally.slots
        tally.slots += 1
    return standing.slot


@kernel
def put_factors(
    found: NDArray[np.void],
    prints: NDArray[np.uint32],
    table: NDArray[np.int32],
    factors: NDArray[np.void],
    missing: NDArray[np.bool_],
) -> None:
    """Puts each of found (n,) FACTORS on all rows with its print; missing (n,) is filled with which had none."""
    mask = table.shape[0] - 1
    for j in range(found.shape[0]):
        missing[j] = True
        place = np.int64(found[j].print) & mask
        while table[place] >= 0:
            if prints[table[place]] == found[j].print:
                factors[table[place]] = found[j]
                missing[j] = False
            place = (place + 1) & mask
