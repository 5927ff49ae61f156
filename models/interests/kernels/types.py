"""Types: the arrays and rules that kernels take."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.rows.user import RINGS, SEEN_CHUNKS, SLOTS

HEAD_CHANGED = 1 << SLOTS
FEEDBACK_CHANGED = HEAD_CHANGED << 1
RING_CHANGED = FEEDBACK_CHANGED << 1
SEEN_CHANGED = RING_CHANGED << RINGS
ALL_CHANGED = (SEEN_CHANGED << SEEN_CHUNKS) - 1
LATEST_STORED = 4_294_967_295.0
FEATURES = 6
FACETS = 5
# For one behavior: features of its user's interests, and their shares of attention.
ROOM = np.dtype([("features", "<f8", (SLOTS, FEATURES)), ("shares", "<f8", (SLOTS,))])
CATEGORY_FACET, BRAND_FACET, PRICE_FACET = 0, 2, 3


Integer = int | np.integer[Any]


class Rows(NamedTuple):
    """The arena's arrays: head, feedback (c,), rings (c, 4), meta (c, 8) records of schemas.rows.user.

    directions (c, 8, 128) float32; seen (c, 96) uint32; changed (c,) uint32: bits 0 to 7 interest rows, 8 the head, 9
    feedback, 10 to 13 rings, 14 to 16 seen chunks; new_behaviors (c,) uint32; learned (1,) LEARNED, shared by all; room
    (1,) ROOM for one behavior at a time; plain (5,) uint32: the facets of an item without any.
    """

    head: NDArray[np.void]
    feedback: NDArray[np.void]
    rings: NDArray[np.void]
    meta: NDArray[np.void]
    directions: NDArray[np.float32]
    seen: NDArray[np.uint32]
    changed: NDArray[np.uint32]
    new_behaviors: NDArray[np.uint32]
    learned: NDArray[np.void]
    room: NDArray[np.void]
    plain: NDArray[np.uint32]


class Traces(NamedTuple):
    """What users wanted right before each behavior: recents (n, 20) uint32 prints, latest first; counts (n,) uint8.

    wanted (16,) bool: by type code, whether a behavior on an item leaves a trace.
    """

    recents: NDArray[np.uint32]
    counts: NDArray[np.uint8]
    wanted: NDArray[np.bool_]


class TypeRules(NamedTuple):
    """Per type code: half_lives (16,) float64 seconds, and had (16,) bool, whether the item then counts as had."""

    half_lives: NDArray[np.float64]
    had: NDArray[np.bool_]


class Rules(NamedTuple):
    """Options as kernels take them, scalars only; see InterestOptions for what they mean.

    capture, near and asked are cosines; half-lives, horizons and gaps in seconds; proof_weight that of one behavior;
    burst in behaviors, refill in behaviors per second.
    """

    half_life: float
    adaptive: bool
    short_half_life: float
    turned_half_life: float
    turned_limit: float
    turned_penalty: float
    capture: float
    near: float
    asked: float
    asked_boost: float
    asked_half_life: float
    proof: int
    proof_weight: float
    probation: float
    floor: float
    session_gap: float
    burst: float
    refill: float
    repeat_span: float
    ignored: float
    learning_rate: float
    forgetting: float
    context: bool


class Laws(NamedTuple):
    """All that a step goes by. Apart, since every use of an array in a tuple is counted and every scalar is free."""

    types: TypeRules
    rules: Rules


class User(NamedTuple):
    """One user's rows; see Rows."""

    head: Any
    feedback: Any
    rings: NDArray[np.void]
    interests: NDArray[np.void]
    directions: NDArray[np.float32]


class Act(NamedTuple):
    """One behavior: at in seconds; item the print of its item or text, 0 without; hour and device as in Columns."""

    at: float
    weight: float
    code: Integer
    item: Integer
    hour: Integer
    device: Integer


class Items(NamedTuple):
    """Items of the catalog: prints (M,) uint32 and table (2 ** b,) int32 of a PrintIndex, facets (M, 5) uint32."""

    prints: NDArray[np.uint32]
    table: NDArray[np.int32]
    facets: NDArray[np.uint32]


class Clauses(NamedTuple):
    """What users said, clause by clause.

    slots (n,) int64; polarities (n,) int64 of kernels.asking; vectors (n, 128) float32 of unit length; codes (n,) uint8
    of the behaviors' types; at (n,) float64 seconds; weight of a request.
    """

    slots: NDArray[np.int64]
    polarities: NDArray[np.int64]
    vectors: NDArray[np.float32]
    codes: NDArray[np.uint8]
    at: NDArray[np.float64]
    weight: float


class Columns(NamedTuple):
    """Behaviors as columns, in order of arrival.

    slots (n,) int64; types (n,) uint8 codes; weights (n,) float64; at (n,) float64 seconds; event_ids (n,) uint64;
    prints (n,) uint32 of the items or texts, 0 without; hours (n,) uint8 four-hour bins of the local day; devices (n,)
    uint8, 0 unknown; vectors (N, 128) float32 of unit length; vector_rows (n,) int64 into vectors, -1 without one;
    facets (M, 5) uint32 of items; facet_rows (n,) int64 into facets, -1 without; shown (s,) uint32 prints of items in
    impressions, those of behavior j from shown_starts[j] to shown_starts[j + 1] (n + 1,) int64. item_prints (M,) uint32
    by row of facets and item_table (2 ** b,) int32: a PrintIndex.
    """

    slots: NDArray[np.int64]
    types: NDArray[np.uint8]
    weights: NDArray[np.float64]
    at: NDArray[np.float64]
    event_ids: NDArray[np.uint64]
    prints: NDArray[np.uint32]
    hours: NDArray[np.uint8]
    devices: NDArray[np.uint8]
    vectors: NDArray[np.float32]
    vector_rows: NDArray[np.int64]
    facets: NDArray[np.uint32]
    facet_rows: NDArray[np.int64]
    shown: NDArray[np.uint32]
    shown_starts: NDArray[np.int64]
    item_prints: NDArray[np.uint32]
    item_table: NDArray[np.int32]
