"""Types: the arrays and rules that ranking kernels take."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog.index.arrays import Index
from models.catalog.index.arrays import Scratch as SearchScratch
from models.catalog.kernels.market import Market
from models.factors.kernels import Gradients
from models.interests.kernels.types import FEATURES as INTEREST_FEATURES
from models.interests.kernels.types import Integer, Rules
from models.kernels.lines import zeros_by_line
from schemas.rows.factors import WIDTH
from schemas.rows.mixer import CONTEXTS, FEATURES, HIDDEN, INPUTS
from schemas.rows.trend import POPULARITY_HALF_LIVES
from schemas.rows.user import CATEGORIES, RECENTS, SLOTS, TURNED
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
AFTER_NEAR, AFTER_FAR, GOING_TOGETHER, BEFORE_NEAR, BEFORE_FAR, TOUCHED, CHOSEN = range(7)
# Of one row, a power of two, so that they are in one line of the processor's cache.
SUMS: Final = 8
(ALWAYS, SAME_SESSION, EXPERIENCE, AFTER_A_DAY, KNOWN_LAST) = range(CONTEXTS)
MOST_CANDIDATES: Final = 1024
# A column of features; a power of two would put all features of a candidate on one set of the processor's cache.
COLUMN: Final = MOST_CANDIDATES + 16
POPULARITIES: Final = len(POPULARITY_HALF_LIVES)
BUCKETS: Final = 1024


class Goods(NamedTuple):
    """The catalog by row, for kernels.

    vectors (c, 128) float32 of unit length or zero; coarse (c, 128) int8 and coarse_units (c,) float32 as in Catalog;
    has_vector (c,) bool; prints (c,) uint32 and table (2 ** b,) int32: a PrintIndex; categories (c,) uint32 prints of
    leaf categories, 0 for none; allowed (c,) bool: whether it may be recommended; likes (c, l) int32: rows of the items
    most like it by vector, -1 for none; factors (c,) FACTORS.
    """

    vectors: NDArray[np.float32]
    coarse: NDArray[np.int8]
    coarse_units: NDArray[np.float32]
    has_vector: NDArray[np.bool_]
    prints: NDArray[np.uint32]
    table: NDArray[np.int32]
    categories: NDArray[np.uint32]
    allowed: NDArray[np.bool_]
    likes: NDArray[np.int32]
    factors: NDArray[np.void]


# Options as kernels take them, one record per variant; see RankingOptions. near_prior, far_prior: behaviors that what
# is popular counts beside what came next; session in seconds; without: families of features, a bit each.
RANKING_RULES = np.dtype(
    [
        ("neighbors", "<i8"),
        ("popular", "<i8"),
        ("newest", "<i8"),
        ("alike", "<i8"),
        ("nearest", "<i8"),
        ("in_category", "<i8"),
        ("others", "<i8"),
        ("negatives", "<i8"),
        ("near_prior", "<f8"),
        ("far_prior", "<f8"),
        ("learning_rate", "<f8"),
        ("attention_rate", "<f8"),
        ("hidden_rate", "<f8"),
        ("factor_rate", "<f8"),
        ("session", "<f8"),
        ("unwanted", "<f8"),
        ("without", "<i8"),
    ]
)
# Room for one ranking at a time; one record, since kernels pass it on as one pointer.
#
# By candidate: rows, features by feature, scores, shares, and bases: logarithms of how popular each is. By recent item:
# recent_rows, recent_at in seconds, attention that sums to 1, credit. The user's interests: units of unit length,
# interest_shares, found, focus and latest, and codes of these two; against and named, what was turned away; tastes for
# categories. near_rows, near_scores: of a search. context, weights and grounds of the moment, what hidden units get
# from the context; lit: these units by candidate. means of features over candidates; gates: what each hidden unit adds
# to one of them. Of factors: related and biases by candidate, leaning and pull. levels of popularity; ages: the count
# of behaviors in each of its half-lives; slopes, those of hidden units by input, and of their outputs. touched: how
# many rows have sums; buckets: numbers of these by size. near_left, far_left: the shares of attention that recent items
# leave to what is popular. stamp: of this ranking.
DESK = np.dtype(
    [
        ("stamp", "<i8"),
        ("recents", "<i8"),
        ("touched", "<i8"),
        ("near_left", "<f4"),
        ("far_left", "<f4"),
        ("rows", "<i4", (MOST_CANDIDATES,)),
        ("features", "<f4", (FEATURES, COLUMN)),
        ("scores", "<f4", (MOST_CANDIDATES,)),
        ("shares", "<f4", (MOST_CANDIDATES,)),
        ("bases", "<f4", (MOST_CANDIDATES,)),
        ("recent_rows", "<i8", (RECENTS,)),
        ("recent_at", "<f8", (RECENTS,)),
        ("attention", "<f8", (RECENTS,)),
        ("credit", "<f8", (RECENTS,)),
        ("units", "<f4", (SLOTS, DIMENSIONS)),
        ("interest_shares", "<f8", (SLOTS,)),
        ("found", "<f8", (SLOTS, INTEREST_FEATURES)),
        ("focus", "<f4", (DIMENSIONS,)),
        ("latest", "<f4", (DIMENSIONS,)),
        ("focus_codes", "<i2", (DIMENSIONS,)),
        ("latest_codes", "<i2", (DIMENSIONS,)),
        ("against", "<f8", (SLOTS,)),
        ("named", "<f8", (TURNED,)),
        ("near_rows", "<i4", (MOST_CANDIDATES,)),
        ("near_scores", "<f4", (MOST_CANDIDATES,)),
        ("context", "<f8", (CONTEXTS,)),
        ("weights", "<f4", (FEATURES,)),
        ("means", "<f4", (FEATURES,)),
        ("slopes", "<f4", (FEATURES,)),
        ("grounds", "<f4", (HIDDEN,)),
        ("gates", "<f4", (HIDDEN,)),
        ("lit", "<f4", (HIDDEN, COLUMN)),
        ("hidden_slopes", "<f4", (INPUTS, HIDDEN)),
        ("output_slopes", "<f4", (HIDDEN,)),
        ("related", "<f4", (MOST_CANDIDATES,)),
        ("biases", "<f4", (MOST_CANDIDATES,)),
        ("leaning", "<f4", (WIDTH,)),
        ("pull", "<f4", (WIDTH,)),
        ("levels", "<f4", (POPULARITIES,)),
        ("ages", "<f8", (POPULARITIES,)),
        ("tastes", "<f4", (CATEGORIES,)),
        ("buckets", "<i4", (BUCKETS,)),
    ]
)


class Scratch(NamedTuple):
    """Room for one ranking at a time, of which little is cleared between two.

    By catalog row: sums (c, 8) float32 of neighbors' counts, 0 but for the rows that were touched last; chosen (c,)
    int32, the seventh of them, so that both come with one line of the processor's cache: the stamp of the ranking that
    a row is a candidate of. touched (c,) int32: rows with sums, as many as the desk says; sizes (c,) int32 of these.
    desk (1,) DESK.
    """

    chosen: NDArray[np.int32]
    sums: NDArray[np.float32]
    touched: NDArray[np.int32]
    sizes: NDArray[np.int32]
    desk: NDArray[np.void]


class Nearby(NamedTuple):
    """The index of items by vector, and room for one search in it."""

    items: Index
    search: SearchScratch


class Shop(NamedTuple):
    """All that lists are made from beside the user and what is nearby.

    wanted (16,) bool: by type code, whether it speaks for its item; extra: rows that are always candidates.
    """

    market: Market
    goods: Goods
    wanted: NDArray[np.bool_]
    extra: NDArray[np.int32]
    scratch: Scratch


class RankingLaws(NamedTuple):
    """How lists are made: options as kernels take them, and theta (6,) float64, the weights of attention's features.

    ranking (v,) RANKING_RULES, one per variant.
    """

    interests: Rules
    theta: NDArray[np.float64]
    ranking: NDArray[np.void]


class Taught(NamedTuple):
    """What behaviors teach: mixers (v,) MIXER by variant, none to learn nothing, and gradients of items' factors."""

    mixers: NDArray[np.void]
    gradients: Gradients


class Moment(NamedTuple):
    """When a user is looked at: epoch seconds, bin of the hour of the user's day, device as in Columns."""

    at: float
    hour: Integer
    device: Integer


def scratch_for(capacity: int) -> Scratch:
    """Room for rankings over a catalog of at most so many rows."""
    sums = zeros_by_line((capacity, SUMS), np.float32)
    return Scratch(
        sums.view(np.int32)[:, CHOSEN],
        sums,
        np.zeros(capacity + 1, np.int32),
        np.zeros(capacity, np.int32),
        np.zeros(1, DESK),
    )
