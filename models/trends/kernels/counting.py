"""Counting: one behavior or impression after the other enters the statistics of its item."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import kernel
from models.kernels.chance import STEP, fraction, scrambled
from models.kernels.places import place_of
from models.trends.kernels.companions import count_companions
from schemas.rows.trend import IMPRESSION_HALF_LIFE, POPULARITY_HALF_LIVES

Integer = int | np.integer[Any]

REBASE = 8.0
HALF_LIVES = np.array(POPULARITY_HALF_LIVES)


class Statistics(NamedTuple):
    """Items by place: heads (c,) TREND; prints (c, M) uint32 and counts (c, 2, M) float32 (near, far) of neighbors.

    Counts and totals are kept as of the head's landmark (forward decay, Cormode et al. 2009): what is not counted again
    does not change, and one factor makes all counts of an item those of any later moment. Neighbors are a heap by far
    count, so that the first places hold heavy ones. companion_prints (c, 16) uint32, companion_counts (c, 16) float32:
    as of the head's `shown`, see count_companions.
    """

    heads: NDArray[np.void]
    prints: NDArray[np.uint32]
    counts: NDArray[np.float32]
    companion_prints: NDArray[np.uint32]
    companion_counts: NDArray[np.float32]


class CountingRules(NamedTuple):
    """half_life of transitions in events; an item k places before counts near_decay**k if k < near_window; far too."""

    half_life: float
    near_window: int
    near_decay: float
    far_window: int
    far_decay: float


class Happenings(NamedTuple):
    """What happened, in order: places (n,) int64; shown (n,) bool, whether it is only an impression.

    now (n,) float64: how many events came before; at (n,) float64 epoch seconds. The prints of what the user did
    before are recents[starts[j] : starts[j + 1]], the latest first; of an impression, those of what was shown with it.
    """

    places: NDArray[np.int64]
    shown: NDArray[np.bool_]
    now: NDArray[np.float64]
    at: NDArray[np.float64]
    recents: NDArray[np.uint32]
    starts: NDArray[np.int64]


@kernel
def count_each(statistics: Statistics, happenings: Happenings, rules: CountingRules) -> None:
    """Counts all of them, one after the other."""
    places, shown, now, at, recents, starts = happenings
    for j in range(places.shape[0]):
        own = recents[starts[j] : starts[j + 1]]
        if shown[j]:
            count_impression(statistics, places[j], own, now[j])
        else:
            count_behavior(statistics, places[j], own, own.shape[0], now[j], at[j], rules)


@kernel
def count_impression(statistics: Statistics, place: int, companions: NDArray[np.uint32], now: float) -> None:
    """Counts that an item was shown, and with which others, `now` events after the first of all."""
    head, prints, counts = (
        statistics.heads[place],
        statistics.companion_prints[place],
        statistics.companion_counts[place],
    )
    later = max(now, head.shown)
    fade = np.exp2((head.shown - later) / IMPRESSION_HALF_LIFE)
    weight = np.exp2((now - later) / IMPRESSION_HALF_LIFE)
    head.impressions = head.impressions * fade + weight
    head.shown = later
    count_companions(head, prints, counts, companions, fade, weight)


@kernel
def count_behavior(
    statistics: Statistics,
    place: int,
    recents: NDArray[np.uint32],
    recent_count: int,
    now: float,
    at: float,
    rules: CountingRules,
) -> None:
    """Counts a wanted behavior, `now` events after the first of all, of a user who did recents[:recent_count] before.

    A neighbor that is there gets its count. One that is not takes a free place, or else, with the probability
    f / (s + f) when its own count is f, the place of the one with the smallest far count s, and its count is s + f then
    (as in Unbiased Space Saving, Ting 2018, but that a newcomer who is refused leaves no trace: counts of what comes
    rarely do not swell with what is refused, which ranks better). So what is new is right in the mean over the hash
    that decides, the smallest are too small in the mean, by at most f at each newcomer, and those of heavy neighbors
    are exact; the total is exact. Near counts of what was evicted are lost. The hash is of the item, the neighbor and
    the number of the behavior, so a replay agrees.

    Args: recents: prints, the latest first; the item's own is passed over and takes its place.
    """
    head, prints, counts = statistics.heads[place], statistics.prints[place], statistics.counts[place]
    if head.behaviors == 0:
        head.born, head.born_at, head.landmark, head.events = now, at, now, now
        head.half_life = rules.half_life
    _count_popularity(head, now)
    head.behaviors += 1
    head.at = max(head.at, at)
    if now - head.landmark > REBASE * rules.half_life or head.half_life != np.float32(rules.half_life):
        _rebase(head, counts, now)
        head.half_life = rules.half_life
    near = np.exp2((now - head.landmark) / rules.half_life)
    far = near
    totals = head.totals
    for k in range(min(recent_count, rules.far_window)):
        if k == rules.near_window:
            near = 0.0
        neighbor = recents[k]
        if neighbor != head.print:
            totals[0] += near
            totals[1] += far
            _count_neighbor(head, prints, counts, neighbor, near, far)
        near *= rules.near_decay
        far *= rules.far_decay


@kernel
def _count_popularity(head: Any, now: float) -> None:
    popularity = head.popularity
    later = max(now, head.events)
    for p in range(HALF_LIVES.shape[0]):
        left = popularity[p] * np.exp2((head.events - later) / HALF_LIVES[p])
        popularity[p] = left + np.exp2((now - later) / HALF_LIVES[p])
    head.events = later


@kernel
def _rebase(head: Any, counts: NDArray[np.float32], now: float) -> None:
    """Moves the landmark, before counts as of it grow out of their 32 bits, or another half-life begins."""
    factor = np.float32(np.exp2((head.landmark - now) / head.half_life))
    head.landmark = now
    totals = head.totals
    for side in range(2):
        totals[side] *= factor
        for j in range(head.neighbors):
            counts[side, j] *= factor


@kernel
def _count_neighbor(
    head: Any, prints: NDArray[np.uint32], counts: NDArray[np.float32], neighbor: np.uint32, near: float, far: float
) -> None:
    count = np.int64(head.neighbors)
    place = place_of(prints[:count], neighbor)
    if place >= 0:
        counts[0, place] += near
        counts[1, place] += far
        _raise_neighbor(prints, counts, place)
        return
    if count < prints.shape[0]:
        prints[count] = neighbor
        counts[0, count] = near
        counts[1, count] = far
        head.neighbors = count + 1
        _raise_neighbor(prints, counts, count)
        return
    smallest = _smallest(counts[1])
    whole = counts[1, smallest] + far
    if _chance(head.behaviors, neighbor, head.print) * whole < far:
        prints[smallest] = neighbor
        counts[0, smallest] = near
        counts[1, smallest] = whole
        _raise_neighbor(prints, counts, smallest)


@kernel
def _raise_neighbor(prints: NDArray[np.uint32], counts: NDArray[np.float32], place: Integer) -> None:
    """Moves a neighbor whose far count grew to where the heap wants it."""
    near, far = counts[0], counts[1]
    while place > 0:
        above = (place - 1) >> 1
        if far[place] <= far[above]:
            return
        prints[place], prints[above] = prints[above], prints[place]
        near[place], near[above] = near[above], near[place]
        far[place], far[above] = far[above], far[place]
        place = above


@kernel
def _smallest(counts: NDArray[np.float32]) -> int:
    """Where the first smallest count is; by their bits, which for numbers not below 0 have the same order."""
    bits = counts.view(np.int32)
    least = bits[0]
    for k in range(bits.shape[0]):
        least = min(least, bits[k])
    return place_of(bits, least)


@kernel
def _chance(behaviors: Integer, neighbor: Integer, item: Integer) -> float:
    """A number from 0 to 1 that follows from these three."""
    return fraction(scrambled(np.uint64(behaviors) * STEP + (np.uint64(neighbor) << np.uint64(32) | np.uint64(item))))
