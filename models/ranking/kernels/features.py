"""Features: what speaks for each candidate, about 0 to 2 each, so that one rate of learning fits all."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.compiled import fast_kernel, kernel
from models.kernels.codes import encode, products
from models.kernels.lines import fetch
from models.ranking.kernels.families import FAMILY_OF
from models.ranking.kernels.logarithms import exp2, log2
from models.ranking.kernels.types import (
    AFTER_FAR,
    AFTER_NEAR,
    AGE,
    BEFORE_FAR,
    BEFORE_NEAR,
    CATEGORY,
    FAR_AFTER,
    FAR_BEFORE,
    GOING_TOGETHER,
    LIKE_FOCUS,
    LIKE_LAST,
    NEAR_AFTER,
    NEAR_BEFORE,
    NEW,
    POPULARITIES,
    TOGETHER,
    Goods,
    Scratch,
)
from schemas.rows.mixer import FEATURES
from schemas.rows.trend import POPULARITY_HALF_LIVES
from schemas.rows.user import CATEGORIES

HALF_LIVES = np.array(POPULARITY_HALF_LIVES)
# Logarithms to base 2 are about this much too wide for a feature.
SCALE: Final = np.float32(0.14)
POPULAR_SCALE: Final = np.float32(0.15)
AGE_SCALE: Final = np.float32(0.07)
FAINTEST: Final = np.float32(-6.0)
NEVER: Final = -60.0
BASE: Final = 2
# Candidates by which memory is asked for early; each takes longer to describe than memory takes to come.
AHEAD: Final = 4
UNKNOWN: Final = np.float32(0.1)
ZERO: Final = np.float32(0.0)
ONE: Final = np.float32(1.0)
LEAST: Final = np.float32(1e-12)
TOGETHER_LEAST: Final = np.float32(0.01)
TASTE_LEAST: Final = np.float32(0.02)
TASTE_MIDDLE: Final = np.float32(0.8)


@kernel
def describe(
    head: Any, count: int, standings: NDArray[np.void], now: float, rules: Any, goods: Goods, scratch: Scratch
) -> None:
    """Fills features of the first `count` candidates as of a global count of behaviors; 0 for what rules leave out."""
    _collect(head, count, standings, now, goods, scratch)
    whole = np.float32(1.0 / _total(now, HALF_LIVES[BASE]))
    for p in range(POPULARITIES):
        scratch.desk[0].levels[p] = POPULAR_SCALE * log2(np.float32(_total(now, HALF_LIVES[p]))) - ONE
    _scale(count, whole, scratch.desk[0])
    if rules.without:
        for f in range(FEATURES):
            if rules.without >> FAMILY_OF[f] & 1:
                scratch.desk[0].features[f, :count] = ZERO


@kernel
def _collect(head: Any, count: int, standings: NDArray[np.void], now: float, goods: Goods, scratch: Scratch) -> None:
    """Fills features with what is known, row by row, before it is put on a scale.

    Asks for factors, too, which are read next.
    """
    sums, desk = scratch.sums, scratch.desk[0]
    features, rows, bases = desk.features, desk.rows, desk.bases
    coarse, units, categories, factors = goods.coarse, goods.coarse_units, goods.categories, goods.factors
    latest, focus = desk.latest_codes, desk.focus_codes
    latest_unit, focus_unit = encode(desk.latest, latest), encode(desk.focus, focus)
    shelves, tastes = head.categories, desk.tastes
    ages, unknown = desk.ages, _fill_tastes(head, tastes)
    for p in range(POPULARITIES):
        ages[p] = now / HALF_LIVES[p]
    for j in range(count):
        row, soon = rows[j], rows[min(j + AHEAD, count - 1)]
        fetch(standings, soon, 1)
        fetch(coarse, soon, 2)
        fetch(factors, soon, 2)
        fetch(categories, soon, 1)
        standing = standings[row]
        keys = standing.keys
        for p in range(POPULARITIES):
            features[p, j] = max(keys[p] - ages[p], NEVER)
        bases[j] = features[BASE, j]
        line = sums[row]
        features[NEAR_AFTER, j], features[NEAR_BEFORE, j] = line[AFTER_NEAR], line[BEFORE_NEAR]
        features[FAR_AFTER, j], features[FAR_BEFORE, j] = line[AFTER_FAR], line[BEFORE_FAR]
        features[TOGETHER, j] = line[GOING_TOGETHER]
        last, middle = products(latest, focus, coarse, row)
        unit = units[row]
        features[LIKE_LAST, j] = np.float32(last) * (latest_unit * unit)
        features[LIKE_FOCUS, j] = np.float32(middle) * (focus_unit * unit)
        born = standing.born >= 0.0
        features[AGE, j] = max(now - standing.born, 0.0) if born else 0.0
        features[NEW, j] = ZERO if born else ONE
        category, taste = categories[row], unknown
        if category == 0:
            taste = ZERO
        else:
            for k in range(CATEGORIES):
                if shelves[k] == category:
                    taste = tastes[k]
        features[CATEGORY, j] = taste


@fast_kernel
def _scale(count: int, whole: np.float32, desk: Any) -> None:
    """Puts features on their scales, feature by feature."""
    features, bases, levels = desk.features, desk.bases, desk.levels
    for j in range(count):
        bases[j] = (exp2(bases[j]) + UNKNOWN) * whole
    for p in range(POPULARITIES):
        level, column = levels[p], features[p]
        for j in range(count):
            column[j] = POPULAR_SCALE * max(column[j], FAINTEST) - level
    for f in range(NEAR_AFTER, TOGETHER):
        left, column = desk.near_left if f <= NEAR_BEFORE else desk.far_left, features[f]
        for j in range(count):
            column[j] = SCALE * log2(column[j] + left * bases[j] + LEAST) + ONE
    column = features[TOGETHER]
    for j in range(count):
        column[j] = SCALE * log2(column[j] + TOGETHER_LEAST) + ONE
    column = features[AGE]
    for j in range(count):
        column[j] = AGE_SCALE * log2(ONE + column[j])


@kernel
def _fill_tastes(head: Any, tastes: NDArray[np.float32]) -> np.float32:
    """Fills how much of the user's behaviors were in each category, on a logarithmic scale; gives that of any other.

    All are 0 for a user of whom nothing is known.
    """
    masses, whole = head.category_mass, ZERO
    for k in range(CATEGORIES):
        whole += max(masses[k], ZERO)
    if whole <= 0.0:
        tastes[:] = ZERO
        return ZERO
    for k in range(CATEGORIES):
        tastes[k] = SCALE * log2(max(masses[k], ZERO) / whole + TASTE_LEAST) + TASTE_MIDDLE
    return SCALE * log2(TASTE_LEAST) + TASTE_MIDDLE


@kernel
def _total(now: float, half_life: float) -> float:
    """The decayed count of all behaviors."""
    return min(now, half_life / np.log(2.0)) + 1.0
