"""Putting: a trend enters the market, and the lists of the items that users came from."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog.facets import FIRST_LEVEL, LEAF
from models.catalog.kernels.market import SHELF_HALF_LIFE, Market, Prints
from models.catalog.kernels.tops import enter_newest, leave_never_shown, put_on_shelf, raise_row
from models.compiled import kernel
from models.kernels.places import place_of, row_of
from schemas.rows.trend import IMPRESSION_HALF_LIFE, POPULARITY_HALF_LIVES, TrendRows

HALF_LIVES = np.array(POPULARITY_HALF_LIVES)
MOST_BEHAVIORS = 4_294_967_295.0
KEY_SCALE = 1024.0


class Followers(NamedTuple):
    """The lists of a market's followers, by slot."""

    n: NDArray[np.int32]
    rows: NDArray[np.int32]
    counts: NDArray[np.float32]
    keys: NDArray[np.int32]


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
    if head.half_life > 0.0:
        tally.half_life = head.half_life
    standing = market.standings[row]
    leave_never_shown(market, row)
    standing.landmark = head.landmark
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
    followers = Followers(market.after_n, market.after_rows, market.after, market.after_keys)
    slot = _slot_of(standings, tally, row)
    totals, own = market.totals[slot], head.totals
    totals[0], totals[1] = own[0], own[1]
    rows, kept, stored = market.before_rows[slot], market.before_prints[slot], market.before[slot]
    count, before = min(prints.shape[0], rows.shape[0]), np.int64(market.before_n[slot])
    for j in range(before):
        if (j >= count or kept[j] != prints[j]) and rows[j] >= 0 and place_of(prints[:count], kept[j]) < 0:
            _leave(followers, standings[rows[j]].slot, row)
    moved = head.landmark / tally.half_life
    for j in range(count):
        known = j < before and kept[j] == prints[j] and rows[j] >= 0
        if not (known and stored[j, 0] == near[j] and stored[j, 1] == far[j]):
            kept[j] = prints[j]
            stored[j, 0], stored[j, 1] = near[j], far[j]
            if not known:
                rows[j] = row_of(prints[j], index.prints, index.table)
            if rows[j] >= 0:
                key = np.int32(np.rint((np.log2(far[j]) + moved) * KEY_SCALE))
                _follow(followers, _slot_of(standings, tally, rows[j]), row, near[j], far[j], key)
    market.before_n[slot] = count


@kernel
def _follow(followers: Followers, slot: int, row: int, near: float, far: float, key: np.int32) -> None:
    """Sets the counts of a follower in an item's list, or enters it if it belongs there."""
    rows, keys = followers.rows[slot], followers.keys[slot]
    count = np.int64(followers.n[slot])
    place = place_of(rows[:count], row)
    if place < 0 and count < rows.shape[0]:
        place = int(count)
        followers.n[slot] = count + 1
    if place < 0:
        least = keys[0]
        for k in range(count):
            least = min(least, keys[k])
        if key <= least:
            return
        place = place_of(keys, least)
    _settle(followers, slot, place, row, near, far, key)


@kernel
def _leave(followers: Followers, slot: int, row: int) -> None:
    """Takes a follower out of an item's list; the last one takes its place."""
    rows, stored, keys = followers.rows[slot], followers.counts[slot], followers.keys[slot]
    place = place_of(rows[: followers.n[slot]], row)
    if place >= 0:
        last = np.int64(followers.n[slot]) - 1
        followers.n[slot] = last
        if place < last:
            _settle(followers, slot, place, rows[last], stored[last, 0], stored[last, 1], keys[last])


@kernel
def _settle(followers: Followers, slot: int, place: int, row: int, near: float, far: float, key: np.int32) -> None:
    """Writes a follower where the heap of an item's list wants it, from a place whose own one may be lost."""
    rows, stored, keys = followers.rows[slot], followers.counts[slot], followers.keys[slot]
    count = np.int64(followers.n[slot])
    while place > 0 and keys[(place - 1) >> 1] < key:
        _move(rows, stored, keys, (place - 1) >> 1, place)
        place = (place - 1) >> 1
    below = 2 * place + 1
    while below < count:
        if below + 1 < count and keys[below + 1] > keys[below]:
            below += 1
        if keys[below] <= key:
            break
        _move(rows, stored, keys, below, place)
        place, below = below, 2 * below + 1
    rows[place], keys[place] = row, key
    stored[place, 0], stored[place, 1] = near, far


@kernel
def _move(
    rows: NDArray[np.int32], stored: NDArray[np.float32], keys: NDArray[np.int32], origin: int, place: int
) -> None:
    rows[place], keys[place] = rows[origin], keys[origin]
    stored[place, 0], stored[place, 1] = stored[origin, 0], stored[origin, 1]


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
