"""Scores: what speaks for each candidate of each user, compiled; one file, as numba caches kernels by file."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from schemas.rows.user import SLOTS, UNWANTED
from schemas.vectors import DIMENSIONS

PEAKS = 8


class Users(NamedTuple):
    """Who is ranked for: at (m,) seconds, not before any item's popularity_at; had (m, h) uint32 prints, 0 for none.

    units (m, 9, 128) float32: directions of unit length; weights (m, 8) float32: of interests, that sum to 1 or are
    all 0; focus (m, 128) float32: the sum of units by them.
    """

    at: NDArray[np.float64]
    had: NDArray[np.uint32]
    units: NDArray[np.float32]
    weights: NDArray[np.float32]
    focus: NDArray[np.float32]


class Items(NamedTuple):
    """The catalog's columns by row: vectors, prints, popularity as of popularity_at, which fades with half_life."""

    vectors: NDArray[np.float32]
    prints: NDArray[np.uint32]
    popularity: NDArray[np.float64]
    popularity_at: NDArray[np.float64]
    half_life: float


class Candidates(NamedTuple):
    """Rows: near (m, c) int32 per user, -1 for none; popular (p,) int32 for all, of which each takes c not had."""

    near: NDArray[np.int32]
    popular: NDArray[np.int32]


class Weights(NamedTuple):
    """Of popularity and of what is unwanted, beside similarity."""

    popularity: float
    unwanted: float


class Ranked(NamedTuple):
    """Lists of m users, best first.

    items (m, k) int32: catalog rows, -1 where there are fewer; scores (m, k) float32; interests (m, k) int8: slot of
    the interest that speaks most for the item, -1 for none; interest_shares and popularity_shares (m, k) float32: of
    what speaks for the item; they sum to 1, or are both 0 when nothing does.
    """

    items: NDArray[np.int32]
    scores: NDArray[np.float32]
    interests: NDArray[np.int8]
    interest_shares: NDArray[np.float32]
    popularity_shares: NDArray[np.float32]


@njit(nogil=True, cache=True)
def rank_each(users: Users, items: Items, candidates: Candidates, weights: Weights, ranked: Ranked) -> None:
    """Fills ranked. Tuples are taken apart before the loop, since every access to an array in one is counted."""
    times, all_had, all_units, all_weights, all_focus = users
    vectors, prints = items.vectors, items.prints
    near, popular = candidates
    lists, list_scores, interests, interest_shares, popularity_shares = ranked
    taken = np.full(vectors.shape[0], -1, np.int32)
    rows = np.empty(2 * near.shape[1], np.int32)
    trending = np.empty(len(rows), np.float32)
    scores = np.empty(len(rows), np.float32)
    for u in range(times.shape[0]):
        count = _gather(near[u], popular, all_had[u], prints, taken, u, rows)
        chosen = rows[:count]
        _trending(chosen, popular[:PEAKS], items, times[u], trending)
        _score(chosen, vectors, all_focus[u], all_units[u, UNWANTED], trending, weights, scores)
        order = np.argsort(-scores[:count], kind="mergesort")[: lists.shape[1]]
        for place in range(len(order)):
            row = chosen[order[place]]
            slot, similar = _strongest(vectors[row], all_units[u], all_weights[u])
            liked = trending[order[place]] * weights.popularity
            lists[u, place] = row
            list_scores[u, place] = scores[order[place]]
            interests[u, place] = slot
            if similar + liked > 0.0:
                interest_shares[u, place] = similar / (similar + liked)
                popularity_shares[u, place] = liked / (similar + liked)


@njit(nogil=True, cache=True)
def _gather(
    near: NDArray[np.int32],
    popular: NDArray[np.int32],
    had: NDArray[np.uint32],
    prints: NDArray[np.uint32],
    taken: NDArray[np.int32],
    user: int,
    rows: NDArray[np.int32],
) -> int:
    count = 0
    for row in near:
        if row >= 0:
            taken[row] = user
            rows[count] = row
            count += 1
    left = near.shape[0]
    for row in popular:
        if left == 0:
            break
        if not _among(had, prints[row]):
            left -= 1
            if taken[row] != user:
                rows[count] = row
                count += 1
    return count


@njit(nogil=True, cache=True)
def _among(values: NDArray[np.uint32], value: np.uint32) -> bool:
    found = False
    for k in range(values.shape[0]):
        found |= values[k] == value
    return found


@njit(nogil=True, cache=True)
def _trending(
    rows: NDArray[np.int32], popular: NDArray[np.int32], items: Items, at: float, trending: NDArray[np.float32]
) -> None:
    _, _, popularity, popularity_at, half_life = items
    peak = 0.0
    for row in popular:
        peak = max(peak, _logarithm(popularity[row], at - popularity_at[row], half_life))
    for k in range(rows.shape[0]):
        row = rows[k]
        level = _logarithm(popularity[row], at - popularity_at[row], half_life)
        trending[k] = min(level / peak, 1.0) if peak > 0.0 else 0.0


@njit(nogil=True, cache=True)
def _logarithm(popularity: float, age: float, half_life: float) -> float:
    return np.log1p(popularity * np.exp2(-age / half_life))


@njit(nogil=True, cache=True, fastmath=True)
def _score(
    rows: NDArray[np.int32],
    vectors: NDArray[np.float32],
    focus: NDArray[np.float32],
    unwanted: NDArray[np.float32],
    trending: NDArray[np.float32],
    weights: Weights,
    scores: NDArray[np.float32],
) -> None:
    for k in range(rows.shape[0]):
        similar = np.float32(0.0)
        turned_away = np.float32(0.0)
        for d in range(DIMENSIONS):
            similar += focus[d] * vectors[rows[k], d]
            turned_away += unwanted[d] * vectors[rows[k], d]
        scores[k] = similar + weights.popularity * trending[k] - weights.unwanted * max(turned_away, np.float32(0.0))


@njit(nogil=True, cache=True, fastmath=True)
def _strongest(
    vector: NDArray[np.float32], units: NDArray[np.float32], weights: NDArray[np.float32]
) -> tuple[int, np.float32]:
    strongest = -1
    most = np.float32(0.0)
    total = np.float32(0.0)
    for s in range(SLOTS):
        if weights[s] > 0.0:
            part = np.float32(0.0)
            for d in range(DIMENSIONS):
                part += vector[d] * units[s, d]
            part *= weights[s]
            total += part
            if part > most:
                strongest, most = s, part
    return strongest, max(total, np.float32(0.0))
