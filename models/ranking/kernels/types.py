"""Types: the arrays and rules that ranking kernels take."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog.index.arrays import Index
from models.catalog.index.arrays import Scratch as SearchScratch
from models.catalog.kernels.market import Market
from models.interests.kernels.types import FEATURES as INTEREST_FEATURES
from models.interests.kernels.types import Integer, Rules
from schemas.rows.mixer import CONTEXTS, FEATURES
from schemas.rows.user import RECENTS, SLOTS, TURNED
from schemas.vectors import DIMENSIONS

(
    POPULAR_50,
    POPULAR_500,
    POPULAR_5000,
    POPULAR_50000,
    NEAR_AFTER,
    NEAR_BEFORE,
    FAR_AFTER,
    FAR_BEFORE,
    TOGETHER,
    LIKE_LAST,
    LIKE_FOCUS,
    AGE,
    NEW,
    CATEGORY,
) = range(FEATURES)
AFTER_NEAR, BEFORE_NEAR, AFTER_FAR, BEFORE_FAR, TOGETHER_AFTER, TOGETHER_BEFORE = range(6)
SUMS: Final = 8
(ALWAYS, SAME_SESSION, EXPERIENCE, AFTER_A_DAY, KNOWN_LAST) = range(CONTEXTS)
MOST_CANDIDATES: Final = 1024


class Goods(NamedTuple):
    """The catalog by row, for kernels.

    vectors (c, 128) float32 of unit length or zero; has_vector (c,) bool; prints (c,) uint32 and table (2 ** b,) int32:
    a PrintIndex; categories (c,) uint32 prints of leaf categories, 0 for none; allowed (c,) bool: whether it may be
    recommended; likes (c, l) int32: rows of the items most like it by vector, -1 for none.
    """

    vectors: NDArray[np.float32]
    has_vector: NDArray[np.bool_]
    prints: NDArray[np.uint32]
    table: NDArray[np.int32]
    categories: NDArray[np.uint32]
    allowed: NDArray[np.bool_]
    likes: NDArray[np.int32]


class RankingRules(NamedTuple):
    """Options as kernels take them, scalars only; see RankingOptions.

    near_prior, far_prior: behaviors that what is popular counts beside what came next; session: seconds.
    """

    neighbors: int
    popular: int
    newest: int
    alike: int
    nearest: int
    in_category: int
    others: int
    near_prior: float
    far_prior: float
    learning_rate: float
    attention_rate: float
    session: float


class Scratch(NamedTuple):
    """Room for one ranking at a time; stamps say what belongs to it, so that nothing is cleared between two.

    By catalog row: marks (c,) int64 with sums (c, 8) float32 of neighbors' counts, and chosen (c,) int64; touched (c,)
    int32 rows with sums, totals (c,) float32 of them. By candidate: rows (n,) int32, features (n, FEATURES) float32,
    scores and shares (n,) float32. By recent item: recent_rows (24,) int64, recent_at (24,) float64 seconds, attention
    (24,) float64 that sums to 1, credit (24,) float64. The user's interests: units (8, 128) float32 of unit length,
    interest_shares (8,) float64, found (8, 6) float64, focus and latest (128,) float32; against and named (8,)
    float64, what was turned away. near_rows, near_scores (n,): of a search.
    context (CONTEXTS,) float64 and weights (FEATURES,) float32 of the moment; slopes (FEATURES,) float32; stamp (1,)
    int64.
    """

    marks: NDArray[np.int64]
    chosen: NDArray[np.int64]
    sums: NDArray[np.float32]
    touched: NDArray[np.int32]
    totals: NDArray[np.float32]
    rows: NDArray[np.int32]
    features: NDArray[np.float32]
    scores: NDArray[np.float32]
    shares: NDArray[np.float32]
    recent_rows: NDArray[np.int64]
    recent_at: NDArray[np.float64]
    attention: NDArray[np.float64]
    credit: NDArray[np.float64]
    units: NDArray[np.float32]
    interest_shares: NDArray[np.float64]
    found: NDArray[np.float64]
    focus: NDArray[np.float32]
    latest: NDArray[np.float32]
    against: NDArray[np.float64]
    named: NDArray[np.float64]
    near_rows: NDArray[np.int32]
    near_scores: NDArray[np.float32]
    context: NDArray[np.float64]
    weights: NDArray[np.float32]
    slopes: NDArray[np.float32]
    stamp: NDArray[np.int64]


class Shop(NamedTuple):
    """All that lists are made from beside the user; wanted (16,) bool: by type code, whether it speaks for its item."""

    market: Market
    goods: Goods
    near_index: Index
    search: SearchScratch
    wanted: NDArray[np.bool_]
    extra: NDArray[np.int32]
    scratch: Scratch


class RankingLaws(NamedTuple):
    """How lists are made: options as kernels take them, and theta (6,) float64, the weights of attention's features."""

    interests: Rules
    theta: NDArray[np.float64]
    ranking: RankingRules


class Moment(NamedTuple):
    """When a user is looked at: epoch seconds, bin of the hour of the user's day, device as in Columns."""

    at: float
    hour: Integer
    device: Integer


def scratch_for(capacity: int) -> Scratch:
    """Room for rankings over a catalog of at most so many rows."""
    return Scratch(
        marks=np.zeros(capacity, np.int64),
        chosen=np.zeros(capacity, np.int64),
        sums=np.zeros((capacity, SUMS), np.float32),
        touched=np.zeros(capacity, np.int32),
        totals=np.zeros(capacity, np.float32),
        rows=np.zeros(MOST_CANDIDATES, np.int32),
        features=np.zeros((MOST_CANDIDATES, FEATURES), np.float32),
        scores=np.zeros(MOST_CANDIDATES, np.float32),
        shares=np.zeros(MOST_CANDIDATES, np.float32),
        recent_rows=np.zeros(RECENTS, np.int64),
        recent_at=np.zeros(RECENTS),
        attention=np.zeros(RECENTS),
        credit=np.zeros(RECENTS),
        units=np.zeros((SLOTS, DIMENSIONS), np.float32),
        interest_shares=np.zeros(SLOTS),
        found=np.zeros((SLOTS, INTEREST_FEATURES)),
        focus=np.zeros(DIMENSIONS, np.float32),
        latest=np.zeros(DIMENSIONS, np.float32),
        against=np.zeros(SLOTS),
        named=np.zeros(TURNED),
        near_rows=np.zeros(MOST_CANDIDATES, np.int32),
        near_scores=np.zeros(MOST_CANDIDATES, np.float32),
        context=np.zeros(CONTEXTS),
        weights=np.zeros(FEATURES, np.float32),
        slopes=np.zeros(FEATURES, np.float32),
        stamp=np.zeros(1, np.int64),
    )
