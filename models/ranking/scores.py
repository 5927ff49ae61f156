"""Scores: what speaks for and against each candidate of each user, compiled."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import fast_kernel, kernel
from schemas.rows.user import SLOTS, TURNED
from schemas.vectors import DIMENSIONS

PEAKS = 8


class Users(NamedTuple):
    """Who is ranked for: at (m,) seconds, not before any item's popularity_at; had (m, h) uint32 prints, 0 for none.

    units (m, 8, 128) float32: directions of unit length; weights (m, 8) float32: of interests, that sum to 1 or are
    all 0; focus (m, 128) float32: the sum of units by them. against (m, 8) float32, 0 to 1: how much each interest was
    turned away; muted (m, 8) bool. turned (m, 8) uint32: prints of items and categories turned away, 0 for none;
    turned_strength (m, 8) float32, 0 to 1.
    """

    at: NDArray[np.float64]
    had: NDArray[np.uint32]
    units: NDArray[np.float32]
    weights: NDArray[np.float32]
    focus: NDArray[np.float32]
    against: NDArray[np.float32]
    muted: NDArray[np.bool_]
    turned: NDArray[np.uint32]
    turned_strength: NDArray[np.float32]


class Items(NamedTuple):
    """The catalog's columns by row: vectors, prints, popularity as of popularity_at, which fades with half_life.

    categories (c,) uint32: prints of leaf categories, 0 for none.
    """

    vectors: NDArray[np.float32]
    prints: NDArray[np.uint32]
    popularity: NDArray[np.float64]
    popularity_at: NDArray[np.float64]
    half_life: float
    categories: NDArray[np.uint32]


class Candidates(NamedTuple):
    """Rows: near (m, c) int32 per user, -1 for none; popular (p,) int32 for all, of which each takes c not had."""

    near: NDArray[np.int32]
    popular: NDArray[np.int32]


class Weights(NamedTuple):
    """Of popularity and of what is unwanted, beside similarity; capture: cosine to a muted interest that excludes."""

    popularity: float
    unwanted: float
    capture: float


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


@kernel
def rank_each(users: Users, items: Items, candidates: Candidates, weights: Weights, ranked: Ranked) -> None:
    """Fills ranked. Tuples are taken apart before the loop, since every access to an array in one is counted."""
    times, all_had, all_units, all_weights, all_focus, all_against, all_muted, all_turned, all_strengths = users
    vectors, prints, categories = items.vectors, items.prints, items.categories
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
        for k in range(count):
            row = chosen[k]
            against = _against(vectors[row], all_units[u], all_against[u], all_muted[u], weights.capture)
            named = _named(all_turned[u], all_strengths[u], prints[row], categories[row])
            similar = _product(all_focus[u], vectors[row])
            scores[k] = similar + weights.popularity * trending[k] - weights.unwanted * max(against, named)
        order = np.argsort(-scores[:count], kind="mergesort")[: lists.shape[1]]
        for place in range(len(order)):
            row = chosen[order[place]]
            if scores[order[place]] == -np.inf:
                break
            slot, similar = _strongest(vectors[row], all_units[u], all_weights[u])
            liked = trending[order[place]] * weights.popularity
            lists[u, place] = row
            list_scores[u, place] = scores[order[place]]
            interests[u, place] = slot
            if similar + liked > 0.0:
                interest_shares[u, place] = similar / (similar + liked)
                popularity_shares[u, place] = liked / (similar + liked)


@kernel
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


@kernel
def _among(values: NDArray[np.uint32], value: np.uint32) -> bool:
    found = False
    for k in range(values.shape[0]):
        found |= values[k] == value
    return found


@kernel
def _trending(
    rows: NDArray[np.int32], popular: NDArray[np.int32], items: Items, at: float, trending: NDArray[np.float32]
) -> None:
    popularity, popularity_at, half_life = items.popularity, items.popularity_at, items.half_life
    peak = 0.0
    for row in popular:
        peak = max(peak, _logarithm(popularity[row], at - popularity_at[row], half_life))
    for k in range(rows.shape[0]):
        row = rows[k]
        level = _logarithm(popularity[row], at - popularity_at[row], half_life)
        trending[k] = min(level / peak, 1.0) if peak > 0.0 else 0.0


@kernel
def _logarithm(popularity: float, age: float, half_life: float) -> float:
    return np.log1p(popularity * np.exp2(-age / half_life))


@fast_kernel
def _product(one: NDArray[np.float32], other: NDArray[np.float32]) -> np.float32:
    total = np.float32(0.0)
    for d in range(DIMENSIONS):
        total += one[d] * other[d]
    return total


@kernel
def _against(
    vector: NDArray[np.float32],
    units: NDArray[np.float32],
    against: NDArray[np.float32],
    muted: NDArray[np.bool_],
    capture: float,
) -> np.float32:
    """Similarity to the interest turned away most; infinite for what belongs to a muted one."""
    most = np.float32(0.0)
    for s in range(SLOTS):
        if against[s] > 0.0 or muted[s]:
            similar = _product(vector, units[s])
            if muted[s] and similar >= capture:
                return np.float32(np.inf)
            most = max(most, against[s] * similar)
    return most


@kernel
def _named(turned: NDArray[np.uint32], strengths: NDArray[np.float32], item: int, category: int) -> np.float32:
    """How strongly the item itself or its category was turned away."""
    most = np.float32(0.0)
    for k in range(TURNED):
        if turned[k] != 0 and (turned[k] == item or turned[k] == category):
            most = max(most, strengths[k])
    return most


@fast_kernel
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
