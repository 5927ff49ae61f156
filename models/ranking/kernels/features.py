"""Features: what speaks for each candidate, about 0 to 2 each, so that one rate of learning fits all."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.catalog.kernels.market import Market
from models.compiled import fast_kernel
from models.kernels.vectors import product
from models.ranking.kernels.logarithms import log2
from models.ranking.kernels.types import (
    AFTER_FAR,
    AFTER_NEAR,
    AGE,
    BEFORE_FAR,
    BEFORE_NEAR,
    CATEGORY,
    FAR_AFTER,
    FAR_BEFORE,
    LIKE_FOCUS,
    LIKE_LAST,
    NEAR_AFTER,
    NEAR_BEFORE,
    NEW,
    TOGETHER,
    TOGETHER_AFTER,
    TOGETHER_BEFORE,
    Goods,
    RankingRules,
    Scratch,
)
from schemas.rows.trend import POPULARITY_HALF_LIVES
from schemas.rows.user import CATEGORIES

HALF_LIVES = np.array(POPULARITY_HALF_LIVES)
# Logarithms to base 2 are about this much too wide for a feature.
SCALE: Final = np.float32(0.14)
POPULAR_SCALE: Final = np.float32(0.15)
FAINTEST: Final = np.float32(-6.0)
BASE: Final = 2
UNKNOWN: Final = np.float32(0.1)
ZERO: Final = np.float32(0.0)
LEAST: Final = np.float32(1e-12)
TOGETHER_LEAST: Final = np.float32(0.01)
TASTE_LEAST: Final = np.float32(0.02)


@fast_kernel
def describe(
    head: Any,
    count: int,
    recents: int,
    market: Market,
    goods: Goods,
    rules: RankingRules,
    scratch: Scratch,
) -> None:
    """Fills features of the first `count` candidates as of the market's global count."""
    now, stamp = market.tally[0].events, scratch.stamp[0]
    features, rows, marks, sums = scratch.features, scratch.rows, scratch.marks, scratch.sums
    vectors, focus, has_vector, categories = goods.vectors, scratch.focus, goods.has_vector, goods.categories
    standings, latest = market.standings, scratch.latest
    own_categories, own_masses = head.categories, head.category_mass
    levels = np.empty(4, np.float32)
    for p in range(4):
        levels[p] = POPULAR_SCALE * log2(np.float32(_total(now, HALF_LIVES[p]))) - np.float32(1.0)
    whole = np.float32(1.0 / _total(now, HALF_LIVES[BASE]))
    near_left, far_left = _left_over(recents, now, market, rules, scratch)
    taste = _whole_taste(head)
    for j in range(count):
        row = rows[j]
        standing = standings[row]
        line = features[j]
        for p in range(4):
            faded = np.float32(standing.keys[p] - now / HALF_LIVES[p])
            line[p] = POPULAR_SCALE * max(faded, FAINTEST) - levels[p]
        base = np.float32(standing.keys[BASE] - now / HALF_LIVES[BASE])
        share = (np.exp2(base) + UNKNOWN) * whole
        known = marks[row] == stamp
        own = sums[row]
        line[NEAR_AFTER] = _coming(own[AFTER_NEAR] if known else ZERO, near_left * share)
        line[NEAR_BEFORE] = _coming(own[BEFORE_NEAR] if known else ZERO, near_left * share)
        line[FAR_AFTER] = _coming(own[AFTER_FAR] if known else ZERO, far_left * share)
        line[FAR_BEFORE] = _coming(own[BEFORE_FAR] if known else ZERO, far_left * share)
        line[TOGETHER] = _coming(own[TOGETHER_AFTER] + own[TOGETHER_BEFORE] if known else ZERO, TOGETHER_LEAST)
        line[LIKE_LAST] = line[LIKE_FOCUS] = 0.0
        if has_vector[row]:
            line[LIKE_LAST] = product(latest, vectors[row])
            line[LIKE_FOCUS] = product(focus, vectors[row])
        if standing.born < 0.0:
            line[AGE], line[NEW] = 0.0, 1.0
        else:
            line[AGE] = np.float32(0.07) * log2(np.float32(1.0 + max(now - standing.born, 0.0)))
            line[NEW] = 0.0
        line[CATEGORY] = _taste(own_categories, own_masses, categories[row], taste)


@fast_kernel
def _total(now: float, half_life: float) -> float:
    """The decayed count of all behaviors."""
    return min(now, half_life / np.log(2.0)) + 1.0


@fast_kernel
def _coming(seen: np.float32, prior: np.float32) -> np.float32:
    return SCALE * log2(seen + prior + LEAST) + np.float32(1.0)


@fast_kernel
def _left_over(
    recents: int, now: float, market: Market, rules: RankingRules, scratch: Scratch
) -> tuple[np.float32, np.float32]:
    """The shares of attention, near and far, that recent items leave to what is popular, having few neighbors yet."""
    if recents == 0:
        return np.float32(1.0), np.float32(1.0)
    near, far = 0.0, 0.0
    standings, totals, half_life = market.standings, market.totals, market.tally[0].half_life
    for k in range(recents):
        row = scratch.recent_rows[k]
        slot = standings[row].slot
        near_total, far_total = 0.0, 0.0
        if slot >= 0:
            fade = np.exp2((standings[row].landmark - now) / half_life)
            near_total, far_total = totals[slot, 0] * fade, totals[slot, 1] * fade
        near += scratch.attention[k] * rules.near_prior / (near_total + rules.near_prior)
        far += scratch.attention[k] * rules.far_prior / (far_total + rules.far_prior)
    return np.float32(near), np.float32(far)


@fast_kernel
def _whole_taste(head: Any) -> np.float32:
    total = np.float32(0.0)
    for k in range(CATEGORIES):
        total += max(head.category_mass[k], np.float32(0.0))
    return total


@fast_kernel
def _taste(
    categories: NDArray[np.uint32], masses: NDArray[np.float32], category: np.uint32, whole: np.float32
) -> np.float32:
    """How much of the user's behaviors were in the category, on a logarithmic scale; 0 where nothing is known."""
    if category == 0 or whole <= 0.0:
        return np.float32(0.0)
    for k in range(CATEGORIES):
        if categories[k] == category:
            return SCALE * log2(masses[k] / whole + TASTE_LEAST) + np.float32(0.8)
    return SCALE * log2(TASTE_LEAST) + np.float32(0.8)
