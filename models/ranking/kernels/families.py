"""Families: which source each feature belongs to, for reasons that people understand."""

from typing import Final, Literal

import numpy as np

from models.ranking.kernels.types import (
    AGE,
    FAR_AFTER,
    FAR_BEFORE,
    NEAR_AFTER,
    NEAR_BEFORE,
    NEW,
    POPULAR_50,
    POPULAR_500,
    POPULAR_5000,
    POPULAR_50000,
    TOGETHER,
)
from schemas.rows.mixer import FEATURES

WANTED, NEXT, POPULAR, FRESH = range(4)
FAMILIES: Final = 4
FAMILY_NAMES: Final[tuple[Literal["interest", "neighbors", "popularity", "novelty"], ...]] = (
    "interest",
    "neighbors",
    "popularity",
    "novelty",
)


def _families() -> np.ndarray:
    found = np.full(FEATURES, WANTED, np.int64)
    found[[POPULAR_50, POPULAR_500, POPULAR_5000, POPULAR_50000]] = POPULAR
    found[[NEAR_AFTER, NEAR_BEFORE, FAR_AFTER, FAR_BEFORE, TOGETHER]] = NEXT
    found[[AGE, NEW]] = FRESH
    return found


FAMILY_OF: Final = _families()
